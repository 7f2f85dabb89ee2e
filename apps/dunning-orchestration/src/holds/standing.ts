import { daysBetween, localDate, type CivilDate } from '@emdia/calendar';
import type { Hold } from '../cases/case-file';
import { CREDITOR_ZONE, later, startOf } from '../cases/contact-days';
import { ruleOf } from './kinds';

/** Whether a hold stands: until it is lifted, or its day begins where that ends it. */
export const isLive = ({ kind, lifted, review_date }: Hold, now: Date): boolean => lifted === null && (ruleOf(kind).ends_by === 'person' || startOf(review_date) > now);

/** When a hold wants to be looked at; null where it wants nothing more. */
export function looksAt({ kind, lifted, review_date }: Hold, now: Date): Date | null {
  if (lifted !== null) return null;
  const at = startOf(review_date);
  // One that only a person ends is looked at through its debts from then on.
  return ruleOf(kind).ends_by === 'person' && at <= now ? null : at;
}

/** Whether a hold is about a debt. */
export const isAbout = ({ receivable_ids }: Hold, receivable_id: string): boolean => receivable_ids.length === 0 || receivable_ids.includes(receivable_id);

export const stopsClock = ({ kind }: Pick<Hold, 'kind'>): boolean => ruleOf(kind).stops !== 'contacts';

/** Days from the last day payable without charge on that some holds took out of the régua's count; a day of several counts once. */
export function pausedDays(holds: readonly Hold[], due_date: CivilDate, now: Date): number {
  const today = localDate(now, CREDITOR_ZONE);
  const spans = holds.filter(stopsClock).map((hold) => [later(hold.begin_date, due_date), endOf(hold, today)] as const);
  let [days, reached] = [0, due_date];
  for (const [from, until] of spans.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    if (until <= later(from, reached)) continue;
    days += daysBetween(later(from, reached), until);
    reached = until;
  }
  return days;
}

/** The first day that counts again. A sweep that comes late does not make a hold longer. */
function endOf({ kind, lifted, review_date }: Hold, today: CivilDate): CivilDate {
  const seen = lifted ? localDate(lifted.at, CREDITOR_ZONE) : today;
  return ruleOf(kind).ends_by === 'date' && review_date < seen ? review_date : seen;
}
