import { derivedId } from '@emdia/contracts';
import type { Tx } from '@emdia/database';
import type { Rank } from '../upstream/rank';
import type { Invoice, KnownInvoice } from './invoice';

/** An invoice as its table has it; dates as civil texts, cents as numbers. */
interface Row {
  readonly creditor_id: string;
  readonly invoice_id: string;
  readonly receivable_id: string;
  readonly status: Invoice['status'];
  readonly customer_id: string | null;
  readonly number: string | null;
  readonly description: string | null;
  readonly issue_date: string | null;
  readonly issued_due_date: string | null;
  readonly issued_amount_cents: number | null;
  readonly currency: string | null;
  readonly due_date: string | null;
  readonly amount_cents: number | null;
  readonly charge_policy: KnownInvoice['charge_policy'];
  readonly instruments: KnownInvoice['instruments'] | null;
  readonly cancelled: boolean;
  readonly cancel_reason: string | null;
  readonly content_hash: string | null;
  readonly issue_rank: Rank | null;
  readonly due_date_rank: Rank | null;
  readonly amount_rank: Rank | null;
  readonly source_version: number;
}

const SELECT = `select creditor_id, invoice_id, receivable_id, status, customer_id, number, description, issue_date::text, issued_due_date::text,
  issued_amount_cents::float8 as issued_amount_cents, currency, due_date::text, amount_cents::float8 as amount_cents, charge_policy, instruments, cancelled,
  cancel_reason, content_hash, issue_rank, due_date_rank, amount_rank, source_version from invoice`;

const ranked = <T>(value: T | null, rank: Rank | null) => (value === null || rank === null ? null : { value, rank });

function invoiceOf(row: Row): Invoice {
  const { creditor_id, invoice_id, status, source_version, cancelled, cancel_reason, due_date_rank, amount_rank, ...rest } = row;
  const facts = {
    creditor_id, invoice_id,
    due_date: ranked(rest.due_date, due_date_rank),
    amount_cents: ranked(rest.amount_cents, amount_rank),
    cancelled: cancelled ? { reason: cancel_reason } : null,
  };
  if (status === 'awaited') return { status, ...facts };
  return { ...(rest as unknown as KnownInvoice), ...(facts as Pick<KnownInvoice, keyof typeof facts>), status, version: source_version };
}

/** Every column written out: an object put together from others costs several times as much, and there is one per invoice. */
function rowOf(invoice: Invoice): Row {
  const { creditor_id, invoice_id, status, due_date, amount_cents, cancelled } = invoice;
  const known = invoice.status === 'awaited' ? null : invoice;
  return {
    creditor_id, invoice_id, status,
    receivable_id: known?.receivable_id ?? derivedId('receivable', creditor_id, invoice_id),
    customer_id: known?.customer_id ?? null,
    number: known?.number ?? null,
    description: known?.description ?? null,
    issue_date: known?.issue_date ?? null,
    issued_due_date: known?.issued_due_date ?? null,
    issued_amount_cents: known?.issued_amount_cents ?? null,
    currency: known?.currency ?? null,
    due_date: due_date?.value ?? null, due_date_rank: due_date?.rank ?? null,
    amount_cents: amount_cents?.value ?? null, amount_rank: amount_cents?.rank ?? null,
    charge_policy: known?.charge_policy ?? null,
    instruments: known?.instruments ?? null,
    cancelled: cancelled !== null, cancel_reason: cancelled?.reason ?? null,
    content_hash: known?.content_hash ?? null,
    issue_rank: known?.issue_rank ?? null,
    source_version: known?.version ?? 0,
  };
}

/** The invoices that references mean: by their id, or by a number that several may bear. */
export async function loadInvoices(tx: Tx, creditorIds: readonly string[], references: readonly string[]): Promise<Invoice[]> {
  const wanted = 'select * from unnest($1::text[], $2::text[])';
  const rows = await tx.query<Row>(`${SELECT} where (creditor_id, invoice_id) in (${wanted}) union ${SELECT} where (creditor_id, number) in (${wanted})`, [creditorIds, references]);
  return rows.map(invoiceOf);
}

/** Whose invoices references mean. */
export const ownersOf = (tx: Tx, creditorIds: readonly string[], references: readonly string[]): Promise<{ creditor_id: string; customer_id: string }[]> =>
  tx.query(
    `select creditor_id, customer_id from invoice where customer_id is not null and (creditor_id, invoice_id) in (select * from unnest($1::text[], $2::text[]))
     union select creditor_id, customer_id from invoice where customer_id is not null and (creditor_id, number) in (select * from unnest($1::text[], $2::text[]))`,
    [creditorIds, references],
  );

export async function saveInvoices(tx: Tx, invoices: readonly Invoice[]): Promise<void> {
  if (invoices.length === 0) return;
  await tx.query(
    `insert into invoice (${NAMES}) select ${NAMES} from jsonb_to_recordset($1) as i (creditor_id text, invoice_id text, receivable_id uuid, status text, customer_id text,
       number text, description text, issue_date date, issued_due_date date, issued_amount_cents bigint, currency text, due_date date, amount_cents bigint,
       charge_policy jsonb, instruments jsonb, cancelled boolean, cancel_reason text, content_hash text, issue_rank jsonb, due_date_rank jsonb, amount_rank jsonb, source_version int)
     on conflict (creditor_id, invoice_id) do update set ${CHANGING.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [JSON.stringify(invoices.map(rowOf))],
  );
}

const CHANGING = [
  'status', 'customer_id', 'number', 'description', 'issue_date', 'issued_due_date', 'issued_amount_cents', 'currency', 'due_date', 'amount_cents', 'charge_policy',
  'instruments', 'cancelled', 'cancel_reason', 'content_hash', 'issue_rank', 'due_date_rank', 'amount_rank', 'source_version',
];
const NAMES = ['creditor_id', 'invoice_id', 'receivable_id', ...CHANGING].join(', ');
