import { addDays, type CivilDate, instantAt } from '@emdia/calendar';
import { parse } from 'csv-parse/sync';
import { centsOf, dateFormatOf, dateOf, decimalOf, flagOf } from './cells';
import { BadBook, type ColumnMap, type Field, findColumns } from './columns';
import { ZONE } from './diary';
import { type Book, type Deed, type Fact, inOrder, receivableId, upstream } from './fact';
import { truthOf } from './truth';

const CREDITOR_ID = 'imported-book';
const SOURCE = 'bank';
const BAD_ROWS_SHOWN_MAX = 20;
/** A dispute of the file is looked at after so long. */
export const REVIEW_DAYS = 30;

/** One invoice of the file; `settled_date` is null while it is open. */
export interface Receivable {
  readonly line: number;
  readonly invoice: string;
  readonly customer: string;
  readonly issue_date: CivilDate;
  readonly due_date: CivilDate;
  readonly amount_cents: number;
  readonly settled_date: CivilDate | null;
  readonly disputed: boolean;
  readonly customer_name: string | undefined;
  readonly email: string | undefined;
  readonly document: string | undefined;
  readonly state: string | undefined;
  readonly segment: string | undefined;
  readonly score: number | undefined;
  readonly description: string | undefined;
  readonly currency: string;
}

/** What was read, and how: `notes` are lines for the person who started it. */
export interface ReadBook {
  readonly receivables: readonly Receivable[];
  readonly notes: readonly string[];
}

/** UTF-8, else what spreadsheets in Brazil save. */
function textOf(file: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch {
    return new TextDecoder('windows-1252').decode(file);
  }
}

function rowsOf(file: Buffer): { line: number; cells: string[] }[] {
  const text = textOf(file);
  const header = text.slice(0, text.indexOf('\n') + 1 || undefined);
  const delimiter = [';', '\t', ',', '|'].reduce((best, sign) => (header.split(sign).length > header.split(best).length ? sign : best), ',');
  try {
    const rows = parse(text, { bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true, trim: true }) as unknown as { record: string[]; info: { lines: number } }[];
    return rows.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    throw new BadBook(`The file is no CSV: ${(error as Error).message}`);
  }
}

/** Reads a book of receivables; throws BadBook with every bad line (the first 20 of them) before anything has begun. */
export function readReceivables(file: Buffer, map: ColumnMap): ReadBook {
  const [header, ...rows] = rowsOf(file);
  if (!header || rows.length === 0) throw new BadBook('The file has no rows under its header.');
  const columns = findColumns(header.cells, map);
  const values = (...fields: Field[]) =>
    fields.flatMap((field) => (columns.has(field) ? rows.map(({ line, cells }) => ({ line, text: cells[columns.get(field)!] ?? '' })) : []));
  const date_format = map.date_format ?? dateFormatOf(values('issue_date', 'due_date', 'settled_date'));
  const decimal = map.decimal ?? decimalOf(values('amount'));
  const seen = new Map<string, number>();
  const bad: string[] = [];
  const receivables: Receivable[] = [];
  for (const { line, cells } of rows) {
    const wrong: string[] = [];
    if (cells.length !== header.cells.length) wrong.push(`it has ${cells.length} columns and the header ${header.cells.length}`);
    const receivable = rowOf(line, (field) => (columns.has(field) ? (cells[columns.get(field)!] ?? '') : ''), { date_format, decimal, currency: map.currency ?? 'BRL' }, wrong);
    if (receivable && seen.has(receivable.invoice)) wrong.push(`invoice ${receivable.invoice} was already on line ${seen.get(receivable.invoice)}`);
    if (wrong.length || !receivable) {
      bad.push(`line ${line}: ${wrong.join('; ')}`);
      continue;
    }
    receivables.push(receivable);
    seen.set(receivable.invoice, line);
  }
  if (bad.length) {
    const more = bad.length > BAD_ROWS_SHOWN_MAX ? `\n  and ${bad.length - BAD_ROWS_SHOWN_MAX} more` : '';
    throw new BadBook(`${bad.length} of ${rows.length} rows cannot be read:\n  ${bad.slice(0, BAD_ROWS_SHOWN_MAX).join('\n  ')}${more}\nPut these cells right, or say in --columns MAP.json how the file writes them.`);
  }
  const currencies = [...new Set(receivables.map(({ currency }) => currency))];
  if (currencies.length > 1) throw new BadBook(`The file has amounts in ${currencies.join(' and ')}; a creditor has one currency. Split it by currency.`);
  const recognised = [...columns].map(([field, at]) => `${field} = "${header.cells[at]}"`).join(', ');
  return { receivables, notes: [`Columns: ${recognised}.`, `Dates ${date_format}, cents after "${decimal}", ${receivables.length} invoices.`] };
}

function rowOf(line: number, cell: (field: Field) => string, how: { date_format: Parameters<typeof dateOf>[1]; decimal: ',' | '.'; currency: string }, wrong: string[]): Receivable | null {
  const date = (field: Field) => {
    const value = dateOf(cell(field), how.date_format);
    if (!value) wrong.push(`${field} "${cell(field)}" is no date in ${how.date_format}`);
    return value;
  };
  const [issue_date, due_date] = [date('issue_date'), date('due_date')];
  const settled_date = cell('settled_date') === '' ? null : date('settled_date');
  const amount_cents = centsOf(cell('amount'), how.decimal);
  if (amount_cents === null) wrong.push(`amount "${cell('amount')}" is no amount above zero with cents after "${how.decimal}"`);
  const disputed = flagOf(cell('disputed'));
  if (disputed === null) wrong.push(`disputed "${cell('disputed')}" says neither yes nor no`);
  if (!/^[!-~]{1,80}$/.test(cell('invoice'))) wrong.push(`invoice "${cell('invoice')}" is no invoice number (1 to 80 characters without spaces)`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,63}$/.test(cell('customer'))) wrong.push(`customer "${cell('customer')}" is no customer id (1 to 64 letters, digits and . _ : @ + -)`);
  if (issue_date && due_date && due_date < issue_date) wrong.push(`it is due (${due_date}) before it was issued (${issue_date})`);
  const currency = cell('currency') || how.currency;
  if (!/^[A-Z]{3}$/.test(currency)) wrong.push(`currency "${currency}" is not three capital letters`);
  const [segment, score] = [segmentOf(cell('segment')), cell('score') === '' ? undefined : Number(cell('score'))];
  if (score !== undefined && !(Number.isInteger(score) && score >= 0 && score <= 1_000)) wrong.push(`score "${cell('score')}" is no whole number from 0 to 1000`);
  if (wrong.length || !issue_date || !due_date || amount_cents === null || disputed === null) return null;
  const optional = (field: Field) => cell(field) || undefined;
  return {
    line, invoice: cell('invoice'), customer: cell('customer'), issue_date, due_date, amount_cents, settled_date, disputed, currency,
    customer_name: optional('customer_name'), email: optional('email'), document: optional('document'), state: optional('state'), segment, score, description: optional('description'),
  };
}

/** A segment as réguas name it: what a spreadsheet calls "Pessoa Física" is `pessoa-fisica`. */
const segmentOf = (cell: string): string | undefined =>
  cell.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+|-+$/g, '').slice(0, 40) || undefined;

/** The facts of a book that was read: each day's at 00:00, coverage of the day last; disputed invoices are held until settled. */
export function importedBook(receivables: readonly Receivable[], map: ColumnMap, creditor_id: string = CREDITOR_ID): Book {
  const dates = receivables.flatMap(({ issue_date, due_date, settled_date }) => [issue_date, due_date, ...(settled_date ? [settled_date] : [])]).sort();
  const first = dates[0]!;
  const anyOpen = receivables.some(({ settled_date }) => settled_date === null);
  // Open invoices get time to walk the whole régua; a book that is all settled ends the day after its last payment.
  const last = addDays(dates[dates.length - 1]!, anyOpen ? 45 : 1);
  const facts = receivables.flatMap((receivable) => factsOf(receivable, map, creditor_id));
  for (let day = first; day <= last; day = addDays(day, 1)) facts.push({ at: midnight(day), deed: { kind: 'checked', source: SOURCE, date: day } });
  const happened = inOrder(facts);
  return {
    creditor_id,
    creditor: {
      creditor_id, name: 'Carteira importada', document: '11222333000181', address: 'Rua das Invenções, 100, São Paulo, SP',
      contact_email: `contato@${CREDITOR_ID}.invalid`, contact_phone: '+551140000000', sender_name: 'Carteira importada', currency: receivables[0]!.currency, default_queue: 'cobranca',
    },
    source: SOURCE,
    customers: new Set(receivables.map(({ customer }) => customer)).size,
    facts: happened,
    truth: truthOf(happened),
    starts: midnight(first),
    ends: instantAt(last, '23:00', ZONE),
    seed: null,
  };
}

const midnight = (day: CivilDate) => instantAt(day, '00:00', ZONE);

/** A mailbox that exists nowhere; letters that an address cannot hold are escaped so that two customers never share one. */
const invented = (customer: string) => `${customer.replace(/[^A-Za-z0-9._+-]/g, (sign) => `=${sign.charCodeAt(0).toString(16)}`)}@${CREDITOR_ID}.invalid`;

/** The payment of an invoice of the file, whole, on a day. */
export function paymentOf({ invoice, customer, amount_cents, currency }: Receivable, day: CivilDate, at: Date, creditor_id: string): Fact {
  const payment = { creditor_id, payment_id: `pay-${invoice}`, source: SOURCE, customer_id: customer, reference: invoice, amount_cents, currency, paid_date: day, credit_date: day };
  return { at, deed: { kind: 'event', event: upstream('payment-received', at, payment, creditor_id, invoice) } };
}

/** What a customer disputes of the file's invoices, on the day on which they say so. */
export const disputeOf = ({ invoice, customer }: Receivable, review_date: CivilDate, creditor_id: string): Deed => ({
  kind: 'dispute', name: invoice, customer_id: customer, receivable_ids: [receivableId(creditor_id, invoice)], reason: 'Disputed, says the imported book.', review_date,
});

function factsOf(receivable: Receivable, map: ColumnMap, creditor_id: string): Fact[] {
  const { invoice, customer, issue_date, due_date, amount_cents, currency, settled_date, description, document, state, segment, score } = receivable;
  const facts: Fact[] = [];
  const on = (day: CivilDate, deed: Deed) => facts.push({ at: midnight(day), deed });
  const event = (day: CivilDate, type: string, data: Record<string, unknown>): Deed => ({ kind: 'event', event: upstream(type, midnight(day), { creditor_id, ...data }, creditor_id, invoice) });
  on(issue_date, event(issue_date, 'invoice-issued', {
    invoice_id: invoice, number: invoice, ...(description && { description }),
    customer: { customer_id: customer, name: receivable.customer_name ?? customer, email: receivable.email ?? invented(customer), ...(document && { document }), ...(state && { state }), ...(segment && { segment }), ...(score !== undefined && { score }) },
    issue_date, due_date, currency, amount_cents, ...(map.charge_policy && { charge_policy: map.charge_policy }), source_version: 1,
  }));
  if (settled_date) facts.push(paymentOf(receivable, settled_date, midnight(settled_date), creditor_id));
  // A dispute ends by itself when its debt is settled; one paid on the day of its invoice, or before, never stood.
  if (receivable.disputed && (!settled_date || settled_date > issue_date)) {
    const review_date = [addDays(issue_date, REVIEW_DAYS), settled_date ?? '9999-12-31'].sort()[0]!;
    on(issue_date, disputeOf(receivable, review_date, creditor_id));
  }
  return facts;
}
