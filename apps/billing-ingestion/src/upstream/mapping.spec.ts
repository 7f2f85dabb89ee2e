import { derivedId } from '@emdia/contracts';
import { referenceKey } from './keys';
import { CREDITOR, INSTALLATION_KEY, INVOICE, MemoryBooks, NOW, PAYMENT } from '../../test/memory-books';
import { upstreamStep } from './mapping';
import { read } from './reading';

const outcome = ({ receipt }: { receipt: { outcome: string; wrong?: { reason: string } } }) => receipt.wrong?.reason ?? receipt.outcome;

describe('one mapping for whatever comes in', () => {
  let books: MemoryBooks;
  beforeEach(() => {
    books = new MemoryBooks();
  });

  it('a municipality told alone brings its state, whatever was told before', async () => {
    await books.take('customer-changed', { creditor_id: CREDITOR, customer_id: 'ana', state: 'AC', occurred_at: '2026-03-01T12:00:00Z' });
    const { events } = await books.take('customer-changed', { creditor_id: CREDITOR, customer_id: 'ana', city_code: '3550308', occurred_at: '2026-03-02T12:00:00Z' });
    expect(events[0]!.data).toMatchObject({ state: 'SP', city_code: '3550308' });
  });

  it('tells the customer first, then the invoice, under one key', async () => {
    const { events, told } = await books.take('invoice-issued', { ...INVOICE, customer: { customer_id: 'ana', document: '529.982.247-25', email: 'ana@exemplo.com.br', name: 'Ana Souza', state: 'SP', city_code: '3550308' } });
    expect(told).toEqual(['customer-changed', 'invoice-issued']);
    expect(new Set(events.map(({ key }) => key))).toEqual(new Set(['boa-forma/ana']));
    expect(events[0]!.data).toMatchObject({ customer_id: 'ana', state: 'SP', city_code: '3550308', has_email: true, source_version: 1 });
    expect(events[1]!.data).toEqual({
      creditor_id: CREDITOR, customer_id: 'ana', receivable_id: derivedId('receivable', CREDITOR, 'FAT-1'), invoice_id: 'FAT-1', number: '2026/001', issue_date: '2026-03-01',
      due_date: '2026-03-20', currency: 'BRL', amount_cents: 12_990, charge_policy: null, instruments: [], source_version: 1,
    });
    expect(JSON.stringify(events)).not.toMatch(/Souza|exemplo|529/);
  });

  it('gives a payment the customer of the invoice it refers to, by id or by number', async () => {
    await books.take('invoice-issued', INVOICE);
    const byId = await books.take('payment-received', PAYMENT);
    const byNumber = await books.take('payment-received', { ...PAYMENT, payment_id: 'PAG-2', reference: '2026/001' });
    for (const { events } of [byId, byNumber]) expect(events[0]).toMatchObject({ key: 'boa-forma/ana', data: { customer_id: 'ana' } });
  });

  it('leaves a number that two customers bear to nobody', async () => {
    await books.take('invoice-issued', INVOICE);
    await books.take('invoice-issued', { ...INVOICE, invoice_id: 'FAT-2', customer: { customer_id: 'bia' } });
    const { events } = await books.take('payment-received', { ...PAYMENT, reference: '2026/001' });
    expect(events[0]).toMatchObject({ key: 'boa-forma/#ref:2026/001', data: { customer_id: null } });
  });

  it('keys a payment by its reference while nobody knows the customer, and by the creditor without one', async () => {
    expect((await books.take('payment-received', PAYMENT)).events[0]).toMatchObject({ key: 'boa-forma/#ref:FAT-1', data: { customer_id: null, reference: 'FAT-1' } });
    const { reference, ...bare } = PAYMENT;
    expect((await books.take('payment-received', { ...bare, payment_id: 'PAG-2' })).events[0]).toMatchObject({ key: 'boa-forma/', data: { customer_id: null, reference: null } });
    expect((await books.take('payment-received', { ...PAYMENT, payment_id: 'PAG-3', customer_id: 'bia' })).events[0]).toMatchObject({ key: 'boa-forma/bia' });
  });

  describe('the same id', () => {
    it('with the same content is one event', async () => {
      await books.take('invoice-issued', INVOICE, { id: 'e-1' });
      const again = await books.take('invoice-issued', INVOICE, { id: 'e-1' });
      expect([outcome(again), again.told]).toEqual(['unchanged', []]);
    });

    it('with other content is never overwritten, and alarms', async () => {
      await books.take('invoice-issued', INVOICE, { id: 'e-1' });
      const other = await books.take('invoice-issued', { ...INVOICE, amount_cents: 1 }, { id: 'e-1' });
      expect([outcome(other), other.told]).toEqual(['conflicting-content', ['event-rejected']]);
      expect(other.events[0]).toMatchObject({ key: 'boa-forma/ana', data: { creditor_id: CREDITOR, customer_id: 'ana', source: null, event_id: 'e-1', reason: 'conflicting-content' } });
      expect(books.get('reference', referenceKey(CREDITOR, 'FAT-1')).invoice?.amount_cents?.value).toBe(12_990);
    });

    it('of another origin is another event', async () => {
      await books.take('payment-received', PAYMENT, { id: 'e-1' });
      expect(outcome(await books.take('payment-received', { ...PAYMENT, payment_id: 'PAG-2' }, { id: 'e-1', origin: `api:${CREDITOR}`, platform: null }))).toBe('accepted');
    });

    it('may be used again after a refusal', async () => {
      await books.take('invoice-issued', { ...INVOICE, amount_cents: 0 }, { id: 'e-1' });
      expect(outcome(await books.take('invoice-issued', INVOICE, { id: 'e-1' }))).toBe('accepted');
    });
  });

  describe('who may speak', () => {
    it('a platform for the creditors it is registered for', async () => {
      const { receipt, events } = await books.take('invoice-issued', { ...INVOICE, creditor_id: 'outra' });
      expect(outcome({ receipt })).toBe('not-its-creditor');
      // Nobody's customers fall silent because a stranger used their name.
      expect(events[0]).toMatchObject({ key: 'unknown/', data: { creditor_id: null, customer_id: null, source: null } });
    });

    it('nobody for a creditor that does not exist', async () => {
      expect(outcome(await books.take('invoice-issued', { ...INVOICE, creditor_id: 'ninguem' }))).toBe('unknown-creditor');
    });

    it('a key for its own creditor, which a body need not name', async () => {
      const key = { origin: `api:${CREDITOR}`, platform: null, creditor_id: CREDITOR, refused: 'tell' as const };
      expect(outcome(await books.take('invoice-issued', { ...INVOICE, creditor_id: undefined }, key))).toBe('accepted');
      const foreign = await books.take('invoice-issued', { ...INVOICE, creditor_id: 'outra' }, key);
      expect([outcome(foreign), foreign.told]).toEqual(['not-its-creditor', []]);
    });
  });

  it('refuses another currency and due dates ten years away', async () => {
    expect(outcome(await books.take('invoice-issued', { ...INVOICE, currency: 'USD' }))).toBe('wrong-currency');
    expect(outcome(await books.take('payment-received', { ...PAYMENT, currency: 'USD' }))).toBe('wrong-currency');
    expect(outcome(await books.take('invoice-issued', { ...INVOICE, due_date: '2036-04-01' }))).toBe('date-out-of-range');
    expect(outcome(await books.take('invoice-issued', { ...INVOICE, due_date: '2015-01-01' }))).toBe('date-out-of-range');
    expect(outcome(await books.take('invoice-amended', { invoice_id: 'FAT-1', due_date: '2036-04-01' }))).toBe('date-out-of-range');
    expect(outcome(await books.take('invoice-issued', { ...INVOICE, due_date: '2026-02-01' }))).toBe('accepted');
  });

  describe('what is refused', () => {
    it('is kept under the customer of the invoice it refers to', async () => {
      await books.take('invoice-issued', INVOICE);
      const { events } = await books.take('payment-received', { ...PAYMENT, amount_cents: -1 });
      expect(events[0]).toMatchObject({ key: 'boa-forma/ana', data: { customer_id: 'ana', source: null, reason: 'contract-violation' } });
    });

    it('names the source of a payment whose customer nobody can read', async () => {
      const { events } = await books.take('payment-received', { ...PAYMENT, source: 'pix', amount_cents: -1 });
      expect(events[0]).toMatchObject({ key: 'boa-forma/', data: { creditor_id: CREDITOR, customer_id: null, source: 'pix' } });
    });

    it('is kept once, however often it comes', async () => {
      await books.take('payment-received', { ...PAYMENT, amount_cents: -1 }, { id: 'e-1' });
      expect((await books.take('payment-received', { ...PAYMENT, amount_cents: -1 }, { id: 'e-1' })).told).toEqual([]);
    });

    it('is done with when it comes again and fits', async () => {
      const file = { origin: 'file:', platform: null, identified: false };
      const { receipt } = await books.take('payment-received', { ...PAYMENT, creditor_id: 'ninguem' }, { ...file, id: 'row' });
      books.states.set('?about:ninguem', { kind: 'about', creditor: { currency: 'BRL' }, platforms: [] });
      expect((await books.take('payment-received', { ...PAYMENT, creditor_id: 'ninguem' }, { ...file, id: 'row' })).told).toEqual(['payment-reported', 'event-resolved']);
      expect(books.get('quarantine', `?quarantine:${(receipt as { quarantine_id: string }).quarantine_id}`).entry).toMatchObject({ status: 'replayed' });
    });

    it('stays with a caller who still has it', async () => {
      const { receipt, told } = await books.take('payment-received', { ...PAYMENT, amount_cents: -1 }, { refused: 'tell' });
      expect(receipt).toMatchObject({ outcome: 'rejected', quarantine_id: null });
      expect(told).toEqual([]);
    });
  });

  it('replays: the fact goes out, then that it is read; what still does not fit stays', async () => {
    const { receipt } = await books.take('payment-received', { ...PAYMENT, amount_cents: -1 });
    const id = receipt.outcome === 'rejected' ? receipt.quarantine_id! : '';
    const replay = (amount_cents: number) => {
      const body = { specversion: '1.0', id: 'c-1', source: '/p', type: 'upstream.payment-received.v1', data: { creditor_id: CREDITOR, ...PAYMENT, amount_cents } };
      const reading = read({ origin: 'plataforma', platform: 'plataforma', creditor_id: null, position: null, body, identified: false, refused: 'tell' }, INSTALLATION_KEY);
      return books.step(upstreamStep(books, reading, INSTALLATION_KEY, { id, actor: 'Rita' }), NOW);
    };
    expect((await replay(0)).result).toMatchObject({ outcome: 'rejected' });
    expect(books.get('quarantine', `?quarantine:${id}`).entry).toMatchObject({ status: 'open' });
    const { events } = await replay(12_990);
    expect(events.map(({ contract }) => contract.type)).toEqual(['billing.payment-reported.v1', 'billing.event-resolved.v1']);
    expect(events[1]!.data).toMatchObject({ rejection_id: id, outcome: 'replayed', source: 'upstream' });
    expect(books.get('quarantine', `?quarantine:${id}`).entry).toMatchObject({ status: 'replayed', resolution: 'replayed by Rita' });
    expect((await replay(12_990)).events).toEqual([]);
  });
});
