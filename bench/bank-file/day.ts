import { derivedId, type BillingInvoiceIssued, type EventOf } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { fold } from '@emdia/messaging';
import { applyIssued } from '../../apps/payment-reconciliation/src/accounts/invoices';
import { Accounts } from '../../apps/payment-reconciliation/src/accounts/accounts';
import { referencesOf } from '../../apps/payment-reconciliation/src/accounts/references';
import { onReferences } from '../../apps/payment-reconciliation/src/accounts/steps';
import { bytesOf, lines400 } from '../../libs/bank-files/test/synthetic';
import { balance, CREDITOR, keyOf } from '../balance-events';

/** Itaú: its trailer totals the rows, its return names the payer, and it tells what was paid less the fee. */
const BANK = '341';
const AMOUNT_CENTS = 9_900;
const FEE_CENTS = 210;
const PAYER = { from: 324, width: 30 };
const NOW = new Date('2026-11-02T12:00:00Z');
const BATCH_ROWS = 200;

const ourNumber = (n: number): string => String(10_000_000 + n);

type Issued = EventOf<typeof BillingInvoiceIssued>;

/** The n-th customer's invoice, with Pix and a slip of the bank. */
function issued(n: number): Issued {
  const { invoice_id, number, description, issue_date, original_due_date, currency, charge_policy } = balance(n, `cliente-${n}`);
  const instruments: Issued['data']['instruments'] = [
    { rail: 'PIX_COB', reference: `pix-${n}`, code: '00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000' },
    { rail: 'BOLETO', reference: ourNumber(n), code: `${BANK}91281286000000000300000000401984340009900` },
  ];
  const data: Issued['data'] = {
    creditor_id: CREDITOR, customer_id: `cliente-${n}`, receivable_id: derivedId('receivable', CREDITOR, invoice_id), invoice_id, number, description: description!, issue_date, due_date: original_due_date, currency,
    amount_cents: AMOUNT_CENTS, charge_policy, instruments, source_version: 1,
  };
  return { id: derivedId('bench', 'issued', n), type: 'billing.invoice-issued.v1', source: '/emdia/bench', key: keyOf(n), time: NOW.toISOString(), creditor_id: CREDITOR, data };
}

/** Puts so many customers' receivables into a database of the service, by its own decisions and statements; nothing is published. */
export async function owe(url: string, customers: number): Promise<void> {
  const database = new Database({ url, schema: 'reconciliation' });
  const accounts = new Accounts();
  try {
    for (let from = 0; from < customers; from += BATCH_ROWS) {
      const events = Array.from({ length: Math.min(BATCH_ROWS, customers - from) }, (_, i) => issued(from + i));
      const outcomes = await database.transaction((tx) => fold(tx, events.map((event) => [onReferences(accounts, event, referencesOf(event.data), applyIssued)]), NOW));
      for (const outcome of outcomes) if ('error' in outcome) throw outcome.error;
    }
  } finally {
    await database.close();
  }
}

/** The bank's return in which every one of these customers has paid. */
export function returnOf(customers: number): Uint8Array<ArrayBuffer> {
  const titles = Array.from({ length: customers }, (_, n) => ({
    code: '06', number: ourNumber(n), title: AMOUNT_CENTS, paid: AMOUNT_CENTS, fee: FEE_CENTS, on: '2026-11-20', due: '2026-11-28', credit: '2026-11-23', document: `2026/${n}`,
  }));
  const [header, ...rest] = lines400(BANK, titles);
  const trailer = rest.pop()!;
  const details = rest.map((line, n) => line.slice(0, PAYER.from) + `MARIA APARECIDA SOUZA ${n}`.padEnd(PAYER.width) + line.slice(PAYER.from + PAYER.width));
  return Uint8Array.from(bytesOf([header!, ...details, trailer]));
}
