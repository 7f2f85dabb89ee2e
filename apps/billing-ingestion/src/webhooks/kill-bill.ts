import { addDays } from '@emdia/calendar';
import { civilDate, contact, customerId, decimalCents, decline, exactJson, identityOf, listOf, missing, networkCode, offsetInstant, present, reference, required, short, text, Unmappable, within, type Fields } from './fields';
import { isToken } from './secrets';
import type { Content, Context, Mapped, Source } from './source';

/** A notification: that something happened to an object, and nothing of what. */
interface Told {
  readonly accountId: string;
  readonly objectId: string;
  readonly metaData: Fields;
  readonly context: Context;
}

const PATH_ID = /^[0-9A-Za-z-]{1,64}$/;
const ignored = (reason: string): Mapped => ({ ignored: reason });
const cents = (fields: Fields, name: string): number => decimalCents(required(fields, name), name);

const pathId = (value: string | null, name: string): string => (value !== null && PATH_ID.test(value) ? value : missing(name));

/** The answers of these paths, or what is still to be asked. */
function asked(context: Context, ...paths: string[]): readonly unknown[] | { readonly ask: readonly string[] } {
  const lacking = paths.filter((path) => !context.answers.has(path));
  return lacking.length > 0 ? { ask: lacking } : paths.map((path) => context.answers.get(path));
}

const accountPath = (accountId: string): string => `/1.0/kb/accounts/${accountId}`;

const customerOf = (account: Fields) => ({
  customer_id: customerId(text(account, 'externalKey'), text(account, 'accountId'), 'externalKey'),
  ...contact({ name: text(account, 'name'), email: text(account, 'email'), phone: text(account, 'phone'), state: text(account, 'state') }),
});

/** What was charged, less the account's credit used for it; what was paid is no part of it. */
const totalCents = (invoice: Fields): number => cents(invoice, 'amount') + (text(invoice, 'creditAdj') === null ? 0 : cents(invoice, 'creditAdj'));

function issued({ accountId, objectId, context }: Told): Mapped {
  const answers = asked(context, `/1.0/kb/invoices/${objectId}`, accountPath(accountId));
  if ('ask' in answers) return answers;
  const [invoice, account] = answers.map((answer) => within({ answer }, 'answer')) as [Fields, Fields];
  const status = text(invoice, 'status') ?? 'COMMITTED';
  if (status === 'DRAFT') return ignored('A draft is nobody\'s debt.');
  const invoice_id = required(invoice, 'invoiceId');
  if (status === 'VOID') return { contents: [{ type: 'upstream.invoice-cancelled.v1', data: { invoice_id } }] };
  const amount_cents = totalCents(invoice);
  if (amount_cents <= 0) return ignored('Nothing is due on this invoice.');
  const issue_date = civilDate(text(invoice, 'invoiceDate'), context.zone, 'invoiceDate');
  return {
    contents: [{
      type: 'upstream.invoice-issued.v1',
      data: present({
        invoice_id, number: reference(text(invoice, 'invoiceNumber')), issue_date, due_date: addDays(issue_date, context.due_days), currency: required(invoice, 'currency'), amount_cents, customer: customerOf(account), occurred_at: context.as_of,
      }),
    } as Content],
  };
}

/** An adjustment changes what the invoice comes to, a void takes it away; both are read from the invoice as it is now. */
function adjusted({ objectId, context }: Told): Mapped {
  const answers = asked(context, `/1.0/kb/invoices/${objectId}`);
  if ('ask' in answers) return answers;
  const invoice = within({ answer: answers[0] }, 'answer');
  const invoice_id = required(invoice, 'invoiceId');
  const amount_cents = totalCents(invoice);
  if (text(invoice, 'status') === 'VOID' || amount_cents <= 0) return { contents: [{ type: 'upstream.invoice-cancelled.v1', data: { invoice_id } }] };
  return { contents: [{ type: 'upstream.invoice-amended.v1', data: { invoice_id, amount_cents, occurred_at: context.as_of } }] };
}

/** Attempts of one payment are transactions with outcomes of their own. */
function transactionsOf(payment: Fields, context: Context): Content[] {
  const transactions = listOf(payment.transactions);
  const taken = (type: unknown) => type === 'PURCHASE' || type === 'CAPTURE';
  const first = transactions.find(({ transactionType, status }) => taken(transactionType) && status === 'SUCCESS');
  return transactions.flatMap((each): Content[] => {
    if (taken(each.transactionType)) return outcome(each, payment, context);
    if (!['REFUND', 'CHARGEBACK'].includes(String(each.transactionType)) || each.status !== 'SUCCESS') return [];
    return [{
      type: 'upstream.payment-refunded.v1',
      data: { refund_id: required(each, 'transactionId'), payment_id: first ? required(first, 'transactionId') : missing('transactions'), source: context.source, ...money(each), refunded_date: day(each, context) },
    }];
  });
}

const day = (transaction: Fields, context: Context): string => civilDate(text(transaction, 'effectiveDate'), context.zone, 'effectiveDate');

function money(transaction: Fields): { amount_cents: number; currency: string } {
  const processed = text(transaction, 'processedAmount') !== null && text(transaction, 'processedCurrency') !== null;
  return { amount_cents: cents(transaction, processed ? 'processedAmount' : 'amount'), currency: required(transaction, processed ? 'processedCurrency' : 'currency') };
}

function outcome(transaction: Fields, payment: Fields, context: Context): Content[] {
  const occurred_at = offsetInstant(text(transaction, 'effectiveDate'))?.toISOString() ?? null;
  const tells = present({ payment_id: required(transaction, 'transactionId'), source: context.source, reference: reference(text(payment, 'targetInvoiceId')), occurred_at });
  switch (required(transaction, 'status')) {
    case 'SUCCESS':
      return [{ type: 'upstream.payment-received.v1', data: { ...tells, ...money(transaction), paid_date: day(transaction, context) } } as Content];
    case 'PAYMENT_FAILURE':
    case 'PLUGIN_FAILURE':
      return [{ type: 'upstream.payment-failed.v1', data: present({ ...tells, code: short(text(transaction, 'gatewayErrorCode'), 40), attempt: attemptOf(transaction, payment) }) } as Content];
    case 'PAYMENT_SYSTEM_OFF':
      return [];
    case 'PENDING':
    case 'UNKNOWN':
      // Nobody knows whether it was taken: it holds until the gateway has said.
      return [{ type: 'upstream.payment-pending.v1', data: { ...tells, amount_cents: cents(transaction, 'amount'), currency: required(transaction, 'currency') } } as Content];
    default:
      return missing('status');
  }
}

/** A payment method stands for its card only where the gateway answers as card networks do; when Kill Bill will try again it does not tell. */
function attemptOf(transaction: Fields, payment: Fields) {
  const network_code = networkCode(text(transaction, 'gatewayErrorCode'));
  return decline({ attempt_id: required(transaction, 'transactionId'), network_code, card: network_code === null ? null : text(payment, 'paymentMethodId'), amount_cents: cents(transaction, 'amount') });
}

/** The payments of an invoice, whichever of them the notification meant. */
function invoicePayments({ objectId, context }: Told): Mapped {
  const answers = asked(context, `/1.0/kb/invoices/${objectId}/payments`);
  return 'ask' in answers ? answers : contentsOf(listOf(answers[0]), context);
}

function payment({ objectId, metaData, context }: Told): Mapped {
  const id = pathId(text(metaData, 'paymentId') ?? objectId, 'paymentId');
  const answers = asked(context, `/1.0/kb/invoicePayments/${id}`);
  return 'ask' in answers ? answers : contentsOf([within({ answer: answers[0] }, 'answer')], context);
}

function contentsOf(payments: readonly Fields[], context: Context): Mapped {
  const contents = payments.flatMap((each) => transactionsOf(each, context));
  return contents.length > 0 ? { contents } : ignored('No money was moved.');
}

function customerChanged({ accountId, context }: Told): Mapped {
  const answers = asked(context, accountPath(accountId));
  return 'ask' in answers ? answers : { contents: [{ type: 'upstream.customer-changed.v1', data: { ...customerOf(within({ answer: answers[0] }, 'answer')), occurred_at: context.as_of } }] };
}

const EVENTS: Readonly<Record<string, (told: Told) => Mapped>> = {
  INVOICE_CREATION: issued,
  INVOICE_ADJUSTMENT: adjusted,
  INVOICE_PAYMENT_SUCCESS: invoicePayments,
  INVOICE_PAYMENT_FAILED: invoicePayments,
  PAYMENT_SUCCESS: payment,
  PAYMENT_FAILED: payment,
  ACCOUNT_CREATION: customerChanged,
  ACCOUNT_CHANGE: customerChanged,
};

/** JSON in a text, or nothing: what it holds is only a hint of what to ask for. */
function metaDataOf(event: Fields): Fields {
  const held = event.metaData;
  if (typeof held !== 'string') return within(event, 'metaData');
  try {
    return exactJson(held);
  } catch (error) {
    if (error instanceof Unmappable) return {};
    throw error;
  }
}

/** Kill Bill: thin and unsigned; the secret stands in the path, and whatever is said is asked for. Deduped on type, object, account and metaData. */
export const killBill: Source = {
  secretInPath: true,
  asks: 'always',
  home: null,
  verify: ({ urlSecret }, secrets) => isToken(urlSecret, secrets),
  identify({ body }) {
    const event = exactJson(body);
    const type = required(event, 'eventType');
    return { identity: identityOf(type, text(event, 'objectId'), text(event, 'accountId'), JSON.stringify(metaDataOf(event))), type };
  },
  about: (body) => ({ customer_id: null, references: [text(exactJson(body), 'objectId'), text(metaDataOf(exactJson(body)), 'invoiceId')] }),
  map(context) {
    const event = exactJson(context.body);
    const type = required(event, 'eventType');
    // OVERDUE_CHANGE is of an account, not of an invoice: what is overdue is computed here.
    const handle = Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined;
    if (!handle) return ignored('Events of this type tell nothing that is needed here.');
    return handle({ accountId: pathId(text(event, 'accountId'), 'accountId'), objectId: pathId(text(event, 'objectId'), 'objectId'), metaData: metaDataOf(event), context });
  },
};
