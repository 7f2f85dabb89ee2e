import { isDeepStrictEqual } from 'node:util';
import { OWN_HOURS_MIN_MINUTES, tooNarrowFor, type OwnHours } from '@emdia/calendar';
import { customerKey, derivedId, NotificationsContactRuleSet, outgoing } from '@emdia/contracts';
import type { Tx } from '@emdia/database';
import { Refusal, step, type Step, type Store } from '@emdia/messaging';
import { ROLLING_LIMITS, type Limits } from './budget';

/** Who answers for it that a creditor contacts more often than the house does by itself; a person, not a key. */
export interface Decision {
  readonly decided_by: string;
  readonly role: string;
  readonly reason: string;
  readonly legal_basis: string | null;
}

/** How a creditor wants its customers contacted: on fewer days, in fewer hours, less often, or more often by a named person's decision; a version is never edited. */
export interface OwnRule {
  readonly creditor_id: string;
  readonly version: number;
  /** 1 Monday to 5 Friday. */
  readonly weekdays: readonly number[];
  /** Null: all that the place of the debtor allows. */
  readonly hours: OwnHours | null;
  readonly contacts_in_7_days: number;
  readonly contacts_in_30_days: number;
  /** Null where it is no looser than the house. */
  readonly decision: Decision | null;
  readonly reason: string;
  readonly set_by: string;
  readonly set_at: Date;
}

export interface OwnRuleWanted extends Pick<OwnRule, 'weekdays' | 'contacts_in_7_days' | 'contacts_in_30_days' | 'reason'> {
  readonly hours?: OwnHours | null;
  readonly decision?: (Omit<Decision, 'legal_basis'> & { readonly legal_basis?: string | null }) | null;
}

type Kept = Pick<OwnRule, 'weekdays' | 'hours' | 'contacts_in_7_days' | 'contacts_in_30_days' | 'decision'>;

const [WEEK, MONTH] = ROLLING_LIMITS;

/** What holds for whoever sets no rule. */
export const HOUSE_RULE = { weekdays: [1, 2, 3, 4, 5], contacts_in_7_days: WEEK.contacts_max, contacts_in_30_days: MONTH.contacts_max } as const;

/** One contact a day is nobody's to loosen: no decision goes beyond these. */
const MOST = { contacts_in_7_days: WEEK.window_days, contacts_in_30_days: MONTH.window_days } as const;

type Count = keyof typeof MOST;

const isLooser = (count: Count, value: number): boolean => value > HOUSE_RULE[count];

/** The limits of a creditor's budget. One that several creditors share is nobody's to loosen, also where that was decided before it was shared. */
export function limitsOf(rule: OwnRule | null, scope: string): Limits {
  if (!rule) return ROLLING_LIMITS;
  const max = (count: Count) => (scope === rule.creditor_id ? rule[count] : Math.min(rule[count], HOUSE_RULE[count]));
  return [{ ...WEEK, contacts_max: max('contacts_in_7_days') }, { ...MONTH, contacts_max: max('contacts_in_30_days') }];
}

interface Finding {
  readonly path: string;
  readonly value: unknown;
  readonly remedy: string;
}

const HOUR = /^([01]\d|2[0-3]):[0-5]\d$/;

function hoursFindings(hours: OwnHours): Finding[] {
  const malformed = (['from', 'to'] as const).filter((end) => !HOUR.test(hours[end]));
  if (malformed.length > 0) return malformed.map((end) => ({ path: `hours.${end}`, value: hours[end], remedy: 'Give an hour as HH:mm on the clock of the debtor, 09:30 say.' }));
  return tooNarrowFor(hours).map(({ whom, opens, closes }) => ({
    path: 'hours', value: hours, remedy: `Leave at least ${OWN_HOURS_MIN_MINUTES} minutes of ${opens} to ${closes}, when ${whom} may be contacted; to stop all contact place holds.`,
  }));
}

function countFindings(count: Count, wanted: OwnRuleWanted, isShared: boolean): Finding[] {
  const value = wanted[count];
  const [house, most] = [HOUSE_RULE[count], MOST[count]];
  const told = (remedy: string): Finding[] => [{ path: count, value, remedy }];
  if (!Number.isInteger(value) || value < 1 || value > most) return told(`Give a whole number from 1 to ${house}, or by a named person's \`decision\` up to ${most}: one contact a day is the most, whoever decides.`);
  if (!isLooser(count, value)) return [];
  if (isShared) return told(`Give a whole number from 1 to ${house}: in this installation all creditors share one budget (EMDIA_BUDGET_SCOPE), which none of them may loosen.`);
  return wanted.decision ? [] : told(`Give a whole number from 1 to ${house}, or the \`decision\` of a named person on more: \`decided_by\`, \`role\` and \`reason\`.`);
}

const NAME = /^\p{L}[\p{L}\p{M}'’.-]*( \p{L}[\p{L}\p{M}'’.-]*)+$/u;
const REASON_MIN = 20;

function decisionFindings({ decided_by, role, reason, legal_basis }: Decision): Finding[] {
  const findings: Finding[] = [];
  const check = (isRight: boolean, what: keyof Decision, value: unknown, remedy: string) => {
    if (!isRight) findings.push({ path: `decision.${what}`, value, remedy });
  };
  const isNamed = NAME.test(decided_by) && decided_by.split(' ').filter((word) => /\p{L}{2}/u.test(word)).length > 1;
  check(isNamed, 'decided_by', decided_by, 'Name the person who decided, first name and surname; a team, a key or an address decides nothing.');
  check(/\p{L}{2}/u.test(role), 'role', role, 'Say what this person is in the company: diretora de crédito, say.');
  check(reason.length >= REASON_MIN, 'reason', reason, `Say why more contacts are needed, in ${REASON_MIN} letters at least.`);
  check(legal_basis !== '', 'legal_basis', legal_basis, 'Name the law or contract that it rests on, or leave it out.');
  return findings;
}

/** What is wrong with a rule, each with its remedy; none where it is as strict as the house's, or looser by a named person's decision and within the law. */
function findingsOf(wanted: OwnRuleWanted, { hours, decision }: Kept, isShared: boolean): Finding[] {
  const { weekdays, contacts_in_7_days: week, contacts_in_30_days: month } = wanted;
  const findings: Finding[] = [];
  if (weekdays.length === 0) findings.push({ path: 'weekdays', value: weekdays, remedy: 'Name at least one day; to stop all contact place holds.' });
  weekdays.forEach((day, index) => {
    if (!(HOUSE_RULE.weekdays as readonly number[]).includes(day)) findings.push({ path: `weekdays[${index}]`, value: day, remedy: 'Leave it out: nobody is contacted on a Saturday or Sunday. 1 is Monday, 5 is Friday.' });
  });
  if (hours) findings.push(...hoursFindings(hours));
  findings.push(...countFindings('contacts_in_7_days', wanted, isShared), ...countFindings('contacts_in_30_days', wanted, isShared));
  if (findings.length === 0 && month < week) findings.push({ path: 'contacts_in_30_days', value: month, remedy: `Give at least ${week}, as for 7 days, or fewer for those.` });
  if (!decision) return findings;
  const isNeeded = isLooser('contacts_in_7_days', week) || isLooser('contacts_in_30_days', month);
  return [...findings, ...(isNeeded ? decisionFindings(decision) : [{ path: 'decision', value: decision, remedy: 'Leave it out: nothing here is looser than the house, so there is nothing to decide.' }])];
}

const spaced = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** A rule as it is kept. */
const keptOf = ({ weekdays, hours, contacts_in_7_days, contacts_in_30_days, decision }: OwnRuleWanted): Kept => ({
  weekdays: [...new Set(weekdays)].sort(), hours: hours ? { from: hours.from, to: hours.to } : null, contacts_in_7_days, contacts_in_30_days,
  decision: decision ? { decided_by: spaced(decision.decided_by), role: spaced(decision.role), reason: spaced(decision.reason), legal_basis: typeof decision.legal_basis === 'string' ? spaced(decision.legal_basis) : null } : null,
});

/** The rules in force of some creditors; those without one are missing. */
export async function ownRulesOf(tx: Tx, creditorIds: readonly string[]): Promise<Map<string, OwnRule>> {
  if (creditorIds.length === 0) return new Map();
  const rows = await tx.query<{ rule: OwnRule }>(
    `select to_jsonb(r) as rule from unnest($1::text[]) as c (creditor_id)
     cross join lateral (select * from own_rule o where o.creditor_id = c.creditor_id order by version desc limit 1) r`,
    [[...new Set(creditorIds)]],
  );
  return new Map(rows.map(({ rule }) => [rule.creditor_id, { ...rule, set_at: new Date(rule.set_at) }]));
}

/** Versions of creditors' own rules; the newest counts. */
export class OwnRules implements Store<OwnRule | null> {
  readonly name = 'own_rule';

  /** Sets the rule of a creditor whose contacts count in a scope; what is in force already is no new version. */
  set(creditor_id: string, wanted: OwnRuleWanted, set_by: string, scope: string): Step<OwnRule | null, OwnRule> {
    const rule = keptOf(wanted);
    return step<OwnRule | null, OwnRule>(this, creditor_id, (known, set_at) => {
      const findings = findingsOf(wanted, rule, scope !== creditor_id);
      if (findings.length > 0) throw new Refusal(422, 'looser-than-the-house', 'The rule is looser than everybody\'s, or none', 'A creditor may want fewer days, hours and contacts than the house allows; more contacts by a named person\'s decision, more days or hours never.', { findings });
      if (known && isDeepStrictEqual(keptOf(known), rule)) return { ignored: 'in-force', result: known };
      const next: OwnRule = { ...rule, reason: wanted.reason, creditor_id, version: (known?.version ?? 0) + 1, set_by, set_at };
      const { version, weekdays, hours, contacts_in_7_days, contacts_in_30_days } = next;
      const told = outgoing(NotificationsContactRuleSet, {
        id: derivedId('contact-rule-set', creditor_id, version), key: customerKey(creditor_id, ''), creditor_id, now: set_at,
        data: { creditor_id, version, weekdays: [...weekdays], ...(hours ? { hours } : {}), contacts_in_7_days, contacts_in_30_days },
      });
      return { next, result: next, events: [told] };
    });
  }

  /** There is no row to lock before the first, so whoever sets a creditor's rule waits for others who do. */
  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, OwnRule | null>> {
    for (const key of keys) await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`own_rule ${key}`]);
    const found = await ownRulesOf(tx, keys);
    return new Map(keys.map((key) => [key, found.get(key) ?? null]));
  }

  async save(tx: Tx, changed: ReadonlyMap<string, OwnRule | null>): Promise<void> {
    await tx.query(
      `insert into own_rule (creditor_id, version, weekdays, hours, contacts_in_7_days, contacts_in_30_days, decision, reason, set_by, set_at)
       select creditor_id, version, weekdays, hours, contacts_in_7_days, contacts_in_30_days, decision, reason, set_by, set_at from jsonb_to_recordset($1::jsonb)
         as r (creditor_id text, version int, weekdays smallint[], hours jsonb, contacts_in_7_days int, contacts_in_30_days int, decision jsonb, reason text, set_by text, set_at timestamptz)`,
      [JSON.stringify([...changed.values()])],
    );
  }
}
