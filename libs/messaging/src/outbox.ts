import { encode, type Outgoing } from '@emdia/contracts';
import { column, textColumn, type Tx } from '@emdia/database';
import { childTrace } from './trace';

/** An outgoing event and the trace of what caused it. */
export interface Caused {
  readonly event: Outgoing;
  readonly traceparent?: string | undefined;
}

/**
 * Puts events into the outbox, in order. Call it after the keys are locked: the identity ids taken here then order the
 * events of a key as its changes were ordered.
 */
export async function append(tx: Tx, service: string, events: readonly Caused[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `insert into outbox (topic, type, key, partition, body)
     select topic, type, key, partition, body
     from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[]) with ordinality as e (topic, type, key, partition, body, n) order by n`,
    [
      textColumn(events, ({ event }) => event.contract.topic),
      textColumn(events, ({ event }) => event.contract.type),
      textColumn(events, ({ event }) => event.key),
      column('int', events, ({ event }) => event.partition),
      textColumn(events, ({ event, traceparent }) => encode(event, service, childTrace(traceparent))),
    ],
  );
}
