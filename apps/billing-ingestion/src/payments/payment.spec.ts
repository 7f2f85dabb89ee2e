import { derivedId } from '@emdia/contracts';
import { paymentKey } from '../upstream/keys';
import { CREDITOR, INVOICE, MemoryBooks, PAYMENT } from '../../test/memory-books';

const { paid_date, ...PENDING } = PAYMENT;
const FAILED = { payment_id: 'PAG-1', code: 'AM04' };
const REFUND = { refund_id: 'EST-1', payment_id: 'PAG-1', amount_cents: 1_000, currency: 'BRL', refunded_date: '2026-03-10' };

describe('a payment', () => {
  let books: MemoryBooks;
  const told = async (type: string, data: object) => (await books.take(type, data)).told;
  const payment = () => books.get('payment', paymentKey(CREDITOR, 'upstream', 'PAG-1')).payment;
  beforeEach(() => {
    books = new MemoryBooks();
  });

  it('is reported with the day the money is there', async () => {
    const { events } = await books.take('payment-received', { ...PAYMENT, customer_id: 'ana', source: 'pix', credit_date: '2026-03-11' });
    expect(events[0]).toMatchObject({ key: 'boa-forma/ana', contract: { type: 'billing.payment-reported.v1' } });
    expect(events[0]!.data).toEqual({ creditor_id: CREDITOR, payment_id: 'PAG-1', source: 'pix', customer_id: 'ana', reference: 'FAT-1', amount_cents: 12_990, currency: 'BRL', paid_date: '2026-03-09', credit_date: '2026-03-11' });
  });

  it('counts once; with another amount it is a contradiction', async () => {
    await told('payment-received', PAYMENT);
    expect(await told('payment-received', PAYMENT)).toEqual([]);
    const { receipt, told: alarm } = await books.take('payment-received', { ...PAYMENT, amount_cents: 1 });
    expect([receipt, alarm]).toEqual([expect.objectContaining({ outcome: 'rejected', wrong: expect.objectContaining({ reason: 'conflicting-content' }) }), ['event-rejected']]);
    expect(payment()).toMatchObject({ amount_cents: 12_990 });
  });

  it('tells gross, fee and discount apart; what is net is told gross', async () => {
    const { events } = await books.take('payment-received', { ...PAYMENT, fee_cents: 290, discount_cents: 500, credited: false });
    expect(events[0]!.data).toMatchObject({ amount_cents: 12_990, fee_cents: 290, discount_cents: 500, credited: false });
    const net = await books.take('payment-received', { ...PAYMENT, payment_id: 'PAG-2', amount_basis: 'NET', amount_cents: 12_700, fee_cents: 290 });
    expect(net.events[0]!.data).toMatchObject({ amount_cents: 12_990, fee_cents: 290 });
    const { receipt } = await books.take('payment-received', { ...PAYMENT, payment_id: 'PAG-3', amount_basis: 'NET' });
    expect(receipt).toMatchObject({ outcome: 'rejected', wrong: { reason: 'contract-violation', detail: expect.stringContaining('needs the fee') } });
  });

  it('tells late charges as its source does; told once more with them, or without, it is the same payment', async () => {
    const charges = { fine_cents: 200, interest_cents: 33 };
    expect((await books.take('payment-received', { ...PAYMENT, charges })).events[0]!.data).toMatchObject({ amount_cents: 12_990, charges });
    expect(await told('payment-received', PAYMENT)).toEqual([]);
    expect(payment()).toMatchObject({ charges });
    await told('payment-received', { ...PAYMENT, payment_id: 'PAG-2' });
    expect((await books.take('payment-received', { ...PAYMENT, payment_id: 'PAG-2', charges })).receipt).toMatchObject({ outcome: 'unchanged' });
    expect((await books.take('payment-received', { ...PAYMENT, payment_id: 'PAG-3', charges: { fine_cents: 200 } })).receipt).toMatchObject({ outcome: 'rejected' });
  });

  it('credited later is told under its key, after it, also when the credit was known first', async () => {
    const credit = { payment_id: 'PAG-1', credit_date: '2026-03-11', fee_cents: 290 };
    expect(await told('payment-credited', credit)).toEqual([]);
    const { events } = await books.take('payment-received', { ...PAYMENT, customer_id: 'ana' });
    expect(events.map(({ contract, key }) => [contract.type, key])).toEqual([['billing.payment-reported.v1', 'boa-forma/ana'], ['billing.payment-credited.v1', 'boa-forma/ana']]);
    expect(events[1]!.data).toMatchObject({ payment_id: 'PAG-1', credit_date: '2026-03-11', fee_cents: 290 });
    expect(await told('payment-credited', credit)).toEqual([]);
    expect((await books.take('payment-credited', { ...credit, fee_cents: 1 })).receipt).toMatchObject({ outcome: 'rejected', wrong: { reason: 'conflicting-content' } });
    await told('payment-received', { ...PAYMENT, payment_id: 'PAG-2' });
    expect(await told('payment-credited', { ...credit, payment_id: 'PAG-2' })).toEqual(['payment-credited']);
  });

  it('charged back is given back with its reason', async () => {
    await told('payment-received', PAYMENT);
    const { events } = await books.take('payment-refunded', { ...REFUND, reason: 'chargeback' });
    expect(events[0]!.data).toMatchObject({ refund_id: 'EST-1', reason: 'chargeback' });
  });

  it('of another source is another payment', async () => {
    await told('payment-received', PAYMENT);
    expect(await told('payment-received', { ...PAYMENT, source: 'pix' })).toEqual(['payment-reported']);
  });

  it('received wins over pending and over failed', async () => {
    expect(await told('payment-pending', PENDING)).toEqual(['payment-pending']);
    expect(await told('payment-failed', FAILED)).toEqual(['payment-failed']);
    expect(await told('payment-received', PAYMENT)).toEqual(['payment-reported']);
    expect(await told('payment-failed', FAILED)).toEqual([]);
    expect(await told('payment-pending', PENDING)).toEqual([]);
    expect(payment()).toMatchObject({ status: 'received' });
  });

  it('tried anew later goes pending again', async () => {
    await told('payment-pending', { ...PENDING, occurred_at: '2026-03-08T10:00:00Z' });
    await told('payment-failed', { ...FAILED, occurred_at: '2026-03-08T11:00:00Z' });
    expect(await told('payment-pending', { ...PENDING, occurred_at: '2026-03-08T09:00:00Z' })).toEqual([]);
    expect(await told('payment-pending', { ...PENDING, occurred_at: '2026-03-09T10:00:00Z' })).toEqual(['payment-pending']);
    expect(await told('payment-failed', { ...FAILED, occurred_at: '2026-03-08T12:00:00Z' })).toEqual([]);
    expect(payment()).toMatchObject({ status: 'pending' });
    const ids = books.sent.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('a declined charge is told though it never was pending, once and again, with the card as a key', async () => {
    const attempt = { attempt_id: 'ch_1', rail: 'CARD', card: 'tok-1', brand: 'visa', network_code: '51', amount_cents: 12_990, next_attempt_at: '2026-03-12T12:00:00Z' };
    const declined = { ...FAILED, customer_id: 'ana', reference: 'FAT-1', occurred_at: '2026-03-08T11:00:00Z', attempt };
    const { events } = await books.take('payment-failed', declined);
    expect(events).toMatchObject([{ key: 'boa-forma/ana', contract: { type: 'billing.charge-declined.v1' } }]);
    const { card, attempt_id: _, ...said } = attempt;
    expect(events[0]!.data).toEqual({
      creditor_id: CREDITOR, payment_id: 'PAG-1', source: 'upstream', customer_id: 'ana', reference: 'FAT-1', attempt_id: derivedId('charge-attempt', CREDITOR, 'upstream', 'ch_1', ''),
      attempted_at: '2026-03-08T11:00:00Z', code: 'AM04', card_key: expect.stringMatching(/^[0-9a-f]{64}$/), ...said,
    });
    expect(JSON.stringify(events)).not.toContain('tok-1');
    // Another telling of it, which changes nothing of the payment: the same attempt, another event.
    const [again] = (await books.take('payment-failed', { ...declined, attempt: { attempt_id: 'ch_1', advice_code: '24' } })).events;
    const idOf = ({ data }: { readonly data: unknown }) => (data as { attempt_id: string }).attempt_id;
    expect([idOf(again!), again!.id === events[0]!.id]).toEqual([idOf(events[0]!), false]);
    // Without an id the time tells attempts apart; also where the payment had been received in the end.
    await told('payment-received', { ...PAYMENT, customer_id: 'ana' });
    const [late] = (await books.take('payment-failed', { ...declined, occurred_at: '2026-03-09T11:00:00Z', attempt: { rail: 'CARD' } })).events;
    expect(late!.data).toMatchObject({ attempted_at: '2026-03-09T11:00:00Z' });
    expect(idOf(late!)).not.toBe(idOf(events[0]!));
    expect(await told('payment-failed', { ...declined, occurred_at: '2026-03-10T11:00:00Z', attempt: undefined })).toEqual([]);
  });

  it('a declined charge that names nobody is its payment\'s customer\'s; a card\'s number is refused', async () => {
    await told('payment-pending', { ...PENDING, customer_id: 'ana' });
    const { events } = await books.take('payment-failed', { payment_id: 'PAG-1', attempt: {} });
    expect(events.map(({ contract, key }) => [contract.type, key])).toEqual([['billing.payment-failed.v1', 'boa-forma/ana'], ['billing.charge-declined.v1', 'boa-forma/ana']]);
    const { receipt } = await books.take('payment-failed', { ...FAILED, attempt: { card: '4242424242424242' } });
    expect(receipt).toMatchObject({ outcome: 'rejected', wrong: { reason: 'contract-violation' } });
  });

  it('failed before it was known is told after it', async () => {
    expect(await told('payment-failed', FAILED)).toEqual([]);
    expect(await told('payment-pending', PENDING)).toEqual(['payment-pending', 'payment-failed']);
  });

  it('gives back what is refunded under its own key, also when the refund came first', async () => {
    expect(await told('payment-refunded', REFUND)).toEqual([]);
    await told('payment-pending', PENDING);
    expect(await told('payment-received', PAYMENT)).toEqual(['payment-reported', 'refund-reported']);
    await books.take('invoice-issued', INVOICE);
    const { events } = await books.take('payment-refunded', { ...REFUND, refund_id: 'EST-2' });
    expect(events.map(({ key }) => key)).toEqual(['boa-forma/#ref:FAT-1']);
    expect(await told('payment-refunded', REFUND)).toEqual([]);
    expect((await books.take('payment-refunded', { ...REFUND, amount_cents: 2 })).receipt).toMatchObject({ outcome: 'rejected', wrong: { reason: 'conflicting-content' } });
  });

  it('pending under a reference, received under its customer: what waited there is released', async () => {
    await told('payment-pending', PENDING);
    await books.take('invoice-issued', INVOICE);
    const { events } = await books.take('payment-received', PAYMENT);
    expect(events.map(({ contract, key }) => [contract.type, key])).toEqual([
      ['billing.payment-failed.v1', 'boa-forma/#ref:FAT-1'],
      ['billing.payment-reported.v1', 'boa-forma/ana'],
    ]);
  });
});
