import { Client } from 'pg';

export const SCHEMAS = ['billing', 'reconciliation', 'dunning', 'negotiation', 'notifications'] as const;
export type Schema = (typeof SCHEMAS)[number];

/** Where each schema lives; several may share a database. */
export type Urls = Readonly<Record<Schema, string>>;

const PAGE = 10_000;

/**
 * The facts of all schemas as of one instant per database: select only, one repeatable-read transaction, as the
 * auditor's own role. Amounts are read as float8, exact below 2^53 cents; civil dates as text.
 */
export class Snapshot {
  private constructor(
    private readonly clients: ReadonlyMap<string, Client>,
    private readonly urls: Urls,
  ) {}

  /** Throws when a database cannot be reached or refuses the role `emdia_auditor`. */
  static async open(urls: Urls): Promise<Snapshot> {
    const clients = new Map<string, Client>();
    try {
      for (const url of new Set(Object.values(urls))) {
        const client = new Client({ connectionString: url, options: '-c role=emdia_auditor -c default_transaction_read_only=on', application_name: 'emdia-auditor', connectionTimeoutMillis: 5_000 });
        // A connection that breaks while idle would otherwise end the process; the next statement reports it.
        client.on('error', () => undefined);
        await client.connect();
        clients.set(url, client);
      }
      // All begin before the first is read, so that databases differ by milliseconds only.
      await Promise.all([...clients.values()].map((client) => client.query('begin isolation level repeatable read read only')));
    } catch (error) {
      await Promise.all([...clients.values()].map((client) => client.end()));
      throw error;
    }
    return new Snapshot(clients, urls);
  }

  /** Rows of one schema; the statement names its tables with the schema. */
  async all<R>(schema: Schema, sql: string, values: unknown[] = []): Promise<R[]> {
    return (await this.client(schema).query(sql, values)).rows as R[];
  }

  /** Hands rows over in pages, so that a large table never stands in memory whole; one at a time. */
  async each<R>(schema: Schema, sql: string, visit: (row: R) => void): Promise<void> {
    const client = this.client(schema);
    await client.query(`declare rows no scroll cursor for ${sql}`);
    for (;;) {
      const { rows } = await client.query(`fetch ${PAGE} from rows`);
      for (const row of rows as R[]) visit(row);
      if (rows.length < PAGE) break;
    }
    await client.query('close rows');
  }

  private client(schema: Schema): Client {
    return this.clients.get(this.urls[schema])!;
  }

  async close(): Promise<void> {
    await Promise.all([...this.clients.values()].map((client) => client.end()));
  }
}

/** Reads as of one instant and lets go. */
export async function reading<T>(urls: Urls, read: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const snapshot = await Snapshot.open(urls);
  try {
    return await read(snapshot);
  } finally {
    await snapshot.close();
  }
}
