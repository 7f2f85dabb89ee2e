import { isCnpj, isCpf } from '@emdia/brazil';
import { contracts, invalid } from '@emdia/contracts';
import { inventedBook } from './book';
import type { UpstreamEvent } from './fact';
import { boletoLine, brCode, crc16 } from './payment-codes';

const options = { customers: 300, months: 6, seed: 7 };
const book = inventedBook(options);
const events = book.facts.flatMap(({ deed }) => (deed.kind === 'event' ? [deed] : []));

describe('an invented book', () => {
  it('is the same for the same seed and another for another', () => {
    expect(inventedBook(options).facts).toEqual(book.facts);
    expect(inventedBook({ ...options, seed: 8 }).truth).not.toEqual(book.truth);
  });

  it('speaks in the words of the contracts, except where it is wrong on purpose', () => {
    for (const { event, unreadable } of events) {
      if (unreadable) continue;
      expect([event.id, invalid(contracts.get(event.type)!, event.data)]).toEqual([event.id, null]);
    }
    const bad = events.filter(({ unreadable }) => unreadable);
    expect(bad.length).toBeGreaterThan(5);
    const conflicts = bad.filter(({ event }) => invalid(contracts.get(event.type)!, event.data) === null);
    const paid = new Map(events.filter(({ unreadable }) => !unreadable).map(({ event }) => [event.data.payment_id, event.data.amount_cents]));
    for (const { event } of conflicts) expect(paid.get(event.data.payment_id)).not.toBe(event.data.amount_cents);
  });

  it('has every kind of thing that happens', () => {
    const kinds = new Set(book.facts.map(({ deed }) => (deed.kind === 'event' ? deed.event.type.split('.')[1] : deed.kind)));
    for (const kind of [
      'invoice-issued', 'invoice-amended', 'invoice-cancelled', 'payment-received', 'payment-pending', 'payment-failed', 'payment-refunded', 'customer-changed',
      'promise', 'agreement', 'instalment-payment', 'dispute', 'dispute-resolved', 'correction', 'discard', 'checked',
    ]) expect(kinds).toContain(kind);
  });

  it('tells things in the order of time and ends every day with its coverage', () => {
    let last = 0;
    for (const { at } of book.facts) expect(at.getTime()).toBeGreaterThanOrEqual((last = Math.max(last, at.getTime())));
    expect(book.facts.filter(({ deed }) => deed.kind === 'checked')).toHaveLength(181);
    expect(book.facts[book.facts.length - 1]!.deed).toEqual({ kind: 'checked', source: 'gateway', date: '2025-06-30' });
  });

  it('lets about seven in ten pay on time', () => {
    const due = new Map<unknown, unknown>();
    const invoiced: UpstreamEvent[] = events.map(({ event }) => event).filter(({ type }) => type === 'upstream.invoice-issued.v1');
    for (const { data } of invoiced) due.set(data.invoice_id, data.due_date);
    const onTime = new Set(events.filter(({ event, unreadable }) => !unreadable && event.type === 'upstream.payment-received.v1' && String(event.data.paid_date) <= String(due.get(event.data.reference))).map(({ event }) => event.data.reference));
    expect(onTime.size / invoiced.length).toBeGreaterThan(0.6);
    expect(onTime.size / invoiced.length).toBeLessThan(0.85);
  });

  it('invents people that nobody is: valid documents, addresses that lead nowhere', () => {
    for (const { event } of events) {
      const customer = (event.data.customer ?? event.data) as { document?: string; email?: string };
      if (customer.document) expect(isCpf(customer.document) || isCnpj(customer.document)).toBe(true);
      if (customer.email) expect(customer.email).toMatch(/\.invalid$/);
    }
  });
});

describe('payment codes', () => {
  it('make a BR Code whose checksum closes over itself', () => {
    // The published check value of CRC-16/CCITT-FALSE.
    expect(crc16('123456789')).toBe('29B1');
    const code = brCode('ABCDEFGHIJ0123456789ABCDEF');
    expect(code.slice(-4)).toBe(crc16(code.slice(0, -4)));
    expect(code.slice(-8, -4)).toBe('6304');
  });

  it('make a boleto line of 47 digits with the due factor of its cycle', () => {
    const free = '1234567890123456789012345';
    expect(boletoLine('2025-02-21', 12_345, free)).toMatch(/^\d{33}99990000012345$/);
    expect(boletoLine('2025-02-22', 12_345, free)).toMatch(/^\d{33}10000000012345$/);
  });
});
