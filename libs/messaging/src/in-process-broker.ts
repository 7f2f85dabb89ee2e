import { isHeartbeat } from '@emdia/contracts';
import type { WallClock } from '@emdia/clock';
import type { Broker, Delivery, Handler, Reread, Row, Source, Subscription } from './broker';

const BATCH_MAX = 500;
/** Beyond this a group keeps ids only and reads the rows again from the outbox when it gets there. */
const BODIES_MAX = 10_000;
const BACK_OFF_MS_MAX = 2_000;

interface Entry {
  readonly id: string;
  readonly source: OutboxSource;
  /** Of the source when it handed the row over; an acknowledgement from before an outage says nothing about the row's return. */
  readonly generation: number;
  readonly work: boolean;
  row: Row | null;
}

/** One outbox as seen by the broker: which groups still owe an acknowledgement for which row. */
class OutboxSource implements Source {
  private owing = new Map<string, number>();
  generation = 0;
  private settle: (ids: readonly string[]) => void = () => undefined;

  constructor(
    private readonly broker: InProcessBroker,
    readonly name: string,
    readonly reread: Reread,
  ) {}

  async publish(rows: readonly Row[], settled: (ids: readonly string[]) => void): Promise<void> {
    this.settle = settled;
    const unheard: string[] = [];
    for (const row of rows) {
      const groups = this.broker.groupsOf(row.topic);
      if (groups.length === 0) unheard.push(row.id);
      else this.owing.set(row.id, groups.length);
      for (const group of groups) group.push({ id: row.id, source: this, generation: this.generation, work: !isHeartbeat(row.type), row });
    }
    if (unheard.length > 0) settled(unheard);
  }

  acknowledge(entries: readonly Entry[]): void {
    const done: string[] = [];
    for (const { id, generation } of entries) {
      if (generation !== this.generation) continue;
      const left = this.owing.get(id)! - 1;
      if (left > 0) this.owing.set(id, left);
      else if (this.owing.delete(id)) done.push(id);
    }
    if (done.length > 0) this.settle(done);
  }

  /** After an outage the relay begins at the oldest row: what is queued is dropped, and comes again from there. */
  async rebuild(): Promise<void> {
    this.generation++;
    this.owing = new Map();
    this.broker.forget();
  }

  async close(): Promise<void> {
    await this.rebuild();
  }
}

/** The queue of one group over all its topics; handles one batch at a time and repeats it until it is taken in. */
class Group {
  private queue: Entry[] = [];
  private bodies = 0;
  private work = 0;
  private wake: (() => void) | null = null;
  private stopping = new AbortController();
  private running: Promise<void> | null = null;
  private batchBeganAt: number | null = null;
  private handler: Handler | null = null;
  topics: ReadonlySet<string> = new Set();

  constructor(private readonly wall: WallClock) {}

  /** Begins, or goes on with what stayed queued when it was closed. */
  open(topics: readonly string[], handler: Handler): void {
    this.topics = new Set(topics);
    this.handler = handler;
    this.stopping = new AbortController();
    this.running = this.run(handler);
  }

  get isOpen(): boolean {
    return this.handler !== null;
  }

  push(entry: Entry): void {
    if (this.bodies >= BODIES_MAX) entry.row = null;
    else this.bodies++;
    if (entry.work) this.work++;
    this.queue.push(entry);
    this.wake?.();
  }

  /** Drops what an earlier generation of its source handed over. */
  forget(): void {
    this.release(this.queue.filter((entry) => !current(entry)));
    this.queue = this.queue.filter(current);
  }

  /** A batch that keeps failing, or does not end, for 10 s makes the group unhealthy. */
  healthy(): boolean {
    return this.isOpen && (this.batchBeganAt === null || this.wall.monotonicMs() - this.batchBeganAt < 10_000);
  }
  lag(): number {
    return this.work;
  }

  private async run(handler: Handler): Promise<void> {
    while (!this.stopping.signal.aborted) {
      if (this.queue.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = null;
      if (this.stopping.signal.aborted) return;
      const batch = this.queue.splice(0, BATCH_MAX);
      if (batch.length === 0) continue;
      this.batchBeganAt = this.wall.monotonicMs();
      const taken = await this.handle(batch, handler);
      this.batchBeganAt = null;
      if (taken) this.acknowledge(batch);
      else {
        this.queue = [...batch, ...this.queue];
        this.forget();
      }
    }
  }

  /** False when it was closed before the batch could be taken in. */
  private async handle(batch: readonly Entry[], handler: Handler): Promise<boolean> {
    for (let backOffMs = 20; ; backOffMs = Math.min(backOffMs * 2, BACK_OFF_MS_MAX)) {
      try {
        await handler(await deliveries(batch));
        return true;
      } catch {
        // Only outages come out of the handler: nothing is acknowledged, the same batch comes again.
        await this.wall.sleep(backOffMs, this.stopping.signal);
        if (this.stopping.signal.aborted) return false;
      }
    }
  }

  private acknowledge(batch: readonly Entry[]): void {
    this.release(batch);
    for (const [source, entries] of bySource(batch)) source.acknowledge(entries);
  }

  private release(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.row) this.bodies--;
      if (entry.work) this.work--;
    }
  }

  /** Takes no more and waits for the batch at hand; what stays queued is still owed, and still in its outbox. */
  async close(): Promise<void> {
    this.stopping.abort();
    this.wake?.();
    await this.running;
    this.handler = null;
  }
}

const current = ({ source, generation }: Entry): boolean => source.generation === generation;

function bySource(batch: readonly Entry[]): Map<OutboxSource, Entry[]> {
  const sources = new Map<OutboxSource, Entry[]>();
  for (const entry of batch) {
    const entries = sources.get(entry.source);
    if (entries) entries.push(entry);
    else sources.set(entry.source, [entry]);
  }
  return sources;
}

async function deliveries(batch: readonly Entry[]): Promise<Delivery[]> {
  const missing = batch.filter(({ row }) => row === null);
  const found = new Map<OutboxSource, Map<string, Row>>();
  for (const [source, entries] of bySource(missing)) {
    const rows = await source.reread(entries.map(({ id }) => id));
    found.set(source, new Map(rows.map((row) => [row.id, row])));
  }
  return batch.flatMap((entry) => {
    const row = entry.row ?? found.get(entry.source)?.get(entry.id);
    return row ? [{ topic: row.topic, partition: row.partition ?? 0, key: row.key, body: row.body, position: row.id }] : [];
  });
}

/** Kafka's stand-in within one process: an outbox row goes when the slowest group has acknowledged it. */
export class InProcessBroker implements Broker {
  readonly kind = 'in-process';
  private readonly groups = new Map<string, Group>();

  constructor(private readonly wall: WallClock) {}

  partitions(): number {
    return 1;
  }
  partitionOf(): number {
    return 0;
  }
  async prepare(): Promise<void> {}

  async subscribe(name: string, topics: readonly string[], handler: Handler): Promise<Subscription> {
    // A group that was closed stays owed what its topics carry, so that nothing settles behind its back.
    const group = this.groups.get(name) ?? new Group(this.wall);
    if (group.isOpen) throw new Error(`Group ${name} is subscribed already.`);
    this.groups.set(name, group);
    group.open(topics, handler);
    return { healthy: () => group.healthy(), lag: () => group.lag(), close: () => group.close() };
  }

  groupsOf(topic: string): Group[] {
    return [...this.groups.values()].filter(({ topics }) => topics.has(topic));
  }

  forget(): void {
    for (const group of this.groups.values()) group.forget();
  }

  async source(name: string, reread: Reread): Promise<Source> {
    return new OutboxSource(this, name, reread);
  }

  /** What comes from outside enters by REST here, and is committed when the call returns. */
  async caughtUp(): Promise<boolean> {
    return true;
  }

  async unacknowledged(): Promise<number> {
    return [...this.groups.values()].reduce((sum, group) => sum + group.lag(), 0);
  }

  async close(): Promise<void> {
    await Promise.all([...this.groups.values()].map((group) => group.close()));
    this.groups.clear();
  }
}
