import type { ChargePolicy, ChargesTold } from '@emdia/contracts';
import type { AllocationPolicy } from '../allocation-policy/allocation-policy';
import { account, applied, balances, byFile, given, issued, nothing, paid, POLICY, position, promised, receivableId, refunded, tell, type Told, unapplied } from '../../test/story';

const late = { paid_date: '2026-03-12' };
const invoice = issued('A', { charge_policy: POLICY });
const by = (policies: readonly AllocationPolicy[], ...things: Told[]) => tell({ ...nothing, policies }, things);
const from = (allocation_order: AllocationPolicy['allocation_order'], valid_from = '2026-01-01'): AllocationPolicy[] => [{ valid_from, allocation_order }];
const partOf = (world: Parameters<typeof account>[0], payment = 'bank:p') => account(world).payments.get(payment)!.allocations[0];

describe('the order of allocation', () => {
  const half = paid('p', 'A', { ...late, amount_cents: 5_120 });

  it('is costs, interest, principal where the creditor has said nothing', () => {
    expect(partOf(by([], invoice, half))).toEqual({ receivable_id: receivableId('A'), principal_cents: 5_000, fine_cents: 100, interest_cents: 20, difference_cents: 0, discount_cents: 0 });
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

describe('charges that the source tells', () => {
  // Ten days late: by our own count 2.00 of fine and 0.30 of interest.
  const told = (amount_cents: number, charges: ChargesTold, more: object = {}) => paid('p', 'A', { ...late, amount_cents, charges, ...more });
  const plain = issued('A');

  it('are what we count ourselves, where both come to the same', () => {
    const same = { principal_cents: 10_000, fine_cents: 200, interest_cents: 30, difference_cents: 0 };
    expect(partOf(by([], invoice, told(10_230, { fine_cents: 200, interest_cents: 30 })))).toMatchObject(same);
    expect(partOf(by([], invoice, told(10_230, { interest_cents: 230 })))).toMatchObject(same);
  });

  it('above our own count stand on a line of their own, and keep nobody\'s other debts', () => {
    const world = by([], invoice, issued('B'), told(10_263, { fine_cents: 200, interest_cents: 63 }));
    expect(partOf(world)).toMatchObject({ fine_cents: 200, interest_cents: 30, difference_cents: 33 });
    expect(balances(world)).toEqual({ cash: 10_263, receivable: 10_000, revenue: -20_000, fine_income: -200, interest_income: -30, charge_difference: -33 });
    expect([position(world, 'A').status, position(world, 'B').collectability, unapplied(world)]).toEqual(['settled', 'owed', {}]);
    expect(partOf(by([], invoice, told(10_263, { interest_cents: 263 })))).toMatchObject({ fine_cents: 200, interest_cents: 30, difference_cents: 33 });
  });

  it('parted otherwise than we would are what both say, and a difference', () => {
    expect(partOf(by([], invoice, told(10_230, { fine_cents: 180, interest_cents: 50 })))).toMatchObject({ fine_cents: 180, interest_cents: 30, difference_cents: 20 });
  });

  it('below our own count leave the rest of it unpaid, not the debt', () => {
    expect(partOf(by([], invoice, told(10_100, { interest_cents: 100 })))).toMatchObject({ principal_cents: 10_000, fine_cents: 100, interest_cents: 0, difference_cents: 0 });
  });

  it('are fine and interest as told where we count none', () => {
    expect(partOf(by([], plain, told(10_233, { fine_cents: 200, interest_cents: 33 })))).toMatchObject({ fine_cents: 200, interest_cents: 33, difference_cents: 0 });
    expect(partOf(by([], plain, told(10_233, { interest_cents: 233 })))).toMatchObject({ fine_cents: 0, interest_cents: 233, difference_cents: 0 });
  });

  it('take no more than is left above the principal, and leave what is more than they are', () => {
    expect(partOf(by([], plain, told(10_100, { interest_cents: 233 })))).toMatchObject({ principal_cents: 10_000, interest_cents: 100 });
    expect(position(by([], plain, told(9_000, { interest_cents: 233 })), 'A')).toMatchObject({ open_cents: 1_000, paid_cents: 9_000 });
    const more = by([], invoice, told(10_400, { interest_cents: 300 }));
    expect([partOf(more)!.difference_cents, unapplied(more), account(more).payments.get('bank:p')!.unapplied_reason]).toEqual([70, { p: 100 }, 'overpaid']);
  });

  it('are none where the money was in time', () => {
    const world = by([], invoice, told(10_050, { interest_cents: 50 }, { paid_date: '2026-03-02' }));
    expect([partOf(world)!.difference_cents, unapplied(world)]).toEqual([0, { p: 50 }]);
  });

  it('go back with the money', () => {
    const world = by([], invoice, told(10_263, { interest_cents: 263 }), refunded('p', 'r', 10_263, 'A'));
    expect([position(world, 'A').open_cents, balances(world)]).toEqual([10_000, { receivable: 10_000, revenue: -10_000 }]);
    expect(partOf(by([], invoice, told(10_263, { interest_cents: 263 }), refunded('p', 'r', 20, 'A')))).toMatchObject({ principal_cents: 10_000, fine_cents: 200, interest_cents: 30, difference_cents: 13 });
  });

  it('count where only the second road tells them', () => {
    const world = by([], invoice, byFile(paid('p', 'A', { ...late, amount_cents: 10_263 })));
    expect(unapplied(world)).toEqual({ p: 33 });
    expect([unapplied(tell(world, [told(10_263, { interest_cents: 263 })])), balances(tell(world, [told(10_263, { interest_cents: 263 })])).charge_difference]).toEqual([{}, -33]);
  });

  it('that are told late take nothing back that a person has placed', () => {
    const placed = by([], plain, issued('B', { amount_cents: 3_000 }), byFile(paid('p', 'A', { ...late, amount_cents: 13_000 })), applied('p', 'A', 'B'));
    expect(position(placed, 'B').open_cents).toBe(0);
    const world = tell(placed, [told(13_000, { interest_cents: 3_000 })]);
    expect([position(world, 'B').open_cents, unapplied(world)]).toEqual([0, {}]);
  });

  it('are told once, whatever a person then places', () => {
    const world = by([], plain, issued('B'), told(20_233, { interest_cents: 233 }), applied('p', 'A', 'B'));
    expect([balances(world), unapplied(world)]).toEqual([{ cash: 20_233, revenue: -20_000, interest_income: -233 }, {}]);
  });
});

describe('a few cents above our own count, where no charges are told', () => {
  const late_by = (amount_cents: number, ...things: Told[]) => by([], ...things, issued('B'), paid('p', 'A', { ...late, amount_cents }));

  it('are a difference of counting, up to half a cent a day', () => {
    const world = late_by(10_236, invoice);
    expect(partOf(world)).toMatchObject({ fine_cents: 200, interest_cents: 30, difference_cents: 6 });
    expect([position(world, 'B').collectability, unapplied(world)]).toEqual(['owed', {}]);
  });

  it('are where a person put them', () => {
    const world = late_by(10_237, invoice);
    const placed = tell(world, [applied('p', 'A', 'B')]);
    expect([position(placed, 'B').open_cents, unapplied(placed)]).toEqual([9_993, {}]);
    // Six of the seven cents are not taken back for a difference when some of the payment goes back.
    expect(position(tell(placed, [refunded('p', 'r', 1, 'A')]), 'B').open_cents).toBe(9_994);
    const waiting = by([], invoice, issued('B'), paid('p', null, { ...late, amount_cents: 10_236 }), applied('p', null, 'A'));
    expect([position(waiting, 'B').collectability, unapplied(waiting)]).toEqual(['owed', {}]);
  });

  it('are an overpayment where they are more, in time, or where nothing is charged', () => {
    const more = late_by(10_237, invoice);
    expect([partOf(more)!.difference_cents, unapplied(more), position(more, 'B').collectability]).toEqual([0, { p: 7 }, 'unmatched']);
    expect(unapplied(late_by(10_001, issued('A')))).toEqual({ p: 1 });
    const charging = (policy: Partial<ChargePolicy>) => issued('A', { charge_policy: { ...POLICY, ...policy } });
    expect(unapplied(late_by(10_001, charging({ fine_percent: '0', interest_monthly_percent: '0' })))).toEqual({ p: 1 });
    expect([10_201, 10_202].map((cents) => unapplied(late_by(cents, charging({ interest_monthly_percent: '0' }))))).toEqual([{}, { p: 2 }]);
    expect(unapplied(by([], invoice, paid('p', 'A', { amount_cents: 10_001 })))).toEqual({ p: 1 });
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
