/** A row of an outbox on its way: `id` orders it, `partition` is set where every partition must be reached. */
export interface Row {
  readonly id: string;
  readonly topic: string;
  readonly type: string;
  readonly key: string;
  readonly partition: number | null;
  readonly body: string;
}

/** What a consumer is handed: the encoded event and where it came from. */
export interface Delivery {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly body: string;
  /** Position within the partition, for logs and lag only. */
  readonly position: string;
}

/** Takes a batch in; resolves when its effects are committed. It throws only for outages: the batch comes again. */
export type Handler = (batch: readonly Delivery[]) => Promise<void>;

/** Reads rows that are still in an outbox, by id; the in-process broker asks when a group has fallen far behind. */
export type Reread = (ids: readonly string[]) => Promise<readonly Row[]>;

export interface Subscription {
  /** True when the last poll is recent and the group has joined. */
  healthy(): boolean;
  /** Events handed out and not yet acknowledged (in process), or the known lag (Kafka). */
  lag(): number;
  close(): Promise<void>;
}

export interface Source {
  /** Hands rows over, in order; `settled` is called with the ids that need not be kept any longer. Rejects on outage. */
  publish(rows: readonly Row[], settled: (ids: readonly string[]) => void): Promise<void>;
  /** After an error: forget what is in flight and begin anew. */
  rebuild(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Kafka, or its stand-in within one process: ordered per key, at least once, one queue per group. One contract suite
 * holds for both (broker.contract.ts).
 */
export interface Broker {
  readonly kind: 'kafka' | 'in-process';
  /** The partitions of a topic, fixed at its creation. */
  partitions(topic: string): number;
  /** The partition that a key's events go to. */
  partitionOf(topic: string, key: string): number;
  /** Creates the topics that lack. */
  prepare(topics: readonly string[]): Promise<void>;
  subscribe(group: string, topics: readonly string[], handler: Handler): Promise<Subscription>;
  source(name: string, reread: Reread): Promise<Source>;
  /** Waits until the group has taken in what its topics held when the call came; false when that takes too long. */
  caughtUp(group: string, waitMsMax: number): Promise<boolean>;
  /** Work that nobody has acknowledged yet, heartbeats left out: what `run()` waits on when all services are here. */
  unacknowledged(): Promise<number>;
  close(): Promise<void>;
}

/** What a service may ask about partitions: heartbeats and coverage are kept, and asked for, per partition. */
export class Partitions {
  constructor(private readonly broker: Broker) {}

  count(topic: string): number {
    return this.broker.partitions(topic);
  }
  of(topic: string, key: string): number {
    return this.broker.partitionOf(topic, key);
  }
}

/** The topics to which platforms publish, as the service sees them that takes them in. */
export class UpstreamProgress {
  constructor(
    private readonly broker: Broker,
    private readonly group: string,
  ) {}

  /** Whether what stood on the topics at the call has been taken in; false when it takes longer than the time given, in milliseconds. */
  caughtUp(waitMsMax: number): Promise<boolean> {
    return this.broker.caughtUp(this.group, waitMsMax);
  }

  /** Creates the topic of a platform where it lacks, as the broker makes none for a producer; rejects when the broker does not answer. */
  open(platform: string): Promise<void> {
    return this.broker.prepare([`upstream.${platform}.events.v1`]);
  }
}
