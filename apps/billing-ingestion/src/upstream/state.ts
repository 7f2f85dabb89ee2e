import type { Customer } from '../customers/customer';
import type { Invoice } from '../invoices/invoice';
import type { Payment } from '../payments/payment';
import type { Entry, NewEntry } from '../quarantine/entry';
import type { SourceState } from '../sources/source';

/** What stands under one key of the books; the kind is the key's. */
export type State =
  | { readonly kind: 'about'; readonly creditor: { readonly currency: string } | null; readonly platforms: readonly string[] }
  | { readonly kind: 'event'; readonly content_hash: string | null; readonly creditor_id: string | null }
  | { readonly kind: 'customer'; readonly customer: Customer | null }
  | { readonly kind: 'reference'; readonly invoice: Invoice | null; readonly numbered: readonly Numbered[] }
  | { readonly kind: 'payment'; readonly payment: Payment | null }
  | { readonly kind: 'quarantine'; readonly entry: Entry | NewEntry | null }
  | SourceState;

export type StateOf<K extends State['kind']> = Extract<State, { kind: K }>;

/** An invoice that bears a number. */
export interface Numbered {
  readonly invoice_id: string;
  readonly customer_id: string;
}

/** Whose invoice a reference means: the invoice of that id, else those of that number if they are all one customer's. */
export function customerOf({ invoice, numbered }: StateOf<'reference'>): string | null {
  if (invoice && invoice.status !== 'awaited') return invoice.customer_id;
  const [first] = numbered;
  return first && numbered.every(({ customer_id }) => customer_id === first.customer_id) ? first.customer_id : null;
}

/** The states of a step, typed by kind, and what a decision changes of them. */
export class Desk {
  readonly next = new Map<string, State>();

  constructor(private readonly states: ReadonlyMap<string, State>) {}

  get<K extends State['kind']>(kind: K, key: string): StateOf<K> {
    const state = this.next.get(key) ?? this.states.get(key);
    if (state?.kind !== kind) throw new Error(`The books hold no ${kind} under a key of this step.`);
    return state as StateOf<K>;
  }

  put(key: string, state: State): void {
    this.next.set(key, state);
  }
}
