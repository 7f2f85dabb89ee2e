import { call, told as toldBy } from '../../test/webhook-context';
import { iugu } from './iugu';

const INVOICE = {
  id: 'A1B2', status: 'pending', total_cents: 12_990, total_paid_cents: 0, currency: 'BRL', due_date: '2026-03-10', created_at_iso: '2026-03-01T22:30:00-03:00', customer_id: 'C9', payer_name: 'Ana Souza', payer_email: 'ana@exemplo.com.br',
  payer_cpf_cnpj: '529.982.247-25', payer_phone_prefix: '11', payer_phone: '988887777', payer_address_state: 'SP', payable_with: ['bank_slip', 'pix'], secure_url: 'https://faturas.example/a1b2', paid_at: null, updated_at: '2026-03-12T10:00:00-03:00',
};
const PATH = '/v1/invoices/A1B2';
const form = (event: string, data: Record<string, string> = {}) => new URLSearchParams([['event', event], ...Object.entries({ id: 'A1B2', status: 'pending', account_id: 'ACC', subscription_id: '', ...data }).map(([name, value]) => [`data[${name}]`, value])] as [string, string][]).toString();
const told = (event: string, invoice: object, data: Record<string, string> = {}) => toldBy(iugu, form(event, data), { asks: true, answers: { [PATH]: { ...INVOICE, ...invoice } } });
const MONEY = { source: 'loja', customer_id: 'C9', reference: 'A1B2', currency: 'BRL' };

describe('Iugu', () => {
  it('names an invoice in a form; what it is, the platform is asked', () => {
    expect(toldBy(iugu, form('invoice.created'), { asks: true })).toEqual({ ask: [PATH] });
    expect(toldBy(iugu, form('invoice.created', { id: '../x?y' }), { asks: true })).toEqual({ ask: ['/v1/invoices/..%2Fx%3Fy'] });
    expect(told('invoice.created', {})).toEqual([{
      type: 'upstream.invoice-issued.v1',
      data: {
        invoice_id: 'A1B2', issue_date: '2026-03-01', due_date: '2026-03-10', currency: 'BRL', amount_cents: 12_990, occurred_at: '2026-03-10T12:00:00.000Z',
        customer: { customer_id: 'C9', name: 'Ana Souza', email: 'ana@exemplo.com.br', phone: '+5511988887777', document: '529.982.247-25', state: 'SP' },
        instruments: [{ rail: 'BOLETO', url: 'https://faturas.example/a1b2' }, { rail: 'PIX_COB', url: 'https://faturas.example/a1b2' }],
      },
    }]);
  });

  it('takes what is empty for absent, never for a value', () => {
    expect(toldBy(iugu, form('invoice.created', { id: '' }), { asks: true })).toBe('unmappable: `id` is missing or of another kind.');
    expect(told('invoice.payment_failed', {}, { lr: '' })).toEqual([{ type: 'upstream.payment-failed.v1', data: { payment_id: 'A1B2', source: 'loja', customer_id: 'C9', reference: 'A1B2' } }]);
    expect(told('invoice.payment_failed', { credit_card_brand: 'Visa' }, { lr: '51' })).toMatchObject([{ data: { code: '51', attempt: { rail: 'CARD', network_code: '51', brand: 'visa', amount_cents: 12_990 } } }]);
    expect(toldBy(iugu, 'event=&data[id]=A1B2')).toContain('event');
    expect(told('invoice.created', { customer_id: null })).toMatchObject([{ data: { customer: { customer_id: '52998224725' } } }]);
  });

  it('is paid, in part or elsewhere, by the day its payer paid', () => {
    const paid_at = '2026-03-09T22:00:00-03:00';
    expect(told('invoice.status_changed', { status: 'paid', total_paid_cents: 13_200, paid_at })).toEqual([{ type: 'upstream.payment-received.v1', data: { payment_id: 'A1B2', ...MONEY, amount_cents: 13_200, paid_date: '2026-03-09' } }]);
    expect(told('invoice.status_changed', { status: 'partially_paid', total_paid_cents: 0, paid_cents: 5_000, paid_at })).toMatchObject([{ data: { payment_id: 'A1B2', amount_cents: 5_000 } }]);
    expect(told('invoice.status_changed', { status: 'partially_paid' }, { paid_cents: '4000', paid_at })).toMatchObject([{ data: { amount_cents: 4_000, paid_date: '2026-03-09' } }]);
    expect(told('invoice.status_changed', { status: 'externally_paid', paid_at })).toMatchObject([{ type: 'upstream.payment-received.v1', data: { payment_id: 'A1B2:external', amount_cents: 12_990 } }]);
    expect(told('invoice.status_changed', { status: 'in_analysis' })).toMatchObject([{ type: 'upstream.payment-pending.v1', data: { amount_cents: 12_990 } }]);
    expect(told('invoice.status_changed', { status: 'paid', total_paid_cents: 13_200 })).toContain('paid_at');
  });

  it('believes what the invoice is now, whatever the trigger said', () => {
    expect(told('invoice.status_changed', { status: 'canceled' }, { status: 'pending' })).toMatchObject([{ type: 'upstream.invoice-cancelled.v1' }]);
    for (const status of ['pending', 'expired', 'draft', 'in_protest']) expect(told('invoice.status_changed', { status }, { status: 'paid' })).toBe('ignored');
    expect(told('invoice.refund', { status: 'refunded', refunded_cents: 12_990, total_paid_cents: 12_990 })).toEqual([{ type: 'upstream.payment-refunded.v1', data: { refund_id: 'A1B2:refund', payment_id: 'A1B2', source: 'loja', amount_cents: 12_990, currency: 'BRL', refunded_date: '2026-03-12' } }]);
    for (const event of ['subscription.renewed', 'invoice.due', 'constructor']) expect(told(event, {})).toBe('ignored');
  });

  it('is credited once all of its money is there, with the fee where it is told', () => {
    const at = (return_date: string, status = 'done') => ({ return_date, status });
    const credited = (data: object) => [{ type: 'upstream.payment-credited.v1', data: { payment_id: 'A1B2', source: 'loja', ...data } }];
    expect(told('invoice.released', { status: 'paid', taxes_paid_cents: 250, financial_return_dates: [at('2026-04-09'), at('2026-05-09')] })).toEqual(credited({ credit_date: '2026-05-09', fee_cents: 250 }));
    expect(told('invoice.released', { status: 'paid', taxes_paid_cents: 250, financial_return_dates: [at('2026-04-09'), at('2026-05-09', 'pending')] })).toBe('ignored');
    expect(told('invoice.released', { status: 'paid', taxes_paid_cents: null, financial_return_date: '2026-04-09' })).toEqual(credited({ credit_date: '2026-04-09' }));
    expect(told('invoice.released', { status: 'paid' })).toContain('financial_return_date');
    expect(told('invoice.released', { status: 'paid', taxes_paid_cents: '2.50', financial_return_date: '2026-04-09' })).toContain('taxes_paid_cents');
  });

  it('is told apart by event, id and status, as it bears no id', () => {
    const identity = (event: string, data: Record<string, string> = {}) => iugu.identify(call(form(event, data))).identity;
    expect(identity('invoice.status_changed', { other: 'x' })).toBe(identity('invoice.status_changed'));
    expect(new Set([identity('invoice.status_changed'), identity('invoice.created'), identity('invoice.status_changed', { status: 'paid' }), identity('invoice.status_changed', { id: 'B' })]).size).toBe(4);
  });
});
