import { WallClock } from '@emdia/clock';
import type { Row } from './broker';
import { brokerContract, Listener, rowsOf, until } from './broker.contract';
import { InProcessBroker } from './in-process-broker';

const wall = new WallClock();

describe('in-process broker', () => {
  const opened: InProcessBroker[] = [];
  const open = (clock = wall): InProcessBroker => {
    opened.push(new InProcessBroker(clock));
    return opened.at(-1)!;
  };
  afterEach(() => Promise.all(opened.splice(0).map((broker) => broker.close())));

  brokerContract(() => open(), { hearsUpstreamTopicsCreatedLater: false, partitions: 1, settles: 'when every group has taken it in' });

  it('keeps only ids for a group far behind, reads the bodies again when it recovers, and hands over everything in order', async () => {
    const broker = open();
    const outbox = new Map<string, Row>();
    let reread = 0;
    const source = await broker.source('toy', async (ids) => {
      reread += ids.length;
      return ids.flatMap((id) => outbox.get(id) ?? []);
    });
    const [failing, healthy] = [new Listener(), new Listener()];
    failing.failing = true;
    await broker.subscribe('failing', ['toy.events.v1'], failing.handler);
    await broker.subscribe('healthy', ['toy.events.v1'], healthy.handler);
    const rows = rowsOf('toy.events.v1', Array.from({ length: 12_000 }, (_, n) => `key-${n % 5}`));
    const bodies = rows.map(({ body }) => body);
    for (const row of rows) outbox.set(row.id, row);
    const settled: string[] = [];
    for (let from = 0; from < rows.length; from += 500) await source.publish(rows.slice(from, from + 500), (ids) => ids.forEach((id) => (outbox.delete(id), settled.push(id))));
    await until('the healthy group has everything', () => healthy.first.length === rows.length);
    expect(settled).toEqual([]);
    expect(reread).toBe(0);
    failing.failing = false;
    await until('the other has recovered', () => failing.first.length === rows.length);
    expect(failing.first).toEqual(bodies);
    expect(reread).toBe(rows.length - 10_000);
    await until('the outbox is empty', () => outbox.size === 0);
  });

  it('does not settle on an acknowledgement from before an outage, when another group still owes its own', async () => {
    const broker = open();
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const taken: string[] = [];
    await broker.subscribe('slow', ['toy.events.v1'], async (batch) => {
      await held;
      taken.push(...batch.map(({ body }) => body));
    });
    const failing = new Listener();
    failing.failing = true;
    await broker.subscribe('failing', ['toy.events.v1'], failing.handler);
    const source = await broker.source('toy', async () => []);
    const settled: string[] = [];
    const rows = rowsOf('toy.events.v1', ['a']);
    await source.publish(rows, (ids) => settled.push(...ids));
    await source.rebuild();
    await source.publish(rows, (ids) => settled.push(...ids));
    release();
    await until('the slow group has had it twice', () => taken.length === 2);
    expect(settled).toEqual([]);
    failing.failing = false;
    await until('it is settled', () => settled.length === 1);
  });

  it('calls a group unhealthy whose batch does not end', async () => {
    let nowMs = 0;
    const skewed = new (class extends WallClock {
      override monotonicMs = () => nowMs;
    })();
    const broker = open(skewed);
    let release = () => undefined as void;
    const subscription = await broker.subscribe('stuck', ['toy.events.v1'], () => new Promise<void>((resolve) => (release = resolve)));
    const source = await broker.source('toy', async () => []);
    await source.publish(rowsOf('toy.events.v1', ['a']), () => undefined);
    await until('it is at work', () => subscription.lag() === 1);
    expect(subscription.healthy()).toBe(true);
    await wall.sleep(5);
    nowMs = 11_000;
    expect(subscription.healthy()).toBe(false);
    release();
    await until('it is healthy again', () => subscription.healthy());
  });
});
