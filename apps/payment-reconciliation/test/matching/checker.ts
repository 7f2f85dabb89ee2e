import type { Row, StatementSet, Subscriber } from './statement-set';

// It judges the engine, so it shares no code with it: plain loops over everything, arithmetic of its own.

type Invoice = StatementSet['invoices'][number];
type Credit = Row['credit'];

/** What the checker says of one row. */
export interface Verdict {
  /** The true label is the only candidate by all given fields. */
  readonly only: boolean;
  /** And the product's rule lets a machine decide it: a key, or a payer known by document or by confirmed history. */
  readonly decidable: boolean;
}

const day = (date: string): number => Date.parse(date) / 86_400_000;
const DROPPED = ['DE', 'DA', 'DO', 'DAS', 'DOS', 'E', 'LTDA', 'ME', 'EPP', 'EIRELI', 'SA', 'S', 'A'];
const remembered = new Map<string, string[]>();
function letters(text: string): string[] {
  const known = remembered.get(text) ?? lettersOf(text);
  remembered.set(text, known);
  return known;
}
const lettersOf = (text: string): string[] => text.normalize('NFD').replace(/[^A-Za-z0-9 ]/g, (c) => (c === '/' || c === '-' ? ' ' : '')).toUpperCase().split(/ +/).filter(Boolean);
const told = new Map<string, string[]>();
function telling(text: string): string[] {
  const known = told.get(text) ?? letters(text).filter((word) => !DROPPED.includes(word));
  told.set(text, known);
  return known;
}

function oneErrorApart(a: string, b: string): boolean {
  if (a === b) return true;
  // No Math here: looked up a million times, a global of Jest's sandbox costs more than all the rest.
  const shorter = a.length < b.length ? a.length : b.length;
  if (a.length + b.length - 2 * shorter > 1 || shorter < 3) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  let end = 0;
  while (end < shorter - from && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [x, y] = [a.slice(from, a.length - end), b.slice(from, b.length - end)];
  return (x.length <= 1 && y.length <= 1) || (x.length === 2 && y.length === 2 && x[0] === y[1] && x[1] === y[0]);
}

/** Whether a name as paid may be a customer's: every word of it one of the customer's, as initial, with one error, or cut off at the end. */
function mayBe(paid: string, known: string): boolean {
  const cut = paid.length >= 20;
  if (cut && letters(known)[0] === letters(paid)[0] && letters(known).join(' ').startsWith(letters(paid).join(' '))) return true;
  const left = [...telling(known)];
  return telling(paid).every((word, at, all) => {
    const found = left.findIndex((other) => oneErrorApart(word, other) || (word.length === 1 && other[0] === word) || (cut && at === all.length - 1 && other.startsWith(word)));
    if (found >= 0) left.splice(found, 1);
    return found >= 0;
  });
}

/** Keeps what is owed by the truth, and says of each row what its fields leave possible. */
export class Checker {
  private readonly open = new Map<string, number>();
  private readonly byKey = new Map<string, Invoice[]>();
  private readonly byCustomer = new Map<string, Invoice[]>();
  private readonly byId = new Map<string, Invoice>();
  private readonly history: { readonly customer_id: string; readonly document: string | null; readonly fragment: string | null; readonly name: string }[] = [];
  private readonly paid: { readonly customer_id: string; readonly cents: number; readonly on: string }[] = [];

  constructor(private readonly set: StatementSet) {
    for (const invoice of set.invoices) {
      this.byId.set(invoice.receivable_id, invoice);
      this.open.set(invoice.receivable_id, invoice.open_cents);
      this.byCustomer.set(invoice.customer_id, [...(this.byCustomer.get(invoice.customer_id) ?? []), invoice]);
      for (const { kind, value } of invoice.keys) this.byKey.set(`${kind}:${value}`, [...(this.byKey.get(`${kind}:${value}`) ?? []), invoice]);
    }
    for (const { customer_id, payer } of set.confirmed) this.confirm({ payer, memo: null }, [customer_id]);
  }

  /** A payer is known from now on, as the house was told. */
  confirm(credit: Pick<Credit, 'payer' | 'memo'>, customers: readonly string[]): void {
    for (const customer_id of new Set(customers)) {
      this.history.push({ customer_id, document: credit.payer.document_key, fragment: credit.payer.document_fragment, name: letters(this.nameOf(credit) ?? '').join(' ') });
    }
  }

  /** What really happened; after `judge`. */
  happened({ credit, truth, deducted_cents, situation }: Row, customer_id: string | null): void {
    let left = credit.amount_cents + deducted_cents;
    for (const id of truth) {
      const cents = Math.min(left, this.open.get(id)!);
      this.open.set(id, this.open.get(id)! - cents);
      left -= cents;
    }
    const who = truth.length > 0 ? truth.map((id) => this.byId.get(id)!.customer_id) : situation === 'duplicate' && customer_id ? [customer_id] : [];
    for (const each of new Set(who)) this.paid.push({ customer_id: each, cents: credit.amount_cents, on: credit.paid_date });
  }

  judge({ credit, truth }: Row): Verdict {
    const byKey = credit.keys.flatMap(({ kind, value }) => this.byKey.get(`${kind}:${value}`) ?? []);
    if (byKey.length > 0) {
      const isTrue = byKey.length === truth.length && byKey.every(({ receivable_id }) => truth.includes(receivable_id));
      return { only: isTrue && byKey.some(({ receivable_id }) => this.open.get(receivable_id)! > 0), decidable: true };
    }
    if (truth.length === 0) return { only: false, decidable: false };
    const { customers, known } = this.payers(credit);
    let labels = [...customers].flatMap((customer_id) => this.labelsOf(credit, this.byCustomer.get(customer_id) ?? []));
    const numbers = (credit.memo ?? '').match(/\b\d{4,}\b/g) ?? [];
    const named = numbers.flatMap((number) => this.byKey.get(`invoice_number:${number}`) ?? []).map(({ receivable_id }) => receivable_id);
    if (named.length > 0) labels = labels.filter((label) => named.some((id) => label.split('+').includes(id)));
    const only = labels.length === 1 && labels[0] === [...truth].sort().join('+') && !this.pressedTwice(credit, customers);
    const customer = this.byId.get(truth[0]!)!.customer_id;
    return { only, decidable: only && (known.has(customer) || named.length > 0) };
  }

  private nameOf({ payer, memo }: Pick<Credit, 'payer' | 'memo'>): string | null {
    return payer.name ?? /RECEBIDO - (.*?)(?: (?:FATURA|NF|REF)\b.*| \d.*)?$/.exec(memo ?? '')?.[1] ?? null;
  }

  /** Customers that payer fields leave possible, all of them where there are no such fields; and those of them by whom the payer is known. */
  private payers(credit: Credit): { customers: Set<string>; known: Set<string> } {
    const { document_key: document, document_fragment: fragment } = credit.payer;
    const name = this.nameOf(credit);
    const differ = (a: string | null, b: string | null) => a !== null && b !== null && a !== b;
    if (document === null && name === null) return { customers: new Set(this.byCustomer.keys()), known: new Set() };
    if (document !== null) {
      const known = new Set([
        ...this.set.customers.filter((customer) => customer.document_key === document).map(({ customer_id }) => customer_id),
        ...this.history.filter((each) => each.document === document).map(({ customer_id }) => customer_id),
      ]);
      if (known.size > 0) return { customers: known, known };
    }
    if (name === null) return { customers: new Set(), known: new Set() };
    const like = this.set.customers.filter((customer) => mayBe(name, customer.name) && !differ(customer.document_key, document) && !differ(customer.fragment, fragment));
    const same = letters(name).join(' ');
    const before = this.history.filter((each) => each.name === same && !differ(each.document, document) && !differ(each.fragment, fragment));
    const customers = new Set([...like, ...before].map(({ customer_id }) => customer_id));
    const byFragment = (each: Subscriber | (typeof before)[number]) => fragment !== null && each.fragment === fragment;
    const sure = [...like, ...before].filter(byFragment).map(({ customer_id }) => customer_id);
    return { customers, known: new Set(sure.length > 0 ? sure : customers.size === 1 ? before.map(({ customer_id }) => customer_id) : []) };
  }

  /** Sets of one to four open invoices of a customer whose sum the amount is: as they stand, with late charges, less a discount or a fee. */
  private labelsOf(credit: Credit, invoices: readonly Invoice[]): string[] {
    const open = invoices.filter(({ receivable_id, issue_date }) => this.open.get(receivable_id)! > 0 && issue_date <= credit.paid_date);
    const labels: string[] = [];
    for (let mask = 1; mask < 1 << Math.min(open.length, 12); mask++) {
      const of = open.filter((_, at) => mask & (1 << at));
      if (of.length <= 4 && this.explains(credit, of)) labels.push(of.map(({ receivable_id }) => receivable_id).sort().join('+'));
    }
    return labels;
  }

  private explains({ amount_cents, paid_date }: Credit, invoices: readonly Invoice[]): boolean {
    const owed = invoices.reduce((sum, { receivable_id }) => sum + this.open.get(receivable_id)!, 0);
    if (amount_cents === owed) return true;
    const charged = invoices.reduce((sum, invoice) => sum + this.withCharges(invoice, paid_date), 0);
    const days = Math.max(0, ...invoices.map(({ due_date }) => day(paid_date) - day(due_date)));
    if (charged > owed && Math.abs(amount_cents - charged) <= (invoices.length === 1 ? Math.ceil(days / 2) : 0)) return true;
    const less = owed - amount_cents;
    const [first] = invoices;
    if (invoices.length === 1 && first!.discount && paid_date <= first!.discount.until && less === first!.discount.cents) return true;
    return this.set.fees.some((fee) => less === ('cents' in fee ? fee.cents : Math.floor(((invoices.length === 1 ? owed : amount_cents) * Number(fee.percent) * 100 + 5_000) / 10_000)));
  }

  private withCharges({ receivable_id, due_date, charge_policy }: Invoice, on: string): number {
    const cents = this.open.get(receivable_id)!;
    const weekend = [1, 0, 0, 0, 0, 0, 2][new Date(due_date).getUTCDay()]!;
    const days = day(on) - day(due_date);
    return charge_policy === null || days <= weekend ? cents : cents + Math.round(cents * 0.02) + Math.round(cents / 3_000) * days;
  }

  /** The same amount from the same payer within ten days may be one payment made twice: then "none" is a candidate too. */
  private pressedTwice({ amount_cents, paid_date }: Credit, customers: ReadonlySet<string>): boolean {
    return this.paid.some(({ customer_id, cents, on }) => customers.has(customer_id) && cents === amount_cents && Math.abs(day(on) - day(paid_date)) <= 10);
  }
}
