import { isWeekday } from '@emdia/calendar';
import fc from 'fast-check';
import { type ChargePolicy, lateCharges } from './late-charges';

const DAY_MS = 86_400_000;
const dayOf = (date: string) => Date.parse(date) / DAY_MS;
const dateOf = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);
const isOpen = (day: number) => ![0, 6].includes(new Date(day * DAY_MS).getUTCDay());

/** A fraction of whole numbers. */
type Ratio = readonly [bigint, bigint];
const ratio = (decimal: string): Ratio => {
  const [whole, decimals = ''] = decimal.split('.');
  return [BigInt(whole + decimals), 10n ** BigInt(decimals.length)];
};
/** The nearest whole number, halves up: floor(x + 1/2). */
const rounded = ([n, d]: Ratio): bigint => (2n * n + d) / (2n * d);
const percent = (cents: bigint, rate: string, over = 1n, times = 1n): Ratio => {
  const [n, d] = ratio(rate);
  return [cents * n * times, d * 100n * over];
};
const least = (a: bigint, b: bigint | undefined) => (b !== undefined && b < a ? b : a);

/** The rules once more, in fractions and with no code of the library: what it must come to, to the cent. */
function recomputed(open: number, due: number, on: number, policy: ChargePolicy): { fine: bigint; interest: bigint; days: number } {
  let moved = due;
  while (!isOpen(moved)) moved++;
  if (on <= moved) return { fine: 0n, interest: 0n, days: 0 };
  const start = policy.accrual_start === 'ROLLED' ? moved : due;
  const business = policy.interest_days === 'BUSINESS';
  const days = business ? Array.from({ length: on - start }, (_, i) => start + 1 + i).filter(isOpen).length : on - start;
  const cents = BigInt(open);
  if (cents === 0n) return { fine: 0n, interest: 0n, days };
  const fine = policy.fine_cents === undefined ? rounded(percent(cents, policy.fine_percent)) : BigInt(policy.fine_cents);
  const [rate, over] = policy.interest_daily_percent !== undefined ? [policy.interest_daily_percent, 1n]
    : policy.interest_yearly_percent !== undefined ? [policy.interest_yearly_percent, business ? 252n : 360n]
      : [policy.interest_monthly_percent, business ? 21n : 30n];
  const interest = policy.interest_daily_cents !== undefined ? BigInt(policy.interest_daily_cents) * BigInt(days)
    : policy.interest_rounding === 'TOTAL' ? rounded(percent(cents, rate, over, BigInt(days))) : rounded(percent(cents, rate, over)) * BigInt(days);
  const cap = (max: string | undefined) => (max === undefined ? undefined : rounded(percent(cents, max)));
  return { fine: least(fine, cap(policy.fine_max_percent)), interest: least(interest, cap(policy.interest_max_percent)), days };
}

const rate = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 0, max: 6 })).map(([whole, millionths, digits]) =>
  digits === 0 ? String(whole) : `${whole}.${String(millionths).padStart(6, '0').slice(0, digits)}`);
const either = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const policies: fc.Arbitrary<ChargePolicy> = fc.record({
  fine_percent: rate, interest_monthly_percent: rate,
  interest_rounding: fc.constantFrom('DAILY_AMOUNT' as const, 'TOTAL' as const), accrual_start: fc.constantFrom('ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY' as const, 'ROLLED' as const),
  fine_cents: either(fc.integer({ min: 0, max: 10_000 })), fine_max_percent: either(rate), interest_daily_cents: either(fc.integer({ min: 0, max: 500 })),
  interest_daily_percent: either(rate), interest_yearly_percent: either(rate), interest_days: either(fc.constantFrom('CALENDAR' as const, 'BUSINESS' as const)), interest_max_percent: either(rate),
}).map((policy) => Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined)) as unknown as ChargePolicy);
const cents = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 99_999_999 }));
const days = fc.integer({ min: dayOf('2019-12-20'), max: dayOf('2030-01-10') });
const waits = fc.integer({ min: -10, max: 1_000 });

describe('lateCharges under any policy', () => {
  const charge = (open_cents: number, due: number, on: number, policy: ChargePolicy) =>
    lateCharges({ open_cents, due_date: dateOf(due), on_date: dateOf(on), policy, calendar: isWeekday });

  it('is what fractions of whole numbers come to, to the cent', () => {
    fc.assert(fc.property(cents, days, waits, policies, (open, due, wait, policy) => {
      const { fine, interest, days: late } = recomputed(open, due, due + wait, policy);
      expect(charge(open, due, due + wait, policy)).toEqual({
        fine_cents: Number(fine), interest_cents: Number(interest), days_late: late, total_cents: open + Number(fine) + Number(interest),
      });
    }), { numRuns: 1_000 });
  });

  it('is never negative, never falls from day to day, and takes the fine once and whole', () => {
    fc.assert(fc.property(cents, days, waits, policies, (open, due, wait, policy) => {
      const [today, tomorrow, muchLater] = [0, 1, 1_500].map((more) => charge(open, due, due + wait + more, policy));
      for (const each of [today!, tomorrow!]) expect(Math.min(each.fine_cents, each.interest_cents, each.days_late, each.total_cents - open)).toBeGreaterThanOrEqual(0);
      for (const name of ['fine_cents', 'interest_cents', 'days_late', 'total_cents'] as const) expect(tomorrow![name]).toBeGreaterThanOrEqual(today![name]);
      if (today!.days_late > 0) expect(muchLater!.fine_cents).toBe(today!.fine_cents);
    }), { numRuns: 300 });
  });

  it('keeps within its caps, however late', () => {
    fc.assert(fc.property(cents, days, fc.integer({ min: 0, max: 5_000 }), policies, rate, rate, (open, due, wait, policy, fine_max_percent, interest_max_percent) => {
      const { fine_cents, interest_cents } = charge(open, due, due + wait, { ...policy, fine_max_percent, interest_max_percent });
      const atMost = (max: string) => Number(rounded(percent(BigInt(open), max)));
      expect(fine_cents).toBeLessThanOrEqual(atMost(fine_max_percent));
      expect(interest_cents).toBeLessThanOrEqual(atMost(interest_max_percent));
    }), { numRuns: 300 });
  });
});
