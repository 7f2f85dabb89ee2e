import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ChargePolicy, lateCharges } from '@emdia/money';
import { call, told as toldBy } from '../../test/webhook-context';
import { asaas } from './asaas';

const PAYMENT = {
  object: 'payment', id: 'pay_1', customer: 'cus_000001', dateCreated: '2026-03-01', dueDate: '2026-03-10', originalDueDate: '2026-03-10', value: 129.9, netValue: 127.91, originalValue: null, interestValue: null,
  description: 'Mensalidade', billingType: 'BOLETO', status: 'PENDING', nossoNumero: '6453', invoiceNumber: '00005101', bankSlipUrl: 'https://asaas.example/b/1', clientPaymentDate: null, paymentDate: null, creditDate: null, refunds: null,
};
const body = (event: string, payment: object = {}) => ({ id: 'evt_1&2', event, dateCreated: '2026-03-12 22:45:03', payment: { ...PAYMENT, ...payment } });
const told = (event: string, payment: object = {}) => toldBy(asaas, body(event, payment));
/** 22:45:03 of Brasília, the next day already in UTC. */
const OCCURRED = '2026-03-13T01:45:03.000Z';
const MONEY = { payment_id: 'pay_1', source: 'loja', customer_id: 'cus_000001', reference: 'pay_1', occurred_at: OCCURRED, currency: 'BRL' };

describe('Asaas', () => {
  it('issues its charge as the invoice it is', () => {
    expect(told('PAYMENT_CREATED')).toEqual([{
      type: 'upstream.invoice-issued.v1',
      data: {
        invoice_id: 'pay_1', number: '00005101', description: 'Mensalidade', issue_date: '2026-03-01', due_date: '2026-03-10', currency: 'BRL', amount_cents: 12_990, customer: { customer_id: 'cus_000001' },
        instruments: [{ rail: 'BOLETO', reference: '6453', url: 'https://asaas.example/b/1' }], occurred_at: OCCURRED,
      },
    }]);
  });

  it('takes decimal reais to the cent, as they are written', () => {
    for (const [value, cents] of [[0.29, 29], [19.9, 1_990], [1_000_000.07, 100_000_007], [4.35, 435], [100, 10_000]] as const) expect(told('PAYMENT_CREATED', { value })).toMatchObject([{ data: { amount_cents: cents } }]);
    expect(told('PAYMENT_CREATED', { value: 1.005 })).toContain('value');
  });

  it('issues what was asked for at first, not what interest made of it', () => {
    expect(told('PAYMENT_CREATED', { value: 135.6, originalValue: 129.9, interestValue: 5.7, dueDate: '2026-04-01' })).toMatchObject([{ data: { amount_cents: 12_990, due_date: '2026-03-10' } }]);
    expect(told('PAYMENT_UPDATED', { value: 135.6, originalValue: 129.9, dueDate: '2026-04-01' })).toEqual([{ type: 'upstream.invoice-amended.v1', data: { invoice_id: 'pay_1', due_date: '2026-04-01', amount_cents: 12_990, occurred_at: OCCURRED } }]);
  });

  it('issues what its charge costs late and grants early', () => {
    const policy = (payment: object) => (told('PAYMENT_CREATED', payment) as unknown as { data: { charge_policy?: unknown } }[])[0]!.data.charge_policy;
    const boleto = { interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY' };
    const none = { discount: { value: 0, limitDate: null, dueDateLimitDays: 0, type: 'FIXED' }, fine: { value: 0.00, type: 'FIXED' }, interest: { value: 0, type: 'PERCENTAGE' } };
    expect(policy(none)).toBeUndefined();
    expect(policy({ ...none, fine: { value: 2, type: 'PERCENTAGE' }, interest: { value: 1.5, type: 'PERCENTAGE' } })).toEqual({ ...boleto, fine_percent: '2', interest_monthly_percent: '1.5' });
    expect(policy({ ...none, fine: { value: 4.9, type: 'FIXED' } })).toEqual({ ...boleto, fine_percent: '0', fine_cents: 490, interest_monthly_percent: '0' });
    // The older shape names no type.
    expect(policy({ fine: { value: 1 }, interest: { value: 2 }, discount: { value: 10, dueDateLimitDays: 5 } })).toEqual({ ...boleto, fine_percent: '1', interest_monthly_percent: '2', discounts: [{ until: '2026-03-05', cents: 1_000 }] });
    expect(policy({ discount: { value: 5, dueDateLimitDays: 0, type: 'PERCENTAGE' } })).toMatchObject({ fine_percent: '0', interest_monthly_percent: '0', discounts: [{ until: '2026-03-10', percent: '5' }] });
    expect(policy({ discount: { value: 5, limitDate: '2026-03-07', dueDateLimitDays: 0, type: 'FIXED' } })).toMatchObject({ discounts: [{ until: '2026-03-07', cents: 500 }] });
  });

  it('sets an invoice aside whose terms cannot be read', () => {
    expect(told('PAYMENT_CREATED', { fine: { value: 2_000, type: 'PERCENTAGE' } })).toBe('unmappable: `fine.value` is missing or of another kind.');
    expect(told('PAYMENT_CREATED', { fine: { value: 1.005, type: 'FIXED' } })).toContain('fine.value');
    expect(told('PAYMENT_CREATED', { interest: { value: 'one', type: 'PERCENTAGE' } })).toContain('interest.value');
    expect(told('PAYMENT_CREATED', { discount: { value: 5, dueDateLimitDays: 'soon' } })).toContain('discount.dueDateLimitDays');
  });

  it('charges late what Asaas charges: whoever pays it has not overpaid', () => {
    const [issued] = told('PAYMENT_CREATED', { fine: { value: 2, type: 'PERCENTAGE' }, interest: { value: 1, type: 'PERCENTAGE' } }) as unknown as { data: { amount_cents: number; due_date: string; charge_policy: ChargePolicy } }[];
    const { amount_cents, due_date, charge_policy } = issued!.data;
    expect(lateCharges({ open_cents: amount_cents, due_date, on_date: '2026-03-20', policy: charge_policy })).toMatchObject({ fine_cents: 260, interest_cents: 40 });
  });

  it('holds while nobody knows whether it comes about', () => {
    for (const event of ['PAYMENT_AUTHORIZED', 'PAYMENT_AWAITING_RISK_ANALYSIS']) expect(told(event, { billingType: 'CREDIT_CARD' })).toEqual([{ type: 'upstream.payment-pending.v1', data: { ...MONEY, amount_cents: 12_990 } }]);
    const creditCard = { creditCardBrand: 'VISA', creditCardToken: 'tok-1', creditCardNumber: '4242' };
    expect(told('PAYMENT_CREDIT_CARD_CAPTURE_REFUSED', { billingType: 'CREDIT_CARD', creditCard })).toMatchObject([{ type: 'upstream.payment-failed.v1', data: { payment_id: 'pay_1', attempt: { rail: 'CARD', card: 'tok-1', brand: 'visa', amount_cents: 12_990 } } }]);
  });

  it('is paid once it is confirmed and credited once it is received: gross, the fee, the customer\'s day and the money\'s', () => {
    const late = { value: 135.6, netValue: 133.61, originalValue: 129.9, interestValue: 5.7, confirmedDate: '2026-03-12', clientPaymentDate: '2026-03-12' };
    const paid = { type: 'upstream.payment-received.v1', data: { ...MONEY, amount_cents: 13_560, charges: { interest_cents: 570 }, paid_date: '2026-03-12', credited: false } };
    expect(told('PAYMENT_CONFIRMED', { ...late, status: 'CONFIRMED', estimatedCreditDate: '2026-04-14' })).toEqual([paid]);
    const credited = (more: object = {}) => ({ type: 'upstream.payment-credited.v1', data: { payment_id: 'pay_1', source: 'loja', credit_date: '2026-04-14', fee_cents: 199, occurred_at: OCCURRED, ...more } });
    const received = (more: object) => told('PAYMENT_RECEIVED', { ...late, status: 'RECEIVED', paymentDate: '2026-04-13', creditDate: '2026-04-14', ...more });
    expect(received({})).toEqual([paid, credited()]);
    expect(received({ creditDate: null })).toEqual([paid, credited({ credit_date: '2026-04-13' })]);
    expect(received({ netValue: 135.6 })).toEqual([paid, credited({ fee_cents: 0 })]);
    // A fee that nobody told is none that anybody made up.
    const { fee_cents: _, ...unknown } = credited().data;
    for (const interestValue of [null, 0]) expect(told('PAYMENT_CONFIRMED', { ...late, interestValue })).toEqual([{ ...paid, data: { ...MONEY, amount_cents: 13_560, paid_date: '2026-03-12', credited: false } }]);
    for (const netValue of [null, 140]) expect(received({ netValue })).toEqual([paid, { ...credited(), data: unknown }]);
    expect(received({ netValue: 1.005 })).toBe('unmappable: `netValue` is no amount of whole cents.');
    expect(told('PAYMENT_RECEIVED')).toBe('unmappable: `clientPaymentDate` is missing or of another kind.');
  });

  it('takes back what was received in cash, and leaves the charge free to be paid in earnest', () => {
    const [cash] = told('PAYMENT_RECEIVED', { status: 'RECEIVED_IN_CASH', paymentDate: '2026-03-12' }) as unknown as { data: object }[];
    expect(cash!.data).toEqual({ ...MONEY, payment_id: 'pay_1:cash', amount_cents: 12_990, paid_date: '2026-03-12' });
    expect(told('PAYMENT_RECEIVED_IN_CASH_UNDONE')).toEqual([{ type: 'upstream.payment-refunded.v1', data: { refund_id: 'evt_1&2', payment_id: 'pay_1:cash', source: 'loja', amount_cents: 12_990, currency: 'BRL', refunded_date: '2026-03-12' } }]);
  });

  it('refunds in whole or in part, by what was carried out', () => {
    const refunds = [{ status: 'DONE', value: 29.9, dateCreated: '2026-03-15 10:00:00' }, { status: 'PENDING', value: 1, dateCreated: '2026-03-15 11:00:00' }];
    expect(told('PAYMENT_PARTIALLY_REFUNDED', { refunds })).toEqual([{ type: 'upstream.payment-refunded.v1', data: { refund_id: 'pay_1:2026-03-15T10:00:00', payment_id: 'pay_1', source: 'loja', amount_cents: 2_990, currency: 'BRL', refunded_date: '2026-03-15' } }]);
    expect(told('PAYMENT_REFUNDED', { status: 'REFUNDED' })).toMatchObject([{ data: { refund_id: 'pay_1:refund', amount_cents: 12_990, refunded_date: '2026-03-12' } }]);
    expect(told('PAYMENT_PARTIALLY_REFUNDED')).toContain('refunds');
    expect(told('PAYMENT_CHARGEBACK_REQUESTED')).toMatchObject([{ type: 'upstream.payment-refunded.v1', data: { refund_id: 'pay_1:chargeback' } }]);
    expect(told('PAYMENT_AWAITING_CHARGEBACK_REVERSAL')).toMatchObject([{ type: 'upstream.payment-received.v1', data: { payment_id: 'pay_1:chargeback-won', paid_date: '2026-03-12' } }]);
  });

  it('cancels for good, and leaves the rest alone', () => {
    expect(told('PAYMENT_DELETED')).toMatchObject([{ type: 'upstream.invoice-cancelled.v1', data: { invoice_id: 'pay_1' } }]);
    expect(told('PAYMENT_RESTORED')).toContain('unmappable');
    for (const event of ['PAYMENT_OVERDUE', 'PAYMENT_BANK_SLIP_VIEWED', 'SOMETHING_ELSE', 'constructor']) expect(told(event)).toBe('ignored');
    expect(toldBy(asaas, { ...body('PAYMENT_CREATED'), dateCreated: '2026-03-12T22:45:03Z' })).toContain('dateCreated');
    expect(asaas.identify(call(body('PAYMENT_CREATED')))).toEqual({ identity: 'evt_1&2', type: 'PAYMENT_CREATED' });
  });

  it('reads the samples: one id with two contents', () => {
    const folder = resolve(process.env.EMDIA_TEST_DATA ?? resolve(__dirname, '../../../../../shared/data'), 'webhooks/asaas');
    if (!existsSync(folder)) return console.warn(`Not read: ${folder} is not there (EMDIA_TEST_DATA).`);
    const [received, other] = ['payment-received.json', 'unknown-event.json'].map((name) => readFileSync(resolve(folder, name), 'utf8')) as [string, string];
    expect(toldBy(asaas, received)).toMatchObject([{ type: 'upstream.payment-received.v1', data: { amount_cents: 10_000, paid_date: '2021-01-01' } }, { data: { credit_date: '2021-02-01', fee_cents: 549 } }]);
    expect(toldBy(asaas, other)).toBe('ignored');
    expect(asaas.identify(call(received)).identity).toBe(asaas.identify(call(other)).identity);
  });
});
