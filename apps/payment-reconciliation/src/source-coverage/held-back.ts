/** Why a source's coverage counts for nothing: a payment of it, or a whole file, that nobody could read. */
export const HELD_BACK = ['unread-payment', 'refused-file'] as const;
export type HeldBack = (typeof HELD_BACK)[number];

/**
 * Sources that are held back, and why; `creditors` is the list or subquery that stands after `in`. A later file says nothing of
 * what an earlier one held: days go on being covered only when a person has looked at the refused one.
 */
export const heldBackOf = (creditors: string): string => `
  select creditor_id, source, 'unread-payment' as why from unread
    where status = 'open' and customer_id is null and source is not null and creditor_id in (${creditors})
  union select creditor_id, source, 'unread-payment' from dead_letter
    where status = 'open' and customer_id is null and source is not null and creditor_id in (${creditors})
  union select creditor_id, source, 'refused-file' from bank_file where status = 'refused' and decided_by is null and creditor_id in (${creditors})`;
