import { isHeartbeat } from '@emdia/contracts';
import type { WallClock } from '@emdia/clock';
import { Kafka, logLevel, Partitioners, type Admin, type Consumer, type EachBatchPayload, type KafkaMessage, type Producer } from 'kafkajs';
import type { Broker, Delivery, Handler, Row, Source, Subscription } from './broker';

const BATCH_MAX = 500;
const BACK_OFF_MS_MAX = 5_000;
const TOPICS_WAIT_MS = 5_000;

export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly wall: WallClock;
  /** Partitions of a topic that has to be created; an existing topic keeps its own. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Stands before every topic and group on the wire, so that several houses may share a cluster; nobody else sees it. */
  readonly prefix?: string;
  /** A consumer crashed and will not restart by itself: the process should end and be started anew. */
  readonly fatal: (error: Error) => void;
  readonly failed: (error: Error) => void;
}

/** Offsets by `topic/partition`: the next one to read. */
type Offsets = Map<string, bigint>;
const raise = (offsets: Offsets, topic: string, partition: number, next: bigint): void => {
  const name = `${topic}/${partition}`;
  if ((offsets.get(name) ?? 0n) < next) offsets.set(name, next);
};

interface TopicEnds {
  readonly topic: string;
  readonly offsets: readonly { partition: number; high: string; low: string }[];
}

/** `upstream.<platform>.events.v1` stands for every platform's topic. */
const matches = (pattern: string, topic: string): boolean =>
  pattern === topic || (pattern.includes('<') && new RegExp(`^${pattern.replaceAll('.', '\\.').replace(/<[a-z]+>/, '[a-z0-9-]+')}$`).test(topic));

/** One group of this process. kafkajs hands over a partition's fetch at a time, which is cut into batches. */
class KafkaGroup implements Subscription {
  private consumer: Consumer | null = null;
  private readonly stopping = new AbortController();
  private topics: string[] = [];
  private seenAt: number;
  private joined = false;
  readonly handled: Offsets = new Map();
  private readonly lags = new Map<string, number>();
  private watching: Promise<void> = Promise.resolve();

  constructor(
    private readonly broker: KafkaBroker,
    readonly name: string,
    readonly patterns: readonly string[],
    private readonly handler: Handler,
  ) {
    this.seenAt = broker.options.wall.monotonicMs();
  }

  hears(topic: string): boolean {
    return this.patterns.some((pattern) => matches(pattern, topic));
  }
  healthy(): boolean {
    return this.topics.length === 0 || (this.joined && this.broker.options.wall.monotonicMs() - this.seenAt < 15_000);
  }
  lag(): number {
    return [...this.lags.values()].reduce((sum, lag) => sum + lag, 0);
  }

  async start(): Promise<void> {
    await this.listen(await this.broker.topics(this.patterns));
    if (this.patterns.some((pattern) => pattern.includes('<'))) this.watching = this.watch();
  }

  private async listen(topics: string[]): Promise<void> {
    if (topics.length === 0) return;
    const consumer = this.broker.kafka.consumer({
      groupId: this.broker.wire(this.name),
      sessionTimeout: 6_000,
      heartbeatInterval: 1_500,
      rebalanceTimeout: 10_000,
      maxWaitTimeInMs: 200,
      maxBytesPerPartition: 4_194_304,
      allowAutoTopicCreation: false,
    });
    const { wall, fatal, failed } = this.broker.options;
    const seen = () => (this.seenAt = wall.monotonicMs());
    consumer.on(consumer.events.FETCH, seen);
    consumer.on(consumer.events.GROUP_JOIN, () => {
      seen();
      this.joined = true;
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => (payload.restart ? failed(payload.error) : fatal(payload.error)));
    await consumer.connect();
    await consumer.subscribe({ topics: topics.map((topic) => this.broker.wire(topic)), fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 3, eachBatch: (payload) => this.eachBatch(payload) });
    this.consumer = consumer;
    this.topics = topics;
  }

  private async eachBatch({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, uncommittedOffsets, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const topic = this.broker.unwire(batch.topic);
    const { partition, messages } = batch;
    for (let from = 0; from < messages.length; from += BATCH_MAX) {
      if (!isRunning() || isStale()) return;
      const chunk = messages.slice(from, from + BATCH_MAX);
      const behind = (next: bigint) => this.lags.set(`${topic}/${partition}`, Number(BigInt(batch.highWatermark) - next));
      // Told before, too: a batch that cannot be taken in for a while must show.
      behind(BigInt(chunk[0]!.offset));
      if (!(await this.handle(topic, partition, chunk, heartbeat, () => isRunning() && !isStale()))) return;
      const last = chunk[chunk.length - 1]!;
      resolveOffset(last.offset);
      raise(this.handled, topic, partition, BigInt(last.offset) + 1n);
      behind(BigInt(last.offset) + 1n);
      await heartbeat();
      await commitOffsetsIfNecessary(uncommittedOffsets());
    }
  }

  /** Repeats a batch until it is taken in; false when the partition was lost or the consumer stops meanwhile. */
  private async handle(topic: string, partition: number, chunk: readonly KafkaMessage[], heartbeat: () => Promise<void>, ours: () => boolean): Promise<boolean> {
    const deliveries = chunk.map((message): Delivery => ({
      topic,
      partition,
      key: message.key?.toString('utf8') ?? '',
      body: message.value?.toString('utf8') ?? '',
      position: message.offset,
    }));
    for (let backOffMs = 50; ; backOffMs = Math.min(backOffMs * 2, BACK_OFF_MS_MAX)) {
      try {
        await this.handler(deliveries);
        return true;
      } catch (error) {
        this.broker.options.failed(error as Error);
        const until = this.broker.options.wall.monotonicMs() + backOffMs;
        while (this.broker.options.wall.monotonicMs() < until) {
          if (this.stopping.signal.aborted || !ours()) return false;
          await this.broker.options.wall.sleep(Math.min(backOffMs, 500), this.stopping.signal);
          await heartbeat();
        }
      }
    }
  }

  /** The next offset to take in, as far as it can be known: this process's own, else what the group had committed before. */
  async reached(topic: string, partition: number): Promise<bigint> {
    if (!this.handled.has(`${topic}/${partition}`)) {
      const admin = await this.broker.ready();
      for (const { partitions } of await admin.fetchOffsets({ groupId: this.broker.wire(this.name), topics: [this.broker.wire(topic)] })) {
        for (const committed of partitions) raise(this.handled, topic, committed.partition, BigInt(committed.offset));
      }
    }
    return this.handled.get(`${topic}/${partition}`) ?? 0n;
  }

  /** A platform registered later brings a new topic: kafkajs takes new topics only when it starts. */
  private async watch(): Promise<void> {
    const { wall, failed } = this.broker.options;
    while (!this.stopping.signal.aborted) {
      await wall.sleep(TOPICS_WAIT_MS, this.stopping.signal);
      try {
        const topics = this.stopping.signal.aborted ? this.topics : await this.broker.topics(this.patterns);
        if (topics.join() === this.topics.join()) continue;
        await this.consumer?.disconnect();
        await this.listen(topics);
      } catch (error) {
        failed(error as Error);
      }
    }
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.watching;
    await this.consumer?.disconnect();
  }
}

/** Idempotent, acks=all, one request in flight; after an error the producer is thrown away, as its sequence is unknown. */
class KafkaSource implements Source {
  private producer: Promise<Producer> | null = null;

  constructor(private readonly broker: KafkaBroker) {}

  private connect(): Promise<Producer> {
    this.producer ??= (async () => {
      const producer = this.broker.kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      return producer;
    })();
    return this.producer;
  }

  async publish(rows: readonly Row[], settled: (ids: readonly string[]) => void): Promise<void> {
    const producer = await this.connect();
    const byTopic = new Map<string, Row[]>();
    for (const row of rows) {
      const list = byTopic.get(row.topic);
      if (list) list.push(row);
      else byTopic.set(row.topic, [row]);
    }
    const metadata = await producer.sendBatch({
      acks: -1,
      topicMessages: [...byTopic].map(([topic, list]) => ({
        topic: this.broker.wire(topic),
        messages: list.map(({ key, body, partition }) => ({ key, value: body, ...(partition === null ? {} : { partition }) })),
      })),
    });
    // Heartbeats alone are no work; a send that carries anything else counts whole.
    if (rows.some(({ type }) => !isHeartbeat(type))) {
      for (const { topicName, partition } of metadata) this.broker.published(this.broker.unwire(topicName), partition);
    }
    settled(rows.map(({ id }) => id));
  }

  async rebuild(): Promise<void> {
    const old = this.producer;
    this.producer = null;
    await (await old?.catch(() => undefined))?.disconnect().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.rebuild();
  }
}

/** Apache Kafka through kafkajs; nothing else in the house imports kafkajs. */
export class KafkaBroker implements Broker {
  readonly kind = 'kafka';
  readonly kafka: Kafka;
  private readonly admin: Admin;
  private connected: Promise<void> | null = null;
  private readonly groups = new Map<string, KafkaGroup>();
  private readonly sources: KafkaSource[] = [];
  private readonly counts = new Map<string, number>();
  /** How often something that counts as work went to a partition, while a group here has yet to take it in. */
  private readonly dirty = new Map<string, number>();
  private readonly partitioner = Partitioners.DefaultPartitioner();

  constructor(readonly options: KafkaOptions) {
    this.kafka = new Kafka({ clientId: options.clientId, brokers: [...options.brokers], logLevel: logLevel.NOTHING, retry: { retries: 5, initialRetryTime: 200, maxRetryTime: 5_000 } });
    this.admin = this.kafka.admin();
  }

  async ready(): Promise<Admin> {
    this.connected ??= this.admin.connect().catch((error: Error) => {
      this.connected = null;
      throw error;
    });
    await this.connected;
    return this.admin;
  }

  partitions(topic: string): number {
    const count = this.counts.get(topic);
    if (count === undefined) throw new Error(`Topic ${topic} was not prepared.`);
    return count;
  }

  /** The same hash as the producer's and as the Java client's (murmur2 of the key). */
  partitionOf(topic: string, key: string): number {
    const partitionMetadata = Array.from({ length: this.partitions(topic) }, (_, partitionId) => ({ partitionId, partitionErrorCode: 0, leader: 0, replicas: [], isr: [], offlineReplicas: [] }));
    return this.partitioner({ topic, partitionMetadata, message: { key: Buffer.from(key), value: null } });
  }

  wire = (name: string): string => `${this.options.prefix ?? ''}${name}`;
  unwire = (name: string): string => name.slice((this.options.prefix ?? '').length);

  private async existing(): Promise<string[]> {
    const all = await (await this.ready()).listTopics();
    return all.filter((topic) => topic.startsWith(this.options.prefix ?? '')).map(this.unwire);
  }

  async topics(patterns: readonly string[]): Promise<string[]> {
    return (await this.existing()).filter((topic) => patterns.some((pattern) => matches(pattern, topic))).sort();
  }

  async prepare(topics: readonly string[]): Promise<void> {
    const admin = await this.ready();
    const wanted = topics.filter((topic) => !topic.includes('<'));
    const existing = new Set(await this.existing());
    const lacking = wanted.filter((topic) => !existing.has(topic));
    if (lacking.length > 0) {
      // One that another process made meanwhile is no error to kafkajs; its own wait for leaders gives up where a node does not know one yet.
      await admin.createTopics({
        waitForLeaders: false,
        topics: lacking.map((topic) => ({ topic: this.wire(topic), numPartitions: this.options.partitions ?? 3, replicationFactor: this.options.replicationFactor ?? 1 })),
      });
    }
    if (wanted.length === 0) return;
    for (const { name, partitions } of await this.described(wanted)) this.counts.set(this.unwire(name), partitions.length);
  }

  /** Waits until every partition has a leader: a topic that was just made, here or by another process, is listed before every node knows it. */
  private async described(topics: readonly string[]): Promise<{ name: string; partitions: unknown[] }[]> {
    const admin = await this.ready();
    const until = this.options.wall.monotonicMs() + TOPICS_WAIT_MS;
    for (;;) {
      try {
        return (await admin.fetchTopicMetadata({ topics: topics.map(this.wire) })).topics;
      } catch (error) {
        if (!(error as { retriable?: boolean }).retriable || this.options.wall.monotonicMs() > until) throw error;
        await this.options.wall.sleep(100);
      }
    }
  }

  async subscribe(name: string, topics: readonly string[], handler: Handler): Promise<Subscription> {
    if (this.groups.has(name)) throw new Error(`Group ${name} is subscribed already.`);
    const group = new KafkaGroup(this, name, topics, handler);
    this.groups.set(name, group);
    await group.start();
    return { healthy: () => group.healthy(), lag: () => group.lag(), close: () => group.close().finally(() => this.groups.delete(name)) };
  }

  async source(): Promise<Source> {
    const source = new KafkaSource(this);
    this.sources.push(source);
    return source;
  }

  /** Something that counts as work went to this partition. */
  published(topic: string, partition: number): void {
    const name = `${topic}/${partition}`;
    this.dirty.set(name, (this.dirty.get(name) ?? 0) + 1);
  }

  async caughtUp(group: string, waitMsMax: number): Promise<boolean> {
    const until = this.options.wall.monotonicMs() + waitMsMax;
    for (let ends: TopicEnds[] | null = null; ; ) {
      try {
        ends ??= await this.upstreamEnds(group);
        if (await this.hasReached(group, ends)) return true;
      } catch (error) {
        // Who cannot be asked (a topic made just now, a coordinator that moves) has not told that it caught up.
        this.options.failed(error as Error);
      }
      if (this.options.wall.monotonicMs() >= until) return false;
      await this.options.wall.sleep(50);
    }
  }

  private async upstreamEnds(group: string): Promise<TopicEnds[]> {
    const admin = await this.ready();
    const patterns = this.groups.get(group)?.patterns ?? [];
    const topics = await this.topics(patterns.filter((pattern) => pattern.includes('<')));
    return Promise.all(topics.map(async (topic) => ({ topic, offsets: await admin.fetchTopicOffsets(this.wire(topic)) })));
  }

  private async hasReached(group: string, ends: readonly TopicEnds[]): Promise<boolean> {
    if (ends.length === 0) return true;
    const committed = await (await this.ready()).fetchOffsets({ groupId: this.wire(group), topics: ends.map(({ topic }) => this.wire(topic)) });
    return ends.every(({ topic, offsets }) =>
      offsets.every(({ partition, high, low }) => {
        const at = committed.find((each) => each.topic === this.wire(topic))?.partitions.find((each) => each.partition === partition)?.offset ?? '-1';
        return BigInt(high) === BigInt(low) || BigInt(at) >= BigInt(high);
      }),
    );
  }

  /** Partitions that hold something a group here has not yet taken in; foreign producers' topics are asked for each time. */
  async unacknowledged(): Promise<number> {
    const admin = await this.ready();
    const patterns = new Set([...this.groups.values()].flatMap((group) => group.patterns.filter((pattern) => pattern.includes('<'))));
    const upstream = patterns.size === 0 ? [] : await this.topics([...patterns]);
    const before = new Map(this.dirty);
    const names = new Set([...before.keys()].map((name) => name.slice(0, name.lastIndexOf('/'))));
    let behind = 0;
    for (const topic of new Set([...names, ...upstream])) {
      const groups = [...this.groups.values()].filter((group) => group.hears(topic));
      for (const { partition, low, high } of await admin.fetchTopicOffsets(this.wire(topic))) {
        const name = `${topic}/${partition}`;
        if (BigInt(high) === BigInt(low) || !(upstream.includes(topic) || before.has(name))) continue;
        const reached = await Promise.all(groups.map((group) => group.reached(topic, partition)));
        const late = reached.filter((next) => next < BigInt(high)).length;
        behind += late;
        // Only if nothing went there since: it would not be in the offsets that were asked for.
        if (late === 0 && this.dirty.get(name) === before.get(name)) this.dirty.delete(name);
      }
    }
    return behind;
  }

  async close(): Promise<void> {
    await Promise.all([...this.groups.values()].map((group) => group.close()));
    await Promise.all(this.sources.map((source) => source.close()));
    if (this.connected) await this.admin.disconnect();
  }
}
