import type { WallClock } from '@emdia/clock';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { Broker, Handler, Source, Subscription } from './broker';
import { KafkaGroup, matches } from './kafka-group';
import { wholeResponses } from './kafka-socket';
import { KafkaSource } from './kafka-source';
import { partitionOfKey } from './partitioner';

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

interface TopicEnds {
  readonly topic: string;
  readonly offsets: readonly { partition: number; high: string; low: string }[];
}

/** Apache Kafka through kafkajs; beside its groups and sources (kafka-group.ts, kafka-source.ts) nothing imports kafkajs. */
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

  constructor(readonly options: KafkaOptions) {
    this.kafka = new Kafka({ clientId: options.clientId, brokers: [...options.brokers], logLevel: logLevel.NOTHING, socketFactory: wholeResponses, retry: { retries: 5, initialRetryTime: 200, maxRetryTime: 5_000 } });
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

  partitionOf(topic: string, key: string): number {
    return partitionOfKey(key, this.partitions(topic));
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
