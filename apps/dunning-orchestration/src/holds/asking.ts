import { addDays, daysBetween, type CivilDate } from '@emdia/calendar';
import { derivedId, DunningTaskRequested, outgoing, type Outgoing } from '@emdia/contracts';
import { withEntries, type CaseFile, type Hold, type Owner, type Receivable } from '../cases/case-file';
import { startOf } from '../cases/contact-days';
import { creditorDay } from '../cases/plan';
import { policyOf } from '../reguas/policy';
import { ruleOf } from './kinds';
import { isAbout, isLive } from './standing';

/** The debts of a case that a hold keeps from being asked for. */
export const openOf = ({ receivables }: CaseFile, hold: Hold): Receivable[] =>
  [...receivables.values()].filter(({ receivable_id, status, standing }) => status === 'open' && standing?.kind !== 'end' && isAbout(hold, receivable_id));

/** A task for some debts of a case, as their owner and as it is told; `cause` tells it from others of its reason. */
export function entrusted(file: CaseFile, receivables: readonly Receivable[], { reason, days, cause }: { reason: string; days: number; cause: string }, now: Date): { owner: Owner; task: Outgoing } {
  const { key, creditor_id, customer_id, case_id } = file;
  const { queue } = policyOf(file).document.end;
  const owner: Owner = { queue, reason, review_date: addDays(creditorDay(now), days), task_id: derivedId('task', case_id, reason, cause) };
  const { task_id, review_date } = owner;
  const receivable_ids = receivables.map(({ receivable_id }) => receivable_id).sort();
  return { owner, task: outgoing(DunningTaskRequested, { id: task_id, key, creditor_id, now, data: { case_id, creditor_id, customer_id, task_id, queue, reason, receivable_ids, review_date } }) };
}

/** When somebody looks at the debts of a hold next, from a day on. */
export const nextLook = ({ kind, review_date }: Pick<Hold, 'kind' | 'review_date'>, from: CivilDate): CivilDate => {
  const { review_days } = ruleOf(kind);
  const asked = review_days === null ? review_date : addDays(from, review_days);
  return asked < review_date ? asked : review_date;
};

/** A hold with what a person is asked while it stands, where there is something to ask about. */
export function asking(file: CaseFile, hold: Hold, what: string, now: Date): { hold: Hold; events: Outgoing[] } {
  const today = creditorDay(now);
  const next = { ...hold, look_date: nextLook(hold, today) };
  const about = openOf(file, hold);
  if (about.length === 0) return { hold: next, events: [] };
  const { owner, task } = entrusted(file, about, { reason: `${hold.kind}: ${what}`, days: daysBetween(today, next.look_date), cause: `${hold.hold_id} ${today}` }, now);
  return { hold: { ...next, task: { task_id: owner.task_id, queue: owner.queue, reason: owner.reason } }, events: [task] };
}

/** Asks a person again about the holds whose day for it has come, as long as they keep a debt from being asked for. */
export function askAgain(file: CaseFile, now: Date): { next: CaseFile; events: Outgoing[] } {
  const due = [...file.holds.values()].filter((hold) => isLive(hold, now) && startOf(hold.look_date) <= now && openOf(file, hold).length > 0);
  if (due.length === 0) return { next: file, events: [] };
  const asked = due.map((hold) => asking(file, hold, ruleOf(hold.kind).asks ?? 'see whether it must go on', now));
  return { next: { ...file, holds: withEntries(file.holds, asked.map(({ hold }) => [hold.hold_id, hold])) }, events: asked.flatMap(({ events }) => events) };
}
