import type { BillingPaymentCredited, BillingPaymentFailed, BillingPaymentPending, BillingPaymentReported, BillingRefundReported, Event, EventOf } from '@emdia/contracts';
import { Outdated } from '@emdia/messaging';
import { creditEntry, type Entry, joinedEntry, receiptEntry, refundEntry, withdrawalEntry } from '../ledger/entry';
import { type Account, dayOf, type Payment, paymentKey, type Road, type Telling, withEntry } from './account';
import type { Change } from './steps';

type About = { readonly source: string; readonly payment_id: string; readonly reference: string | null };

const paymentOf = (account: Account, { source, payment_id, reference }: About, now: Date): Payment =>
  account.payments.get(paymentKey({ source, payment_id })) ?? {
    source, payment_id, reference, currency: null, received_cents: 0, refunded_cents: 0, fee_cents: null, credit_fee_cents: null, discount_cents: 0, charges: null,
    paid_date: null, credit_date: null, credited: false, pending_at: null, failed_at: null, filed: null, tellings: [], recorded_at: now, applications: [], allocations: [], unapplied_reason: null,
  };

const withPayment = (account: Account, payment: Payment): Account => ({ ...account, payments: withEntry(account.payments, paymentKey(payment), payment) });

/** Who has told it so far. A payment that nobody's telling is kept of was told by events, where it came. */
export const tellingOf = ({ tellings, received_cents }: Pick<Payment, 'tellings' | 'received_cents'>, refund_id: string | null): Telling =>
  tellings.find((each) => each.refund_id === refund_id) ?? { refund_id, amount_cents: received_cents, by_file: false, by_event: refund_id === null && received_cents > 0, withdrawn: 0 };

const withTelling = (payment: Payment, telling: Telling): Payment => ({ ...payment, tellings: [...payment.tellings.filter(({ refund_id }) => refund_id !== telling.refund_id), telling] });

const other = (road: Road): Road => (road === 'by_file' ? 'by_event' : 'by_file');

/** Whether the other road, and this one not yet, has told exactly that. Told twice by one road it is no such thing, and the entry's cause refuses it. */
const isToldAlready = (telling: Telling, road: Road, amount_cents: number): boolean => telling[other(road)] && !telling[road] && telling.amount_cents === amount_cents;

/**
 * Money came, gross. It is in transit until it is credited: a fact, told or read off a credit date that had come when this was recorded, never the work of
 * a timer. What one road tells is added and posted without a look at whether it came by it before: the inbox takes an
 * event once, and the entry's cause is unique. A silent third check here would hide it when one of those two is broken.
 */
const reportedBy = (road: Road) => (account: Account, event: EventOf<typeof BillingPaymentReported>, now: Date): Change => {
  const { amount_cents, currency, paid_date, fee_cents = null, discount_cents = 0, charges = null, credit_date, credited = credit_date <= dayOf(now) } = event.data;
  const known = paymentOf(account, event.data, now);
  const before = tellingOf(known, null);
  if (isToldAlready(before, road, amount_cents)) return { facts: withPayment(account, { ...withTelling(known, { ...before, [road]: true }), charges: known.charges ?? charges }) };
  const isKept = road === 'by_file' || known.tellings.includes(before);
  const payment: Payment = {
    ...(isKept ? withTelling(known, { ...before, amount_cents, [road]: true }) : known), currency, paid_date, received_cents: known.received_cents + amount_cents, fee_cents, discount_cents, charges,
    credit_date: known.credited ? known.credit_date : credit_date, credited: known.credited || credited, recorded_at: now,
  };
  return { facts: withPayment(account, payment), entries: [receiptEntry(known, payment, before.withdrawn, { event_id: event.id, currency, recorded_at: now })] };
};
export const applyReported = reportedBy('by_event');
export const applyFiled = reportedBy('by_file');

/** The money is there, and with it perhaps the fee; known before its payment it waits. What is owed does not change. */
export function applyCredited(account: Account, event: EventOf<typeof BillingPaymentCredited>, now: Date): Change {
  const { credit_date, fee_cents = null } = event.data;
  const known = paymentOf(account, event.data, now);
  const payment: Payment = { ...known, credited: true, credit_date, credit_fee_cents: fee_cents };
  const entry = known.currency === null ? null : creditEntry(known, payment, { event_id: event.id, currency: known.currency, recorded_at: now });
  return { facts: withPayment(account, payment), entries: entry && entry.postings.length > 0 ? [entry] : [] };
}

/** A payment began; until its outcome is known it keeps others from asking. */
export function applyPending(account: Account, event: EventOf<typeof BillingPaymentPending>, now: Date): Change {
  const known = paymentOf(account, event.data, now);
  const told = new Date(event.time);
  if (known.pending_at !== null && known.pending_at >= told) return { ignored: 'older-attempt' };
  return { facts: withPayment(account, { ...known, pending_at: told, recorded_at: known.received_cents > 0 ? known.recorded_at : now }) };
}

/** A file tells a payment without its money, or waits for a person's word: whom it names is not asked. What events tell of an attempt is kept apart: neither ends the other. */
const heldByFile = (filed: 'awaited' | 'doubted') => (account: Account, event: Event<About>, now: Date): Change => {
  const known = paymentOf(account, event.data, now);
  return { facts: withPayment(account, { ...known, filed, recorded_at: known.received_cents > 0 ? known.recorded_at : now }) };
};
export const applyAwaited = heldByFile('awaited');
export const applyDoubted = heldByFile('doubted');

/** A payment did not come about; money that was received stays received. */
export function applyFailed(account: Account, event: EventOf<typeof BillingPaymentFailed>, now: Date): Change {
  const known = paymentOf(account, event.data, now);
  const told = new Date(event.time);
  if (known.failed_at !== null && known.failed_at >= told) return { ignored: 'older-attempt' };
  return { facts: withPayment(account, { ...known, failed_at: told }) };
}

/** The file that held a payment not yet come lets it go. */
export function applyLetGo(account: Account, event: Event<About>, now: Date): Change {
  return { facts: withPayment(account, { ...paymentOf(account, event.data, now), filed: null }) };
}

/** Money went back: out of what is unapplied, then out of what was applied last. It may be known before its payment. */
const refundedBy = (road: Road) => (account: Account, event: EventOf<typeof BillingRefundReported>, now: Date): Change => {
  const { refund_id, amount_cents, currency } = event.data;
  const known = paymentOf(account, event.data, now);
  const before = tellingOf(known, refund_id);
  const told = withTelling(known, { ...before, amount_cents, [road]: true });
  if (isToldAlready(before, road, amount_cents)) return { facts: withPayment(account, told) };
  const payment = { ...told, currency, refunded_cents: known.refunded_cents + amount_cents };
  return { facts: withPayment(account, payment), entries: [refundEntry(known, payment, before, { event_id: event.id, currency, recorded_at: now })] };
};
export const applyRefunded = refundedBy('by_event');
export const applyRefundFiled = refundedBy('by_file');

/** What is taken back because the file that told it was wrong: a payment's money, or with `refund_id` a refund of it. */
export interface Withdrawn extends About {
  readonly refund_id: string | null;
  readonly amount_cents: number;
}

/** What a file told, a payment or its refund, never was; unless an event has told it too: then it stands by that. What a person decided on it stays, should it come after all. Throws Outdated where the payment has left the account. */
export function applyWithdrawn(account: Account, event: Event<Withdrawn>, now: Date): Change {
  const { refund_id, amount_cents } = event.data;
  const known = account.payments.get(paymentKey(event.data));
  if (!known) throw new Outdated(`${event.data.payment_id} is not in ${account.key} any more`);
  const before = tellingOf(known, refund_id);
  if (before.by_event && known.tellings.includes(before)) return { facts: withPayment(account, withTelling(known, { ...before, by_file: false })) };
  const left = withTelling(known, { ...before, by_file: false, by_event: false, withdrawn: before.withdrawn + 1 });
  const payment: Payment = refund_id === null
    ? { ...left, received_cents: known.received_cents - amount_cents, fee_cents: null, credit_fee_cents: null, discount_cents: 0, charges: null, credited: false, filed: null }
    : { ...left, refunded_cents: known.refunded_cents - amount_cents };
  return { facts: withPayment(account, payment), entries: [withdrawalEntry(known, payment, before, { event_id: event.id, currency: known.currency!, recorded_at: now })] };
}

/** Money that waited on references joins the account which has them; the same payment heard of under two keys is one. */
export function takeUp(account: Account, waiting: readonly Account[], occasion: { readonly event_id: string; readonly recorded_at: Date }): { facts: Account; entries: readonly Entry[] } {
  let facts = account;
  const entries: Entry[] = [];
  for (const payment of waiting.flatMap(({ payments }) => [...payments.values()])) {
    const known = facts.payments.get(paymentKey(payment));
    const whole = known ? merged(known, payment) : payment;
    facts = withPayment(facts, whole);
    if (!known || whole.currency === null) continue;
    const joined = joinedEntry([known, payment], whole, { ...occasion, currency: whole.currency });
    if (joined.postings.length > 0) entries.push(joined);
  }
  return { facts, entries };
}

const latest = (a: Date | null, b: Date | null): Date | null => (a === null || (b !== null && b > a) ? b : a);

const mergedTelling = (a: Telling, b: Telling): Telling =>
  ({ ...b, amount_cents: Math.max(a.amount_cents, b.amount_cents), by_file: a.by_file || b.by_file, by_event: a.by_event || b.by_event, withdrawn: Math.max(a.withdrawn, b.withdrawn) });

const merged = (a: Payment, b: Payment): Payment => ({
  ...a,
  reference: a.reference ?? b.reference,
  currency: a.currency ?? b.currency,
  received_cents: a.received_cents + b.received_cents,
  refunded_cents: a.refunded_cents + b.refunded_cents,
  fee_cents: a.fee_cents ?? b.fee_cents,
  credit_fee_cents: a.credit_fee_cents ?? b.credit_fee_cents,
  discount_cents: Math.max(a.discount_cents, b.discount_cents),
  charges: a.charges ?? b.charges,
  paid_date: a.paid_date ?? b.paid_date,
  credit_date: a.credited || b.credit_date === null ? a.credit_date : b.credit_date,
  credited: a.credited || b.credited,
  pending_at: latest(a.pending_at, b.pending_at),
  failed_at: latest(a.failed_at, b.failed_at),
  filed: a.filed === 'awaited' ? a.filed : (b.filed ?? a.filed),
  tellings: b.tellings.reduce((whole, telling) => withTelling(whole, mergedTelling(tellingOf(whole, telling.refund_id), telling)), a).tellings,
  applications: [...a.applications, ...b.applications],
});
