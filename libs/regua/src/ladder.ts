import { addDays, daysBetween, type CivilDate } from '@emdia/calendar';
import { applies, type Facts } from './condition';
import { contactDays, offsetOfStep, plannedDay, remembered, type ContactDays, type Offset } from './days';
import { isContact, isStepName, offsetOf, versionOf, type Action, type Channel, type ContactStep, type Regua, type Step } from './document';

/** All alternatives of one step name; the first whose condition holds counts. */
export interface Rung {
  readonly step: string;
  readonly offset: Offset;
  readonly ways: readonly Step[];
}

/** A régua made ready to decide by. */
export interface Policy {
  /** Id and version, as events and explanations call it. */
  readonly version: string;
  readonly document: Regua & { readonly end: NonNullable<Regua['end']> };
  readonly rungs: readonly Rung[];
  /** The place of a step in the ladder; of a step of another régua that of the last one here that is no later; -1 of what is no step. */
  readonly rank: (step: string) => number;
  readonly open: ContactDays;
  /** Place of the first step that may be one without a message; Infinity where none is. */
  readonly firstAct: number;
  /** Whether any step is a consequence, for which it matters when the debtor was last told. */
  readonly isGrave: boolean;
  /** The day of each rung, in order. */
  readonly plannedDays: (original_due_date: CivilDate, effective_due_date: CivilDate, state: string | null) => readonly CivilDate[];
}

/** The rungs of a document in its order. */
export function rungsOf({ steps }: Pick<Regua, 'steps'>): Rung[] {
  const rungs = new Map<string, Rung & { ways: Step[] }>();
  for (const step of steps) {
    const known = rungs.get(step.step);
    if (known) known.ways.push(step);
    else rungs.set(step.step, { step: step.step, offset: offsetOfStep(step), ways: [step] });
  }
  return [...rungs.values()];
}

function firstOf(rungs: readonly Rung[], is: (rung: Rung) => boolean): number {
  const index = rungs.findIndex(is);
  return index < 0 ? Infinity : index;
}

/** Makes a document that lint lets pass ready to decide by. */
export function ladderOf(document: Policy['document']): Policy {
  const rungs = rungsOf(document);
  const ranks = new Map(rungs.map(({ step }, index) => [step, index]));
  const open = contactDays(document);
  return {
    version: versionOf(document), document, rungs, open,
    firstAct: firstOf(rungs, ({ ways }) => !ways.every(isContact)),
    isGrave: document.steps.some(({ action }) => CONSEQUENCES.has(action)),
    rank: (step) => {
      let place = ranks.get(step);
      if (place === undefined) ranks.set(step, (place = isStepName(step) ? rungs.findLastIndex(({ offset }) => offset.offset_days <= offsetOf(step)) : -1));
      return place;
    },
    plannedDays: remembered((original, effective, state: string | null) => rungs.map(({ offset }) => plannedDay(offset, original, effective, state, open))) as Policy['plannedDays'],
  };
}

/** One debt as the ladder looks at it; `today` is the debtor's, and what was done counts for this due date alone. */
export interface Debt {
  readonly original_due_date: CivilDate;
  readonly effective_due_date: CivilDate;
  readonly state: string | null;
  readonly today: CivilDate;
  /** Days since the due date that do not count, because something stopped the clock; steps after it come so much later. */
  readonly paused_days?: number;
  /** Steps of which a message went out, or may have. */
  readonly sent: readonly string[];
  /** The day of the last message sent after the due date; null where none was. */
  readonly told_on: CivilDate | null;
  /** Steps done without a message, and the day from which each counts: null where it came to nothing, is not done again, and nothing may follow from it. */
  readonly acted: readonly { readonly step: string; readonly on: CivilDate | null }[];
  readonly channels: readonly Channel[];
  readonly facts: Facts;
  /** An action that is not to be taken now; its steps stay for later. */
  readonly without?: Action | undefined;
}

/** The message to send next: the firmest step whose day has come by then, on the first channel that is open (null: none is). */
export interface Contact {
  readonly step: ContactStep;
  readonly planned_day: CivilDate;
  readonly day: CivilDate;
  readonly channel: Channel | null;
  /** Steps missed, which this one says as well. */
  readonly merged: readonly string[];
  /** Whether no message follows it. */
  readonly last: boolean;
}

/** What to do next without a message. */
export interface Act {
  readonly step: Step<Exclude<Action, 'message' | 'offer'>>;
  readonly planned_day: CivilDate;
  readonly day: CivilDate;
}

/** What the ladder does next with a debt; nothing at all is its end. */
export interface Moves {
  readonly contact: Contact | null;
  readonly act: Act | null;
}

/** A consequence comes after a message that told of the debt, never with it or before. */
export const CONSEQUENCES: ReadonlySet<Action> = new Set<Action>(['service', 'bureau-notice', 'bureau-listing', 'protest']);

interface Pending<S extends Step> {
  readonly index: number;
  readonly step: S;
  readonly planned_day: CivilDate;
}

/**
 * What follows for one debt from a version of a régua and the facts. Pure. `free` gives the first day of contact from a
 * day on that is not taken. Facts are as of now, the age as of the day of the step and, where that has passed, of today,
 * too, so that waiting never brings a step by itself.
 */
export function nextMoves(policy: Policy, debt: Debt, free: (from: CivilDate) => CivilDate): Moves {
  const days = policy.plannedDays(debt.original_due_date, debt.paused_days ? addDays(debt.effective_due_date, debt.paused_days) : debt.effective_due_date, debt.state);
  let told = -1;
  for (const step of debt.sent) told = Math.max(told, policy.rank(step));
  const contacts: Pending<ContactStep>[] = [];
  const acts: Pending<Act['step']>[] = [];
  for (let index = Math.min(told + 1, policy.firstAct); index < policy.rungs.length; index++) {
    const { step: name, ways } = policy.rungs[index]!;
    if (debt.sent.includes(name) || debt.acted.some(({ step }) => step === name)) continue;
    const planned_day = days[index]!;
    const step = wayOf(ways, debt, planned_day);
    if (!step || step.action === debt.without) continue;
    if (isContact(step)) { if (index > told) contacts.push({ index, step, planned_day }); }
    else if (!isPassed(policy, debt, index, step)) acts.push({ index, step: step as Act['step'], planned_day });
  }
  return { contact: nextContact(policy, debt, contacts, free), act: nextAct(policy, debt, acts) };
}

/** An act is passed by a later one of its kind, so that no limit follows a suspension, and by any of another régua on its day or later. */
const isPassed = ({ rank, rungs }: Policy, { acted }: Debt, index: number, { action }: Step): boolean =>
  acted.some(({ step }) => {
    const place = rank(step);
    return place >= index && (rungs[place]!.step !== step || rungs[place]!.ways.some((way) => way.action === action));
  });

function wayOf(ways: readonly Step[], { today, original_due_date, facts }: Debt, planned_day: CivilDate): Step | undefined {
  const [only] = ways;
  if (ways.length === 1 && !only!.when && !only!.unless) return only;
  const ageOn = (day: CivilDate): number => daysBetween(original_due_date, day);
  // What did not hold on the day of the step is passed: otherwise age alone would bring it back, and nothing wakes for that.
  const ages = today > planned_day ? [ageOn(planned_day), ageOn(today)] : [ageOn(planned_day)];
  return ways.find((way) => ages.every((age_days) => applies(way, facts, age_days)));
}

function nextContact({ document, rungs }: Policy, debt: Debt, pending: readonly Pending<ContactStep>[], free: (from: CivilDate) => CivilDate): Contact | null {
  const channelOf = ({ step }: Pending<ContactStep>): Channel | null => (step.channels ?? document.contact.channels).find((each) => debt.channels.includes(each)) ?? null;
  // A step that can reach nobody does not stand before those that can.
  const reaching = pending.filter((each) => channelOf(each) !== null);
  const ways = reaching.length > 0 ? reaching : pending;
  const [first] = ways;
  if (!first) return null;
  let day = free(first.planned_day);
  // Nobody is told that a debt is due today, or will be, once it is late: the step after it says that instead.
  const after = day > debt.effective_due_date ? ways.find(({ index }) => rungs[index]!.offset.offset_days > 0) : undefined;
  if (after && after.planned_day > day) day = free(after.planned_day);
  // Steps that meet on the day of contact, or were missed before it, merge into the firmest.
  const at = ways.findLastIndex(({ planned_day }) => planned_day <= day);
  const way = ways[at]!;
  const { index, step, planned_day } = way;
  return { step, planned_day, day, channel: channelOf(way), merged: pending.filter((each) => each.index < index).map((each) => each.step.step), last: at === ways.length - 1 };
}

function nextAct(policy: Policy, debt: Debt, pending: readonly Pending<Act['step']>[]): Act | null {
  const dated = pending.flatMap(({ step, planned_day }) => {
    const from = earliest(policy, debt, step);
    return from === null ? [] : [{ step, planned_day, day: policy.open.onOrAfter([planned_day, debt.today, from].sort().at(-1)!, debt.state) }];
  });
  // Of several of one kind that are due at once only the last is done.
  const due = dated.filter(({ day }) => day <= debt.today);
  return due.find(({ step }, at) => !due.some((later, index) => index > at && later.step.action === step.action)) ?? first(dated);
}

const first = (acts: readonly Act[]): Act | null => acts.reduce<Act | null>((soonest, each) => (soonest === null || each.day < soonest.day ? each : soonest), null);

/** From when a step may be done; null where something that must come before it has not happened. */
function earliest(policy: Policy, { told_on, acted }: Debt, step: Act['step']): CivilDate | null {
  if (!CONSEQUENCES.has(step.action)) return '';
  if (told_on === null) return null;
  const after = addDays(told_on, 1);
  if (step.action !== 'bureau-listing') return after;
  const notice = acted.findLast((each) => each.on !== null && policy.rungs[policy.rank(each.step)]?.ways.some(({ action }) => action === 'bureau-notice'));
  return notice ? [after, addDays(notice.on!, step.notice_days)].sort()[1]! : null;
}

/** The régua that fits a debt best: of those that are for it the one of the highest priority, else the first that is for everybody left over; null where there is none. */
export function choose(policies: readonly Policy[], facts: Facts, age_days: number): Policy | null {
  const priority = ({ document }: Policy): number => document.for?.priority ?? -1;
  const fitting = policies.filter(({ document }) => !document.for || applies(document.for, facts, age_days));
  return fitting.reduce<Policy | null>((best, each) => (best === null || priority(each) > priority(best) ? each : best), null);
}
