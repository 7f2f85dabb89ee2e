import fc from 'fast-check';
import { call, told } from '../../test/webhook-context';
import { CREDITOR, MemoryBooks } from '../../test/memory-books';
import { paymentKey, referenceKey } from '../upstream/keys';
import type { Fact, Incoming, Kind } from './source';
import { sources } from './sources';

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
const lives: Readonly<Partial<Record<Kind, { invoice: string | null; payment: string; refunds: number; calls: Incoming[] }>>> = {
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

async function after(kind: Kind, sequence: readonly Incoming[]) {
  const { invoice: invoiceId, payment: paymentId } = lives[kind]!;
  const books = new MemoryBooks();
  for (const incoming of sequence) {
    const { identity } = sources[kind].identify(incoming);
    for (const [index, { id: own, type, data }] of (told(sources[kind], incoming.body.toString()) as readonly Fact[]).entries()) {
      const { receipt } = await books.take(type.slice('upstream.'.length, -'.v1'.length), data, { id: own ?? `${identity}/${index}` });
      expect([type, receipt.outcome]).not.toEqual([type, 'rejected']);
    }
  }
  const found = invoiceId === null ? null : books.get('reference', referenceKey(CREDITOR, invoiceId)).invoice;
  const money = books.get('payment', paymentKey(CREDITOR, 'loja', paymentId)).payment;
  if ((invoiceId !== null && found?.status !== 'open') || money?.status !== 'received') throw new Error('The invoice is known and paid by now.');
  const { version: _, ...facts } = (found ?? { status: 'open' }) as { version?: number; status: string };
  const { key: __, customer_id: ___, attempts: ____, ...paid } = money;
  const of = (type: string) => books.sent.filter(({ contract }) => contract.type === `billing.${type}.v1`).length;
  return { facts, paid, reported: of('payment-reported'), refunds: of('refund-reported') };
}

describe('the order in which webhooks come', () => {
  it.each(Object.keys(lives) as Kind[])('leaves no trace with %s: any permutation, with repetitions, gives the same facts, and no late failure reopens what is paid', async (kind) => {
    const { calls, refunds } = lives[kind]!;
    const expected = await after(kind, calls);
    expect(expected).toMatchObject({ facts: { status: 'open' }, paid: { status: 'received' }, reported: kind === 'pix' ? 2 : 1, refunds });
    const twice = fc.shuffledSubarray([...calls, ...calls], { minLength: calls.length * 2, maxLength: calls.length * 2 });
    await fc.assert(fc.asyncProperty(twice, async (sequence) => expect(await after(kind, sequence)).toEqual(expected)), { numRuns: 80, seed: 20_260_310 });
  });
});
