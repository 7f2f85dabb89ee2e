import { derivedId, DunningHoldLifted, outgoing, type Outgoing } from '@emdia/contracts';
import type { DecisionOne } from '@emdia/messaging';
import { taskOf } from '@emdia/regua';
import { changeOf } from '../acts/outward-act';
import { planActs } from '../acts/planning';
import { takeBack } from '../acts/taking-back';
import { policyOf } from '../reguas/policy';
import { ruleOf, type Kind } from '../holds/kinds';
import { askAgain, entrusted, openOf } from '../holds/asking';
import { isAbout, isLive } from '../holds/standing';
import { grantOf, retriesInTurn } from '../retries/retrying';
import { withEntries, type CaseFile, type Hold, type Receivable } from './case-file';
import { conclude, SELF, withCauseMadeOut } from './conclude';
import { askForMoney, askForThanks, remindOfInstalment, type Asked } from './notices';
import { afterHold, lapsesAt, plan, type Plan } from './plan';

/**
 * Does what is due on a case: lifts holds that came to their review, gives up notices nobody answered, asks for at
 * most one notice that asks for money and one of thanks, hands over what the régua can do no more for. False where
 * nothing is due; throws where something is still due afterwards, which is a defect.
 */
export function act(file: CaseFile, now: Date): DecisionOne<CaseFile> {
  if (file.due_at === null || file.due_at > now) return { ignored: 'not-due', result: false };
  const cause = `due ${file.due_at.toISOString()}`;
  const events: Outgoing[] = [];
  let next = file;
  let planned = plan(next, now);
  const take = (asked: Asked): void => {
    events.push(...asked.events);
    if (asked.next !== next) planned = plan((next = asked.next), now);
  };
  take(lapse(next, now));
  take(liftReviewed(next, now));
  take(askAgain(next, now));
  // What others' cases tell of a card is first seen here: the régua that it leads to must be the one that is acted along.
  take({ next: withCauseMadeOut(next, now), events: [] });
  // A reminder takes the day, so a collection due at the same hour finds it taken and moves on.
  take(remindOfInstalment(next, planned, now));
  take(askForMoney(next, planned, now));
  take(takeBack(next, planned, now));
  // What was done, or could not be, may leave something else to do at this instant; a person gets what the creditor's systems do not do.
  for (let before: CaseFile | null = null; before !== next; ) {
    before = next;
    const carried = planActs(next, planned, now);
    take(carried.next === next ? handOver(next, planned, now) : carried);
  }
  take(askForThanks(next, planned, now));

  const concluded = conclude(next, cause, now, events, planned);
  const { due_at } = concluded.next;
  if (due_at !== null && due_at <= now) throw new Error(`Case ${file.case_id} is still due at ${due_at.toISOString()} after it acted at ${now.toISOString()}.`);
  return concluded;
}

function lapse(file: CaseFile, now: Date): Asked {
  const lapsed = [...file.covers].filter(([, cover]) => cover.outcome === 'asked' && lapsesAt(cover) <= now);
  if (lapsed.length === 0) return { next: file, events: [] };
  return { next: { ...file, covers: withEntries(file.covers, lapsed.map(([key, cover]) => [key, { ...cover, outcome: 'lapsed' as const }])) }, events: [] };
}

const REVIEWED = 'review date reached';

function liftReviewed(file: CaseFile, now: Date): Asked {
  const over = [...file.holds.values()].filter((hold) => hold.lifted === null && !isLive(hold, now));
  return over.reduce<Asked>(
    (asked, hold) => {
      const { next, events } = lift(asked.next, hold, { reason: REVIEWED, actor: SELF, follows: ruleOf(hold.kind).follows, by_itself: true }, now);
      return { next, events: [...asked.events, ...events] };
    },
    { next: file, events: [] },
  );
}

/** Ends a hold and tells so, and what follows: the régua, a person who looks at its debts first, or one who decides (which the plan says, and for as long as they have not). */
export function lift(file: CaseFile, hold: Hold, { reason, actor, follows, by_itself }: { reason: string; actor: string; follows: Kind['follows']; by_itself: boolean }, now: Date): Asked {
  const { key, creditor_id, customer_id } = file;
  const { hold_id, kind } = hold;
  const event = outgoing(DunningHoldLifted, {
    id: derivedId('hold-lifted', hold_id), key, creditor_id, now,
    data: { creditor_id, customer_id, hold_id, reason, actor, kind, follows: follows === 'regua' ? follows : 'person' },
  });
  const next = { ...file, holds: withEntries(file.holds, [[hold_id, { ...hold, lifted: { at: now, reason, actor, by_itself } }]]) };
  const others = [...next.holds.values()].filter((other) => isLive(other, now));
  const about = follows === 'person' ? openOf(file, hold).filter(({ receivable_id }) => !others.some((other) => isAbout(other, receivable_id))) : [];
  if (about.length === 0) return { next, events: [event] };
  const { owner, task } = entrusted(file, about, { reason: afterHold(kind), days: policyOf(file).document.end.first_review_days, cause: hold_id }, now);
  return { next: { ...next, receivables: withEntries(file.receivables, about.map((receivable) => [receivable.receivable_id, { ...receivable, owner }])) }, events: [event, task] };
}

/** For so long the régua waits for a person who does a step of it, unless the step says otherwise. */
const STEP_REVIEW_DAYS = 2;

/** One task per case, reason and day for the receivables that need a person now; the first review comes sooner than the later ones. */
function handOver(file: CaseFile, planned: Plan, now: Date): Asked {
  const policy = policyOf(file);
  const { first_review_days, later_review_days } = policy.document.end;
  const groups = new Map<string, Receivable[]>();
  for (const [id, standing] of planned.standings)
    if (standing.kind === 'task' && standing.at <= now) groups.set(standing.reason, [...(groups.get(standing.reason) ?? []), file.receivables.get(id)!]);

  const events: Outgoing[] = [];
  const owned: [string, Receivable][] = [];
  for (const [reason, wanted] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const step = policy.document.steps.find((each) => taskOf(each) === reason);
    const retries = step?.action === 'retry' ? new Map(retriesInTurn({ ...file, receivables: withEntries(file.receivables, owned) }, wanted, planned.today, now)) : null;
    const receivables = retries ? [...retries.keys()] : wanted;
    if (receivables.length === 0) continue;
    const isLater = receivables.every(({ owner }) => owner?.reason === reason);
    const days = step ? ((step.action === 'task' && step.review_days) || STEP_REVIEW_DAYS) : isLater ? later_review_days : first_review_days;
    const ids = receivables.map(({ receivable_id }) => receivable_id).sort();
    const { owner, task } = entrusted(file, receivables, { reason, days, cause: `${now.toISOString()} ${ids.join(' ')}` }, now);
    const change = step && changeOf(step);
    owned.push(...receivables.map((receivable): [string, Receivable] => {
      const { receivable_id, original_due_date, acted } = receivable;
      const retry = retries?.get(receivable);
      const done = step ? [...acted, { step: step.step, due_date: original_due_date, on: planned.today, task_id: owner.task_id, ...(change ? { change } : {}), ...(retry ? { retry: grantOf(retry), at: now.toISOString() } : {}) }] : acted;
      return [receivable_id, { ...receivable, owner, acted: done }];
    }));
    events.push(task);
  }
  return { next: owned.length === 0 ? file : { ...file, receivables: withEntries(file.receivables, owned) }, events };
}
