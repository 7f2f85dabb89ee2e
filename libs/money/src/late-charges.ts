import { type CivilDate, daysBetween, nextBusinessDay } from '@emdia/calendar';
import type { ChargePolicy } from '@emdia/contracts';
import { isCents, percentOf } from './cents';

export type { ChargePolicy };

/** What is owed on a day; `total_cents` includes the open amount. */
export interface LateCharges {
  readonly fine_cents: number;
  readonly interest_cents: number;
  readonly days_late: number;
  readonly total_cents: number;
}

/** The due date, or the next business day where banks are closed on it (Lei 7.089/1983; the Pix API moves its date alike). */
export const effectiveDueDate = (due_date: CivilDate): CivilDate => nextBusinessDay(due_date);

/** The last day on which payment costs nothing extra: both accrual rules, and no policy at all, forgive until the effective due date; they part only after it. */
export const lastDayWithoutCharge = (due_date: CivilDate, _policy?: ChargePolicy | null): CivilDate => effectiveDueDate(due_date);

/**
 * Fine (once) and simple interest (1/30 of the month rate per calendar day) on an open amount, as of a civil date. Both are zero without a policy,
 * whose days are counted from the original due date; throws RangeError on negative or fractional cents, dates that do not exist, malformed rates.
 */
export function lateCharges({ open_cents, due_date, on_date, policy }: { open_cents: number; due_date: CivilDate; on_date: CivilDate; policy: ChargePolicy | null }): LateCharges {
  if (!isCents(open_cents) || open_cents < 0) throw new RangeError('the open amount is not a whole number of cents from zero up');
  const rolled = effectiveDueDate(due_date);
  if (daysBetween(rolled, on_date) <= 0) return { fine_cents: 0, interest_cents: 0, days_late: 0, total_cents: open_cents };
  // STJ REsp 1.954.924: a boleto that misses the rolled day is late since its own date; a Pix due date has really moved.
  const days_late = daysBetween(policy?.accrual_start === 'ROLLED' ? rolled : due_date, on_date);
  if (!policy) return { fine_cents: 0, interest_cents: 0, days_late, total_cents: open_cents };
  const fine_cents = percentOf(open_cents, policy.fine_percent);
  // Banks register interest in cents per day, so rounding the day first matches what a boleto collects; the two part by up to half a cent a day.
  const interest_cents = policy.interest_rounding === 'DAILY_AMOUNT'
    ? percentOf(open_cents, policy.interest_monthly_percent, { times: 1, over: 30 }) * days_late
    : percentOf(open_cents, policy.interest_monthly_percent, { times: days_late, over: 30 });
  const total_cents = open_cents + fine_cents + interest_cents;
  if (!isCents(total_cents)) throw new RangeError('the amount is too large to be held exactly');
  return { fine_cents, interest_cents, days_late, total_cents };
}
