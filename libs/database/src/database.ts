import { createHash } from 'node:crypto';
import { Client, Pool, type PoolClient, type PoolConfig } from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { arrayLiteral, type Cell } from './array-literal';
import { CUT, failureOf, sqlStateOf } from './failure';
import { bootstrap, roleOf } from './roles';

type Migration = new () => MigrationInterface;

/** A transaction in progress. Statements are prepared once per connection, by the hash of their text. */
export interface Tx {
  query<R = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<R[]>;
}

export interface DatabaseOptions {
  url: string;
  schema: string;
  /** Connections per role; the house is sized for 4. */
  poolSize?: number;
}

const names = new Map<string, string>();
const nameOf = (sql: string): string => {
  let name = names.get(sql);
  if (!name) names.set(sql, (name = createHash('sha1').update(sql).digest('base64url')));
  return name;
};

/** Transactions that record facts are cut here: 3 + 1 + 1 seconds is the 5 s of law 1. */
export const TRANSACTION_MS_MAX = 1_000;
const LOOK_MS_MAX = 60_000;
const UNHURRIED = `select set_config('transaction_timeout', '0', true), set_config('statement_timeout', '${LOOK_MS_MAX}', true)`;

/** Lists go as array literals of ours: node-postgres looks at every element with a regular expression. */
const prepared = (text: string, values: readonly unknown[]) => ({
  name: nameOf(text), text, values: values.map((value) => (Array.isArray(value) ? arrayLiteral(value as readonly Cell[]) : value)),
});

const tx = (client: PoolClient): Tx => ({
  query: async <R>(text: string, values: unknown[] = []) => (await client.query(prepared(text, values))).rows as R[],
});

/**
 * One service's own schema. Hot paths speak SQL in bulk through `pg` (TypeORM's save per row costs about 96 times as
 * much); TypeORM keeps the migrations.
 */
export class Database {
  readonly schema: string;
  private readonly stream: Pool;
  private readonly api: Pool;
  private open = 0;

  constructor(private readonly options: DatabaseOptions) {
    this.schema = options.schema;
    // Batches look rows up by key. A plan prepared while a table was small would read the whole of it, batch for batch,
    // until autovacuum looks at it again: a book that is imported into empty tables would take hours.
    this.stream = this.pool('stream', `-c transaction_timeout=${TRANSACTION_MS_MAX} -c enable_seqscan=off`);
    this.api = this.pool('api', `-c transaction_timeout=${TRANSACTION_MS_MAX}`);
  }

  /** Connection settings of this schema's stream role, for a connection kept apart (the relay's lock). */
  connection(): PoolConfig {
    return this.settings('stream', '');
  }

  private settings(part: 'stream' | 'api', options: string): PoolConfig {
    return {
      connectionString: this.options.url,
      options: `-c role=${roleOf(this.schema, part)} -c search_path=${this.schema} ${options}`,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: 5_000,
      application_name: `emdia-${this.schema}-${part}`,
    };
  }

  private pool(part: 'stream' | 'api', options: string): Pool {
    // With pipelining a statement goes out while the one before is still answered: `begin` costs no round trip of its own.
    const pool = new Pool({ ...this.settings(part, options), max: this.options.poolSize ?? 4, pipeline: true } as PoolConfig);
    // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
    pool.on('error', () => undefined);
    // So would one that breaks while a transaction holds it, besides failing the statement.
    pool.on('connect', (client) => void client.on('error', () => undefined));
    return pool;
  }

  /** Runs work in one transaction over all creditors (stream role). */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.within(this.stream, work);
  }

  /** Runs work in one transaction that sees and writes one creditor's rows only (api role, row-level security). */
  transactionOf<T>(creditorId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.within(this.api, async (inner) => {
      const scoped = inner.query(`select set_config('emdia.creditor_id', $1, true)`, [creditorId]);
      const [, result] = await Promise.all([scoped, work(inner)]);
      return result;
    });
  }

  /** One statement outside a transaction, over all creditors. */
  async query<R = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<R[]> {
    this.open++;
    try {
      return (await this.stream.query(prepared(sql, values))).rows as R[];
    } finally {
      this.open--;
    }
  }

  /**
   * One reading statement for which nobody's facts wait: a look for what is due. It may take a minute where a transaction
   * may take a second, because an old snapshot keeps what was done at the head of the index, and a look that is always cut
   * would never find what lies behind.
   */
  look<R = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<R[]> {
    return this.within(this.stream, async (tx) => {
      const [, rows] = await Promise.all([tx.query(UNHURRIED), tx.query<R>(sql, values)]);
      return rows;
    });
  }

  /** Transactions and statements under way. */
  get busy(): number {
    return this.open;
  }

  private async within<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
    this.open++;
    let client: PoolClient | undefined;
    let beganAt = 0;
    try {
      client = await pool.connect();
      beganAt = performance.now();
      // Not waited for: if it fails, so does the first statement after it.
      client.query('begin').catch(() => undefined);
      const result = await work(tx(client));
      await client.query('commit');
      client.release();
      client = undefined;
      return result;
    } catch (error) {
      // A connection in an unknown state is thrown away unless it can be rolled back.
      if (client) {
        const held = client;
        await held.query('rollback').then(() => held.release(), (broken: Error) => held.release(broken));
      }
      throw client && performance.now() - beganAt > TRANSACTION_MS_MAX ? cutOf(error) : error;
    } finally {
      this.open--;
    }
  }

  /** Creates roles and schema where they lack, then runs the migrations as the schema's owner. */
  async migrate(migrations: readonly Migration[]): Promise<void> {
    await prepareSchema(this.options.url, this.schema, migrations);
  }

  async close(): Promise<void> {
    await Promise.all([this.stream.end(), this.api.end()]);
  }
}

/**
 * A cut that comes between two statements closes the connection, and the next statement only finds it closed. What can
 * be made smaller must know: after more than the time a transaction may take, that is what a broken connection means.
 */
const cutOf = (error: unknown): unknown =>
  failureOf(error) === 'outage' && sqlStateOf(error) === null
    ? Object.assign(new Error(`The transaction took more than ${TRANSACTION_MS_MAX} ms and was cut.`, { cause: error }), { code: CUT })
    : error;

async function prepareSchema(url: string, schema: string, migrations: readonly Migration[]): Promise<void> {
  const admin = new Client({ connectionString: url });
  // It only waits while TypeORM migrates: broken meanwhile it would end the process without a word; so the next statement fails.
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    // TypeORM itself takes no lock: two processes that start together would both run the first migration.
    await bootstrap(admin, schema, () => runMigrations(url, schema, migrations));
  } finally {
    await admin.end();
  }
}

async function runMigrations(url: string, schema: string, migrations: readonly Migration[]): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    schema,
    migrations: migrations as Migration[],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    extra: { max: 1, options: `-c role=${roleOf(schema, 'owner')} -c search_path=${schema}` },
  });
  await source.initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}
