import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { told as toldBy } from '../../test/webhook-context';
import { stripe } from './stripe';

const OCCURRED = '2026-03-10T02:30:00.000Z';
const CREATED = Date.parse(OCCURRED) / 1_000;
const event = (type: string, object: object, more: object = {}) => ({ id: 'evt_1', object: 'event', type, created: CREATED, api_version: '2024-06-20', data: { object }, ...more });
const told = (type: string, object: object, more: Parameters<typeof toldBy>[2] = {}) => toldBy(stripe, event(type, object), more);
const at = (text: string) => Date.parse(text) / 1_000;

const INVOICE = {
  id: 'in_1', object: 'invoice', status: 'open', number: 'A-0001', amount_due: 12_990, amount_paid: 0, currency: 'brl', created: at('2026-03-01T12:00:00Z'), due_date: at('2026-03-11T02:59:59Z'),
  status_transitions: { finalized_at: at('2026-03-02T01:30:00Z'), paid_at: null }, customer: 'cus_1', customer_email: 'ana@exemplo.com.br', customer_name: 'Ana Souza', customer_phone: '11 98888-7777',
  customer_tax_ids: [{ type: 'eu_vat', value: 'X' }, { type: 'br_cpf', value: '529.982.247-25' }], customer_address: { state: 'SP' }, hosted_invoice_url: 'https://invoice.example/in_1',
  payment_settings: { payment_method_types: ['card', 'boleto'] }, description: null, charge: null, payment_intent: 'pi_1',
};

describe('Stripe', () => {
  it('issues an invoice when it is finalised, its days by the creditor\'s calendar', () => {
    expect(told('invoice.finalized', INVOICE)).toEqual([{
      type: 'upstream.invoice-issued.v1',
      data: {
        invoice_id: 'in_1', number: 'A-0001', issue_date: '2026-03-01', due_date: '2026-03-10', currency: 'BRL', amount_cents: 12_990, occurred_at: OCCURRED,
        customer: { customer_id: 'cus_1', name: 'Ana Souza', email: 'ana@exemplo.com.br', phone: '+5511988887777', document: '529.982.247-25', state: 'SP' },
        instruments: [{ rail: 'CARD', url: 'https://invoice.example/in_1' }, { rail: 'BOLETO', url: 'https://invoice.example/in_1' }],
      },
    }]);
    expect(told('invoice.finalized', { ...INVOICE, due_date: null, customer: { id: 'cus_1', name: 'Ana' } })).toMatchObject([{ data: { due_date: '2026-03-01', customer: { customer_id: 'cus_1', name: 'Ana' } } }]);
    expect([told('invoice.finalized', { ...INVOICE, amount_due: 0 }), told('invoice.created', INVOICE), told('invoice.overdue', INVOICE), told('plan.created', {})]).toEqual(Array(4).fill('ignored'));
  });

  it('amends an open one, cancels one that is voided or credited in full', () => {
    expect(told('invoice.updated', { ...INVOICE, amount_due: 9_990 })).toEqual([{ type: 'upstream.invoice-amended.v1', data: { invoice_id: 'in_1', amount_cents: 9_990, due_date: '2026-03-10', occurred_at: OCCURRED } }]);
    expect(told('invoice.updated', { ...INVOICE, status: 'draft' })).toBe('ignored');
    for (const [type, object] of [['invoice.voided', INVOICE], ['invoice.updated', { ...INVOICE, amount_due: 0 }], ['invoice.paid', { ...INVOICE, amount_due: 0 }]] as const) expect(told(type, object)).toMatchObject([{ type: 'upstream.invoice-cancelled.v1', data: { invoice_id: 'in_1' } }]);
  });

  it('counts money once: the invoice until 2025-03-31, its payments since', () => {
    const paid = { ...INVOICE, status: 'paid', amount_paid: 12_990, status_transitions: { paid_at: at('2026-03-10T02:00:00Z') } };
    expect(told('invoice.paid', paid)).toEqual([{
      type: 'upstream.payment-received.v1', data: { payment_id: 'pi_1', source: 'loja', customer_id: 'cus_1', reference: 'in_1', occurred_at: OCCURRED, amount_cents: 12_990, currency: 'BRL', paid_date: '2026-03-09' },
    }]);
    expect(told('invoice.paid', { ...paid, payment_intent: null, charge: 'ch_1' })).toMatchObject([{ data: { payment_id: 'ch_1' } }]);
    expect(told('invoice.paid', { ...paid, payment_intent: null, paid_out_of_band: true })).toMatchObject([{ data: { payment_id: 'in_1:out-of-band', amount_cents: 12_990 } }]);
    expect([told('invoice.payment_succeeded', paid), told('charge.succeeded', { id: 'ch_1' }), told('payment_intent.succeeded', { id: 'pi_1' })]).toEqual(['ignored', 'ignored', 'ignored']);

    const { charge: _, payment_intent: __, ...basil } = paid;
    const part = { id: 'inpay_1', object: 'invoice_payment', amount_paid: 5_000, currency: 'brl', invoice: 'in_1', status: 'paid', payment: { type: 'payment_intent', payment_intent: 'pi_2' }, status_transitions: { paid_at: at('2026-03-10T02:00:00Z') } };
    const received = { type: 'upstream.payment-received.v1', data: { payment_id: 'pi_2', source: 'loja', reference: 'in_1', amount_cents: 5_000, currency: 'BRL', paid_date: '2026-03-09' } };
    expect(told('invoice_payment.paid', part)).toEqual([received]);
    // Whoever did not subscribe to the other event must learn of it, and not by writing to somebody who has paid.
    expect(told('invoice.paid', basil)).toContain('subscribe to invoice_payment.paid');
    const path = '/v1/invoice_payments?invoice=in_1&status=paid&limit=100';
    expect(told('invoice.paid', basil, { asks: true })).toEqual({ ask: [path] });
    expect(told('invoice.paid', basil, { asks: true, answers: { [path]: { data: [part] } } })).toEqual([received]);
  });

  it('tells a failure of the payment that may yet succeed, and a payment under way', () => {
    for (const [type, object] of [
      ['invoice.payment_failed', INVOICE], ['charge.failed', { object: 'charge', id: 'ch_1', payment_intent: 'pi_1', invoice: 'in_1' }], ['payment_intent.payment_failed', { object: 'payment_intent', id: 'pi_1', invoice: 'in_1' }],
    ] as const) expect(told(type, object)).toMatchObject([{ type: 'upstream.payment-failed.v1', data: { payment_id: 'pi_1', source: 'loja', reference: 'in_1', occurred_at: OCCURRED } }]);
    // A cancelled intent, or one without an error, was no attempt.
    expect(told('payment_intent.canceled', { object: 'payment_intent', id: 'pi_1' })).toEqual([{ type: 'upstream.payment-failed.v1', data: { payment_id: 'pi_1', source: 'loja', occurred_at: OCCURRED } }]);
    expect(told('payment_intent.payment_failed', { object: 'payment_intent', id: 'pi_1', last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' } })).toMatchObject([{ data: { code: 'insufficient_funds' } }]);
    expect(told('payment_intent.processing', { id: 'pi_1', amount: 700, currency: 'brl', customer: 'cus_1' })).toEqual([{ type: 'upstream.payment-pending.v1', data: { payment_id: 'pi_1', source: 'loja', customer_id: 'cus_1', occurred_at: OCCURRED, amount_cents: 700, currency: 'BRL' } }]);
  });

  it('tells of one attempt by charge, intent and invoice, under the id of the charge', () => {
    const card = { brand: 'visa', fingerprint: 'fp_1', last4: '4242' };
    const codes = { network_decline_code: '51', network_advice_code: '02', advice_code: 'do_not_try_again' };
    const charge = { object: 'charge', id: 'ch_1', payment_intent: 'pi_1', customer: 'cus_1', amount: 12_990, created: at('2026-03-09T23:00:00Z'), failure_code: 'card_declined', payment_method_details: { type: 'card', card }, outcome: { type: 'issuer_declined', reason: 'insufficient_funds', ...codes } };
    const carded = { attempt_id: 'ch_1', rail: 'CARD', card: 'fp_1', brand: 'visa', category: 'HARD', network_code: '51', advice_code: '02', amount_cents: 12_990 };
    expect(told('charge.failed', charge)).toMatchObject([{ data: { customer_id: 'cus_1', code: 'insufficient_funds', attempt: { ...carded, attempted_at: '2026-03-09T23:00:00.000Z' } } }]);
    const intent = { object: 'payment_intent', id: 'pi_1', amount: 12_990, latest_charge: 'ch_1', last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds', payment_method: { type: 'card', card }, ...codes } };
    expect(told('payment_intent.payment_failed', intent)).toMatchObject([{ data: { payment_id: 'pi_1', attempt: carded } }]);
    const next = { attempt_count: 2, next_payment_attempt: at('2026-03-12T12:00:00Z') };
    expect(told('invoice.payment_failed', { ...INVOICE, ...next, charge: 'ch_1' })).toMatchObject([{ data: { payment_id: 'pi_1', attempt: { attempt_id: 'ch_1', next_attempt_at: '2026-03-12T12:00:00.000Z' } } }]);
    // Since 2025-03-31 an invoice names no payment: the attempt is told of the debt.
    const { payment_intent: _, ...basil } = INVOICE as Record<string, unknown>;
    expect(told('invoice.payment_failed', { ...basil, ...next })).toMatchObject([{ data: { payment_id: 'in_1:attempt-2', reference: 'in_1', attempt: { next_attempt_at: '2026-03-12T12:00:00.000Z' } } }]);
    // Never the number of a card.
    expect(JSON.stringify(told('charge.failed', { ...charge, payment_method_details: { type: 'card', card: { fingerprint: '4242424242424242' } } }))).not.toContain('4242');
  });

  it('is credited when its money is free, less the fee, whichever event tells it', () => {
    const balance = (more: object = {}) => ({ id: 'txn_1', type: 'charge', amount: 12_990, fee: 417, net: 12_573, currency: 'brl', available_on: at('2026-03-09T12:00:00Z'), status: 'available', ...more });
    const charge = (balance_transaction: unknown) => ({ id: 'ch_1', object: 'charge', payment_intent: 'pi_1', currency: 'brl', amount: 12_990, balance_transaction });
    const credited = { type: 'upstream.payment-credited.v1', data: { payment_id: 'pi_1', source: 'loja', credit_date: '2026-03-09', fee_cents: 417 } };
    const path = '/v1/balance_transactions/txn_1';
    for (const type of ['charge.succeeded', 'charge.updated']) {
      expect(told(type, charge(balance()))).toEqual([credited]);
      expect([told(type, charge('txn_1')), told(type, charge(null))]).toEqual(['ignored', 'ignored']);
      expect(told(type, charge('txn_1'), { asks: true })).toEqual({ ask: [path] });
      expect(told(type, charge('txn_1'), { asks: true, answers: { [path]: balance() } })).toEqual([credited]);
    }
    const { fee_cents: _, ...unknown } = credited.data;
    expect(told('charge.succeeded', charge(balance({ currency: 'usd' })))).toEqual([{ ...credited, data: unknown }]);
    expect(told('charge.succeeded', charge(balance({ available_on: at('2026-03-11T12:00:00Z') })))).toBe('ignored');

    const first = '/v1/balance_transactions?payout=po_1&limit=100&expand[]=data.source';
    const second = `${first}&starting_after=txn_2`;
    const listed = { [first]: { has_more: true, data: [balance({ source: charge('txn_1') }), balance({ id: 'txn_2', type: 'stripe_fee', source: null })] }, [second]: { has_more: false, data: [balance({ id: 'txn_3', type: 'payment', source: { ...charge('txn_3'), payment_intent: 'pi_2' } })] } };
    expect(told('payout.paid', { id: 'po_1' })).toBe('ignored');
    expect(told('payout.paid', { id: 'po_1' }, { asks: true })).toEqual({ ask: [first] });
    expect(told('payout.paid', { id: 'po_1' }, { asks: true, answers: { [first]: listed[first] } })).toEqual({ ask: [second] });
    expect(told('payout.paid', { id: 'po_1' }, { asks: true, answers: listed })).toEqual([credited, { ...credited, data: { ...credited.data, payment_id: 'pi_2' } }]);
  });

  it('gives back what was given back, once, by whichever event tells it', () => {
    const refund = { id: 're_1', amount: 500, currency: 'brl', payment_intent: 'pi_1', charge: 'ch_1', status: 'succeeded', created: at('2026-03-10T02:00:00Z') };
    const given = [{ type: 'upstream.payment-refunded.v1', data: { refund_id: 're_1', payment_id: 'pi_1', source: 'loja', amount_cents: 500, currency: 'BRL', refunded_date: '2026-03-09' } }];
    for (const type of ['refund.created', 'refund.updated', 'charge.refund.updated']) expect(told(type, refund)).toEqual(given);
    expect(told('charge.refunded', { id: 'ch_1', payment_intent: 'pi_1', refunds: { data: [{ ...refund, payment_intent: null }] } })).toEqual(given);
    expect([told('charge.refunded', { id: 'ch_1' }), told('refund.created', { ...refund, status: 'pending' })]).toEqual(['ignored', 'ignored']);
    expect(told('refund.failed', { ...refund, status: 'failed' })).toContain('unmappable');
    expect(told('charge.dispute.funds_withdrawn', { ...refund, id: 'dp_1', status: 'needs_response' })).toMatchObject([{ type: 'upstream.payment-refunded.v1', data: { refund_id: 'dp_1' } }]);
    expect(told('charge.dispute.funds_reinstated', { ...refund, id: 'dp_1' })).toMatchObject([{ type: 'upstream.payment-received.v1', data: { payment_id: 'dp_1:reinstated', paid_date: '2026-03-09' } }]);
  });

  it('knows a customer, and says what it cannot read', () => {
    expect(told('customer.updated', { id: 'cus_1', name: 'Ana', email: 'ana@exemplo.com.br', phone: null, address: { state: 'RJ' } })).toEqual([{ type: 'upstream.customer-changed.v1', data: { customer_id: 'cus_1', name: 'Ana', email: 'ana@exemplo.com.br', state: 'RJ', occurred_at: OCCURRED } }]);
    expect(told('invoice.finalized', { ...INVOICE, customer: null })).toBe('unmappable: `customer` is missing or of another kind.');
    expect(told('invoice.finalized', { ...INVOICE, amount_due: '12.5' })).toContain('amount_due');
    expect(toldBy(stripe, event('invoice.voided', INVOICE, { created: 'now' }))).toContain('created');
    expect(toldBy(stripe, 'no JSON')).toContain('unmappable');
    expect(stripe.identify({ headers: {}, urlSecret: null, body: Buffer.from(JSON.stringify(event('invoice.paid', {}))) })).toEqual({ identity: 'evt_1', type: 'invoice.paid' });
  });

  it('reads the shapes that Stripe publishes', () => {
    const file = resolve(process.env.EMDIA_TEST_DATA ?? resolve(__dirname, '../../../../../shared/data'), 'webhooks/stripe/resource-fixtures.json');
    if (!existsSync(file)) return console.warn(`Not read: ${file} is not there (EMDIA_TEST_DATA).`);
    const { resources } = JSON.parse(readFileSync(file, 'utf8')) as { resources: Record<string, object> };
    expect(told('invoice.finalized', resources.invoice!)).toMatchObject([{ type: 'upstream.invoice-issued.v1', data: { amount_cents: 1_000, currency: 'USD' } }]);
    expect(told('charge.failed', resources.charge!)).toMatchObject([{ type: 'upstream.payment-failed.v1' }]);
    expect(told('refund.created', resources.refund!)).toMatchObject([{ type: 'upstream.payment-refunded.v1', data: { amount_cents: 100 } }]);
    expect(told('payment_intent.processing', resources.payment_intent!)).toMatchObject([{ type: 'upstream.payment-pending.v1', data: { amount_cents: 1_099 } }]);
    expect(told('customer.created', resources.customer!)).toMatchObject([{ type: 'upstream.customer-changed.v1' }]);
  });
});
