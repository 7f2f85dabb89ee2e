import { addDays } from '@emdia/calendar';
import type { Outgoing } from '@emdia/contracts';
import { anHourLater, backOffMs, meaningOf, type GateAnswer } from '@emdia/gate';
import type { DecisionOne } from '@emdia/messaging';
import { prescribesOn } from '@emdia/money';
import { entrusted } from '../holds/asking';
import { withEntries, type CaseFile, type Receivable } from '../cases/case-file';
import { conclude } from '../cases/conclude';
import { localDayOf, startOf } from '../cases/contact-days';
import { awaitsDecision, isAbout, isLive } from '../holds/standing';
import { policyOf } from '../reguas/policy';
import { grantOf, retryOf } from '../retries/retrying';
import { dayOf, requested, requestOf, type OutwardAct } from './outward-act';

/** The gate's word on one act; null is no answer. `fresh` says whether it will still be young enough when this commits. */
export interface GateWord {
  readonly answer: GateAnswer | null;
  readonly as_of_epoch_ms: number;
  readonly fresh: boolean;
  readonly epoch_ms: number;
}

type Decided = DecisionOne<CaseFile, OutwardAct['status']>;

const AGAIN_MS_MAX = 15_000;

/** planned → requested | refused | expired, or planned still, and asked again later. What the case itself knows counts before the gate's word. */
export function request(file: CaseFile, act_id: string, word: GateWord, now: Date): Decided {
  const act = file.acts.get(act_id);
  if (act?.status !== 'planned') return { ignored: 'not-planned' };
  const receivable = file.receivables.get(act.receivable_id)!;
  // An act belongs to its day: after it the régua plans anew, merged into the right step.
  const dayOver = startOf(addDays(dayOf(act), 1));
  if (now >= dayOver) return put(file, { ...act, status: 'expired', reason: act.reason ?? 'day-over', due_at: null, retry_at_epoch_ms: null }, now);
  const own = ownRefusal(file, receivable, act, now);
  if (own) return put(file, refused(act, own), now);
  const retry = act.kind === 'retry' ? retryOf(file, receivable, now) : null;
  if (retry && 'never' in retry) return put(file, refused(act, retry.never), now);
  if (retry && retry.at >= dayOver) return put(file, refused(act, 'retry-later'), now);
  if (retry && retry.at > now) return put(file, { ...act, due_at: retry.at, retry_at_epoch_ms: null, reason: 'retry-later' }, now);

  const { answer, as_of_epoch_ms, fresh, epoch_ms } = word;
  // What the case would ask for rests on an older version than what the gate lets go.
  const isBehind = answer?.owed === true && answer.version > receivable.version;
  if (answer?.owed && fresh && !isBehind) {
    const { version, invoice_id, open_cents } = answer;
    const gone = requested({ ...act, retry: retry && grantOf(retry) }, { as_of_epoch_ms, version, invoice_id, open_cents }, now);
    return put(file, gone, now, [requestOf(file, gone)]);
  }
  const refusal = answer === null ? 'no-answer' : !answer.owed ? answer.reason : isBehind ? 'behind' : 'too-old';
  const again = { ...act, attempt: act.attempt + 1, reason: refusal };
  switch (meaningOf(refusal)) {
    case 'final': return put(file, refused(act, refusal), now);
    case 'waits': return put(file, { ...again, due_at: anHourLater(now), retry_at_epoch_ms: null }, now);
    case 'again': return put(file, { ...again, retry_at_epoch_ms: epoch_ms + backOffMs(act.attempt, AGAIN_MS_MAX) }, now);
  }
}

const refused = (act: OutwardAct, reason: string): OutwardAct => ({ ...act, status: 'refused', reason, due_at: null, retry_at_epoch_ms: null });

const SAID = new Set<string>(['settled', 'held', 'disputed', 'promised', 'agreed']);

/** What the case knows and the gate may not have heard yet; null where nothing stands against it. */
function ownRefusal(file: CaseFile, { receivable_id, status, collectability, original_due_date, effective_due_date }: Receivable, { due_date, kind, regua_version }: OutwardAct, now: Date): string | null {
  if (status !== 'open') return status;
  if (prescribesOn(effective_due_date) < localDayOf(file, now)) return 'prescribed';
  if (original_due_date !== due_date) return 'due-date-changed';
  if ([...file.holds.values()].some((hold) => (isLive(hold, now) || awaitsDecision(hold)) && isAbout(hold, receivable_id))) return 'held';
  if ([...file.agreements.values()].some(({ ended, receivable_ids }) => !ended && receivable_ids.includes(receivable_id))) return 'agreed';
  if (SAID.has(collectability)) return collectability;
  if (!file.carries_out?.has(kind)) return 'not-carried-out';
  return policyOf(file).version === regua_version ? null : 'regua-changed';
}

/** What came of posting an act to the creditor's webhook; `withdrawn`: its debt ended first; `troubled`: still tried, and a person should look. */
export type Posted =
  | { readonly outcome: 'accepted' | 'unheard' | 'withdrawn' }
  | { readonly outcome: 'rejected' | 'unanswered' | 'troubled'; readonly reason: string };

/** requested → accepted | rejected | unanswered; where it was not accepted a person is told why, and the régua waits for them. `unheard`: no webhook is left to tell it to. */
export function told(file: CaseFile, act_id: string, posted: Posted, now: Date): Decided {
  const act = file.acts.get(act_id);
  if (act?.status !== 'requested') return { ignored: 'not-requested' };
  switch (posted.outcome) {
    case 'accepted': return put(file, { ...act, status: 'accepted', answered_at: now, task: null }, now);
    case 'unheard': return put(file, { ...act, answered_at: now, reason: 'no-webhook', task: null }, now);
    // It may have been heard though nobody said so: what it did is taken back like the rest.
    case 'withdrawn': return put(file, { ...act, status: 'unanswered', answered_at: now, reason: 'debt-ended' }, now);
    case 'troubled': return act.task ? { ignored: 'told-before' } : handedOver(file, { ...act, reason: posted.reason }, now);
    default: return handedOver(file, { ...act, status: posted.outcome, reason: posted.reason, answered_at: now }, now);
  }
}

const REVIEW_DAYS = 2;

function handedOver(file: CaseFile, act: OutwardAct, now: Date): Decided {
  const receivable = file.receivables.get(act.receivable_id)!;
  const isOpen = receivable.status === 'open' && receivable.standing?.kind !== 'end';
  // Nobody is to do what the end of the debt would have taken back, nor what would not be asked for now (the step comes again), nor what they said they have done.
  const isWanted = isOpen && !(act.status === 'rejected' && ownRefusal(file, receivable, act, now));
  if ((!isWanted && act.undoes === null) || act.task?.done) return put(file, act, now);
  const reason = `${act.step}: ${act.change ?? act.kind} ${act.status === 'unanswered' ? 'may be done, look first' : 'not done'}: ${act.reason}`.slice(0, 80);
  const { owner, task } = entrusted(file, [receivable], { reason, days: REVIEW_DAYS, cause: act.act_id }, now);
  const { task_id, queue, review_date } = owner;
  const entrustedAct = { ...act, task: { task_id, queue, reason, review_date } };
  // What a person may do now they are asked to take back, too.
  const acted = act.undoes === null && act.change ? [...receivable.acted, { step: act.step, due_date: act.due_date, on: localDayOf(file, now), task_id, change: act.change }] : receivable.acted;
  // A debt that has ended needs no owner: the task stands on the act alone.
  const next = isOpen ? { ...file, receivables: withEntries(file.receivables, [[receivable.receivable_id, { ...receivable, owner, acted }]]) } : file;
  return put(next, entrustedAct, now, [task]);
}

function put(file: CaseFile, act: OutwardAct, now: Date, events: readonly Outgoing[] = []): Decided {
  const next = { ...file, acts: withEntries(file.acts, [[act.act_id, act]]) };
  return { ...conclude(next, `${act.act_id} ${act.status} ${act.attempt}`, now, events), result: act.status };
}
