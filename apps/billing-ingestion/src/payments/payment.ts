import {
  BillingChargeDeclined, BillingPaymentCredited, BillingPaymentFailed, BillingPaymentPending, BillingPaymentReported, BillingRefundReported, creditorKey, customerKey, derivedId, outgoing, referenceKey,
  type ChargesTold, type Outgoing, type RefundReason, type UpstreamContent,
} from '@emdia/contracts';
import { cardKey } from '@emdia/brazil';
import { wrong, type Wrong } from '../upstream/reasons';

type DataOfType<T extends UpstreamContent['type']> = Extract<UpstreamContent, { type: T }>['data'];
type Received = DataOfType<'upstream.payment-received.v1'>;
type Credited = DataOfType<'upstream.payment-credited.v1'>;
type Pending = DataOfType<'upstream.payment-pending.v1'>;
type Failed = DataOfType<'upstream.payment-failed.v1'>;
type Refunded = DataOfType<'upstream.payment-refunded.v1'>;

/** Money given back; `content_hash` tells a repetition from a contradiction. */
export interface Refund {
  readonly refund_id: string;
  readonly amount_cents: number;
  readonly currency: string;
  readonly refunded_date: string;
  readonly reason: RefundReason | null;
  readonly content_hash: string;
}

/** That the money is there, as told apart from the payment. */
export interface Credit {
  readonly credit_date: string;
  readonly fee_cents: number | null;
  readonly content_hash: string;
}

interface Identity {
  readonly creditor_id: string;
  readonly source: string;
  readonly payment_id: string;
  readonly refunds: readonly Refund[];
  readonly credit: Credit | null;
}

interface Failure {
  readonly code: string | null;
  readonly occurred_at: string | null;
}

/** Whose money it is, and the key that its events go out under. */
export interface Owner {
  readonly key: string;
  readonly customer_id: string | null;
  readonly reference: string | null;
}

/** A failure, a refund or a credit came before the payment itself: facts that wait. */
export interface AwaitedPayment extends Identity {
  readonly status: 'awaited';
  readonly failure: Failure | null;
}

interface Begun extends Identity, Owner {
  /** How often it went pending; part of the ids of what is told. */
  readonly attempts: number;
}

/** A payment whose outcome is open, or that did not come about. */
export interface TriedPayment extends Begun {
  readonly status: 'pending' | 'failed';
  /** Null where the source did not say. */
  readonly amount_cents: number | null;
  readonly currency: string | null;
  readonly pending_at: string | null;
  readonly failure: Failure | null;
}

/** Money that is there; nothing takes it back but a refund. */
export interface ReceivedPayment extends Begun {
  readonly status: 'received';
  readonly amount_cents: number;
  readonly currency: string;
  /** Kept by the source out of the amount, which is what the debtor paid. */
  readonly fee_cents: number | null;
  readonly discount_cents: number | null;
  /** Late charges in the amount, as the source says. */
  readonly charges: ChargesTold | null;
  readonly paid_date: string;
  readonly credit_date: string;
  /** Null: it is credited once its credit date has come. */
  readonly credited: boolean | null;
  readonly content_hash: string;
}

export type Payment = AwaitedPayment | TriedPayment | ReceivedPayment;

/** What an event made of a payment. */
export type PaymentChange = { readonly payment: Payment; readonly events: readonly Outgoing[] } | { readonly ignored: string } | { readonly wrong: Wrong };

/** The owner of a payment: the customer it names, else the one whose invoice it refers to, else nobody yet. */
export function ownerOf(data: { creditor_id: string; customer_id?: string; reference?: string }, invoiced: string | null): Owner {
  const customer_id = data.customer_id ?? invoiced;
  const reference = data.reference ?? null;
  const { creditor_id } = data;
  const key = customer_id !== null ? customerKey(creditor_id, customer_id) : reference !== null ? referenceKey(creditor_id, reference) : creditorKey(creditor_id);
  return { key, customer_id, reference };
}

const identity = (known: Payment | null, data: { creditor_id: string; payment_id: string }, source: string): Identity => ({
  creditor_id: data.creditor_id, source, payment_id: data.payment_id, refunds: known?.refunds ?? [], credit: known?.credit ?? null,
});

/** Money was received: it wins over pending and failed; refunds that waited follow it. */
export function received(known: Payment | null, data: Received, source: string, owner: Owner, content_hash: string, now: Date): PaymentChange {
  if (known?.status === 'received')
    return known.content_hash === content_hash ? { ignored: 'duplicate' } : { wrong: wrong('conflicting-content', 'This payment was received with other content.') };
  const { currency, paid_date, fee_cents = null } = data;
  // The debtor paid gross: what a source has kept of it must not make the payment look short.
  const amount_cents = data.amount_basis === 'NET' ? data.amount_cents + fee_cents! : data.amount_cents;
  const attempts = known && known.status !== 'awaited' ? known.attempts : 0;
  const payment: ReceivedPayment = {
    status: 'received', ...identity(known, data, source), ...owner, amount_cents, fee_cents, discount_cents: data.discount_cents ?? null, charges: data.charges ?? null, currency, attempts,
    paid_date, credit_date: data.credit_date ?? paid_date, credited: data.credited ?? null, content_hash,
  };
  const events = [...released(known, owner, now), reportedEvent(payment, now), ...(payment.credit ? [creditedEvent(payment, payment.credit, now)] : []), ...payment.refunds.map((refund) => refundEvent(payment, refund, now))];
  return { payment, events };
}

// Told as pending where its customer was not yet known, received where they are: what waits under the old key would wait for ever.
const released = (known: Payment | null, owner: Owner, now: Date): Outgoing[] =>
  known?.status === 'pending' && known.key !== owner.key ? [failedEvent(known, null, now)] : [];

/** A payment began. After its failure it counts only if it began later; after its receipt never. */
export function pending(known: Payment | null, data: Pending, source: string, owner: Owner, now: Date): PaymentChange {
  if (known?.status === 'received') return { ignored: 'already-received' };
  const pending_at = data.occurred_at ?? null;
  const tried = known && known.status !== 'awaited' ? known : null;
  if (tried && (tried.status === 'pending' ? !isLater(pending_at, tried.pending_at) : !isLater(pending_at, tried.failure?.occurred_at ?? null))) return { ignored: 'duplicate' };
  const { amount_cents = null, currency = null } = data;
  const failure = known?.failure ?? null;
  const began: TriedPayment = { status: 'pending', ...identity(known, data, source), ...owner, amount_cents, currency, attempts: (tried?.attempts ?? 0) + 1, pending_at, failure };
  const events = [...released(known, owner, now), pendingEvent(began, now)];
  if (!failure || isLater(pending_at, failure.occurred_at)) return { payment: began, events };
  return { payment: { ...began, status: 'failed' }, events: [...events, failedEvent(began, failure.code, now)] };
}

const isLater = (a: string | null, b: string | null): boolean => a !== null && b !== null && Date.parse(a) > Date.parse(b);

// Where time does not order two failures, the second tells something new only while the payment is pending again.
const isStale = (arriving: Failure, present: Failure, status: Payment['status']): boolean =>
  arriving.occurred_at !== null && present.occurred_at !== null ? !isLater(arriving.occurred_at, present.occurred_at) : status !== 'pending';

/** A payment did not come about: nothing once it was received, a fact that waits while it is unknown. */
export function failed(known: Payment | null, data: Failed, source: string, now: Date): PaymentChange {
  if (known?.status === 'received') return { ignored: 'already-received' };
  const failure: Failure = { code: data.code ?? null, occurred_at: data.occurred_at ?? null };
  if (known?.failure && isStale(failure, known.failure, known.status)) return { ignored: 'duplicate' };
  if (known === null || known.status === 'awaited') return { payment: { status: 'awaited', ...identity(known, data, source), failure }, events: [] };
  if (isLater(known.pending_at, failure.occurred_at)) return { payment: { ...known, failure }, events: [] };
  return { payment: { ...known, status: 'failed', failure }, events: known.status === 'pending' ? [failedEvent(known, failure.code, now)] : [] };
}

/** A declined charge as a fact of its own, whatever became of its payment; null where nothing was charged. `event_id` tells attempts apart that bear neither id nor time. */
export function declined(data: Failed, source: string, owner: Owner, event_id: string, installationKey: string, now: Date): Outgoing | null {
  if (!data.attempt) return null;
  const { creditor_id, payment_id, occurred_at, code } = data;
  const { attempt_id: named, attempted_at = occurred_at, card, ...told } = data.attempt;
  const attempt_id = derivedId('charge-attempt', creditor_id, source, named ?? payment_id, named === undefined ? (attempted_at ?? event_id) : '');
  const content = {
    creditor_id, payment_id, source, customer_id: owner.customer_id, reference: owner.reference, attempt_id, attempted_at: attempted_at ?? now.toISOString(),
    ...(code === undefined ? {} : { code }), ...(card === undefined ? {} : { card_key: cardKey(creditor_id, card, installationKey) }), ...told,
  };
  return outgoing(BillingChargeDeclined, { id: derivedId('charge-declined', attempt_id, event_id), key: owner.key, creditor_id, now, data: content });
}

/** The money of a payment is there: told after it, under its key; nothing about the debt changes. */
export function credited(known: Payment | null, data: Credited, source: string, content_hash: string, now: Date): PaymentChange {
  if (known?.credit)
    return known.credit.content_hash === content_hash ? { ignored: 'duplicate' } : { wrong: wrong('conflicting-content', 'This payment was credited with other content.') };
  const credit: Credit = { credit_date: data.credit_date, fee_cents: data.fee_cents ?? null, content_hash };
  const base: Payment = known ?? { status: 'awaited', ...identity(known, data, source), failure: null };
  const payment: Payment = { ...base, credit };
  return { payment, events: payment.status === 'received' ? [creditedEvent(payment, credit, now)] : [] };
}

/** Money was given back: told under its payment's key, after it. */
export function refunded(known: Payment | null, data: Refunded, source: string, content_hash: string, now: Date): PaymentChange {
  const { refund_id, amount_cents, currency, refunded_date } = data;
  const same = known?.refunds.find((each) => each.refund_id === refund_id);
  if (same) return same.content_hash === content_hash ? { ignored: 'duplicate' } : { wrong: wrong('conflicting-content', 'This refund was reported with other content.') };
  const refund: Refund = { refund_id, amount_cents, currency, refunded_date, reason: data.reason ?? null, content_hash };
  const base: Payment = known ?? { status: 'awaited', ...identity(known, data, source), failure: null };
  const refunds = [...base.refunds, refund].sort((a, b) => (a.refund_id < b.refund_id ? -1 : 1));
  const payment: Payment = { ...base, refunds };
  return { payment, events: payment.status === 'received' ? [refundEvent(payment, refund, now)] : [] };
}

const told = ({ creditor_id, payment_id, source, customer_id, reference }: Begun) => ({ creditor_id, payment_id, source, customer_id, reference });

// Spread last: for the engine a property that follows what is spread costs more than a microsecond, one before it next to nothing.
const envelope = (payment: Begun, now: Date, what: string, ...parts: (string | number)[]) => ({
  id: derivedId(what, payment.creditor_id, payment.source, payment.payment_id, ...parts),
  key: payment.key,
  creditor_id: payment.creditor_id,
  now,
});

const reportedEvent = (payment: ReceivedPayment, now: Date): Outgoing =>
  outgoing(BillingPaymentReported, {
    data: {
      amount_cents: payment.amount_cents, currency: payment.currency, fee_cents: payment.fee_cents ?? undefined, discount_cents: payment.discount_cents ?? undefined,
      paid_date: payment.paid_date, credit_date: payment.credit_date, charges: payment.charges ?? undefined, credited: payment.credited ?? undefined, ...told(payment),
    },
    ...envelope(payment, now, 'payment-reported'),
  });

const creditedEvent = (payment: ReceivedPayment, { credit_date, fee_cents }: Credit, now: Date): Outgoing =>
  outgoing(BillingPaymentCredited, { data: { credit_date, fee_cents: fee_cents ?? undefined, ...told(payment) }, ...envelope(payment, now, 'payment-credited') });

const pendingEvent = (payment: TriedPayment, now: Date): Outgoing => {
  const { amount_cents, currency, attempts } = payment;
  return outgoing(BillingPaymentPending, {
    data: { amount_cents: amount_cents ?? undefined, currency: currency ?? undefined, ...told(payment) }, ...envelope(payment, now, 'payment-pending', attempts),
  });
};

const failedEvent = (payment: TriedPayment, code: string | null, now: Date): Outgoing =>
  outgoing(BillingPaymentFailed, { data: { code: code ?? undefined, ...told(payment) }, ...envelope(payment, now, 'payment-failed', payment.attempts) });

const refundEvent = (payment: ReceivedPayment, refund: Refund, now: Date): Outgoing =>
  outgoing(BillingRefundReported, {
    data: {
      refund_id: refund.refund_id, amount_cents: refund.amount_cents, currency: refund.currency, refunded_date: refund.refunded_date, reason: refund.reason ?? undefined, ...told(payment),
    },
    ...envelope(payment, now, 'refund-reported', refund.refund_id),
  });
