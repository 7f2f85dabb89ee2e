import { addDays } from '@emdia/calendar';
import { BillingCustomerChanged, derivedId, outgoing, ReconciliationBalanceChanged, type EventOf, type Outgoing } from '@emdia/contracts';
import type { Step } from '@emdia/messaging';
import fc from 'fast-check';
import { bill, creditor_id, PERSON } from '../../test/story';
import { act } from '../cases/act';
import { emptyCase, type CaseFile } from '../cases/case-file';
import { applyBalance } from '../cases/facts';
import { holdOf, liftOf, ofCustomer } from './person';

const start = new Date('2026-03-10T12:00:00-03:00');
const OTHER = 'b'.repeat(64);
const cases = { name: 'cases', load: async () => new Map(), save: async () => undefined };
const keyOf = (customer: string) => `${creditor_id}/${customer}`;

/** Cases of one creditor and everything that was told of them, lived through by the day. */
class Creditor {
  readonly files = new Map<string, CaseFile>();
  readonly told: Outgoing[] = [];
  now = start;
  private holds = 0;

  private take(step: Step<CaseFile>): unknown {
    for (const key of step.keys) if (key.split('/').length === 2 && !this.files.has(key)) this.files.set(key, emptyCase(key));
    const decision = step.decide(this.files, this.now);
    if ('ignored' in decision) return decision.result;
    for (const [key, file] of decision.next) this.files.set(key, { ...file, asked: [], changes: [] });
    this.told.push(...(decision.events ?? []));
    return decision.result;
  }

  private one = (customer: string, decide: (file: CaseFile) => ReturnType<typeof act>) =>
    this.take({ store: cases, keys: [keyOf(customer)], decide: (states) => { const d = decide(states.get(keyOf(customer))!); return 'ignored' in d ? d : { ...d, next: new Map([[keyOf(customer), d.next]]) }; } });

  customer(customer_id: string, person_key = PERSON, source_version = 1): this {
    const event = outgoing(BillingCustomerChanged, { id: derivedId(customer_id, person_key, source_version), key: keyOf(customer_id), creditor_id, now: this.now, data: { creditor_id, customer_id, person_key, document_key: null, state: 'SP', has_email: true, source_version } });
    this.take(ofCustomer(cases, { ...event, type: BillingCustomerChanged.type, source: '/test' } as unknown as EventOf<typeof BillingCustomerChanged>));
    return this;
  }

  owes(customer_id: string, due_date = '2026-03-06'): this {
    const data = { ...bill(customer_id, due_date), customer_id };
    const event = { id: derivedId(customer_id, due_date), time: this.now.toISOString(), data } as unknown as EventOf<typeof ReconciliationBalanceChanged>;
    this.one(customer_id, (file) => applyBalance(file, event, this.now));
    return this;
  }

  holds_(customer_id: string): this {
    const key = keyOf(customer_id);
    const begin_date = addDays(this.now.toISOString().slice(0, 10), -13);
    const wanted = { hold_id: derivedId('hold', ++this.holds), kind: 'deceased' as const, receivable_ids: [], reason: 'óbito', begin_date, actor: 'ana' };
    this.take(holdOf(cases, key, wanted));
    return this;
  }

  lifts(customer_id: string, hold_id: string): this {
    const hold = this.heldIn(customer_id).find((each) => each.hold_id === hold_id)!;
    this.take(liftOf(cases, { key: keyOf(customer_id), ...hold }, [], { reason: 'a mistake', actor: 'ana' }));
    return this;
  }

  /** Everything that falls due in some days is done. */
  days(count: number): this {
    const end = new Date(`${addDays(this.now.toISOString().slice(0, 10), count)}T12:00:00-03:00`);
    for (;;) {
      const [next] = [...this.files.values()].filter(({ due_at }) => due_at !== null && due_at <= end).sort((a, b) => a.due_at!.getTime() - b.due_at!.getTime());
      if (!next) break;
      if (next.due_at! > this.now) this.now = next.due_at!;
      this.one(next.customer_id, (file) => act(file, this.now));
    }
    this.now = end;
    return this;
  }

  heard = (name: string) => this.told.filter(({ contract }) => contract.type === `dunning.${name}.v1`).map(({ data }) => (data as { customer_id: string }).customer_id);
  tasks = (customer: string) => this.told.filter(({ contract, data }) => contract.type === 'dunning.task-requested.v1' && (data as { customer_id: string }).customer_id === customer).map(({ data }) => { const { reason, review_date } = data as { reason: string; review_date: string }; return `${reason} until ${review_date}`; });
  standing = (customer: string) => [...this.files.get(keyOf(customer))!.receivables.values()].map(({ standing }) => standing!.kind);
  heldIn = (customer: string) => [...this.files.get(keyOf(customer))!.holds.values()];
}

it('a case that the person opens later stands still from its first event', () => {
  const c = new Creditor().customer('one').owes('one').holds_('one').days(30);
  expect([c.heard('notice-requested'), c.heard('hold-placed')]).toEqual([[], ['one']]);
  c.customer('two').owes('two', '2026-04-10').days(60);
  expect([c.heard('notice-requested'), c.heard('hold-placed'), c.standing('two')]).toEqual([[], ['one', 'two'], ['hold']]);
  const [root, derived] = [c.heldIn('one')[0]!, c.heldIn('two')[0]!];
  expect(derived).toMatchObject({ kind: 'deceased', actor: 'ana', reason: 'óbito', begin_date: '2026-02-25', review_date: root.review_date, placed_with: root.hold_id });
  // Told once, whatever billing says of the customer afterwards.
  c.customer('two', PERSON, 2).customer('one', PERSON, 2);
  expect([c.heldIn('one').length, c.heldIn('two').length]).toEqual([1, 1]);
});

it('whichever case comes first and whenever it is told whose it is, all stand still and nobody is written to', () => {
  type Deed = readonly [string, (c: Creditor) => unknown];
  const deeds: Deed[] = [...['one', 'two', 'three'].flatMap((name): Deed[] => [[`${name} told`, (c) => c.customer(name)], [`${name} owes`, (c) => c.owes(name)]])];
  fc.assert(fc.property(fc.shuffledSubarray(deeds, { minLength: 6, maxLength: 6 }), fc.nat(5), (order, at) => {
    const c = new Creditor();
    let placed = false;
    for (const [index, [, deed]] of order.entries()) {
      deed(c);
      // Only a customer of whom something is known can be held.
      if (!placed && index >= at && c.files.has(keyOf('one'))) placed = Boolean(c.holds_('one'));
    }
    if (!placed) c.holds_('one');
    const before = c.told.length;
    c.days(40);
    expect(c.told.slice(before).filter(({ contract }) => contract.type === 'dunning.notice-requested.v1')).toEqual([]);
    for (const name of ['one', 'two', 'three']) expect([name, c.heldIn(name).length, c.standing(name)]).toEqual([name, 1, ['hold']]);
    expect(c.heard('hold-placed').sort()).toEqual(['one', 'three', 'two']);
  }), { numRuns: 150 });
});

it('one that is known to be of the person only by a correction is held then; others never are', () => {
  const c = new Creditor().customer('one').owes('one').customer('two', OTHER).owes('two').holds_('one').days(1);
  expect([c.standing('one'), c.standing('two')]).toEqual([['hold'], expect.not.arrayContaining(['hold'])]);
  c.customer('two', PERSON, 2);
  expect(c.standing('two')).toEqual(['hold']);
});

it('one whose hold somebody lifted is not held again by the same', () => {
  const c = new Creditor().customer('one').owes('one').customer('two').owes('two').holds_('one');
  c.lifts('two', c.heldIn('two')[0]!.hold_id).customer('two', PERSON, 2).customer('one', PERSON, 2);
  expect([c.standing('one'), c.standing('two')]).toEqual([['hold'], ['action']]);
});

it('a case that comes after the end of the hold goes to a person as well', () => {
  const c = new Creditor().customer('one').owes('one', '2031-01-10').holds_('one').days(1_830);
  expect(c.standing('one')).toEqual(['owner']);
  c.customer('two').owes('two', '2031-04-10').days(1);
  expect([c.standing('two'), c.heard('notice-requested')]).toEqual([['owner'], []]);
  // It is over: nobody is told or asked of it as if it stood.
  expect([c.heard('hold-placed'), c.heard('hold-lifted'), c.tasks('two')]).toEqual([['one'], ['one'], ['to decide: deceased until 2031-03-21']]);
  expect(c.heldIn('two')).toMatchObject([{ lifted: c.heldIn('one')[0]!.lifted, decided: null, task: null }]);
  c.lifts('one', c.heldIn('one')[0]!.hold_id).days(30);
  expect([c.heldIn('two')[0]!.decided, c.heard('notice-requested').sort().slice(-1)]).toMatchObject([{ reason: 'a mistake' }, ['two']]);
});

it('a case held anew after its day is held anew for the person: the others wait for no decision on what is over', () => {
  const c = new Creditor().customer('one').owes('one', '2031-01-10').customer('two').owes('two', '2031-01-10').holds_('one').days(1_830);
  expect([c.standing('one'), c.standing('two')]).toEqual([['owner'], ['owner']]);
  c.holds_('one');
  const ended = (name: string) => c.heldIn(name).filter(({ lifted }) => lifted?.by_itself);
  for (const name of ['one', 'two']) expect([c.standing(name), ended(name)]).toMatchObject([['hold'], [{ decided: { reason: 'held anew', actor: 'ana' } }]]);
});
