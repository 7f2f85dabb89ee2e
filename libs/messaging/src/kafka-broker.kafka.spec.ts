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

  it('creates topics once, even when two processes prepare them at the same time', async () => {
    const prefix = `t${randomUUID().slice(0, 8)}.`;
    const [one, other] = [open(prefix), open(prefix)];
    await Promise.all([one.prepare(['toy.events.v1']), other.prepare(['toy.events.v1'])]);
    expect([one.partitions('toy.events.v1'), other.partitions('toy.events.v1')]).toEqual([3, 3]);
  });
});
