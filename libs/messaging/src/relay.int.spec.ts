import { decode, derivedId, outgoing } from '@emdia/contracts';
import { WallClock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import { Summed, toyMigrations } from '../test/toy';
import type { Broker, Row, Source } from './broker';
import { Listener, until } from './broker.contract';
import { InProcessBroker } from './in-process-broker';
import { append } from './outbox';
import { outboxDepth, Relay, reread } from './relay';

const wall = new WallClock();
const now = new Date('2026-03-02T12:00:00Z');
let count = 0;
const event = (key: string) => ({ event: outgoing(Summed, { id: derivedId('relay', ++count), key, creditor_id: 'acme', now, data: { sum: count } }) });
const sumsIn = (listener: Listener): number[] => listener.first.map((body) => (decode(body).data as { sum: number }).sum);

/** A broker's source that can be told to refuse, and that counts what it was given. */
class Faulty implements Source {
  refusing = false;
  /** Refuses this batch, counted from 1, after a while, and no other. */
  refusesBatch = 0;
  rebuilt = 0;
  readonly given: string[][] = [];

  constructor(private readonly inner: Source) {}
  async publish(rows: readonly Row[], settled: (ids: readonly string[]) => void): Promise<void> {
    this.given.push(rows.map(({ id }) => id));
    if (this.given.length === this.refusesBatch) await wall.sleep(50);
    if (this.refusing || this.given.length === this.refusesBatch) throw new Error('the broker is away');
    await this.inner.publish(rows, settled);
  }
  rebuild(): Promise<void> {
    this.rebuilt++;
    return this.inner.rebuild();
  }
  close = (): Promise<void> => this.inner.close();
}

describe('relay', () => {
  let test: TestDatabase;
  let database: Database;
  let broker: Broker;
  let source: Faulty;
  let listener: Listener;
  let admin: Client;
  const relays: Relay[] = [];
  const failures: Error[] = [];

  beforeEach(async () => {
    test = await testDatabase('toy', async (url) => {
      const template = new Database({ url, schema: 'toy' });
      await template.migrate(toyMigrations);
      await template.close();
    });
    database = new Database({ url: test.url, schema: 'toy' });
    broker = new InProcessBroker(wall);
    source = new Faulty(await broker.source('toy', reread(database)));
    listener = new Listener();
    await broker.subscribe('listener', ['toy.events.v1'], listener.handler);
    admin = new Client({ connectionString: process.env.EMDIA_TEST_ADMIN_URL! });
    await admin.connect();
    failures.length = 0;
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    await broker.close();
    await database.close();
    await admin.end();
    await test.drop();
  });

  function relay(to: Source = source): Relay {
    const made = new Relay({ name: 'toy', database, wall, source: to, failed: (error) => failures.push(error) });
    relays.push(made);
    made.start();
    return made;
  }
  const write = (keys: readonly string[]) => database.transaction((tx) => append(tx, 'toy', keys.map(event)));
  const isEmpty = () => until('the outbox is empty', async () => (await outboxDepth(database)) === 0);
  const written = async () => (await database.query<{ body: string }>('select body from outbox order by id')).map(({ body }) => (decode(body).data as { sum: number }).sum);

  it('moves everything in order, and deletes a row only when every group has taken it in', async () => {
    listener.failing = true;
    await write(Array.from({ length: 1_300 }, (_, n) => `acme/customer-${n % 9}`));
    const sums = await written();
    const running = relay();
    await until('it was offered', () => listener.refused.length > 1);
    expect(await outboxDepth(database)).toBe(1_300);
    listener.failing = false;
    running.poke();
    await isEmpty();
    expect(sumsIn(listener)).toEqual(sums);
    expect(listener.bodies).toHaveLength(1_300);
  });

  it('delivers what a slow transaction commits below ids that went out already, within about a second', async () => {
    const running = relay();
    let commit = () => undefined as void;
    const slow = database.transaction(async (tx) => {
      await append(tx, 'toy', [event('acme/slow'), event('acme/slow')]);
      await new Promise<void>((resolve) => (commit = resolve));
    });
    await until('the slow one holds its ids', async () => (await admin.query(`select 1 from pg_stat_activity where datname = $1 and state = 'idle in transaction'`, [new URL(test.url).pathname.slice(1)])).rowCount === 1);
    await write(['acme/fast']);
    running.poke();
    await until('the fast one is there', () => listener.first.length === 1);
    commit();
    await slow;
    const committedAt = wall.monotonicMs();
    await until('the slow one is there', () => listener.first.length === 3);
    expect(wall.monotonicMs() - committedAt).toBeLessThan(1_500);
    await isEmpty();
    expect(listener.bodies).toHaveLength(3);
  });

  it('lets nothing that vouches for a partition overtake what was committed before it under a lower id', async () => {
    const running = relay();
    for (let round = 0; round < 3; round++) {
      let commit = () => undefined as void;
      const slow = database.transaction(async (tx) => {
        await append(tx, 'toy', [event('acme/slow')]);
        await new Promise<void>((resolve) => (commit = resolve));
      });
      await until('the slow one holds its id', async () => (await admin.query(`select 1 from pg_stat_activity where datname = $1 and state = 'idle in transaction'`, [new URL(test.url).pathname.slice(1)])).rowCount === 1);
      await write(['acme/fast']);
      running.poke();
      await until('the fast one is there', () => listener.first.length === 3 * round + 1);
      commit();
      await slow;
      const vouching = event('acme/');
      await database.transaction((tx) => append(tx, 'toy', [{ event: { ...vouching.event, partition: 0 } }]));
      running.poke();
      await until('all are there', () => listener.first.length === 3 * round + 3);
    }
    expect(listener.first.map((body) => decode(body).key)).toEqual(Array.from({ length: 3 }, () => ['acme/fast', 'acme/slow', 'acme/']).flat());
  });

  it('keeps the order of a key whose slow transaction commits below ids that went out, however soon the next one follows', async () => {
    const running = relay();
    for (let round = 0; round < 5; round++) {
      let commit = () => undefined as void;
      const slow = database.transaction(async (tx) => {
        await append(tx, 'toy', [event('acme/slow'), event('acme/other'), event('acme/slow')]);
        await new Promise<void>((resolve) => (commit = resolve));
      });
      await until('the slow one holds its ids', async () => (await admin.query(`select 1 from pg_stat_activity where datname = $1 and state = 'idle in transaction'`, [new URL(test.url).pathname.slice(1)])).rowCount === 1);
      await write(['acme/fast']);
      running.poke();
      await until('the fast one is there', () => listener.first.length === 5 * round + 1);
      commit();
      await slow;
      await write(['acme/slow']);
      running.poke();
      await until('all are there', () => listener.first.length === 5 * round + 5);
    }
    const sums = sumsIn(listener);
    const slow = sums.filter((_, index) => decode(listener.first[index]!).key === 'acme/slow');
    // Each round's fast event was made after the slow transaction's, so a key's own sums tell the order of its commits.
    expect(slow).toEqual([...slow].sort((a, b) => a - b));
    await isEmpty();
    expect(listener.bodies).toHaveLength(25);
  });

  it('reads from the head at once when it is asked whether it is drained', async () => {
    const running = relay();
    await write(['acme/first']);
    await until('it runs', () => listener.first.length === 1);
    await isEmpty();
    await database.query(`insert into outbox (id, topic, type, key, body) overriding system value select 1, 'toy.events.v1', 'toy.summed.v1', 'k', $1`, [listener.first[0]!.replace(/"sum":\d+/, '"sum":999')]);
    const at = wall.monotonicMs();
    expect(await running.drained()).toBe(false);
    await until('it is there', () => listener.first.length === 2);
    expect(wall.monotonicMs() - at).toBeLessThan(500);
    await until('all is gone', () => running.drained());
    expect(await outboxDepth(database)).toBe(0);
  });

  it('is not drained while a group has not taken in what it was given', async () => {
    listener.failing = true;
    const running = relay();
    await write(['acme/a']);
    await until('it was offered', () => listener.refused.length > 0);
    expect(await running.drained()).toBe(false);
    listener.failing = false;
    await until('all is gone', () => running.drained());
  });

  it('lets one of two lead, and the other take over when the connection of the first is cut', async () => {
    const [first, second] = [source, new Faulty(await broker.source('toy', reread(database)))];
    relay(first);
    await write(['acme/a']);
    await until('the first leads', () => first.given.length === 1);
    relay(second);
    await wall.sleep(300);
    await write(['acme/b']);
    await isEmpty();
    expect(second.given).toEqual([]);
    const { rows } = await admin.query<{ pid: number }>(
      `select l.pid from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and l.granted and d.datname = $1`,
      [new URL(test.url).pathname.slice(1)],
    );
    expect(rows).toHaveLength(1);
    // The first may be back sooner, but fails and lets go of the lock while it waits.
    first.refusing = true;
    await admin.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
    await write(['acme/c']);
    await until('someone leads again', () => first.given.length + second.given.length > 2);
    await until('the second leads', () => second.given.length > 0);
    await isEmpty();
    expect(listener.first.map((body) => decode(body).key)).toEqual(['acme/a', 'acme/b', 'acme/c']);
    expect(first.rebuilt).toBeGreaterThan(0);
  });

  it('begins at the oldest row again after the broker refused, and loses none', async () => {
    source.refusing = true;
    await write(['acme/a', 'acme/b']);
    const sums = await written();
    relay();
    await until('it was refused twice', () => source.given.length >= 2);
    expect([source.given[1], await written(), listener.first]).toEqual([source.given[0], sums, []]);
    expect(failures[0]!.message).toBe('the broker is away');
    source.refusing = false;
    await isEmpty();
    expect(sumsIn(listener)).toEqual(sums);
  });

  it('gives up what it read ahead when a batch before that was refused', async () => {
    source.refusesBatch = 2;
    await write(Array.from({ length: 1_800 }, (_, n) => `acme/customer-${n % 9}`));
    const sums = await written();
    relay();
    await isEmpty();
    expect(source.rebuilt).toBe(1);
    // From the oldest row that was not taken in by then.
    expect([source.given[0]![0], source.given[1]![0]]).toContain(source.given[2]![0]);
    expect(sumsIn(listener)).toEqual(sums);
  });

  it('sends everything again that was on its way when it was cut', async () => {
    listener.failing = true;
    await write(['acme/a', 'acme/b', 'acme/c']);
    const sums = await written();
    relay();
    await until('it is under way', () => listener.refused.length > 0);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [new URL(test.url).pathname.slice(1)]);
    await until('it began anew', () => source.given.length >= 2);
    listener.failing = false;
    await isEmpty();
    expect(sumsIn(listener)).toEqual(sums);
  });

  it('is unhealthy when it cannot look', async () => {
    let nowMs = 1_000_000;
    const skewed = new (class extends WallClock {
      override monotonicMs = () => nowMs;
    })();
    const stuck = new Relay({ name: 'toy', database, wall: skewed, source: { publish: () => new Promise(() => undefined), rebuild: async () => undefined, close: async () => undefined }, failed: () => undefined });
    stuck.start();
    await until('it is healthy', () => stuck.healthy());
    await write(['acme/a']);
    stuck.poke();
    await wall.sleep(200);
    nowMs += 11_000;
    expect(stuck.healthy()).toBe(false);
  });
});
