import { Kafka, logLevel, type Consumer } from 'kafkajs';

/** A record as it stands in a topic; the body only of what is not a heartbeat. */
export interface Heard {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  /** The CloudEvents id; null for what is no event. */
  readonly id: string | null;
  readonly type: string;
}

const SCHEMAS = ['billing', 'reconciliation', 'dunning', 'negotiation', 'notifications'];

/** Reads every topic of the house from its beginning, once each, in the order of its partitions. */
export class Topics {
  readonly records: Heard[] = [];
  private readonly next = new Map<string, number>();
  private consumer: Consumer | null = null;
  private stopped = false;
  readonly kafka: Kafka;
  readonly names: readonly string[];

  constructor(brokers: string, prefix: string, platform: string) {
    this.kafka = new Kafka({ clientId: 'oracle', brokers: [brokers], logLevel: logLevel.NOTHING, retry: { retries: 10, initialRetryTime: 200, maxRetryTime: 2_000 } });
    this.names = [...SCHEMAS.map((schema) => `${prefix}${schema}.events.v1`), `${prefix}upstream.${platform}.events.v1`];
  }

  async start(): Promise<void> {
    const consumer = this.kafka.consumer({ groupId: 'oracle', sessionTimeout: 20_000, maxWaitTimeInMs: 200, allowAutoTopicCreation: false });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      // kafkajs gives up on what it takes for lasting; here nothing is.
      if (!payload.restart && !this.stopped) setTimeout(() => void consumer.disconnect().catch(() => undefined).then(() => this.start()).catch(() => undefined), 1_000);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.names], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { topic, partition, messages }, resolveOffset, heartbeat }) => {
        for (const { offset, key, value } of messages) {
          this.hear({ topic, partition, offset: Number(offset), key: String(key ?? ''), value: String(value ?? '') });
          resolveOffset(offset);
        }
        await heartbeat();
      },
    });
    this.consumer = consumer;
  }

  private hear({ topic, partition, offset, key, value }: { topic: string; partition: number; offset: number; key: string; value: string }): void {
    const place = `${topic}/${partition}`;
    if (offset < (this.next.get(place) ?? 0)) return;
    this.next.set(place, offset + 1);
    if (value.includes('.heartbeat.v1"')) return;
    const event = parsed(value);
    this.records.push({ topic, partition, offset, key, id: event?.id ?? null, type: event?.type ?? '' });
  }

  /** Whether everything that stands in the topics now has been read. */
  async isUpToDate(): Promise<boolean> {
    for (const { place, high } of await this.ends()) if ((this.next.get(place) ?? 0) < high) return false;
    return true;
  }

  /** The next offsets to be written, by `topic/partition`; empty partitions left out. */
  async ends(): Promise<{ topic: string; partition: number; place: string; high: number }[]> {
    return this.asAdmin(async (admin) => {
      const ends = await Promise.all(this.names.map(async (topic) => (await admin.fetchTopicOffsets(topic)).map(({ partition, high, low }) => ({ topic, partition, place: `${topic}/${partition}`, high: Number(high), low: Number(low) }))));
      return ends.flat().filter(({ high, low }) => high > low);
    });
  }

  /** How far a group has acknowledged, by `topic/partition`. */
  async acknowledged(groupId: string): Promise<Map<string, number>> {
    return this.asAdmin(async (admin) => {
      const offsets = await admin.fetchOffsets({ groupId, topics: [...this.names] });
      return new Map(offsets.flatMap(({ topic, partitions }) => partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const)));
    });
  }

  private async asAdmin<T>(ask: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
    const admin = this.kafka.admin();
    await admin.connect();
    return ask(admin).finally(() => admin.disconnect());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.consumer?.disconnect();
  }
}

function parsed(value: string): { id: string; type: string } | null {
  try {
    const event = JSON.parse(value) as { id?: unknown; type?: unknown };
    return typeof event.id === 'string' ? { id: event.id, type: String(event.type) } : null;
  } catch {
    return null;
  }
}
