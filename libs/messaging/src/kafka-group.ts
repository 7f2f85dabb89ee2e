import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Delivery, Handler, Subscription } from './broker';
import type { KafkaBroker } from './kafka-broker';

const BATCH_MAX = 500;
/** About a thousand events of a partition at once: more only waits in memory. */
const FETCH_BYTES_MAX = 1_048_576;
/** While Postgres works for one batch, this thread works for the other; with a third each transaction only takes longer. */
const BATCHES_AT_ONCE = 3;
const BACK_OFF_MS_MAX = 5_000;
const HEARTBEAT_MS = 1_500;
const TOPICS_WAIT_MS = 5_000;

/** Offsets by `topic/partition`: the next one to read. */
type Offsets = Map<string, bigint>;
const raise = (offsets: Offsets, topic: string, partition: number, next: bigint): void => {
  const name = `${topic}/${partition}`;
  if ((offsets.get(name) ?? 0n) < next) offsets.set(name, next);
};

/** `upstream.<platform>.events.v1` stands for every platform's topic. */
export const matches = (pattern: string, topic: string): boolean =>
  pattern === topic || (pattern.includes('<') && new RegExp(`^${pattern.replaceAll('.', '\\.').replace(/<[a-z]+>/, '[a-z0-9-]+')}$`).test(topic));

/**
 * Heartbeats go on while a batch is being taken in: an outage of Postgres longer than the session would else make the
 * group share out the work anew, again and again. A refused one says that the group rebalances; the next call says so again.
 */
async function beating<T>(heartbeat: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** One group of this process. kafkajs hands over a partition's fetch at a time, which is cut into batches. */
export class KafkaGroup implements Subscription {
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
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: 10_000,
      maxWaitTimeInMs: 200,
      maxBytesPerPartition: FETCH_BYTES_MAX,
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
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: BATCHES_AT_ONCE, eachBatch: (payload) => this.eachBatch(payload) });
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
        await beating(heartbeat, () => this.handler(deliveries));
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

