import { call, told as toldBy } from '../../test/webhook-context';
import { lago } from './lago';

const CUSTOMER = { lago_id: 'c-1', external_id: 'aluno-17', name: 'Ana Souza', email: 'ana@exemplo.com.br', phone: '11988887777', state: 'SP', tax_identification_number: '529.982.247-25' };
const INVOICE = {
  lago_id: 'i-1', number: 'ACME-001-002', issuing_date: '2026-03-01', payment_due_date: '2026-03-10', status: 'finalized', payment_status: 'pending', currency: 'BRL', total_amount_cents: 7_990, sub_total_including_taxes_amount_cents: 12_990,
  coupons_amount_cents: 0, credit_notes_amount_cents: 2_000, prepaid_credit_amount_cents: 3_000, total_due_amount_cents: 7_990, updated_at: '2026-03-01T05:00:00Z', self_billed: false, customer: CUSTOMER,
};
const PAYMENT = { lago_id: 'p-1', invoice_ids: ['i-1'], amount_cents: 7_990, amount_currency: 'BRL', payment_status: 'succeeded', type: 'provider', created_at: '2026-03-10T01:30:00Z' };
const PATH = '/api/v1/payments?invoice_id=i-1&per_page=100';
const body = (webhook_type: string, object_type: string, object: object) => ({ webhook_type, object_type, organization_id: 'o-1', [object_type]: object });
const told = (type: string, object_type: string, object: object, more: Parameters<typeof toldBy>[2] = {}) => toldBy(lago, body(type, object_type, object), more);
const RECEIVED = { type: 'upstream.payment-received.v1', data: { payment_id: 'p-1', source: 'loja', reference: 'i-1', occurred_at: '2026-03-10T01:30:00.000Z', amount_cents: 7_990, currency: 'BRL', paid_date: '2026-03-09' } };

describe('Lago', () => {
  it('issues the total, from which credits and prepaid credits are taken off already', () => {
    expect(told('invoice.created', 'invoice', INVOICE)).toEqual([{
      type: 'upstream.invoice-issued.v1',
      data: {
        invoice_id: 'i-1', number: 'ACME-001-002', issue_date: '2026-03-01', due_date: '2026-03-10', currency: 'BRL', amount_cents: 7_990, occurred_at: '2026-03-01T05:00:00.000Z',
        customer: { customer_id: 'aluno-17', name: 'Ana Souza', email: 'ana@exemplo.com.br', phone: '+5511988887777', document: '529.982.247-25', state: 'SP' },
      },
    }]);
    expect(told('invoice.created', 'invoice', { ...INVOICE, total_offsetted_credit_note_amount_cents: 990 })).toMatchObject([{ data: { amount_cents: 7_000 } }]);
    for (const odd of [{ total_amount_cents: 0 }, { status: 'draft' }, { self_billed: true }]) expect(told('invoice.created', 'invoice', { ...INVOICE, ...odd })).toBe('ignored');
    expect(told('invoice.one_off_created', 'invoice', { ...INVOICE, payment_due_date: null }, { due_days: 5 })).toMatchObject([{ data: { due_date: '2026-03-06' } }]);
  });

  it('keeps status and payment status apart', () => {
    expect(told('invoice.voided', 'invoice', { ...INVOICE, status: 'voided' })).toMatchObject([{ type: 'upstream.invoice-cancelled.v1', data: { invoice_id: 'i-1' } }]);
    // Finalised and failed: the debt stands, and nothing was paid.
    expect(told('invoice.created', 'invoice', { ...INVOICE, payment_status: 'failed' })).toMatchObject([{ type: 'upstream.invoice-issued.v1' }]);
    expect(told('invoice.payment_status_updated', 'invoice', { ...INVOICE, payment_status: 'succeeded' })).toBe('ignored');
  });

  it('tells money by its payments, the same whether sent or asked for', () => {
    expect(told('payment.succeeded', 'payment', PAYMENT)).toEqual([RECEIVED]);
    const paid = { ...INVOICE, payment_status: 'succeeded' };
    expect(told('invoice.payment_status_updated', 'invoice', paid, { asks: true })).toEqual({ ask: [PATH] });
    const payments = [PAYMENT, { ...PAYMENT, lago_id: 'p-2', payment_status: 'failed' }, { ...PAYMENT, lago_id: 'p-3', payment_status: 'processing' }];
    expect(told('invoice.payment_status_updated', 'invoice', paid, { asks: true, answers: { [PATH]: { payments } } })).toEqual([
      RECEIVED, expect.objectContaining({ type: 'upstream.payment-failed.v1', data: expect.objectContaining({ payment_id: 'p-2' }) }), expect.objectContaining({ type: 'upstream.payment-pending.v1' }),
    ]);
    const [shared] = told('payment.succeeded', 'payment', { ...PAYMENT, invoice_ids: ['i-1', 'i-2'], external_customer_id: 'aluno-17' }) as unknown as { data: object }[];
    expect(shared!.data).toMatchObject({ customer_id: 'aluno-17' });
    expect(shared!.data).not.toHaveProperty('reference');
  });

  it('asks what failed, as a failure names neither payment nor amount', () => {
    const failure = { lago_invoice_id: 'i-1', external_customer_id: 'aluno-17', payment_provider: 'stripe', provider_error: { message: 'declined' } };
    const say = (more = {}) => told('invoice.payment_failure', 'payment_provider_invoice_payment_error', failure, more);
    expect(say()).toEqual([{ type: 'upstream.payment-failed.v1', data: { payment_id: 'i-1', source: 'loja', customer_id: 'aluno-17', reference: 'i-1', attempt: {} } }]);
    expect(say({ asks: true })).toEqual({ ask: [PATH] });
    expect(say({ asks: true, answers: { [PATH]: { payments: [{ ...PAYMENT, payment_status: 'failed' }, { ...PAYMENT, lago_id: 'p-2' }] } } })).toMatchObject([{ type: 'upstream.payment-failed.v1', data: { payment_id: 'p-1', attempt: { attempt_id: 'p-1', amount_cents: 7_990 } } }]);
  });

  it('takes back what a lost dispute took, and knows a customer', () => {
    const lost = { invoice: { ...INVOICE, payment_dispute_lost_at: '2026-04-02T01:00:00Z' } };
    expect(told('invoice.payment_dispute_lost', 'payment_dispute_lost', lost)).toContain('unmappable');
    expect(told('invoice.payment_dispute_lost', 'payment_dispute_lost', lost, { asks: true, answers: { [PATH]: { payments: [PAYMENT] } } })).toEqual([
      { type: 'upstream.payment-refunded.v1', data: { refund_id: 'p-1:dispute', payment_id: 'p-1', source: 'loja', amount_cents: 7_990, currency: 'BRL', refunded_date: '2026-04-01' } },
    ]);
    expect(told('customer.updated', 'customer', { ...CUSTOMER, updated_at: '2026-03-02T00:00:00Z' })).toMatchObject([{ type: 'upstream.customer-changed.v1', data: { customer_id: 'aluno-17', occurred_at: '2026-03-02T00:00:00.000Z' } }]);
    for (const type of ['invoice.drafted', 'invoice.payment_overdue', 'event.error', '__proto__']) expect(told(type, 'invoice', INVOICE)).toBe('ignored');
  });

  it('is told apart by the key in its header', () => {
    const one = body('invoice.created', 'invoice', INVOICE);
    expect(lago.identify(call(one, { 'x-lago-unique-key': 'k-1' }))).toEqual({ identity: 'k-1', type: 'invoice.created' });
    expect(lago.identify(call(one)).identity).toMatch(/^[0-9a-f]{64}$/);
  });
});
