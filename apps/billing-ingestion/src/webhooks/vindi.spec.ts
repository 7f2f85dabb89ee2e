import { call, told as toldBy } from '../../test/webhook-context';
import { vindi } from './vindi';

const CHARGE = { id: 21, amount: '19.9', status: 'paid', due_at: '2026-03-10T23:59:59.000-03:00', paid_at: '2026-03-09T22:10:00.000-03:00', payment_method: { code: 'bank_slip' }, last_transaction: { id: 31, transaction_type: 'charge', status: 'success', amount: '19.9', gateway_response_code: '00' } };
const BILL = {
  id: 11, code: null, amount: '19.9', status: 'pending', created_at: '2026-03-01T21:30:00.000-03:00', due_at: '2026-03-10T23:59:59.000-03:00', url: 'https://vindi.example/11',
  bill_items: [{ product: { name: 'Plano mensal' } }], charges: [{ ...CHARGE, status: 'pending', paid_at: null }], customer: { id: 5, name: 'Ana Souza', email: 'ana@exemplo.com.br', code: 'aluno-17' },
};
const body = (type: string, data: object, created_at = '2026-03-09T22:30:00.000-03:00') => ({ event: { type, created_at, data } });
const told = (type: string, data: object) => toldBy(vindi, body(type, data));
const OCCURRED = '2026-03-10T01:30:00.000Z';

describe('Vindi', () => {
  it('issues a bill, due on the civil day that 23:59:59-03:00 means', () => {
    expect(told('bill_created', { bill: BILL })).toEqual([{
      type: 'upstream.invoice-issued.v1',
      data: {
        invoice_id: 'vindi-11', description: 'Plano mensal', issue_date: '2026-03-01', due_date: '2026-03-10', currency: 'BRL', amount_cents: 1_990, occurred_at: OCCURRED,
        customer: { customer_id: 'aluno-17', name: 'Ana Souza', email: 'ana@exemplo.com.br' }, instruments: [{ rail: 'BOLETO', url: 'https://vindi.example/11' }],
      },
    }]);
    // The same instant told in UTC is already the next day there, and the same day here.
    expect(told('bill_created', { bill: { ...BILL, due_at: '2026-03-11T02:59:59Z' } })).toMatchObject([{ data: { due_date: '2026-03-10' } }]);
    expect(told('bill_created', { bill: { ...BILL, due_at: null, charges: [CHARGE] } })).toMatchObject([{ data: { due_date: '2026-03-10' } }]);
    expect(told('bill_created', { bill: { ...BILL, due_at: null, charges: [], customer: { id: 5, code: 'not an id' } } })).toMatchObject([{ data: { due_date: '2026-03-01', customer: { customer_id: 'vindi-5' } } }]);
  });

  it('takes amounts from texts', () => {
    for (const [amount, cents] of [['19.9', 1_990], ['19.90', 1_990], ['100', 10_000], ['0.1', 10]] as const) expect(told('bill_created', { bill: { ...BILL, amount } })).toMatchObject([{ data: { amount_cents: cents } }]);
    expect(told('bill_created', { bill: { ...BILL, amount: '0.0' } })).toBe('ignored');
    expect(told('bill_created', { bill: { ...BILL, amount: '19,90' } })).toContain('unmappable');
  });

  it('is paid by charges, each a payment of its own', () => {
    const paid = { ...BILL, status: 'paid', charges: [CHARGE, { ...CHARGE, id: 22, status: 'canceled' }, { ...CHARGE, id: 23, amount: '0.1' }] };
    expect(told('bill_paid', { bill: paid })).toEqual([
      { type: 'upstream.payment-received.v1', data: { payment_id: 'vindi-21', source: 'loja', customer_id: 'aluno-17', reference: 'vindi-11', occurred_at: OCCURRED, amount_cents: 1_990, currency: 'BRL', paid_date: '2026-03-09' } },
      expect.objectContaining({ data: expect.objectContaining({ payment_id: 'vindi-23', amount_cents: 10 }) }),
    ]);
    expect(told('bill_paid', { bill: { ...paid, charges: [] } })).toMatchObject([{ data: { payment_id: 'vindi-bill-11', amount_cents: 1_990, paid_date: '2026-03-09' } }]);
  });

  it('fails, refunds and cancels; the rest is left alone', () => {
    const charge = { ...CHARGE, bill: { id: 11 }, customer: BILL.customer };
    expect(told('charge_rejected', { charge: { ...charge, last_transaction: { gateway_response_code: '51' } } })).toEqual([{ type: 'upstream.payment-failed.v1', data: { payment_id: 'vindi-21', source: 'loja', reference: 'vindi-11', occurred_at: OCCURRED, code: '51', attempt: { rail: 'BOLETO', network_code: '51', amount_cents: 1_990 } } }]);
    const last_transaction = { id: 31, gateway_response_code: 'acquirer says no', payment_method: { code: 'credit_card' }, payment_profile: { token: 'tok-1', payment_company: { code: 'mastercard' } } };
    expect(told('charge_rejected', { charge: { ...charge, next_attempt: '2026-03-12T09:00:00.000-03:00', last_transaction } })).toMatchObject([
      { data: { attempt: { attempt_id: 'vindi-31', rail: 'CARD', card: 'tok-1', brand: 'mastercard', amount_cents: 1_990, next_attempt_at: '2026-03-12T12:00:00.000Z' } } }]);
    expect(told('charge_rejected', { charge: { ...charge, last_transaction } })).not.toMatchObject([{ data: { attempt: { network_code: expect.anything() } } }]);
    expect(told('charge_canceled', { charge: { ...charge, last_transaction } })).not.toMatchObject([{ data: { attempt: expect.anything() } }]);
    expect(told('charge_refunded', { charge })).toEqual([{ type: 'upstream.payment-refunded.v1', data: { refund_id: 'vindi-21:refund', payment_id: 'vindi-21', source: 'loja', amount_cents: 1_990, currency: 'BRL', refunded_date: '2026-03-09' } }]);
    expect(told('charge_refunded', { charge: { ...charge, last_transaction: { id: 32, transaction_type: 'refund', amount: '5.0' } } })).toMatchObject([{ data: { refund_id: 'vindi-32', amount_cents: 500 } }]);
    expect(told('bill_canceled', { bill: BILL })).toMatchObject([{ type: 'upstream.invoice-cancelled.v1', data: { invoice_id: 'vindi-11' } }]);
    for (const type of ['charge_created', 'subscription_created', 'test', 'toString']) expect(told(type, {})).toBe('ignored');
  });

  it('is told apart by type, id, status and time, as it bears no id', () => {
    const identity = (type: string, status: string, at?: string) => vindi.identify(call(body(type, { charge: { ...CHARGE, status } }, at))).identity;
    expect(identity('charge_rejected', 'pending')).toBe(identity('charge_rejected', 'pending'));
    const all = [identity('charge_rejected', 'pending'), identity('charge_canceled', 'pending'), identity('charge_rejected', 'canceled'), identity('charge_rejected', 'pending', '2026-03-11T22:30:00.000-03:00')];
    expect(new Set(all).size).toBe(4);
  });
});
