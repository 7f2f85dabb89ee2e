import type { OwnHours } from '@emdia/calendar';
import type { EventOf, NotificationsContactRuleSet } from '@emdia/contracts';
import type { Tx } from '@emdia/database';
import { step, type DecisionOne, type Step, type Store } from '@emdia/messaging';

/** The weekdays of a creditor's own rule, 1 Monday to 5 Friday, and its hours, null where it leaves them all; the highest version counts. */
interface ContactRule {
  readonly version: number;
  readonly weekdays: readonly number[];
  readonly hours: OwnHours | null;
}

/** Rules by creditor, null before the first. Cases read them with each batch; plans follow when their cases are looked at next, and until then notifications refuses. */
const contactRules: Store<ContactRule | null> = {
  name: 'contact-rules',
  async load(tx, keys) {
    const rows = await tx.query<ContactRule & { creditor_id: string }>('select creditor_id, version, weekdays, hours from contact_rule where creditor_id = any($1) order by creditor_id for update', [keys]);
    return new Map<string, ContactRule | null>([...keys.map((key) => [key, null] as const), ...rows.map((row) => [row.creditor_id, row] as const)]);
  },
  // A creditor's events come in one partition, so no row need be locked before it exists.
  async save(tx: Tx, changed) {
    for (const [creditor_id, rule] of changed)
      await tx.query('insert into contact_rule (creditor_id, version, weekdays, hours) values ($1, $2, $3, $4) on conflict (creditor_id) do update set version = excluded.version, weekdays = excluded.weekdays, hours = excluded.hours', [creditor_id, rule!.version, rule!.weekdays, rule!.hours]);
  },
};

/** A creditor set a rule of its own. */
export const onContactRule = ({ data: { creditor_id, version, weekdays, hours } }: EventOf<typeof NotificationsContactRuleSet>): Step<ContactRule | null> =>
  step(contactRules, creditor_id, (known): DecisionOne<ContactRule | null> => (known && known.version >= version ? { ignored: 'older-version' } : { next: { version, weekdays, hours: hours ?? null } }));
