import type { Receivable } from '../src/demo/receivables-csv';

/** A row of a receivables file as a spec needs it: of one customer, due on 2025-03-10, its cents tell its line. */
export const receivable = (line: number, of: Partial<Receivable> = {}): Receivable => ({
  line, invoice: `f-${line}`, customer: 'c-1', issue_date: '2025-03-01', due_date: '2025-03-10', amount_cents: 10_000 + line, settled_date: null, disputed: false,
  customer_name: undefined, email: undefined, document: undefined, state: 'SP', segment: undefined, score: undefined, description: undefined, currency: 'BRL', ...of,
});
