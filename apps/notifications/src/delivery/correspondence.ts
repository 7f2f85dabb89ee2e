import { daysBetween } from '@emdia/calendar';
import type { Rail } from '@emdia/contracts';
import type { Amounts } from '@emdia/gate';
import type { Addressee } from '../contact/addressee';
import type { Mail } from '../channels/smtp';
import { renderLetter, type Letter, type LetterItem } from '../templates/letter';
import { lateCovers, type Delivery, type Verdict, type Weighed } from './delivery';
import { unspoken } from './words';

/** How the person answers and stops: the sender's address, and the pages that close the channel and ask why (absent without a public address). */
export interface Sender {
  readonly from: string;
  readonly stop_url: string | undefined;
  readonly cause_url: string | undefined;
}

/** The e-mail of a message, from the gate's verdict and never from the notice. Throws RangeError for a letter that contradicts itself. */
export function mailOf(delivery: Delivery, verdict: Verdict, addressee: Addressee, sender: Sender, now: Date): Mail {
  const { creditor } = addressee;
  const letter = letterOf(delivery, verdict, addressee, sender);
  const { from, stop_url } = sender;
  return {
    ...renderLetter(letter),
    from: { name: creditor.sender_name, address: from },
    to: addressee.email!.trim(),
    idempotency_key: delivery.notice_id,
    sent_at: now,
    stop: letter.stop,
    headers: {
      'X-Emdia-Notice': delivery.notice_id,
      'X-Emdia-Creditor': delivery.creditor_id,
      ...(creditor.contact_email ? { 'Reply-To': creditor.contact_email } : {}),
      // RFC 8058: the mail program's own button closes the channel with one POST.
      ...(stop_url?.startsWith('https:') ? { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
    },
  };
}

function letterOf(delivery: Delivery, verdict: Verdict, { name, creditor }: Addressee, { from, stop_url, cause_url }: Sender): Letter {
  const { covers } = verdict;
  const owed = covers.flatMap((cover) => (cover.goes && cover.amounts ? [{ cover, amounts: cover.amounts }] : []));
  const items = (delivery.purpose === 'agreement' ? owed.slice(0, 1) : oncePerReceivable(owed)).map(({ cover, amounts }) => itemOf(delivery, cover, amounts));
  const { contact_email, contact_phone } = creditor;
  return {
    purpose: delivery.purpose,
    step: delivery.step,
    local_day: delivery.local_day,
    creditor: {
      name: creditor.name, document: creditor.document, address: creditor.address,
      ...(contact_email ? { contact_email } : {}), ...(contact_phone ? { contact_phone } : {}),
    },
    customer: name ? { name } : {},
    items,
    total_cents: items.reduce((sum, { total_cents }) => sum + total_cents, 0),
    what_follows: followsOf(delivery),
    stop: { email: contact_email ?? from, ...(stop_url ? { url: stop_url } : {}) },
    ...(delivery.words && unspoken(delivery, verdict) === null ? { words: delivery.words } : {}),
    ...(cause_url && delivery.asks_cause && lateCovers(delivery, verdict).length > 0 ? { cause_url } : {}),
    ...(delivery.offers ? { offers: delivery.offers } : {}),
  };
}

function followsOf({ next_step }: Delivery): Letter['what_follows'] {
  if (!next_step) return { last: true };
  const { step, planned_day, does } = next_step;
  return { next_step: step, next_day: planned_day, ...(does ? { does } : {}) };
}

/** Two steps of one debt merge into one line: its amount is owed once. */
function oncePerReceivable(owed: { cover: Weighed; amounts: Amounts }[]): { cover: Weighed; amounts: Amounts }[] {
  const seen = new Set<string>();
  return owed.filter(({ cover }) => !seen.has(cover.receivable_id) && seen.add(cover.receivable_id));
}

function itemOf(delivery: Delivery, cover: Weighed, amounts: Amounts): LetterItem {
  const { number, description, open_cents, fine_cents, interest_cents, total_cents } = amounts;
  // An instalment's date is its own; that of the old debt behind it means nothing any more.
  const agreement = delivery.purpose === 'agreement';
  return {
    receivable_id: cover.receivable_id,
    number,
    ...(description ? { description } : {}),
    due_date: agreement ? cover.due_date : amounts.due_date,
    open_cents, fine_cents, interest_cents, total_cents,
    days_late: agreement ? daysBetween(cover.due_date, delivery.local_day) : amounts.days_late,
    how_to_pay: amounts.instruments.map(({ rail, code, url }) => ({ rail: rail as Rail, ...(code ? { code } : {}), ...(url ? { url } : {}) })),
  };
}
