import {
  BillingCustomerChanged, BillingInvoiceIssued, BillingPaymentReported, customerKey, derivedId, DunningNoticeRequested, encode, outgoing, ReconciliationBalanceChanged, type ServiceName,
} from '@emdia/contracts';
import { balance, CREDITOR } from '../balance-events';
import { BILLING, invoiceEvent, UPSTREAM } from '../hop/backlog';

/** A record as a producer gives it to Kafka. */
export interface Sent {
  readonly topic: string;
  readonly key: string;
  readonly body: string;
}
/** The topics that a service reads, and the n-th of so many events on them. */
export interface Inbound {
  readonly topics: readonly string[];
  event(n: number, events: number): Sent;
}

const BALANCES = 'reconciliation.events.v1';
const NOTICES = 'dunning.events.v1';

/** What belongs together comes this many events apart: far enough to meet in no batch. */
const APART = 5_000;
/** Events after which the pattern of openings and endings begins anew. */
export const BILLING_BLOCK = 2 * APART;
const BEGAN = Date.UTC(2026, 10, 2, 12);
const PER_CUSTOMER = 3;

/** Of a block of twice APART the first half opens something and the second ends it. */
const place = (n: number): { of: number; ends: boolean } => {
  const [block, rest] = [Math.floor(n / (2 * APART)), n % (2 * APART)];
  return { of: block * APART + (rest % APART), ends: rest >= APART };
};
/** Receivables of one customer follow each other closely, as those of one billing run do not: the harder case. */
const customerOf = (of: number): string => `cliente-${Math.floor(of / PER_CUSTOMER)}`;
const at = (n: number): Date => new Date(BEGAN + n);

/** Invoices, and their payments a while later. */
function billingEvent(n: number): Sent {
  const { of, ends } = place(n);
  const customer_id = customerOf(of);
  const key = customerKey(CREDITOR, customer_id);
  const common = { id: derivedId('bench', 'billing', n), key, creditor_id: CREDITOR, now: at(n) };
  const event = ends
    ? outgoing(BillingPaymentReported, {
        ...common,
        data: { creditor_id: CREDITOR, payment_id: `pag-${of}`, source: 'upstream', customer_id, reference: `fat-${of}`, amount_cents: 9_900, currency: 'BRL', paid_date: '2026-11-20', credit_date: '2026-11-23' },
      })
    : outgoing(BillingInvoiceIssued, {
        ...common,
        data: {
          creditor_id: CREDITOR, customer_id, receivable_id: derivedId('receivable', CREDITOR, `fat-${of}`), invoice_id: `fat-${of}`, number: `2026/${of}`, description: 'Mensalidade do plano anual, academia',
          issue_date: '2026-11-01', due_date: '2026-11-28', currency: 'BRL', amount_cents: 9_900, charge_policy: null, source_version: 1,
          instruments: [
            { rail: 'PIX_COB', reference: `pix-${of}`, code: '00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000' },
            { rail: 'BOLETO', reference: `bol-${of}`, code: '23793381286000000000300000000401984340000009900' },
          ],
        },
      });
  return { topic: BILLING, key, body: encode(event, 'billing-ingestion') };
}

function customerChanged(n: number): Sent {
  const customer_id = customerOf(n * PER_CUSTOMER);
  const key = customerKey(CREDITOR, customer_id);
  const data = { creditor_id: CREDITOR, customer_id, person_key: 'a'.repeat(64), document_key: null, state: 'SP', has_email: true, source_version: 1 };
  return { topic: BILLING, key, body: encode(outgoing(BillingCustomerChanged, { id: derivedId('bench', 'customer', n), key, creditor_id: CREDITOR, now: at(n), data }), 'billing-ingestion') };
}

/** Receivables opened, and settled a while later. */
function reconciliationEvent(n: number): Sent {
  const { of, ends } = place(n);
  const customer_id = customerOf(of);
  const key = customerKey(CREDITOR, customer_id);
  const open = balance(of, customer_id);
  const data = ends ? { ...open, version: 2, paid_cents: open.amount_cents, open_cents: 0, status: 'settled' as const, collectability: 'settled' as const, settled_on: '2026-11-20' } : open;
  return { topic: BALANCES, key, body: encode(outgoing(ReconciliationBalanceChanged, { id: derivedId('bench', 'balance', n), key, creditor_id: CREDITOR, now: at(n), data }), 'payment-reconciliation') };
}

/** Letters for a day that has not come: they are taken in and wait. */
function noticeRequested(n: number): Sent {
  const customer_id = customerOf(n * PER_CUSTOMER);
  const key = customerKey(CREDITOR, customer_id);
  const receivable_id = derivedId('receivable', CREDITOR, n);
  const data = {
    case_id: derivedId('case', CREDITOR, customer_id), creditor_id: CREDITOR, customer_id, notice_id: derivedId('bench', 'notice', n), person_key: 'a'.repeat(64), purpose: 'collection' as const, local_day: '2096-11-26',
    state: 'SP', not_before: '2096-11-26T11:00:00Z', valid_until: '2096-11-26T23:00:00Z', regua_version: 'padrao@1', step: 'D+1', covers: [{ receivable_id, due_date: '2096-11-25', step: 'D+1' }], next_step: null,
    instalment_id: null, facts: [{ receivable_id, version: 1 }], turned_down: [],
  };
  return { topic: NOTICES, key, body: encode(outgoing(DunningNoticeRequested, { id: derivedId('bench', 'requested', n), key, creditor_id: CREDITOR, now: at(n), data }), 'dunning-orchestration') };
}

/** Of seven events one tells of a customer, and six of the three receivables that the customer has. */
function customerOrBalance(n: number): Sent {
  const earlier = Math.ceil(n / 7);
  return n % 7 === 0 ? customerChanged(n / 7) : reconciliationEvent(n - earlier);
}

/** What each service has to take in after an outage of its own. */
export const inboundOf: Readonly<Record<ServiceName, Inbound>> = {
  'billing-ingestion': { topics: [UPSTREAM], event: (n, events) => ({ topic: UPSTREAM, ...invoiceEvent(n, events) }) },
  'payment-reconciliation': { topics: [BILLING], event: billingEvent },
  'dunning-orchestration': { topics: [BILLING, BALANCES], event: customerOrBalance },
  negotiation: { topics: [BALANCES], event: reconciliationEvent },
  notifications: { topics: [NOTICES], event: noticeRequested },
};
