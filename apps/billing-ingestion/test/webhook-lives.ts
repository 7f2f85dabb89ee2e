import type { Incoming, Kind } from '../src/webhooks/source';
import { call } from './webhook-context';

const at = (text: string) => Date.parse(text) / 1_000;
const event = (id: string, type: string, created: string, object: object) => ({ id, type, created: at(created), data: { object } });
const invoice = { id: 'in_1', object: 'invoice', status: 'open', amount_due: 12_990, amount_paid: 0, currency: 'brl', created: at('2026-03-01T12:00:00Z'), due_date: at('2026-03-11T02:59:59Z'), customer: 'cus_1', payment_intent: 'pi_1' };
const asaas = (id: string, type: string, dateCreated: string, payment: object = {}) => ({ id, event: type, dateCreated, payment: { id: 'pay_1', customer: 'cus_1', dateCreated: '2026-03-01', dueDate: '2026-03-10', value: 129.9, ...payment } });
const vindi = (type: string, created_at: string, data: object) => ({ event: { type, created_at, data } });
const bill = { id: 11, amount: '129.9', status: 'pending', created_at: '2026-03-01T10:00:00-03:00', due_at: '2026-03-10T23:59:59-03:00', charges: [], customer: { id: 5 } };
const charge = { id: 21, amount: '129.9', status: 'paid', paid_at: '2026-03-09T22:00:00-03:00' };
const lago = (webhook_type: string, object_type: string, object: object) => ({ webhook_type, object_type, [object_type]: object });
const attempt = (status: string) => ({ cobsr: [{ txid: 'FAT1', idRec: 'RR1', status: 'ATIVA', calendario: {}, valor: { original: '129.90' }, tentativas: [{ status, tipo: 'AGND', dataLiquidacao: '2026-03-09', endToEndId: 'E1' }] }] });
const received = { endToEndId: 'E1', txid: 'FAT1', valor: '129.90', horario: '2026-03-09T12:00:00Z' };
const devolucao = (status: string) => ({ id: 'd1', rtrId: 'D1', valor: '5.00', status, horario: { solicitacao: '2026-03-10T12:00:00Z', liquidacao: '2026-03-10T12:00:05Z' } });
const payment = { lago_id: 'p-1', invoice_ids: ['i-1'], amount_cents: 12_990, amount_currency: 'BRL', payment_status: 'succeeded', created_at: '2026-03-10T01:00:00Z' };

/** A debt's whole life as each platform tells it: it fails, is paid, and part of it is given back. */
export const lives: Readonly<Partial<Record<Kind, { invoice: string | null; payment: string; refunds: number; calls: Incoming[] }>>> = {
  stripe: {
    invoice: 'in_1', payment: 'pi_1', refunds: 1, calls: [
      event('e1', 'invoice.finalized', '2026-03-01T12:00:00Z', invoice), event('e2', 'invoice.updated', '2026-03-02T12:00:00Z', { ...invoice, amount_due: 11_990 }),
      event('e3', 'charge.failed', '2026-03-08T12:00:00Z', { object: 'charge', id: 'ch_1', payment_intent: 'pi_1' }), event('e4', 'payment_intent.processing', '2026-03-09T12:00:00Z', { id: 'pi_1', amount: 11_990, currency: 'brl', customer: 'cus_1' }),
      event('e5', 'invoice.paid', '2026-03-10T12:00:00Z', { ...invoice, amount_due: 11_990, amount_paid: 11_990 }), event('e6', 'invoice.payment_failed', '2026-03-12T12:00:00Z', invoice),
      event('e7', 'refund.created', '2026-03-13T12:00:00Z', { id: 're_1', amount: 500, currency: 'brl', payment_intent: 'pi_1', status: 'succeeded', created: at('2026-03-13T12:00:00Z') }),
    ].map((body) => call(body)),
  },
  asaas: {
    invoice: 'pay_1', payment: 'pay_1', refunds: 1, calls: [
      asaas('e1', 'PAYMENT_CREATED', '2026-03-01 12:00:00'), asaas('e2', 'PAYMENT_UPDATED', '2026-03-02 12:00:00', { value: 119.9 }), asaas('e3', 'PAYMENT_CONFIRMED', '2026-03-09 12:00:00', { value: 119.9, netValue: 117.91, confirmedDate: '2026-03-09', clientPaymentDate: '2026-03-09' }),
      asaas('e4', 'PAYMENT_RECEIVED', '2026-04-09 12:00:00', { value: 119.9, netValue: 117.91, clientPaymentDate: '2026-03-09', paymentDate: '2026-04-09', creditDate: '2026-04-09' }), asaas('e7', 'PAYMENT_AUTHORIZED', '2026-03-09 11:00:00'), asaas('e5', 'PAYMENT_CREDIT_CARD_CAPTURE_REFUSED', '2026-03-08 12:00:00'),
      asaas('e6', 'PAYMENT_PARTIALLY_REFUNDED', '2026-04-10 12:00:00', { refunds: [{ status: 'DONE', value: 5, dateCreated: '2026-04-10 12:00:00' }] }),
    ].map((body) => call(body)),
  },
  vindi: {
    invoice: 'vindi-11', payment: 'vindi-21', refunds: 1, calls: [
      vindi('bill_created', '2026-03-01T10:00:00-03:00', { bill }), vindi('charge_rejected', '2026-03-08T10:00:00-03:00', { charge: { ...charge, status: 'pending' } }),
      vindi('bill_paid', '2026-03-09T22:00:00-03:00', { bill: { ...bill, charges: [charge] } }), vindi('charge_rejected', '2026-03-10T10:00:00-03:00', { charge: { ...charge, status: 'pending' } }),
      vindi('charge_refunded', '2026-03-12T10:00:00-03:00', { charge: { ...charge, last_transaction: { id: 32, transaction_type: 'refund', amount: '5.0' } } }),
    ].map((body) => call(body)),
  },
  lago: {
    invoice: 'i-1', payment: 'p-1', refunds: 0, calls: [
      lago('invoice.created', 'invoice', { lago_id: 'i-1', status: 'finalized', total_amount_cents: 12_990, currency: 'BRL', issuing_date: '2026-03-01', payment_due_date: '2026-03-10', updated_at: '2026-03-01T12:00:00Z', customer: { external_id: 'cus_1' } }),
      lago('invoice.payment_failure', 'error', { lago_invoice_id: 'i-1' }), lago('payment.succeeded', 'payment', payment),
    ].map((body, index) => call(body, { 'x-lago-unique-key': `k-${index}` })),
  },
  // A PSP tells of no invoices; the same Pix comes alone, with others, in its charge and with what was given back of it.
  pix: {
    invoice: null, payment: 'E1', refunds: 1, calls: [
      attempt('AGENDADA'), attempt('REJEITADA'), attempt('PAGA'), { pix: [received] }, [{ ...received, devolucoes: [devolucao('EM_PROCESSAMENTO')] }],
      { pix: [{ endToEndId: 'E2', valor: '1.00', horario: '2026-03-09T12:00:00Z' }, { ...received, devolucoes: [devolucao('DEVOLVIDO')] }] },
      { cobsr: [{ txid: 'FAT1', idRec: 'RR1', status: 'CONCLUIDA', valor: { original: '129.90' }, pix: [received], tentativas: [] }] },
    ].map((body) => call(body)),
  },
};

const IUGU = '/v1/invoices/A1B2';
const iuguInvoice = {
  id: 'A1B2', status: 'paid', total_cents: 12_990, total_paid_cents: 13_200, currency: 'BRL', due_date: '2026-03-10', created_at_iso: '2026-03-01T22:30:00-03:00', customer_id: 'C9', payer_name: 'Ana Souza',
  payer_cpf_cnpj: '529.982.247-25', payable_with: ['bank_slip', 'pix'], secure_url: 'https://faturas.example/a1b2', paid_at: '2026-03-09T22:00:00-03:00', updated_at: '2026-03-12T10:00:00-03:00',
};
const iuguForm = (name: string) => new URLSearchParams([['event', name], ['data[id]', 'A1B2'], ['data[status]', 'paid'], ['data[account_id]', 'ACC'], ['data[paid_cents]', '4000']]).toString();
const [ACCOUNT, INVOICE, PAYMENT, PURCHASE] = ['a', 'b', 'c', 'd'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`) as [string, string, string, string];
const [INVOICE_PATH, ACCOUNT_PATH] = [`/1.0/kb/invoices/${INVOICE}`, `/1.0/kb/accounts/${ACCOUNT}`];
const killBillInvoice = { invoiceId: INVOICE, amount: '129.90', creditAdj: 0, refundAdj: 0, balance: 129.9, currency: 'BRL', status: 'COMMITTED', invoiceDate: '2026-03-01', invoiceNumber: '42', accountId: ACCOUNT };
const purchase = { transactionId: PURCHASE, paymentId: PAYMENT, transactionType: 'PURCHASE', effectiveDate: '2026-03-10T01:30:00.000Z', status: 'SUCCESS', amount: 129.9, currency: 'BRL', processedAmount: 129.9, processedCurrency: 'BRL' };
const killBillEvent = (eventType: string) => JSON.stringify({ eventType, accountId: ACCOUNT, objectType: 'INVOICE', objectId: INVOICE, metaData: null });

/** A delivery, and what the platform answers when it is asked for more. */
export interface Delivery {
  readonly body: string;
  readonly answers: Readonly<Record<string, unknown>>;
}

const ofLife = (kind: Kind): Delivery[] => lives[kind]!.calls.map(({ body }) => ({ body: body.toString(), answers: {} }));

/** Sound deliveries of every platform. */
export const DELIVERIES: Readonly<Record<Kind, readonly Delivery[]>> = {
  stripe: ofLife('stripe'), asaas: ofLife('asaas'), vindi: ofLife('vindi'), lago: ofLife('lago'), pix: ofLife('pix'),
  iugu: ['invoice.created', 'invoice.status_changed', 'invoice.payment_failed', 'invoice.released', 'invoice.refund'].map((name) => ({ body: iuguForm(name), answers: { [IUGU]: iuguInvoice } })),
  'kill-bill': ['INVOICE_CREATION', 'INVOICE_ADJUSTMENT', 'INVOICE_PAYMENT_SUCCESS', 'INVOICE_PAYMENT_FAILED'].map((name) => ({
    body: killBillEvent(name),
    answers: {
      [INVOICE_PATH]: killBillInvoice, [ACCOUNT_PATH]: { accountId: ACCOUNT, externalKey: 'aluno-17', name: 'Ana Souza', email: 'ana@exemplo.com.br', currency: 'BRL' },
      [`${INVOICE_PATH}/payments`]: [{ targetInvoiceId: INVOICE, accountId: ACCOUNT, paymentId: PAYMENT, transactions: [purchase] }],
    },
  })),
};
