import type { Fact, Truth, UpstreamEvent } from './fact';

/**
 * What the books must say once all facts have happened, found without the system: every invoice and payment counts
 * once however often and in whatever order it is told, the highest version wins, what is unreadable counts nothing.
 */
export function truthOf(facts: readonly Fact[]): Truth {
  const invoices = new Map<string, { amount_cents: number; version: number }>();
  const amendments = new Map<string, { amount_cents: number; version: number }>();
  const amend = (id: string, amount_cents: number, version: number) => {
    if (version > (amendments.get(id)?.version ?? -1)) amendments.set(id, { amount_cents, version });
  };
  const payments = new Map<string, number>();
  const refunds = new Map<string, { payment_id: string; amount_cents: number }>();
  const take = ({ type, data }: UpstreamEvent) => {
    const amount_cents = Number(data.amount_cents);
    const version = Number(data.source_version ?? 0);
    const id = String(data.invoice_id);
    if (type === 'upstream.invoice-issued.v1') invoices.set(id, { amount_cents, version });
    if (type === 'upstream.invoice-amended.v1') amend(id, amount_cents, version);
    if (type === 'upstream.invoice-cancelled.v1') amend(id, 0, Infinity);
    if (type === 'upstream.payment-received.v1' && !payments.has(String(data.payment_id))) payments.set(String(data.payment_id), amount_cents);
    if (type === 'upstream.payment-refunded.v1') refunds.set(String(data.refund_id), { payment_id: String(data.payment_id), amount_cents });
  };
  for (const { deed } of facts) {
    if (deed.kind === 'correction' || deed.kind === 'instalment-payment' || (deed.kind === 'event' && !deed.unreadable)) take(deed.event);
  }
  const amounts = [...invoices].map(([id, issued]) => amendments.get(id)?.amount_cents ?? issued.amount_cents);
  const given_back = [...refunds.values()].filter(({ payment_id }) => payments.has(payment_id));
  const sum = (list: Iterable<number>) => [...list].reduce((total, cents) => total + cents, 0);
  return {
    invoices: invoices.size,
    invoiced_cents: sum(amounts),
    received_cents: sum(payments.values()) - sum(given_back.map(({ amount_cents }) => amount_cents)),
    refunded_cents: sum(given_back.map(({ amount_cents }) => amount_cents)),
    payments: payments.size,
    refunds: given_back.length,
  };
}
