import { call, told as toldBy } from '../../test/webhook-context';
import { killBill } from './kill-bill';

const [ACCOUNT, INVOICE, PAYMENT, PURCHASE, REFUND] = ['a', 'b', 'c', 'd', 'e'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`) as [string, string, string, string, string];
const event = (eventType: string, more: object = {}) => ({ eventType, accountId: ACCOUNT, objectType: 'INVOICE', objectId: INVOICE, metaData: null, ...more });
const told = (eventType: string, more: object = {}, answers: Record<string, unknown> = {}, context: object = {}) => toldBy(killBill, event(eventType, more), { asks: true, answers, ...context });
const INVOICE_PATH = `/1.0/kb/invoices/${INVOICE}`;
const ACCOUNT_PATH = `/1.0/kb/accounts/${ACCOUNT}`;
const PAYMENTS_PATH = `${INVOICE_PATH}/payments`;
const invoice = { invoiceId: INVOICE, amount: '129.90', creditAdj: 0, refundAdj: 0, balance: 129.9, currency: 'BRL', status: 'COMMITTED', invoiceDate: '2026-03-01', targetDate: '2026-03-01', invoiceNumber: '42', accountId: ACCOUNT };
const account = { accountId: ACCOUNT, externalKey: 'aluno-17', name: 'Ana Souza', email: 'ana@exemplo.com.br', currency: 'BRL' };
const purchase = { transactionId: PURCHASE, paymentId: PAYMENT, transactionType: 'PURCHASE', effectiveDate: '2026-03-10T01:30:00.000Z', status: 'SUCCESS', amount: 129.9, currency: 'BRL', processedAmount: 129.9, processedCurrency: 'BRL', gatewayErrorCode: null };
const payment = (...transactions: object[]) => ({ targetInvoiceId: INVOICE, accountId: ACCOUNT, paymentId: PAYMENT, transactions });
const TELLS = { payment_id: PURCHASE, source: 'loja', reference: INVOICE, occurred_at: '2026-03-10T01:30:00.000Z' };
const AS_OF = '2026-03-10T12:00:00.000Z';

describe('Kill Bill', () => {
  it('only says that something happened; what it is, is asked', () => {
    expect(told('INVOICE_CREATION')).toEqual({ ask: [INVOICE_PATH, ACCOUNT_PATH] });
    expect(told('INVOICE_CREATION', {}, { [INVOICE_PATH]: invoice })).toEqual({ ask: [ACCOUNT_PATH] });
    expect(told('INVOICE_CREATION', {}, { [INVOICE_PATH]: invoice, [ACCOUNT_PATH]: account }, { due_days: 9 })).toEqual([{
      type: 'upstream.invoice-issued.v1',
      data: { invoice_id: INVOICE, number: '42', issue_date: '2026-03-01', due_date: '2026-03-10', currency: 'BRL', amount_cents: 12_990, customer: { customer_id: 'aluno-17', name: 'Ana Souza', email: 'ana@exemplo.com.br' }, occurred_at: AS_OF },
    }]);
    expect(told('INVOICE_CREATION', { objectId: '../../admin' })).toBe('unmappable: `objectId` is missing or of another kind.');
  });

  it('owes what was charged less the credit used, whatever was paid of it', () => {
    const issued = (more: object) => told('INVOICE_CREATION', {}, { [INVOICE_PATH]: { ...invoice, ...more }, [ACCOUNT_PATH]: account });
    expect(issued({ creditAdj: '-29.900000000', balance: 0 })).toMatchObject([{ data: { amount_cents: 10_000 } }]);
    expect([issued({ status: 'DRAFT' }), issued({ amount: 0 })]).toEqual(['ignored', 'ignored']);
    expect(issued({ status: 'VOID' })).toMatchObject([{ type: 'upstream.invoice-cancelled.v1' }]);
    expect(told('INVOICE_ADJUSTMENT', {}, { [INVOICE_PATH]: { ...invoice, amount: 99.9 } })).toEqual([{ type: 'upstream.invoice-amended.v1', data: { invoice_id: INVOICE, amount_cents: 9_990, occurred_at: AS_OF } }]);
    expect(told('INVOICE_ADJUSTMENT', {}, { [INVOICE_PATH]: { ...invoice, amount: 0 } })).toMatchObject([{ type: 'upstream.invoice-cancelled.v1' }]);
  });

  it('holds while a payment is pending or unknown: that is no failure', () => {
    for (const status of ['PENDING', 'UNKNOWN'])
      for (const type of ['INVOICE_PAYMENT_SUCCESS', 'INVOICE_PAYMENT_FAILED'])
        expect(told(type, {}, { [PAYMENTS_PATH]: [payment({ ...purchase, status, processedAmount: null })] })).toEqual([{ type: 'upstream.payment-pending.v1', data: { ...TELLS, amount_cents: 12_990, currency: 'BRL' } }]);
    for (const status of ['PAYMENT_FAILURE', 'PLUGIN_FAILURE'])
      expect(told('INVOICE_PAYMENT_FAILED', {}, { [PAYMENTS_PATH]: [payment({ ...purchase, status, gatewayErrorCode: '51' })] })).toEqual([{ type: 'upstream.payment-failed.v1', data: { ...TELLS, code: '51', attempt: { attempt_id: PURCHASE, network_code: '51', amount_cents: 12_990 } } }]);
    const methodOf = (gatewayErrorCode: string) => told('INVOICE_PAYMENT_FAILED', {}, { [PAYMENTS_PATH]: [{ ...payment({ ...purchase, status: 'PAYMENT_FAILURE', gatewayErrorCode }), paymentMethodId: ACCOUNT }] });
    expect(methodOf('43')).toMatchObject([{ data: { attempt: { network_code: '43', card: ACCOUNT } } }]);
    expect(methodOf('declined')).not.toMatchObject([{ data: { attempt: { card: ACCOUNT } } }]);
    expect(told('INVOICE_PAYMENT_FAILED', {}, { [PAYMENTS_PATH]: [payment({ ...purchase, status: 'PAYMENT_SYSTEM_OFF' })] })).toBe('ignored');
    expect(told('INVOICE_PAYMENT_FAILED', {}, { [PAYMENTS_PATH]: [payment({ ...purchase, status: 'SOMETHING_NEW' })] })).toContain('unmappable');
  });

  it('believes what the payment is now, and gives back what was given back', () => {
    const refund = { ...purchase, transactionId: REFUND, transactionType: 'REFUND', effectiveDate: '2026-03-12T12:00:00.000Z', amount: 10, processedAmount: 10 };
    const failed = { ...purchase, transactionId: ACCOUNT, status: 'PAYMENT_FAILURE' };
    const answer = { [PAYMENTS_PATH]: [payment(failed, purchase, refund, { ...refund, status: 'PENDING' })] };
    // Told of a failure, and it has succeeded since.
    expect(told('INVOICE_PAYMENT_FAILED', {}, answer)).toEqual([
      expect.objectContaining({ type: 'upstream.payment-failed.v1', data: expect.objectContaining({ payment_id: ACCOUNT }) }),
      { type: 'upstream.payment-received.v1', data: { ...TELLS, amount_cents: 12_990, currency: 'BRL', paid_date: '2026-03-09' } },
      { type: 'upstream.payment-refunded.v1', data: { refund_id: REFUND, payment_id: PURCHASE, source: 'loja', amount_cents: 1_000, currency: 'BRL', refunded_date: '2026-03-12' } },
    ]);
  });

  it('reads metaData as JSON in a text, or null', () => {
    const path = `/1.0/kb/invoicePayments/${PAYMENT}`;
    for (const metaData of [null, '', '{}', 'no JSON', '[]']) expect(told('PAYMENT_SUCCESS', { objectType: 'PAYMENT', objectId: PAYMENT, metaData })).toEqual({ ask: [path] });
    expect(told('PAYMENT_SUCCESS', { objectId: INVOICE, metaData: JSON.stringify({ paymentId: PAYMENT, status: 'SUCCESS' }) })).toEqual({ ask: [path] });
    expect(told('PAYMENT_SUCCESS', { objectId: PAYMENT }, { [path]: payment(purchase) })).toMatchObject([{ type: 'upstream.payment-received.v1' }]);
    expect(told('PAYMENT_SUCCESS', { metaData: JSON.stringify({ paymentId: '../x' }) })).toContain('paymentId');
  });

  it('knows customers, and leaves the overdue state of an account alone', () => {
    expect(told('ACCOUNT_CHANGE', {}, { [ACCOUNT_PATH]: { ...account, externalKey: 'not an id' } })).toEqual([{ type: 'upstream.customer-changed.v1', data: { customer_id: ACCOUNT, name: 'Ana Souza', email: 'ana@exemplo.com.br', occurred_at: AS_OF } }]);
    for (const type of ['OVERDUE_CHANGE', 'SUBSCRIPTION_CREATION', 'valueOf']) expect(told(type, { objectType: 'ACCOUNT' })).toBe('ignored');
    const identity = (more: object) => killBill.identify(call(event('PAYMENT_FAILED', more))).identity;
    expect(new Set([identity({}), identity({ metaData: '{"status":"UNKNOWN"}' }), identity({ objectId: PAYMENT })]).size).toBe(3);
  });
});
