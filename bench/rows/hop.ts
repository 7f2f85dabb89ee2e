import { Sides, type Cost } from '../hop/sides';
import type { Measurement, RowPlan } from '../measurement';

const BACKLOG = { usual: { events: 60_000, warm: 15_000 }, quick: { events: 40_000, warm: 12_000 } };

const OURS =
  'Ours: billing-ingestion as its own process over Kafka and PostgreSQL (fsync on), invoices of many customers with contact data and instruments, 3 partitions, batches of at most 500, from a warm process to the last event published.';
const BARE =
  'The bare script: kafkajs, pg, JSON.parse, the same statements in the same order with as many rows, the same pipelining, outbox read, produced and deleted; its parameters are plain arrays, escaped by node-postgres, ours are binary columns. What it does not do and ours does: contract validation in and out, strangers\' content mapped and hashed, ids derived, contact data sealed (AES) and customers\' documents keyed (HMAC), who-wins ranks, quarantine and dead letters, trace and metrics, health, heartbeats, bisecting of batches.';

const rows: readonly RowPlan[] = [
  { id: 'hop-cpu', title: 'one full hop against a bare script, CPU per event', unit: 'x', better: 'lower', target: 1.25, floor: 1.6, notes: `CPU of the service's process per event by that of the script's. ${OURS} ${BARE}` },
  { id: 'hop-rate', title: 'same, rate', unit: 'x', better: 'higher', target: 0.8, floor: 0.65, notes: 'Events per second of ours by those of the bare script, same runs as hop-cpu; client, PostgreSQL and broker share the cores.' },
  { id: 'hop-limit', title: 'same against one statement per batch', unit: 'x', better: 'higher', target: null, floor: null, notes: 'Rate of ours by that of one SQL statement per batch of 500 (inbox, invoice, outbox over one JSON parameter) sent from memory on one connection: no Kafka, no customer, no locks, no publishing.' },
  { id: 'idiom', title: 'events per CPU second against the usual Nest service', unit: 'x', better: 'higher', target: 20, floor: 12, notes: 'CPU second of service and PostgreSQL together, on both sides. The reference (bench/reference): Nest\'s Kafka transport, class-validator by the ValidationPipe, repository.save of customer, invoice and, against repetition, event id, one message at a time in one transaction, then emit; it has no outbox, no sealing of contact data, no ranks, no dead letters, so that a crash between commit and emit loses the event.' },
  { id: 'redelivery', title: 'a backlog of pure duplicates against fresh events', unit: 'x', better: 'higher', target: 3, floor: 2, notes: 'The same records consumed again by a new process on the same database, events per second by those of the fresh ones.' },
];

const besides = (who: string, { per_second, cpu_us, postgres_us, kafka_us }: Cost): Record<string, number> => ({
  [`${who} events/s`]: per_second, [`${who} CPU µs`]: cpu_us, [`${who} PostgreSQL µs`]: postgres_us, ...(Number.isFinite(kafka_us) ? { [`${who} broker µs`]: kafka_us } : {}),
});

/** The hop, its ceiling, the usual way and the second delivery, all over one backlog. */
export const hop: Measurement = {
  rows,
  async open(bench, wanted) {
    const sides = await Sides.open(bench, bench.quick ? BACKLOG.quick : BACKLOG.usual);
    const bareToo = wanted.has('hop-cpu') || wanted.has('hop-rate');
    return {
      async repeat(turn) {
        const first = bareToo && turn % 2 === 1 ? await sides.bare() : null;
        const { fresh, duplicates } = await sides.product(wanted.has('redelivery'));
        const bare = first ?? (bareToo ? await sides.bare() : null);
        const reference = wanted.has('idiom') ? await sides.reference() : null;
        const limit = wanted.has('hop-limit') ? await sides.limit() : null;
        const sample = (value: number, beside: Record<string, number>) => ({ value, cpu_us_per_event: fresh.cpu_us, beside });
        const work = ({ cpu_us, postgres_us }: Cost): number => cpu_us + postgres_us;
        return {
          ...(bare ? { 'hop-cpu': sample(fresh.cpu_us / bare.cpu_us, { ...besides('ours', fresh), ...besides('bare', bare) }) } : {}),
          ...(bare ? { 'hop-rate': sample(fresh.per_second / bare.per_second, { 'ours events/s': fresh.per_second, 'bare events/s': bare.per_second }) } : {}),
          ...(limit ? { 'hop-limit': sample(fresh.per_second / limit.per_second, { 'ours events/s': fresh.per_second, 'limit events/s': limit.per_second, 'limit CPU µs': limit.cpu_us, 'limit PostgreSQL µs': limit.postgres_us }) } : {}),
          ...(reference ? { idiom: sample(work(reference) / work(fresh), besides('reference', reference)) } : {}),
          ...(duplicates ? { redelivery: { value: duplicates.per_second / fresh.per_second, cpu_us_per_event: duplicates.cpu_us, beside: { ...besides('duplicates', duplicates), 'fresh events/s': fresh.per_second } } } : {}),
        };
      },
      close: () => sides.close(),
    };
  },
};
