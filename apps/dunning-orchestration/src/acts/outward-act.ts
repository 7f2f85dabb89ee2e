import { daysBetween, localDate, type CivilDate } from '@emdia/calendar';
import {
  DunningBureauRequested, DunningProtestRequested, DunningRetryRequested, DunningServiceChangeRequested, DunningWriteOffRequested, derivedId, outgoing, type DataOf, type Outgoing,
} from '@emdia/contracts';
import type { Step } from '@emdia/regua';
import { CREDITOR_ZONE } from '../cases/contact-days';
import type { Acted, CaseFile, Owner, Receivable, TaskDone } from '../cases/case-file';
import type { Granted } from '../retries/retrying';

/** Steps without a message that a creditor may have carried out by its own systems; what it does not, a person does. */
export const ACT_KINDS = ['retry', 'service', 'bureau-notice', 'bureau-listing', 'protest', 'write-off'] as const;
export type ActKind = (typeof ACT_KINDS)[number];

export type Change = DataOf<typeof DunningServiceChangeRequested>['change'] | DataOf<typeof DunningBureauRequested>['change'] | DataOf<typeof DunningProtestRequested>['change'];

/** What the gate said when the act was asked for. */
export interface ActVerdict {
  /** Epoch wall time; null for what gives something back, about which the gate is not asked. */
  readonly as_of_epoch_ms: number | null;
  readonly version: number;
  readonly invoice_id: string;
  readonly open_cents: number;
}

/**
 * One act asked of the creditor's systems: planned → requested | refused | expired; where a webhook carries it,
 * requested → accepted | rejected | unanswered. Refused and expired ones never left, and the step is planned anew; so it is
 * after one that was rejected when its debt had ended or was not to be asked for, and that nobody did instead.
 */
export interface OutwardAct {
  readonly act_id: string;
  readonly receivable_id: string;
  readonly due_date: CivilDate;
  readonly step: string;
  readonly kind: ActKind;
  readonly change: Change | null;
  /** The act that it takes back; null where it takes nothing back. */
  readonly undoes: string | null;
  readonly regua_version: string;
  readonly facts: readonly { readonly receivable_id: string; readonly version: number }[];
  readonly planned_at: Date;
  readonly status: 'planned' | 'requested' | 'accepted' | 'rejected' | 'unanswered' | 'refused' | 'expired';
  readonly reason: string | null;
  /** When the gate is asked next, in business time; null once it was requested or given up. */
  readonly due_at: Date | null;
  /** In wall time, where only that heals what was in the way. */
  readonly retry_at_epoch_ms: number | null;
  readonly attempt: number;
  readonly verdict: ActVerdict | null;
  readonly call_began_at: Date | null;
  readonly valid_until: Date | null;
  readonly answered_at: Date | null;
  /** What was granted of a retry when it was asked for; null of any other act. */
  readonly retry: Granted | null;
  /** Who was asked to look after it, where the receiver would not have it or was not there. */
  readonly task: (Owner & { readonly done?: TaskDone }) | null;
}

/** So long an act may take to begin after it was asked for. */
const VALID_MS = 60_000;

/** Whether nothing came of it: it never left, or its receiver would not have it while nobody was to do it instead. */
export const isOff = ({ status, task }: Pick<OutwardAct, 'status' | 'task'>): boolean => status === 'refused' || status === 'expired' || (status === 'rejected' && task === null);
/** Whether the receiver may have done it. */
export const hasGone = ({ status }: OutwardAct): boolean => status === 'requested' || status === 'accepted' || status === 'unanswered';

/** The day on which an act counts as done, Brasília. */
export const dayOf = ({ call_began_at, planned_at }: OutwardAct): CivilDate => localDate(call_began_at ?? planned_at, CREDITOR_ZONE);

/** The acts of a case on one debt for its present due date, those that take something back left out. */
export const actsOf = ({ acts }: Pick<CaseFile, 'acts'>, { receivable_id, original_due_date }: Receivable): OutwardAct[] =>
  [...acts.values()].filter((act) => act.receivable_id === receivable_id && act.due_date === original_due_date && act.undoes === null);

const CHANGES: Partial<Record<Step['action'], Change>> = { 'bureau-notice': 'notice', 'bureau-listing': 'listing', protest: 'protest' };

/** What a step changes; null where that is nothing that could be taken back. */
export const changeOf = (step: Step): Change | null => (step.action === 'service' ? step.change : (CHANGES[step.action] ?? null));

/** A step as an act planned now; a step whose act was given up gets another. */
export function planned(file: CaseFile, receivable: Receivable, step: Step<ActKind>, regua_version: string, now: Date): OutwardAct {
  const { receivable_id, original_due_date: due_date } = receivable;
  const before = actsOf(file, receivable).filter((act) => act.step === step.step).length;
  return {
    act_id: derivedId('act', receivable_id, due_date, step.step, before), receivable_id, due_date, step: step.step, kind: step.action,
    change: changeOf(step), undoes: null, regua_version, facts: factsOf(file), planned_at: now,
    status: 'planned', reason: null, due_at: now, retry_at_epoch_ms: null, attempt: 1, verdict: null, call_began_at: null, valid_until: null, answered_at: null, retry: null, task: null,
  };
}

const factsOf = ({ receivables }: CaseFile): OutwardAct['facts'] =>
  [...receivables.values()].filter(({ status }) => status === 'open').map(({ receivable_id, version }) => ({ receivable_id, version }));

/** Asked for at this instant, under a verdict. */
export const requested = (act: OutwardAct, verdict: ActVerdict, now: Date): OutwardAct => ({
  ...act, status: 'requested', reason: null, due_at: null, retry_at_epoch_ms: null, verdict, call_began_at: now, valid_until: act.undoes === null ? new Date(now.getTime() + VALID_MS) : null,
});

/** Acts that stand, and what takes each back; of several of one kind on a debt the last replaced the others. */
export const UNDONE_BY: Partial<Record<Change, Change>> = { limit: 'restore', suspend: 'restore', listing: 'removal', protest: 'cancellation' };

/** What the creditor's systems did because of a debt and nobody has asked to take back yet, the last of each kind. */
export function inForce({ acts }: Pick<CaseFile, 'acts'>, receivable_id: string): OutwardAct[] {
  const last = new Map<Change, OutwardAct>();
  for (const act of acts.values()) {
    const by = act.change && UNDONE_BY[act.change];
    const known = by && last.get(by);
    if (by && act.receivable_id === receivable_id && hasGone(act) && !(known && known.call_began_at! >= act.call_began_at!)) last.set(by, act);
  }
  const undone = new Set([...acts.values()].map(({ undoes }) => undoes));
  return [...last.values()].filter(({ act_id }) => !undone.has(act_id));
}

/** What people did, or may have done, because of a debt and nobody was asked to take back yet, the last of each kind. */
export function inForceByPeople({ acted }: Pick<Receivable, 'acted'>): (Acted & { readonly change: Change })[] {
  const last = new Map<Change, Acted & { readonly change: Change }>();
  for (const each of acted) {
    const by = each.change && UNDONE_BY[each.change];
    if (by) last.set(by, { ...each, change: each.change! });
  }
  return [...last.values()].filter(({ back }) => back === undefined);
}

/** What was done of a debt that is owed anew: whoever was asked to take something back and has not said that they did may have left it, so that the next end asks again. */
export function neverTakenBack(acted: readonly Acted[]): readonly Acted[] {
  const isLeft = ({ back, back_task }: Acted): boolean => back !== undefined && !back_task?.done;
  if (!acted.some(isLeft)) return acted;
  return acted.map((each) => (!isLeft(each) ? each : { step: each.step, due_date: each.due_date, on: each.on, task_id: each.task_id, change: each.change! }));
}

/** The act that takes another back, asked for at once: nothing holds it up. */
export function takenBack(act: OutwardAct, { version, open_cents }: Receivable, facts: OutwardAct['facts'], now: Date): OutwardAct {
  const back: OutwardAct = { ...act, act_id: derivedId('undo', act.act_id), change: UNDONE_BY[act.change!]!, undoes: act.act_id, facts, planned_at: now, attempt: 1, answered_at: null, task: null };
  return requested(back, { as_of_epoch_ms: null, version, invoice_id: act.verdict!.invoice_id, open_cents }, now);
}

/** Whether somebody heard of an act: the webhook took it; where the creditor has none, its systems read the topic. */
const isHeard = ({ has_webhook }: CaseFile, { status, reason }: OutwardAct): boolean => status === 'accepted' || (status === 'requested' && reason === null && !has_webhook);

/** Whether the notice that must come before a bureau entry was heard so many days ago, not merely given to a person to do. */
export const isNoticed = (file: CaseFile, receivable: Receivable, notice_days: number, today: CivilDate): boolean =>
  actsOf(file, receivable).some((act) => act.kind === 'bureau-notice' && isHeard(file, act) && daysBetween(dayOf(act), today) >= notice_days);

/** The event that asks for an act; its body is what the webhook gets. */
export function requestOf(file: Pick<CaseFile, 'key' | 'creditor_id' | 'customer_id' | 'case_id'>, act: OutwardAct): Outgoing {
  const { key, creditor_id, customer_id, case_id } = file;
  const { act_id, receivable_id, due_date, step, regua_version, facts, call_began_at, valid_until, verdict, undoes, change } = act;
  const data = {
    creditor_id, customer_id, case_id, act_id, receivable_id, invoice_id: verdict!.invoice_id, due_date, step, regua_version, open_cents: verdict!.open_cents,
    call_began_at: call_began_at!.toISOString(), valid_until: valid_until?.toISOString() ?? null, facts: [...facts],
  };
  const back = undoes === null ? {} : { undoes };
  const envelope = { id: derivedId('act-requested', act_id), key, creditor_id, now: call_began_at! };
  switch (act.kind) {
    case 'retry': return outgoing(DunningRetryRequested, { ...envelope, data: { ...data, ...act.retry! } });
    case 'write-off': return outgoing(DunningWriteOffRequested, { ...envelope, data });
    case 'service': return outgoing(DunningServiceChangeRequested, { ...envelope, data: { ...data, ...back, change: change as DataOf<typeof DunningServiceChangeRequested>['change'] } });
    case 'protest': return outgoing(DunningProtestRequested, { ...envelope, data: { ...data, ...back, change: change as DataOf<typeof DunningProtestRequested>['change'] } });
    default: return outgoing(DunningBureauRequested, { ...envelope, data: { ...data, ...back, change: change as DataOf<typeof DunningBureauRequested>['change'] } });
  }
}
