/** What a posting is booked on. Debits are positive: `unapplied` and the incomes stand on the credit side, below zero. */
export const LEDGER_ACCOUNTS = ['receivable', 'revenue', 'cash', 'unapplied', 'fine_income', 'interest_income', 'waiver'] as const;
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number];

/** One line of an entry, in cents of the entry's currency; never zero. */
export interface Posting {
  readonly account: LedgerAccount;
  readonly receivable_id: string | null;
  readonly source: string | null;
  readonly payment_id: string | null;
  readonly amount_cents: number;
}

/** A balanced entry. `cause` is unique within a creditor: what was posted once cannot be posted again. */
export interface Entry {
  readonly cause: string;
  readonly event_id: string;
  readonly currency: string;
  readonly recorded_at: Date;
  readonly postings: readonly Posting[];
}

/** What an entry is about: the event that caused it, when, and in which currency. */
export interface Occasion {
  readonly event_id: string;
  readonly currency: string;
  readonly recorded_at: Date;
}

interface PaymentName {
  readonly source: string;
  readonly payment_id: string;
}

// A source is free text; encoded it holds no colon, so that source and payment id cannot run into each other.
export const paymentCause = ({ source, payment_id }: PaymentName): string => `${encodeURIComponent(source)}:${payment_id}`;

const line = (account: LedgerAccount, amount_cents: number, about: { receivable_id?: string; payment?: PaymentName }): Posting => ({
  account, receivable_id: about.receivable_id ?? null, source: about.payment?.source ?? null, payment_id: about.payment?.payment_id ?? null, amount_cents,
});

const entry = (cause: string, { event_id, currency, recorded_at }: Occasion, postings: readonly Posting[]): Entry => ({
  cause, event_id, currency, recorded_at, postings: postings.filter(({ amount_cents }) => amount_cents !== 0),
});

/** Money came in and waits to be applied. */
export const receiptEntry = (payment: PaymentName, amount_cents: number, occasion: Occasion): Entry =>
  entry(`payment:${paymentCause(payment)}`, occasion, [line('cash', amount_cents, { payment }), line('unapplied', -amount_cents, { payment })]);

/** Money went back, out of what is not applied; what it uncovers is taken back by an allocation entry beside it. */
export const refundEntry = (payment: PaymentName, refund_id: string, amount_cents: number, occasion: Occasion): Entry =>
  entry(`refund:${paymentCause(payment)}:${refund_id}`, occasion, [line('unapplied', amount_cents, { payment }), line('cash', -amount_cents, { payment })]);

/** What is billed on a receivable grew, or shrank where negative. */
export const billingEntry = (receivable_id: string, version: number, amount_cents: number, occasion: Occasion): Entry =>
  entry(`invoice:${receivable_id}:${version}`, occasion, [line('receivable', amount_cents, { receivable_id }), line('revenue', -amount_cents, { receivable_id })]);

/** A part of a receivable was waived, or is owed again where negative. */
export const waiverEntry = (receivable_id: string, version: number, amount_cents: number, occasion: Occasion): Entry =>
  entry(`waiver:${receivable_id}:${version}`, occasion, [line('waiver', amount_cents, { receivable_id }), line('receivable', -amount_cents, { receivable_id })]);

/** How the application of a payment to one receivable changed, in cents. */
export interface AllocationChange {
  readonly receivable_id: string;
  readonly principal_cents: number;
  readonly fine_cents: number;
  readonly interest_cents: number;
}

/** A payment was applied, or taken back where negative; what came with it stays or becomes unapplied. */
export function allocationEntry(payment: PaymentName, changes: readonly AllocationChange[], occasion: Occasion): Entry {
  const applied = changes.flatMap(({ receivable_id, principal_cents, fine_cents, interest_cents }) => [
    line('receivable', -principal_cents, { receivable_id, payment }),
    line('fine_income', -fine_cents, { receivable_id, payment }),
    line('interest_income', -interest_cents, { receivable_id, payment }),
  ]);
  const moved_cents = applied.reduce((sum, { amount_cents }) => sum - amount_cents, 0);
  return entry(`allocation:${paymentCause(payment)}:${occasion.event_id}`, occasion, [line('unapplied', moved_cents, { payment }), ...applied]);
}
