import { addDays, daysBetween, type CivilDate } from '@emdia/calendar';
import { derivedId, DunningHoldPlaced, outgoing } from '@emdia/contracts';
import { Forbidden, type DecisionOne } from '@emdia/messaging';
import { entrusted, lift, openOf } from '../cases/act';
import { withEntries, type CaseFile, type Hold } from '../cases/case-file';
import { conclude } from '../cases/conclude';
import { creditorDay } from '../cases/plan';
import { followCause, withCause } from '../reguas/follow';
import { ruleOf, type HoldKind } from './kinds';

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
  readonly placed_with?: string | null;
  readonly actor: string;
}

/** Stops collection by the rules of the kind until lifted or its day has come; Forbidden where they do not allow it, or the customer or a receivable is unknown. */
export function placeHold(file: CaseFile, wanted: HoldWanted, now: Date): DecisionOne<CaseFile, Hold> {
  const { key, creditor_id, customer_id } = file;
  const { hold_id, receivable_ids, kind = 'manual', reason, actor, placed_with = null } = wanted;
  const rule = ruleOf(kind);
  const today = creditorDay(now);
  const { begin_date = today, review_date = addDays(today, rule.days ?? 1) } = wanted;
  const refused = refusal(file, { ...wanted, kind, begin_date, review_date }, today);
  if (refused) throw refused;

  const hold: Hold = { hold_id, receivable_ids, kind, reason, actor, placed_at: now, begin_date, review_date, placed_with, task: null, lifted: null };
  const placed = outgoing(DunningHoldPlaced, {
    id: derivedId('hold-placed', hold_id), key, creditor_id, now,
    data: { creditor_id, customer_id, hold_id, receivable_ids: [...receivable_ids], reason, actor, review_date, kind, begin_date },
  });
  const about = openOf(file, hold);
  const asked = rule.asks && about.length > 0 ? entrusted(file, about, { reason: `${kind}: ${rule.asks}`, days: daysBetween(today, review_date), cause: hold_id }, now) : null;
  const standing = asked ? { ...hold, task: { task_id: asked.owner.task_id, queue: asked.owner.queue, reason: asked.owner.reason } } : hold;
  const held = { ...file, holds: withEntries(file.holds, [[hold_id, standing]]) };
  // Who is held because they have no money must not return to the régua of those who have forgotten.
  const next = rule.cause && file.status === 'open' && file.cause?.cause !== rule.cause ? followCause(withCause(held, rule.cause, { actor, reason: `hold: ${kind}` }, now), actor, now) : held;
  return { ...conclude(next, hold_id, now, asked ? [placed, asked.task] : [placed]), result: standing };
}

type Asked = Required<Pick<HoldWanted, 'receivable_ids'>> & { readonly kind: HoldKind; readonly begin_date: CivilDate; readonly review_date: CivilDate };

/** Why a hold may not be placed, and what would be allowed; null where it may. */
function refusal(file: CaseFile, { kind, receivable_ids, begin_date, review_date }: Asked, today: CivilDate): Forbidden | null {
  const { kept_by, covers, days_max, backdate_days_max, describes } = ruleOf(kind);
  if (file.person === null && file.receivables.size === 0) return new Forbidden('unknown-customer', 'Nothing is known of this customer. Check `customer_id`.');
  if (kept_by !== 'people') return new Forbidden('kept-by-others', `Nobody places a hold of this kind here: ${kept_by} keeps it. ${describes}`);
  const last = addDays(today, days_max ?? 0);
  if (review_date <= today || review_date > last) return new Forbidden('review-date', `Give a \`review_date\` after ${today} and up to ${last}.`);
  const first = addDays(today, -backdate_days_max);
  if (begin_date > today || begin_date < first) return new Forbidden('begin-date', backdate_days_max === 0 ? 'A hold of this kind begins when it is placed: leave `begin_date` out.' : `Give a \`begin_date\` from ${first} to ${today}.`);
  if (covers === 'person' && receivable_ids.length > 0) return new Forbidden('whole-person', 'A hold of this kind is about the person: leave `receivable_ids` out.');
  const stranger = receivable_ids.find((id) => !file.receivables.has(id));
  return stranger ? new Forbidden('unknown-receivable', `The customer has no receivable ${stranger}. Leave the list out to hold everything of the customer.`) : null;
}

/** Lifts a hold by a person's word; false where it is not live any more, Forbidden where the kind wants their reason and they gave none. */
export function liftHold(file: CaseFile, hold_id: string, by: { reason?: string | undefined; actor: string }, now: Date): DecisionOne<CaseFile, boolean> {
  const hold = file.holds.get(hold_id);
  if (!hold || hold.lifted) return { ignored: 'not-live', result: false };
  if (ruleOf(hold.kind).ends_by === 'person' && !by.reason) throw new Forbidden('reason-missing', 'Only a person ends a hold of this kind: say why in `reason`.');
  const { next, events } = lift(file, hold, { reason: by.reason ?? 'lifted by request', actor: by.actor, follows: 'regua' }, now);
  return { ...conclude(next, `lifted ${hold_id}`, now, events), result: true };
}
