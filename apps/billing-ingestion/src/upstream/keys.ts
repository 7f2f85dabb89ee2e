import { customerKey, referenceKey } from '@emdia/contracts';

/**
 * What the books lock and load, one text per thing. The first kinds are also the keys that events go out under:
 * customer (`creditor/customer`), reference (`creditor/#ref:...`). `about` and `event` are read, never locked.
 */
export type Key =
  | { readonly kind: 'customer'; readonly creditor_id: string; readonly customer_id: string }
  | { readonly kind: 'reference'; readonly creditor_id: string; readonly reference: string }
  | { readonly kind: 'payment'; readonly creditor_id: string; readonly source: string; readonly payment_id: string }
  | { readonly kind: 'source'; readonly creditor_id: string; readonly source: string }
  | { readonly kind: 'about'; readonly creditor_id: string }
  | { readonly kind: 'event'; readonly origin: string; readonly event_id: string }
  | { readonly kind: 'quarantine'; readonly id: string };

export type KeyOf<K extends Key['kind']> = Extract<Key, { kind: K }>;

// A source is free text; encoded it holds no colon, so that source and payment id cannot run into each other.
export const paymentKey = (creditor_id: string, source: string, payment_id: string): string => `${creditor_id}/#pay:${encodeURIComponent(source)}:${payment_id}`;
export const sourceKey = (creditor_id: string, source: string): string => `${creditor_id}/#source:${encodeURIComponent(source)}`;
export const aboutKey = (creditor_id: string): string => `?about:${creditor_id}`;
export const eventKey = (origin: string, event_id: string): string => `?event:${encodeURIComponent(origin)}:${event_id}`;
export const quarantineKey = (id: string): string => `?quarantine:${id}`;

/** Taken apart again; the inverse of the functions above and of the key functions of the contracts. */
export function keyOf(text: string): Key {
  if (text.startsWith('?about:')) return { kind: 'about', creditor_id: text.slice(7) };
  if (text.startsWith('?quarantine:')) return { kind: 'quarantine', id: text.slice(12) };
  if (text.startsWith('?event:')) {
    const [origin, event_id] = splitOnce(text.slice(7));
    return { kind: 'event', origin: decodeURIComponent(origin), event_id };
  }
  const slash = text.indexOf('/');
  const creditor_id = text.slice(0, slash);
  const rest = text.slice(slash + 1);
  if (rest.startsWith('#ref:')) return { kind: 'reference', creditor_id, reference: rest.slice(5) };
  if (rest.startsWith('#source:')) return { kind: 'source', creditor_id, source: decodeURIComponent(rest.slice(8)) };
  if (rest.startsWith('#pay:')) {
    const [source, payment_id] = splitOnce(rest.slice(5));
    return { kind: 'payment', creditor_id, source: decodeURIComponent(source), payment_id };
  }
  return { kind: 'customer', creditor_id, customer_id: rest };
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(':');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** True for the keys that have a lock row. */
export const isLocked = (text: string): boolean => !text.startsWith('?');

export { customerKey, referenceKey };
