import type { Cover } from '@emdia/contracts';
import { meaningOf, type Amounts, type GateAnswer } from '@emdia/gate';
import { asksForMoney, type Claimed, type Delivery, type RefusedReason, type Sending, type Verdict, type Weighed } from './delivery';

/** What the gate's answers come to for one message. */
export type Weight =
  | { readonly to: 'go'; readonly verdict: Verdict }
  | { readonly to: 'refuse'; readonly reason: RefusedReason; readonly verdict: Verdict }
  /** Only new facts heal it: looked at again in business time. */
  | { readonly to: 'wait'; readonly reason: string }
  /** Wall time heals it. */
  | { readonly to: 'retry'; readonly reason: string };

/** The ask's id, unique over a batch: the same receivable may be covered by two messages, or by two steps of one. */
export const askId = (delivery: Delivery, index: number): string => `${delivery.notice_id}/${index}`;

/** Weighs a message by the gate's answers; an answer that lacks or that nobody knows is no answer. */
export function weigh(delivery: Claimed | Sending, answers: ReadonlyMap<string, GateAnswer>, asOfEpochMs: number): Weight {
  const covers: Weighed[] = [];
  for (const [index, cover] of delivery.covers.entries()) {
    const answer = answers.get(askId(delivery, index));
    if (!answer) return { to: 'retry', reason: 'no-answer' };
    if (answer.owed) covers.push({ ...cover, goes: true, reason: null, amounts: amountsOf(answer) });
    else if (meaningOf(answer.reason) !== 'again') covers.push({ ...cover, goes: false, reason: answer.reason, amounts: null });
    else return { to: 'retry', reason: answer.reason };
  }
  return outcome({ as_of_epoch_ms: asOfEpochMs, covers });
}

function outcome(verdict: Verdict): Weight {
  const { covers } = verdict;
  if (covers.length === 0 || covers.some(({ goes }) => goes)) return { to: 'go', verdict };
  const waiting = covers.find(({ reason }) => meaningOf(reason!) === 'waits');
  if (waiting) return { to: 'wait', reason: waiting.reason! };
  return { to: 'refuse', reason: covers[0]!.reason as RefusedReason, verdict };
}

/** The weight of a message that the gate is not asked about: service and reply go with all they cover. */
export const unasked = (delivery: Delivery): Weight => ({
  to: 'go',
  verdict: { as_of_epoch_ms: null, covers: delivery.covers.map((cover) => ({ ...cover, goes: true, reason: null, amounts: null })) },
});

export const asksGate = (delivery: Delivery): boolean => asksForMoney(delivery.purpose);

const tripleKey = ({ receivable_id, due_date, step }: Cover): string => `${receivable_id} ${due_date} ${step}`;

/** The verdict without the triples that another message has already covered. */
export function withoutCovered(verdict: Verdict, isTaken: (cover: Cover) => boolean): Weight {
  return outcome({
    ...verdict,
    covers: verdict.covers.map((cover) => (cover.goes && !isTaken(cover) ? { ...cover, goes: false, reason: 'already-covered', amounts: null } : cover)),
  });
}

/**
 * A second verdict on a message that is already `sending` (the first grew too old): the same covers with today's
 * amounts, or null where one of them may no longer go. What had left the message stays out of it.
 */
export function renewed(first: Verdict, second: Verdict): Verdict | null {
  const again = new Map(second.covers.map((cover) => [tripleKey(cover), cover]));
  const covers = first.covers.map((cover) => (cover.goes ? again.get(tripleKey(cover))! : cover));
  return covers.every((cover, index) => cover.goes === first.covers[index]!.goes) ? { as_of_epoch_ms: second.as_of_epoch_ms, covers } : null;
}

function amountsOf(answer: Extract<GateAnswer, { owed: true }>): Amounts {
  const { invoice_id, number, description, due_date, open_cents, fine_cents, interest_cents, total_cents, days_late, version, instruments } = answer;
  return { invoice_id, number, description, due_date, open_cents, fine_cents, interest_cents, total_cents, days_late, version, instruments };
}
