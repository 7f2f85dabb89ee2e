import { formatBRL } from '@emdia/money';
import type { DataOf, DunningNoticeRequested, Offer, Purpose, Rail, Words } from '@emdia/contracts';
import { composeLetter } from './composition';
import { letterHtml } from './letter-html';
import { letterText } from './letter-text';

/** One way to pay one receivable: the code to copy, the link to open, or both. */
export type WayToPay = { rail: Rail; label?: string; code?: string; url?: string };

/** One debt in a letter; money in integer cents, `total_cents` = open + fine + interest, `days_late` below 1 before it is late. */
export type LetterItem = {
  receivable_id: string;
  number: string;
  description?: string;
  due_date: string;
  open_cents: number;
  fine_cents: number;
  interest_cents: number;
  total_cents: number;
  days_late: number;
  how_to_pay: WayToPay[];
};

/** One debt that a thank-you letter says is paid; `paid_cents` in integer cents. */
export type PaidItem = { receivable_id: string; number: string; description?: string; paid_cents: number; paid_on?: string };

/** What the régua does next where that is no message. */
export type Doing = NonNullable<NonNullable<DataOf<typeof DunningNoticeRequested>['next_step']>['does']>;

/** What happens after this letter: the régua's next step and its civil day, or nothing automatic any more. */
export type WhatFollows = { next_step: string; next_day: string; does?: Doing } | { last: true };

/** Everything a letter says, as data; civil dates are 'YYYY-MM-DD', money is integer cents of BRL. */
export type Letter = {
  purpose: Purpose;
  /** The leading step of the notice: 'D-3', 'D0', 'D+7', any other 'D+n'; 'thanks' of a service letter. */
  step: string;
  local_day: string;
  creditor: { name: string; document: string; address: string; contact_email?: string; contact_phone?: string };
  customer: { name?: string };
  items: LetterItem[];
  total_cents: number;
  what_follows: WhatFollows;
  stop: { email: string; url?: string };
  paid_items?: PaidItem[];
  /** Where the person may answer why the debts are unpaid; without it, it is not asked. */
  cause_url?: string;
  /** Of the régua; without them it speaks by its step. */
  words?: Pick<Words, 'subject' | 'text'>;
  /** What the step offers; without it another date and instalments. */
  offers?: readonly Offer[];
};

/** A letter ready for an e-mail channel. */
export type RenderedLetter = { subject: string; text: string; html: string };

// Gmail cuts a message off at 102 KB, and with it the creditor's name and the way to stop.
export const HTML_BYTES_MAX = 100_000;

/**
 * The letter in plain Portuguese, as text and as HTML that say the same in the same order.
 * Throws RangeError when the letter contradicts itself (a sum that does not add up, a collection without a debt,
 * a date that does not exist, a step nobody wrote words for): a wrong letter must never go out.
 */
export function renderLetter(letter: Letter): RenderedLetter {
  requireConsistent(letter);
  const whole = rendered(letter);
  if (Buffer.byteLength(whole.html) <= HTML_BYTES_MAX) return whole;
  // Only codes and links can be this long, and half a code is worth nothing: the person is asked to answer instead.
  return rendered({ ...letter, items: letter.items.map((item) => ({ ...item, how_to_pay: [] })) });
}

function rendered(letter: Letter): RenderedLetter {
  const composition = composeLetter(letter);
  return { subject: composition.subject, text: letterText(composition), html: letterHtml(composition) };
}

function requireConsistent(letter: Letter): void {
  const asksForMoney = letter.purpose === 'collection' || letter.purpose === 'agreement';
  if (asksForMoney && letter.items.length === 0) throw new RangeError(`a ${letter.purpose} letter needs at least one debt`);
  let sum_cents = 0;
  for (const item of letter.items) {
    if (item.total_cents !== item.open_cents + item.fine_cents + item.interest_cents)
      throw new RangeError(`the parts of ${item.receivable_id} do not add up to its total of ${formatBRL(item.total_cents)}`);
    sum_cents += item.total_cents;
  }
  if (sum_cents !== letter.total_cents)
    throw new RangeError(`the debts add up to ${formatBRL(sum_cents)}, the letter says ${formatBRL(letter.total_cents)}`);
}
