import fc from 'fast-check';
import { v5 } from 'uuid';
import { contracts, decode, derivedId, encode, invalid, NAMESPACE, NegotiationHeartbeat, NotAnEvent, outgoing, UpstreamInvoiceIssued, UpstreamPaymentReceived } from './index';

const now = new Date('2026-03-02T12:00:00Z');
const beat = (data = { partition: 1, wall_epoch_ms: 5 }) =>
  outgoing(NegotiationHeartbeat, { id: derivedId('beat', 1), key: 'heartbeat/1', creditor_id: '', now, data, partition: 1 });
const body = (change: Record<string, unknown> = {}) => ({ ...JSON.parse(encode(beat(), 'negotiation')), ...change });

describe('a CloudEvent', () => {
  it('comes back as it was sent', () => {
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect(decode(encode(beat(), 'negotiation', trace))).toEqual({
      id: derivedId('beat', 1), type: 'negotiation.heartbeat.v1', source: '/emdia/negotiation', key: 'heartbeat/1', time: '2026-03-02T12:00:00.000Z',
      creditor_id: '', traceparent: trace, data: { partition: 1, wall_epoch_ms: 5 },
    });
  });

  it('has the attributes of CloudEvents 1.0, all lower case', () => {
    expect(Object.keys(body()).sort()).toEqual(['creditorid', 'data', 'datacontenttype', 'id', 'partitionkey', 'source', 'specversion', 'time', 'type']);
    for (const name of Object.keys(body())) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });

  it('may come from a stranger without our own attributes', () => {
    expect(decode(JSON.stringify({ specversion: '1.0', id: '1', source: 's', type: 't', data: {} }))).toEqual({ id: '1', type: 't', source: 's', key: '', time: '', creditor_id: '', data: {} });
  });

  it.each([
    ['specversion 0.3', { specversion: '0.3' }, 'specversion'],
    ['no id', { id: undefined }, 'id'],
    ['an empty id', { id: '' }, 'id'],
    ['an id beyond 200 characters', { id: 'x'.repeat(201) }, 'id'],
    ['a number for a source', { source: 5 }, 'source'],
    ['no type', { type: null }, 'type'],
    ['no data', { data: undefined }, 'data'],
    ['a list for data', { data: [] }, 'data'],
    ['null for data', { data: null }, 'data'],
  ])('is none with %s', (_, change, name) => {
    expect(() => decode(JSON.stringify(body(change)))).toThrow(new RegExp(`\`${name}\``));
    expect(() => decode(JSON.stringify(body(change)))).toThrow(NotAnEvent);
  });

  it.each(['', '{', 'null', '5', '[]', '"text"', '{"specversion": "1.0", "name": "Ana Souza" x'])('is not %j, and the refusal quotes nothing of it', (text) => {
    expect(() => decode(text)).toThrow(NotAnEvent);
    expect(() => decode(text)).not.toThrow(/Ana/);
  });

  it('is refused with one kind of error, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      try {
        expect(decode(text)).toEqual(expect.objectContaining({ id: expect.any(String) }));
      } catch (error) {
        expect(error).toBeInstanceOf(NotAnEvent);
      }
    }));
  });

  it('does not go out when its data break its contract', () => {
    expect(() => beat({ partition: -1, wall_epoch_ms: 5 })).toThrow('negotiation.heartbeat.v1 would go out invalid: /partition must be >= 0');
  });
});

describe('a derived id', () => {
  it('is the same for the same parts, another for others, however they are cut', () => {
    expect(derivedId('notice', 'a', 1)).toBe(derivedId('notice', 'a', '1'));
    expect(derivedId('notice', 'a', 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(derivedId('ab', 'c')).not.toBe(derivedId('a', 'bc'));
    expect(derivedId('receivable', 'acme', 'invoice-1')).toBe('bee33d5c-788f-529b-9b9b-0f99f10d9e2e');
  });

  it('is refused to half a character, which has no bytes of its own', () => {
    expect(() => derivedId('a\ud800')).toThrow(URIError);
    expect(derivedId('😀')).toBe(v5('😀', NAMESPACE));
  });

  it('is a UUID of version 5 as others make it', () => {
    // Longer than the bytes kept for names.
    for (const length of [1_365, 1_366, 5_000]) expect(derivedId('ã€😀'.repeat(length))).toBe(v5('ã€😀'.repeat(length), NAMESPACE));
    fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 }), (parts) => expect(derivedId(...parts)).toBe(v5(parts.join('\u001f'), NAMESPACE))));
  });
});

describe('a contract', () => {
  const payment = { creditor_id: 'acme', payment_id: 'p-1', amount_cents: 100, currency: 'BRL', paid_date: '2026-02-28' };
  const invoice = { creditor_id: 'acme', invoice_id: 'i-1', issue_date: '2026-01-01', due_date: '2026-02-28', currency: 'BRL', amount_cents: 100, customer: { customer_id: 'c-1' } };

  it('accepts what fits, and fields that a later minor version may bring', () => {
    expect(invalid(UpstreamPaymentReceived, payment)).toBeNull();
    expect(invalid(UpstreamInvoiceIssued, { ...invoice, novelty: true, customer: { customer_id: 'c-1', nickname: 'x' } })).toBeNull();
  });

  it.each([
    ['negative cents', { amount_cents: -1 }, '/amount_cents'],
    ['no cents', { amount_cents: 0 }, '/amount_cents'],
    ['fractions of a cent', { amount_cents: 0.5 }, '/amount_cents'],
    ['cents as a text', { amount_cents: '100' }, '/amount_cents'],
    ['a currency in lower case', { currency: 'brl' }, '/currency'],
    ['a day that does not exist', { paid_date: '2026-02-29' }, '/paid_date'],
    ['a day with a time', { paid_date: '2026-02-28T00:00:00Z' }, '/paid_date'],
    ['a creditor that is no slug', { creditor_id: 'ACME Ltda' }, '/creditor_id'],
    ['a reference with blanks', { reference: 'a b' }, '/reference'],
    ['no payment id', { payment_id: undefined }, '/'],
  ])('refuses %s and says where', (_, change, path) => {
    expect(invalid(UpstreamPaymentReceived, { ...payment, ...change })).toEqual({ path, rule: expect.any(String) });
  });

  it('is named by service, thing and version, and describes itself in a sentence', () => {
    for (const { type, describes, topic } of contracts.values()) {
      expect(type).toMatch(/^[a-z]+\.[a-z]+(-[a-z]+)*\.v[1-9]\d*$/);
      expect(describes).toMatch(/^[A-Za-z].{9,}\.$/);
      expect(topic).toMatch(/^[a-z]+(\.<platform>)?\.events\.v1$/);
    }
  });
});
