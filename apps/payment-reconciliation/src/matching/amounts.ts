import { type LateCharges, lateCharges, percentOf } from '@emdia/money';
import type { Candidate, Credit, Fee, FitKind, MatchSettings } from './credit';

/** How an amount of money comes about from one receivable; `difference_cents` is received less open. */
export interface Fit {
  readonly kind: FitKind;
  readonly difference_cents: number;
  /** Paid late, but nothing for it; or charges that only the tolerance of rounding explains. Likely, less sure. */
  readonly roughly: boolean;
}

/** What of a receivable an amount depends on; receivables with the same terms fit alike. */
export type Terms = Pick<Candidate, 'currency' | 'open_cents' | 'due_date' | 'charge_policy' | 'discount'>;

/** No late charge is dearer than this share of the amount: ten years at 1% a month, a fine, and room. */
const LATE_SHARE_MAX = 1.5;

const feeOf = (fee: Fee, cents: number): number => ('cents' in fee ? fee.cents : percentOf(cents, fee.percent));

// A day's money asks the same few hundred terms for the same date over and over: the last date of each is kept.
const lastAsked = new WeakMap<Terms, { readonly on_date: string; readonly late: LateCharges }>();

function lateOf(terms: Terms, on_date: string): LateCharges {
  const known = lastAsked.get(terms);
  if (known?.on_date === on_date) return known.late;
  const late = lateCharges({ open_cents: terms.open_cents, due_date: terms.due_date, on_date, policy: terms.charge_policy });
  lastAsked.set(terms, { on_date, late });
  return late;
}

/** The amount that would settle a receivable on the day, late charges included. */
export const dueOn = (terms: Terms, paid_date: string): number => lateOf(terms, paid_date).total_cents;

/**
 * Whether an amount is that with late charges: exactly by the receivable's own policy, or about, since others round interest by up to
 * half a cent a day apart. About is not enough without a person: a round sum paid over has been the other rounding of an older debt.
 */
function lateFit(amount_cents: number, terms: Terms, paid_date: string): 'exactly' | 'about' | null {
  const { total_cents, days_late } = lateOf(terms, paid_date);
  if (total_cents === terms.open_cents || Math.abs(amount_cents - total_cents) > Math.ceil(days_late / 2)) return null;
  return amount_cents === total_cents ? 'exactly' : 'about';
}

/** How the money comes about from a receivable with these terms; null where nothing known explains it. */
export function fitOf({ amount_cents, discount_cents = 0, currency, paid_date }: Credit, terms: Terms, { fees }: MatchSettings): Fit | null {
  const { open_cents } = terms;
  if (terms.currency !== currency || open_cents <= 0) return null;
  const difference_cents = amount_cents - open_cents;
  const isLate = terms.due_date < paid_date;
  if (difference_cents === 0) return { kind: 'open', difference_cents, roughly: isLate && dueOn(terms, paid_date) > open_cents };
  if (difference_cents > 0) {
    if (!isLate || difference_cents > open_cents * LATE_SHARE_MAX) return null;
    const late = lateFit(amount_cents, terms, paid_date);
    return late && { kind: 'late', difference_cents, roughly: late === 'about' };
  }
  if (difference_cents === -discount_cents) return { kind: 'discount', difference_cents, roughly: false };
  const { discount } = terms;
  if (discount && paid_date <= discount.until && difference_cents === -discount.cents) return { kind: 'discount', difference_cents, roughly: false };
  return fees.some((fee) => feeOf(fee, open_cents) === -difference_cents) ? { kind: 'fee', difference_cents, roughly: false } : null;
}

/** Part or excess, of a receivable that the amount does not explain. */
export const misfitOf = ({ amount_cents }: Credit, { open_cents }: Terms): Fit =>
  ({ kind: amount_cents < open_cents ? 'partial' : 'over', difference_cents: amount_cents - open_cents, roughly: false });
