import { derivedId, type EventOf, type NotificationsCauseAnswered } from '@emdia/contracts';
import { Forbidden, type DecisionOne } from '@emdia/messaging';
import type { Cause } from '@emdia/regua';
import { placeHold } from '../holds/hold';
import { KIND_OF_SILENCE, type HoldKind } from '../holds/kinds';
import { isAbout, isLive } from '../holds/standing';
import { followCause, withCause } from '../reguas/follow';
import type { CaseFile } from './case-file';
import { conclude, SELF } from './conclude';
import { creditorDay } from './plan';

/** Where each answer leads: to a hold, or to the régua that is meant for it. */
export const CAUSES: Readonly<Record<Cause, { readonly path: 'regua' } | { readonly path: 'hold'; readonly kind: HoldKind }>> = {
  forgot: { path: 'regua' },
  'no-money': { path: 'regua' },
  'payment-method': { path: 'regua' },
  'not-recognised': { path: 'hold', kind: 'dispute' },
  'already-paid': { path: 'hold', kind: 'already-paid' },
};

export interface CauseTold {
  readonly cause: Cause;
  /** The debts that are meant; none: those past due, or all where none is. */
  readonly receivable_ids: readonly string[];
  readonly actor: string;
  /** How it came to be known. */
  readonly reason?: string;
  /** Tells this request from others. */
  readonly request_id: string;
}

/** What an answer led to. */
export interface CauseTaken {
  readonly cause: Cause;
  readonly regua_version: string | null;
  readonly hold_id: string | null;
}

/** Takes the answer to why debts are unpaid; the newest counts, and the same again changes nothing. Forbidden where nothing is open. */
export function tellCause(file: CaseFile, { cause, receivable_ids, actor, reason = 'told', request_id }: CauseTold, now: Date): DecisionOne<CaseFile, CauseTaken> {
  if (file.status !== 'open') throw new Forbidden('nothing-open', 'Nothing of this customer is open, so nothing is unpaid. Check `customer_id`.');
  const stranger = receivable_ids.find((id) => file.receivables.get(id)?.status !== 'open');
  if (stranger) throw new Forbidden('unknown-receivable', `The customer owes no receivable ${stranger}. Leave the list out to speak of all that is past due.`);
  const path = CAUSES[cause];
  const meant = path.path === 'hold' ? unheld(file, path.kind, receivable_ids.length > 0 ? receivable_ids : unpaid(file, now), now) : [];
  const isNews = file.cause?.cause !== cause || file.cause.by === SELF;
  if (!isNews && meant.length === 0) return { ignored: 'known', result: { cause, regua_version: file.regua_version, hold_id: null } };

  const told = isNews ? withCause(file, cause, { actor, reason }, now) : file;
  const taken = path.path === 'regua' ? followCause(told, actor, now) : told;
  if (path.path === 'regua' || meant.length === 0) {
    return { ...conclude(taken, `cause ${request_id}`, now), result: { cause, regua_version: taken.regua_version, hold_id: null } };
  }
  const hold_id = derivedId('hold', request_id);
  const held = placeHold(taken, { hold_id, kind: path.kind, receivable_ids: meant, reason: `cause: ${cause}`, actor }, now);
  return { ...held, result: { cause, regua_version: taken.regua_version, hold_id } };
}

/** Who answers by the link in a letter. */
const DEBTOR = 'the debtor, by the link in a letter';

/** The debtor's own answer about the debts of a letter, of those that are still open; what a person said later stands. */
export function applyCauseAnswered(file: CaseFile, event: EventOf<typeof NotificationsCauseAnswered>, now: Date): DecisionOne<CaseFile, CauseTaken> {
  const { cause, notice_id, answered_at } = event.data;
  const receivable_ids = event.data.receivable_ids.filter((id) => file.receivables.get(id)?.status === 'open');
  if (file.status !== 'open' || receivable_ids.length === 0) return { ignored: 'nothing-open' };
  // What nobody said but was made out here, from a stopped card, is no word: the debtor's own counts.
  if (file.cause && file.cause.by !== SELF && file.cause.at > new Date(answered_at)) return { ignored: 'older-word' };
  return tellCause(file, { cause, receivable_ids, actor: DEBTOR, reason: `answer to notice ${notice_id}`, request_id: event.id }, now);
}

/** The open debts past due, or all that are open where none is. */
function unpaid({ receivables }: CaseFile, now: Date): string[] {
  const today = creditorDay(now);
  const open = [...receivables.values()].filter(({ status, standing }) => status === 'open' && standing?.kind !== 'end');
  const late = open.filter(({ effective_due_date }) => effective_due_date < today);
  return (late.length > 0 ? late : open).map(({ receivable_id }) => receivable_id).sort();
}

/** Of some debts those that no live hold of a kind is about, be it of this service or of another. */
function unheld({ holds, receivables }: CaseFile, kind: HoldKind, receivable_ids: readonly string[], now: Date): string[] {
  const live = [...holds.values()].filter((hold) => hold.kind === kind && isLive(hold, now));
  return receivable_ids.filter((id) => KIND_OF_SILENCE[receivables.get(id)!.collectability]?.kind !== kind && !live.some((hold) => isAbout(hold, id)));
}
