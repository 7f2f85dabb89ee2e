import { Type, type Static, type TObject, type TProperties, type TSchema } from '@sinclair/typebox';

/** One kind of event: its versioned type, the topic that carries it and the JSON Schema of its data. */
export interface Contract<T extends TSchema = TSchema> {
  readonly type: string;
  readonly topic: string;
  readonly data: T;
  readonly describes: string;
}

export type DataOf<C extends Contract> = Static<C['data']>;

/**
 * An event as the code sees it: the CloudEvents 1.0 attributes plus its data. `id` is a UUID derived from the cause,
 * `key` orders it (creditor/customer), `time` is business time (RFC 3339), `creditor_id` the tenant.
 */
export interface Event<D = unknown> {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly key: string;
  readonly time: string;
  readonly creditor_id: string;
  readonly traceparent?: string;
  readonly data: D;
}

export type EventOf<C extends Contract> = Event<DataOf<C>>;

/** An event on its way out; `partition` is set only by heartbeats and coverage, which must reach every partition. */
export interface Outgoing {
  readonly contract: Contract;
  readonly id: string;
  readonly key: string;
  readonly creditor_id: string;
  readonly time: string;
  readonly data: unknown;
  readonly partition?: number;
}

/** Every contract by its type; two contracts of one type are a programming error found at import. */
export const contracts = new Map<string, Contract>();

export function contract<P extends TProperties>(type: string, describes: string, properties: P): Contract<TObject<P>> {
  if (contracts.has(type)) throw new Error(`Event type ${type} is defined twice.`);
  const [service] = type.split('.');
  const made = {
    type,
    topic: service === 'upstream' ? 'upstream.<platform>.events.v1' : `${service}.events.v1`,
    data: Type.Object(properties, { additionalProperties: true, description: describes }),
    describes,
  };
  contracts.set(type, made);
  return made;
}

/** Creditor and customer, the key that orders all events of one person at one creditor. */
export const customerKey = (creditor_id: string, customer_id: string): string => `${creditor_id}/${customer_id}`;

/** The key of a payment whose customer is not yet known: creditor and payment reference. No customer id has a `#`. */
export const referenceKey = (creditor_id: string, reference: string): string => `${creditor_id}/#ref:${reference}`;

/** The key of what concerns a creditor as a whole (coverage, registration). */
export const creditorKey = (creditor_id: string): string => `${creditor_id}/`;
