import type { OwnHours } from '@emdia/calendar';
import type { EventOf, NotificationsContactRuleSet } from '@emdia/contracts';
import { bulk, type Tx } from '@emdia/database';
import { step, type DecisionOne, type Step, type Store } from '@emdia/messaging';
import { CONTACT_BUDGETS, type ContactBudget } from '@emdia/regua';
import type { CaseFile } from '../cases/case-file';

/** A creditor's own rule; the highest version counts. */
interface ContactRule {
  readonly creditor_id: string;
  readonly version: number;
  /** 1 Monday to 5 Friday. */
  readonly weekdays: readonly number[];
  /** Null where it leaves them all. */
  readonly hours: OwnHours | null;
  /** Null where the rule was told before 2026-11-23. */
  readonly contacts_in_7_days: number | null;
  readonly contacts_in_30_days: number | null;
}

/** What is read of a rule beside the creditor's other settings: all null where there is none. */
export type OwnRule = { readonly [K in Exclude<keyof ContactRule, 'creditor_id' | 'version'>]: ContactRule[K] | null };
export const RULE_COLUMNS = ['weekdays', 'hours', 'contacts_in_7_days', 'contacts_in_30_days'] as const satisfies readonly (keyof OwnRule)[];

const save = bulk<ContactRule>('contact_rule', ['creditor_id'], [
  ['creditor_id', 'text', ({ creditor_id }) => creditor_id],
  ['version', 'int', ({ version }) => version],
  ['weekdays', 'smallint[]', ({ weekdays }) => weekdays],
  ['hours', 'jsonb', ({ hours }) => hours],
  ['contacts_in_7_days', 'int', ({ contacts_in_7_days }) => contacts_in_7_days],
  ['contacts_in_30_days', 'int', ({ contacts_in_30_days }) => contacts_in_30_days],
]);

/** Rules by creditor, null before the first. Cases read them with each batch; plans follow when their cases are looked at next, and until then notifications refuses. */
const contactRules: Store<ContactRule | null> = {
  name: 'contact-rules',
  async load(tx, keys) {
    const rows = await tx.query<ContactRule>(`select creditor_id, version, ${RULE_COLUMNS.join(', ')} from contact_rule where creditor_id = any($1) order by creditor_id for update`, [keys]);
    return new Map<string, ContactRule | null>([...keys.map((key) => [key, null] as const), ...rows.map((row) => [row.creditor_id, row] as const)]);
  },
  // A creditor's events come in one partition, so no row need be locked before it exists.
  save: (tx, changed) => save(tx, [...changed.values()].map((rule) => rule!)),
};

/** A creditor set a rule of its own. */
export const onContactRule = ({ data: { hours, ...rule } }: EventOf<typeof NotificationsContactRuleSet>): Step<ContactRule | null> =>
  step(contactRules, rule.creditor_id, (known): DecisionOne<ContactRule | null> => (known && known.version >= rule.version ? { ignored: 'older-version' } : { next: { ...rule, hours: hours ?? null } }));

/** A rule as a case has it. */
export function ruleIn({ weekdays, hours, ...counts }: OwnRule): Pick<CaseFile, 'own_weekdays' | 'own_hours' | 'own_budgets'> {
  const budgets = budgetsOf(counts);
  return { ...(weekdays && { own_weekdays: weekdays }), ...(hours && { own_hours: hours }), ...(budgets && { own_budgets: budgets }) };
}

function budgetsOf({ contacts_in_7_days, contacts_in_30_days }: Pick<OwnRule, 'contacts_in_7_days' | 'contacts_in_30_days'>): readonly ContactBudget[] | undefined {
  if (contacts_in_7_days === null || contacts_in_30_days === null) return undefined;
  return [{ days: 7, contacts_max: contacts_in_7_days }, { days: 30, contacts_max: contacts_in_30_days }];
}

/** What a creditor's réguas are linted by. */
export async function readBudgets(tx: Tx, creditor_id: string): Promise<readonly ContactBudget[]> {
  const [rule] = await tx.query<OwnRule>('select contacts_in_7_days, contacts_in_30_days from contact_rule where creditor_id = $1', [creditor_id]);
  return (rule && budgetsOf(rule)) ?? CONTACT_BUDGETS;
}
