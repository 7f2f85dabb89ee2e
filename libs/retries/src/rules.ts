import type { Weekday } from '@emdia/calendar';
import type { Rail } from '@emdia/contracts';

/** What the networks, the central bank and the house allow, as data: each item with its source and how sure it is (DOMAIN.md: H read, M several secondary sources, L one or old). */
export interface Sourced {
  readonly what: string;
  readonly source: string;
  readonly confidence: 'H' | 'M' | 'L';
}

/** Brands with rules of their own; every other one, and an unknown one, is under the rules of all of them at once. */
export const BRANDS = ['visa', 'mastercard', 'elo'] as const;
export type Brand = (typeof BRANDS)[number];

/** Codes after which a card is never tried again. */
export interface Stop extends Sourced {
  /** Of these brands; of every one where it is left out. */
  readonly brands?: readonly Brand[];
  readonly field: 'network_code' | 'advice_code' | 'code';
  readonly codes: readonly string[];
}

/** At most so many attempts, less the margin, in any so many days (of 24 hours). */
export interface Limit extends Sourced {
  readonly name: string;
  /** Of one card over all debts, or of one debt over all rails (or one of them). */
  readonly scope: 'card' | 'receivable';
  readonly brands?: readonly Brand[];
  readonly rail?: Rail;
  readonly attempts_max: number;
  readonly days: number;
  /** Kept free, for attempts that nobody told us of. */
  readonly margin: number;
}

export const STOPS: readonly Stop[] = [
  {
    what: 'category 1: the issuer will never approve', brands: ['visa'], field: 'network_code', codes: ['04', '07', '12', '14', '15', '41', '43', '46', '57', 'R0', 'R1', 'R3'],
    source: 'Visa decline response code categories, as processors publish them (14 is in category 3 at some)', confidence: 'H',
  },
  { what: 'do not try again; recurring payment cancelled', brands: ['mastercard'], field: 'advice_code', codes: ['03', '21'], source: 'Mastercard merchant advice codes, as acquirers publish them', confidence: 'M' },
  {
    what: 'irreversible: invalid or expired card, lost, stolen, closed, not permitted, security', field: 'network_code', codes: ['04', '07', '12', '14', '15', '41', '43', '46', '54', '57', '58', '63'],
    source: 'ABECS Normativo 021, as acquirers and platforms publish it', confidence: 'M',
  },
  {
    what: 'the platform\'s own word for one of these', field: 'code', source: 'decline codes of Stripe', confidence: 'H',
    codes: ['lost_card', 'stolen_card', 'pickup_card', 'expired_card', 'incorrect_number', 'invalid_number', 'invalid_account', 'restricted_card', 'transaction_not_allowed', 'card_not_supported', 'stop_payment_order', 'revocation_of_authorization', 'revocation_of_all_authorizations'],
  },
];

export const LIMITS: readonly Limit[] = [
  { name: 'visa-30-days', scope: 'card', brands: ['visa'], attempts_max: 20, days: 30, margin: 5, what: 'categories 2 to 4; older pages and some acquirers count 15, which the margin leaves', source: 'Visa excessive reattempts rule, since 25 May 2025; three sources', confidence: 'H' },
  { name: 'mastercard-1-day', scope: 'card', brands: ['mastercard'], attempts_max: 10, days: 1, margin: 3, what: 'declines; some acquirers count 7, which the margin leaves', source: 'Mastercard transaction processing excellence, as acquirers publish it', confidence: 'M' },
  { name: 'mastercard-30-days', scope: 'card', brands: ['mastercard'], attempts_max: 35, days: 30, margin: 5, what: 'declines', source: 'Mastercard transaction processing excellence, as acquirers publish it', confidence: 'M' },
  { name: 'mastercard-fee', scope: 'card', brands: ['mastercard'], attempts_max: 8, days: 31, margin: 1, what: 'Brazilian acquirers bill from the 8th retry in the month', source: 'acquirers\' pages', confidence: 'M' },
  { name: 'elo-30-days', scope: 'card', brands: ['elo'], attempts_max: 15, days: 30, margin: 3, what: 'retries of one card and amount; billed from the 16th', source: 'acquirers\' pages', confidence: 'M' },
  { name: 'debt-60-days', scope: 'receivable', attempts_max: 8, days: 60, margin: 0, what: 'all rails of one debt together', source: 'the house', confidence: 'L' },
  { name: 'debit-30-days', scope: 'receivable', rail: 'DEBIT', attempts_max: 3, days: 30, margin: 0, what: 'debits of one debt', source: 'the house; each bank\'s agreement says its own', confidence: 'L' },
  { name: 'boleto-60-days', scope: 'receivable', rail: 'BOLETO', attempts_max: 3, days: 60, margin: 0, what: 'a boleto is issued anew: each costs a fee, and old ones may still be paid', source: 'the house', confidence: 'L' },
];

/** Pix Automático after the due date: the payer's own bank tries again on the due date itself, which does not count. */
export const PIX = {
  attempts_max: 3,
  days: 7,
  policy: 'PERMITE_3R_7D',
  kills: ['AC05', 'AM09', 'DENC', 'DS27', 'DTED', 'MIDI', 'MSUC', 'NITX', 'RC09'],
  what: 'on different days within 7 calendar days after the due date and before the next cycle, same amount, no fine or interest; these codes end the charge itself',
  source: 'Pix API 2.9.0; Res. BCB 1/2020 as amended, IN BCB 513/2024 and 614/2025',
  confidence: 'M',
} as const satisfies Sourced & Record<string, unknown>;

/** Why a charge was declined, as far as it matters for when to try again. */
export const REASONS = ['no-funds', 'limit-reached', 'issuer-unavailable'] as const;
export type Reason = (typeof REASONS)[number];

export const REASON_CODES: Readonly<Record<Reason, readonly string[]>> = {
  'no-funds': ['51', 'insufficient_funds'],
  'limit-reached': ['61', '65', 'withdrawal_count_limit_exceeded', 'card_velocity_exceeded'],
  'issuer-unavailable': ['19', '91', '96', 'issuer_not_available', 'processing_error', 'reenter_transaction', 'try_again_later'],
};

/** How long the network asks to wait, by advice code, in hours. */
export const ADVISED_HOURS: Readonly<Record<string, number>> = { '24': 1, '25': 24, '26': 48, '27': 96, '28': 144, '29': 192, '30': 240 };

/** A day on which salaries come: of the month (or the business day before it), the n-th business day, or the last. */
export type Payday = { readonly day: number } | { readonly business_day: number } | { readonly last_business_day: true };

/** When to try again after a decline for a reason, on a rail or any. */
export interface Timing {
  readonly reason: Reason;
  readonly rail?: Rail | undefined;
  readonly after_hours: number;
  readonly on: 'any-day' | 'business-day' | 'payday';
  readonly weekdays?: readonly Weekday[] | undefined;
  /** HH:mm in Brasília; any where it is left out. */
  readonly hour?: string | undefined;
}

/** Limits and timing in force for one creditor. */
export interface Rules {
  readonly limits: readonly Limit[];
  readonly paydays: readonly Payday[];
  /** Money stays a while: so many days after a payday count as it. */
  readonly payday_lasts_days: number;
  readonly table: readonly Timing[];
  /** Days between attempts where no table says when; the last one repeats. */
  readonly ladder_days: readonly number[];
  /** Of the ladder, HH:mm in Brasília. */
  readonly hour: string;
}

/**
 * The house's rules. The timing is practice, not measurement (L): what is learnt about it later comes in one place, as
 * `table`, `paydays` and `ladder_days` of a creditor's tables, and nowhere else.
 */
export const HOUSE_RULES: Rules = {
  limits: LIMITS,
  paydays: [{ business_day: 5 }, { day: 15 }, { day: 20 }, { last_business_day: true }],
  payday_lasts_days: 2,
  table: [
    { reason: 'no-funds', after_hours: 24, on: 'payday', hour: '09:00' },
    { reason: 'limit-reached', after_hours: 72, on: 'business-day', hour: '09:00' },
    { reason: 'issuer-unavailable', after_hours: 6, on: 'any-day' },
  ],
  ladder_days: [1, 3, 5, 7],
  hour: '09:00',
};
