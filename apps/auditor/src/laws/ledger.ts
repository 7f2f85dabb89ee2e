import type { Finding } from '../finding';
import type { Snapshot } from '../snapshot';

/** An entry that does not come to zero. */
interface Sum {
  readonly creditor_id: string;
  readonly currency: string;
  readonly what: string;
  readonly sum_cents: number;
}

/** A receivable and what the postings make of it. */
export interface Balance {
  readonly receivable_id: string;
  readonly creditor_id: string;
  readonly amount_cents: number;
  readonly paid_cents: number;
  readonly waived_cents: number;
  readonly written_off_cents: number;
  readonly open_cents: number;
  readonly status: string;
  readonly posted_open_cents: number;
  readonly posted_billed_cents: number;
  readonly posted_waived_cents: number;
  readonly posted_written_off_cents: number;
}

const ENTRIES = `
  select e.creditor_id, e.currency, e.cause as what, coalesce(sum(p.amount_cents), 0)::float8 as sum_cents
  from reconciliation.entry e left join reconciliation.posting p on p.entry_id = e.id group by e.creditor_id, e.id`;
const CREDITORS = `
  select e.creditor_id, e.currency, 'all entries' as what, coalesce(sum(p.amount_cents), 0)::float8 as sum_cents
  from reconciliation.entry e join reconciliation.posting p on p.entry_id = e.id group by 1, 2`;
const BALANCES = `
  select r.receivable_id, r.creditor_id, r.amount_cents::float8 as amount_cents, r.paid_cents::float8 as paid_cents, r.waived_cents::float8 as waived_cents,
    r.written_off_cents::float8 as written_off_cents,
    r.open_cents::float8 as open_cents, r.status,
    coalesce(sum(p.amount_cents) filter (where p.account = 'receivable'), 0)::float8 as posted_open_cents,
    coalesce(-sum(p.amount_cents) filter (where p.account = 'revenue'), 0)::float8 as posted_billed_cents,
    coalesce(sum(p.amount_cents) filter (where p.account in ('waiver', 'discount')), 0)::float8 as posted_waived_cents,
    coalesce(sum(p.amount_cents) filter (where p.account = 'write_off'), 0)::float8 as posted_written_off_cents
  from reconciliation.receivable r left join reconciliation.posting p using (receivable_id)
  where r.status <> 'unissued' group by r.receivable_id`;

/** Money adds up: every entry and every creditor's books come to zero, every balance is the sum of its postings. */
export async function auditLedger(snapshot: Snapshot, finding: Finding): Promise<void> {
  for (const sql of [ENTRIES, CREDITORS]) {
    await snapshot.each<Sum>('reconciliation', sql, ({ creditor_id, currency, what, sum_cents }) =>
      finding.check(sum_cents === 0 ? null : { what: `${what} in ${currency} come to ${sum_cents} cents instead of zero`, creditor_id, ids: { cause: what } }));
  }
  await snapshot.each<Balance>('reconciliation', BALANCES, (row) => judgeBalance(finding, row));
}

/** Checks one receivable's stored balance against its postings and against itself. */
export function judgeBalance(finding: Finding, row: Balance): void {
  const wrong: string[] = [];
  if (row.open_cents !== row.posted_open_cents) wrong.push(`open ${row.open_cents} cents, posted ${row.posted_open_cents}`);
  if (row.amount_cents !== row.posted_billed_cents) wrong.push(`billed ${row.amount_cents} cents, posted ${row.posted_billed_cents}`);
  if (row.waived_cents !== row.posted_waived_cents) wrong.push(`waived ${row.waived_cents} cents, posted ${row.posted_waived_cents}`);
  if (row.written_off_cents !== row.posted_written_off_cents) wrong.push(`written off ${row.written_off_cents} cents, posted ${row.posted_written_off_cents}`);
  if (row.open_cents !== row.amount_cents - row.paid_cents - row.waived_cents - row.written_off_cents) wrong.push('amount less paid, waived and written off is not what is open');
  if (row.open_cents < 0) wrong.push(`less than nothing is open: ${row.open_cents} cents`);
  if ((row.status === 'open') !== row.open_cents > 0) wrong.push(`it is ${row.status} with ${row.open_cents} cents open`);
  finding.check(wrong.length ? { what: wrong.join('; '), creditor_id: row.creditor_id, ids: { receivable_id: row.receivable_id } } : null);
}
