import { localDate } from '@emdia/calendar';
import type { Rail } from '@emdia/contracts';
import { contact, customerId, decline, epochInstant, exactJson, listOf, missing, present, reference, required, short, text, wholeCents, within, type Fields } from './fields';
import { anyFits, header, hmac, isSame } from './secrets';
import type { Content, Context, Incoming, Mapped, Source } from './source';

/** Documented: a signature older than five minutes may be a recording. */
const TOLERANCE_MS = 300_000;

const RAILS: Readonly<Record<string, Rail>> = { card: 'CARD', boleto: 'BOLETO', pix: 'PIX_COB', customer_balance: 'TRANSFER', sepa_debit: 'DEBIT', us_bank_account: 'DEBIT' };
const DOCUMENTS = ['br_cpf', 'br_cnpj'];

/** What one event says, and when. */
interface Told {
  readonly object: Fields;
  readonly occurred_at: string;
  readonly context: Context;
}

const one = (content: Content): Mapped => ({ contents: [content] });
const ignored = (reason: string): Mapped => ({ ignored: reason });

/** An id, whether it stands alone or its object was expanded in its place. */
const idOf = (fields: Fields, name: string): string | null => text(fields, name) ?? text(within(fields, name), 'id');

/** Card attempts of one payment share its intent; refunds, failures and receipts must all find the same payment. */
const paymentOf = (fields: Fields): string | null => idOf(fields, 'payment_intent') ?? idOf(fields, 'charge');

const day = (seconds: string, { zone }: Context, name: string): string => localDate(epochInstant(seconds, name), zone);
const cents = (fields: Fields, name: string): number => wholeCents(required(fields, name), name);
const currency = (fields: Fields): string => required(fields, 'currency').toUpperCase();

function customerOf(holder: Fields, named: Fields, customer_id: string) {
  const taxIds = listOf(named.tax_ids ?? holder.customer_tax_ids);
  return {
    customer_id,
    ...contact({
      name: text(named, 'name') ?? text(holder, 'customer_name'),
      email: text(named, 'email') ?? text(holder, 'customer_email'),
      phone: text(named, 'phone') ?? text(holder, 'customer_phone'),
      document: text(taxIds.find(({ type }) => DOCUMENTS.includes(String(type))) ?? {}, 'value'),
      state: text(within(named, 'address'), 'state') ?? text(within(holder, 'customer_address'), 'state'),
    }),
  };
}

/** An invoice is issued when it is finalised: a draft is nobody's debt. */
function finalized({ object, occurred_at, context }: Told): Mapped {
  const amount_cents = cents(object, 'amount_due');
  if (amount_cents <= 0) return ignored('Nothing is due on this invoice.');
  const at = text(within(object, 'status_transitions'), 'finalized_at') ?? text(object, 'effective_at') ?? required(object, 'created');
  const issue_date = day(at, context, 'finalized_at');
  // What is charged by itself has no due date: it is due at once.
  const due = text(object, 'due_date');
  const url = text(object, 'hosted_invoice_url');
  const types = within(object, 'payment_settings').payment_method_types;
  const rails = Array.isArray(types) ? [...new Set(types.map((type) => RAILS[String(type)]).filter((rail) => rail !== undefined))] : [];
  return one({
    type: 'upstream.invoice-issued.v1',
    data: present({
      invoice_id: required(object, 'id'),
      number: reference(text(object, 'number')),
      description: short(text(object, 'description'), 200),
      issue_date,
      due_date: due === null ? issue_date : day(due, context, 'due_date'),
      currency: currency(object),
      amount_cents,
      customer: customerOf(object, within(object, 'customer'), customerId(null, idOf(object, 'customer'), 'customer')),
      instruments: rails.length > 0 ? rails.map((rail) => present({ rail, url: url && url.startsWith('https://') && url.length <= 500 ? url : null })) : null,
      occurred_at,
    }),
  } as Content);
}

function updated({ object, occurred_at, context }: Told): Mapped {
  const status = text(object, 'status');
  if (status !== 'open') return ignored('Only an open invoice can be amended.');
  const invoice_id = required(object, 'id');
  const amount_cents = cents(object, 'amount_due');
  if (amount_cents <= 0) return one({ type: 'upstream.invoice-cancelled.v1', data: { invoice_id, reason: 'credited in full', occurred_at } });
  const due = text(object, 'due_date');
  return one({ type: 'upstream.invoice-amended.v1', data: { invoice_id, amount_cents, ...(due === null ? {} : { due_date: day(due, context, 'due_date') }), occurred_at } });
}

/**
 * Until API version 2025-03-31 an invoice names its one payment; since then invoices may be paid in parts, and each part
 * is an invoice payment with an event of its own.
 */
function paid(told: Told): Mapped {
  const { object, occurred_at, context } = told;
  const invoice_id = required(object, 'id');
  const outOfBand = object.paid_out_of_band === true;
  const payment_id = paymentOf(object) ?? (outOfBand ? `${invoice_id}:out-of-band` : null);
  const amount_cents = cents(object, 'amount_paid') || (outOfBand ? cents(object, 'amount_due') : 0);
  if (amount_cents === 0) return cents(object, 'amount_due') === 0 ? one({ type: 'upstream.invoice-cancelled.v1', data: { invoice_id, reason: 'credited in full', occurred_at } }) : ignored('No money was received.');
  if (payment_id === null) {
    const path = `/v1/invoice_payments?invoice=${encodeURIComponent(invoice_id)}&status=paid&limit=100`;
    // To ignore it would be to write to somebody who has paid, where nobody subscribed to the other event.
    if (!context.asks) return missing('payment_intent (subscribe to invoice_payment.paid in its place, or give `ask`)');
    if (!context.answers.has(path)) return { ask: [path] };
    return { contents: listOf(within({ answer: context.answers.get(path) }, 'answer').data).map((each) => partOf({ ...told, object: each })) };
  }
  const paid_at = text(within(object, 'status_transitions'), 'paid_at');
  return one({
    type: 'upstream.payment-received.v1',
    data: {
      payment_id, source: context.source, customer_id: customerId(null, idOf(object, 'customer'), 'customer'), reference: invoice_id, occurred_at, amount_cents, currency: currency(object),
      paid_date: paid_at === null ? localDate(new Date(occurred_at), context.zone) : day(paid_at, context, 'paid_at'),
    },
  });
}

/** One payment towards an invoice. */
function partOf({ object, context }: Told): Content {
  const payment = within(object, 'payment');
  return {
    type: 'upstream.payment-received.v1',
    data: {
      payment_id: paymentOf(payment) ?? idOf(payment, 'payment_record') ?? required(object, 'id'),
      source: context.source,
      reference: idOf(object, 'invoice') ?? missing('invoice'),
      amount_cents: cents(object, 'amount_paid'),
      currency: currency(object),
      paid_date: day(required(within(object, 'status_transitions'), 'paid_at'), context, 'paid_at'),
    },
  };
}

/**
 * A failed attempt; it is told by the charge (codes of the network, fingerprint of the card), its intent and its invoice (when Stripe
 * will try again by itself). All three have the id of the charge; since API version 2025-03-31 an invoice names none, so that it tells
 * of an attempt at the debt on a card unknown.
 */
function failed({ object, occurred_at, context }: Told): Mapped {
  const kind = text(object, 'object');
  const number = text(object, 'attempt_count');
  const payment_id = kind === 'payment_intent' ? required(object, 'id') : paymentOf(object) ?? (kind === 'charge' ? required(object, 'id') : number === null ? null : `${required(object, 'id')}:attempt-${number}`);
  if (payment_id === null) return ignored('Its charge tells of the failure.');
  const error = within(object, 'last_payment_error');
  const outcome = within(object, 'outcome');
  const code = text(error, 'decline_code') ?? text(error, 'code') ?? (text(outcome, 'type') === 'issuer_declined' ? text(outcome, 'reason') : null) ?? text(object, 'failure_code') ?? text(object, 'cancellation_reason');
  const invoice = kind === 'invoice' ? text(object, 'id') : idOf(object, 'invoice');
  const customer = idOf(object, 'customer');
  const isTried = kind !== 'payment_intent' || Object.keys(error).length > 0;
  return one({
    type: 'upstream.payment-failed.v1',
    data: present({
      payment_id, source: context.source, customer_id: customer === null ? null : customerId(null, customer, 'customer'), reference: reference(invoice), occurred_at, code: short(code, 40),
      attempt: isTried ? attemptOf(object, kind, kind === 'payment_intent' ? error : outcome) : null,
    }),
  } as Content);
}

/** What a charge, an intent or an invoice says of one attempt; `said` holds the codes. */
function attemptOf(object: Fields, kind: string | null, said: Fields) {
  const method = kind === 'charge' ? within(object, 'payment_method_details') : within(said, 'payment_method');
  const card = within(method, 'card');
  const next = text(object, 'next_payment_attempt');
  const created = kind === 'charge' ? text(object, 'created') : null;
  const amount = text(object, kind === 'invoice' ? 'amount_due' : 'amount');
  return decline({
    attempt_id: kind === 'charge' ? text(object, 'id') : idOf(object, kind === 'invoice' ? 'charge' : 'latest_charge') ?? idOf(said, 'charge'),
    attempted_at: created === null ? null : epochInstant(created, 'created').toISOString(),
    rail: RAILS[text(method, 'type') ?? ''] ?? null, card: text(card, 'fingerprint'), brand: text(card, 'brand'),
    category: text(said, 'advice_code') === 'do_not_try_again' ? 'HARD' : null, network_code: text(said, 'network_decline_code'), advice_code: text(said, 'network_advice_code'),
    amount_cents: amount !== null && wholeCents(amount, 'amount') > 0 ? wholeCents(amount, 'amount') : null,
    next_attempt_at: next === null ? null : epochInstant(next, 'next_payment_attempt').toISOString(),
  });
}

/** Boleto, debit and transfer take days: whoever has begun to pay is not asked again. */
function pending({ object, occurred_at, context }: Told): Mapped {
  const customer = idOf(object, 'customer');
  return one({
    type: 'upstream.payment-pending.v1',
    data: present({
      payment_id: paymentOf(object) ?? required(object, 'id'), source: context.source, customer_id: customer === null ? null : customerId(null, customer, 'customer'),
      reference: reference(idOf(object, 'invoice')), occurred_at, amount_cents: cents(object, 'amount'), currency: currency(object),
    }),
  });
}

function refunded({ object, context }: Told): Mapped {
  const status = text(object, 'status');
  if (status === 'pending' || status === 'requires_action') return ignored('The refund is under way.');
  // Nothing here takes a refund back: somebody must look whether the customer has their money.
  if (status !== 'succeeded') return missing('status (the refund did not come about)');
  const payment_id = paymentOf(object) ?? missing('payment_intent');
  return one({
    type: 'upstream.payment-refunded.v1',
    data: { refund_id: required(object, 'id'), payment_id, source: context.source, amount_cents: cents(object, 'amount'), currency: currency(object), refunded_date: day(required(object, 'created'), context, 'created') },
  });
}

/** Before 2022-11-15 a charge carried its refunds; later ones have events of their own. */
function chargeRefunded(told: Told): Mapped {
  const refunds = listOf(within(told.object, 'refunds').data).filter(({ status }) => status === 'succeeded');
  if (refunds.length === 0) return ignored('Its refunds tell of themselves.');
  const payment_id = paymentOf(told.object) ?? required(told.object, 'id');
  return { contents: refunds.flatMap((each) => (refunded({ ...told, object: { ...each, payment_intent: payment_id } }) as { contents: Content[] }).contents) };
}

const withdrawn = (told: Told): Mapped => refunded({ ...told, object: { ...told.object, status: 'succeeded' } });

/**
 * The money of a charge is free in the balance, less the fee. Until then it is not there, and nothing is told; a fee in another currency
 * than the charge's is left out. Whichever event tells it, it is told in the same words.
 */
function creditOf(balance: Fields, charge: Fields, context: Context): Content[] {
  const credit_date = day(required(balance, 'available_on'), context, 'available_on');
  if (credit_date > localDate(new Date(context.as_of), context.zone)) return [];
  const fee_cents = currency(balance) === currency(charge) && cents(balance, 'fee') >= 0 ? cents(balance, 'fee') : null;
  const payment_id = paymentOf(charge) ?? required(charge, 'id');
  return [{ type: 'upstream.payment-credited.v1', data: present({ payment_id, source: context.source, credit_date, fee_cents }) } as Content];
}

/** Fee and day stand in the balance transaction, which an event names and does not hold. */
function charged({ object, context }: Told): Mapped {
  const id = idOf(object, 'balance_transaction');
  if (id === null) return ignored('Its fee is not known yet.');
  const path = `/v1/balance_transactions/${encodeURIComponent(id)}`;
  const held = text(object, 'balance_transaction') === null ? within(object, 'balance_transaction') : null;
  if (!held && !context.asks) return ignored('Its fee stands elsewhere, and nobody may be asked.');
  if (!held && !context.answers.has(path)) return { ask: [path] };
  const contents = creditOf(held ?? within({ answer: context.answers.get(path) }, 'answer'), object, context);
  return contents.length > 0 ? { contents } : ignored('Its money is not there yet.');
}

/** A payout names what it is made of when asked: by then the money of all of it is there. */
function paidOut({ object, context }: Told): Mapped {
  if (!context.asks) return ignored('What it is made of stands elsewhere, and nobody may be asked.');
  const first = `/v1/balance_transactions?payout=${encodeURIComponent(required(object, 'id'))}&limit=100&expand[]=data.source`;
  const balances: Fields[] = [];
  for (let path = first; ; path = `${first}&starting_after=${encodeURIComponent(required(balances.at(-1) ?? {}, 'id'))}`) {
    if (!context.answers.has(path)) return { ask: [path] };
    const answer = within({ answer: context.answers.get(path) }, 'answer');
    balances.push(...listOf(answer.data));
    if (answer.has_more !== true) break;
  }
  const contents = balances.filter(({ type }) => type === 'charge' || type === 'payment').flatMap((each) => creditOf(each, within(each, 'source'), context));
  return contents.length > 0 ? { contents } : ignored('It holds no money of customers.');
}

/** A dispute won: the money comes back as a payment of its own. */
const reinstated = ({ object, occurred_at, context }: Told): Mapped =>
  one({
    type: 'upstream.payment-received.v1',
    data: { payment_id: `${required(object, 'id')}:reinstated`, source: context.source, occurred_at, amount_cents: cents(object, 'amount'), currency: currency(object), paid_date: localDate(new Date(occurred_at), context.zone) },
  });

const cancelled = ({ object, occurred_at }: Told): Mapped => one({ type: 'upstream.invoice-cancelled.v1', data: { invoice_id: required(object, 'id'), occurred_at } });

const customerChanged = ({ object, occurred_at }: Told): Mapped =>
  one({ type: 'upstream.customer-changed.v1', data: { ...customerOf({}, { ...object, tax_ids: within(object, 'tax_ids').data }, customerId(null, required(object, 'id'), 'id')), occurred_at } });

const EVENTS: Readonly<Record<string, (told: Told) => Mapped>> = {
  'invoice.finalized': finalized,
  'invoice.updated': updated,
  'invoice.voided': cancelled,
  'invoice.paid': paid,
  'invoice_payment.paid': (told) => one(partOf(told)),
  'invoice.payment_failed': failed,
  'charge.failed': failed,
  'payment_intent.payment_failed': failed,
  'payment_intent.canceled': failed,
  'payment_intent.processing': pending,
  'charge.pending': pending,
  'charge.succeeded': charged,
  'charge.updated': charged,
  'payout.paid': paidOut,
  'refund.created': refunded,
  'refund.updated': refunded,
  'refund.failed': refunded,
  'charge.refund.updated': refunded,
  'charge.refunded': chargeRefunded,
  'charge.dispute.funds_withdrawn': withdrawn,
  'charge.dispute.funds_reinstated': reinstated,
  'customer.created': customerChanged,
  'customer.updated': customerChanged,
};

function verify(incoming: Incoming, secrets: readonly string[], epochMs: number): boolean {
  const parts = (header(incoming, 'stripe-signature') ?? '').split(',').map((part) => part.trim().split('='));
  const t = parts.find(([name]) => name === 't')?.[1] ?? '';
  if (!/^\d{1,11}$/.test(t) || Math.abs(epochMs - Number(t) * 1_000) > TOLERANCE_MS) return false;
  // While Stripe itself rolls a secret, it signs with both.
  const given = parts.filter(([name]) => name === 'v1').map(([, value]) => value ?? '');
  return anyFits(secrets, (secret) => {
    const made = hmac(secret, [`${t}.`, incoming.body], 'hex');
    return anyFits(given, (each) => isSame(made, each));
  });
}

/** Stripe: snapshot events, signed; the shape of an invoice changes with the API version of the endpoint. Deduped on the event's id. */
export const stripe: Source = {
  secretInPath: false,
  asks: 'sometimes',
  home: 'https://api.stripe.com',
  verify,
  identify({ body }) {
    const event = exactJson(body);
    return { identity: required(event, 'id'), type: required(event, 'type') };
  },
  about(body) {
    const object = within(exactJson(body), 'data', 'object');
    return { customer_id: idOf(object, 'customer'), references: [text(object, 'object') === 'invoice' ? text(object, 'id') : idOf(object, 'invoice')] };
  },
  map(context) {
    const event = exactJson(context.body);
    const handle = Object.hasOwn(EVENTS, required(event, 'type')) ? EVENTS[required(event, 'type')] : undefined;
    if (!handle) return ignored('Events of this type tell nothing that is needed here.');
    const object = within(event, 'data', 'object');
    return handle({ object, occurred_at: epochInstant(required(event, 'created'), 'created').toISOString(), context });
  },
};
