import { contract, decode, derivedId, outgoing, type Event, type EventOf } from '@emdia/contracts';
import { DrivenClock, WallClock } from '@emdia/clock';
import { Database, fence, type Tx } from '@emdia/database';
import { Type } from '@sinclair/typebox';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DeadLetters } from '../src/dead-letters';
import type { Delivery } from '../src/broker';
import { messagingMigrations } from '../src/migration';
import { Runner, type Reactions } from '../src/runner';
import { Seal } from '../src/seal';
import { Forbidden, on, type DecisionOne, type Step, type Store } from '../src/store';

/** A service of one table, small enough to see through: it adds amounts up per key and tells the sum. */

const Tenant = { creditor_id: Type.String(), customer_id: Type.Union([Type.String(), Type.Null()]) };
const Unread = { ...Tenant, creditor_id: Type.Union([Type.String(), Type.Null()]), rejection_id: Type.String(), source: Type.Union([Type.String(), Type.Null()]) };

export const Added = contract('toy.added.v1', 'An amount was added.', { ...Tenant, amount: Type.Integer() });
export const Summed = contract('toy.summed.v1', 'The sum is now this.', { sum: Type.Integer() });
contract('toy.heartbeat.v1', 'Alive.', { partition: Type.Integer(), wall_epoch_ms: Type.Integer() });
contract('toy.event-rejected.v1', 'Unread.', { ...Unread, event_id: Type.String(), event_type: Type.String(), reason: Type.String({ minLength: 1 }) });
contract('toy.event-resolved.v1', 'Read.', { ...Unread, outcome: Type.String() });

class CreateSums1700000000001 implements MigrationInterface {
  name = 'CreateSums1700000000001';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sum_lock (key text primary key);
      grant select, insert, update on sum_lock to emdia_toy_api;
      create table sum (key text primary key, creditor_id text not null, sum int not null check (sum < 1000), steps int not null);
      ${fence('toy', 'sum')}`);
  }
  async down(): Promise<void> {}
}

export const toyMigrations = [...messagingMigrations('toy'), CreateSums1700000000001];

export interface Sum {
  readonly key: string;
  readonly sum: number;
  readonly steps: number;
}

/** Hooks let a test come between the statements of a batch. */
export class Sums implements Store<Sum> {
  readonly name = 'sums';
  beforeLoad: (keys: readonly string[], tx: Tx) => Promise<void> = async () => undefined;
  beforeSave: () => Promise<void> = async () => undefined;

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, Sum>> {
    await this.beforeLoad(keys, tx);
    await tx.query('insert into sum_lock (key) select key from unnest($1::text[]) as key order by 1 on conflict do nothing', [keys]);
    await tx.query('select key from sum_lock where key = any($1) order by key for update', [keys]);
    const rows = await tx.query<Sum>('select key, sum, steps from sum where key = any($1)', [keys]);
    return new Map([...keys.map((key) => [key, { key, sum: 0, steps: 0 }] as const), ...rows.map((row) => [row.key, row] as const)]);
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Sum>): Promise<void> {
    await this.beforeSave();
    const rows = [...changed.values()].map((state) => ({ ...state, creditor_id: state.key.split('/')[0] }));
    await tx.query(
      `insert into sum (key, creditor_id, sum, steps) select key, creditor_id, sum, steps
       from jsonb_to_recordset($1) as s (key text, creditor_id text, sum int, steps int) order by key
       on conflict (key) do update set sum = excluded.sum, steps = excluded.steps`,
      [JSON.stringify(rows)],
    );
  }
}

/** 13 throws, 66 is forbidden, a sum of 1000 breaks the table's constraint. */
export function add(state: Sum, amount: number, cause: string, now: Date): DecisionOne<Sum, number> {
  if (amount === 13) throw new Error('thirteen brings bad luck');
  if (amount === 66) throw new Forbidden('too-evil', 'Ask for another amount.');
  const next = { ...state, sum: state.sum + amount, steps: state.steps + 1 };
  const event = outgoing(Summed, { id: derivedId('summed', cause, state.key, next.steps), key: state.key, creditor_id: state.key.split('/')[0]!, now, data: { sum: next.sum } });
  return { next, events: [event], result: next.sum };
}

const epoch = new Date('2026-03-02T12:00:00Z');

/** One runner over a toy database; `told` is what its observer heard. */
export class Toy {
  readonly clock = new DrivenClock(epoch);
  readonly sums = new Sums();
  readonly database: Database;
  readonly deadLetters: DeadLetters;
  readonly runner: Runner;
  readonly told = { handled: 0, setAside: [] as string[] };
  /** What the consumer's handler does; tests replace it. */
  handler: (event: Event) => Step | readonly Step[] = (event) => on(this.sums, event as EventOf<typeof Added>, (state, { id, data }, now) => add(state, data.amount, id, now));

  constructor(url: string) {
    const wall = new WallClock();
    this.database = new Database({ url, schema: 'toy' });
    this.deadLetters = new DeadLetters(this.database, new Seal('toy installation key of 32 chars', 'dead-letters'));
    this.runner = new Runner({
      service: 'toy',
      database: this.database,
      clock: this.clock,
      wall,
      deadLetters: this.deadLetters,
      observer: {
        committed: () => undefined,
        handled: (_, count) => void (this.told.handled += count),
        setAside: (reason) => void this.told.setAside.push(reason),
      },
    });
  }

  readonly reactions: Reactions = {
    consumes: new Map([[Added.type, Added]]),
    react: async (event) => {
      const steps = this.handler(event);
      return Array.isArray(steps) ? steps : [steps as Step];
    },
  };

  batch(deliveries: readonly Delivery[]): Promise<void> {
    return this.runner.batch(deliveries, this.reactions);
  }

  sumOf = async (key: string): Promise<number> => (await this.database.query<Sum>('select * from sum where key = $1', [key]))[0]?.sum ?? 0;
  /** What stands in the outbox, oldest first. */
  sent = async (): Promise<Event<Record<string, unknown>>[]> =>
    (await this.database.query<{ body: string }>('select body from outbox order by id')).map(({ body }) => decode(body) as Event<Record<string, unknown>>);
  letters = (status = 'open') => this.deadLetters.list({ status, after: null, limit: 1000 });
}

let count = 0;
/** An `added` event as a broker would deliver it; any part can be made wrong. */
export function added(key: string, amount: number, wrong: Record<string, unknown> = {}): Delivery {
  const position = String(++count);
  const [creditor_id, customer_id] = key.split('/');
  const event = {
    specversion: '1.0',
    id: derivedId('toy', count),
    source: '/emdia/toy',
    type: Added.type,
    time: epoch.toISOString(),
    partitionkey: key,
    creditorid: creditor_id,
    data: { creditor_id, customer_id, amount },
    ...wrong,
  };
  return { topic: 'toy.events.v1', partition: 0, key, position, body: JSON.stringify(event) };
}
