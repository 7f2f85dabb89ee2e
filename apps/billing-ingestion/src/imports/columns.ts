import { UpstreamInvoiceIssued, UpstreamPaymentReceived } from '@emdia/contracts';

export type Kind = 'invoices' | 'payments';
type Cells = Record<string, unknown>;

/** What one kind of file becomes, its columns, and those it cannot do without. */
export const kinds = {
  invoices: {
    type: UpstreamInvoiceIssued.type,
    own: ['creditor_id', 'invoice_id', 'number', 'description', 'issue_date', 'due_date', 'currency', 'amount_cents', 'source_version', 'occurred_at'],
    nested: {
      customer: ['customer_id', 'name', 'document', 'email', 'phone', 'state', 'city_code', 'segment', 'score'],
      charge_policy: ['fine_percent', 'interest_monthly_percent', 'interest_rounding', 'accrual_start'],
    },
    required: ['invoice_id', 'issue_date', 'due_date', 'currency', 'amount_cents', 'customer_id'],
  },
  payments: {
    type: UpstreamPaymentReceived.type,
    own: ['creditor_id', 'payment_id', 'source', 'customer_id', 'reference', 'occurred_at', 'amount_cents', 'amount_basis', 'fee_cents', 'discount_cents', 'currency', 'paid_date', 'credit_date'],
    nested: { charges: ['fine_cents', 'interest_cents'] },
    required: ['payment_id', 'amount_cents', 'currency', 'paid_date'],
  },
} as const satisfies Record<Kind, { type: string; own: readonly string[]; nested: Record<string, readonly string[]>; required: readonly string[] }>;

const NUMBERS = new Set(['amount_cents', 'fee_cents', 'discount_cents', 'fine_cents', 'interest_cents', 'source_version', 'score']);

/** How a header row fits a kind: what lacks, and what nobody reads. */
export function headerOf(kind: Kind, names: readonly string[]): { lacking: string[]; unread: string[] } {
  const { own, nested, required } = kinds[kind];
  const known = new Set<string>([...own, ...Object.values<readonly string[]>(nested).flat()]);
  return { lacking: required.filter((name) => !names.includes(name)), unread: names.filter((name) => !known.has(name)) };
}

/** A row of a CSV file as the data of its event; an empty cell is an absent field, and what is no number stays as it is, for the contract to refuse. */
export function dataOfRow(kind: Kind, cells: Record<string, string>): Cells {
  const pick = (names: readonly string[]): Cells =>
    Object.fromEntries(names.filter((name) => cells[name] !== undefined && cells[name] !== '').map((name) => [name, valueOf(name, cells[name]!)]));
  const { own, nested } = kinds[kind];
  const parts = Object.entries<readonly string[]>(nested).map(([name, columns]) => [name, pick(columns)] as const);
  return { ...pick(own), ...Object.fromEntries(parts.filter(([, part]) => Object.keys(part).length > 0)) };
}

const valueOf = (name: string, text: string): unknown => (NUMBERS.has(name) && /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : text);
