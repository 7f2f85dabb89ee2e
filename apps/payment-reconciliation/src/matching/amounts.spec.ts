import { dueOn, fitOf, type Terms } from './amounts';
import { type Credit, MATCH_SETTINGS } from './credit';

const policy = { fine_percent: '2', interest_monthly_percent: '1', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY' } as const;
const terms: Terms = { currency: 'BRL', open_cents: 10_000, due_date: '2026-03-10', charge_policy: policy, discount: { cents: 500, until: '2026-03-05' } };
const paid = (amount_cents: number, paid_date: string, currency = 'BRL') => ({ amount_cents, paid_date, currency }) as Credit;
const settings = { ...MATCH_SETTINGS, fees: [{ cents: 199 }, { percent: '3.49' }] };
const kind = (amount_cents: number, on: string, of: Terms = terms) => fitOf(paid(amount_cents, on), of, settings)?.kind ?? null;

describe('fitOf', () => {
  it.each([
    [10_000, '2026-03-10', 'open'], [10_000, '2026-04-10', 'open'],
    // Ten days late: 200 of fine and ten times 3 of interest, within half a cent a day.
    [10_230, '2026-03-20', 'late'], [10_235, '2026-03-20', 'late'], [10_236, '2026-03-20', null], [10_224, '2026-03-20', null], [10_230, '2026-03-09', null],
    [9_500, '2026-03-05', 'discount'], [9_500, '2026-03-06', null],
    [9_801, '2026-03-10', 'fee'], [9_651, '2026-03-10', 'fee'], [9_650, '2026-03-10', null], [99_999, '2026-09-10', null],
  ])('%i on %s: %s', (amount, on, expected) => expect(kind(amount, on)).toBe(expected));

  it('believes the discount that a source says it granted, to the cent', () => {
    const fit = (discount_cents: number) => fitOf({ ...paid(9_300, '2026-03-20'), discount_cents }, terms, settings)?.kind ?? null;
    expect([fit(700), fit(0), fit(699), fit(701)]).toEqual(['discount', null, null, null]);
  });

  it('tells that charges were due and are not there', () => {
    expect(fitOf(paid(10_000, '2026-03-20'), terms, settings)).toEqual({ kind: 'open', difference_cents: 0, roughly: true });
    expect(fitOf(paid(10_000, '2026-03-20'), { ...terms, charge_policy: null }, settings)?.roughly).toBe(false);
  });
  it('is exact by its own rounding, and rough within half a cent a day of it', () => {
    // 1% of 49.90 a month is 1.6633 cents a day: 2 a day, or 17 in ten days rounded once; and the fine of 99.8.
    const odd = { ...terms, open_cents: 4_990 };
    expect([5_110, 5_107, 5_104].map((cents) => fitOf(paid(cents, '2026-03-20'), odd, settings))).toEqual([
      { kind: 'late', difference_cents: 120, roughly: false }, { kind: 'late', difference_cents: 117, roughly: true }, null,
    ]);
  });
  it('explains nothing in another currency or of what is settled', () => {
    expect(fitOf(paid(10_000, '2026-03-10', 'USD'), terms, settings)).toBeNull();
    expect(fitOf(paid(0, '2026-03-10'), { ...terms, open_cents: 0 }, settings)).toBeNull();
  });
  it('adds the charges of the day', () => expect([dueOn(terms, '2026-03-10'), dueOn(terms, '2026-03-20')]).toEqual([10_000, 10_230]));
});
