import { referenceKey } from '../upstream/keys';
import { CREDITOR, INVOICE, MemoryBooks } from '../../test/memory-books';

const ID = { invoice_id: INVOICE.invoice_id };

describe('an invoice', () => {
  let books: MemoryBooks;
  const invoice = () => books.get('reference', referenceKey(CREDITOR, 'FAT-1')).invoice;
  const reason = async (taken: ReturnType<MemoryBooks['take']>) => {
    const { receipt } = await taken;
    return receipt.outcome === 'rejected' ? receipt.wrong.reason : receipt.outcome;
  };
  beforeEach(() => {
    books = new MemoryBooks();
  });

  it('is amended and cancelled under versions of its own', async () => {
    await books.take('invoice-issued', INVOICE);
    const amended = await books.take('invoice-amended', { ...ID, due_date: '2026-03-25' });
    expect(amended.events.map(({ key, data }) => [key, data])).toEqual([
      ['boa-forma/ana', { creditor_id: CREDITOR, customer_id: 'ana', receivable_id: expect.any(String), invoice_id: 'FAT-1', due_date: '2026-03-25', amount_cents: 12_990, source_version: 2 }],
    ]);
    const cancelled = await books.take('invoice-cancelled', { ...ID, reason: 'desistência' });
    expect(cancelled.events[0]!.data).toMatchObject({ reason: 'desistência', source_version: 3 });
    expect((await books.take('invoice-cancelled', ID)).told).toEqual([]);
    expect((await books.take('invoice-amended', { ...ID, amount_cents: 1 })).told).toEqual([]);
  });

  it('amended and cancelled before it is issued, is told in the order of the facts', async () => {
    expect((await books.take('invoice-cancelled', ID)).told).toEqual([]);
    expect((await books.take('invoice-amended', { ...ID, amount_cents: 9_000 })).told).toEqual([]);
    const { told, events } = await books.take('invoice-issued', INVOICE);
    expect(told).toEqual(['customer-changed', 'invoice-issued', 'invoice-amended', 'invoice-cancelled']);
    expect(events.slice(1).map(({ data }) => (data as { source_version: number }).source_version)).toEqual([1, 2, 3]);
    expect(events[1]!.data).toMatchObject({ amount_cents: 12_990 });
    expect(events[2]!.data).toMatchObject({ amount_cents: 9_000, due_date: '2026-03-20' });
  });

  it('issued again is ignored when it says the same, refused when it contradicts', async () => {
    await books.take('invoice-issued', INVOICE);
    expect(await reason(books.take('invoice-issued', INVOICE))).toBe('unchanged');
    expect(await reason(books.take('invoice-issued', { ...INVOICE, amount_cents: 1 }))).toBe('conflicting-content');
    expect(invoice()).toMatchObject({ amount_cents: { value: 12_990 } });
  });

  it('issued again with a higher version is replaced; with a lower one it is older news', async () => {
    await books.take('invoice-issued', { ...INVOICE, source_version: 5 });
    expect((await books.take('invoice-issued', { ...INVOICE, amount_cents: 9_000, source_version: 6 })).told).toEqual(['invoice-amended']);
    expect((await books.take('invoice-issued', { ...INVOICE, description: 'Março', amount_cents: 9_000, source_version: 7 })).told).toEqual(['invoice-issued']);
    expect(await reason(books.take('invoice-issued', { ...INVOICE, source_version: 2 }))).toBe('unchanged');
    expect(await reason(books.take('invoice-issued', { ...INVOICE, amount_cents: 3, source_version: 7 }))).toBe('conflicting-content');
    expect(invoice()).toMatchObject({ amount_cents: { value: 9_000 }, description: 'Março' });
  });

  it('goes by occurred_at where versions lack', async () => {
    await books.take('invoice-issued', { ...INVOICE, occurred_at: '2026-03-01T10:00:00Z' });
    await books.take('invoice-amended', { ...ID, due_date: '2026-04-01', occurred_at: '2026-03-03T10:00:00Z' });
    expect((await books.take('invoice-amended', { ...ID, due_date: '2026-03-28', occurred_at: '2026-03-02T09:00:00-03:00' })).told).toEqual([]);
    expect(invoice()).toMatchObject({ due_date: { value: '2026-04-01' } });
  });

  it('never moves to another customer', async () => {
    await books.take('invoice-issued', { ...INVOICE, source_version: 1 });
    expect(await reason(books.take('invoice-issued', { ...INVOICE, source_version: 2, customer: { customer_id: 'bia' } }))).toBe('conflicting-content');
  });

  it('cancelled stays cancelled', async () => {
    await books.take('invoice-issued', { ...INVOICE, source_version: 1 });
    await books.take('invoice-cancelled', { ...ID, source_version: 2 });
    expect((await books.take('invoice-issued', { ...INVOICE, amount_cents: 5, source_version: 3 })).told).toEqual([]);
    expect(invoice()).toMatchObject({ status: 'cancelled' });
  });

  it('resolves ties of an amendment: after its issue, and by event id among amendments', async () => {
    await books.take('invoice-issued', { ...INVOICE, source_version: 1 }, { id: 'z' });
    await books.take('invoice-amended', { ...ID, amount_cents: 100, source_version: 1 }, { id: 'b' });
    await books.take('invoice-amended', { ...ID, amount_cents: 200, source_version: 1 }, { id: 'a' });
    expect(invoice()).toMatchObject({ amount_cents: { value: 100 } });
  });
});
