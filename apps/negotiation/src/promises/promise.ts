import { type Static, Type } from '@sinclair/typebox';
import { addDays, type CivilDate } from '@emdia/calendar';
import { Actor, CivilDate as Day, CustomerId, derivedId, Instant, NegotiationPromiseBroken, NegotiationPromiseKept, NegotiationPromiseMade, outgoing, type Outgoing, PositiveCents, Uuid } from '@emdia/contracts';
import { type DecisionOne, Refusal } from '@emdia/messaging';
import { addressOf, type Cover, coversOf, idsOf, type Negotiation, nothingOpen, openCents, oneWordOf, openReceivables, receivedSince, refuseCommitted, startOf, today, withEntry } from '../negotiation/negotiation';

interface Promised {
  readonly promise_id: string;
  readonly covers: readonly Cover[];
  readonly amount_cents: number;
  readonly promised_date: CivilDate;
  readonly actor: string;
  readonly made_at: Date;
}

/** A word given to pay on a day; `next_check_at` is when it is asked whether the day has passed and is covered. */
export type PaymentPromise = Promised &
  (
    | { readonly status: 'active'; readonly next_check_at: Date }
    | { readonly status: 'kept'; readonly ended_at: Date }
    | { readonly status: 'broken'; readonly ended_at: Date; readonly broken_by: 'date' | 'request' }
  );

export type ActivePromise = Extract<PaymentPromise, { status: 'active' }>;

/** A word further ahead than this is no promise but a postponement: agree on instalments instead. */
export const PROMISE_DAYS_MAX = 30;

export interface MakePromise {
  readonly promise_id: string;
  readonly receivable_ids: readonly string[];
  /** All that is open, when left out. */
  readonly amount_cents?: number | undefined;
  readonly promised_date: CivilDate;
  readonly actor: string;
}

/** Records a promise; refuses unknown, closed or already committed receivables, a day outside 1 to 30 days ahead, and more than is owed. */
export function makePromise(state: Negotiation, command: MakePromise, now: Date): DecisionOne<Negotiation, PromiseView> {
  const { promise_id, promised_date, actor } = command;
  const receivables = openReceivables(state, command.receivable_ids);
  refuseCommitted(state, receivables);
  const last = addDays(today(now), PROMISE_DAYS_MAX);
  if (promised_date <= today(now) || promised_date > last) {
    throw new Refusal(422, 'promised-date', 'The promised date is out of range', `Give a date after today and not after ${last}; later ones need an agreement.`);
  }
  const open_cents = openCents(receivables);
  const amount_cents = command.amount_cents ?? open_cents;
  if (amount_cents > open_cents) {
    throw new Refusal(422, 'amount-exceeds-debt', 'More is promised than is owed', `Promise at most ${open_cents} cents, or leave the amount out.`, { open_cents });
  }
  const promise: ActivePromise = {
    promise_id, covers: coversOf(receivables), amount_cents, promised_date, actor, made_at: now,
    status: 'active', next_check_at: startOf(addDays(promised_date, 1)),
  };
  const data = { ...dataOf(state, promise), amount_cents, promised_date, actor };
  return {
    next: withPromise(state, promise),
    events: [outgoing(NegotiationPromiseMade, { id: derivedId('promise-made', promise_id), ...addressOf(state), now, data })],
    result: promiseView(state.customer_id, promise),
  };
}

/** Ends a live promise by request: the debt returns at once. */
export function cancelPromise(state: Negotiation, promise_id: string, now: Date): DecisionOne<Negotiation, PromiseView> {
  const promise = state.promises.get(promise_id);
  if (promise?.status !== 'active') throw new Refusal(409, 'promise-ended', 'The promise has already ended', 'Nothing is left to cancel; read the promise to see how it ended.');
  const { next, events } = breakPromise(state, promise, 'request', now);
  return { next, events, result: promiseView(state.customer_id, next.promises.get(promise_id)!) };
}

/** Breaks a live promise; the caller knows that its day has passed and is covered, or that somebody asked. */
export function breakPromise(state: Negotiation, promise: ActivePromise, broken_by: 'date' | 'request', now: Date): { next: Negotiation; events: Outgoing[] } {
  const data = { ...dataOf(state, promise), received_cents: Math.max(0, receivedSince(state, promise.covers)) };
  return {
    next: withPromise(state, { ...withoutCheck(promise), status: 'broken', ended_at: now, broken_by }),
    events: [outgoing(NegotiationPromiseBroken, { id: derivedId('promise-broken', promise.promise_id), ...addressOf(state), now, data })],
  };
}

/**
 * The promise kept, if what was promised came or nothing is owed any more; else null. Debts that the creditor cancelled
 * count as kept: the word was not broken by the debtor.
 */
export function keepPromise(state: Negotiation, promise: PaymentPromise, now: Date): { next: PaymentPromise; events: Outgoing[] } | null {
  if (promise.status !== 'active') return null;
  if (receivedSince(state, promise.covers) < promise.amount_cents && !nothingOpen(state, promise.covers)) return null;
  const event = { id: derivedId('promise-kept', promise.promise_id), ...addressOf(state), now, data: dataOf(state, promise) };
  return { next: { ...withoutCheck(promise), status: 'kept', ended_at: now }, events: [outgoing(NegotiationPromiseKept, event)] };
}

/** A promise as REST tells it. */
export const PromiseView = Type.Object({
  promise_id: Uuid, customer_id: CustomerId, receivable_ids: Type.Array(Uuid), amount_cents: PositiveCents, promised_date: Day, actor: Actor, made_at: Instant,
  status: oneWordOf('active', 'kept', 'broken'), ended_at: Type.Optional(Instant), broken_by: Type.Optional(oneWordOf('date', 'request')),
});
export type PromiseView = Static<typeof PromiseView>;

export const promiseView = (customer_id: string, promise: PaymentPromise): PromiseView => ({
  promise_id: promise.promise_id, customer_id, receivable_ids: idsOf(promise.covers), amount_cents: promise.amount_cents, promised_date: promise.promised_date,
  actor: promise.actor, made_at: promise.made_at.toISOString(), status: promise.status,
  ...(promise.status === 'active' ? {} : { ended_at: promise.ended_at.toISOString() }),
  ...(promise.status === 'broken' ? { broken_by: promise.broken_by } : {}),
});

export const withPromise = (state: Negotiation, promise: PaymentPromise): Negotiation => ({
  ...state, promises: withEntry(state.promises, promise.promise_id, promise),
});

const dataOf = ({ creditor_id, customer_id }: Negotiation, { promise_id, covers }: Promised) => ({
  creditor_id, customer_id, promise_id, receivable_ids: idsOf(covers),
});

function withoutCheck({ next_check_at: _, ...promise }: ActivePromise): Omit<ActivePromise, 'next_check_at'> {
  return promise;
}
