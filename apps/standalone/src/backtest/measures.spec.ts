import type { Debt } from './debts';
import type { Touch } from './listening';
import { differenceOf, measure, recoveredByCustomer, type Told } from './measures';

const debt = (receivable_id: string, customer_id: string, amount_cents: number, at_risk = true): Debt => ({
  receivable_id, customer_id, amount_cents, due_date: '2025-03-10', segment: null, score: null, at_risk, payer: null, payment: () => { throw new Error('not asked'); }, dispute: null,
});
const debts = [debt('a', 'ana', 10_000), debt('b', 'ana', 5_000), debt('c', 'bia', 20_000), debt('d', 'caio', 7_000, false), debt('e', 'davi', 1_000)];
const told = new Map<string, Told>(([['a', '2025-03-13'], ['b', null], ['c', '2025-03-09'], ['d', '2025-03-10'], ['e', '2025-05-10']] as const).map(([receivable_id, settled_on]) => [receivable_id, { receivable_id, status: settled_on ? 'settled' : 'open', settled_on }]));
const at = new Date('2025-03-11T13:00:00Z');
const message = (customer_id: string, step: string, purpose: 'collection' | 'service' = 'collection'): Touch => ({ kind: 'message', at, creditor_id: 'x', customer_id, channel: 'email', purpose, step, covers: [] });
const touches: Touch[] = [
  message('ana', 'D+1'), message('ana', 'D+3'), message('bia', 'D-3'), message('bia', 'thanks', 'service'),
];

describe('the measures', () => {
  const measures = measure(debts, told, touches, ['task'], '2025-04-09');

  it('count as recovered what was at risk and came within 60 days, by its day', () => {
    expect(measures.recovered).toEqual({ debts: 2, cents: 30_000, share: 0.8333, share_in_10_days: 0.8333, later_cents: 1_000 });
    expect(measures.curve).toHaveLength(61);
    expect([0, 2, 3, 60].map((day) => measures.curve[day]!.cents)).toEqual([20_000, 20_000, 30_000, 30_000]);
  });

  it('count contacts by person, and thanks apart', () => {
    expect(measures.contacts).toMatchObject({ count: 3, people: 2, per_person: 1.5, most: 2, per_recovered_debt: 1.5, thanks: 1, by_step: { 'D+1': 1, 'D+3': 1, 'D-3': 1 }, by_channel: { email: 4 } });
  });

  it('price every message and every act', () => {
    expect(measures.cost_cents).toBe(4 * 1 + 500);
    expect(measures.acts).toEqual({ task: 1 });
  });

  it('count late money until it comes, until the horizon or until the end', () => {
    // a: 3 days; b: 30 days until the end; c: in time; e: after 61 days, of which the run saw 30.
    expect(measures.late_cent_days).toBe(10_000 * 3 + 5_000 * 30 + 1_000 * 30);
  });

  it('divide by nothing where nothing is', () => {
    expect(measure([], new Map(), [], [], '2025-04-09')).toMatchObject({ recovered: { share: 0 }, contacts: { per_person: null, per_recovered_debt: null }, cost_cents: 0 });
  });
});

describe('a difference', () => {
  it('has an interval over customers, none for a single one, and no width where nothing differs', () => {
    const recovered = recoveredByCustomer(debts, told);
    expect([...recovered]).toEqual([['ana', 10_000], ['bia', 20_000], ['caio', 0], ['davi', 0]]);
    expect(differenceOf(recovered, recovered)).toEqual({ difference: 0, low: 0, high: 0 });
    const other = new Map([['ana', 0], ['bia', 20_000], ['caio', 0], ['davi', 0]]);
    // Differences 10,000, 0, 0, 0: standard deviation 5,000, of the sum of four 10,000.
    expect(differenceOf(recovered, other)).toEqual({ difference: 10_000, low: -9_600, high: 29_600 });
    expect(differenceOf(new Map([['ana', 5]]), new Map([['ana', 3]]))).toEqual({ difference: 2, low: null, high: null });
  });
});
