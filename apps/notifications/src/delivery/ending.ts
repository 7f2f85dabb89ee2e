import { anHourLater } from '@emdia/gate';
import type { DecisionOne } from '@emdia/messaging';
import type { Outcome } from '../channels/smtp';
import { retryDelayMs } from './back-off';
import { conclude, giveBack, refuse, type Began, type Claimed, type Delivery, type Ending, type RefusedReason, type Sending, type Verdict } from './delivery';
import { isSameClaim } from './departures';

/** How an attempt ended, to be recorded: `hour` waits in business time for facts, the others in wall time. */
export type End = { readonly delivery: Claimed | Sending } & (
  | { readonly kind: 'concluded'; readonly ending: Ending; readonly began: Began }
  | { readonly kind: 'returned'; readonly reason: string; readonly again: 'at-once' | 'hour' | 'house' | 'provider' }
  | { readonly kind: 'refused'; readonly reason: RefusedReason; readonly verdict: Verdict | null }
);

/** Applies an end to the row as it now is; one whose claim was lost meanwhile is left as it is. */
export function end(row: Delivery | null, what: End, epochMs: number, now: Date): DecisionOne<Delivery | null> {
  if (!isSameClaim(row, what.delivery)) return { ignored: 'claim-lost' };
  switch (what.kind) {
    case 'concluded':
      return row.status === 'sending' ? conclude(row, what.ending, what.began, now) : { ignored: 'not-sending' };
    case 'refused':
      // Nobody refuses a message that is `sending`: it comes back, and its next attempt is refused.
      return row.status === 'claimed' ? refuse(row, what.reason, what.verdict, now) : { next: giveBack(row, what.reason, { retry_at_epoch_ms: epochMs }, now) };
    case 'returned':
      return { next: giveBack(row, what.reason, againOf(what.again, row.attempt, epochMs, now), now) };
  }
}

function againOf(again: 'at-once' | 'hour' | 'house' | 'provider', attempt: number, epochMs: number, now: Date) {
  if (again === 'hour') return { due_at: anHourLater(now) };
  return { retry_at_epoch_ms: again === 'at-once' ? epochMs : epochMs + retryDelayMs(attempt, again) };
}

/** How old, in ms of wall time, a claim or a call may grow before its process is taken for dead. */
export const CLAIM_MS_MAX = 30_000;

/** What a crash left behind: a claim goes back; a call that had perhaps begun is never sent again. */
export function recover(row: Delivery | null, epochMs: number, now: Date): DecisionOne<Delivery | null> {
  if (row?.status === 'claimed' && row.claimed_at_epoch_ms < epochMs - CLAIM_MS_MAX)
    return { next: giveBack(row, 'claim-too-old', againOf('house', row.attempt, epochMs, now), now) };
  if (row?.status === 'sending' && row.call_began_epoch_ms < epochMs - CLAIM_MS_MAX)
    return conclude(row, { outcome: 'unknown', reason: 'found sending after a crash' }, null, now);
  return { ignored: 'alive' };
}

/** What the channel's answer means for the message. */
export function endOf(delivery: Sending, answer: Outcome, began: Began): End {
  if (answer.outcome === 'accepted') return { delivery, kind: 'concluded', ending: answer, began };
  if (answer.outcome === 'unknown') return { delivery, kind: 'concluded', ending: answer, began };
  if (answer.retry) return { delivery, kind: 'returned', reason: answer.reason, again: 'provider' };
  return { delivery, kind: 'concluded', ending: { outcome: 'failed', reason: answer.reason, address_invalid: saysAddressInvalid(answer.reason) }, began };
}

/**
 * Whether a provider's final no is about the recipient's address: enhanced codes 5.1.x, or 550, 551 and 553 to RCPT
 * without one. 5.7.x (policy, spam) is about the letter or its sender, and the address may well work.
 */
export function saysAddressInvalid(reason: string): boolean {
  if (/\b5\.1\.\d{1,3}\b/.test(reason)) return true;
  if (/\b5\.\d{1,3}\.\d{1,3}\b/.test(reason)) return false;
  return /recipients? (was|were) rejected: 55[013]\b/i.test(reason) || /^not one e-mail address$/.test(reason);
}
