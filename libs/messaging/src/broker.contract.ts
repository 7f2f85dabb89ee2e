import { randomUUID } from 'node:crypto';
import { WallClock } from '@emdia/clock';
import type { Broker, Delivery, Handler, Row, Subscription } from './broker';

/** Where the brokers rightly differ; everything else in this suite holds for all. */
export interface Differences {
  /** Foreign producers' topics are heard without any publisher of ours. */
  readonly hearsUpstreamTopicsCreatedLater: boolean;
  readonly partitions: number;
  /** When a row need not be kept any longer: once the broker has it, or once every group has taken it in. */
  readonly settles: 'when published' | 'when every group has taken it in';
}

const wall = new WallClock();

/** Waits until the condition holds; fails with `what` after 20 s. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = wall.monotonicMs() + 20_000; !(await condition()); await wall.sleep(10)) {
    if (wall.monotonicMs() > end) throw new Error(`still not: ${what}`);
  }
}

let lastId = 0;
/** Rows as an outbox would hold them. */
export const rowsOf = (topic: string, keys: readonly string[], type = 'toy.thing-happened.v1', partition: number | null = null): Row[] =>
  keys.map((key) => ({ id: String(++lastId), topic, type, key, partition, body: `${key}#${lastId}` }));

const noReread = async (): Promise<Row[]> => [];

/** What a handler was given, and a switch that makes it fail as in an outage. */
export class Listener {
  readonly batches: (readonly Delivery[])[] = [];
  failing = false;
  /** Batches that were refused. */
  readonly refused: (readonly Delivery[])[] = [];

  readonly handler: Handler = async (batch) => {
    if (this.failing) {
      this.refused.push(batch);
      throw new Error('the database is away');
    }
    this.batches.push(batch);
  };

  get bodies(): string[] {
    return this.batches.flat().map(({ body }) => body);
  }
  /** Each body once, where it came first: what a consumer with an inbox sees. */
  get first(): string[] {
    return [...new Set(this.bodies)];
  }
}

const byKey = (bodies: readonly string[]): Map<string, string[]> => {
  const keys = new Map<string, string[]>();
  for (const body of bodies) keys.set(body.split('#')[0]!, [...(keys.get(body.split('#')[0]!) ?? []), body]);
  return keys;
};

const sorted = (bodies: readonly string[]): string[] => [...bodies].sort();
const bodiesOf = (rows: readonly Row[]): string[] => rows.map(({ body }) => body);

/** What every broker must do. `open` makes one that is closed after each test. */
// eslint-disable-next-line max-lines-per-function -- a suite of tests, as in a spec
export function brokerContract(open: () => Promise<Broker> | Broker, differences: Differences): void {
  let broker: Broker;
  let topic: string;
  let settled: string[];
  const settle = (ids: readonly string[]) => void settled.push(...ids);

  beforeEach(async () => {
    broker = await open();
    topic = `toy-${randomUUID().slice(0, 8)}.events.v1`;
    settled = [];
    await broker.prepare([topic]);
  });
  afterEach(() => broker.close());

  const group = () => `group-${randomUUID().slice(0, 8)}`;
  const listen = (listener: Listener, name = group(), topics = [topic]): Promise<Subscription> => broker.subscribe(name, topics, listener.handler);
  const done = (listener: Listener, rows: readonly Row[]) => until('everything is taken in', () => listener.first.length >= rows.length);

  it('keeps the order of each key, over several publishings', async () => {
    const listener = new Listener();
    await listen(listener);
    const source = await broker.source('toy', noReread);
    const rows = Array.from({ length: 5 }, () => rowsOf(topic, Array.from({ length: 400 }, (_, n) => `key-${n % 7}`)));
    for (const batch of rows) await source.publish(batch, settle);
    await done(listener, rows.flat());
    expect(Object.fromEntries(byKey(listener.first))).toEqual(Object.fromEntries(byKey(bodiesOf(rows.flat()))));
    expect(Math.max(...listener.batches.map(({ length }) => length))).toBeLessThanOrEqual(500);
  });

  it('hands a batch over again until it is taken in, and loses nothing behind it', async () => {
    const listener = new Listener();
    listener.failing = true;
    const subscription = await listen(listener);
    const source = await broker.source('toy', noReread);
    const rows = rowsOf(topic, Array.from({ length: 30 }, () => 'key'));
    await source.publish(rows.slice(0, 20), settle);
    await until('the batch came twice', () => listener.refused.length >= 2);
    expect(listener.refused[1]).toEqual(listener.refused[0]);
    expect(subscription.lag()).toBe(20);
    await source.publish(rows.slice(20), settle);
    listener.failing = false;
    await done(listener, rows);
    expect(listener.first).toEqual(bodiesOf(rows));
    await until('nothing is behind', () => subscription.lag() === 0);
  });

  it('does not let a failing group disturb another', async () => {
    const [failing, healthy] = [new Listener(), new Listener()];
    failing.failing = true;
    await listen(failing);
    await listen(healthy);
    const source = await broker.source('toy', noReread);
    const rows = rowsOf(topic, Array.from({ length: 50 }, (_, n) => `key-${n % 3}`));
    await source.publish(rows, settle);
    await done(healthy, rows);
    expect(failing.bodies).toEqual([]);
    failing.failing = false;
    await done(failing, rows);
    expect(sorted(failing.first)).toEqual(sorted(bodiesOf(rows)));
  });

  it('keeps first occurrences in order when a publisher repeats itself', async () => {
    const listener = new Listener();
    await listen(listener);
    const rows = rowsOf(topic, Array.from({ length: 40 }, () => 'key'));
    const source = await broker.source('toy', noReread);
    await source.publish(rows.slice(0, 25), settle);
    await source.rebuild();
    await source.publish(rows, settle);
    await done(listener, rows);
    expect(listener.first).toEqual(bodiesOf(rows));
  });

  it('lets the batch at hand end when a group closes, and hands over the rest when it is back', async () => {
    const name = group();
    const listener = new Listener();
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let began = false;
    const subscription = await broker.subscribe(name, [topic], async (batch) => {
      began = true;
      await held;
      await listener.handler(batch);
    });
    const source = await broker.source('toy', noReread);
    const rows = rowsOf(topic, Array.from({ length: 1_200 }, () => 'key'));
    await source.publish(rows, settle);
    await until('a batch is at hand', () => began);
    let closed = false;
    const closing = subscription.close().then(() => (closed = true));
    await wall.sleep(50);
    expect(closed).toBe(false);
    release();
    await closing;
    const taken = listener.first.length;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(rows.length);
    await listen(listener, name);
    await done(listener, rows);
    expect(listener.bodies).toEqual(bodiesOf(rows));
  });

  it('hands over again, when a group is back, the batch that was failing when it closed', async () => {
    const name = group();
    const listener = new Listener();
    listener.failing = true;
    const subscription = await listen(listener, name);
    const source = await broker.source('toy', noReread);
    const rows = rowsOf(topic, Array.from({ length: 600 }, () => 'key'));
    await source.publish(rows, settle);
    await until('it was refused', () => listener.refused.length > 0);
    await subscription.close();
    listener.failing = false;
    await listen(listener, name);
    await done(listener, rows);
    expect(listener.first).toEqual(bodiesOf(rows));
    await until('nothing is unacknowledged', async () => (await broker.unacknowledged()) === 0);
  });

  it('settles nothing for a group that is closed and was never given it', async () => {
    const name = group();
    const [early, other] = [new Listener(), new Listener()];
    await (await listen(early, name)).close();
    await listen(other);
    const rows = rowsOf(topic, ['a', 'b', 'c']);
    const source = await broker.source('toy', noReread);
    await source.publish(rows, settle);
    await done(other, rows);
    if (differences.settles !== 'when published') expect(settled).toEqual([]);
    await listen(early, name);
    await done(early, rows);
    await until('the rows are settled', () => settled.length === rows.length);
  });

  it('settles a row when it need not be kept any longer', async () => {
    const [quick, slow] = [new Listener(), new Listener()];
    slow.failing = true;
    await listen(quick);
    await listen(slow);
    const source = await broker.source('toy', noReread);
    const rows = rowsOf(topic, Array.from({ length: 10 }, (_, n) => `key-${n}`));
    await source.publish(rows, settle);
    await done(quick, rows);
    await until('the slow group has refused', () => slow.refused.length > 0);
    expect(settled.length).toBe(differences.settles === 'when published' ? rows.length : 0);
    slow.failing = false;
    await until('every row is settled', () => settled.length === rows.length);
    expect(sorted(settled)).toEqual(sorted(rows.map(({ id }) => id)));
  });

  it('tells that work is unacknowledged until every group has taken it in, and leaves heartbeats out', async () => {
    const [quick, slow] = [new Listener(), new Listener()];
    slow.failing = true;
    await listen(quick);
    await listen(slow);
    const source = await broker.source('toy', noReread);
    await source.publish(rowsOf(topic, ['beat'], 'toy.heartbeat.v1'), settle);
    expect(await broker.unacknowledged()).toBe(0);
    const rows = rowsOf(topic, ['a', 'b', 'c']);
    await source.publish(rows, settle);
    await done(quick, rows);
    await until('the slow group has refused', () => slow.refused.length > 0);
    expect(await broker.unacknowledged()).toBeGreaterThan(0);
    slow.failing = false;
    await until('nothing is unacknowledged', async () => (await broker.unacknowledged()) === 0);
    expect(sorted(slow.first).filter((body) => !body.startsWith('beat'))).toEqual(sorted(bodiesOf(rows)));
  });

  it('sends a key to the partition it names, and a row to the partition it wants', async () => {
    const listener = new Listener();
    await listen(listener);
    const source = await broker.source('toy', noReread);
    const partitions = broker.partitions(topic);
    expect(partitions).toBe(differences.partitions);
    const keyed = rowsOf(topic, Array.from({ length: 30 }, (_, n) => `creditor/customer-${n}`));
    const wanted = Array.from({ length: partitions }, (_, partition) => rowsOf(topic, ['everywhere'], undefined, partition)).flat();
    await source.publish([...keyed, ...wanted], settle);
    await done(listener, [...keyed, ...wanted]);
    const landed = new Map(listener.batches.flat().map(({ body, partition }) => [body, partition]));
    for (const { body, key } of keyed) expect([body, landed.get(body)]).toEqual([body, broker.partitionOf(topic, key)]);
    for (const { body, partition } of wanted) expect([body, landed.get(body)]).toEqual([body, partition]);
    if (partitions > 1) expect(new Set(keyed.map(({ key }) => broker.partitionOf(topic, key))).size).toBe(partitions);
  });

  it('refuses a second subscription under one name', async () => {
    const name = group();
    await listen(new Listener(), name);
    await expect(listen(new Listener(), name)).rejects.toThrow('subscribed already');
  });

  it('is healthy while it polls', async () => {
    const subscription = await listen(new Listener());
    await until('it is healthy', () => subscription.healthy());
  });

  if (!differences.hearsUpstreamTopicsCreatedLater) return;
  it('hears a platform whose topic is created later, and tells when it has caught up', async () => {
    const platform = `p${randomUUID().slice(0, 8)}`;
    const upstream = `upstream.${platform}.events.v1`;
    const listener = new Listener();
    const name = group();
    await listen(listener, name, [topic, 'upstream.<platform>.events.v1']);
    await broker.prepare([upstream]);
    const rows = rowsOf(upstream, ['a', 'b', 'c', 'd']);
    const source = await broker.source('a foreign producer', noReread);
    listener.failing = true;
    await source.publish(rows, settle);
    await until('the new topic is heard', () => listener.refused.length > 0);
    expect(await broker.caughtUp(name, 200)).toBe(false);
    listener.failing = false;
    expect(await broker.caughtUp(name, 10_000)).toBe(true);
    expect(sorted(listener.first.filter((body) => bodiesOf(rows).includes(body)))).toEqual(sorted(bodiesOf(rows)));
  });
}
