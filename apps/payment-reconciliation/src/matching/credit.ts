import type { CivilDate } from '@emdia/calendar';
import type { ChargePolicy } from '@emdia/contracts';

/**
 * What identifies a receivable exactly. All but a number are written by machines and are believed alone; a number may
 * have been typed, so it is believed only where the payer does not speak against it.
 */
export type KeyKind = 'txid' | 'our_number' | 'end_to_end_id' | 'invoice_id' | 'instalment_id' | 'invoice_number';

/** An exact key. `bank` (three digits) and `account` (account or agreement) narrow an our number where both sides say them. */
export interface Key {
  readonly kind: KeyKind;
  readonly value: string;
  readonly bank?: string;
  readonly account?: string;
}

/** Who paid, as far as the source says. */
export interface Payer {
  /** HMAC of the whole document; compared for equality only. */
  readonly document_key: string | null;
  /** The six digits of a masked CPF (`***.456.789-**`); compared only by the caller's comparison and with the history. */
  readonly document_fragment: string | null;
  readonly name: string | null;
}

/** Money that came. `credit_id` identifies it over reruns; `keys` hold what a machine wrote, `memo` what a person may have typed. */
export interface Credit {
  readonly credit_id: string;
  readonly amount_cents: number;
  /** What its source says it granted: it settles so much more than came. */
  readonly discount_cents?: number;
  readonly currency: string;
  readonly paid_date: CivilDate;
  readonly keys: readonly Key[];
  readonly payer: Payer;
  readonly memo: string | null;
}

/** A receivable that money may mean; those settled of late belong to the candidates too, or a double payment is not seen. */
export interface Candidate {
  readonly receivable_id: string;
  readonly customer_id: string;
  readonly currency: string;
  /** Zero: settled or cancelled. */
  readonly open_cents: number;
  readonly issue_date: CivilDate;
  readonly due_date: CivilDate;
  readonly charge_policy: ChargePolicy | null;
  /** Less by so much when paid up to that date. */
  readonly discount: { readonly cents: number; readonly until: CivilDate } | null;
  /** The last money it took; null: none yet. */
  readonly paid: { readonly on: CivilDate; readonly amount_cents: number } | null;
  readonly keys: readonly Key[];
}

/** A customer of the creditor; those who owe nothing count too, as people of the same name. */
export interface Customer {
  readonly customer_id: string;
  readonly document_key: string | null;
  readonly name: string | null;
}

/** That this payer paid for this customer once, known by an exact key or by a person; what was matched by payer proves nothing. */
export interface Confirmed {
  readonly customer_id: string;
  readonly payer: Payer;
}

/** A person's word on a suggestion; it stands whatever a rerun thinks. A refused set refuses every set that holds it. */
export interface Decision {
  readonly credit_id: string;
  readonly verdict: 'accepted' | 'refused';
  readonly receivable_ids: readonly string[];
}

/** A fee that a bank or acquirer is known to keep: fixed, or a percentage of the amount. */
export type Fee = { readonly cents: number } | { readonly percent: string };

/** What a creditor may set. Points are of 1,000. */
export interface MatchSettings {
  readonly fees: readonly Fee[];
  /** By how many points the first suggestion must lead to be automatic. */
  readonly margin_points: number;
  /** A payer's money is automatic from so many days before the due date to so many after it. */
  readonly early_days_max: number;
  readonly late_days_max: number;
  /** The same amount again from one payer within so many days may be the same payment made twice. */
  readonly double_days: number;
}

/** The margin is more than dates and kinds of explanation make together (145): which of two equal invoices of one customer is meant is never decided by them. */
export const MATCH_SETTINGS: MatchSettings = { fees: [], margin_points: 150, early_days_max: 20, late_days_max: 180, double_days: 10 };

/** How an amount comes about; `partial` and `over` explain nothing and are never automatic without a key. */
export type FitKind = 'open' | 'late' | 'discount' | 'fee' | 'split' | 'partial' | 'over';

/** How a payer is tied to a customer, the surest first; the first four may be automatic. */
export type PayerKind = 'document' | 'document_history' | 'fragment_name' | 'name_history' | 'name' | 'namesake';

/** Why; `words.ts` says it in Portuguese. Parameters hold no personal data. */
export type Reason =
  | { readonly code: 'key'; readonly kind: KeyKind; readonly in_memo: boolean }
  | { readonly code: 'key_near'; readonly kind: KeyKind }
  | { readonly code: 'payer'; readonly kind: PayerKind; readonly similarity: number }
  | { readonly code: 'amount'; readonly kind: FitKind; readonly difference_cents: number }
  | { readonly code: 'date'; readonly days_late: number }
  | { readonly code: 'split'; readonly receivables: number; readonly customers: number }
  | { readonly code: 'person' }
  | { readonly code: Doubt };

/** Why the first suggestion was left to a person. */
export type Doubt =
  | 'payer_unknown' | 'same_name' | 'no_margin' | 'several_customers' | 'amount_unexplained' | 'amount_about' | 'leaves_older' | 'too_early' | 'too_late' | 'before_issue' | 'maybe_double' | 'money_waiting'
  | 'refused_before' | 'key_unknown' | 'key_of_another' | 'key_ambiguous' | 'key_unsupported';

/** What of the money goes to one receivable, late charges included; `deducted_cents` of it were kept as a fee or granted as a discount, so that they are settled and were not received. */
export interface Part {
  readonly receivable_id: string;
  readonly customer_id: string;
  readonly amount_cents: number;
  readonly deducted_cents: number;
}

export interface Suggestion {
  /** 0 to 1,000. */
  readonly points: number;
  readonly parts: readonly Part[];
  readonly reasons: readonly Reason[];
}

/** `double`: an exact key means what is already paid or cancelled. `suggested`: at most ten, the likeliest first, and why none was taken. */
export type Match =
  | { readonly status: 'matched'; readonly by: 'key' | 'payer' | 'person'; readonly parts: readonly Part[]; readonly over_cents: number; readonly reasons: readonly Reason[] }
  | { readonly status: 'double'; readonly receivable_ids: readonly string[]; readonly reasons: readonly Reason[] }
  | { readonly status: 'suggested'; readonly suggestions: readonly Suggestion[]; readonly doubts: readonly Doubt[] }
  | { readonly status: 'unknown'; readonly doubts: readonly Doubt[] };
