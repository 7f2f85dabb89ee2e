import type { AllocationPolicy } from '../allocation-policy/allocation-policy';
import { account, balances, given, issued, nothing, paid, POLICY, position, promised, receivableId, tell, type Told, unapplied } from '../../test/story';

const late = { paid_date: '2026-03-12' };
const invoice = issued('A', { charge_policy: POLICY });
const by = (policies: readonly AllocationPolicy[], ...things: Told[]) => tell({ ...nothing, policies }, things);
const from = (allocation_order: AllocationPolicy['allocation_order'], valid_from = '2026-01-01'): AllocationPolicy[] => [{ valid_from, allocation_order }];
const partOf = (world: Parameters<typeof account>[0], payment = 'bank:p') => account(world).payments.get(payment)!.allocations[0];

describe('the order of allocation', () => {
  const half = paid('p', 'A', { ...late, amount_cents: 5_120 });

  it('is costs, interest, principal where the creditor has said nothing', () => {
    expect(partOf(by([], invoice, half))).toEqual({ receivable_id: receivableId('A'), principal_cents: 5_000, fine_cents: 100, interest_cents: 20, discount_cents: 0 });
  });

  it('is the creditor\'s from its day on', () => {
    expect(partOf(by(from(['principal', 'costs', 'interest']), invoice, half))).toMatchObject({ principal_cents: 5_120, fine_cents: 0, interest_cents: 0 });
    expect(partOf(by(from(['interest', 'principal', 'costs']), invoice, half))).toMatchObject({ fine_cents: 0, interest_cents: 20, principal_cents: 5_100 });
    expect(partOf(by(from(['principal', 'costs', 'interest'], '2026-03-13'), invoice, half))).toMatchObject({ principal_cents: 5_000 });
  });

  it('leads with what it names first also in what is above the principal', () => {
    const more = paid('p', 'A', { ...late, amount_cents: 10_040 });
    expect(partOf(by(from(['principal', 'interest', 'costs']), invoice, more))).toMatchObject({ fine_cents: 10, interest_cents: 30 });
    expect(partOf(by([], invoice, more))).toMatchObject({ fine_cents: 40, interest_cents: 0 });
  });

  it('leaves open what settles with the charges on it, to the cent', () => {
    const world = by([], invoice, half);
    expect(position(world, 'A').open_cents).toBe(5_000);
    const settled = tell(world, [paid('q', 'A', { ...late, amount_cents: 5_120 })]);
    expect([position(settled, 'A').status, unapplied(settled)]).toEqual(['settled', {}]);
    expect(balances(settled)).toEqual({ cash: 10_240, revenue: -10_000, fine_income: -200, interest_income: -40 });
  });

  it('takes a fixed fine once, with the payment that settles', () => {
    const fixed = issued('A', { charge_policy: { ...POLICY, fine_cents: 500, interest_monthly_percent: '0' } });
    const world = by([], fixed, paid('p', 'A', { ...late, amount_cents: 4_000 }));
    expect(partOf(world)).toMatchObject({ principal_cents: 4_000, fine_cents: 0 });
    expect(balances(tell(world, [paid('q', 'A', { ...late, amount_cents: 6_500 })]))).toEqual({ cash: 10_500, revenue: -10_000, fine_income: -500 });
  });
});

describe('charges alone', () => {
  it('never keep a debt open: the principal settles it, paid at once', () => {
    expect(position(by([], invoice, paid('p', 'A', late)), 'A').status).toBe('settled');
  });

  it('never keep a debt open: the principal settles it, paid in parts, and the charges of the parts go back to it', () => {
    const first = by([], invoice, paid('p', 'A', { ...late, amount_cents: 5_000 }));
    expect(position(first, 'A').open_cents).toBe(5_118);
    const world = tell(first, [paid('q', 'A', { ...late, amount_cents: 5_000 })]);
    expect(position(world, 'A')).toMatchObject({ status: 'settled', paid_cents: 10_000 });
    expect(balances(world)).toEqual({ cash: 10_000, revenue: -10_000 });
  });

  it('never keep a debt open: of several that one reference means either', () => {
    const shared = (name: string) => issued(name, { number: 'N', charge_policy: POLICY });
    const world = by([], shared('A'), shared('B'), paid('p', 'N', { ...late, amount_cents: 19_900 }));
    // One is settled with its charges, and what lacks on the other is more than the 1.00 of principal that is missing.
    expect([position(world, 'A').open_cents, position(world, 'B').open_cents].sort((a, b) => a - b)).toEqual([0, 549]);
    const paidUp = tell(world, [paid('q', 'N', { ...late, amount_cents: 100 })]);
    expect([position(paidUp, 'A').open_cents, position(paidUp, 'B').open_cents]).toEqual([0, 0]);
  });

  it('never break a promise: what was promised counts whole', () => {
    expect(position(by([], invoice, promised(['A']), paid('p', 'A', { ...late, amount_cents: 5_000 })), 'A')).toMatchObject({ paid_cents: 5_000, open_cents: 5_000 });
  });

  it('are nobody\'s where the money is on time', () => {
    expect(partOf(given(invoice).when(paid('p', 'A', { amount_cents: 5_000 })))).toMatchObject({ principal_cents: 5_000, fine_cents: 0 });
  });
});
