import { WallClock } from '@emdia/clock';
import { InProcessBroker, Runner, type Handler, type Subscription } from '@emdia/messaging';
import { Story } from './story';

/**
 * What each guard is for: with the guard in place a provoked fault breaks no law, with the guard removed the auditor
 * says which law is broken. A test of the auditor as much as of the guards.
 */

/** Which guards are taken away; the mocks below look at it. */
const mockRemoved = { gate: false, holdCheck: false, dunningSees: false };

jest.mock('../../../payment-reconciliation/src/gate/gate', () => jest.requireActual('./blind-gate').blindGate(() => mockRemoved.gate));

jest.mock('../../../payment-reconciliation/src/accounts/collectability', () => {
  const real = jest.requireActual('../../../payment-reconciliation/src/accounts/collectability');
  return { ...real, restraints: (account: object, ...more: unknown[]) => real.restraints(mockRemoved.holdCheck ? { ...account, standstills: new Map() } : account, ...more) };
});

// Dunning that does not hear of what happens: a fault, not a guard. The gate alone then stands between it and the debtor.
jest.mock('../../../dunning-orchestration/src/cases/facts', () => {
  const real = jest.requireActual('../../../dunning-orchestration/src/cases/facts');
  const deaf = <E extends { data: object }>(event: E): E => ({ ...event, data: { ...event.data, status: 'open', collectability: 'owed', settled_on: null, review_date: null } });
  return { ...real, applyBalance: (file: unknown, event: never, now: unknown) => real.applyBalance(file, mockRemoved.dunningSees ? deaf(event) : event, now) };
});

/** A broker that hands every batch over twice. */
class Repeating extends InProcessBroker {
  override subscribe(name: string, topics: readonly string[], handler: Handler): Promise<Subscription> {
    return super.subscribe(name, topics, async (batch) => {
      await handler(batch);
      await handler(batch);
    });
  }
}

describe('a law is kept by its guard', () => {
  let story: Story;
  const start = '2026-03-10 08:00';

  afterEach(async () => {
    Object.assign(mockRemoved, { gate: false, holdCheck: false, dunningSees: false });
    jest.restoreAllMocks();
    await story.close();
  });

  describe.each([
    ['in place', false],
    ['removed', true],
  ])('the gate %s', (_, removed) => {
    it(`${removed ? 'asks those who have paid' : 'stops what a deaf dunning asks for'}`, async () => {
      Object.assign(mockRemoved, { gate: removed, dunningSees: true });
      story = await Story.open('in-process', start);
      await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
      await story.until('2026-03-13');
      await story.pay('pay-1', 'inv-1');
      await story.until('2026-03-18');
      expect((await story.contacts()).length > 0).toBe(removed);
      expect((await story.violations())[1]! > 0).toBe(removed);
    });
  });

  describe.each([
    ['in place', false],
    ['removed', true],
  ])('the hold check %s', (_, removed) => {
    it(`${removed ? 'asks during a dispute' : 'is silent during a dispute'}`, async () => {
      mockRemoved.holdCheck = removed;
      story = await Story.open('in-process', start);
      await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
      await story.until('2026-03-12');
      await story.post('/v1/disputes', { customer_id: 'ana', receivable_ids: [story.receivable('inv-1')], reason: 'not mine' });
      await story.until('2026-03-18');
      expect((await story.contacts()).length > 0).toBe(removed);
      expect((await story.violations())[1]! > 0).toBe(removed);
    });
  });

  describe.each([
    ['in place', false],
    ['removed', true],
  ])('the day index %s', (_, removed) => {
    it(`writes ${removed ? 'twice' : 'once'} a day to a person with two accounts`, async () => {
      story = await Story.open('in-process', start);
      if (removed) await story.query('drop index notifications.contact_day_person, notifications.contact_day_contact_point');
      const customer = { name: 'Ana Lima', document: '529.982.247-25', email: 'ana@cliente.invalid', state: 'SP' };
      await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20', customer: { ...customer, customer_id: 'ana-1' } });
      await story.issue({ invoice_id: 'inv-2', due_date: '2026-03-20', customer: { ...customer, customer_id: 'ana-2' } });
      await story.until('2026-03-17 20:00');
      expect(await story.contacts()).toHaveLength(removed ? 2 : 1);
      expect((await story.violations())[2]! > 0).toBe(removed);
    });
  });

  describe.each([
    ['both in place', false, false],
    ['the inbox removed', true, false],
    ['both removed', true, true],
  ])('inbox and cause key, %s', (_, inbox, cause) => {
    it(`takes a payment ${inbox && cause ? 'twice' : 'once'} that is delivered twice`, async () => {
      story = await Story.open('in-process', start, {}, new Repeating(new WallClock()));
      await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
      if (cause) await story.query('alter table reconciliation.entry drop constraint entry_cause');
      if (inbox) jest.spyOn(Runner.prototype as unknown as { inbox: (tx: unknown, ids: string[]) => Promise<Set<string>> }, 'inbox').mockImplementation(async (_tx, ids) => new Set(ids));
      await story.pay('pay-1', 'inv-1');
      const [cash] = await story.query<{ cents: string }>(`select coalesce(sum(amount_cents), 0) as cents from reconciliation.posting where account = 'cash'`);
      expect(Number(cash!.cents)).toBe(inbox && cause ? 20_000 : 10_000);
      expect((await story.violations())[4]! > 0).toBe(inbox && cause);
    });
  });
});
