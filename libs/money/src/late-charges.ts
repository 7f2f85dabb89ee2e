import { addDays, type BusinessCalendar, businessDaysBetween, type CivilDate, daysBetween, isBusinessDay, nextBusinessDay } from '@emdia/calendar';
import type { ChargePolicy } from '@emdia/contracts';
import { isCents, percentOf } from './cents';

export type { ChargePolicy };

/** What is owed on a day; `total_cents` includes the open amount. */
export interface LateCharges {
  readonly fine_cents: number;
  readonly interest_cents: number;
  /** Of the kind that the policy counts: calendar days, or business days. */
  readonly days_late: number;
  readonly total_cents: number;
}

/** How interest grows by one day: a fixed amount, or a percentage (decimal string) of the open amount divided by `over`. */
export type DailyInterest = { readonly cents: number } | { readonly percent: string; readonly over: number };

// No source fixes what a month or a year of business days is: 252 is the country's convention for a year, 21 its twelfth. A month of 30 and a
// year of 360 calendar days make 1% a month and 12% a year the same.
const DAYS = { CALENDAR: { month: 30, year: 360 }, BUSINESS: { month: 21, year: 252 } } as const;

/** The due date, or the next business day where banks are closed on it (Lei 7.089/1983; the Pix API moves its date alike). */
export const effectiveDueDate = (due_date: CivilDate, calendar: BusinessCalendar = isBusinessDay): CivilDate => nextBusinessDay(due_date, calendar);

/** The last day on which payment costs nothing extra: both accrual rules, and no policy at all, forgive until the effective due date; they part only after it. */
export const lastDayWithoutCharge = (due_date: CivilDate, _policy?: ChargePolicy | null): CivilDate => effectiveDueDate(due_date);

/** The last day on which a Pix with due date can be paid, so many calendar days after the moved due date (default of the Pix API: 30), itself moved to a business day. */
export const lastPayableDay = (due_date: CivilDate, validity_days = 30, calendar: BusinessCalendar = isBusinessDay): CivilDate =>
  nextBusinessDay(addDays(nextBusinessDay(due_date, calendar), validity_days), calendar);

/** By how much the interest of a policy grows a day: the first that it names of cents a day, percent a day, percent a year, percent a month. */
export function dailyInterest(policy: ChargePolicy): DailyInterest {
  const { month, year } = DAYS[policy.interest_days ?? 'CALENDAR'];
  if (policy.interest_daily_cents !== undefined) return { cents: policy.interest_daily_cents };
  if (policy.interest_daily_percent !== undefined) return { percent: policy.interest_daily_percent, over: 1 };
  if (policy.interest_yearly_percent !== undefined) return { percent: policy.interest_yearly_percent, over: year };
  return { percent: policy.interest_monthly_percent, over: month };
}

function interestCents(open_cents: number, days: number, policy: ChargePolicy): number {
  const daily = dailyInterest(policy);
  if ('cents' in daily) return daily.cents * days;
  // Banks register interest in cents per day, so rounding the day first matches what a boleto collects; the two part by up to half a cent a day.
  return policy.interest_rounding === 'DAILY_AMOUNT'
    ? percentOf(open_cents, daily.percent, { times: 1, over: daily.over }) * days
    : percentOf(open_cents, daily.percent, { times: days, over: daily.over });
}

const capped = (cents: number, open_cents: number, max_percent: string | undefined): number => (max_percent === undefined ? cents : Math.min(cents, percentOf(open_cents, max_percent)));

/** By how much late charges that others count may part from ours: a day's interest may be rounded before or after it is multiplied, half a cent a day, and the fine once. */
export const chargeToleranceCents = (days_late: number): number => (days_late <= 0 ? 0 : Math.ceil(days_late / 2) + 1);

/**
 * Fine (once) and simple interest (by day, of the kind the policy counts) on an open amount, as of a civil date, each up to its cap. Both are zero without a
 * policy, whose days are counted from the original due date, and where nothing is open; throws RangeError on negative or fractional cents, dates that do not
 * exist, malformed rates.
 */
export function lateCharges({ open_cents, due_date, on_date, policy, calendar = isBusinessDay }: {
  open_cents: number; due_date: CivilDate; on_date: CivilDate; policy: ChargePolicy | null; calendar?: BusinessCalendar;
}): LateCharges {
  if (!isCents(open_cents) || open_cents < 0) throw new RangeError('the open amount is not a whole number of cents from zero up');
  const rolled = effectiveDueDate(due_date, calendar);
  if (daysBetween(rolled, on_date) <= 0) return { fine_cents: 0, interest_cents: 0, days_late: 0, total_cents: open_cents };
  // STJ REsp 1.954.924: a boleto that misses the rolled day is late since its own date; a Pix due date has really moved.
  const since = policy?.accrual_start === 'ROLLED' ? rolled : due_date;
  const days_late = policy?.interest_days === 'BUSINESS' ? businessDaysBetween(since, on_date, calendar) : daysBetween(since, on_date);
  if (!policy || open_cents === 0) return { fine_cents: 0, interest_cents: 0, days_late, total_cents: open_cents };
  const fine_cents = capped(policy.fine_cents ?? percentOf(open_cents, policy.fine_percent), open_cents, policy.fine_max_percent);
  const interest_cents = capped(interestCents(open_cents, days_late, policy), open_cents, policy.interest_max_percent);
  const total_cents = open_cents + fine_cents + interest_cents;
  if (!isCents(total_cents)) throw new RangeError('the amount is too large to be held exactly');
  return { fine_cents, interest_cents, days_late, total_cents };
}
