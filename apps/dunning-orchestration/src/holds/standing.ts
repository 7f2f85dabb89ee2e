import { daysBetween, localDate, type CivilDate } from '@emdia/calendar';
import type { Hold } from '../cases/case-file';
import { CREDITOR_ZONE, later, startOf } from '../cases/contact-days';
import { ruleOf } from './kinds';

/** Whether a hold stands: until it is lifted or its day begins. */
export const isLive = ({ lifted, review_date }: Hold, now: Date): boolean => lifted === null && startOf(review_date) > now;

/** Whether a hold ended by itself, nobody is asked for money before a person has decided, and no person has. */
export const awaitsDecision = ({ kind, lifted, decided }: Hold): boolean => ruleOf(kind).follows === 'owner' && lifted !== null && lifted.by_itself && decided === null;

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

/** The first day that counts again: where a person decides, that of their decision. A sweep that comes late does not make a hold longer. */
function endOf({ kind, lifted, decided, review_date }: Hold, today: CivilDate): CivilDate {
  const waits = ruleOf(kind).follows === 'owner';
  const ended = decided ?? (waits && lifted?.by_itself ? null : lifted);
  const seen = ended ? localDate(ended.at, CREDITOR_ZONE) : today;
  return !waits && review_date < seen ? review_date : seen;
}
