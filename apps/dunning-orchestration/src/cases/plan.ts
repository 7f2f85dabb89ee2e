import { addDays, localDate, type CivilDate } from '@emdia/calendar';
import { firstUnprescribed, prescribesOn } from '@emdia/money';
import { nextMoves, taskOf, type Act, type Action, type Channel, type Contact, type ContactStep, type Debt, type Moves, type Policy } from '@emdia/regua';
import { inForce, inForceByPeople, UNDONE_BY, type OutwardAct } from '../acts/outward-act';
import { actsOn, againFrom, doneBy, isUnpaid, toTakeBack, type Backs } from '../acts/planning';
import { ruleOf, type HoldKind } from '../holds/kinds';
import { awaitsDecision, isAbout, isLive, pausedDays, stopsClock } from '../holds/standing';
import { latePaid, policyOf, reachedBy } from '../reguas/policy';
import { retryOf } from '../retries/retrying';
import type { Agreement, CaseFile, Covered, Hold, Instalment, Owner, Receivable, Standing } from './case-file';
import { contactAt, contactPlaceOf, CREDITOR_ZONE, creditorHour, earlier, later, localDayOf, nextContactDay, startOf } from './contact-days';

/** A reminder of one instalment that is to go out. */
export interface Reminder {
  readonly receivable_id: string;
  readonly instalment: Instalment;
  readonly contact_day: CivilDate;
  readonly at: Date;
}

/** What follows from the facts: one standing per receivable, and the other things that fall due. */
export interface Plan {
  readonly today: CivilDate;
  readonly past_due: boolean;
  readonly standings: ReadonlyMap<string, Standing>;
  /** Steps that the next message of a receivable says as well, because their own day has gone by. */
  readonly merged: ReadonlyMap<string, readonly string[]>;
  /** The alternative of its step that each receivable with an action takes. */
  readonly contacts: ReadonlyMap<string, ContactStep>;
  readonly reminder: Reminder | null;
  readonly thanks: { readonly receivable_ids: readonly string[]; readonly at: Date } | null;
  /** What is to be taken back at once. */
  readonly backs: Backs | null;
  readonly due_at: Date | null;
}

/** The steps that are not the régua's. */
export const AGREEMENT_STEP = 'agreement';
export const THANKS_STEP = 'thanks';

/** After an act the régua waits so long before it ends. */
const ACT_DAYS = 2;

// Notifications speaks at valid_until; a minute later its word has come, or will not.
const LAPSE_MS = 60_000;

/** For so long at most reconciliation's word that a debt is held is believed where no own hold is about it: a hold may be for years. */
const HELD_DAYS_MAX = 90;

/** When an unanswered notice is given up. */
export const lapsesAt = (cover: Covered): Date => new Date(cover.valid_until.getTime() + LAPSE_MS);

/** Whether a notice is out whose fate nobody told yet. */
export const isOutstanding = (cover: Covered, now: Date): boolean => cover.outcome === 'asked' && lapsesAt(cover) > now;

/** Whether the triple needs no message any more: it was sent, may have been, or somebody else covered it. */
export const isDone = ({ outcome, reason }: Covered): boolean =>
  outcome === 'sent' || outcome === 'unknown' || (outcome === 'refused' && reason === 'already-covered');

/** Why a person has a debt after a hold of a kind has ended; the régua waits for them. */
export const afterHold = (kind: HoldKind): string => `hold ended: ${kind}`;
const isAfterHold = ({ reason }: Owner): boolean => reason.startsWith('hold ended: ');

/** Why a person has a debt after a hold of a kind has ended by itself, on which they decide. */
const toDecide = (kind: HoldKind): string => `to decide: ${kind}`;

/** What a held debt is called: by the kind, or in the words of whoever held it for a reason of their own. */
const heldFor = ({ kind, reason }: Hold): string => `held: ${kind === 'manual' ? reason : kind}`;

/** Plans a case from its facts alone; pure, and the same for any order in which the facts came. */
export function plan(file: CaseFile, now: Date, policy: Policy = policyOf(file)): Plan {
  const view = new View(file, now, policy);
  const standings = new Map<string, Standing>();
  for (const receivable of file.receivables.values()) standings.set(receivable.receivable_id, view.standing(receivable));
  const { reminder, thanks, backs } = view;
  let due_at: Date | null = null;
  const dueAt = (at: Date | null | undefined): void => {
    if (at && (due_at === null || at.getTime() < due_at.getTime())) due_at = at;
  };
  for (const standing of standings.values()) if (standing.kind !== 'end') dueAt(standing.at);
  for (const { lifted, review_date } of file.holds.values()) if (!lifted) dueAt(startOf(review_date));
  for (const cover of file.covers.values()) if (cover.outcome === 'asked') dueAt(lapsesAt(cover));
  for (const at of view.prescriptions()) dueAt(at);
  if (backs) dueAt(now);
  dueAt(reminder?.at);
  dueAt(thanks?.at);
  return { today: view.today, past_due: view.past_due, standings, merged: view.merged, contacts: view.contacts, reminder, thanks, backs, due_at };
}

const NONE: readonly never[] = [];

const valuesOf = <V>(map: ReadonlyMap<string, V>): readonly V[] => (map.size === 0 ? NONE : [...map.values()]);

/** The facts of a case as they look at one instant. */
class View {
  readonly today: CivilDate;
  readonly past_due: boolean;
  readonly reminder: Reminder | null;
  readonly merged = new Map<string, readonly string[]>();
  readonly contacts = new Map<string, ContactStep>();
  private readonly unprescribed_from: CivilDate;
  private readonly channels: readonly Channel[];
  private readonly case_amount_cents: number;
  private readonly late_before: number;
  private readonly state: string | null;
  private readonly closedChannel: string | null;
  private readonly coversOf = new Map<string, Covered[]>();
  private readonly receivables: readonly Receivable[];
  private readonly liveAgreements: readonly Agreement[];
  private readonly liveHolds: readonly Hold[];
  private readonly clockHolds: readonly Hold[];
  private readonly undecided: readonly Hold[];

  constructor(
    private readonly file: CaseFile,
    private readonly now: Date,
    private readonly policy: Policy,
  ) {
    this.today = localDayOf(file, now);
    this.unprescribed_from = firstUnprescribed(this.today);
    this.state = contactPlaceOf(file);
    this.closedChannel = closedChannel(file) ?? (policy.document.silent ? 'silent' : null);
    this.channels = this.closedChannel ? [] : ['email'];
    this.receivables = [...file.receivables.values()];
    this.case_amount_cents = this.receivables.reduce((sum, { status, open_cents }) => sum + (status === 'open' ? open_cents : 0), 0);
    this.late_before = latePaid(file.receivables);
    for (const cover of file.covers.values()) {
      const known = this.coversOf.get(cover.receivable_id);
      if (known) known.push(cover);
      else this.coversOf.set(cover.receivable_id, [cover]);
    }
    this.liveAgreements = valuesOf(file.agreements).filter(({ ended }) => !ended).sort((a, b) => (a.agreement_id < b.agreement_id ? -1 : 1));
    const holds = valuesOf(file.holds);
    this.liveHolds = holds.filter((hold) => isLive(hold, now)).sort((a, b) => (a.review_date !== b.review_date ? (a.review_date > b.review_date ? -1 : 1) : a.hold_id < b.hold_id ? -1 : 1));
    this.clockHolds = holds.filter(stopsClock);
    this.undecided = holds.filter(awaitsDecision).sort((a, b) => (a.hold_id < b.hold_id ? -1 : 1));
    this.past_due = this.receivables.some((receivable) => this.isPastDue(receivable));
    this.reminder = this.nextReminder();
  }

  private isPastDue(receivable: Receivable): boolean {
    return receivable.status === 'open' && receivable.effective_due_date < this.today && !this.isPrescribed(receivable);
  }

  private isPrescribed({ effective_due_date }: Receivable): boolean {
    return effective_due_date < this.unprescribed_from;
  }

  private covers({ receivable_id }: Receivable): readonly Covered[] {
    return this.coversOf.get(receivable_id) ?? NONE;
  }

  standing(receivable: Receivable): Standing {
    if (receivable.status !== 'open') return { kind: 'end', reason: receivable.status };
    if (this.isPrescribed(receivable)) return { kind: 'end', reason: 'prescribed' };
    return this.ownHold(receivable) ?? this.silence(receivable) ?? this.onRegua(receivable);
  }

  private holdsOf({ receivable_id }: Receivable): Hold[] {
    return this.liveHolds.filter((hold) => isAbout(hold, receivable_id));
  }

  private undecidedOf({ receivable_id }: Receivable): Hold[] {
    return this.undecided.filter((hold) => isAbout(hold, receivable_id));
  }

  /** Own holds count at once, before reconciliation has heard of them; of several the longest names them all and the first look counts. One that ended and waits for a decision comes before those that stand. */
  private ownHold(receivable: Receivable): Standing | null {
    if (this.file.holds.size === 0) return null;
    const [holds, [ended]] = [this.holdsOf(receivable), this.undecidedOf(receivable)];
    const [longest] = holds;
    // Whoever asks about a hold that stands decides on what ended under it, too.
    if (ended && !holds.some(({ kind }) => ruleOf(kind).follows === 'owner')) return this.owned(receivable, toDecide(ended.kind));
    if (!longest) return null;
    const review_date = holds.reduce((first, { look_date }) => (look_date < first ? look_date : first), longest.look_date);
    return { kind: 'hold', reason: heldFor(longest), review_date, at: startOf(review_date) };
  }

  /** Whatever reconciliation says beyond `owed` silences the régua until a day on which somebody looks again. */
  private silence(receivable: Receivable): Standing | null {
    if (receivable.collectability === 'owed' && this.liveAgreements.length === 0) return null;
    const agreement = this.liveAgreements.find(({ receivable_ids }) => receivable_ids.includes(receivable.receivable_id));
    const reason = receivable.collectability === 'owed' ? (agreement ? 'agreed' : null) : receivable.collectability;
    if (reason === null) return null;
    const unpaid = reason === 'agreed' && agreement ? unpaidOf(agreement)[0]?.due_date : undefined;
    const last = [receivable.as_of, unpaid ?? receivable.as_of].sort()[1]!;
    // Negotiation ends promises and agreements itself once their day is covered: a person is asked only where it has not.
    const isKept = receivable.review_date === null || reason === 'promised' || reason === 'agreed';
    const told = isKept ? addDays(receivable.review_date ?? last, this.policy.document.end.first_review_days) : receivable.review_date!;
    const review_date = reason === 'held' ? later(earlier(told, addDays(receivable.as_of, HELD_DAYS_MAX)), this.liftedOn(receivable)) : told;
    const at = startOf(addDays(review_date, 1));
    return this.now < at ? { kind: 'hold', reason, review_date, at } : this.owned(receivable, `unresolved: ${reason}`);
  }

  /** Reconciliation says `held` until it has heard of the lift, which may come long after the end that it knows. */
  private liftedOn({ receivable_id }: Receivable): CivilDate {
    return this.clockHolds.reduce((last, hold) => {
      const ended = hold.decided ?? hold.lifted;
      return ended && isAbout(hold, receivable_id) ? later(last, creditorDay(ended.at)) : last;
    }, '');
  }

  private onRegua(receivable: Receivable): Standing {
    const ofThisDate: Covered[] = [];
    for (const cover of this.covers(receivable)) {
      if (cover.step === THANKS_STEP || cover.step === AGREEMENT_STEP) continue;
      if (isOutstanding(cover, this.now)) return { kind: 'waiting', step: cover.step, notice_id: cover.notice_id, at: lapsesAt(cover) };
      if (cover.due_date === receivable.original_due_date) ofThisDate.push(cover);
    }
    const task = this.taskOut(receivable);
    if (task) return task;

    const acts = actsOn(this.file, receivable);
    const { contact, act } = this.moves(receivable, ofThisDate, doneBy(acts));
    const message = contact && !this.isSpent(contact, ofThisDate) ? contact : null;
    if (message?.channel === null) return this.withoutChannel(receivable, this.closedChannel ?? 'no-channel');
    const { hour } = this.policy.document.contact;
    const at = message && contactAt(this.file, message.day, message.step.hour ?? hour, this.now);
    const acting = this.acting(receivable, ofThisDate, acts, act);
    // After an outage a person and a message may be due at once; whoever was to be called first is not written to over it.
    const isFirst = acting?.act.step.action === 'task' && message !== null && acting.act.planned_day < message.planned_day;
    if (acting && (!at || acting.at < at || (isFirst && acting.at <= at))) return { kind: 'task', reason: taskOf(acting.act.step), step: acting.act.step.step, at: acting.at };
    if (!message || !at) return this.endOfRegua(receivable, acts);
    if (message.merged.length > 0) this.merged.set(receivable.receivable_id, message.merged);
    this.contacts.set(receivable.receivable_id, message.step);
    return { kind: 'action', step: message.step.step, planned_day: message.planned_day, contact_day: message.day, at };
  }

  /**
   * When a step without a message is done: at the régua's hour, and not again on a day on which it came to nothing. A retry has a time of its own, or none; what
   * else the régua has does not wait for it.
   */
  private acting(receivable: Receivable, covers: readonly Covered[], acts: readonly OutwardAct[], act: Act | null): { readonly act: Act; readonly at: Date } | null {
    if (!act) return null;
    const again = againFrom(acts, act.step.step);
    const from = again && again > act.day ? this.policy.open.onOrAfter(again, this.state) : act.day;
    const at = later(creditorHour(from, this.policy.document.contact.hour), this.now);
    if (act.step.action !== 'retry') return { act, at };
    const other = this.acting(receivable, covers, acts, this.moves(receivable, covers, doneBy(acts), 'retry').act);
    const retry = retryOf(this.file, receivable, at);
    return 'at' in retry && (!other || retry.at <= other.at) ? { act, at: retry.at } : other;
  }

  /** Nothing follows: the queue takes it, after some days for what was done last to be seen. */
  private endOfRegua(receivable: Receivable, acts: readonly OutwardAct[]): Standing {
    const last = doneBy(acts).flatMap(({ on }) => on ?? []).sort().at(-1);
    const at = last ? this.reviewAt(addDays(last, ACT_DAYS)) : this.now;
    return this.now < at ? { kind: 'task', reason: 'regua-ended', step: null, at } : this.owned(receivable, 'regua-ended');
  }

  private moves({ receivable_id, original_due_date, effective_due_date, open_cents, acted }: Receivable, covers: readonly Covered[], byActs: Debt['acted'], without?: Action): Moves {
    const { file, state, today, channels, case_amount_cents, late_before } = this;
    const done = covers.filter(isDone);
    const debt: Debt = {
      original_due_date, effective_due_date, state, today, channels, without,
      paused_days: this.clockHolds.length === 0 ? 0 : pausedDays(this.clockHolds.filter((hold) => isAbout(hold, receivable_id)), effective_due_date, this.now),
      sent: done.map(({ step }) => step),
      told_on: this.policy.isGrave ? this.toldOn(done, effective_due_date) : null,
      // Nobody says when a person gave notice of an entry: by the end of the time they had for it.
      acted: [...acted.filter(({ due_date }) => due_date === original_due_date).map(({ step, on, change }) => ({ step, on: change === 'notice' ? addDays(on, ACT_DAYS) : on })), ...byActs],
      facts: {
        customer_id: file.customer_id, amount_cents: open_cents, case_amount_cents, late_before, segment: file.person?.segment ?? null, score: file.person?.score ?? null,
        cause: file.cause?.cause ?? null, reached: reachedBy(covers),
      },
    };
    // The reminder of an instalment goes first: the collection of that day moves to the next allowed one.
    const taken = (day: CivilDate): boolean => this.isTaken(day) || day === this.reminder?.contact_day;
    return nextMoves(this.policy, debt, (from) => nextContactDay(file, this.policy.open, { from, taken }, this.now));
  }

  /** The day of the last message about a debt that went out after its due date. */
  private toldOn(done: readonly Covered[], due_date: CivilDate): CivilDate | null {
    const days = done.map(({ valid_until }) => localDayOf(this.file, valid_until)).filter((day) => day > due_date);
    return days.sort().at(-1) ?? null;
  }

  /** The last message was refused so often that it must not hide the debt any longer. */
  private isSpent({ last, step }: Contact, covers: readonly Covered[]): boolean {
    const refusals = covers.filter((cover) => cover.step === step.step && (cover.outcome === 'refused' || cover.outcome === 'lapsed')).length;
    return last && refusals >= this.policy.document.end.last_step_refusals_max;
  }

  /** A person has a step of the régua to do, or a hold that ended to look at; it waits for them until the review. */
  private taskOut(receivable: Receivable): Standing | null {
    const { owner, acted, original_due_date } = receivable;
    const isAsked = ({ task_id, due_date }: { task_id: string | undefined; due_date: CivilDate }) => task_id === owner?.task_id && due_date === original_due_date;
    const ofActs = () => actsOn(this.file, receivable).some(({ task, due_date }) => task && isAsked({ task_id: task.task_id, due_date }));
    if (!owner || !(isAfterHold(owner) || acted.some(isAsked) || ofActs())) return null;
    const at = this.reviewAt(owner.review_date);
    return this.now < at ? { kind: 'owner', ...owner, at } : null;
  }

  /** Nobody can be written to: a person takes it, but only once it is late. */
  private withoutChannel(receivable: Receivable, reason: string): Standing {
    const { rungs, plannedDays } = this.policy;
    const days = plannedDays(receivable.original_due_date, receivable.effective_due_date, this.state);
    const at = this.reviewAt(days[rungs.findIndex(({ offset }) => offset.offset_days > 0)]!);
    return this.now < at ? { kind: 'task', reason, step: null, at } : this.owned(receivable, reason);
  }

  private reviewAt(day: CivilDate): Date {
    return creditorHour(day, this.policy.document.contact.hour);
  }

  private owned({ owner }: Receivable, reason: string): Standing {
    if (owner?.reason === reason) {
      const at = this.reviewAt(owner.review_date);
      if (this.now < at) return { kind: 'owner', ...owner, at };
    }
    return { kind: 'task', reason, step: null, at: this.now };
  }

  private isTaken(day: CivilDate): boolean {
    return this.file.contact_asked_day !== null && day <= this.file.contact_asked_day;
  }

  private nextReminder(): Reminder | null {
    if (this.closedChannel || this.liveAgreements.length === 0) return null;
    const reminders = this.liveAgreements.flatMap((agreement) => unpaidOf(agreement).flatMap((instalment) => this.reminderOf(agreement, instalment) ?? []));
    return reminders.reduce<Reminder | null>((first, each) => (first === null || isBefore(each, first) ? each : first), null);
  }

  private reminderOf({ receivable_ids }: Agreement, instalment: Instalment): Reminder | null {
    const { due_date } = instalment;
    if (due_date < this.today) return null;
    // Money goes to the oldest first, so the first receivables of an agreement may be settled while it lives.
    const debts = receivable_ids.flatMap((id) => this.file.receivables.get(id) ?? []).filter(({ status }) => status === 'open');
    const receivable_id = debts[0]?.receivable_id;
    // What keeps one of its debts from being asked for keeps the instalment, which pays them all.
    if (debts.some((receivable) => this.holdsOf(receivable).length + this.undecidedOf(receivable).length > 0 || !REMINDED.has(receivable.collectability))) return null;
    const covers = receivable_ids.flatMap((id) => this.coversOf.get(id) ?? []).filter((cover) => cover.step === AGREEMENT_STEP && cover.due_date === due_date);
    if (!receivable_id || covers.some((cover) => isDone(cover) || isOutstanding(cover, this.now))) return null;
    const { open, document } = this.policy;
    const from = open.onOrBefore(addDays(due_date, -document.instalment_reminder_days), this.state);
    const day = nextContactDay(this.file, open, { from, taken: (each) => this.isTaken(each) }, this.now);
    return day <= due_date ? { receivable_id, instalment, contact_day: day, at: contactAt(this.file, day, document.contact.hour, this.now) } : null;
  }

  /** When what an entry or a protest rests on ends by itself; noon is the same day for creditor and debtor. */
  prescriptions(): Date[] {
    const isGrave = ({ change }: Pick<OutwardAct, 'change'>) => UNDONE_BY[change!] !== 'restore';
    const isEntered = (receivable: Receivable): boolean => (receivable.acted.length > 0 && inForceByPeople(receivable).some(isGrave)) || (this.file.acts.size > 0 && inForce(this.file, receivable.receivable_id).some(isGrave));
    const standing = this.receivables.filter((receivable) => isEntered(receivable) && isUnpaid(receivable) && !this.isPrescribed(receivable));
    return standing.map(({ effective_due_date }) => creditorHour(addDays(prescribesOn(effective_due_date), 1), '12:00'));
  }

  get backs(): Backs | null {
    return toTakeBack(this.file, (receivable) => this.isPrescribed(receivable));
  }

  /** Thanks are due for what was settled late or after a reminder, once nothing is past due any more; asked once. */
  get thanks(): Plan['thanks'] {
    if (this.past_due || this.closedChannel || [...this.liveHolds, ...this.undecided].some(({ kind }) => ruleOf(kind).stops === 'everything')) return null;
    const chased = this.receivables.filter((receivable) => isPaid(receivable) && wasChased(receivable, this.covers(receivable)));
    // Thanks that came too late to go are asked for on another day.
    const isThanks = ({ step, outcome, reason }: Covered) => step === THANKS_STEP && !(outcome === 'refused' && reason === 'expired');
    const unthanked = chased.filter((receivable) => !this.covers(receivable).some(isThanks));
    if (unthanked.length === 0) return null;
    const taken = (day: CivilDate) => this.file.service_asked_day !== null && day <= this.file.service_asked_day;
    const day = nextContactDay(this.file, this.policy.open, { from: this.today, taken }, this.now);
    const isRecent = ({ settled_on }: Receivable) => settled_on !== null && day <= addDays(settled_on, this.policy.document.thanks.days_max);
    const receivable_ids = unthanked.filter(isRecent).map(({ receivable_id }) => receivable_id).sort();
    return receivable_ids.length === 0 ? null : { receivable_ids, at: contactAt(this.file, day, null, this.now) };
  }
}

/** An agreement's debts are merely owed until reconciliation has heard of it. */
const REMINDED = new Set<Receivable['collectability']>(['owed', 'agreed']);

const isBefore = (a: Reminder, b: Reminder): boolean =>
  a.at.getTime() !== b.at.getTime() ? a.at < b.at : a.instalment.due_date !== b.instalment.due_date ? a.instalment.due_date < b.instalment.due_date : a.instalment.instalment_id < b.instalment.instalment_id;

const unpaidOf = ({ instalments, paid }: Agreement): Instalment[] =>
  instalments.filter(({ instalment_id }) => !paid.includes(instalment_id)).sort((a, b) => a.number - b.number);

/** Settled, and by money rather than by a waiver alone. */
export const isPaid = ({ status, paid_cents }: Receivable): boolean => status === 'settled' && paid_cents > 0;

/** Whether somebody wrote about a receivable, or it ended after the last day payable without charge. */
export function wasChased(receivable: Receivable, covers: readonly Covered[]): boolean {
  const ended_on = receivable.settled_on ?? receivable.as_of;
  return ended_on > receivable.effective_due_date || covers.some(({ outcome, step }) => step !== THANKS_STEP && (outcome === 'sent' || outcome === 'unknown'));
}

/** Why nobody may be written to by e-mail, the only channel so far; null where one may. */
function closedChannel({ person, channel_closed }: CaseFile): string | null {
  if (!person) return 'customer-unknown';
  const reopened = channel_closed === null || (person.has_email && person.changed_at > channel_closed.at);
  if (!reopened) return channel_closed.reason;
  return person.has_email ? null : 'no-address';
}

/** The creditor's civil date at an instant. */
export const creditorDay = (instant: Date): CivilDate => localDate(instant, CREDITOR_ZONE);
