import { Client } from 'pg';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { anAct, anotherMessage, bankFile, house, id, makeSmallHouse } from '../test/small-house';
import { audit } from './audit';
import { figuresOf } from './figures';
import type { LawReport } from './finding';
import { SCHEMAS, Snapshot, type Urls } from './snapshot';

const { OPEN, PAID } = house;
const NOW = new Date('2026-03-16T12:00:00Z');

let database: TestDatabase;
let client: Client;
let urls: Urls;

beforeEach(async () => {
  database = await testDatabase('auditor', makeSmallHouse);
  client = new Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  urls = Object.fromEntries(SCHEMAS.map((schema) => [schema, database.url])) as unknown as Urls;
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

async function audited(options: { still?: boolean; now?: Date; budget_scope?: 'creditor' | 'installation'; sleep?: (wait_ms: number) => Promise<void> } = {}): Promise<LawReport[]> {
  const { laws } = await audit({ urls, still: true, now: NOW, budget_scope: 'creditor', sleep: async () => undefined, ...options });
  return laws;
}

/** Only this law is broken, and says why. */
async function expectBroken(law: number, what: RegExp, options = {}): Promise<void> {
  const laws = await audited(options);
  expect(laws.filter(({ violations }) => violations > 0).map((each) => each.law)).toEqual([law]);
  expect(laws[law - 1]!.examples.map((example) => example.what).join('\n')).toMatch(what);
}

describe('a house in which every law holds', () => {
  it('is looked at for every law, and nothing is found', async () => {
    const laws = await audited();
    expect(laws.map(({ law, checked, violations }) => [law, checked > 0, violations])).toEqual([1, 2, 3, 4, 5].map((law) => [law, true, 0]));
    expect(laws[0]).toMatchObject({ checked: 1, unknowable: 0 });
    expect(laws[3]).toMatchObject({ open_rejections: 1 });
  });

  it('can be asked for one law', async () => {
    const { laws } = await audit({ urls, law: 3, still: true, now: NOW, budget_scope: 'creditor', sleep: async () => undefined });
    expect(laws).toEqual([expect.objectContaining({ law: 3, checked: 1 })]);
  });

  it('is read by a role that cannot write', async () => {
    const snapshot = await Snapshot.open(urls);
    await expect(snapshot.all('billing', `delete from billing.payment`)).rejects.toThrow(/read-only|permission denied/);
    await snapshot.close();
  });

  it('has figures', async () => {
    expect(await figuresOf(urls, 'acme', NOW)).toMatchObject({
      invoices: { issued: 2, cancelled: 0, paid_on_time: 0, paid_late: 1, open: 1 },
      payments: 2, refunds: 1,
      ledger: { invoiced_cents: 20_000, received_cents: 10_000, settled_cents: 10_000, open_cents: 10_000, unapplied_cents: 0, charges_cents: 0, waived_cents: 0, written_off_cents: 0 },
      contacts: [{ step: 'D+3', count: 1 }],
      recovered: [{ step: 'none', count: 1, amount_cents: 10_000 }],
    });
    expect((await figuresOf(urls, 'acme', NOW)).open_by_age[1]).toEqual({ age: '1 to 30 days', count: 1, open_cents: 10_000 });
    expect((await figuresOf(urls, 'other', NOW)).invoices.issued).toBe(0);
  });
});

describe('law 1 goes red', () => {
  it('for a message about a paid debt', async () => {
    await client.query(anotherMessage(21, { receivable_id: PAID, call_began_at: '2026-03-12T13:00:00Z' }));
    await expectBroken(1, /settled since 2026-03-11T12:00:00.000Z.*paid by its postings/);
  });

  it('for a paid debt even where the ledger still calls it owed', async () => {
    await client.query(`update reconciliation.collectability_change set collectability = 'owed'`);
    await client.query(anotherMessage(21, { receivable_id: PAID, call_began_at: '2026-03-12T13:00:00Z' }));
    await expectBroken(1, /paid by its postings/);
  });

  it('for a call about a paid debt that somebody was told to make; not for one of which they were told no more than that it is paid', async () => {
    const answer = (n: number, what: string) => `insert into notifications.call_answer select '${id(n)}', 'acme', customer_id, '${what}', jsonb_build_array(jsonb_build_object('receivable_id', receivable_id)), '2026-03-12T13:00:00Z', 'SP', 'number' from reconciliation.receivable where receivable_id = '${PAID}'`;
    await client.query(answer(22, 'not-to-be-asked'));
    expect((await audited())[0]).toMatchObject({ checked: 1, violations: 0 });
    await client.query(answer(23, 'may-call'));
    await expectBroken(1, /told somebody to call about a debt settled since/);
  });

  it('but not within the 5 s in which nobody had to know', async () => {
    await client.query(anotherMessage(21, { receivable_id: PAID, call_began_at: '2026-03-11T12:00:05Z' }));
    expect((await audited())[0]).toMatchObject({ checked: 2, violations: 0, unknowable: 1 });
    await client.query(`update notifications.delivery set call_began_at = '2026-03-11T12:00:05.001Z' where notice_id = '${id(21)}'`);
    await expectBroken(1, /settled/);
  });

  it.each(['promise', 'agreement', 'dispute'])('for a message on a debt with a live %s that the ledger forgot', async (thing) => {
    await client.query(`insert into negotiation.${thing} values ('${id(30)}', 'acme', 'c1', 'agent', '2026-03-12T12:00Z', null); insert into negotiation.cover values ('${id(30)}', '${OPEN}');
      insert into negotiation.instalment select '${id(31)}', '${id(30)}', 1, '2026-03-20', 10000 where '${thing}' = 'agreement'`);
    await expectBroken(1, /promised|agreed|disputed/);
    await client.query(`update negotiation.${thing} set ended_at = '2026-03-13T12:59Z'`);
    expect((await audited())[0]!.violations).toBe(0);
  });

  it('for a message during a hold of the whole customer, until its review', async () => {
    await client.query(`insert into dunning.hold values ('${id(30)}', 'acme/c1', 'acme', '{}', 'agent', '2026-03-12T12:00Z', null, '2026-03-20')`);
    await expectBroken(1, /held since/);
    await client.query(`update dunning.hold set review_date = '2026-03-13'`);
    expect((await audited())[0]!.violations).toBe(0);
  });
});

describe('law 2 goes red', () => {
  const again = (call_began_at: string, changes = {}) => client.query(anotherMessage(21, { purpose: 'agreement', instalment_id: id(31), call_began_at, ...changes }));
  beforeEach(async () => {
    await client.query(`insert into negotiation.agreement values ('${id(30)}', 'acme', 'c1', 'agent', '2026-04-12T12:00Z', null); insert into negotiation.cover values ('${id(30)}', '${OPEN}');
      insert into negotiation.instalment values ('${id(31)}', '${id(30)}', 1, '2026-04-20', 10000);`);
    // The same step twice would break law 4 as well.
    await client.query(`create function other_step() returns trigger language plpgsql as $$ begin
      new.covers := jsonb_set(new.covers, '{0,step}', to_jsonb(new.notice_id::text)); new.verdict := jsonb_set(new.verdict, '{covers,0,step}', to_jsonb(new.notice_id::text)); return new; end $$;
      create trigger other_step before insert on notifications.delivery for each row execute function other_step()`);
  });

  it.each([['to one customer, whatever its purpose', {}, /a second contact on 2026-03-13 to the same person; .*contact point/], ['to another customer who is the same person', { customer_id: 'c2', contact_point_key: 'elsewhere' }, /the same person$/]])('for a second contact on one local day %s', async (_, changes, what) => {
    await again('2026-03-13T20:00:00Z', changes);
    await expectBroken(2, what);
  });
  it('for another creditor only where the budget is the installation’s', async () => {
    await again('2026-03-13T20:00:00Z', { creditor_id: 'other' });
    expect((await audited())[1]!.violations).toBe(0);
    await expectBroken(2, /a second contact/, { budget_scope: 'installation' });
  });
  it.each([['a Sunday', '2026-03-15T13:00:00Z'], ['the evening', '2026-03-12T22:00:00Z'], ['Tiradentes', '2026-04-21T13:00:00Z']])('for a contact on %s', async (_, at) => {
    await again(at);
    await expectBroken(2, /outside the hours/);
  });
  it('for a contact through a channel that was closed', async () => {
    await client.query(`insert into notifications.opt_out values ('acme', 'point', '2026-03-13T12:59:54Z')`);
    await expectBroken(2, /channel that was closed/);
    await client.query(`update notifications.opt_out set creditor_id = 'other'`);
    expect((await audited())[1]!.violations).toBe(0);
  });
  it('for the fifth contact within seven days', async () => {
    for (const [n, day] of ['16', '17', '18'].entries()) await client.query(anotherMessage(21 + n, { purpose: 'agreement', instalment_id: id(31), call_began_at: `2026-03-${day}T13:00:00Z` }));
    expect((await audited())[1]).toMatchObject({ checked: 4, violations: 0 });
    await client.query(anotherMessage(29, { purpose: 'agreement', instalment_id: id(31), call_began_at: '2026-03-19T13:00:00Z' }));
    await expectBroken(2, /contact number 5 within 7 days/);
  });
  it('for a fifth contact that the creditor\'s own rule allows, until a named person decided it', async () => {
    for (const [n, day] of ['16', '17', '18', '19'].entries()) await client.query(anotherMessage(21 + n, { purpose: 'agreement', instalment_id: id(31), call_began_at: `2026-03-${day}T13:00:00Z` }));
    await client.query(`insert into notifications.own_rule values ('acme', 1, '{1,2,3,4,5}', '{"from": "09:00", "to": "16:00"}', 5, 12, null, 'key acme', '2026-03-01T12:00:00Z')`);
    await expectBroken(2, /contact number 5 within 7 days/);
    const decision = { decided_by: 'Ana Maria Souza', role: 'diretora de crédito', reason: 'clientes pediram lembretes diários', legal_basis: null };
    await client.query(`update notifications.own_rule set decision = $1`, [JSON.stringify(decision)]);
    expect((await audited())[1]).toMatchObject({ violations: 0, looser_by_decision: [{ creditor_id: 'acme', version: 1, contacts_in_7_days: 5, decision, set_at: '2026-03-01T12:00:00.000Z' }] });
    await client.query(`update notifications.own_rule set hours = '{"from": "10:01", "to": "16:00"}'`);
    await expectBroken(2, /outside the hours and days of the creditor's own rule/);
  });
  it('for a message on a day that a human call took', async () => {
    await client.query(`insert into notifications.contact_day values ('acme', 'person', '2026-03-13', 'contact', 'human')`);
    await expectBroken(2, /a second contact/);
  });
  it('for a call that somebody was told to make at an hour or to a number that is none to call', async () => {
    await client.query(`insert into notifications.call_answer select '${id(22)}', 'acme', 'c1', 'may-call', '[]', at, 'SP', 'number' from unnest('{2026-03-12T21:59:59Z,2026-03-12T22:00:00Z}'::timestamptz[]) as at`);
    await expectBroken(2, /^told somebody to call outside the hours and days allowed where the debtor lives$/);
  });
  it('but not for a service letter beside a contact, nor for replies', async () => {
    await again('2026-03-13T20:00:00Z', { purpose: 'service' });
    await client.query(anotherMessage(22, { purpose: 'reply', call_began_at: '2026-03-15T03:00:00Z' }));
    expect((await audited())[1]).toMatchObject({ checked: 3, violations: 0 });
  });
});

describe('law 3 goes red', () => {
  it.each([
    ['a debt no case knows', `delete from dunning.case_receivable`, /no case knows/],
    ['a case that ended', `update dunning.case_receivable set standing = 'end', standing_reason = 'settled'`, /its case ended/],
    ['an action without a date', `update dunning.case_receivable set next_action_at = null`, /nothing has a date/],
    ['an action that is on no schedule', `delete from dunning.due_action`, /on no schedule/],
    ['an action of last week', `update dunning.case_receivable set next_action_at = '2026-03-10T13:00Z'`, /was due at/],
    ['a hold that nobody reviewed', `update dunning.case_receivable set standing = 'hold', standing_reason = 'disputed', hold_review_date = '2026-03-14'`, /should have been looked at/],
    ['a hold without a reason', `update dunning.case_receivable set standing = 'hold', hold_review_date = '2026-03-20'`, /without a reason/],
  ])('for %s', async (_, sql, what) => {
    await client.query(sql);
    await expectBroken(3, what);
  });

  it('for an owner without a queue; a prescribed debt is an end', async () => {
    await client.query(`update dunning.case_receivable set standing = 'owner', owner_task_id = '${id(40)}', owner_review_date = '2026-03-20'`);
    expect((await audited())[2]!.examples[0]!.what).toMatch(/without a queue/);
    await client.query(`update dunning.case_receivable set standing = 'end', standing_reason = 'prescribed'`);
    expect((await audited())[2]).toMatchObject({ checked: 1, violations: 0 });
  });

  it('tells what dunning itself last proved, whole hours only', async () => {
    expect((await audited())[2]!.proof).toBeNull();
    await client.query(`insert into dunning.debt_proof values ('2026-03-16T10:00Z', '2026-03-16T10:00:01Z', 9, 0, 2, 1), ('2026-03-16T11:00Z', '2026-03-16T11:00:02Z', 10, 3, 0, 0), ('2026-03-16T12:00Z', null, null, null, null, null)`);
    expect((await audited())[2]!.proof).toEqual({ proven_at: '2026-03-16T11:00:02.000Z', debts: 10, late: 3, forgotten: 0, healed: 0 });
    expect((await audited())[0]).not.toHaveProperty('proof');
  });

  it('on a running house only for what is older than a minute', async () => {
    await client.query(`delete from dunning.case_receivable; update reconciliation.collectability_change set recorded_at = '2026-03-16T11:59:30Z' where receivable_id = '${OPEN}'`);
    expect((await audited({ still: false }))[2]).toMatchObject({ checked: 0, violations: 0, too_young: 1 });
    await expectBroken(3, /no case knows/);
  });
});

describe('law 4 goes red', () => {
  it.each([
    ['an entry that does not come to zero', `update reconciliation.posting set amount_cents = -9999 where account = 'revenue' and receivable_id = '${OPEN}'`, /come to 1 cents instead of zero/],
    ['a balance that is not its postings', `update reconciliation.receivable set open_cents = 9000, amount_cents = 9000 where receivable_id = '${OPEN}'`, /open 9000 cents, posted 10000/],
    ['a write-off that was not posted', `update reconciliation.receivable set status = 'written-off', written_off_cents = 10000, open_cents = 0 where receivable_id = '${OPEN}'`, /written off 10000 cents, posted 0/],
    ['a write-off of less than what is gone', `update reconciliation.receivable set status = 'written-off', written_off_cents = 9000, open_cents = 0 where receivable_id = '${OPEN}'`, /amount less paid, waived and written off is not what is open/],
    ['an invoice without a receivable', `insert into billing.invoice values ('acme', 'i3', '${id(3)}', 'open', 500, '2026-03-10', 'BRL')`, /no receivable of it/],
    ['a receivable without an invoice', `delete from billing.invoice where receivable_id = '${OPEN}'`, /never invoiced/],
    ['a cancelled invoice that is still asked for', `update billing.invoice set status = 'cancelled' where receivable_id = '${OPEN}'`, /10000 cents instead of 0/],
    ['a payment that was not booked', `insert into billing.payment values ('acme', 'bank', 'p3', 'received', 700)`, /booked 0 times/],
    ['money that nobody reported', `delete from billing.payment where payment_id = 'p1'`, /never reported/],
    ['a refund that was not booked', `insert into billing.refund values ('acme', 'bank', 'p1', 'r2', 100)`, /went back in 1 refunds and were booked 0 times/],
    ['an event that still waits', `insert into billing.outbox (topic, type, key, body) values ('t', 'billing.invoice-issued.v1', 'k', '{}')`, /wait in the outbox/],
    ['a dead letter without its body', `insert into dunning.dead_letter values ('${id(60)}', 'acme', 'defect', '', 'open', '2026-03-01', null)`, /not kept/],
    ['an open rejection without its body', `update billing.quarantine set body_sealed = null where status = 'open'`, /not kept/],
    ['a rejection that is resolved and open', `update billing.quarantine set resolved_at = '2026-03-01'`, /not kept/],
  ])('for %s', async (_, sql, what) => {
    await client.query(sql);
    await expectBroken(4, what);
  });

  it('not for what banks\' files told, took back and gave back', async () => {
    await client.query(bankFile);
    expect((await audited()).map(({ violations }) => violations)).toEqual([0, 0, 0, 0, 0]);
  });

  it.each([
    ['a row that was not booked', `update reconciliation.bank_row set payment_id = 'b9' where payment_id = 'b1'`, /700 cents came and were booked 0 times/],
    ['a row whose money was taken back', `update reconciliation.bank_row set state = 'posted', payment_id = 'b2' where payment_id = 'b4'`, /100 cents came and were booked 0 times/],
    ['a payment taken back twice', `insert into reconciliation.posting select '${id(63)}', 'acme', a, null, 'itau', 'b2', c from (values ('cash', -800), ('unapplied', 800)) as v (a, c)`, /never reported/],
    ['money back that no row tells', `delete from reconciliation.bank_row where state = 'returned'`, /0 cents went back in 0 refunds and were booked 1 times/],
    ['a file that says more than its rows', `update reconciliation.bank_file set moved_cents = 0`, /a file says that 1500 cents stand by it, its rows 700/],
    ['a row of a file that was undone', `update reconciliation.bank_file set status = 'undone'`, /though its file is undone/],
  ])('for %s', async (_, sql, what) => {
    await client.query(bankFile);
    await client.query(sql);
    await expectBroken(4, what);
  });

  it('for a payment booked twice, though both entries balance', async () => {
    await client.query(`insert into reconciliation.entry values ('${id(57)}', 'acme', 'BRL', 'payment:p1', '2026-03-11T12:01Z');
      insert into reconciliation.posting values ('${id(57)}', 'acme', 'cash', null, 'bank', 'p1', 10000), ('${id(57)}', 'acme', 'unapplied', null, 'bank', 'p1', -10000)`);
    await expectBroken(4, /10000 cents came and were booked 2 times, 20000/);
  });

  it('not for what was written off and posted', async () => {
    await client.query(`insert into reconciliation.entry values ('${id(57)}', 'acme', 'BRL', 'write-off:1:2', '2026-03-13T14:00Z');
      insert into reconciliation.posting values ('${id(57)}', 'acme', 'write_off', '${OPEN}', null, null, 10000), ('${id(57)}', 'acme', 'receivable', '${OPEN}', null, null, -10000);
      update reconciliation.receivable set written_off_cents = 10000, open_cents = 0, status = 'written-off' where receivable_id = '${OPEN}'`);
    expect((await audited())[3]!.violations).toBe(0);
    expect(await figuresOf(urls, 'acme', NOW)).toMatchObject({ invoices: { open: 0 }, ledger: { open_cents: 0, written_off_cents: 10_000 } });
  });

  it('not for money in transit that became cash less a fee, nor for a discount that settled', async () => {
    await client.query(`insert into billing.payment values ('acme', 'bank', 'p5', 'received', 9500);
      insert into reconciliation.entry values ('${id(57)}', 'acme', 'BRL', 'payment:bank:p5', '2026-03-13T14:00Z'), ('${id(58)}', 'acme', 'BRL', 'allocation:bank:p5:e', '2026-03-13T14:00Z'), ('${id(59)}', 'acme', 'BRL', 'credit:bank:p5', '2026-03-14T12:00Z');
      insert into reconciliation.posting values ('${id(57)}', 'acme', 'cash_in_transit', null, 'bank', 'p5', 9500), ('${id(57)}', 'acme', 'unapplied', null, 'bank', 'p5', -9500),
        ('${id(58)}', 'acme', 'unapplied', null, 'bank', 'p5', 9500), ('${id(58)}', 'acme', 'receivable', '${OPEN}', 'bank', 'p5', -10000), ('${id(58)}', 'acme', 'discount', '${OPEN}', 'bank', 'p5', 500),
        ('${id(59)}', 'acme', 'cash_in_transit', null, 'bank', 'p5', -9500), ('${id(59)}', 'acme', 'cash', null, 'bank', 'p5', 9210), ('${id(59)}', 'acme', 'fees', null, 'bank', 'p5', 290);
      update reconciliation.receivable set paid_cents = 9500, waived_cents = 500, open_cents = 0, status = 'settled', settled_on = '2026-03-13' where receivable_id = '${OPEN}'`);
    expect((await audited())[3]!.violations).toBe(0);
    expect(await figuresOf(urls, 'acme', NOW)).toMatchObject({ payments: 3, refunds: 1, ledger: { received_cents: 19_500, settled_cents: 19_500, waived_cents: 500, open_cents: 0, unapplied_cents: 0 } });
    await client.query(`update reconciliation.posting set amount_cents = 9000 where entry_id = '${id(59)}' and account = 'cash'`);
    await expectBroken(4, /come to -210 cents/);
  });

  it('for a step that went out twice', async () => {
    await client.query(anotherMessage(21, { call_began_at: '2026-03-16T13:00:00Z' }));
    await expectBroken(4, /went out 2 times/);
  });

  it('not for heartbeats in the outbox', async () => {
    await client.query(`insert into billing.outbox (topic, type, key, body) values ('t', 'billing.heartbeat.v1', 'k', '{}')`);
    expect((await audited())[3]!.violations).toBe(0);
  });

  it('on a running house only for what does not heal: a payment on its way is too young', async () => {
    await client.query(`insert into billing.payment values ('acme', 'bank', 'p3', 'received', 700), ('acme', 'bank', 'p4', 'received', 800)`);
    let looks = 0;
    const arrives = async () => {
      if (++looks === 3) await client.query(`insert into reconciliation.entry values ('${id(57)}', 'acme', 'BRL', 'payment:p3', '2026-03-16T12:00Z');
        insert into reconciliation.posting values ('${id(57)}', 'acme', 'cash', null, 'bank', 'p3', 700), ('${id(57)}', 'acme', 'unapplied', null, 'bank', 'p3', -700)`);
    };
    const law = (await audited({ still: false, sleep: arrives }))[3]!;
    expect(law).toMatchObject({ violations: 1, too_young: 1 });
    expect(law.examples[0]!.ids).toEqual({ source: 'bank', payment_id: 'p4' });
    expect(looks).toBe(30);
  });
});

describe('law 5 goes red', () => {
  it.each([
    ['money that is not in the ledger', `delete from reconciliation.payment where payment_id = 'b1'`, /no such payment/],
    ['money that waits though nothing of it does', `update reconciliation.payment set unapplied_cents = 0 where payment_id = 'b1'`, /nothing of it is unapplied/],
    ['a hold that no money stands behind', `insert into reconciliation.standstill values ('${id(77)}', 'acme', 'c2', 'money', array['${PAID}']::uuid[], true, false)`, /0 payments that wait name these debts, 1 holds/],
    ['money whose debtor is not held', `update reconciliation.standstill set ended = true`, /1 payments that wait name these debts, 0 holds/],
    ['money let go that still holds', `update reconciliation.waiting_money set status = 'withdrawn'`, /withdrawn and still holds/],
    ['money that nobody placed', `update reconciliation.waiting_money set status = 'placed', held = '[]'; delete from reconciliation.standstill`, /nobody applied it/],
    ['a word that was not kept', `update reconciliation.waiting_money set status = 'placed', held = '[]', words = '[{"verdict": "accepted", "actor": "ana"}]'; delete from reconciliation.standstill;
      insert into reconciliation.application values ('acme', 'itau', 'b1', '${OPEN}', 'matching')`, /ana accepted it, and did not apply it/],
  ])('for %s', async (_, sql, what) => {
    await client.query(bankFile);
    await client.query(sql);
    await expectBroken(5, what);
  });

  it.each([
    ['a message that no notice asked for', `delete from dunning.notice; delete from dunning.covered_step`, /no notice asked/],
    ['another régua version', `update notifications.delivery set regua_version = 'padrao-2'`, /régua version/],
    ['other words', `update dunning.notice set template = 'lembrete'`, /its words are not the notice’s/],
    ['no channel', `update notifications.delivery set channel = null`, /does not tell its channel/],
    ['a fact that never was', `update notifications.delivery set facts = '[{"receivable_id": "${OPEN}", "version": 9}]'`, /version 9 of receivable/],
    ['a debt without a fact', `update notifications.delivery set facts = '[]'`, /no fact stands behind/],
    ['a message without a verdict', `update notifications.delivery set verdict = null`, /without a verdict/],
    ['a gate that was not asked', `update notifications.delivery set verdict = jsonb_set(verdict, '{as_of_epoch_ms}', 'null')`, /the gate was not asked/],
    ['a step covered by no notice', `insert into dunning.covered_step values ('${id(99)}', 'acme', '${OPEN}')`, /a notice that does not exist/],
    ['a promise on nothing', `insert into negotiation.promise values ('${id(30)}', 'acme', 'c1', 'agent', '2026-04-01', null); insert into negotiation.cover values ('${id(30)}', '${id(98)}')`, /a promise stands on a receivable that is not/],
    ['an agreement without instalments', `insert into negotiation.agreement values ('${id(30)}', 'acme', 'c1', 'agent', '2026-04-01', null); insert into negotiation.cover values ('${id(30)}', '${OPEN}')`, /no instalments/],
    ['a version that was dropped', `delete from reconciliation.collectability_change where receivable_id = '${PAID}' and version = 1`, /versions are missing/],
  ])('for %s', async (_, sql, what) => {
    await client.query(sql);
    await expectBroken(5, what);
  });

  it('for an agreement message that names no instalment', async () => {
    await client.query(`update notifications.delivery set purpose = 'agreement'; update dunning.notice set purpose = 'agreement'`);
    expect((await audited())[4]!.examples[0]!.what).toMatch(/no instalment that exists/);
  });
});

describe('an act asked of the creditor\'s systems', () => {
  const counts = async (options = {}) => (await audited(options)).map(({ checked }) => checked);
  const listing = { kind: 'bureau-listing', change: 'listing', step: 'D+6', receivable_id: PAID, call_began_at: '2026-03-11T11:00:00Z' };
  const notice = anAct(79, { kind: 'bureau-notice', change: 'notice', step: 'D+3', receivable_id: PAID, status: 'accepted', call_began_at: '2026-03-11T10:00:00Z' });
  const removal = { ...listing, undoes: id(80), change: 'removal', call_began_at: '2026-03-11T12:00:10Z', verdict: { as_of_epoch_ms: null, version: 2 } };

  it('is looked at by laws 1, 4 and 5', async () => {
    const before = await counts();
    await client.query(anAct(80));
    const after = await audited();
    expect(after.map(({ violations }) => violations)).toEqual([0, 0, 0, 0, 0]);
    expect(after.map(({ checked }, index) => checked - before[index]!)).toEqual([1, 0, 0, 1, 1]);
  });
  it('breaks law 1 where the debt was paid more than 5 s before', async () => {
    await client.query(anAct(80, { receivable_id: PAID, call_began_at: '2026-03-11T12:00:05.001Z' }));
    await expectBroken(1, /acted on a debt settled since 2026-03-11T12:00:00.000Z/);
    await client.query(`update dunning.outward_act set call_began_at = '2026-03-11T12:00:05Z'`);
    expect((await audited())[0]).toMatchObject({ violations: 0, unknowable: 1 });
  });
  it('but what takes it back is never late', async () => {
    await client.query(notice);
    await client.query(anAct(80, listing));
    await expectBroken(4, /a listing still stands on a debt that has ended/);
    expect((await audited({ still: false }))[3]!.violations).toBe(0);
    await client.query(anAct(81, removal));
    expect((await audited()).map(({ violations }) => violations)).toEqual([0, 0, 0, 0, 0]);
  });
  it('a step may be asked for again where it was rejected and nobody did it instead', async () => {
    const rejected = anAct(80, { status: 'rejected', reason: 'answered 422' });
    for (const statement of [rejected, anAct(81)]) await client.query(statement);
    expect((await audited())[3]!.violations).toBe(0);
    await client.query(`update dunning.outward_act set task = '{"task_id": "t"}' where act_id = '${id(80)}'`);
    await expectBroken(4, /asked for 2 times/);
  });
  it.each([
    ['a step twice', [anAct(80), anAct(81)], /asked for 2 times/],
    ['the same taken back twice', [notice, anAct(80, listing), anAct(81, removal), anAct(82, removal)], /asked for 2 times/],
    ['what was never asked for taken back', [anAct(81, removal)], /taken back that was never asked for/],
    ['what was refused taken back', [anAct(80, { ...listing, status: 'refused', reason: 'held', call_began_at: null, verdict: null }), anAct(81, removal)], /taken back that was never asked for/],
  ])('breaks law 4: %s', async (_, statements, what) => {
    for (const statement of statements) await client.query(statement);
    await expectBroken(4, what);
  });
  it.each(['open', 'written-off'])('an entry on a prescribed debt breaks law 4, whatever became of it: %s', async (status) => {
    await client.query(`${notice}; ${anAct(80, listing)}; update dunning.outward_act set receivable_id = '${OPEN}', facts = '[{"receivable_id": "${OPEN}", "version": 1}]'`);
    const due = (day: string) => client.query(`update reconciliation.receivable set effective_due_date = '${day}' where receivable_id = '${OPEN}'`);
    await due('2021-03-14');
    expect((await audited())[3]!.violations).toBe(0);
    await due('2021-03-13');
    if (status !== 'open') await client.query(`update reconciliation.receivable set status = '${status}' where receivable_id = '${OPEN}'`);
    expect((await audited())[3]!.examples.map(({ what }) => what)).toContain('a listing still stands on a debt that has ended');
  });
  it.each([
    ['rejected', `status = 'rejected', reason = 'answered 400'`], ['unheard', `status = 'requested', reason = 'no-webhook'`], ['of another due date', `due_date = '2026-02-10'`],
  ])('an entry after a notice that is no notice breaks law 4: %s', async (_, sets) => {
    await client.query(`${notice}; ${anAct(80, listing)}; ${anAct(81, removal)}`);
    await client.query(`update dunning.outward_act set ${sets} where act_id = '${id(79)}'`);
    await expectBroken(4, /without a notice that anybody heard/);
  });
  it('an entry that a person made stands until a person was asked to take it back', async () => {
    const acted = (...each: object[]) => client.query(`insert into dunning.case_receivable (receivable_id, key, creditor_id, status, standing, standing_reason, acted)
      values ('${PAID}', 'acme/c1', 'acme', 'settled', 'end', 'settled', '${JSON.stringify(each)}') on conflict (receivable_id) do update set acted = excluded.acted`);
    await acted({ step: 'D+5', change: 'suspend' }, { step: 'D+6', change: 'listing', back: id(41) }, { step: 'D+9', change: 'listing' });
    await expectBroken(4, /a listing still stands on a debt that has ended/);
    await acted({ step: 'D+6', change: 'listing' }, { step: 'D+9', change: 'listing', back: id(41) });
    expect((await audited()).map(({ violations }) => violations)).toEqual([0, 0, 0, 0, 0]);
  });
  it('asked for again after it was refused breaks nothing', async () => {
    await client.query(anAct(80, { status: 'refused', reason: 'held', call_began_at: null, verdict: null }));
    await client.query(anAct(81));
    expect((await audited()).map(({ violations }) => violations)).toEqual([0, 0, 0, 0, 0]);
  });
  it.each([
    ['of no case', { key: 'acme/nobody' }, /an act of no case/],
    ['without a régua', { regua_version: '' }, /its régua version is none/],
    ['of no step', { step: 'later' }, /its step is not in its régua/],
    ['without facts', { facts: [] }, /no fact stands behind its debt/],
    ['on a version that never was', { facts: [{ receivable_id: OPEN, version: 7 }] }, /version 7 of receivable/],
    ['without a verdict', { verdict: null }, /it went without a verdict/],
    ['without asking the gate', { verdict: { as_of_epoch_ms: null, version: 1 } }, /the gate was not asked/],
    ['on a verdict from nowhere', { verdict: { as_of_epoch_ms: 1, version: 9 } }, /its verdict is on facts that the ledger does not have/],
    ['refused without a reason', { status: 'refused', call_began_at: null, verdict: null }, /refused without a reason/],
  ])('breaks law 5: %s', async (_, changes, what) => {
    await client.query(anAct(80, changes));
    await expectBroken(5, what);
  });
  it('must be a step of the version that its creditor published', async () => {
    await client.query(`insert into dunning.regua_document values ('acme', 'padrao', 1, '{"steps": [{"step": "D+5", "action": "service", "change": "suspend"}, {"step": "D+7", "action": "retry"}]}')`);
    await client.query(anAct(80));
    expect((await audited())[4]!.violations).toBe(0);
    await client.query(`update dunning.outward_act set step = 'D+7'`);
    await expectBroken(5, /its step is not in its régua/);
  });
});
