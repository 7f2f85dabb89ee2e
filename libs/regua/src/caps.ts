import type { Confidence } from '@emdia/calendar';
import type { Regua } from './document';

/** A ceiling on what lateness may cost, in percent of the debt, with where it was read. */
export interface Cap {
  readonly fine_percent_max: number;
  readonly interest_monthly_percent_max: number;
  readonly source: string;
  readonly confidence: Confidence;
}

/** By the relation between creditor and debtor; a lawyer confirms them before production. */
export const CAPS: Readonly<Record<NonNullable<Regua['charges']>['relation'], Cap>> = {
  consumer: { fine_percent_max: 2, interest_monthly_percent_max: 1, source: 'fine: CDC art. 52 §1; interest: market practice, CC 406', confidence: 'M' },
  condominium: { fine_percent_max: 2, interest_monthly_percent_max: 1, source: 'CC art. 1336 §1', confidence: 'M' },
  business: { fine_percent_max: 10, interest_monthly_percent_max: 2, source: 'Decreto 22.626/33 arts. 1 and 9', confidence: 'M' },
};

/** So many contacts a person gets at most within any so many days. */
export interface ContactBudget {
  readonly days: number;
  readonly contacts_max: number;
}

/** What one person may be contacted at most, whatever the régua says, unless the creditor has a rule of its own; see the second law in DESIGN.md. */
export const CONTACT_BUDGETS: readonly ContactBudget[] = [{ days: 7, contacts_max: 4 }, { days: 30, contacts_max: 12 }];

/** Days between the bureau's notice and an entry that leave time to pay or to object; practice of the bureaus (L). */
export const BUREAU_NOTICE_DAYS_MIN = 10;
