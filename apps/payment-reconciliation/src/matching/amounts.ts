import { daysBetween } from '@emdia/calendar';
import { lateCharges, percentOf } from '@emdia/money';
import type { Candidate, Credit, Fee, FitKind, MatchSettings } from './credit';

/** How an amount of money comes about from one receivable; `difference_cents` is received less open. */
export interface Fit {
  readonly kind: FitKind;
  readonly difference_cents: number;
  /** Paid late, but nothing for it. */
  readonly withoutCharges: boolean;
}

/** What of a receivable an amount depends on; receivables with the same terms fit alike. */
export type Terms = Pick<Candidate, 'currency' | 'open_cents' | 'due_date' | 'charge_policy' | 'discount'>;

/** No late charge is dearer than this share of the amount: ten years at 1% a month, a fine, and room. */
const LATE_SHARE_MAX = 1.5;

const feeOf = (fee: Fee, cents: number): number => ('cents' in fee ? fee.cents : percentOf(cents, fee.percent));

/** With late charges as of the paid date; banks and creditors round interest by up to half a cent a day apart. */
function lateOf(terms: Terms, paid_date: string): { total_cents: number; tolerance_cents: number } {
  const { open_cents, due_date, charge_policy } = terms;
  const { total_cents, days_late } = lateCharges({ open_cents, due_date, on_date: paid_date, policy: charge_policy });
  return { total_cents, tolerance_cents: total_cents > open_cents ? Math.ceil(days_late / 2) : 0 };
}

/** The amount that would settle a receivable on the day, late charges included. */
export const dueOn = (terms: Terms, paid_date: string): number => lateOf(terms, paid_date).total_cents;

/** How the money comes about from a receivable with these terms; null where nothing known explains it. */
export function fitOf({ amount_cents, currency, paid_date }: Credit, terms: Terms, { fees }: MatchSettings): Fit | null {
  const { open_cents } = terms;
  if (terms.currency !== currency || open_cents <= 0) return null;
  const difference_cents = amount_cents - open_cents;
  const isLate = daysBetween(terms.due_date, paid_date) > 0;
  if (difference_cents === 0) return { kind: 'open', difference_cents, withoutCharges: isLate && lateOf(terms, paid_date).total_cents > open_cents };
  if (difference_cents > 0) {
    if (!isLate || difference_cents > open_cents * LATE_SHARE_MAX) return null;
    const { total_cents, tolerance_cents } = lateOf(terms, paid_date);
    return Math.abs(amount_cents - total_cents) <= tolerance_cents ? { kind: 'late', difference_cents, withoutCharges: false } : null;
  }
  const { discount } = terms;
  if (discount && paid_date <= discount.until && difference_cents === -discount.cents) return { kind: 'discount', difference_cents, withoutCharges: false };
  return fees.some((fee) => feeOf(fee, open_cents) === -difference_cents) ? { kind: 'fee', difference_cents, withoutCharges: false } : null;
}

/** Part or excess, of a receivable that the amount does not explain. */
export const misfitOf = ({ amount_cents }: Credit, { open_cents }: Terms): Fit =>
  ({ kind: amount_cents < open_cents ? 'partial' : 'over', difference_cents: amount_cents - open_cents, withoutCharges: false });
