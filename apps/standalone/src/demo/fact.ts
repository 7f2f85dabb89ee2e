import { derivedId } from '@emdia/contracts';

/** A CloudEvent as an upstream platform would send it; `data` may be wrong on purpose. */
export interface UpstreamEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: Record<string, unknown>;
}

/** What a fact does, in the order in which facts of one instant are sent. */
export type Deed =
  /** `unreadable` is wrong on purpose: it must end in the quarantine and change nothing. */
  | { readonly kind: 'event'; readonly event: UpstreamEvent; readonly unreadable?: true }
  /** Pays the n-th instalment of an agreement made earlier, whose id only the system knows: filled in when sent. */
  | { readonly kind: 'instalment-payment'; readonly agreement: string; readonly number: number; readonly event: UpstreamEvent }
  | { readonly kind: 'correction'; readonly event_id: string; readonly event: UpstreamEvent }
  | { readonly kind: 'discard'; readonly event_id: string; readonly reason: string }
  | { readonly kind: 'promise'; readonly name: string; readonly customer_id: string; readonly receivable_ids: readonly string[]; readonly amount_cents: number; readonly promised_date: string }
  | { readonly kind: 'agreement'; readonly name: string; readonly customer_id: string; readonly receivable_ids: readonly string[]; readonly instalments: readonly { readonly due_date: string; readonly amount_cents: number }[] }
  | { readonly kind: 'dispute'; readonly name: string; readonly customer_id: string; readonly receivable_ids: readonly string[]; readonly reason: string; readonly review_date: string }
  | { readonly kind: 'dispute-resolved'; readonly name: string; readonly outcome: 'upheld' | 'rejected' | 'withdrawn' | 'settled' }
  | { readonly kind: 'checked'; readonly source: string; readonly date: string };

/** Something that happens in the world at an instant of business time, whatever the system does. */
export interface Fact {
  readonly at: Date;
  readonly deed: Deed;
}

/** What the books must say at the end, as the world knows it: counts, and cents; received is what came less what was given back. */
export interface Truth {
  invoices: number;
  invoiced_cents: number;
  received_cents: number;
  refunded_cents: number;
  payments: number;
  refunds: number;
}

/** A list of facts in the order of time, and what is true once they have happened. */
export interface Book {
  readonly creditor_id: string;
  readonly creditor: Readonly<Record<string, unknown>>;
  readonly source: string;
  readonly customers: number;
  readonly facts: readonly Fact[];
  readonly truth: Readonly<Truth>;
  readonly starts: Date;
  readonly ends: Date;
  readonly seed: number | null;
}

/** A CloudEvent of the demo's platform; its id is derived from what it tells, so that a run can be repeated. */
export const upstream = (type: string, at: Date, data: Record<string, unknown>, ...id: (string | number)[]): UpstreamEvent => ({
  specversion: '1.0',
  id: derivedId('demo', type, ...id),
  source: '/platforms/demo',
  type: `upstream.${type}.v1`,
  time: at.toISOString(),
  data,
});

export const receivableId = (creditor_id: string, invoice_id: string): string => derivedId('receivable', creditor_id, invoice_id);

const RANK: Record<Deed['kind'], number> = {
  event: 0, correction: 1, discard: 1, 'instalment-payment': 2, promise: 3, agreement: 3, dispute: 3, 'dispute-resolved': 3, checked: 9,
};

/** Facts in the order of time; within an instant what needs another comes after it, and coverage last. */
export const inOrder = (facts: readonly Fact[]): Fact[] =>
  facts
    .map((fact, position) => ({ fact, position }))
    .sort((a, b) => a.fact.at.getTime() - b.fact.at.getTime() || RANK[a.fact.deed.kind] - RANK[b.fact.deed.kind] || a.position - b.position)
    .map(({ fact }) => fact);
