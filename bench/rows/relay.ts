import type { Measurement, RowPlan } from '../measurement';
import { RelaySides } from '../relay/sides';

const FILLED = { usual: { rows: 150_000, customers: 30_000 }, quick: { rows: 100_000, customers: 20_000 } };
/** Its poll sorts all that waits, so more rows make it slower: this many keep it fast and do not run out. */
const THEIR_ROWS = 5_000;
/** The quickest of 5 (its default), 20 and 50 on this machine. */
const THEIR_BATCH_ROWS = 20;

const rows: readonly RowPlan[] = [
  {
    id: 'relay', title: 'outbox to Kafka, against pg-transactional-outbox polling', unit: 'x', better: 'higher', target: 100, floor: 50,
    notes:
      `Rows per second of our relay by those of pg-transactional-outbox 0.5.7's polling listener on the same Postgres and Kafka, the same events of 1,250 bytes, segment = key, so that both keep the order of a key, fsync on. ` +
      `Theirs by its own set-up (table, function, indexes), attempt and poison protection off as its README has it for an outbox, ${THEIR_BATCH_ROWS} messages at once (the quickest), a handler that publishes by kafkajs with acks=-1 and no further wait. ` +
      `It has ${THEIR_ROWS} rows to begin with and ours 150,000 (100,000 with --quick): its poll reads and sorts all that waits, so that a longer outbox makes it slower still. ` +
      'What it does that ours does not: a transaction and a row lock per message, so that several listeners share the work; attempts, abandonment and a lock time per message; it keeps what it sent. Our relay sends in batches and deletes without waiting for the sync.',
  },
  {
    id: 'relay-cpu', title: 'CPU of the relay against bare kafkajs produce', unit: 'x', better: 'lower', target: 2, floor: 2.5,
    notes: 'CPU of the process per event by that of a script that publishes the same events from memory: idempotent, acks=-1, one request in flight, batches of 500, kafkajs\'s own partitioner. Ours also reads the rows from Postgres and deletes them; it computes partitions without BigInt, which saves part of what kafkajs spends.',
  },
];

/** The relay against the library that does the same, and against publishing alone. */
export const relay: Measurement = {
  rows,
  async open(bench, wanted) {
    const sides = await RelaySides.open(bench, bench.quick ? FILLED.quick : FILLED.usual);
    return {
      async repeat(turn) {
        const bareFirst = wanted.has('relay-cpu') && turn % 2 === 1 ? await sides.bare() : null;
        const ours = await sides.ours();
        const bare = bareFirst ?? (wanted.has('relay-cpu') ? await sides.bare() : null);
        const theirs = wanted.has('relay') ? await sides.theirs(THEIR_ROWS, THEIR_BATCH_ROWS) : null;
        const us = { 'ours rows/s': ours.per_second, 'ours CPU µs': ours.cpu_us, 'ours PostgreSQL µs': ours.postgres_us };
        return {
          ...(theirs
            ? { relay: { value: ours.per_second / theirs.per_second, cpu_us_per_event: ours.cpu_us, beside: { ...us, 'theirs rows/s': theirs.per_second, 'theirs CPU µs': theirs.cpu_us, 'theirs PostgreSQL µs': theirs.postgres_us } } }
            : {}),
          ...(bare ? { 'relay-cpu': { value: ours.cpu_us / bare.cpu_us, cpu_us_per_event: ours.cpu_us, beside: { ...us, 'bare rows/s': bare.per_second, 'bare CPU µs': bare.cpu_us } } } : {}),
        };
      },
      close: () => sides.close(),
    };
  },
};
