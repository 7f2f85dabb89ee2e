import { setTimeout as pause } from 'node:timers/promises';
import { Pool, type PoolClient, types } from 'pg';

// Cents and ids fit a number here, and dates stay the texts they are.
types.setTypeParser(20, Number);
types.setTypeParser(1700, Number);
types.setTypeParser(1082, (text) => text);

export const SCHEMAS = ['billing', 'reconciliation', 'dunning', 'negotiation', 'notifications'] as const;

/** A row that a service put into its outbox and committed, heartbeats left out. */
export interface Sent {
  readonly schema: string;
  readonly id: number;
  readonly key: string;
  readonly type: string;
  readonly event_id: string;
  /** When it was put there, wall time; committed within a second of it. */
  readonly epoch_ms: number;
  readonly data: Record<string, unknown>;
}

/** A message whose provider call began, as notifications remembers it. */
export interface Call {
  readonly notice_id: string;
  readonly customer_id: string;
  readonly purpose: string;
  readonly status: string;
  readonly attempt: number;
  readonly call_began_epoch_ms: number;
  readonly receivable_ids: readonly string[];
}

const SETTLE = `
  select (select count(*) from notifications.delivery where status in ('claimed', 'sending') or (status = 'due' and due_at <= $1 and coalesce(retry_at_epoch_ms, 0) <= $2)) as sends,
    (select count(*) from dunning.due_action where due_at <= $1) as actions,
    (select count(*) from dunning.outward_act where status = 'planned' and due_at <= $1 and coalesce(retry_at_epoch_ms, 0) <= $2) as acts,
    (select count(*) from dunning.act_delivery where due_at <= $1 and due_epoch_ms <= $2) as posts, ${SCHEMAS.map((schema) => `(select count(*) from ${schema}.outbox where type not like '%.heartbeat.v1') as ${schema}`).join(', ')}`;

/** An act as dunning keeps it. */
export interface Act {
  readonly act_id: string;
  readonly receivable_id: string;
  readonly kind: string;
  readonly status: string;
  /** Whether it waits to be told. */
  readonly waits: boolean;
}

/** Reads what the services wrote. */
export class Reading {
  constructor(private readonly source: Pool | PoolClient) {}

  async query<R>(sql: string, values: unknown[] = []): Promise<R[]> {
    return (await this.source.query(sql, values)).rows as R[];
  }

  /** Asks until the database answers. */
  async surely<R>(sql: string, values: unknown[] = []): Promise<R[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.query<R>(sql, values);
      } catch (error) {
        if (attempt === 60) throw error;
        await pause(500);
      }
    }
  }

  async sent(): Promise<Sent[]> {
    return this.surely<Sent>(`select schema, id, key, type, body::jsonb ->> 'id' as event_id, (extract(epoch from at) * 1000)::float8 as epoch_ms, body::jsonb -> 'data' as data from chaos.sent order by schema, id`);
  }

  async calls(): Promise<Call[]> {
    return this.surely<Call>(`
      select notice_id, customer_id, purpose, status, attempt, call_began_epoch_ms,
        array(select c ->> 'receivable_id' from jsonb_array_elements(coalesce(verdict -> 'covers', '[]')) c where (c ->> 'goes')::boolean) as receivable_ids
      from notifications.delivery where call_began_epoch_ms is not null`);
  }

  async acts(): Promise<Act[]> {
    return this.surely<Act>(`
      select act_id, receivable_id, kind, status, exists (select from dunning.act_delivery d where d.act_id = a.act_id) as waits from dunning.outward_act a where call_began_at is not null`);
  }

  async someOpenReceivables(): Promise<{ customer_id: string; receivable_id: string }[]> {
    return this.query(`select customer_id, receivable_id from negotiation.receivable where status = 'open' and collectability = 'owed' order by receivable_id desc limit 40`);
  }

  /** What is at work or due now, by name; nothing when the house is at rest. `now` is business time; `soonMs`: also what is tried again so soon. */
  async atWork(now: Date, soonMs: number): Promise<string[]> {
    const [row] = await this.query<Record<string, number>>(SETTLE, [now, Date.now() + soonMs]);
    return Object.entries(row!).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`);
  }
}

/** As the superuser, past every role and proxy. */
export class Database extends Reading {
  private readonly pool: Pool;

  constructor(url: string) {
    const pool = new Pool({ connectionString: url, application_name: 'oracle', max: 3, keepAlive: true });
    pool.on('error', () => undefined);
    super(pool);
    this.pool = pool;
  }

  /**
   * Keeps a copy of every row that enters an outbox, in the transaction that enters it: the truth about what was
   * committed and in which order, however soon the relay deletes it.
   */
  async watchOutboxes(): Promise<void> {
    await this.query(`
      create schema chaos;
      create table chaos.sent (schema text not null, id bigint not null, key text not null, type text not null, body text not null, at timestamptz not null default clock_timestamp());
      create function chaos.copy() returns trigger language plpgsql security definer set search_path = chaos as $$
      begin
        insert into chaos.sent (schema, id, key, type, body) select TG_TABLE_SCHEMA, id, key, type, body from added where type not like '%.heartbeat.v1';
        return null;
      end $$;`);
    for (const schema of SCHEMAS) await this.query(`create trigger chaos_copy after insert on ${schema}.outbox referencing new table as added for each statement execute function chaos.copy()`);
  }

  /** Reads in one snapshot, which is taken with the first statement. */
  async atOneInstant<T>(read: (reading: Reading) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query('begin isolation level repeatable read read only');
      return await read(new Reading(client));
    } finally {
      client.release(true);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
