import { activate, defaultPolicy, type Regua } from '@emdia/regua';
import { testDatabase } from '@emdia/testing';
import { backtest, type Result } from './backtest';
import { candidatesOf, type Candidate } from './candidate';
import { generatedGround, givenGround } from './debts';
import { receivable } from '../../test/receivable';

const OPTIONS = { customers: 70, months: 1, seed: 5 };
const given = defaultPolicy('esquecido').document;

/** Nobody is written to within the horizon: a person takes the debt long after. */
const silent: Regua = { ...given, regua: 'silencio', version: 1, steps: [{ step: 'D+90', action: 'task', reason: 'decidir', review_days: 5 }] };
const SILENT: Candidate = { label: 'silencio', from: 'here', version: 'silencio-1', document: silent };

async function run(candidates: readonly Candidate[], groundOf: Parameters<typeof backtest>[1] = (creditor_id) => generatedGround(OPTIONS, creditor_id)): Promise<Result> {
  const database = await testDatabase('backtest');
  try {
    return await backtest(candidates, groundOf, { databaseUrl: database.url });
  } finally {
    await database.drop();
  }
}

describe('a backtest', () => {
  let both: Result;
  beforeAll(async () => {
    activate(silent);
    both = await run([...candidatesOf(['esquecido']), SILENT]);
  }, 300_000);

  it('finds no law broken and no cent astray under any régua', () => {
    expect(both.faults).toEqual([]);
    expect(both.laws.map(({ law, violations }) => [law, violations])).toEqual([1, 2, 3, 4, 5].map((law) => [law, 0]));
    for (const { recovered, ledger, curve } of both.reguas) {
      expect(ledger.invoiced_cents).toBe(both.book.invoiced_cents);
      expect(ledger.settled_cents + ledger.open_cents).toBe(both.book.invoiced_cents);
      expect(ledger.settled_cents + ledger.charges_cents + ledger.unapplied_cents).toBe(ledger.received_cents);
      // What was not at risk came, and of the rest what was recovered, in its 60 days or later.
      expect(both.book.invoiced_cents - both.book.at_risk_cents + recovered.cents + recovered.later_cents).toBe(ledger.settled_cents);
      expect(curve.at(-1)!.cents).toBe(recovered.cents);
    }
  });

  it('recovers less, later and for less where nobody is written to', () => {
    const [first, second] = both.reguas as [Result['reguas'][number], Result['reguas'][number]];
    expect(second.contacts).toMatchObject({ count: 0, people: 0, per_person: null });
    expect(first.contacts.count).toBeGreaterThan(50);
    expect(second.recovered.cents).toBeLessThan(first.recovered.cents);
    expect(second.late_cent_days).toBeGreaterThan(first.late_cent_days);
    expect(second.cost_cents).toBeLessThan(first.cost_cents);
    expect(second.against_first).toMatchObject({ recovered_cents: second.recovered.cents - first.recovered.cents, contacts: -first.contacts.count });
    expect(first.curve.every(({ cents }, day) => cents >= second.curve[day]!.cents)).toBe(true);
  });

  it('gives the same again, to the last byte', async () => {
    expect(JSON.stringify(await run([...candidatesOf(['esquecido']), SILENT]))).toBe(JSON.stringify(both));
  }, 300_000);

  it('gives a régua beside another what it gives it alone', async () => {
    const [alone] = (await run([SILENT])).reguas;
    expect({ ...alone, against_first: null }).toEqual({ ...both.reguas[1], against_first: null });
  }, 300_000);

  it('takes the days of a given book for what comes unasked, and lets contacts move them', async () => {
    const late = Array.from({ length: 20 }, (_, n) => receivable(n + 2, { customer: `c-${n}`, settled_date: '2025-04-04' }));
    const rows = [...late, receivable(22, { settled_date: '2025-03-10' }), receivable(23, { settled_date: null }), receivable(24, { customer: 'd', settled_date: '2025-03-31', disputed: true })];
    const { book, reguas, unasked, faults } = await run([...candidatesOf(['esquecido']), SILENT], (creditor_id) => givenGround(rows, { columns: {} }, creditor_id, { debts: 100, seed: 1 }));
    expect(faults).toEqual([]);
    expect([book.source, book.of, book.at_risk_debts, book.disputed_debts]).toEqual(['file', null, 22, 1]);
    const [asked, silence] = reguas as [Result['reguas'][number], Result['reguas'][number]];
    const { recovered, curve, late_cent_days } = silence;
    expect({ recovered, curve, late_cent_days }).toEqual(unasked);
    expect([curve[20]!.cents, curve[21]!.cents, curve[24]!.cents, recovered.debts]).toEqual([0, 10_024, 10_024, 21]);
    expect(asked.late_cent_days).toBeLessThan(late_cent_days);
    expect(asked.curve.every(({ cents }, day) => cents >= curve[day]!.cents)).toBe(true);
    expect([asked.disputes, silence.disputes]).toEqual([1, 0]);
  }, 300_000);
});
