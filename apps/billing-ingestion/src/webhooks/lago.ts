import { createHash } from 'node:crypto';
import { addDays } from '@emdia/calendar';
import { civilDate, contact, customerId, decline, exactJson, listOf, missing, offsetInstant, present, reference, required, short, text, wholeCents, within, type Fields } from './fields';
import { anyFits, claimsOf, header, hmac, isSame, publicKeyOf } from './secrets';
import type { Content, Context, Incoming, Mapped, Source } from './source';

interface Told {
  readonly object: Fields;
  readonly context: Context;
}

const one = (content: Content): Mapped => ({ contents: [content] });
const ignored = (reason: string): Mapped => ({ ignored: reason });
const cents = (fields: Fields, name: string): number => wholeCents(required(fields, name), name);
const instant = (fields: Fields, ...names: string[]): string | null => names.map((name) => offsetInstant(text(fields, name))?.toISOString()).find((each) => each !== undefined) ?? null;

const customerOf = (customer: Fields) => ({
  customer_id: customerId(text(customer, 'external_id'), text(customer, 'lago_id'), 'customer.external_id'),
  ...contact({
    name: text(customer, 'name') ?? text(customer, 'legal_name'), email: text(customer, 'email'), phone: text(customer, 'phone'),
    document: text(customer, 'tax_identification_number') ?? text(customer, 'legal_number'), state: text(customer, 'state'),
  }),
});

/** Coupons, credit notes and prepaid credits are taken off the total already; what a credit note sets off later is not. */
function issued({ object, context }: Told): Mapped {
  if (text(object, 'status') !== 'finalized') return ignored('Only a finalised invoice is a debt.');
  if (object.self_billed === true) return ignored('A self-billed invoice is owed to the partner, not to the creditor.');
  const amount_cents = cents(object, 'total_amount_cents') - Number(text(object, 'total_offsetted_credit_note_amount_cents') ?? 0);
  if (amount_cents <= 0) return ignored('Credits pay for the whole invoice.');
  const issue_date = civilDate(text(object, 'issuing_date'), context.zone, 'issuing_date');
  const due = text(object, 'payment_due_date');
  return one({
    type: 'upstream.invoice-issued.v1',
    data: present({
      invoice_id: required(object, 'lago_id'),
      number: reference(text(object, 'number')),
      issue_date,
      due_date: due === null ? addDays(issue_date, context.due_days) : civilDate(due, context.zone, 'payment_due_date'),
      currency: required(object, 'currency'),
      amount_cents,
      customer: customerOf(within(object, 'customer')),
      occurred_at: instant(object, 'updated_at'),
    }),
  } as Content);
}

const voided = ({ object }: Told): Mapped => one({ type: 'upstream.invoice-cancelled.v1', data: { invoice_id: required(object, 'lago_id') } });

/** `status` says whether the invoice stands, `payment_status` whether it is paid; the payments themselves say how. */
function paymentsOf(invoiceId: string, context: Context): Fields[] | { readonly ask: readonly string[] } {
  const path = `/api/v1/payments?invoice_id=${encodeURIComponent(invoiceId)}&per_page=100`;
  return context.answers.has(path) ? listOf(within({ answer: context.answers.get(path) }, 'answer').payments) : { ask: [path] };
}

function statusUpdated({ object, context }: Told): Mapped {
  if (!context.asks) return ignored('Events of payments tell of the money.');
  const payments = paymentsOf(required(object, 'lago_id'), context);
  return 'ask' in payments ? payments : { contents: payments.flatMap((each) => told(each, context)) };
}

/** A payment in the state it is in. */
function told(payment: Fields, context: Context): Content[] {
  const payment_id = required(payment, 'lago_id');
  const invoices = Array.isArray(payment.invoice_ids) ? payment.invoice_ids.map(String) : [];
  const occurred_at = instant(payment, 'created_at') ?? missing('created_at');
  // One payment for several invoices is shared out by those who keep the ledger.
  const tells = present({ payment_id, source: context.source, customer_id: ownCustomer(payment), reference: invoices.length === 1 ? reference(invoices[0]!) : null, occurred_at });
  const money = () => ({ amount_cents: cents(payment, 'amount_cents'), currency: required(payment, 'amount_currency') });
  switch (required(payment, 'payment_status')) {
    case 'succeeded':
      return [{ type: 'upstream.payment-received.v1', data: { ...tells, ...money(), paid_date: civilDate(occurred_at, context.zone, 'created_at') } } as Content];
    case 'failed':
      // Which rail, and what the network said, Lago does not tell.
      return [{ type: 'upstream.payment-failed.v1', data: { ...tells, attempt: decline({ attempt_id: payment_id, amount_cents: cents(payment, 'amount_cents') }) } } as Content];
    default:
      return [{ type: 'upstream.payment-pending.v1', data: { ...tells, ...money() } } as Content];
  }
}

const ownCustomer = (payment: Fields): string | null => {
  const id = text(payment, 'external_customer_id') ?? text(within(payment, 'customer'), 'external_id');
  return id === null ? null : customerId(id, null, 'external_customer_id');
};

/** A failure names an invoice and an error, neither payment nor amount. */
function failure({ object, context }: Told): Mapped {
  const invoiceId = required(object, 'lago_invoice_id');
  const code = text(within(object, 'provider_error'), 'error_code');
  if (!context.asks) return one({ type: 'upstream.payment-failed.v1', data: present({ payment_id: invoiceId, source: context.source, customer_id: ownCustomer(object), reference: invoiceId, code: short(code, 40), attempt: {} }) } as Content);
  const payments = paymentsOf(invoiceId, context);
  return 'ask' in payments ? payments : { contents: payments.filter(({ payment_status }) => payment_status === 'failed').flatMap((each) => told(each, context)) };
}

/** A dispute that was lost takes back what was paid. */
function disputeLost({ object, context }: Told): Mapped {
  const invoice = within(object, 'invoice');
  if (!context.asks) return missing('payment (give the webhook an address to ask)');
  const payments = paymentsOf(required(invoice, 'lago_id'), context);
  if ('ask' in payments) return payments;
  const refunded_date = civilDate(text(invoice, 'payment_dispute_lost_at'), context.zone, 'payment_dispute_lost_at');
  return {
    contents: payments.filter(({ payment_status }) => payment_status === 'succeeded').map((payment) => ({
      type: 'upstream.payment-refunded.v1',
      data: {
        refund_id: `${required(payment, 'lago_id')}:dispute`, payment_id: required(payment, 'lago_id'), source: context.source, amount_cents: cents(payment, 'amount_cents'),
        currency: required(payment, 'amount_currency'), refunded_date,
      },
    })),
  };
}

const customerChanged = ({ object }: Told): Mapped => one({ type: 'upstream.customer-changed.v1', data: present({ ...customerOf(object), occurred_at: instant(object, 'updated_at', 'created_at') }) } as Content);

const EVENTS: Readonly<Record<string, (told: Told) => Mapped>> = {
  'invoice.created': issued,
  'invoice.one_off_created': issued,
  'invoice.add_on_added': issued,
  'invoice.paid_credit_added': issued,
  'invoice.voided': voided,
  'invoice.payment_status_updated': statusUpdated,
  'invoice.payment_failure': failure,
  'invoice.payment_dispute_lost': disputeLost,
  'payment.succeeded': ({ object, context }) => ({ contents: told({ ...object, payment_status: 'succeeded' }, context) }),
  'customer.created': customerChanged,
  'customer.updated': customerChanged,
};

/** A secret that is a public key checks JWTs, any other HMACs: the header does not choose what we check. */
function verify(incoming: Incoming, secrets: readonly string[]): boolean {
  const signature = header(incoming, 'x-lago-signature');
  if (signature === null) return false;
  return anyFits(secrets, (secret) => {
    const key = publicKeyOf(secret);
    if (!key) return isSame(signature, hmac(secret, [incoming.body], 'base64'));
    const data = claimsOf(signature, key)?.data;
    return typeof data === 'string' && isSame(data, incoming.body);
  });
}

/** Lago: whole objects, signed by HMAC or JWT; no event id or time in the body. Deduped on the unique key of the header, else on the bytes. */
export const lago: Source = {
  secretInPath: false,
  asks: 'sometimes',
  home: 'https://api.getlago.com',
  verify,
  identify(incoming) {
    const type = required(exactJson(incoming.body), 'webhook_type');
    // The key is not signed: under another one a recorded call comes to the same invoices and payments again.
    return { identity: header(incoming, 'x-lago-unique-key') ?? createHash('sha256').update(incoming.body).digest('hex'), type };
  },
  about(raw) {
    const body = exactJson(raw);
    const object = within(body, text(body, 'object_type') ?? '');
    const customer = text(object, 'external_customer_id') ?? text(within(object, 'customer'), 'external_id') ?? text(within(object, 'invoice', 'customer'), 'external_id');
    const invoices = Array.isArray(object.invoice_ids) ? object.invoice_ids.map(String) : [];
    return { customer_id: customer, references: [text(object, 'lago_invoice_id') ?? text(object, 'lago_id'), text(within(object, 'invoice'), 'lago_id'), ...invoices] };
  },
  map(context) {
    const body = exactJson(context.body);
    const type = required(body, 'webhook_type');
    const handle = Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined;
    if (!handle) return ignored('Webhooks of this type tell nothing that is needed here.');
    return handle({ object: within(body, required(body, 'object_type')), context });
  },
};
