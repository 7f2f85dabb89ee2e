import { addDays, type CivilDate } from '@emdia/calendar';
import { derivedId, DunningHoldPlaced, outgoing, type Outgoing } from '@emdia/contracts';
import { Forbidden, type DecisionOne } from '@emdia/messaging';
import { lift } from '../cases/act';
import { withEntries, type CaseFile, type Hold } from '../cases/case-file';
import { conclude } from '../cases/conclude';
import { creditorDay } from '../cases/plan';
import { followCause, withCause } from '../reguas/follow';
import { asking, nextLook } from './asking';
import { ruleOf, type HoldKind } from './kinds';
import { awaitsDecision } from './standing';

export interface HoldWanted {
  readonly hold_id: string;
  readonly receivable_ids: readonly string[];
  /** `manual` when left out. */
  readonly kind?: HoldKind | undefined;
  readonly reason: string;
  /** Today, when left out. */
  readonly begin_date?: CivilDate | undefined;
  /** As the kind says, when left out. */
  readonly review_date?: CivilDate | undefined;
  readonly actor: string;
}

/** Stops collection by the rules of the kind until lifted or its day has come; Forbidden where they do not allow it, or the customer or a receivable is unknown. */
export function placeHold(file: CaseFile, wanted: HoldWanted, now: Date): DecisionOne<CaseFile, Hold> {
  const { hold_id, receivable_ids, kind = 'manual', reason, actor } = wanted;
  const rule = ruleOf(kind);
  const today = creditorDay(now);
  const { begin_date = today, review_date = addDays(today, rule.days ?? 1) } = wanted;
  const refused = refusal(file, { ...wanted, kind, begin_date, review_date }, today);
  if (refused) throw refused;

  const renewed = heldAnew(file, { kind, receivable_ids, actor }, now);
  const hold: Hold = { hold_id, receivable_ids, kind, reason, actor, placed_at: now, begin_date, review_date, look_date: review_date, placed_with: null, task: null, lifted: null, decided: null };
  const { next, events } = stand(renewed, hold, now);
  return { ...conclude(next, hold_id, now, events), result: next.holds.get(hold_id)! };
}

/** A hold put into a case, and what is told of it; nothing of it is checked or planned. */
export function stand(file: CaseFile, hold: Hold, now: Date): { next: CaseFile; events: Outgoing[] } {
  const { key, creditor_id, customer_id } = file;
  const { hold_id, receivable_ids, kind, reason, actor, review_date, begin_date } = hold;
  const { asks, cause } = ruleOf(kind);
  const placed = outgoing(DunningHoldPlaced, {
    id: derivedId('hold-placed', hold_id), key, creditor_id, now,
    data: { creditor_id, customer_id, hold_id, receivable_ids: [...receivable_ids], reason, actor, review_date, kind, begin_date },
  });
  const asked = asks === null ? { hold: { ...hold, look_date: nextLook(hold, creditorDay(now)) }, events: [] } : asking(file, hold, asks, now);
  const held = { ...file, holds: withEntries(file.holds, [[hold_id, asked.hold]]) };
  // Who is held because they have no money must not return to the régua of those who have forgotten.
  const next = cause && file.status === 'open' && file.cause?.cause !== cause ? followCause(withCause(held, cause, { actor, reason: `hold: ${kind}` }, now), actor, now) : held;
  return { next, events: [placed, ...asked.events] };
}

/** A hold of the same kind over all that one which ended was about is what a person decided on that one. */
export function heldAnew(file: CaseFile, { kind, receivable_ids, actor }: Pick<Hold, 'kind' | 'receivable_ids' | 'actor'>, now: Date): CaseFile {
  const covers = (ended: Hold) => receivable_ids.length === 0 || (ended.receivable_ids.length > 0 && ended.receivable_ids.every((id) => receivable_ids.includes(id)));
  const renewed = [...file.holds.values()].filter((ended) => ended.kind === kind && awaitsDecision(ended) && covers(ended));
  return { ...file, holds: withEntries(file.holds, renewed.map((ended) => [ended.hold_id, { ...ended, decided: { at: now, reason: 'held anew', actor } }])) };
}

type Asked = Required<Pick<HoldWanted, 'receivable_ids'>> & { readonly kind: HoldKind; readonly begin_date: CivilDate; readonly review_date: CivilDate };

/** Why a hold may not be placed, and what would be allowed; null where it may. */
function refusal(file: CaseFile, { kind, receivable_ids, begin_date, review_date }: Asked, today: CivilDate): Forbidden | null {
  const { kept_by, covers, days_max, backdate_days_max, describes } = ruleOf(kind);
  if (file.person === null && file.receivables.size === 0) return new Forbidden('unknown-customer', 'Nothing is known of this customer. Check `customer_id`.');
  if (kept_by !== 'people') return new Forbidden('kept-by-others', `Nobody places a hold of this kind here: ${kept_by} keeps it. ${describes}`);
  const last = addDays(today, days_max ?? 0);
  if (review_date <= today || review_date > last) return new Forbidden('review-date', `Give a \`review_date\`, on which it ends, after ${today} and up to ${last}.`);
  const first = addDays(today, -backdate_days_max);
  if (begin_date > today || begin_date < first) return new Forbidden('begin-date', backdate_days_max === 0 ? 'A hold of this kind begins when it is placed: leave `begin_date` out.' : `Give a \`begin_date\` from ${first} to ${today}.`);
  if (covers === 'person' && receivable_ids.length > 0) return new Forbidden('whole-person', 'A hold of this kind is about the person: leave `receivable_ids` out.');
  const stranger = receivable_ids.find((id) => !file.receivables.has(id));
  return stranger ? new Forbidden('unknown-receivable', `The customer has no receivable ${stranger}. Leave the list out to hold everything of the customer.`) : null;
}

/** Lifts a hold by a person's word, or takes their decision where it has ended by itself; false where neither is wanted any more, Forbidden where the kind wants their reason and they gave none. */
export function liftHold(file: CaseFile, hold_id: string, by: { reason?: string | undefined; actor: string }, now: Date): DecisionOne<CaseFile, boolean> {
  const hold = file.holds.get(hold_id);
  if (!hold || (hold.lifted && !awaitsDecision(hold))) return { ignored: 'not-live', result: false };
  if (ruleOf(hold.kind).follows === 'owner' && !by.reason) throw new Forbidden('reason-missing', 'After a hold of this kind debts are asked for by a person\'s decision alone: say why in `reason`.');
  const word = { reason: by.reason ?? 'lifted by request', actor: by.actor };
  const { next, events } = hold.lifted
    ? { next: { ...file, holds: withEntries(file.holds, [[hold_id, { ...hold, decided: { at: now, ...word } }]]) }, events: [] }
    : lift(file, hold, { ...word, follows: 'regua', by_itself: false }, now);
  return { ...conclude(next, `lifted ${hold_id}`, now, events), result: true };
}
