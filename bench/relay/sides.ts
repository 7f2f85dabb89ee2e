import { randomUUID } from 'node:crypto';
import { Database } from '@emdia/database';
import { messagingMigrations } from '@emdia/messaging';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { Client } from 'pg';
import { DatabaseSetup } from 'pg-transactional-outbox';
import { balanceBody, keyOf } from '../balance-events';
import { Child } from '../processes';
import type { Bench, BenchDatabase } from '../surroundings';
import type { ProduceAsk } from './bare';
import type { DrainAnswer, DrainAsk } from './ours';
import type { PollAnswer, PollAsk } from './theirs';

const SCHEMA = 'reconciliation';
const THEIRS = 'theirs';
const TOPIC = `${SCHEMA}.events.v1`;
const CHUNK_ROWS = 5_000;
const WARM_ROWS = 20_000;
const THEIR_MS = { warm: 3_000, measured: 6_000 };

/** How many rows stand in an outbox, and how many customers they are of. */
export interface Prefilled {
  readonly rows: number;
  readonly customers: number;
}
/** What moving a row took. */
export interface RelayCost {
  readonly per_second: number;
  readonly cpu_us: number;
  readonly postgres_us: number;
}

/** One outbox of events, emptied by the product, by pg-transactional-outbox, and published from memory by kafkajs. */
export class RelaySides {
  private readonly prefix = `relay-${randomUUID().slice(0, 8)}.`;

  private constructor(
    private readonly bench: Bench,
    private readonly brokers: string,
    private readonly database: BenchDatabase,
    private readonly sql: Client,
    private readonly admin: Admin,
    private readonly filled: Prefilled,
  ) {}

  static async open(bench: Bench, filled: Prefilled): Promise<RelaySides> {
    const [brokers, database] = await Promise.all([bench.brokers(), bench.database('relay')]);
    const product = new Database({ url: database.url, schema: SCHEMA });
    await product.migrate(messagingMigrations(SCHEMA));
    await product.close();
    const [sql, admin] = [new Client({ connectionString: database.url }), new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()];
    await Promise.all([sql.connect(), admin.connect()]);
    const sides = new RelaySides(bench, brokers, database, sql, admin, filled);
    await admin.createTopics({ topics: [{ topic: sides.topic, numPartitions: 3, replicationFactor: 1 }], waitForLeaders: true });
    await sides.write();
    return sides;
  }

  private get topic(): string {
    return `${this.prefix}${TOPIC}`;
  }

  /** The events once, so that every outbox is filled by a copy. */
  private async write(): Promise<void> {
    const { rows, customers } = this.filled;
    await this.sql.query('create table event (n int primary key, key text not null, body text not null)');
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const numbers = Array.from({ length: Math.min(CHUNK_ROWS, rows - from) }, (_, i) => from + i);
      const values = [numbers, numbers.map((n) => keyOf(n % customers)), numbers.map((n) => balanceBody(n, n % customers))];
      await this.sql.query('insert into event select * from unnest($1::int[], $2::text[], $3::text[])', values);
    }
  }

  private async published(): Promise<number> {
    return (await this.admin.fetchTopicOffsets(this.topic)).reduce((sum, { high }) => sum + Number(high), 0);
  }

  async ours(): Promise<RelayCost> {
    const child = new Child('bench/relay/ours.ts');
    const drain = async (rows: number): Promise<RelayCost> => {
      await this.sql.query(`insert into ${SCHEMA}.outbox (topic, type, key, body) select $1, 'reconciliation.balance-changed.v1', key, body from event where n < $2 order by n`, [TOPIC, rows]);
      await this.sql.query(`vacuum analyze ${SCHEMA}.outbox`);
      await this.bench.checkpoint();
      const [before, postgres] = [await this.published(), this.bench.postgresCpuMs()];
      const { wall_ms, cpu_us } = await child.ask<DrainAnswer>({ url: this.database.url, brokers: this.brokers, prefix: this.prefix, schema: SCHEMA } satisfies DrainAsk);
      const sent = (await this.published()) - before;
      if (sent !== rows) throw new Error(`Of ${rows} rows ${sent} were published.`);
      return { per_second: rows / (wall_ms / 1_000), cpu_us: cpu_us / rows, postgres_us: ((this.bench.postgresCpuMs() - postgres) * 1_000) / rows };
    };
    try {
      await drain(WARM_ROWS);
      return await drain(this.filled.rows);
    } finally {
      await child.kill();
    }
  }

  /** The same events from memory. */
  async bare(): Promise<Omit<RelayCost, 'postgres_us'>> {
    const child = new Child('bench/relay/bare.ts');
    const ask = (rows: number) => child.ask<DrainAnswer>({ brokers: this.brokers, topic: this.topic, rows, customers: this.filled.customers } satisfies ProduceAsk);
    try {
      await ask(WARM_ROWS);
      const { rows } = this.filled;
      const { wall_ms, cpu_us } = await ask(rows);
      return { per_second: rows / (wall_ms / 1_000), cpu_us: cpu_us / rows };
    } finally {
      await child.kill();
    }
  }

  /** The other library on an outbox of so many of the same events, by its own set-up, for a while. */
  async theirs(rows: number, batch_rows: number): Promise<RelayCost> {
    const setup = { outboxOrInbox: 'outbox' as const, database: this.database.name, schema: THEIRS, table: 'outbox', listenerRole: 'postgres', nextMessagesSchema: THEIRS, nextMessagesName: 'next_outbox_messages' };
    await this.sql.query(DatabaseSetup.dropAndCreateTable(setup) + DatabaseSetup.createPollingFunction(setup) + DatabaseSetup.setupPollingIndexes(setup));
    await this.sql.query(
      `insert into ${THEIRS}.outbox (id, aggregate_type, aggregate_id, message_type, segment, payload, created_at)
       select gen_random_uuid(), 'receivable', key, 'balance-changed', key, body::jsonb, clock_timestamp() from event where n < $1 order by n`,
      [rows],
    );
    await this.sql.query(`vacuum analyze ${THEIRS}.outbox`);
    await this.bench.checkpoint();
    const child = new Child('bench/relay/theirs.ts');
    try {
      const postgres = this.bench.postgresCpuMs();
      const asked = { url: this.database.url, brokers: this.brokers, topic: this.topic, schema: THEIRS, batch_rows, warm_ms: THEIR_MS.warm, measured_ms: THEIR_MS.measured } satisfies PollAsk;
      const found = await child.ask<PollAnswer>(asked);
      if (found.rows === 0) throw new Error(`The polling listener published nothing:\n${child.output}`);
      const share = THEIR_MS.measured / (THEIR_MS.warm + THEIR_MS.measured);
      return { per_second: found.rows / (found.wall_ms / 1_000), cpu_us: found.cpu_us / found.rows, postgres_us: ((this.bench.postgresCpuMs() - postgres) * 1_000 * share) / found.rows };
    } finally {
      await child.kill();
    }
  }

  async close(): Promise<void> {
    await this.admin.deleteTopics({ topics: [this.topic] }).catch(() => undefined);
    await Promise.all([this.admin.disconnect(), this.sql.end()]);
    await this.database.drop();
  }
}
