import { addDays, type CivilDate } from '@emdia/calendar';
import { lateCharges } from '@emdia/money';
import { CHARGE_POLICY, type Diary, type Hour, HOURS, type Invoice, SOURCE } from './diary';
import { upstream } from './fact';
import type { Seeded } from './seeded';

/** What one invoice may meet on its way, besides being paid as its customer pays. */
export type Incident =
  | 'none' | 'partial' | 'double' | 'refund-reopens' | 'before-invoice' | 'duplicate' | 'reordered'
  | 'cancelled' | 'amended' | 'dispute-rejected' | 'dispute-upheld' | 'pending-received' | 'pending-failed' | 'bad-replayed' | 'bad-discarded' | 'conflict';

const INCIDENTS: readonly (readonly [Incident, number])[] = [
  ['none', 860], ['partial', 25], ['double', 12], ['refund-reopens', 6], ['before-invoice', 10], ['duplicate', 20], ['reordered', 10],
  ['cancelled', 7], ['amended', 8], ['dispute-rejected', 4], ['dispute-upheld', 3], ['pending-received', 12], ['pending-failed', 8],
  ['bad-replayed', 6], ['bad-discarded', 3], ['conflict', 3],
];

export const incident = (random: Seeded): Incident => random.weighted(INCIDENTS);

/** What is asked for an unpaid invoice on a day, late charges included: what a debtor who reads the letter pays. */
export const asked_cents = (invoice: Invoice, on_date: CivilDate): number =>
  lateCharges({ open_cents: invoice.amount_cents, due_date: invoice.due_date, on_date, policy: CHARGE_POLICY }).total_cents;

/** Payments of a day before the invoice is told would otherwise come first by chance; only `before-invoice` does so on purpose. */
const notBefore = (day: CivilDate, earliest: CivilDate) => (day < earliest ? earliest : day);

/** Everything that happens to one invoice, from its issue to its last payment; `paid_on` is the customer's own will. */
export function lifeOf(diary: Diary, random: Seeded, invoice: Invoice, paid_on: CivilDate | null, what: Incident): void {
  if (what === 'reordered' && paid_on) return reordered(diary, random, invoice, paid_on);
  if (what === 'before-invoice') return beforeInvoice(diary, random, invoice);
  diary.issue(invoice);
  if (what === 'cancelled') return cancelled(diary, random, invoice);
  if (what === 'amended') return amended(diary, random, invoice, paid_on);
  if (what === 'dispute-upheld' || what === 'dispute-rejected') return disputed(diary, random, invoice, what);
  if (!paid_on) return;
  const day = notBefore(paid_on, addDays(invoice.issue_date, 1));
  const hour = random.pick(HOURS);
  // Whoever pays late pays what the letter asks, or the bare amount: both happen.
  const amount_cents = day > invoice.due_date && random.chance(0.6) ? asked_cents(invoice, day) : invoice.amount_cents;
  paid(diary, random, invoice, day, hour, amount_cents, what);
}

function paid(diary: Diary, random: Seeded, invoice: Invoice, day: CivilDate, hour: Hour, amount_cents: number, what: Incident): void {
  const id = `pay-${invoice.invoice_id}`;
  const pay = () => diary.pay(invoice, id, day, hour, amount_cents);
  switch (what) {
    case 'partial':
      return partial(diary, random, invoice, day, hour);
    case 'double':
      pay();
      diary.pay(invoice, `${id}-again`, addDays(day, 1), hour, invoice.amount_cents, { reference: invoice.instruments[0]!.reference });
      return random.chance(0.8) ? diary.refund(`${id}-again`, addDays(day, random.between(3, 8)), '12:30', invoice.amount_cents) : undefined;
    case 'refund-reopens':
      diary.pay(invoice, id, day, hour, invoice.amount_cents);
      diary.refund(id, addDays(day, 10), '12:30', invoice.amount_cents);
      return random.chance(0.7) ? diary.pay(invoice, `${id}-anew`, addDays(day, random.between(16, 30)), hour, invoice.amount_cents) : undefined;
    case 'duplicate':
      pay();
      return diary.again(addDays(day, random.between(0, 2)), '20:00');
    case 'pending-received':
      diary.tell(addDays(day, -1), hour, 'payment-pending', pendingOf(invoice, id), id, 'pending');
      return pay();
    case 'pending-failed':
      diary.tell(addDays(day, -1), hour, 'payment-pending', pendingOf(invoice, `${id}-card`), id, 'pending');
      diary.tell(day, hour, 'payment-failed', { payment_id: `${id}-card`, source: SOURCE, customer_id: invoice.customer.customer_id, reference: invoice.invoice_id, code: 'INSUFFICIENT_FUNDS' }, id, 'failed');
      return diary.pay(invoice, id, addDays(day, 2), hour, invoice.amount_cents);
    case 'bad-replayed':
    case 'bad-discarded':
      return badInput(diary, random, invoice, id, day, amount_cents, what);
    case 'conflict':
      return conflict(diary, invoice, id, day, amount_cents);
    default:
      return pay();
  }
}

const pendingOf = (invoice: Invoice, payment_id: string) => ({
  payment_id, source: SOURCE, customer_id: invoice.customer.customer_id, reference: invoice.invoice_id, amount_cents: invoice.amount_cents, currency: 'BRL',
});

function partial(diary: Diary, random: Seeded, invoice: Invoice, day: CivilDate, hour: Hour): void {
  const first_cents = Math.round(invoice.amount_cents * (0.3 + random.next() * 0.4));
  diary.pay(invoice, `pay-${invoice.invoice_id}-1`, day, hour, first_cents);
  diary.pay(invoice, `pay-${invoice.invoice_id}-2`, addDays(day, random.between(4, 20)), hour, invoice.amount_cents - first_cents);
}

/** The payment is told first, and without its customer: only the invoice can say whose it is. */
function beforeInvoice(diary: Diary, random: Seeded, invoice: Invoice): void {
  const { customer_id: _unknown, ...payment } = diary.payment(invoice, `pay-${invoice.invoice_id}`, invoice.issue_date, invoice.amount_cents);
  diary.tell(invoice.issue_date, '07:30', 'payment-received', payment, payment.payment_id);
  diary.issue(invoice, random.pick(['12:30', '20:00'] as const));
}

/** A refund before its payment, and an amendment before its invoice. */
function reordered(diary: Diary, random: Seeded, invoice: Invoice, paid_on: CivilDate): void {
  if (random.chance(0.5)) {
    diary.tell(invoice.issue_date, '07:30', 'invoice-amended', { invoice_id: invoice.invoice_id, due_date: addDays(invoice.due_date, 3), amount_cents: invoice.amount_cents, source_version: 2 }, invoice.invoice_id, 2);
    diary.issue(invoice, '12:30');
    return diary.pay(invoice, `pay-${invoice.invoice_id}`, notBefore(paid_on, addDays(invoice.issue_date, 1)), '12:30', invoice.amount_cents);
  }
  diary.issue(invoice);
  const day = notBefore(paid_on, addDays(invoice.issue_date, 1));
  const id = `pay-${invoice.invoice_id}`;
  diary.refund(`${id}-twice`, day, '12:30', invoice.amount_cents);
  diary.pay(invoice, id, day, '12:30', invoice.amount_cents);
  diary.pay(invoice, `${id}-twice`, day, '20:00', invoice.amount_cents);
}

function cancelled(diary: Diary, random: Seeded, invoice: Invoice): void {
  diary.tell(addDays(invoice.due_date, random.between(-5, 12)), '12:30', 'invoice-cancelled', { invoice_id: invoice.invoice_id, reason: 'Assinatura encerrada', source_version: 2 }, invoice.invoice_id, 'cancelled');
}

function amended(diary: Diary, random: Seeded, invoice: Invoice, paid_on: CivilDate | null): void {
  const amount_cents = invoice.amount_cents - Math.round(invoice.amount_cents * 0.1);
  const due_date = addDays(invoice.due_date, 5);
  diary.tell(addDays(invoice.issue_date, random.between(1, 8)), '07:30', 'invoice-amended', { invoice_id: invoice.invoice_id, amount_cents, due_date, source_version: 2 }, invoice.invoice_id, 2);
  if (paid_on) diary.pay({ ...invoice, amount_cents, due_date }, `pay-${invoice.invoice_id}`, notBefore(addDays(paid_on, 5), addDays(invoice.issue_date, 9)), '20:00', amount_cents);
}

function disputed(diary: Diary, random: Seeded, invoice: Invoice, what: 'dispute-upheld' | 'dispute-rejected'): void {
  const raised = addDays(invoice.due_date, random.between(2, 9));
  const resolved = addDays(raised, random.between(5, 15));
  const name = `dispute-${invoice.invoice_id}`;
  diary.at(raised, '12:30', {
    kind: 'dispute', name, customer_id: invoice.customer.customer_id, receivable_ids: [invoice.receivable_id],
    reason: 'Serviço não prestado no período', review_date: addDays(raised, 20),
  });
  diary.at(resolved, '12:30', { kind: 'dispute-resolved', name, outcome: what === 'dispute-upheld' ? 'upheld' : 'rejected' });
  if (what === 'dispute-upheld') diary.tell(resolved, '20:00', 'invoice-cancelled', { invoice_id: invoice.invoice_id, reason: 'Contestação aceita', source_version: 2 }, invoice.invoice_id, 'cancelled');
  else diary.pay(invoice, `pay-${invoice.invoice_id}`, addDays(resolved, random.between(3, 12)), '20:00', invoice.amount_cents);
}

const SPOILT: readonly ((payment: Record<string, unknown>) => Record<string, unknown>)[] = [
  (payment) => ({ ...payment, amount_cents: -Number(payment.amount_cents) }),
  (payment) => ({ ...payment, amount_cents: Number(payment.amount_cents) + 0.5 }),
  (payment) => ({ ...payment, paid_date: '2025-02-30' }),
  (payment) => ({ ...payment, currency: 'REAL' }),
  ({ amount_cents: _lost, ...payment }) => payment,
];

/** A payment told wrongly; somebody corrects it two days later, or throws it away and the payment comes properly. */
function badInput(diary: Diary, random: Seeded, invoice: Invoice, id: string, day: CivilDate, amount_cents: number, what: 'bad-replayed' | 'bad-discarded'): void {
  const right = diary.payment(invoice, id, day, invoice.amount_cents);
  const later = addDays(day, 2);
  diary.tell(day, '12:30', 'payment-received', random.pick(SPOILT)(right), id, 'spoilt');
  const told = diary.facts.pop()!;
  if (told.deed.kind !== 'event') return;
  const { event } = told.deed;
  diary.facts.push({ at: told.at, deed: { kind: 'event', event, unreadable: true } });
  if (what === 'bad-replayed') diary.at(later, '12:30', { kind: 'correction', event_id: event.id, event: { ...event, data: { ...event.data, ...right } } });
  else {
    diary.at(later, '12:30', { kind: 'discard', event_id: event.id, reason: 'Sent by mistake; told again.' });
    diary.pay(invoice, id, later, '20:00', amount_cents);
  }
}

/** The same payment with another amount: an alarm, never an overwrite; somebody looks and keeps the first. */
function conflict(diary: Diary, invoice: Invoice, id: string, day: CivilDate, amount_cents: number): void {
  diary.pay(invoice, id, day, '12:30', amount_cents);
  const first = diary.facts[diary.facts.length - 1]!;
  if (first.deed.kind !== 'event') return;
  const event = upstream('payment-received', first.at, { ...first.deed.event.data, amount_cents: amount_cents + 100 }, id, 'conflict');
  diary.at(addDays(day, 1), '12:30', { kind: 'event', event, unreadable: true });
  diary.at(addDays(day, 2), '12:30', { kind: 'discard', event_id: event.id, reason: 'The first one is right, says the bank statement.' });
}
