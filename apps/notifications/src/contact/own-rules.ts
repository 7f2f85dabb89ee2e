import { customerKey, derivedId, NotificationsContactRuleSet, outgoing } from '@emdia/contracts';
import type { Tx } from '@emdia/database';
import { Refusal, step, type Step, type Store } from '@emdia/messaging';
import { ROLLING_LIMITS, type Limits } from './budget';

/** What a creditor wants beyond the rules of the house: fewer days, fewer contacts; a version is never edited. */
export interface OwnRule {
  readonly creditor_id: string;
  readonly version: number;
  /** 1 Monday to 5 Friday. */
  readonly weekdays: readonly number[];
  readonly contacts_in_7_days: number;
  readonly contacts_in_30_days: number;
  readonly reason: string;
  readonly set_by: string;
  readonly set_at: Date;
}

export type OwnRuleWanted = Pick<OwnRule, 'weekdays' | 'contacts_in_7_days' | 'contacts_in_30_days' | 'reason'>;

const [WEEK, MONTH] = ROLLING_LIMITS;

/** What holds for everybody: no creditor may be looser. */
export const HOUSE_RULE = { weekdays: [1, 2, 3, 4, 5], contacts_in_7_days: WEEK.contacts_max, contacts_in_30_days: MONTH.contacts_max } as const;

/** The limits of a creditor's budget. */
export const limitsOf = (rule: OwnRule | null): Limits =>
  rule ? [{ ...WEEK, contacts_max: rule.contacts_in_7_days }, { ...MONTH, contacts_max: rule.contacts_in_30_days }] : ROLLING_LIMITS;

interface Finding {
  readonly path: string;
  readonly value: unknown;
  readonly remedy: string;
}

/** What is wrong with a rule, each with its remedy; none where it is at least as strict as the house's. */
export function findingsOf({ weekdays, contacts_in_7_days: week, contacts_in_30_days: month }: OwnRuleWanted): Finding[] {
  const findings: Finding[] = [];
  if (weekdays.length === 0) findings.push({ path: 'weekdays', value: weekdays, remedy: 'Name at least one day; to stop all contact place holds.' });
  weekdays.forEach((day, index) => {
    if (!(HOUSE_RULE.weekdays as readonly number[]).includes(day)) findings.push({ path: `weekdays[${index}]`, value: day, remedy: 'Leave it out: nobody is contacted on a Saturday or Sunday. 1 is Monday, 5 is Friday.' });
  });
  const count = (path: 'contacts_in_7_days' | 'contacts_in_30_days', value: number, max: number) => {
    if (!Number.isInteger(value) || value < 1 || value > max) findings.push({ path, value, remedy: `Give a whole number from 1 to ${max}, which is the most for everybody.` });
  };
  count('contacts_in_7_days', week, HOUSE_RULE.contacts_in_7_days);
  count('contacts_in_30_days', month, HOUSE_RULE.contacts_in_30_days);
  if (findings.length === 0 && month < week) findings.push({ path: 'contacts_in_30_days', value: month, remedy: `Give at least ${week}, as for 7 days, or fewer for those.` });
  return findings;
}

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

const isSame = (one: OwnRuleWanted, other: OwnRuleWanted): boolean =>
  one.weekdays.join() === other.weekdays.join() && one.contacts_in_7_days === other.contacts_in_7_days && one.contacts_in_30_days === other.contacts_in_30_days;

/** Versions of creditors' own rules; the newest counts. */
export class OwnRules implements Store<OwnRule | null> {
  readonly name = 'own_rule';

  /** Sets the rule of a creditor; what is in force already is no new version. */
  set(creditor_id: string, wanted: OwnRuleWanted, set_by: string): Step<OwnRule | null, OwnRule> {
    return step<OwnRule | null, OwnRule>(this, creditor_id, (known, set_at) => {
      const findings = findingsOf(wanted);
      if (findings.length > 0) throw new Refusal(422, 'looser-than-the-house', 'The rule is looser than everybody\'s, or none', 'A creditor may want fewer days and contacts than the house allows, never more.', { findings });
      const rule = { ...wanted, weekdays: [...new Set(wanted.weekdays)].sort() };
      if (known && isSame(known, rule)) return { ignored: 'in-force', result: known };
      const next = { ...rule, creditor_id, version: (known?.version ?? 0) + 1, set_by, set_at };
      const { version, weekdays, contacts_in_7_days, contacts_in_30_days } = next;
      const told = outgoing(NotificationsContactRuleSet, {
        id: derivedId('contact-rule-set', creditor_id, version), key: customerKey(creditor_id, ''), creditor_id, now: set_at,
        data: { creditor_id, version, weekdays: [...weekdays], contacts_in_7_days, contacts_in_30_days },
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
      `insert into own_rule (creditor_id, version, weekdays, contacts_in_7_days, contacts_in_30_days, reason, set_by, set_at)
       select creditor_id, version, weekdays, contacts_in_7_days, contacts_in_30_days, reason, set_by, set_at from jsonb_to_recordset($1::jsonb)
         as r (creditor_id text, version int, weekdays smallint[], contacts_in_7_days int, contacts_in_30_days int, reason text, set_by text, set_at timestamptz)`,
      [JSON.stringify([...changed.values()])],
    );
  }
}
