import { randomUUID } from 'node:crypto';
import { WallClock } from '@emdia/clock';
import { describeKafka } from '@emdia/testing';
import { brokerContract, Listener, rowsOf, until } from './broker.contract';
import { KafkaBroker } from './kafka-broker';

const wall = new WallClock();

describeKafka('Kafka broker', (brokers) => {
  const failures: Error[] = [];
  const opened: KafkaBroker[] = [];
  function open(prefix = `t${randomUUID().slice(0, 8)}.`): KafkaBroker {
    const broker = new KafkaBroker({ brokers: brokers.split(','), clientId: 'emdia-spec', wall, partitions: 3, prefix, fatal: (error) => failures.push(error), failed: () => undefined });
    opened.push(broker);
    return broker;
  }

  afterEach(() => Promise.all(opened.splice(0).map((broker) => broker.close())));
  afterAll(() => expect(failures).toEqual([]));

  brokerContract(() => open(), { hearsUpstreamTopicsCreatedLater: true, partitions: 3, settles: 'when published' });

  it('knows after a restart that a foreign topic was taken in before', async () => {
    const prefix = `t${randomUUID().slice(0, 8)}.`;
    const topic = 'upstream.shop.events.v1';
    const before = open(prefix);
    await before.prepare([topic]);
    const listener = new Listener();
    await before.subscribe('ingestion', ['upstream.<platform>.events.v1'], listener.handler);
    await (await before.source()).publish(rowsOf(topic, ['a', 'b', 'c']), () => undefined);
    await until('it is taken in', async () => (await before.unacknowledged()) === 0);
    expect(listener.first).toHaveLength(3);
    await before.close();
    const after = open(prefix);
    await after.subscribe('ingestion', ['upstream.<platform>.events.v1'], listener.handler);
    expect(await after.unacknowledged()).toBe(0);
  });

  it('stays in its group while a batch takes longer than the session', async () => {
    const broker = open();
    const topic = 'upstream.shop.events.v1';
    await broker.prepare([topic]);
    let batches = 0;
    const slow = async () => {
      batches++;
      await wall.sleep(9_000);
    };
    await broker.subscribe('slow', ['upstream.<platform>.events.v1'], slow);
    await (await broker.source()).publish(rowsOf(topic, ['a']), () => undefined);
    expect(await broker.caughtUp('slow', 14_000)).toBe(true);
    expect(batches).toBe(1);
  });

  it('creates topics once, even when six processes prepare them at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const prefix = `t${randomUUID().slice(0, 8)}.`;
      const topics = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}.events.v1`);
      const brokers = Array.from({ length: 6 }, () => open(prefix));
      await Promise.all(brokers.map((broker, index) => broker.prepare([...topics.slice(index), ...topics.slice(0, index)])));
      for (const broker of brokers) expect(topics.map((topic) => broker.partitions(topic))).toEqual([3, 3, 3, 3, 3]);
    }
  });
});
