import { addDays } from '@emdia/calendar';
import type { Rail } from '@emdia/contracts';
import { civilDate, contact, customerId, decimalCents, decline, exactJson, identityOf, listOf, missing, networkCode, offsetInstant, present, required, short, text, within, type Fields } from './fields';
import { isToken } from './secrets';
import type { Content, Context, Mapped, Source } from './source';

const RAILS: Readonly<Record<string, Rail>> = { credit_card: 'CARD', debit_card: 'CARD', bank_slip: 'BOLETO', pix: 'PIX_COB', bank_debit: 'DEBIT' };

interface Told {
  readonly data: Fields;
  readonly occurred_at: string;
  readonly context: Context;
}

const one = (content: Content): Mapped => ({ contents: [content] });

/** Ids here are small numbers, which other platforms of the same creditor may use too. */
const billId = (bill: Fields): string => `vindi-${required(bill, 'id')}`;
const customerOf = (customer: Fields): string => {
  const id = text(customer, 'id');
  return customerId(text(customer, 'code'), id === null ? null : `vindi-${id}`, 'customer');
};
const cents = (fields: Fields): number => decimalCents(required(fields, 'amount'), 'amount');

function issued({ data, occurred_at, context }: Told): Mapped {
  const bill = within(data, 'bill');
  const amount_cents = cents(bill);
  if (amount_cents === 0) return { ignored: 'Nothing is due on this bill.' };
  const charges = listOf(bill.charges);
  const issue_date = civilDate(text(bill, 'created_at'), context.zone, 'created_at');
  // 23:59:59 of the last day, with its offset: in UTC it would already be the next one.
  const due = text(bill, 'due_at') ?? charges.map((each) => text(each, 'due_at')).find((each) => each !== null) ?? null;
  const customer = within(bill, 'customer');
  const url = text(bill, 'url');
  const rails = [...new Set(charges.map((each) => RAILS[text(within(each, 'payment_method'), 'code') ?? '']).filter((rail) => rail !== undefined))];
  return one({
    type: 'upstream.invoice-issued.v1',
    data: present({
      invoice_id: billId(bill),
      description: short(text(within(listOf(bill.bill_items)[0] ?? {}, 'product'), 'name'), 200),
      issue_date,
      due_date: due === null ? addDays(issue_date, context.due_days) : civilDate(due, context.zone, 'due_at'),
      currency: 'BRL',
      amount_cents,
      customer: { customer_id: customerOf(customer), ...contact({ name: text(customer, 'name'), email: text(customer, 'email') }) },
      instruments: rails.length > 0 ? rails.map((rail) => present({ rail, url: url?.startsWith('https://') && url.length <= 500 ? url : null })) : null,
      occurred_at,
    }),
  } as Content);
}

const received = (charge: Fields, bill: Fields, { occurred_at, context }: Told): Content => ({
  type: 'upstream.payment-received.v1',
  data: {
    payment_id: `vindi-${required(charge, 'id')}`, source: context.source, customer_id: customerOf(within(bill, 'customer')), reference: billId(bill), occurred_at,
    amount_cents: cents(charge), currency: 'BRL', paid_date: civilDate(text(charge, 'paid_at') ?? occurred_at, context.zone, 'paid_at'),
  },
});

/** A bill is paid by its charges; each is a payment, and its transactions are only attempts. */
function paid(told: Told): Mapped {
  const bill = within(told.data, 'bill');
  if (cents(bill) === 0) return { ignored: 'Nothing was due on this bill.' };
  const charges = listOf(bill.charges).filter(({ status }) => status === 'paid');
  if (charges.length > 0) return { contents: charges.map((charge) => received(charge, bill, told)) };
  return one(received({ ...bill, id: `bill-${required(bill, 'id')}` }, bill, told));
}

const cancelled = ({ data, occurred_at }: Told): Mapped => one({ type: 'upstream.invoice-cancelled.v1', data: { invoice_id: billId(within(data, 'bill')), occurred_at } });

/** A charge was rejected, once for each attempt: its last transaction has the acquirer's code (ABECS), brand and token of the card, and the charge when Vindi will try again. */
function failed({ data, occurred_at, context }: Told): Mapped {
  const charge = within(data, 'charge');
  const bill = within(charge, 'bill');
  const transaction = within(charge, 'last_transaction');
  const code = text(transaction, 'gateway_response_code') ?? text(charge, 'status');
  return one({
    type: 'upstream.payment-failed.v1',
    data: present({
      payment_id: `vindi-${required(charge, 'id')}`, source: context.source, reference: text(bill, 'id') === null ? null : billId(bill), occurred_at, code: short(code, 40),
      attempt: Object.keys(transaction).length > 0 ? attemptOf(charge, transaction, bill) : null,
    }),
  } as Content);
}

function attemptOf(charge: Fields, transaction: Fields, bill: Fields) {
  const profile = within(transaction, 'payment_profile');
  const id = text(transaction, 'id');
  const amount = text(charge, 'amount');
  const method = text(within(transaction, 'payment_method'), 'code') ?? text(within(charge, 'payment_method'), 'code') ?? text(within(bill, 'payment_method'), 'code');
  return decline({
    attempt_id: id === null ? null : `vindi-${id}`, rail: RAILS[method ?? ''] ?? null, card: text(profile, 'token') ?? text(profile, 'id'), brand: text(within(profile, 'payment_company'), 'code'),
    network_code: networkCode(text(transaction, 'gateway_response_code')), amount_cents: amount === null ? null : decimalCents(amount, 'amount'), next_attempt_at: offsetInstant(text(charge, 'next_attempt'))?.toISOString() ?? null,
  });
}

/** The last transaction is the refund itself where the gateway made one; it may be of a part. */
function refunded({ data, occurred_at, context }: Told): Mapped {
  const charge = within(data, 'charge');
  const last = within(charge, 'last_transaction');
  const own = text(last, 'transaction_type') === 'refund' && text(last, 'id') !== null;
  return one({
    type: 'upstream.payment-refunded.v1',
    data: {
      refund_id: own ? `vindi-${required(last, 'id')}` : `vindi-${required(charge, 'id')}:refund`, payment_id: `vindi-${required(charge, 'id')}`, source: context.source,
      amount_cents: cents(own && text(last, 'amount') !== null ? last : charge), currency: 'BRL', refunded_date: civilDate(occurred_at, context.zone, 'created_at'),
    },
  });
}

const EVENTS: Readonly<Record<string, (told: Told) => Mapped>> = {
  bill_created: issued,
  bill_paid: paid,
  bill_canceled: cancelled,
  charge_rejected: failed,
  charge_canceled: (told) => failed({ ...told, data: { charge: { ...within(told.data, 'charge'), last_transaction: null } } }),
  charge_refunded: refunded,
};

/** Vindi: bills, charges and transactions are three levels; nothing is signed, so the secret stands in the path. No fee is told. Deduped on type, id, status and time. */
export const vindi: Source = {
  secretInPath: true,
  asks: 'never',
  home: null,
  verify: ({ urlSecret }, secrets) => isToken(urlSecret, secrets),
  identify({ body }) {
    const event = within(exactJson(body), 'event');
    const type = required(event, 'type');
    const [subject = {}] = Object.values(within(event, 'data')).map((value) => within({ value }, 'value'));
    // A charge is rejected once for each attempt: only the time of the event tells them apart.
    return { identity: identityOf(type, text(subject, 'id'), text(subject, 'status'), text(event, 'created_at')), type };
  },
  about(body) {
    const data = within(exactJson(body), 'event', 'data');
    const charge = within(data, 'charge');
    const bill = text(within(data, 'bill'), 'id') === null ? within(charge, 'bill') : within(data, 'bill');
    const customer = text(within(bill, 'customer'), 'id') === null ? within(charge, 'customer') : within(bill, 'customer');
    return { customer_id: text(customer, 'id') === null ? null : customerOf(customer), references: [text(bill, 'id') === null ? null : billId(bill)] };
  },
  map(context) {
    const event = within(exactJson(context.body), 'event');
    const type = required(event, 'type');
    const handle = Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined;
    if (!handle) return { ignored: 'Events of this type tell nothing that is needed here.' };
    const occurred = offsetInstant(text(event, 'created_at'))?.toISOString() ?? missing('created_at');
    return handle({ data: within(event, 'data'), occurred_at: occurred, context });
  },
};
