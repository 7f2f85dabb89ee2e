import { derivedId } from '@emdia/contracts';
import { bulk, type Tx } from '@emdia/database';
import type { Rank } from '../upstream/rank';
import type { Invoice, KnownInvoice, Ranked } from './invoice';

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
  /** Null where it is the issue's, as is the one below. */
  readonly due_date_rank: Rank | null;
  readonly amount_rank: Rank | null;
  readonly source_version: number;
}

const SELECT = `select creditor_id, invoice_id, receivable_id, status, customer_id, number, description, issue_date::text, issued_due_date::text,
  issued_amount_cents::float8 as issued_amount_cents, currency, due_date::text, amount_cents::float8 as amount_cents, charge_policy, instruments, cancelled,
  cancel_reason, content_hash, issue_rank, due_date_rank, amount_rank, source_version`;

const ranked = <T>(value: T | null, rank: Rank | null) => (value === null || rank === null ? null : { value, rank });

function invoiceOf(row: Row): Invoice {
  const { creditor_id, invoice_id, status, source_version, cancelled, cancel_reason, due_date_rank, amount_rank, ...rest } = row;
  const facts = {
    creditor_id, invoice_id,
    due_date: ranked(rest.due_date, due_date_rank ?? rest.issue_rank),
    amount_cents: ranked(rest.amount_cents, amount_rank ?? rest.issue_rank),
    cancelled: cancelled ? { reason: cancel_reason } : null,
  };
  if (status === 'awaited') return { status, ...facts };
  return { ...(rest as unknown as KnownInvoice), ...(facts as Pick<KnownInvoice, keyof typeof facts>), status, version: source_version };
}

// Each reference is two looks into an index; `in (select ...)` would sort and hash what is asked for first.
const WANTED = 'from unnest($1::text[], $2::text[]) as w (creditor, reference)';
const BY_ID = 'join invoice on creditor_id = creditor and invoice_id = reference';
const BY_NUMBER = 'join invoice on creditor_id = creditor and number = reference';

/** The invoices that references mean: by their id, or by a number that several may bear. */
export async function loadInvoices(tx: Tx, creditorIds: readonly string[], references: readonly string[]): Promise<Invoice[]> {
  const rows = await tx.query<Row>(`${SELECT} ${WANTED} ${BY_ID} union all ${SELECT} ${WANTED} ${BY_NUMBER}`, [creditorIds, references]);
  const once = new Map(rows.map((row) => [`${row.creditor_id}/${row.invoice_id}`, row]));
  return [...once.values()].map(invoiceOf);
}

/** Whose invoices references mean. */
export const ownersOf = (tx: Tx, creditorIds: readonly string[], references: readonly string[]): Promise<{ creditor_id: string; customer_id: string }[]> =>
  tx.query(
    `select creditor_id, customer_id ${WANTED} ${BY_ID} where customer_id is not null
     union all select creditor_id, customer_id ${WANTED} ${BY_NUMBER} where customer_id is not null`,
    [creditorIds, references],
  );

const known = <T>(cell: (invoice: KnownInvoice) => T, awaited: T | null = null) => (invoice: Invoice): T | null => (invoice.status === 'awaited' ? awaited : cell(invoice));

/** The rank of what an amendment replaced; null where the value is the issue's own. */
const amendedRank = (invoice: Invoice, ranked: Ranked<unknown> | null): Rank | null => (ranked === null || (invoice.status !== 'awaited' && ranked.rank === invoice.issue_rank) ? null : ranked.rank);

export const saveInvoices = bulk<Invoice>('invoice', ['creditor_id', 'invoice_id'], [
  ['creditor_id', 'text', ({ creditor_id }) => creditor_id],
  ['invoice_id', 'text', ({ invoice_id }) => invoice_id],
  ['receivable_id', 'uuid', (invoice) => (invoice.status === 'awaited' ? derivedId('receivable', invoice.creditor_id, invoice.invoice_id) : invoice.receivable_id)],
  ['status', 'text', ({ status }) => status],
  ['customer_id', 'text', known(({ customer_id }) => customer_id)],
  ['number', 'text', known(({ number }) => number)],
  ['description', 'text', known(({ description }) => description)],
  ['issue_date', 'date', known(({ issue_date }) => issue_date)],
  ['issued_due_date', 'date', known(({ issued_due_date }) => issued_due_date)],
  ['issued_amount_cents', 'bigint', known(({ issued_amount_cents }) => issued_amount_cents)],
  ['currency', 'text', known(({ currency }) => currency)],
  ['due_date', 'date', ({ due_date }) => due_date?.value],
  ['amount_cents', 'bigint', ({ amount_cents }) => amount_cents?.value],
  ['charge_policy', 'jsonb', known(({ charge_policy }) => charge_policy)],
  ['instruments', 'jsonb', known(({ instruments }) => instruments)],
  ['cancelled', 'boolean', ({ cancelled }) => cancelled !== null],
  ['cancel_reason', 'text', ({ cancelled }) => cancelled?.reason],
  ['content_hash', 'text', known(({ content_hash }) => content_hash)],
  ['issue_rank', 'jsonb', known(({ issue_rank }) => issue_rank)],
  ['due_date_rank', 'jsonb', (invoice) => amendedRank(invoice, invoice.due_date)],
  ['amount_rank', 'jsonb', (invoice) => amendedRank(invoice, invoice.amount_cents)],
  ['source_version', 'int', known(({ version }) => version, 0)],
]);
