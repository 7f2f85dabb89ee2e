import { addDays, daysBetween, isWithinContactHours, localDate, type OwnHours, zoneOf } from '@emdia/calendar';
import { Finding, type Looser } from '../finding';
import type { Snapshot } from '../snapshot';

/** A message whose provider call began and was not certainly refused. */
export interface Sent {
  readonly notice_id: string;
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly person_key: string;
  readonly contact_point_key: string | null;
  readonly purpose: 'collection' | 'agreement' | 'service' | 'reply';
  readonly state: string | null;
  readonly call_began_at: Date;
}

interface Closed {
  readonly creditor_id: string | null;
  readonly contact_point_key: string;
  readonly recorded_at: Date;
}

/** A call by a person: it takes a day of the same budget. */
interface HumanContact {
  readonly creditor_id: string;
  readonly person_key: string;
  readonly local_date: string;
  readonly class: 'contact' | 'service';
}

/** What somebody was told who asked on the day: they may call. */
interface AnsweredCall {
  readonly answer_id: string;
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly contact_point_key: string | null;
  readonly state: string | null;
  readonly answered_at: Date;
}

/** A version of a creditor's own rule. */
export interface OwnRule {
  readonly creditor_id: string;
  readonly version: number;
  readonly weekdays: readonly number[];
  readonly hours: OwnHours | null;
  readonly contacts_in_7_days: number;
  readonly contacts_in_30_days: number;
  readonly decision: Looser['decision'] | null;
  readonly set_by: string;
  readonly set_at: Date;
}

/** Creditors' own rules, oldest version first. */
type OwnRules = ReadonlyMap<string, readonly OwnRule[]>;

export type BudgetScope = 'creditor' | 'installation';

const LIMITS = [{ days: 7, contacts: 4, own: 'contacts_in_7_days' }, { days: 30, contacts: 12, own: 'contacts_in_30_days' }] as const;
// A person closes a channel, or a creditor sets a rule, while a message is under way: the 5 s of law 1 hold here too.
const KNOWN_AFTER_MS = 5_000;

const SENT = `
  select notice_id, creditor_id, customer_id, person_key, contact_point_key, purpose, state, call_began_at
  from notifications.delivery where status in ('sending', 'sent', 'unknown') order by call_began_at, notice_id`;
const CLOSED = `
  select creditor_id, contact_point_key, recorded_at from notifications.opt_out
  union all select null, contact_point_key, recorded_at from notifications.closed_contact_point`;
const HUMAN = `select creditor_id, person_key, local_date::text as local_date, class from notifications.contact_day where cause = 'human' and person_key is not null`;
// Answers from before the place and the number were kept with them say too little.
const CALLS = `
  select answer_id, creditor_id, customer_id, contact_point_key, state, answered_at from notifications.call_answer
  where answer = 'may-call' and (state is not null or contact_point_key is not null) order by answered_at, answer_id`;
const OWN_RULES = `
  select creditor_id, version, weekdays, hours, contacts_in_7_days, contacts_in_30_days, decision, set_by, set_at from notifications.own_rule order by creditor_id, version`;

/** Law 2, recomputed from the messages that left and the hours of the calendar; the services' own budget rows are not asked. */
export async function notHarassed(snapshot: Snapshot, scope: BudgetScope): Promise<Finding> {
  const sent = await snapshot.all<Sent>('notifications', SENT);
  const closed = await snapshot.all<Closed>('notifications', CLOSED);
  const human = await snapshot.all<HumanContact>('notifications', HUMAN);
  const calls = await snapshot.all<AnsweredCall>('notifications', CALLS);
  const rules = new Map<string, OwnRule[]>();
  for (const rule of await snapshot.all<OwnRule>('notifications', OWN_RULES)) rules.set(rule.creditor_id, [...(rules.get(rule.creditor_id) ?? []), rule]);
  return judgeContacts({ sent, closed, human, calls, rules }, scope);
}

/** The rules that a creditor had at an instant or in the seconds in which nobody had to know of the next; null where the house's alone held. */
function rulesAt(rules: OwnRules, creditor_id: string, at: Date): (OwnRule | null)[] {
  const own = rules.get(creditor_id) ?? [];
  const known_at = at.getTime() - KNOWN_AFTER_MS;
  return [null, ...own].filter((rule, index) => (rule === null || rule.set_at <= at) && (own[index]?.set_at.getTime() ?? Infinity) >= known_at);
}

/** Only a person who is named makes a creditor looser than the house, and only with its own budget. */
const isLooser = (rule: OwnRule): boolean => LIMITS.some(({ own, contacts }) => rule[own] > contacts);
const isDecided = ({ decision }: OwnRule): boolean => Boolean(decision?.decided_by);

/** The creditors that may contact more often than the house by itself, and who answers for it. */
function looserOnes(rules: OwnRules): Looser[] {
  const inForce = [...rules.values()].flatMap((versions) => versions.slice(-1));
  return inForce.flatMap((rule): Looser[] => {
    const { creditor_id, version, contacts_in_7_days, contacts_in_30_days, decision, set_by, set_at } = rule;
    return isLooser(rule) && decision && isDecided(rule) ? [{ creditor_id, version, contacts_in_7_days, contacts_in_30_days, decision, set_by, set_at: set_at.toISOString() }] : [];
  });
}

const classOf = (purpose: Sent['purpose']) => (purpose === 'reply' ? null : purpose === 'service' ? 'service' : 'contact');

/** Contacts by who was reached and class: day by day, each with what was sent. */
type Days = Map<string, Map<string, Sent | null>>;

interface Contacts {
  readonly sent: readonly Sent[];
  readonly closed: readonly Closed[];
  readonly human: readonly HumanContact[];
  readonly calls: readonly AnsweredCall[];
  readonly rules: OwnRules;
}

/** Pure: which of the messages, and of the calls that somebody was told to make, broke the law, given what was closed and whom people called. */
export function judgeContacts({ sent, closed, human, calls, rules }: Contacts, scope: BudgetScope): Finding {
  const finding = new Finding(2, 'Nobody is harassed');
  finding.looserByDecision = looserOnes(rules);
  const closings = new Map<string, Closed[]>();
  for (const each of closed) closings.set(each.contact_point_key, [...(closings.get(each.contact_point_key) ?? []), each]);
  const days: Days = new Map();
  const of = (creditor_id: string) => (scope === 'creditor' ? creditor_id : '*');
  for (const call of human) dayMap(days, `${call.class} person ${of(call.creditor_id)} ${call.person_key}`).set(call.local_date, null);
  for (const message of sent) {
    const own = rulesAt(rules, message.creditor_id, message.call_began_at);
    const what = wrongWith(message, { closings, days, own, scope: of(message.creditor_id) });
    const { creditor_id, customer_id, notice_id, purpose } = message;
    finding.check(what === null ? null : { what, creditor_id, ids: { notice_id, customer_id, purpose, call_began_at: message.call_began_at.toISOString() } });
  }
  for (const { answered_at: at, answer_id, creditor_id, customer_id, state, contact_point_key } of calls) {
    const wrong = [...outsideHours(at, state, rulesAt(rules, creditor_id, at)), ...throughClosed(at, creditor_id, contact_point_key, closings)];
    finding.check(wrong.length === 0 ? null : { what: `told somebody to call ${wrong.join('; ')}`, creditor_id, ids: { answer_id, customer_id, answered_at: at.toISOString() } });
  }
  return finding;
}

function outsideHours(at: Date, state: string | null, own: readonly (OwnRule | null)[]): string[] {
  if (!isWithinContactHours(at, state)) return ['outside the hours and days allowed where the debtor lives'];
  return own.some((rule) => isWithinContactHours(at, state, rule)) ? [] : ["outside the hours and days of the creditor's own rule"];
}

function throughClosed(at: Date, creditor_id: string, contact_point_key: string | null, closings: Around['closings']): string[] {
  const closedBefore = closings.get(contact_point_key ?? '')?.some((closing) =>
    (closing.creditor_id === null || closing.creditor_id === creditor_id) && closing.recorded_at.getTime() < at.getTime() - KNOWN_AFTER_MS);
  return closedBefore ? ['through a channel that was closed'] : [];
}

function dayMap(days: Days, who: string): Map<string, Sent | null> {
  let found = days.get(who);
  if (!found) days.set(who, (found = new Map()));
  return found;
}

interface Around {
  readonly closings: ReadonlyMap<string, readonly Closed[]>;
  readonly days: Days;
  /** Any of these may have let it go. */
  readonly own: readonly (OwnRule | null)[];
  /** Whose contacts count together: a creditor, or `*`. */
  readonly scope: string;
}

function wrongWith(message: Sent, { closings, days, own, scope }: Around): string | null {
  const kind = classOf(message.purpose);
  if (!kind) return null;
  const { call_began_at, state, contact_point_key, person_key } = message;
  const wrong = outsideHours(call_began_at, state, own);
  if (!contact_point_key) wrong.push('sent to no known contact point');
  wrong.push(...throughClosed(call_began_at, message.creditor_id, contact_point_key, closings));
  const day = localDate(call_began_at, zoneOf(state));
  for (const who of [`${kind} person ${scope} ${person_key}`, ...(contact_point_key ? [`${kind} point ${scope} ${contact_point_key}`] : [])]) {
    const mine = dayMap(days, who);
    if (mine.has(day)) wrong.push(`a second ${kind} on ${day} to the same ${who.split(' ')[1] === 'person' ? 'person' : 'contact point'}`);
    mine.set(day, message);
    if (kind === 'contact') wrong.push(...overLimits([...mine.keys()], day, own, scope !== '*'));
  }
  return wrong.length ? [...new Set(wrong)].join('; ') : null;
}

function overLimits(used: readonly string[], day: string, rules: readonly (OwnRule | null)[], isOwnBudget: boolean): string[] {
  return LIMITS.flatMap(({ days, contacts: house, own }) => {
    const contacts = Math.max(...rules.map((rule) => (rule === null ? house : isOwnBudget && isDecided(rule) ? rule[own] : Math.min(rule[own], house))));
    const within = used.filter((each) => each > addDays(day, -days) && daysBetween(each, day) >= 0).length;
    return within > contacts ? [`contact number ${within} within ${days} days`] : [];
  });
}
