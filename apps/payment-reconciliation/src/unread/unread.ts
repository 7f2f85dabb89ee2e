import type { BillingEventRejected, BillingEventResolved, EventOf } from '@emdia/contracts';
import { type DecisionOne, type Step, step, type Store } from '@emdia/messaging';

/** An event that some service could not take in: while it is open, not everything about its customer is known. */
export interface Rejection {
  readonly rejection_id: string;
  readonly service: string;
  readonly creditor_id: string | null;
  readonly customer_id: string | null;
  readonly source: string | null;
  readonly status: 'open' | 'resolved';
  readonly recorded_at: Date;
}

type Rejected = EventOf<typeof BillingEventRejected>;
type Resolved = EventOf<typeof BillingEventResolved>;

const told = ({ type, data }: Rejected | Resolved, status: Rejection['status'], now: Date): Rejection => ({
  rejection_id: data.rejection_id, service: type.split('.')[0]!, creditor_id: data.creditor_id, customer_id: data.customer_id, source: data.source, status, recorded_at: now,
});

export const applyRejected = (known: Rejection | null, event: Rejected, now: Date): DecisionOne<Rejection | null> =>
  known ? { ignored: known.status === 'resolved' ? 'resolved-before' : 'known' } : { next: told(event, 'open', now) };

/** Kept also where the rejection itself is not yet known: that one then changes nothing. */
export const applyResolved = (known: Rejection | null, event: Resolved, now: Date): DecisionOne<Rejection | null> =>
  known?.status === 'resolved' ? { ignored: 'resolved' } : { next: known ? { ...known, status: 'resolved' } : told(event, 'resolved', now) };

export const onRejected = (store: Store<Rejection | null>, event: Rejected): Step<Rejection | null> =>
  step(store, event.data.rejection_id, (known, now) => applyRejected(known, event, now));
export const onResolved = (store: Store<Rejection | null>, event: Resolved): Step<Rejection | null> =>
  step(store, event.data.rejection_id, (known, now) => applyResolved(known, event, now));
