import {
  BillingInvoiceAmended, BillingInvoiceCancelled, BillingInvoiceIssued, customerKey, derivedId, outgoing,
  type ChargePolicy, type DataOf, type Instrument, type Outgoing, type UpstreamContent,
} from '@emdia/contracts';
import { canonical } from '../upstream/reading';
import { order, replaces, type Rank } from '../upstream/rank';
import { wrong, type Wrong } from '../upstream/reasons';

type DataOfType<T extends UpstreamContent['type']> = Extract<UpstreamContent, { type: T }>['data'];
type Issue = DataOfType<'upstream.invoice-issued.v1'>;
type Amendment = DataOfType<'upstream.invoice-amended.v1'>;
type Cancellation = DataOfType<'upstream.invoice-cancelled.v1'>;

/** A value that others replace, with its rank; an amendment comes after the issue it amends where nothing orders them. */
export interface Ranked<T> {
  readonly value: T;
  readonly rank: Rank;
}

interface Facts {
  readonly creditor_id: string;
  readonly invoice_id: string;
  readonly due_date: Ranked<string> | null;
  readonly amount_cents: Ranked<number> | null;
  readonly cancelled: { readonly reason: string | null } | null;
}

/** Amended or cancelled before it was issued: facts that wait. */
export interface AwaitedInvoice extends Facts {
  readonly status: 'awaited';
}

/** An invoice as it was issued, with what has replaced its amount and due date since. */
export interface KnownInvoice extends Facts {
  readonly status: 'open' | 'cancelled';
  readonly customer_id: string;
  readonly receivable_id: string;
  readonly number: string | null;
  readonly description: string | null;
  readonly issue_date: string;
  readonly issued_due_date: string;
  readonly issued_amount_cents: number;
  readonly currency: string;
  readonly charge_policy: ChargePolicy | null;
  readonly instruments: readonly Instrument[];
  readonly issue_rank: Rank;
  readonly content_hash: string;
  readonly due_date: Ranked<string>;
  readonly amount_cents: Ranked<number>;
  /** Grows with every event told of this invoice. */
  readonly version: number;
}

export type Invoice = AwaitedInvoice | KnownInvoice;

/** What an event made of an invoice. */
export type Change =
  | { readonly invoice: Invoice; readonly events: readonly Outgoing[] }
  | { readonly ignored: string }
  | { readonly wrong: Wrong };

/** An invoice is issued, or issued again: a higher rank replaces, identical content is ignored, anything else is a conflict. */
export function issue(known: Invoice | null, data: Issue, rank: Rank, content_hash: string, now: Date): Change {
  if (known === null || known.status === 'awaited') return told(null, asIssued(known, data, rank, content_hash), now);
  if (known.customer_id !== data.customer.customer_id) return { wrong: wrong('conflicting-content', 'This invoice was issued to another customer.') };
  const found = order(rank, known.issue_rank);
  if (found === 'older') return { ignored: 'older-version' };
  if (found !== 'newer')
    return content_hash === known.content_hash ? { ignored: 'duplicate' } : { wrong: wrong('conflicting-content', 'This invoice was issued with other content and no higher version.') };
  return told(known, asIssued(known, data, rank, content_hash), now);
}

function asIssued(known: Invoice | null, data: Issue, issue_rank: Rank, content_hash: string): KnownInvoice {
  const { creditor_id, invoice_id, customer } = data;
  const before = known && known.status !== 'awaited' ? known : null;
  const newest = <T>(amended: Ranked<T> | null, value: T): Ranked<T> => {
    const issued = { value, rank: issue_rank };
    if (!amended) return issued;
    const found = order(issue_rank, amended.rank);
    // What was amended before the first issue came is applied to it; against a later issue an unordered value is the older one.
    return found === 'newer' || (found === 'unordered' && before !== null) ? issued : amended;
  };
  return {
    status: known?.cancelled ? 'cancelled' : 'open',
    creditor_id, invoice_id,
    customer_id: customer.customer_id,
    receivable_id: derivedId('receivable', creditor_id, invoice_id),
    number: data.number ?? null,
    description: data.description ?? null,
    issue_date: data.issue_date,
    issued_due_date: data.due_date,
    issued_amount_cents: data.amount_cents,
    currency: data.currency,
    charge_policy: data.charge_policy ?? null,
    instruments: data.instruments ?? [],
    issue_rank, content_hash,
    due_date: newest(known?.due_date ?? null, data.due_date),
    amount_cents: newest(known?.amount_cents ?? null, data.amount_cents),
    cancelled: known?.cancelled ?? null,
    version: before?.version ?? 0,
  };
}

/** Amount or due date change; the highest rank wins per field, before the issue it waits. */
export function amend(known: Invoice | null, data: Amendment, rank: Rank, now: Date): Change {
  const base: Invoice = known ?? awaited(data.creditor_id, data.invoice_id);
  const newest = <T>(present: Ranked<T> | null, value: T | undefined): Ranked<T> | null => {
    if (value === undefined) return present;
    return present && !outranks(base, rank, present.rank) ? present : { value, rank };
  };
  const due_date = newest(base.due_date, data.due_date);
  const amount_cents = newest(base.amount_cents, data.amount_cents);
  if (due_date === base.due_date && amount_cents === base.amount_cents) return { ignored: 'older-version' };
  if (base.status === 'awaited') return { invoice: { ...base, due_date, amount_cents }, events: [] };
  return told(base, { ...base, due_date: due_date!, amount_cents: amount_cents! }, now);
}

// An amendment that ties with the issue it amends comes after it.
const outranks = (base: Invoice, rank: Rank, present: Rank): boolean =>
  replaces(rank, present) || (base.status !== 'awaited' && canonical(present) === canonical(base.issue_rank) && order(rank, present) === 'equal');

/** Cancelled is an end: whatever its rank, nothing brings the invoice back. */
export function cancel(known: Invoice | null, data: Cancellation, now: Date): Change {
  const base: Invoice = known ?? awaited(data.creditor_id, data.invoice_id);
  if (base.cancelled) return { ignored: 'duplicate' };
  const cancelled = { reason: data.reason ?? null };
  if (base.status === 'awaited') return { invoice: { ...base, cancelled }, events: [] };
  return told(base, { ...base, cancelled, status: 'cancelled' }, now);
}

const awaited = (creditor_id: string, invoice_id: string): AwaitedInvoice => ({ status: 'awaited', creditor_id, invoice_id, due_date: null, amount_cents: null, cancelled: null });

const identity = ({ number, description, issue_date, currency, charge_policy, instruments }: KnownInvoice): string =>
  canonical([number, description, issue_date, currency, charge_policy, instruments]);

/** What to tell of an invoice, by what it was and what it is: the order in which the facts came leaves no trace. */
function told(before: KnownInvoice | null, after: KnownInvoice, now: Date): { invoice: KnownInvoice; events: readonly Outgoing[] } {
  const events: Outgoing[] = [];
  let version = after.version;
  if (before?.status === 'cancelled') return { invoice: after, events };
  const anew = before === null || identity(before) !== identity(after);
  if (anew) events.push(issuedEvent(after, ++version, now));
  const differsFrom = (due_date: string, amount_cents: number): boolean => after.due_date.value !== due_date || after.amount_cents.value !== amount_cents;
  const amended = (anew && differsFrom(after.issued_due_date, after.issued_amount_cents)) || (before !== null && differsFrom(before.due_date.value, before.amount_cents.value));
  if (amended) events.push(amendedEvent(after, ++version, now));
  if (after.cancelled) events.push(cancelledEvent(after, ++version, now));
  return { invoice: { ...after, version }, events };
}

const ids = ({ creditor_id, customer_id, receivable_id, invoice_id }: KnownInvoice) => ({ creditor_id, customer_id, receivable_id, invoice_id });

// Spread last: for the engine a property that follows what is spread costs more than a microsecond, one before it next to nothing.
const envelope = (invoice: KnownInvoice, what: string, version: number, now: Date) => ({
  id: derivedId(what, invoice.receivable_id, version),
  key: customerKey(invoice.creditor_id, invoice.customer_id),
  creditor_id: invoice.creditor_id,
  now,
});

function issuedEvent(invoice: KnownInvoice, source_version: number, now: Date): Outgoing {
  const { creditor_id, customer_id, receivable_id, invoice_id, number, description, issue_date, issued_due_date, issued_amount_cents, currency, charge_policy, instruments } = invoice;
  const data: DataOf<typeof BillingInvoiceIssued> = {
    creditor_id, customer_id, receivable_id, invoice_id, issue_date, due_date: issued_due_date, currency, amount_cents: issued_amount_cents, charge_policy,
    instruments: instruments as Instrument[], source_version,
  };
  if (number !== null) data.number = number;
  if (description !== null) data.description = description;
  return outgoing(BillingInvoiceIssued, { data, ...envelope(invoice, 'invoice-issued', source_version, now) });
}

const amendedEvent = (invoice: KnownInvoice, source_version: number, now: Date): Outgoing =>
  outgoing(BillingInvoiceAmended, {
    data: { due_date: invoice.due_date.value, amount_cents: invoice.amount_cents.value, source_version, ...ids(invoice) },
    ...envelope(invoice, 'invoice-amended', source_version, now),
  });

const cancelledEvent = (invoice: KnownInvoice, source_version: number, now: Date): Outgoing =>
  outgoing(BillingInvoiceCancelled, {
    data: { reason: invoice.cancelled?.reason || undefined, source_version, ...ids(invoice) },
    ...envelope(invoice, 'invoice-cancelled', source_version, now),
  });
