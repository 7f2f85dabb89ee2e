import { addDays, type CivilDate } from '@emdia/calendar';
import { derivedId, DunningHoldPlaced, outgoing } from '@emdia/contracts';
import { Forbidden, type DecisionOne } from '@emdia/messaging';
import { lift } from '../cases/act';
import { withEntries, type CaseFile, type Hold } from '../cases/case-file';
import { conclude } from '../cases/conclude';
import { creditorDay } from '../cases/plan';

/** A stop may last this long before a person looks at it again. */
export const HOLD_DAYS_MAX = 90;

export interface HoldWanted {
  readonly hold_id: string;
  readonly receivable_ids: readonly string[];
  readonly reason: string;
  readonly review_date: CivilDate;
  readonly actor: string;
}

/** Stops collection until lifted or reviewed; Forbidden where the customer or a receivable is unknown, or the review too far or past. */
export function placeHold(file: CaseFile, wanted: HoldWanted, now: Date): DecisionOne<CaseFile, Hold> {
  const { key, creditor_id, customer_id } = file;
  const today = creditorDay(now);
  const last = addDays(today, HOLD_DAYS_MAX);
  if (file.person === null && file.receivables.size === 0) throw new Forbidden('unknown-customer', 'Nothing is known of this customer. Check `customer_id`.');
  if (wanted.review_date <= today || wanted.review_date > last) throw new Forbidden('review-date', `Give a \`review_date\` after ${today} and up to ${last}.`);
  const stranger = wanted.receivable_ids.find((id) => !file.receivables.has(id));
  if (stranger) throw new Forbidden('unknown-receivable', `The customer has no receivable ${stranger}. Leave the list out to hold everything of the customer.`);

  const hold: Hold = { ...wanted, placed_at: now, lifted: null };
  const { hold_id, reason, review_date, actor } = wanted;
  const event = outgoing(DunningHoldPlaced, {
    id: derivedId('hold-placed', hold_id), key, creditor_id, now,
    data: { creditor_id, customer_id, hold_id, receivable_ids: [...wanted.receivable_ids], reason, actor, review_date },
  });
  return { ...conclude({ ...file, holds: withEntries(file.holds, [[hold_id, hold]]) }, hold_id, now, [event]), result: hold };
}

/** Lifts a hold; false where it is not live any more. */
export function liftHold(file: CaseFile, hold_id: string, by: { reason: string; actor: string }, now: Date): DecisionOne<CaseFile, boolean> {
  const hold = file.holds.get(hold_id);
  if (!hold || hold.lifted) return { ignored: 'not-live', result: false };
  const { next, events } = lift(file, hold, by, now);
  return { ...conclude(next, `lifted ${hold_id}`, now, events), result: true };
}
