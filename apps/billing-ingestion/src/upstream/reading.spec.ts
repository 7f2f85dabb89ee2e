import { CREDITOR, INSTALLATION_KEY, INVOICE } from '../../test/memory-books';
import { read, type Arrival, type Reading } from './reading';

const door: Omit<Arrival, 'body'> = { origin: 'plataforma', platform: 'plataforma', creditor_id: null, position: null, identified: true, refused: 'quarantine' };
const event = (type: string, data: unknown, more: object = {}) => JSON.stringify({ specversion: '1.0', id: 'e-1', source: '/p', type, data, ...more });
const reading = (body: unknown): Reading => read({ ...door, body }, INSTALLATION_KEY);
const reason = (body: unknown): string | null => {
  const made = reading(body);
  return 'wrong' in made ? made.wrong.reason : null;
};
const issued = (changes: object = {}) => event('upstream.invoice-issued.v1', { creditor_id: CREDITOR, ...INVOICE, ...changes });

describe('reading what strangers send', () => {
  it('takes what fits its contract', () => {
    expect(reason(issued())).toBeNull();
    expect(reading(issued()).concerns).toEqual({ creditor_id: CREDITOR, customer_id: 'ana', references: ['FAT-1', '2026/001'], payment: null });
  });

  it.each([
    ['no JSON', '{"nome": "Ana', 'not-an-event'],
    ['a list', '[]', 'not-an-event'],
    ['another specversion', event('upstream.invoice-issued.v1', {}, { specversion: '0.3' }), 'not-an-event'],
    ['no data', event('upstream.invoice-issued.v1', null), 'not-an-event'],
    ['an unknown type', event('upstream.invoice-framed.v1', {}), 'unknown-type'],
    ['an event of the house', event('billing.invoice-issued.v1', {}), 'unknown-type'],
    ['a version to come', event('upstream.invoice-issued.v9', {}), 'unknown-version'],
    ['a missing field', event('upstream.invoice-issued.v1', { creditor_id: CREDITOR }), 'contract-violation'],
    ['negative cents', issued({ amount_cents: -1 }), 'contract-violation'],
    ['no cents', issued({ amount_cents: 0 }), 'contract-violation'],
    ['fractional cents', issued({ amount_cents: 129.9 }), 'contract-violation'],
    ['cents as text', issued({ amount_cents: '12990' }), 'contract-violation'],
    ['a date that does not exist', issued({ due_date: '2026-02-30' }), 'contract-violation'],
    ['a leap day of a common year', issued({ due_date: '2026-02-29' }), 'contract-violation'],
    ['an instant for a date', issued({ due_date: '2026-03-20T00:00:00Z' }), 'contract-violation'],
    ['an e-mail that is none', issued({ customer: { customer_id: 'ana', email: 'ana' } }), 'contract-violation'],
    ['a municipality of another state', issued({ customer: { customer_id: 'ana', state: 'RJ', city_code: '3550308' } }), 'unknown-city'],
    ['a municipality of no state', issued({ customer: { customer_id: 'ana', city_code: '9950308' } }), 'unknown-city'],
    ['a UF that is none', issued({ customer: { customer_id: 'ana', state: 'XX' } }), 'unknown-state'],
    ['an amendment of nothing', event('upstream.invoice-amended.v1', { creditor_id: CREDITOR, invoice_id: 'FAT-1' }), 'contract-violation'],
    ['a NUL character', issued({ description: 'a\u0000b' }), 'unstorable-text'],
    ['half a character', issued({ description: 'a\ud83d' }), 'unstorable-text'],
    ['more than 256 KiB', issued({ note: 'x'.repeat(256 * 1024) }), 'oversized'],
  ])('refuses %s', (_, body, expected) => expect(reason(body)).toBe(expected));

  it('keeps whole characters, and backslashes that only look like NUL', () => {
    expect(reason(issued({ description: 'aula \ud83d\ude00 \\u0000' }))).toBeNull();
  });

  it('says whom a refused event concerns', () => {
    const refused = event('upstream.payment-received.v1', { creditor_id: CREDITOR, payment_id: 'PAG-1', reference: 'FAT-1', source: 'pix', amount_cents: -5 });
    expect(reading(refused).concerns).toEqual({ creditor_id: CREDITOR, customer_id: null, references: ['FAT-1'], payment: { source: 'pix', payment_id: 'PAG-1' } });
  });

  it('tells nothing personal in its reasons', () => {
    for (const body of ['{"nome": "Ana Souza', issued({ customer: { customer_id: 'ana', email: 'ana.souza', document: '529.982.247-25' } })])
      expect(JSON.stringify((reading(body) as { wrong: unknown }).wrong)).not.toMatch(/ana|souza|529/i);
  });

  it('never lets a CPF or CNPJ stand as a customer id', () => {
    const made = reading(issued({ customer: { customer_id: '52998224725' } }));
    expect(made.concerns.customer_id).toMatch(/^doc-[0-9a-f]{24}$/);
    expect(JSON.stringify('content' in made && made.content)).not.toContain('52998224725');
    expect(reading(issued({ customer: { customer_id: '52998224724' } })).concerns.customer_id).toBe('52998224724');
  });

  it('gives equal content an equal hash, whatever the order and what nobody reads', () => {
    const { invoice_id, ...rest } = INVOICE;
    const other = event('upstream.invoice-issued.v1', { ...rest, invoice_id, creditor_id: CREDITOR, color: 'blue' });
    expect(reading(other).content_hash).toBe(reading(issued()).content_hash);
    expect(reading(issued({ amount_cents: 1 })).content_hash).not.toBe(reading(issued()).content_hash);
  });
});
