import { randomUUID } from 'node:crypto';
import { services } from '@emdia/contracts';
import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import { DUE_AT, FIRST_DUE_DATES, RECORDED_AT } from '../dunning-book';
import type { Measurement, Sample } from '../measurement';
import { Load } from '../peak/load';
import { Child, until } from '../processes';
import { bookOf } from '../sweep/sweeper';
import type { Bench, BenchDatabase } from '../surroundings';

const MILLION = 1_000_000;
const DUE_CASES = { usual: MILLION, quick: 100_000 };
/** A quarter of what one hop of the product takes in on this machine (about 4,000 a second). */
const INGESTED_PER_SECOND = 1_000;
const START_MS = 20_000;
const RUN_MS_MAX = 900_000;

/** Dunning as it runs in production, its clock shifted so that the book falls due a little after the start. */
function dunning(database: BenchDatabase, brokers: string, prefix: string): Child {
  const secret = randomUUID() + randomUUID();
  return new Child('apps/dunning-orchestration/src/main.ts', {
    NODE_ENV: 'development', PORT: '0', DATABASE_URL: database.url, KAFKA_BROKERS: brokers, EMDIA_KAFKA_PREFIX: prefix, EMDIA_LOG_LEVEL: 'warn',
    EMDIA_INSTALLATION_KEY: secret, EMDIA_INTERNAL_TOKEN: secret, EMDIA_CLOCK: `shifted:${DUE_AT.getTime() - START_MS - Date.now()}`,
  });
}

interface Ran {
  readonly swept_s: number;
  readonly published_s: number;
  readonly behind: number;
}

async function run(service: Child, sql: Client, load: Load, dueAtMs: number): Promise<Ran> {
  const since = (): number => (Date.now() - dueAtMs) / 1_000;
  await until('it is due', START_MS * 2, () => (Date.now() >= dueAtMs ? true : null));
  const ends = (what: string, text: (now: string) => string) => until(what, RUN_MS_MAX, async () => {
    service.alive();
    const now = new Date(DUE_AT.getTime() + since() * 1_000).toISOString();
    return (await sql.query(text(now))).rowCount! > 0 ? null : since();
  }, 250);
  // An event about a case whose hour has come plans it for this very moment: later than the first of them, and still due.
  const swept_s = await ends('every due case has acted', (now) => `select from dunning.due_action where due_at <= '${now}' limit 1`);
  const taken = Number((await sql.query<{ n: string }>('select count(*) as n from dunning.inbox')).rows[0]!.n);
  const behind = load.sent - taken;
  const published_s = await ends('the outbox is published', () => `select from dunning.outbox where type = 'dunning.notice-requested.v1' limit 1`);
  return { swept_s, published_s, behind };
}

async function repeat(bench: Bench, book: BenchDatabase, cases: number): Promise<Sample> {
  const brokers = await bench.brokers();
  const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const prefix = `peak-${randomUUID().slice(0, 8)}.`;
  const topics = Object.values(services).map(({ schema }) => `${prefix}${schema}.events.v1`);
  await admin.createTopics({ waitForLeaders: true, topics: topics.map((topic) => ({ topic, numPartitions: 3, replicationFactor: 1 })) });
  const database = await bench.database('peak', book.name);
  await bench.checkpoint();
  const sql = new Client({ connectionString: database.url });
  await sql.connect();
  const dueAtMs = Date.now() + START_MS;
  const service = dunning(database, brokers, prefix);
  const load = new Load(kafka, `${prefix}reconciliation.events.v1`, INGESTED_PER_SECOND, cases);
  try {
    await until('it has taken something in', START_MS, async () => ((await sql.query('select from dunning.inbox limit 1')).rowCount! > 0 ? true : null), 250);
    const [cpu, postgres, broker] = [service.cpuMs(), bench.postgresCpuMs(), bench.kafkaCpuMs()];
    const { swept_s, published_s, behind } = await run(service, sql, load, dueAtMs);
    const us = (ms: number): number => (ms * 1_000) / cases;
    const { rows } = await sql.query<{ n: string }>('select count(*) as n from dunning.notice');
    if (Number(rows[0]!.n) !== cases) throw new Error(`${rows[0]!.n} notices of ${cases} due cases.`);
    const scale = MILLION / cases;
    const beside = {
      'due cases': cases, 'ingested/s': INGESTED_PER_SECOND, 'events behind at the end': behind, 'published after s': published_s * scale,
      'Node CPU µs': us(service.cpuMs() - cpu), 'PostgreSQL CPU µs': us(bench.postgresCpuMs() - postgres), ...(Number.isFinite(broker) ? { 'broker CPU µs': us(bench.kafkaCpuMs() - broker) } : {}),
    };
    return { value: swept_s * scale, cpu_us_per_event: beside['Node CPU µs'], beside };
  } finally {
    await load.stop().catch(() => undefined);
    await service.stop();
    await sql.end();
    await admin.deleteTopics({ topics }).catch(() => undefined);
    await admin.disconnect();
    await database.drop();
  }
}

/** The morning on which a million cases fall due at once. */
export const peak: Measurement = {
  rows: [
    {
      id: 'peak', title: 'a million due cases to the outbox while ingesting a quarter of hop-rate', unit: 's', better: 'lower', target: 150, floor: 300, large: true,
      notes:
        'Seconds from the instant at which a million cases fall due until each has acted: notice, state and outbox row committed. dunning-orchestration as its own process over PostgreSQL (fsync on) and Kafka, its relay publishing all the while; 1,000 balance-changed events a second come in about the same customers. ' +
        'All of it shares two cores: service, PostgreSQL, broker, and the producer of the load. With --quick a hundred thousand cases, scaled. CPU per due case, the ingested events and the publishing of it all included.',
    },
  ],
  async open(bench) {
    const cases = bench.quick ? DUE_CASES.quick : DUE_CASES.usual;
    const book = await bookOf(bench, 'peak_book', { cases, due_dates: FIRST_DUE_DATES, now: RECORDED_AT });
    return { repeat: async () => ({ peak: await repeat(bench, book, cases) }), close: () => book.drop() };
  },
};
