import fc from 'fast-check';
import { paymentKey, referenceKey } from './keys';
import { CREDITOR, INVOICE, MemoryBooks, PAYMENT } from '../../test/memory-books';

const ID = { invoice_id: INVOICE.invoice_id };
const { paid_date, ...pending } = PAYMENT;

/** A life of one invoice and its payment, with what lets ingestion order it. */
const facts: readonly { id: string; type: string; data: object }[] = [
  { id: 'a', type: 'invoice-issued', data: { ...INVOICE, source_version: 1 } },
  { id: 'b', type: 'invoice-amended', data: { ...ID, amount_cents: 10_000, source_version: 2 } },
  { id: 'c', type: 'invoice-amended', data: { ...ID, due_date: '2026-04-20', source_version: 3 } },
  { id: 'd', type: 'invoice-issued', data: { ...INVOICE, description: 'Março', amount_cents: 11_000, source_version: 4 } },
  { id: 'e', type: 'invoice-amended', data: { ...ID, due_date: '2026-04-25', source_version: 5 } },
  { id: 'f', type: 'invoice-cancelled', data: { ...ID, source_version: 6 } },
  { id: 'g', type: 'payment-pending', data: { ...pending, occurred_at: '2026-03-08T10:00:00Z' } },
  { id: 'h', type: 'payment-failed', data: { payment_id: 'PAG-1', occurred_at: '2026-03-08T11:00:00Z' } },
  { id: 'i', type: 'payment-received', data: { ...PAYMENT, occurred_at: '2026-03-09T10:00:00Z' } },
  { id: 'j', type: 'payment-refunded', data: { refund_id: 'EST-1', payment_id: 'PAG-1', amount_cents: 500, currency: 'BRL', refunded_date: '2026-03-10' } },
  { id: 'l', type: 'payment-credited', data: { payment_id: 'PAG-1', credit_date: '2026-03-11', fee_cents: 250 } },
  { id: 'k', type: 'payment-refunded', data: { refund_id: 'EST-2', payment_id: 'PAG-1', amount_cents: 700, currency: 'BRL', refunded_date: '2026-03-10' } },
];

/** What stands after a sequence, and what was told of it in the end. */
async function after(sequence: readonly (typeof facts)[number][]) {
  const books = new MemoryBooks();
  for (const { id, type, data } of sequence) expect((await books.take(type, data, { id })).receipt.outcome).not.toBe('rejected');
  const invoice = books.get('reference', referenceKey(CREDITOR, 'FAT-1')).invoice;
  const payment = books.get('payment', paymentKey(CREDITOR, 'upstream', 'PAG-1')).payment;
  const of = (type: string) => books.sent.filter((event) => event.contract.type === `billing.${type}.v1`);
  const versions = books.sent.filter(({ contract }) => contract.type.startsWith('billing.invoice-')).map(({ data }) => (data as { source_version: number }).source_version);
  expect(versions).toEqual(versions.map((_, index) => index + 1));
  expect(new Set(books.sent.map(({ id }) => id)).size).toBe(books.sent.length);
  if (!invoice || invoice.status === 'awaited' || payment?.status !== 'received') throw new Error('The invoice and its payment are known by now.');
  const { version, ...facts } = invoice;
  const { key, customer_id, attempts, ...money } = payment;
  return {
    invoice: facts,
    payment: money,
    reported: of('payment-reported').length,
    cancelled: of('invoice-cancelled').length,
    refunds: of('refund-reported').map(({ data }) => (data as { refund_id: string }).refund_id).sort(),
    refundsUnderPaymentKey: of('refund-reported').every((event) => event.key === key),
    credited: of('payment-credited').map(({ key: under, data }) => [under === key, (data as { fee_cents: number }).fee_cents]),
    refundsAfterPayment: books.sent.findIndex(({ contract }) => contract.type.includes('payment-reported')) < books.sent.findIndex(({ contract }) => contract.type.includes('refund-reported')),
  };
}

describe('the order in which facts come', () => {
  it('leaves no trace: any permutation, with repetitions, gives the same facts', async () => {
    const expected = await after(facts);
    expect(expected).toMatchObject({
      invoice: { status: 'cancelled', description: 'Março', amount_cents: { value: 11_000 }, due_date: { value: '2026-04-25' } },
      payment: { status: 'received', refunds: [{ refund_id: 'EST-1' }, { refund_id: 'EST-2' }] },
      reported: 1, cancelled: 1, refunds: ['EST-1', 'EST-2'], refundsUnderPaymentKey: true, credited: [[true, 250]], refundsAfterPayment: true,
    });
    const twice = fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2, maxLength: facts.length * 2 });
    await fc.assert(fc.asyncProperty(twice, async (sequence) => expect(await after(sequence)).toEqual(expected)), { numRuns: 120, seed: 20_260_310 });
  });
});
