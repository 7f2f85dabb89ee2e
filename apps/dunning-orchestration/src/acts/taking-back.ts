import type { DecisionOne } from '@emdia/messaging';
import { withEntries, type CaseFile, type TaskDone } from '../cases/case-file';
import type { Plan } from '../cases/plan';
import { entrusted } from '../holds/asking';
import { requestOf, takenBack, UNDONE_BY, type Change } from './outward-act';
import type { Asked, Backs } from './planning';

/** What a person is asked to do about what a person did. */
const IN_WORDS: Partial<Record<Change, string>> = { restore: 'restore the service', removal: 'remove the entry', cancellation: 'cancel the protest' };

/** A person should have taken back by then what a person did. */
const REVIEW_DAYS = 2;

/** Asks for what is to be taken back, at once and each once: the systems that did it, or a person. */
export function takeBack(file: CaseFile, { backs }: Plan, now: Date): Asked {
  if (!backs) return { next: file, events: [] };
  const made = backs.acts.map((act) => {
    const receivable = file.receivables.get(act.receivable_id)!;
    return takenBack(act, receivable, [{ receivable_id: receivable.receivable_id, version: receivable.version }], now);
  });
  const next = { ...file, acts: made.length === 0 ? file.acts : withEntries(file.acts, made.map((act) => [act.act_id, act])) };
  const asked = askedBack(next, backs.byPeople, now);
  return { next: asked.next, events: [...made.map((act) => requestOf(file, act)), ...asked.events] };
}

/** One task for each and each end, which its step remembers until the debt is owed anew. */
function askedBack(file: CaseFile, byPeople: Backs['byPeople'], now: Date): Asked {
  return byPeople.reduce<Asked>(
    ({ next, events }, { receivable: { receivable_id }, acted: { step, change, task_id } }) => {
      const receivable = next.receivables.get(receivable_id)!;
      const { owner, task } = entrusted(next, [receivable], { reason: `${step}: ${IN_WORDS[UNDONE_BY[change]!]}`, days: REVIEW_DAYS, cause: `${receivable_id} ${task_id} ${now.toISOString()}` }, now);
      const { task_id: back, ...back_task } = owner;
      const acted = receivable.acted.map((each) => (each.step === step && each.task_id === task_id ? { ...each, back, back_task } : each));
      return { next: { ...next, receivables: withEntries(next.receivables, [[receivable_id, { ...receivable, acted }]]) }, events: [...events, task] };
    },
    { next: file, events: [] },
  );
}

/** A person took back what a task asked them to, their own deed or what the systems could not; ignored where nothing is left of it to do. */
export function tookBack(file: CaseFile, task_id: string, done: TaskDone): DecisionOne<CaseFile, boolean> {
  const acts = [...file.acts.values()].flatMap((act) =>
    act.undoes !== null && act.task?.task_id === task_id && !act.task.done ? [[act.act_id, { ...act, task: { ...act.task, done } }] as const] : []);
  const receivables = [...file.receivables.values()].flatMap((receivable) => {
    const acted = receivable.acted.map((each) => (each.back === task_id && each.back_task && !each.back_task.done ? { ...each, back_task: { ...each.back_task, done } } : each));
    return acted.some((each, at) => each !== receivable.acted[at]) ? [[receivable.receivable_id, { ...receivable, acted }] as const] : [];
  });
  if (acts.length + receivables.length === 0) return { ignored: 'nothing-to-take-back', result: false };
  return { next: { ...file, acts: withEntries(file.acts, acts), receivables: withEntries(file.receivables, receivables) }, result: true };
}
