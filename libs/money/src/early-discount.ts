import { type BusinessCalendar, type CivilDate, isBusinessDay } from '@emdia/calendar';
import { percentOf } from './cents';
import { type ChargePolicy, effectiveDueDate } from './late-charges';

/**
 * The largest discount, in cents, that a policy grants on an amount for payment on a day: a day that banks are closed on is moved to the next business day,
 * as a due date is. Zero without a policy; never more than the amount. Throws RangeError on malformed amounts, dates and rates.
 */
export function earlyDiscount({ amount_cents, on_date, policy, calendar = isBusinessDay }: {
  amount_cents: number; on_date: CivilDate; policy: ChargePolicy | null; calendar?: BusinessCalendar;
}): number {
  const granted = (policy?.discounts ?? [])
    .filter(({ until }) => on_date <= until || on_date <= effectiveDueDate(until, calendar))
    .map(({ cents, percent }) => cents ?? percentOf(amount_cents, percent ?? '0'));
  return Math.min(amount_cents, Math.max(0, ...granted));
}
