import { derivedId, NotificationsCauseAnswered, outgoing, type Cause } from '@emdia/contracts';
import type { DecisionOne } from '@emdia/messaging';
import { lateCovers, type Delivery } from '../delivery/delivery';

/** What became of an answer: it counts, an earlier one did, or there is nothing (any more) that it could answer. */
export type Answered = { readonly cause: Cause; readonly counts: boolean } | null;

// Whoever finds an old letter months later answers a question that nobody asks any more.
const ANSWER_DAYS_MAX = 60;
const DAY_MS = 86_400_000;

/** Takes the answer to a letter that asked; the first counts, so that a link passed around cannot turn a case about. */
export function answer(delivery: Delivery | null, creditor_id: string, cause: Cause, now: Date): DecisionOne<Delivery | null, Answered> {
  if (delivery?.creditor_id !== creditor_id || (delivery.status !== 'sent' && delivery.status !== 'unknown')) return { ignored: 'not-sent', result: null };
  if (delivery.cause_answer) return { ignored: 'answered-before', result: { cause: delivery.cause_answer.cause, counts: false } };
  const late = delivery.asks_cause ? lateCovers(delivery, delivery.verdict) : [];
  if (late.length === 0) return { ignored: 'not-asked', result: null };
  if (now.getTime() > delivery.valid_until.getTime() + ANSWER_DAYS_MAX * DAY_MS) return { ignored: 'too-late', result: null };
  const { key, customer_id, case_id, notice_id } = delivery;
  const receivable_ids = [...new Set(late.map(({ receivable_id }) => receivable_id))];
  const answered_at = now.toISOString();
  const event = outgoing(NotificationsCauseAnswered, {
    id: derivedId('cause-answered', notice_id), key, creditor_id, now,
    data: { creditor_id, customer_id, case_id, notice_id, receivable_ids, cause, answered_at },
  });
  return { next: { ...delivery, cause_answer: { cause, at: answered_at } }, events: [event], result: { cause, counts: true } };
}
