import { randomUUID } from 'node:crypto';
import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { describeKafka } from './kafka';

describeKafka('a real Kafka', (brokers) => {
  const topic = `spec.${randomUUID()}`;
  const groupId = `spec-${randomUUID()}`;
  const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'spec', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  const members: Consumer[] = [];

  beforeAll(() => Promise.all([admin.connect(), producer.connect()]));
  afterAll(() => Promise.all([...members, admin, producer].map((client) => client.disconnect())));

  /** A member of the group; resolves at its first assignment. */
  async function join(received: string[]): Promise<{ partitions: () => number[] }> {
    const consumer = kafka.consumer({ groupId, sessionTimeout: 6_000, heartbeatInterval: 500, maxWaitTimeInMs: 200 });
    members.push(consumer);
    let assigned: number[] = [];
    const joined = new Promise<void>((resolve) => {
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        assigned = payload.memberAssignment[topic] ?? [];
        resolve();
      });
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void received.push(message.value!.toString()) });
    await joined;
    return { partitions: () => assigned };
  }

  async function until(what: string, condition: () => boolean | Promise<boolean>) {
    for (let tries = 0; !(await condition()); tries += 1) {
      if (tries > 300) throw new Error(`still not: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const send = (values: string[]) =>
    producer.send({ topic, acks: -1, messages: values.map((value) => ({ key: value, value })) });

  it('makes a topic only when asked to', async () => {
    const typo = kafka.producer({ allowAutoTopicCreation: true, retry: { retries: 1 } });
    await typo.connect();
    await expect(typo.send({ topic: `${topic}.typo`, messages: [{ value: 'x' }] })).rejects.toThrow(/does not host this topic-partition/);
    await typo.disconnect();
    expect(await admin.createTopics({ topics: [{ topic, numPartitions: 4, replicationFactor: 1 }], waitForLeaders: true })).toBe(true);
    expect((await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]!.partitions).toHaveLength(4);
  });

  it('gives a group everything produced, once, over two members that share the partitions, and keeps its offsets', async () => {
    const sent = Array.from({ length: 200 }, (_, i) => `m${i}`);
    await send(sent.slice(0, 100));
    const received: string[] = [];
    const first = await join(received);
    expect(first.partitions().sort()).toEqual([0, 1, 2, 3]);
    await until('the first hundred arrived', () => received.length >= 100);

    const second = await join(received);
    await until('both have two', () => first.partitions().length === 2 && second.partitions().length === 2);
    expect([...first.partitions(), ...second.partitions()].sort()).toEqual([0, 1, 2, 3]);
    await send(sent.slice(100));
    await until('the second hundred arrived', () => new Set(received).size === 200);
    for (const member of members.splice(0)) await member.disconnect();

    const committed = (await admin.fetchOffsets({ groupId, topics: [topic] }))[0]!.partitions;
    const ends = await admin.fetchTopicOffsets(topic);
    expect(Object.fromEntries(committed.map(({ partition, offset }) => [partition, offset]))).toEqual(
      Object.fromEntries(ends.map(({ partition, high }) => [partition, high])),
    );
    expect(new Set(received)).toEqual(new Set(sent));

    const later: string[] = [];
    await join(later);
    await send(['after']);
    await until('only what is new arrives', () => later.length > 0);
    expect(later).toEqual(['after']);
  });
});
