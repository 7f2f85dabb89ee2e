import { BillingEventRejected, BillingEventResolved, creditorKey, customerKey, derivedId, outgoing, type Outgoing } from '@emdia/contracts';
import type { Reading } from '../upstream/reading';
import type { Reason, Wrong } from '../upstream/reasons';

/** An event that was refused and kept, so that nothing is lost; its raw body is sealed. */
export interface Entry {
  readonly id: string;
  readonly origin: string;
  readonly platform: string | null;
  readonly position: string | null;
  readonly event_id: string;
  readonly event_type: string;
  readonly content_hash: string;
  readonly creditor_id: string | null;
  readonly customer_id: string | null;
  /** Set for a payment whose customer cannot be read: this source's coverage waits for it. */
  readonly source: string | null;
  readonly key: string;
  readonly reason: Reason;
  readonly detail: string;
  readonly status: 'open' | 'replayed' | 'discarded';
  readonly received_at: string;
  readonly resolved_at: string | null;
  /** Who discarded or replayed it, and why. */
  readonly resolution: string | null;
}

/** A new entry still has its raw body in the open. */
export type NewEntry = Entry & { readonly raw: string };

/** The same refused content of the same origin is one entry, however often it comes. */
export const entryId = ({ arrival, event_id, content_hash }: Reading): string => derivedId('quarantine', arrival.origin, event_id, content_hash);

/** Keeps a refused event under its best key; `customer_id` is what body or books tell. */
export function rejected(reading: Reading, found: Wrong, customer_id: string | null, now: Date): { entry: NewEntry; events: readonly Outgoing[] } {
  const { arrival, event_id, event_type, content_hash, concerns } = reading;
  // Garbage in another's name must not silence that creditor's customers: it concerns nobody.
  const foreign = found.reason === 'unknown-creditor' || found.reason === 'not-its-creditor';
  const creditor_id = foreign ? null : concerns.creditor_id;
  const whose = creditor_id === null ? null : customer_id;
  const entry: NewEntry = {
    id: entryId(reading),
    origin: arrival.origin,
    platform: arrival.platform,
    position: arrival.position,
    event_id: event_id.slice(0, 200),
    event_type: event_type.slice(0, 120),
    content_hash,
    creditor_id,
    customer_id: whose,
    source: creditor_id !== null && whose === null ? (concerns.payment?.source ?? null) : null,
    key: creditor_id === null ? creditorKey('unknown') : whose === null ? creditorKey(creditor_id) : customerKey(creditor_id, whose),
    reason: found.reason,
    detail: found.detail,
    status: 'open',
    received_at: now.toISOString(),
    resolved_at: null,
    resolution: null,
    raw: typeof arrival.body === 'string' ? arrival.body : JSON.stringify(arrival.body),
  };
  const event = outgoing(BillingEventRejected, {
    ...envelope(entry, 'event-rejected', now),
    data: { ...unread(entry), event_id: entry.event_id, event_type: entry.event_type, reason: entry.reason },
  });
  return { entry, events: [event] };
}

/** Takes an open entry out of the way. */
export function resolved(entry: Entry, outcome: 'replayed' | 'discarded', resolution: string, now: Date): { entry: Entry; events: readonly Outgoing[] } {
  const event = outgoing(BillingEventResolved, { ...envelope(entry, 'event-resolved', now), data: { ...unread(entry), outcome } });
  return { entry: { ...entry, status: outcome, resolved_at: now.toISOString(), resolution }, events: [event] };
}

const unread = ({ id, creditor_id, customer_id, source }: Entry) => ({ rejection_id: id, creditor_id, customer_id, source });

const envelope = ({ id, key, creditor_id }: Entry, what: string, now: Date) => ({ id: derivedId(what, id), key, creditor_id: creditor_id ?? '', now });
