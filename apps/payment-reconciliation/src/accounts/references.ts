import { ourNumberKey } from '@emdia/bank-files';
import type { BillingInvoiceIssued, EventOf, Instrument } from '@emdia/contracts';
import type { Account, Receivable } from './account';

/** The receivables that a payment's reference means, those due first leading; an instalment means all of its agreement. */
export interface Match {
  readonly receivables: readonly Receivable[];
  readonly by: 'invoice' | 'instalment';
}

const NOBODY: Match = { receivables: [], by: 'invoice' };

const SLIP = 'slip:';

/**
 * How a bank slip is looked for by its nosso número: alike in what its creditor registered and in every file of its bank.
 * Null for a number that says nothing.
 */
export function slipReference(bank: string | null, ourNumber: string): string | null {
  const key = ourNumberKey(bank, ourNumber);
  return key === '' ? null : `${SLIP}${bank ?? ''}:${key}`;
}

/** The bank stands at the head of a slip's barcode (44 digits) and typed line (47); null where there is no such code. */
function bankOf(code: string): string | null {
  const digits = code.replace(/\D/g, '');
  return digits.length === 44 || digits.length === 47 ? digits.slice(0, 3) : null;
}

const slipOf = ({ rail, reference, code }: Instrument): string | null => (rail === 'BOLETO' && reference ? slipReference(bankOf(code ?? ''), reference) : null);

/** What of an invoice a payment may quote. */
type Quotable = Pick<EventOf<typeof BillingInvoiceIssued>['data'], 'invoice_id' | 'number'> & { readonly instruments: readonly Instrument[] };

/** Every text by which a payment may mean an invoice: its id, its number, the references of its instruments. */
export const referencesOf = ({ invoice_id, number, instruments }: Quotable): string[] =>
  [...new Set([invoice_id, ...(number === undefined ? [] : [number]), ...instruments.flatMap((instrument) => [instrument.reference ?? [], slipOf(instrument) ?? []].flat())])];

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
  let bySlip: Map<string, Receivable[]> | null = null;
  const slips = (): ReadonlyMap<string, Receivable[]> => {
    if (bySlip) return bySlip;
    bySlip = new Map();
    for (const receivable of issued) for (const slip of receivable.issue!.instruments.map(slipOf)) if (slip) add(bySlip, slip, receivable);
    return bySlip;
  };
  const agreements = [...account.standstills.values()].filter(({ kind }) => kind === 'agreement');
  return (reference) => {
    if (reference === null) return NOBODY;
    const invoice = byInvoice.get(reference);
    if (invoice) return { receivables: [invoice], by: 'invoice' };
    // Only a bank's file asks so, and reading every slip's number takes its time.
    const others = reference.startsWith(SLIP) ? slips().get(reference) : byOther.get(reference);
    if (others) return { receivables: others, by: 'invoice' };
    const agreement = agreements.find(({ instalments }) => instalments.some(({ instalment_id }) => instalment_id === reference));
    return agreement ? { receivables: issued.filter(({ receivable_id }) => agreement.receivable_ids.includes(receivable_id)), by: 'instalment' } : NOBODY;
  };
}
