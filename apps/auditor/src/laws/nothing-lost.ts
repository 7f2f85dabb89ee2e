import { Finding, type Violation } from '../finding';
import { SCHEMAS, type Schema, type Snapshot } from '../snapshot';
import { actsOnce } from './acts';
import { auditLedger } from './ledger';

export interface Options {
  readonly still: boolean;
  /** Business time. */
  readonly now: Date;
  /** Waits so long of wall time, then reads anew. */
  again<T>(wait_ms: number, read: (snapshot: Snapshot) => Promise<T>): Promise<T>;
}

const YOUNG_MS = 60_000;
const LOOK_WAIT_MS = 2_000;

/** An invoice as ingestion took it in, and as the ledger has it. */
export interface Invoiced {
  readonly receivable_id: string;
  readonly creditor_id: string;
  readonly amount_cents: number;
  readonly due_date: string;
  readonly status: string;
  readonly currency: string;
}

/** A payment or refund as ingestion took it in: its identity and amount. */
export interface Moved {
  readonly creditor_id: string;
  readonly source: string;
  readonly payment_id: string;
  readonly refund_id: string | null;
  readonly amount_cents: number;
}

/** What the ledger says of one payment: how often and how much came in, and went back, less what was taken back because the file that told of it was undone. */
export interface Booked {
  readonly creditor_id: string;
  readonly source: string;
  readonly payment_id: string;
  readonly receipts: number;
  readonly received_cents: number;
  readonly returns: number;
  readonly returned_cents: number;
}

const TAKEN_INVOICES = `
  select receivable_id, creditor_id, amount_cents::float8 as amount_cents, due_date::text as due_date, status, currency
  from billing.invoice where status <> 'awaited'`;
const LEDGER_RECEIVABLES = `
  select receivable_id, creditor_id, amount_cents::float8 as amount_cents, original_due_date::text as due_date, status, currency
  from reconciliation.receivable where status <> 'unissued'`;
const TAKEN_PAYMENTS = `
  select creditor_id, source, payment_id, null as refund_id, amount_cents::float8 as amount_cents from billing.payment where status = 'received'`;
const TAKEN_REFUNDS = `
  select r.creditor_id, r.source, r.payment_id, r.refund_id, r.amount_cents::float8 as amount_cents
  from billing.refund r join billing.payment p using (creditor_id, source, payment_id) where p.status = 'received'`;
// What came is booked once, gross: in transit, or in cash with the fee beside it; what goes back comes out of these again.
const BOOKED = `
  select creditor_id, source, payment_id,
    (count(*) filter (where cause like 'payment:%') - count(*) filter (where cause like 'withdrawal:%' and cents < 0))::int as receipts,
    coalesce(sum(cents) filter (where cause like 'payment:%' or (cause like 'withdrawal:%' and cents < 0)), 0)::float8 as received_cents,
    (count(*) filter (where cause like 'refund:%') - count(*) filter (where cause like 'withdrawal:%' and cents > 0))::int as returns,
    coalesce(-sum(cents) filter (where cause like 'refund:%' or (cause like 'withdrawal:%' and cents > 0)), 0)::float8 as returned_cents
  from (select p.creditor_id, p.source, p.payment_id, e.cause, sum(p.amount_cents) as cents
          from reconciliation.posting p join reconciliation.entry e on e.id = p.entry_id where p.account in ('cash_in_transit', 'cash', 'fees') group by 1, 2, 3, 4, e.id) m
  group by 1, 2, 3`;
// Of a bank's file the ledger itself keeps every row that is about money; nothing may be left of one that was undone.
const TOLD_BY_FILES = `
  select r.creditor_id, r.source, r.payment_id, case when r.state = 'returned' then r.reference end as refund_id, r.amount_cents::float8 as amount_cents, r.row_id, r.reason,
    coalesce(f.status, 'gone') as file_status
  from reconciliation.bank_row r left join reconciliation.bank_file f using (file_id) where r.state in ('posted', 'returned')`;

// What a file says that it has in the ledger: by its batches, and by rows that went over to other files or were taken back.
const FILES = `
  select f.creditor_id, f.file_id, (f.moved_cents + (select coalesce(sum(b.posted_cents), 0) from reconciliation.bank_file_batch b where b.file_id = f.file_id and b.pass = f.pass))::float8 as told_cents,
    (select coalesce(sum(case r.state when 'posted' then r.amount_cents when 'returned' then -r.amount_cents end), 0) from reconciliation.bank_row r where r.file_id = f.file_id)::float8 as kept_cents
  from reconciliation.bank_file f`;

/** Law 4: what ingestion took in has its effect in the ledger exactly once, the ledger adds up, and what was refused is kept. */
export async function nothingLost(snapshot: Snapshot, options: Options): Promise<Finding> {
  const finding = new Finding(4, 'Nothing is lost, nothing is done twice');
  await auditLedger(snapshot, finding);
  await effects(snapshot, finding, options);
  await files(snapshot, finding);
  await covers(snapshot, finding);
  await actsOnce(snapshot, finding, options);
  await rejections(snapshot, finding, options);
  return finding;
}

/**
 * Ingestion against the ledger. Between the two lies a topic: on a running house what does not agree is looked at again
 * until it does or 60 s have passed. What agrees later was too young; what only a later look finds is younger still.
 */
async function effects(snapshot: Snapshot, finding: Finding, { still, again }: Options): Promise<void> {
  const first = await compare(snapshot);
  finding.checked += first.checked;
  let broken = first.broken;
  for (let waited_ms = 0; !still && broken.size > 0 && waited_ms < YOUNG_MS; waited_ms += LOOK_WAIT_MS) {
    const next = await again(LOOK_WAIT_MS, compare);
    broken = new Map([...broken].filter(([key]) => next.broken.has(key)));
  }
  finding.tooYoung += first.broken.size - broken.size;
  finding.checked -= first.broken.size - broken.size;
  for (const violation of broken.values()) finding.broken(violation);
}

/** What each file says against its rows; each of these is compared with the ledger by itself. */
async function files(snapshot: Snapshot, finding: Finding): Promise<void> {
  type Row = { creditor_id: string; file_id: string; told_cents: number; kept_cents: number };
  await snapshot.each<Row>('reconciliation', FILES, ({ creditor_id, file_id, told_cents, kept_cents }) =>
    finding.check(told_cents === kept_cents ? null : { what: `a file says that ${told_cents} cents stand by it, its rows ${kept_cents}`, creditor_id, ids: { file_id } }));
}

interface Comparison {
  checked: number;
  readonly broken: Map<string, Violation>;
}

async function compare(snapshot: Snapshot): Promise<Comparison> {
  const comparison: Comparison = { checked: 0, broken: new Map() };
  const check = (key: string, violation: Violation | null) => {
    comparison.checked++;
    if (violation) comparison.broken.set(key, violation);
  };
  await invoices(snapshot, check);
  await money(snapshot, check);
  return comparison;
}

type Check = (key: string, violation: Violation | null) => void;

async function invoices(snapshot: Snapshot, check: Check): Promise<void> {
  const ledger = new Map<string, Invoiced>();
  await snapshot.each<Invoiced>('reconciliation', LEDGER_RECEIVABLES, (row) => ledger.set(row.receivable_id, row));
  await snapshot.each<Invoiced>('billing', TAKEN_INVOICES, (row) => {
    check(row.receivable_id, wrongWithInvoice(row, ledger.get(row.receivable_id)));
    ledger.delete(row.receivable_id);
  });
  for (const { receivable_id, creditor_id } of ledger.values()) check(receivable_id, { what: 'the ledger has a receivable that was never invoiced', creditor_id, ids: { receivable_id } });
}

/** One invoice against the receivable it should have opened; null where they agree. */
export function wrongWithInvoice(taken: Invoiced, found: Invoiced | undefined): Violation | null {
  const { receivable_id, creditor_id, amount_cents, due_date, currency } = taken;
  const expected_cents = taken.status === 'cancelled' ? 0 : amount_cents;
  const wrong: string[] = [];
  if (!found) wrong.push('the ledger has no receivable of it');
  else {
    if (found.creditor_id !== creditor_id) wrong.push('the ledger has it for another creditor');
    if (found.amount_cents !== expected_cents) wrong.push(`the ledger has ${found.amount_cents} cents instead of ${expected_cents}`);
    if (found.currency !== currency) wrong.push(`the ledger has it in ${found.currency} instead of ${currency}`);
    if ((taken.status === 'cancelled') !== (found.status === 'cancelled')) wrong.push(`it is ${taken.status} and in the ledger ${found.status}`);
    else if (taken.status !== 'cancelled' && found.due_date !== due_date) wrong.push(`the ledger has it due on ${found.due_date} instead of ${due_date}`);
  }
  return wrong.length ? { what: wrong.join('; '), creditor_id, ids: { receivable_id } } : null;
}

const identity = ({ creditor_id, source, payment_id }: Pick<Moved, 'creditor_id' | 'source' | 'payment_id'>) => JSON.stringify([creditor_id, source, payment_id]);

async function money(snapshot: Snapshot, check: Check): Promise<void> {
  const booked = new Map<string, Booked>();
  await snapshot.each<Booked>('reconciliation', BOOKED, (row) => booked.set(identity(row), row));
  const refunds = new Map<string, Moved[]>();
  // A devolução may be told by a file and by a webhook, as a Pix may: it is one.
  const wentBack = (row: Moved) => void refunds.set(identity(row), [...(refunds.get(identity(row)) ?? []).filter(({ refund_id }) => refund_id !== row.refund_id), row]);
  await snapshot.each<Moved>('billing', TAKEN_REFUNDS, wentBack);
  const rows: FileRow[] = [];
  await snapshot.each<FileRow>('reconciliation', TOLD_BY_FILES, (row) => {
    check(`row ${row.row_id}`, wrongWithFileRow(row));
    if (row.refund_id === null) rows.push(row);
    else wentBack(row);
  });
  const taken = (payment: Moved) => {
    const key = identity(payment);
    const found = booked.get(key);
    const back = refunds.get(key) ?? [];
    booked.delete(key);
    check(key, wrongWithReceipt(payment, found));
    if (back.length || found?.returns) check(`${key} back`, wrongWithRefunds(payment, back, found));
  };
  const reported = new Set<string>();
  await snapshot.each<Moved>('billing', TAKEN_PAYMENTS, (payment) => {
    reported.add(identity(payment));
    taken(payment);
  });
  // A Pix may be told by a file and by its webhook: it is one, and was looked at.
  for (const row of rows) if (!reported.has(identity(row))) taken(row);
  const left = [...booked.values()].filter(({ receipts, received_cents, returns }) => receipts !== 0 || received_cents !== 0 || returns !== 0);
  for (const { creditor_id, source, payment_id } of left) check(identity({ creditor_id, source, payment_id }), { what: 'the ledger has money that was never reported', creditor_id, ids: { source, payment_id } });
}

/** A row of a bank's file that is in the ledger, and the file that it is of. */
export interface FileRow extends Moved {
  readonly row_id: string;
  readonly reason: string | null;
  readonly file_status: string;
}

/** A row in the ledger whose file is in it: not refused, not undone; null where that is so, or where the ledger would not take it back. */
export function wrongWithFileRow({ creditor_id, source, payment_id, row_id, reason, file_status }: FileRow): Violation | null {
  if (['posting', 'matching', 'posted', 'undoing'].includes(file_status) || reason === 'not-taken-back') return null;
  return { what: `a row is in the ledger though its file is ${file_status}`, creditor_id, ids: { source, payment_id, row_id } };
}

/** One payment against the money booked as received under its name: once, and as much; null where they agree. */
export function wrongWithReceipt({ creditor_id, source, payment_id, amount_cents }: Moved, found: Booked | undefined): Violation | null {
  const [receipts, received_cents] = [found?.receipts ?? 0, found?.received_cents ?? 0];
  if (receipts === 1 && received_cents === amount_cents) return null;
  return { what: `${amount_cents} cents came and were booked ${receipts} times, ${received_cents} cents in all`, creditor_id, ids: { source, payment_id } };
}

/** The refunds of one payment against the money booked as given back under its name; null where they agree. */
export function wrongWithRefunds({ creditor_id, source, payment_id }: Moved, refunds: readonly Moved[], found: Booked | undefined): Violation | null {
  const returned_cents = refunds.reduce((sum, { amount_cents }) => sum + amount_cents, 0);
  const [returns, booked_cents] = [found?.returns ?? 0, found?.returned_cents ?? 0];
  if (returns === refunds.length && booked_cents === returned_cents) return null;
  return { what: `${returned_cents} cents went back in ${refunds.length} refunds and were booked ${returns} times, ${booked_cents} cents in all`, creditor_id, ids: { source, payment_id } };
}

// Counted from what went out, not from the rows that are to prevent it.
const COVERED = `
  select min(d.creditor_id) as creditor_id, c ->> 'receivable_id' as receivable_id, c ->> 'due_date' as due_date, c ->> 'step' as step, count(distinct d.notice_id)::int as times,
         (array_agg(d.notice_id order by d.call_began_at))[1:5] as notice_ids
  from notifications.delivery d cross join lateral jsonb_array_elements(coalesce(d.verdict -> 'covers', d.covers)) c
  where d.status in ('sending', 'sent', 'unknown') and coalesce((c ->> 'goes')::boolean, true)
  group by 2, 3, 4`;

async function covers(snapshot: Snapshot, finding: Finding): Promise<void> {
  type Row = { creditor_id: string; receivable_id: string; due_date: string; step: string; times: number; notice_ids: string[] };
  await snapshot.each<Row>('notifications', COVERED, ({ creditor_id, receivable_id, due_date, step, times, notice_ids }) =>
    finding.check(times === 1 ? null : { what: `a step of a debt went out ${times} times`, creditor_id, ids: { receivable_id, due_date, step, notice_ids: notice_ids.join(' ') } }));
}

interface SetAside {
  readonly id: string;
  readonly creditor_id: string | null;
  readonly reason: string | null;
  readonly status: string;
  readonly has_body: boolean;
  readonly is_resolved: boolean;
}

/** What was refused: each kept with its reason and its body, open ones counted; and nothing still waits to be told in a house at rest. */
async function rejections(snapshot: Snapshot, finding: Finding, { still }: Options): Promise<void> {
  finding.openRejections = 0;
  const look = (schema: Schema, sql: string, what: string) =>
    snapshot.each<SetAside>(schema, sql, (row) => {
      if (row.status === 'open') finding.openRejections!++;
      const kept = row.reason && row.has_body && (row.status === 'open') !== row.is_resolved;
      finding.check(kept ? null : { what: `${what} is not kept with its reason, body and end`, creditor_id: row.creditor_id, ids: { schema, id: row.id } });
    });
  const columns = (hasBody: string) => `id, creditor_id, reason, status, ${hasBody} as has_body, resolved_at is not null as is_resolved`;
  // What came by webhook is forgotten in time, once somebody has looked after it.
  await look('billing', `select ${columns(`(length(body_sealed) > 0 or (body_sealed is null and status <> 'open'))`)} from billing.quarantine`, 'a quarantined event');
  for (const schema of SCHEMAS) {
    await look(schema, `select ${columns('length(body_sealed) > 0')} from ${schema}.dead_letter`, 'a dead letter');
    if (!still) continue;
    const [waiting] = await snapshot.all<{ count: number }>(schema, `select count(*)::int as count from ${schema}.outbox where type not like '%.heartbeat.v1'`);
    if (waiting!.count > 0) finding.broken({ what: `${waiting!.count} events wait in the outbox of a house at rest`, creditor_id: null, ids: { schema } });
  }
}
