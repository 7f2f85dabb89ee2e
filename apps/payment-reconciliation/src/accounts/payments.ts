import type { BillingPaymentFailed, BillingPaymentPending, BillingPaymentReported, BillingRefundReported, EventOf } from '@emdia/contracts';
import { receiptEntry, refundEntry } from '../ledger/entry';
import { type Account, type Payment, paymentKey, withEntry } from './account';
import type { Change } from './steps';

type About = { readonly source: string; readonly payment_id: string; readonly reference: string | null };

const paymentOf = (account: Account, { source, payment_id, reference }: About, now: Date): Payment =>
  account.payments.get(paymentKey({ source, payment_id })) ?? {
    source, payment_id, reference, currency: null, received_cents: 0, refunded_cents: 0, paid_date: null, pending_at: null, failed_at: null,
    recorded_at: now, applications: [], allocations: [],
  };

const withPayment = (account: Account, payment: Payment): Account => ({ ...account, payments: withEntry(account.payments, paymentKey(payment), payment) });

/**
 * Money came. It is added and posted without a look at whether it came before: the inbox takes an event once, and the
 * entry's cause is unique. A silent third check here would hide it when one of those two is broken.
 */
export function applyReported(account: Account, event: EventOf<typeof BillingPaymentReported>, now: Date): Change {
  const { amount_cents, currency, paid_date } = event.data;
  const known = paymentOf(account, event.data, now);
  const payment = { ...known, currency, paid_date, received_cents: known.received_cents + amount_cents, recorded_at: now };
  return { facts: withPayment(account, payment), entries: [receiptEntry(payment, amount_cents, { event_id: event.id, currency, recorded_at: now })] };
}

/** A payment began; until its outcome is known it keeps others from asking. */
export function applyPending(account: Account, event: EventOf<typeof BillingPaymentPending>, now: Date): Change {
  const known = paymentOf(account, event.data, now);
  const told = new Date(event.time);
  if (known.pending_at !== null && known.pending_at >= told) return { ignored: 'older-attempt' };
  return { facts: withPayment(account, { ...known, pending_at: told, recorded_at: known.received_cents > 0 ? known.recorded_at : now }) };
}

/** A payment did not come about; money that was received stays received. */
export function applyFailed(account: Account, event: EventOf<typeof BillingPaymentFailed>, now: Date): Change {
  const known = paymentOf(account, event.data, now);
  const told = new Date(event.time);
  if (known.failed_at !== null && known.failed_at >= told) return { ignored: 'older-attempt' };
  return { facts: withPayment(account, { ...known, failed_at: told }) };
}

/** Money went back: out of what is unapplied, then out of what was applied last. It may be known before its payment. */
export function applyRefunded(account: Account, event: EventOf<typeof BillingRefundReported>, now: Date): Change {
  const { refund_id, amount_cents, currency } = event.data;
  const known = paymentOf(account, event.data, now);
  const payment = { ...known, currency, refunded_cents: known.refunded_cents + amount_cents };
  return { facts: withPayment(account, payment), entries: [refundEntry(payment, refund_id, amount_cents, { event_id: event.id, currency, recorded_at: now })] };
}

/** Money that waited on a reference joins the account which has it; the same payment heard of under both keys is one. */
export function takeUp(account: Account, waiting: Account): Account {
  let taken = account;
  for (const [key, payment] of waiting.payments) {
    const known = taken.payments.get(key);
    taken = withPayment(taken, known ? merged(known, payment) : payment);
  }
  return taken;
}

const latest = (a: Date | null, b: Date | null): Date | null => (a === null || (b !== null && b > a) ? b : a);

const merged = (a: Payment, b: Payment): Payment => ({
  ...a,
  reference: a.reference ?? b.reference,
  currency: a.currency ?? b.currency,
  received_cents: a.received_cents + b.received_cents,
  refunded_cents: a.refunded_cents + b.refunded_cents,
  paid_date: a.paid_date ?? b.paid_date,
  pending_at: latest(a.pending_at, b.pending_at),
  failed_at: latest(a.failed_at, b.failed_at),
  applications: [...a.applications, ...b.applications],
});
