import { type Static, Type } from '@sinclair/typebox';
import { addDays, type CivilDate } from '@emdia/calendar';
import { Actor, CivilDate as Day, CustomerId, derivedId, Instant, NegotiationDisputeRaised, NegotiationDisputeResolved, outgoing, type Outgoing, Text, Uuid } from '@emdia/contracts';
import { type DecisionOne, Refusal } from '@emdia/messaging';
import { addressOf, type Cover, coversOf, idsOf, type Negotiation, nothingOpen, oneWordOf, openReceivables, startOf, today, withEntry } from '../negotiation/negotiation';

export const OUTCOMES = ['upheld', 'rejected', 'withdrawn', 'settled'] as const;
export type Outcome = (typeof OUTCOMES)[number];

interface Disputed {
  readonly dispute_id: string;
  readonly covers: readonly Cover[];
  readonly reason: string;
  /** The day somebody looks again. */
  readonly review_date: CivilDate;
  readonly actor: string;
  readonly made_at: Date;
  /** True once a review date passed and nobody had resolved it. */
  readonly needs_review: boolean;
}

/** A debt that the debtor contests. Time never ends it: `next_check_at` only re-dates the review. */
export type Dispute = Disputed &
  (
    | { readonly status: 'open'; readonly next_check_at: Date }
    | { readonly status: 'resolved'; readonly ended_at: Date; readonly outcome: Outcome; readonly resolved_by: string }
  );

export type OpenDispute = Extract<Dispute, { status: 'open' }>;

export const REVIEW_DAYS = 10;
/** A review further ahead would be a way to forget the debt. */
export const REVIEW_DAYS_MAX = 90;

export interface RaiseDispute {
  readonly dispute_id: string;
  readonly receivable_ids: readonly string[];
  readonly reason: string;
  /** Ten days ahead, when left out. */
  readonly review_date?: CivilDate | undefined;
  readonly actor: string;
}

/** Records a dispute; refuses unknown, closed or already disputed receivables. Promised and agreed ones may be disputed: that right is not bargained away. */
export function raiseDispute(state: Negotiation, command: RaiseDispute, now: Date): DecisionOne<Negotiation, DisputeView> {
  const { dispute_id, reason, actor } = command;
  const receivables = openReceivables(state, command.receivable_ids);
  for (const other of state.disputes.values()) {
    const twice = other.status === 'open' && receivables.find(({ receivable_id }) => idsOf(other.covers).includes(receivable_id));
    if (twice) {
      throw new Refusal(409, 'already-disputed', 'A receivable is already disputed', `Resolve dispute ${other.dispute_id} first, or leave the receivable out.`,
        { receivable_id: twice.receivable_id, dispute_id: other.dispute_id });
    }
  }
  const review_date = command.review_date ?? addDays(today(now), REVIEW_DAYS);
  const last = addDays(today(now), REVIEW_DAYS_MAX);
  if (review_date <= today(now) || review_date > last) {
    throw new Refusal(422, 'review-date', 'The review date is out of range', `Give a date after today and not after ${last}, or leave it out.`);
  }
  const dispute: OpenDispute = {
    dispute_id, covers: coversOf(receivables), reason, review_date, actor, made_at: now, needs_review: false, status: 'open', next_check_at: startOf(review_date),
  };
  const data = { ...dataOf(state, dispute), reason, review_date, actor };
  return {
    next: withDispute(state, dispute),
    events: [outgoing(NegotiationDisputeRaised, { id: derivedId('dispute-raised', dispute_id), ...addressOf(state), now, data })],
    result: disputeView(state.customer_id, dispute),
  };
}

/** Ends an open dispute with what a person found. */
export function resolveDispute(state: Negotiation, command: { dispute_id: string; outcome: Outcome; actor: string }, now: Date): DecisionOne<Negotiation, DisputeView> {
  const dispute = state.disputes.get(command.dispute_id);
  if (dispute?.status !== 'open') throw new Refusal(409, 'dispute-ended', 'The dispute has already ended', 'Nothing is left to resolve; read the dispute to see how it ended.');
  const { next, events } = resolved(state, dispute, command.outcome, command.actor, now);
  return { next: withDispute(state, next), events, result: disputeView(state.customer_id, next) };
}

/** The dispute resolved as settled, if nothing of it is owed any more; else null. */
export function settleDispute(state: Negotiation, dispute: Dispute, now: Date): { next: Dispute; events: Outgoing[] } | null {
  return dispute.status === 'open' && nothingOpen(state, dispute.covers) ? resolved(state, dispute, 'settled', 'negotiation', now) : null;
}

/** At its review date an unresolved dispute gets the next one and is marked: a dispute is never dropped by time. */
export function reviewDispute(state: Negotiation, dispute_id: string, now: Date): DecisionOne<Negotiation> {
  const dispute = state.disputes.get(dispute_id);
  if (dispute?.status !== 'open') return { ignored: 'ended' };
  if (dispute.next_check_at > now) return { ignored: 'not-due' };
  const review_date = addDays(today(now), REVIEW_DAYS);
  return { next: withDispute(state, { ...dispute, review_date, needs_review: true, next_check_at: startOf(review_date) }) };
}

function resolved(state: Negotiation, { next_check_at: _, ...dispute }: OpenDispute, outcome: Outcome, actor: string, now: Date): { next: Dispute; events: Outgoing[] } {
  const event = { id: derivedId('dispute-resolved', dispute.dispute_id), ...addressOf(state), now, data: { ...dataOf(state, dispute), outcome, actor } };
  return { next: { ...dispute, status: 'resolved', ended_at: now, outcome, resolved_by: actor }, events: [outgoing(NegotiationDisputeResolved, event)] };
}

/** A dispute as REST tells it; `needs_review` is true once a review date passed without a resolution. */
export const DisputeView = Type.Object({
  dispute_id: Uuid, customer_id: CustomerId, receivable_ids: Type.Array(Uuid), reason: Text(500), review_date: Day, needs_review: Type.Boolean(), actor: Actor, made_at: Instant,
  status: oneWordOf('open', 'resolved'), ended_at: Type.Optional(Instant), outcome: Type.Optional(oneWordOf(...OUTCOMES)), resolved_by: Type.Optional(Actor),
});
export type DisputeView = Static<typeof DisputeView>;

export const disputeView = (customer_id: string, dispute: Dispute): DisputeView => ({
  dispute_id: dispute.dispute_id, customer_id, receivable_ids: idsOf(dispute.covers), reason: dispute.reason, review_date: dispute.review_date,
  needs_review: dispute.needs_review, actor: dispute.actor, made_at: dispute.made_at.toISOString(), status: dispute.status,
  ...(dispute.status === 'resolved' ? { ended_at: dispute.ended_at.toISOString(), outcome: dispute.outcome, resolved_by: dispute.resolved_by } : {}),
});

const withDispute = (state: Negotiation, dispute: Dispute): Negotiation => ({ ...state, disputes: withEntry(state.disputes, dispute.dispute_id, dispute) });

const dataOf = ({ creditor_id, customer_id }: Negotiation, { dispute_id, covers }: Disputed) => ({
  creditor_id, customer_id, dispute_id, receivable_ids: idsOf(covers),
});
