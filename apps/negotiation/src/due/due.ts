import type { CivilDate } from '@emdia/calendar';
import type { DecisionOne } from '@emdia/messaging';
import { breakAgreement, firstOpen, payableUntil, withAgreement } from '../agreements/agreement';
import { refresh, withReceivable } from '../negotiation/balance';
import type { Cover, Negotiation, Receivable } from '../negotiation/negotiation';
import { breakPromise, withPromise } from '../promises/promise';

/** What reconciliation says of one receivable; `covered` is true when every source it can be paid through has covered the day asked about. */
export type Standing =
  | { readonly receivable_id: string; readonly known: false }
  | (Pick<Receivable, 'receivable_id' | 'version' | 'status' | 'collectability' | 'open_cents' | 'paid_cents'> & { readonly known: true; readonly covered: boolean });

/** The answer to one question: how these receivables stand, and whether `covered_for` is covered. */
export interface Answer {
  readonly covered_for: CivilDate;
  readonly standings: ReadonlyMap<string, Standing>;
}

/** Business time after which an uncovered day is asked about again; files come a few times a day at most. */
export const ASK_AGAIN_MINUTES = 60;
const askAgainAt = (now: Date): Date => new Date(now.getTime() + ASK_AGAIN_MINUTES * 60_000);

/** Judges a promise whose day has passed: kept, broken, or to be asked about again while the day is not covered. */
export function judgePromise(before: Negotiation, promise_id: string, answer: Answer, now: Date): DecisionOne<Negotiation> {
  const promise = before.promises.get(promise_id);
  if (promise?.status !== 'active') return { ignored: 'ended' };
  if (promise.next_check_at > now) return { ignored: 'not-due' };
  const { next: state, events } = refresh(withAnswer(before, promise.covers, answer), now);
  if (state.promises.get(promise_id)!.status !== 'active') return { next: state, events };
  if (!isCovered(promise.covers, answer)) return { next: withPromise(state, { ...promise, next_check_at: askAgainAt(now) }), events };
  const broken = breakPromise(state, promise, 'date', now);
  return { next: broken.next, events: [...events, ...broken.events] };
}

/** Judges an agreement whose first open instalment's day has passed: paid, broken, or to be asked about again while the day is not covered. */
export function judgeAgreement(before: Negotiation, agreement_id: string, answer: Answer, now: Date): DecisionOne<Negotiation> {
  const judged = before.agreements.get(agreement_id);
  if (judged?.status !== 'active') return { ignored: 'ended' };
  if (judged.next_check_at > now) return { ignored: 'not-due' };
  // Between question and lock a payment may have moved it on to an instalment with another day: that one is asked about in the next run.
  if (payableUntil(firstOpen(judged)!) !== answer.covered_for) return { ignored: 'asked-about-another-day' };
  const { next: state, events } = refresh(withAnswer(before, judged.covers, answer), now);
  const agreement = state.agreements.get(agreement_id)!;
  if (agreement.status !== 'active' || firstOpen(agreement)!.number > firstOpen(judged)!.number) return { next: state, events };
  if (!isCovered(agreement.covers, answer)) return { next: withAgreement(state, { ...agreement, next_check_at: askAgainAt(now) }), events };
  const broken = breakAgreement(state, agreement, 'date', now);
  return { next: broken.next, events: [...events, ...broken.events] };
}

const isCovered = (covers: readonly Cover[], { standings }: Answer): boolean =>
  covers.every(({ receivable_id }) => {
    const standing = standings.get(receivable_id);
    return standing?.known === true && standing.covered;
  });

/** The state with every covered receivable of which the answer knows a newer version; its event will follow and fill in the dates. */
function withAnswer(state: Negotiation, covers: readonly Cover[], { standings }: Answer): Negotiation {
  let told = state;
  for (const { receivable_id } of covers) {
    const known = state.receivables.get(receivable_id)!;
    const standing = standings.get(receivable_id);
    if (!standing?.known || standing.version <= known.version) continue;
    const { version, status, collectability, open_cents, paid_cents } = standing;
    told = withReceivable(told, { ...known, version, status, collectability, open_cents, paid_cents });
  }
  return told;
}
