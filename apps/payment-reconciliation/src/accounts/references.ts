import type { EventOf, BillingInvoiceIssued } from '@emdia/contracts';
import type { Account, Receivable } from './account';

/** The receivables that a payment's reference means, those due first leading; an instalment means all of its agreement. */
export interface Match {
  readonly receivables: readonly Receivable[];
  readonly by: 'invoice' | 'instalment';
}

const NOBODY: Match = { receivables: [], by: 'invoice' };

/** Every text by which a payment may mean an invoice: its id, its number, the references of its instruments. */
export const referencesOf = ({ invoice_id, number, instruments }: Pick<EventOf<typeof BillingInvoiceIssued>['data'], 'invoice_id' | 'number' | 'instruments'>): string[] =>
  [...new Set([invoice_id, ...(number === undefined ? [] : [number]), ...instruments.flatMap(({ reference }) => reference ?? [])])];

const byDueDate = (a: Receivable, b: Receivable): number => {
  const [x, y] = [a.terms!.due_date, b.terms!.due_date];
  return x === y ? (a.receivable_id < b.receivable_id ? -1 : 1) : x < y ? -1 : 1;
};

function add(map: Map<string, Receivable[]>, reference: string, receivable: Receivable): void {
  const known = map.get(reference);
  if (!known) map.set(reference, [receivable]);
  else if (known.at(-1) !== receivable) known.push(receivable);
}

/**
 * Finds receivables by exact reference. An invoice's own id means that invoice only; a number or instrument reference
 * that several invoices share means them all.
 */
export function matcher(account: Account): (reference: string | null) => Match {
  const issued = [...account.receivables.values()].filter(({ issue }) => issue !== null).sort(byDueDate);
  const byInvoice = new Map(issued.map((receivable) => [receivable.invoice_id, receivable]));
  const byOther = new Map<string, Receivable[]>();
  for (const receivable of issued) {
    add(byOther, receivable.issue!.number, receivable);
    for (const { reference } of receivable.issue!.instruments) if (reference) add(byOther, reference, receivable);
  }
  const agreements = [...account.standstills.values()].filter(({ kind }) => kind === 'agreement');
  return (reference) => {
    if (reference === null) return NOBODY;
    const invoice = byInvoice.get(reference);
    if (invoice) return { receivables: [invoice], by: 'invoice' };
    const others = byOther.get(reference);
    if (others) return { receivables: others, by: 'invoice' };
    const agreement = agreements.find(({ instalments }) => instalments.some(({ instalment_id }) => instalment_id === reference));
    return agreement ? { receivables: issued.filter(({ receivable_id }) => agreement.receivable_ids.includes(receivable_id)), by: 'instalment' } : NOBODY;
  };
}
