import { isWithinContactHours, localDate, nextOpening, zoneOf } from '@emdia/calendar';
import type { ChannelTurnedDown } from '@emdia/contracts';
import type { DecisionOne } from '@emdia/messaging';
import type { Addressee } from '../contact/addressee';
import { claim, giveBack, postpone, refuse, type Delivery, type Due, type RefusedReason } from './delivery';
import { retryDelayMs } from './back-off';

/** What is known of the person when a message asks to leave. `addressee` is undefined where nobody answered the look-up. */
export interface Known {
  readonly addressee: Addressee | null | undefined;
  /** The channel was closed by the person, or does not work. */
  readonly closed: 'opted-out' | 'address-invalid' | null;
  /** The day's rows were free and are now ours, and the rolling windows have room. */
  readonly budget: boolean;
}

/** Who claims, and the wall time of it. */
export interface Claimant {
  readonly owner: string;
  readonly epoch_ms: number;
}

type Looked = { readonly to: 'admit' } | { readonly to: 'refuse'; readonly reason: RefusedReason } | { readonly to: 'later'; readonly due_at: Date };

/** Whether a message may leave at this instant, by the clock alone. A reply is welcome at any hour. */
export function byTheClock({ purpose, state, valid_until, own_rule }: Delivery, now: Date): Looked {
  if (now >= valid_until) return { to: 'refuse', reason: 'expired' };
  if (purpose === 'reply' || isWithinContactHours(now, state, own_rule)) return { to: 'admit' };
  const opens = nextOpening(now, state, own_rule);
  if (opens < valid_until) return { to: 'later', due_at: opens };
  // A day or an hour that only the creditor closed is no message that came too late.
  return { to: 'refuse', reason: isWithinContactHours(now, state) ? 'hours' : 'expired' };
}

/** The local day of a contact made now. */
export const contactDay = (delivery: Pick<Delivery, 'state'>, now: Date): string => localDate(now, zoneOf(delivery.state));

/** Why a message may not go to this person, before its budget is asked; null where it may. */
export function closedTo(delivery: Delivery, { addressee, closed }: Pick<Known, 'addressee' | 'closed'>): RefusedReason | null {
  if (!addressee?.email) return 'no-address';
  if (!addressee.deliverable) return 'address-invalid';
  // Somebody who wrote to us is answered, whatever they closed before.
  return closed === 'opted-out' && delivery.purpose === 'reply' ? null : closed;
}

/** The channel that a message takes: of those preferred the first that is open. The house writes by e-mail alone so far; the others are told as `not-served`. */
export function channelFor(delivery: Delivery, known: Pick<Known, 'addressee' | 'closed'>): { channel: 'email' | null; turned_down: ChannelTurnedDown[]; reason: RefusedReason | null } {
  const turned_down: ChannelTurnedDown[] = [];
  let closed: RefusedReason = 'no-channel';
  for (const channel of delivery.channels ?? (['email'] as const)) {
    if (channel !== 'email') {
      turned_down.push({ channel, reason: 'not-served' });
      continue;
    }
    const reason = closedTo(delivery, known);
    if (reason === null) return { channel, turned_down, reason };
    turned_down.push({ channel, reason: (closed = reason) });
  }
  return { channel: null, turned_down, reason: closed };
}

/** Whether a message waits for nothing but to be looked at. */
export const isDue = (state: Delivery | null, by: Claimant, now: Date): state is Due => state?.status === 'due' && state.due_at <= now && (state.retry_at_epoch_ms ?? 0) <= by.epoch_ms;

/** due → claimed | refused | due (later): the first half of leaving, under the row's lock. */
export function admit(state: Delivery | null, known: Known, by: Claimant, now: Date): DecisionOne<Delivery | null> {
  if (state?.status !== 'due') return { ignored: 'not-due' };
  if (!isDue(state, by, now)) return { ignored: 'not-yet' };
  const clock = byTheClock(state, now);
  if (clock.to === 'refuse') return refuse(state, clock.reason, null, now);
  if (clock.to === 'later') return { next: postpone(state, clock.due_at) };
  if (known.addressee === undefined) return { next: unanswered(state, by, now) };
  const { channel, turned_down, reason: closed } = channelFor(state, known);
  const chosen = { ...state, channel, channels_turned_down: turned_down };
  const reason = closed ?? (known.budget ? null : 'budget');
  if (reason) return refuse(chosen, reason, null, now);
  return { next: claim(chosen, { owner: by.owner, claimed_at_epoch_ms: by.epoch_ms, contact_point_key: known.addressee!.contact_point_key }) };
}

function unanswered(due: Due, by: Claimant, now: Date): Due {
  return giveBack(due, 'no-answer', { retry_at_epoch_ms: by.epoch_ms + retryDelayMs(due.attempt, 'house') }, now);
}
