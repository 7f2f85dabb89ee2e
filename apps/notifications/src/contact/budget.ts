import type { Purpose } from '@emdia/contracts';
import { addDays, daysBetween } from '@emdia/calendar';

/** A contact counts in a class: `contact` asks for money, `service` is unsolicited news; replies count in none. */
export type BudgetClass = 'contact' | 'service';

export const classOf = (purpose: Purpose): BudgetClass | null => (purpose === 'reply' ? null : purpose === 'service' ? 'service' : 'contact');

/** How many contacts fit into any run of days. */
export type Limits = readonly { readonly window_days: number; readonly contacts_max: number }[];

/** A default of the product, no law names a number; a creditor may want fewer, and more by a named person's decision (contact/own-rules.ts). */
export const ROLLING_LIMITS = [
  { window_days: 7, contacts_max: 4 },
  { window_days: 30, contacts_max: 12 },
] as const;

export const WINDOW_DAYS_MAX = 30;

/**
 * Whether one more contact on `day` leaves every run of days within the limits. Days after it count too: a person may
 * have reserved one for a call.
 */
export function fits(days: readonly string[], day: string, limits: Limits = ROLLING_LIMITS): boolean {
  return limits.every(({ window_days, contacts_max }) => {
    for (let back = 0; back < window_days; back++) {
      const first = addDays(day, -back);
      const within = days.filter((each) => daysBetween(first, each) >= 0 && daysBetween(first, each) < window_days);
      if (within.length + 1 > contacts_max) return false;
    }
    return true;
  });
}
