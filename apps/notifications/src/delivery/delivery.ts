import { customerKey, derivedId, NotificationsAddressInvalid, NotificationsContactMade, NotificationsContactRefused, outgoing, type ChannelTurnedDown, type Cover, type DataOf, type DunningNoticeRequested, type EventOf, type Cause, type Outgoing } from '@emdia/contracts';
import { placeOf } from '@emdia/calendar';
import type { Amounts } from '@emdia/gate';
import type { DecisionOne } from '@emdia/messaging';
import type { OwnRule } from '../contact/own-rules';
import { unspoken } from './words';

type Notice = DataOf<typeof DunningNoticeRequested>;
export type RefusedReason = DataOf<typeof NotificationsContactRefused>['reason'];

/** One cover of a message after the gate: it goes, or `reason` says why it left the message. `amounts` is null where the gate is not asked. */
export type Weighed = Cover & { readonly goes: boolean; readonly reason: string | null; readonly amounts: Amounts | null };

/** Law 5: what the message was decided on. `as_of_epoch_ms` is null where the gate is not asked (service, reply). */
export interface Verdict {
  readonly as_of_epoch_ms: number | null;
  readonly covers: readonly Weighed[];
}

/** An attempt that came back: its number, when (business time) and why. */
export interface Attempt {
  readonly attempt: number;
  readonly at: string;
  readonly reason: string;
}

type Spoken = 'words' | 'offers' | 'channels' | 'asks_cause' | 'city_code';

interface Core extends Omit<Notice, 'not_before' | 'valid_until' | Spoken> {
  /** As the régua had them when it asked, whatever it says since; null where it has none. */
  readonly words: NonNullable<Notice['words']> | null;
  readonly offers: NonNullable<Notice['offers']> | null;
  readonly channels: NonNullable<Notice['channels']> | null;
  /** Law 5: the channel taken and those preferred to it, null before anybody looked; why the words were not spoken. */
  readonly channel: 'email' | null;
  readonly channels_turned_down: readonly ChannelTurnedDown[] | null;
  readonly words_turned_down: string | null;
  /** Whether it asks why the debts are unpaid, and what the debtor answered; null in rows from before it did. */
  readonly asks_cause: boolean | null;
  readonly cause_answer: { readonly cause: Cause; readonly at: string } | null;
  /** The creditor's own rule by which it was last admitted or refused; null where the house's alone held. */
  readonly own_rule: OwnRule | null;
  readonly key: string;
  readonly not_before: Date;
  readonly valid_until: Date;
  readonly requested_at: Date;
  /** 1 at first; every return adds one. */
  readonly attempt: number;
  readonly history: readonly Attempt[];
}

/** `owner` is the run of the process that claimed it; wall time is epoch, because another process may have to judge it. */
interface Claim {
  readonly owner: string;
  readonly claimed_at_epoch_ms: number;
  readonly contact_point_key: string | null;
}

interface Call {
  readonly contact_point_key: string | null;
  readonly verdict: Verdict;
  readonly call_began_at: Date;
  readonly call_began_epoch_ms: number;
}

export type Due = Core & { readonly status: 'due'; readonly due_at: Date; readonly retry_at_epoch_ms: number | null };
export type Claimed = Core & Claim & { readonly status: 'claimed' };
export type Sending = Core & Claim & Call & { readonly status: 'sending' };
type Sent = Core & Call & { readonly status: 'sent'; readonly provider_id: string; readonly concluded_at: Date };
type Failed = Core & Call & { readonly status: 'failed'; readonly reason: string; readonly address_invalid: boolean; readonly concluded_at: Date };
type Unknown = Core & Call & { readonly status: 'unknown'; readonly reason: string; readonly concluded_at: Date };
type Refused = Core & { readonly status: 'refused'; readonly reason: RefusedReason; readonly verdict: Verdict | null; readonly concluded_at: Date };

/** One message on its way: due → claimed → sending → sent | failed | unknown, due | claimed → refused, claimed | sending → due. */
export type Delivery = Due | Claimed | Sending | Sent | Failed | Unknown | Refused;

type Decided = DecisionOne<Delivery | null>;

// A provider that is down for a day would otherwise write a line per try into every row.
const HISTORY_MAX = 20;

/** What stays of a delivery whatever becomes of it. */
function coreOf(delivery: Delivery): Core {
  const { status, due_at, retry_at_epoch_ms, owner, claimed_at_epoch_ms, contact_point_key, verdict, call_began_at, call_began_epoch_ms, provider_id, reason, address_invalid, concluded_at, ...core } =
    delivery as unknown as Core & Record<string, unknown>;
  return core as Core;
}

const callOf = ({ contact_point_key, verdict, call_began_at, call_began_epoch_ms }: Call): Call => ({ contact_point_key, verdict, call_began_at, call_began_epoch_ms });

/** Takes a notice in; `canAsk`: whether an answer could reach the house. A collection without a debt, or an agreement letter without an instalment, can never be right: it throws. */
export function accept(known: Delivery | null, event: EventOf<typeof DunningNoticeRequested>, now: Date, canAsk = true): Decided {
  if (known) return { ignored: 'known-notice' };
  const { not_before, valid_until, words = null, offers = null, channels = null, asks_cause = false, city_code, ...notice } = event.data;
  if (asksForMoney(notice.purpose) && notice.covers.length === 0) throw new Error(`A ${notice.purpose} notice must cover at least one debt.`);
  if (notice.purpose === 'agreement' && notice.instalment_id === null) throw new Error('An agreement notice must name its instalment.');
  const [from, until] = [new Date(not_before), new Date(valid_until)];
  const core: Core = {
    ...notice, state: placeOf(notice.state, city_code), key: customerKey(notice.creditor_id, notice.customer_id), not_before: from, valid_until: until, requested_at: now, attempt: 1, history: [],
    words, offers, channels, asks_cause: asks_cause && canAsk, cause_answer: null, channel: null, channels_turned_down: null, words_turned_down: null, own_rule: null,
  };
  const due: Due = { ...core, status: 'due', due_at: from < until ? from : until, retry_at_epoch_ms: null };
  return until <= now ? refuse(due, 'expired', null, now) : { next: due };
}

export const asksForMoney = (purpose: Notice['purpose']): boolean => purpose === 'collection' || purpose === 'agreement';

/** due → claimed. */
export const claim = (due: Due, by: Claim): Claimed => ({ ...coreOf(due), status: 'claimed', ...by });

/** claimed → sending: `call_began` is when the call may begin at the earliest, until the call itself tells. */
export const begin = (claimed: Claimed, verdict: Verdict, call_began: { at: Date; epoch_ms: number }): Sending => ({
  ...claimed, status: 'sending', verdict, words_turned_down: unspoken(claimed, verdict), call_began_at: call_began.at, call_began_epoch_ms: call_began.epoch_ms,
});

/** When a delivery that came back is looked at again: in business time, or in wall time where only wall time heals the cause. */
export type Again = { readonly due_at: Date } | { readonly retry_at_epoch_ms: number };

/** due | claimed | sending → due, one attempt further; never later than `valid_until`, where it is found expired. */
export function giveBack(delivery: Due | Claimed | Sending, reason: string, again: Again, now: Date): Due {
  const core = coreOf(delivery);
  const { valid_until, attempt, history } = core;
  const wanted = 'due_at' in again ? again.due_at : now;
  return {
    ...core,
    status: 'due',
    attempt: attempt + 1,
    history: [...history, { attempt, at: now.toISOString(), reason }].slice(-HISTORY_MAX),
    due_at: wanted < valid_until ? wanted : valid_until,
    retry_at_epoch_ms: 'retry_at_epoch_ms' in again ? again.retry_at_epoch_ms : null,
  };
}

/** due → due, later: nothing was tried, so no attempt is counted. */
export const postpone = (due: Due, until: Date): Due => ({ ...due, due_at: until, retry_at_epoch_ms: null });

/** due | claimed → refused, told for all covers; those that the gate refused keep the gate's reason. */
export function refuse(delivery: Due | Claimed, reason: RefusedReason, verdict: Verdict | null, now: Date): { next: Delivery; events: Outgoing[] } {
  const next: Delivery = { ...coreOf(delivery), status: 'refused', reason, verdict, concluded_at: now };
  const covers: Weighed[] = verdict ? [...verdict.covers] : delivery.covers.map((cover) => ({ ...cover, goes: true, reason: null, amounts: null }));
  return { next, events: refusals(delivery, covers, reason, now) };
}

/** What came of the provider call. `address_invalid`: the provider says that this address takes no mail. */
export type Ending =
  | { readonly outcome: 'accepted'; readonly provider_id: string }
  | { readonly outcome: 'failed'; readonly reason: string; readonly address_invalid: boolean }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** When the call began; null for a row found after a crash, which keeps the earliest instant it can have begun at. */
export type Began = { readonly at: Date; readonly epoch_ms: number } | null;

/** sending → sent | failed | unknown. */
export function conclude(sending: Sending, ending: Ending, began: Began, now: Date): { next: Delivery; events: Outgoing[] } {
  const call = { ...callOf(sending), ...(began ? { call_began_at: began.at, call_began_epoch_ms: began.epoch_ms } : {}) };
  const { covers } = call.verdict;
  const stayed = covers.filter(({ goes }) => !goes);
  const left = stayed.length > 0 ? refusals(sending, stayed, 'budget', now) : [];
  const core = coreOf(sending);
  switch (ending.outcome) {
    case 'accepted':
      return { next: { ...core, ...call, status: 'sent', provider_id: ending.provider_id, concluded_at: now }, events: [made(sending, call, 'sent', now), ...left] };
    case 'unknown':
      return { next: { ...core, ...call, status: 'unknown', reason: ending.reason, concluded_at: now }, events: [made(sending, call, 'unknown', now), ...left] };
    case 'failed': {
      const { reason, address_invalid } = ending;
      const events = refusals(sending, covers, address_invalid ? 'address-invalid' : 'provider-refused', now);
      return {
        next: { ...core, ...call, status: 'failed', reason, address_invalid, concluded_at: now },
        events: address_invalid ? [...events, addressInvalid(sending, call.contact_point_key, reason, now)] : events,
      };
    }
  }
}

/** The covers of a message about something late. */
export const lateCovers = ({ local_day }: Pick<Delivery, 'local_day'>, { covers }: Verdict): Weighed[] =>
  covers.filter(({ goes, amounts }) => goes && amounts !== null && amounts.due_date < local_day);

const triple = ({ receivable_id, due_date, step }: Cover): Cover => ({ receivable_id, due_date, step });

const told = ({ creditor_id, customer_id, case_id, notice_id, purpose, local_day, channels_turned_down: down }: Core) => ({
  creditor_id, customer_id, case_id, notice_id, purpose, local_day, ...(down?.length ? { channels_turned_down: [...down] } : {}),
});

function made(delivery: Core, call: Call, certainty: 'sent' | 'unknown', now: Date): Outgoing {
  return outgoing(NotificationsContactMade, {
    id: derivedId('contact-made', delivery.notice_id),
    key: delivery.key,
    creditor_id: delivery.creditor_id,
    now,
    data: {
      ...told(delivery),
      covers: call.verdict.covers.filter(({ goes }) => goes).map(triple),
      channel: 'email',
      step: delivery.step,
      ...(delivery.words && delivery.words_turned_down === null ? { template: delivery.words.template } : {}),
      ...(delivery.asks_cause && lateCovers(delivery, call.verdict).length > 0 ? { asked_cause: true } : {}),
      certainty,
      call_began_at: call.call_began_at.toISOString(),
    },
  });
}

function addressInvalid({ notice_id, key, creditor_id, customer_id }: Core, contact_point_key: string | null, reason: string, now: Date): Outgoing {
  return outgoing(NotificationsAddressInvalid, {
    id: derivedId('address-invalid', notice_id),
    key,
    creditor_id,
    now,
    data: { creditor_id, customer_id, channel: 'email', reason: reason.slice(0, 200), ...(contact_point_key ? { contact_point_key } : {}) },
  });
}

const FINAL = new Set<string>(['settled', 'held', 'disputed', 'promised', 'agreed', 'prescribed', 'already-covered']);

/**
 * One event per reason. A cover keeps the final reason it left the message for; the others take `otherwise`: a cover
 * that only had to wait (pending, unread) while the rest went finds the day's budget used.
 */
function refusals(delivery: Core, covers: readonly Weighed[], otherwise: RefusedReason, now: Date): Outgoing[] {
  const byReason = new Map<RefusedReason, Cover[]>();
  for (const cover of covers) {
    const reason = !cover.goes && cover.reason !== null && FINAL.has(cover.reason) ? (cover.reason as RefusedReason) : otherwise;
    byReason.set(reason, [...(byReason.get(reason) ?? []), triple(cover)]);
  }
  // A letter that covers nothing (a thank-you) is refused with an empty list, so that its sender hears of it too.
  if (covers.length === 0) byReason.set(otherwise, []);
  return [...byReason].map(([reason, each]) =>
    outgoing(NotificationsContactRefused, {
      id: derivedId('contact-refused', delivery.notice_id, reason),
      key: delivery.key,
      creditor_id: delivery.creditor_id,
      now,
      data: { ...told(delivery), covers: each, reason },
    }),
  );
}
