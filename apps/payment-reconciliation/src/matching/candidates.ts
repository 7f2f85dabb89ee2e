import type { CivilDate } from '@emdia/calendar';
import { fitOf, type Fit, type Terms } from './amounts';
import type { Candidate, Confirmed, Credit, Customer, Decision, Key, KeyKind, MatchSettings } from './credit';
import { NameIndex } from './name-index';
import { nearKeys, readName } from './names';

/** What a creditor's money may mean, as the caller loaded it. */
export interface Book {
  readonly customers: readonly Customer[];
  readonly receivables: readonly Candidate[];
  readonly confirmed?: readonly Confirmed[];
  readonly decisions?: readonly Decision[];
  /** Receivables that other money waits for, by that money's `credit_id`. */
  readonly waiting?: readonly { readonly credit_id: string; readonly receivable_ids: readonly string[] }[];
  /** Whether the fragment is of this customer's CPF; null where that is not known. Absent: fragments say nothing of customers. */
  readonly sameFragment?: (fragment: string, customer_id: string) => boolean | null;
}

/** Receivables of the same terms fit an amount alike: most subscribers pay one of few prices, so thousands of receivables are some hundred groups. */
interface Group {
  readonly terms: Terms;
  readonly ids: Set<string>;
}

/** Numbers longer than this are made by machines and not mistyped one character at a time. */
const NEAR_NUMBER_LENGTH_MAX = 15;
const NEAR_NUMBER_LENGTH_MIN = 4;

const normalised = ({ kind, value }: Pick<Key, 'kind' | 'value'>): string => {
  const text = value.trim();
  if (kind === 'our_number') return text.toUpperCase().replace(/[^0-9A-Z]/g, '').replace(/^0+(?=.)/, '');
  return kind === 'invoice_number' ? text.toUpperCase() : text;
};
const keyOf = (key: Pick<Key, 'kind' | 'value'>): string => `${key.kind}\u0000${normalised(key)}`;
const apart = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b;

const groupKey = ({ currency, open_cents, due_date, charge_policy, discount }: Terms): string =>
  `${open_cents} ${currency} ${due_date} ${charge_policy ? Object.values(charge_policy).join(' ') : ''} ${discount ? `${discount.cents} ${discount.until}` : ''}`;

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
};

/** Customers, receivables and history, indexed so that one credit looks at some dozens of them; `add`, `take`, `confirm`, `decide` and `wait` keep it true through a batch. */
export class Candidates {
  readonly names = new NameIndex();
  readonly sameFragment: (fragment: string, customerId: string) => boolean | null;
  private readonly customers = new Map<string, Customer>();
  private readonly receivables = new Map<string, Candidate>();
  private readonly ofCustomer = new Map<string, Set<string>>();
  private readonly keys = new Map<string, { readonly key: Key; readonly receivable_id: string }[]>();
  private readonly nearNumbers = new Map<string, Set<string>>();
  private readonly groups = new Map<string, Group>();
  private readonly byDocument = new Map<string, string[]>();
  private readonly confirmedDocuments = new Map<string, Set<string>>();
  private readonly confirmedNames = new Map<string, Confirmed[]>();
  private readonly decisions = new Map<string, Decision[]>();
  private readonly waiting = new Map<string, Set<string>>();

  constructor({ customers, receivables, confirmed = [], decisions = [], waiting = [], sameFragment = () => null }: Book) {
    this.sameFragment = sameFragment;
    for (const customer of customers) this.addCustomer(customer);
    for (const receivable of receivables) this.add(receivable);
    for (const each of confirmed) this.confirm(each);
    for (const each of decisions) this.decide(each);
    for (const { credit_id, receivable_ids } of waiting) this.wait(credit_id, receivable_ids);
  }

  private addCustomer(customer: Customer): void {
    this.customers.set(customer.customer_id, customer);
    if (customer.document_key !== null) push(this.byDocument, customer.document_key, customer.customer_id);
    const name = readName(customer.name);
    if (name) this.names.add(customer.customer_id, name);
  }

  /** Adds a receivable, or replaces what was known of it. */
  add(receivable: Candidate): void {
    const { receivable_id, customer_id } = receivable;
    const before = this.receivables.get(receivable_id);
    if (before) this.ungroup(before);
    else {
      const own = this.ofCustomer.get(customer_id) ?? new Set();
      this.ofCustomer.set(customer_id, own.add(receivable_id));
      for (const key of receivable.keys) this.addKey(key, receivable_id);
    }
    this.receivables.set(receivable_id, receivable);
    if (receivable.open_cents === 0) return;
    const key = groupKey(receivable);
    const group = this.groups.get(key) ?? { terms: receivable, ids: new Set<string>() };
    group.ids.add(receivable_id);
    this.groups.set(key, group);
  }

  private ungroup(receivable: Candidate): void {
    const key = groupKey(receivable);
    const group = this.groups.get(key);
    if (group?.ids.delete(receivable.receivable_id) && group.ids.size === 0) this.groups.delete(key);
  }

  private addKey(key: Key, receivable_id: string): void {
    push(this.keys, keyOf(key), { key, receivable_id });
    if (key.kind !== 'invoice_number') return;
    const number = normalised(key);
    if (number.length < NEAR_NUMBER_LENGTH_MIN || number.length > NEAR_NUMBER_LENGTH_MAX) return;
    for (const near of nearKeys(number)) this.nearNumbers.set(near, (this.nearNumbers.get(near) ?? new Set()).add(receivable_id));
  }

  /** Money was applied: so much of it to the principal of a receivable, of a payment of so much to it. */
  take(receivable_id: string, on: CivilDate, amount_cents: number, principal_cents: number = amount_cents): void {
    const receivable = this.receivables.get(receivable_id);
    if (receivable) this.add({ ...receivable, open_cents: Math.max(0, receivable.open_cents - principal_cents), paid: { on, amount_cents } });
  }

  /** That a payer paid for a customer is certain: by an exact key, or by a person. */
  confirm(confirmed: Confirmed): void {
    const { customer_id, payer } = confirmed;
    if (payer.document_key !== null) this.confirmedDocuments.set(payer.document_key, (this.confirmedDocuments.get(payer.document_key) ?? new Set()).add(customer_id));
    const name = readName(payer.name);
    if (!name) return;
    const known = this.confirmedNames.get(name.text) ?? [];
    const same = known.some((each) => each.customer_id === customer_id && each.payer.document_key === payer.document_key && each.payer.document_fragment === payer.document_fragment);
    if (!same) this.confirmedNames.set(name.text, [...known, confirmed]);
  }

  decide(decision: Decision): void {
    push(this.decisions, decision.credit_id, decision);
  }

  /** Money waits for a person, who may give it to these receivables; a later word on the same money replaces an earlier one. */
  wait(credit_id: string, receivable_ids: readonly string[]): void {
    if (receivable_ids.length === 0) this.waiting.delete(credit_id);
    else this.waiting.set(credit_id, new Set(receivable_ids));
    this.waitedFor = null;
  }

  private waitedFor: Map<string, string[]> | null = null;

  /** Whether other money waits that a person may give to this receivable. */
  isWaitedFor(receivable_id: string, credit_id: string): boolean {
    if (this.waitedFor === null) {
      this.waitedFor = new Map();
      for (const [credit, ids] of this.waiting) for (const id of ids) push(this.waitedFor, id, credit);
    }
    return (this.waitedFor.get(receivable_id) ?? []).some((credit) => credit !== credit_id);
  }

  decisionsOn = (credit_id: string): readonly Decision[] => this.decisions.get(credit_id) ?? [];
  receivable = (receivable_id: string): Candidate | undefined => this.receivables.get(receivable_id);
  customer = (customer_id: string): Customer | undefined => this.customers.get(customer_id);
  customersOf = (document_key: string): readonly string[] => this.byDocument.get(document_key) ?? [];
  confirmedOf = (document_key: string): ReadonlySet<string> => this.confirmedDocuments.get(document_key) ?? new Set();
  confirmedNamed = (text: string): readonly Confirmed[] => this.confirmedNames.get(text) ?? [];

  /** All receivables of a customer, those due first leading. */
  of(customer_id: string): Candidate[] {
    const all = [...(this.ofCustomer.get(customer_id) ?? [])].map((id) => this.receivables.get(id)!);
    return all.sort(byDueDate);
  }

  /** The receivables that a key means, those due first leading. */
  withKey(key: Key): Candidate[] {
    const ids = new Set<string>();
    for (const known of this.keys.get(keyOf(key)) ?? []) if (!apart(known.key.bank, key.bank) && !apart(known.key.account, key.account)) ids.add(known.receivable_id);
    return [...ids].map((id) => this.receivables.get(id)!).sort(byDueDate);
  }

  /** Receivables whose number is one typing error from this text. */
  nearNumber(text: string): string[] {
    const number = text.toUpperCase();
    if (number.length < NEAR_NUMBER_LENGTH_MIN || number.length > NEAR_NUMBER_LENGTH_MAX) return [];
    const ids = new Set<string>();
    for (const near of nearKeys(number)) for (const id of this.nearNumbers.get(near) ?? []) ids.add(id);
    return [...ids].sort();
  }

  /** The terms that explain an amount, each with its receivables. */
  fitting(credit: Credit, settings: MatchSettings): { readonly fit: Fit; readonly terms: Terms; readonly ids: ReadonlySet<string> }[] {
    const found = [];
    for (const { terms, ids } of this.groups.values()) {
      const fit = fitOf(credit, terms, settings);
      if (fit) found.push({ fit, terms, ids });
    }
    return found;
  }
}

/** Those due first lead; of one day, by id. */
export const byDueDate = (a: Candidate, b: Candidate): number =>
  a.due_date === b.due_date ? (a.receivable_id < b.receivable_id ? -1 : a.receivable_id > b.receivable_id ? 1 : 0) : a.due_date < b.due_date ? -1 : 1;

/** What of a text may be a number of an invoice: its words that hold a digit, at most twelve. */
export const numbersIn = (memo: string | null): Pick<Key, 'kind' | 'value'>[] =>
  [...new Set((memo ?? '').slice(0, 400).toUpperCase().split(/[^0-9A-Z/-]+/).filter((word) => word.length >= NEAR_NUMBER_LENGTH_MIN && /\d/.test(word)))]
    .slice(0, 12).map((value) => ({ kind: 'invoice_number' as KeyKind, value }));
