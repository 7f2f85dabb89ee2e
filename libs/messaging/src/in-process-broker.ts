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
  readonly work: boolean;
  row: Row | null;
}

/** One outbox as seen by the broker: which groups still owe an acknowledgement for which row. */
class OutboxSource implements Source {
  private owing = new Map<string, number>();
  private generation = 0;
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
      for (const group of groups) group.push({ id: row.id, source: this, work: !isHeartbeat(row.type), row });
    }
    if (unheard.length > 0) settled(unheard);
  }

  acknowledge(ids: readonly string[]): void {
    const done: string[] = [];
    for (const id of ids) {
      const left = (this.owing.get(id) ?? 1) - 1;
      if (left > 0) this.owing.set(id, left);
      else if (this.owing.delete(id)) done.push(id);
    }
    if (done.length > 0) this.settle(done);
  }

  /** After an outage the relay begins at the oldest row: what is queued is dropped, and comes again from there. */
  async rebuild(): Promise<void> {
    this.generation++;
    this.owing = new Map();
    this.broker.forget(this);
  }

  async close(): Promise<void> {
    await this.rebuild();
  }
}

/** The queue of one group over all its topics; handles one batch at a time and repeats it until it is taken in. */
class Group implements Subscription {
  private queue: Entry[] = [];
  private bodies = 0;
  private work = 0;
  private handling: readonly Entry[] = [];
  private wake: (() => void) | null = null;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private failingSince: number | null = null;

  constructor(
    readonly name: string,
    readonly topics: ReadonlySet<string>,
    private readonly handler: Handler,
    private readonly wall: WallClock,
  ) {
    this.running = this.run();
  }

  push(entry: Entry): void {
    if (this.bodies >= BODIES_MAX) entry.row = null;
    else this.bodies++;
    if (entry.work) this.work++;
    this.queue.push(entry);
    this.wake?.();
  }

  forget(source: OutboxSource): void {
    this.queue = this.queue.filter((entry) => {
      if (entry.source !== source) return true;
      if (entry.row) this.bodies--;
      if (entry.work) this.work--;
      return false;
    });
  }

  /** A batch that keeps failing for 10 s makes the group unhealthy. */
  healthy(): boolean {
    return this.failingSince === null || this.wall.monotonicMs() - this.failingSince < 10_000;
  }
  lag(): number {
    return this.work;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      if (this.queue.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = null;
      const batch = this.queue.splice(0, BATCH_MAX);
      if (batch.length === 0) continue;
      this.handling = batch;
      await this.handle(batch);
      this.handling = [];
    }
  }

  private async handle(batch: readonly Entry[]): Promise<void> {
    for (let backOffMs = 20; ; backOffMs = Math.min(backOffMs * 2, BACK_OFF_MS_MAX)) {
      try {
        await this.handler(await deliveries(batch));
        this.failingSince = null;
        break;
      } catch {
        // Only outages come out of the handler: nothing is acknowledged, the same batch comes again.
        this.failingSince ??= this.wall.monotonicMs();
        if (this.stopping.signal.aborted) return;
        await this.wall.sleep(backOffMs, this.stopping.signal);
        if (this.stopping.signal.aborted) return;
      }
    }
    for (const entry of batch) {
      if (entry.row) this.bodies--;
      if (entry.work) this.work--;
    }
    for (const [source, ids] of bySource(batch)) source.acknowledge(ids);
  }

  /** Takes no more; waits for the batch at hand. What stays queued is still in the outbox. */
  async close(): Promise<void> {
    this.stopping.abort();
    this.queue = [];
    this.wake?.();
    await this.running;
  }

  get idle(): boolean {
    return this.handling.length === 0 && this.queue.length === 0;
  }
}

function bySource(batch: readonly Entry[]): Map<OutboxSource, string[]> {
  const sources = new Map<OutboxSource, string[]>();
  for (const { source, id } of batch) {
    const ids = sources.get(source);
    if (ids) ids.push(id);
    else sources.set(source, [id]);
  }
  return sources;
}

async function deliveries(batch: readonly Entry[]): Promise<Delivery[]> {
  const missing = batch.filter(({ row }) => row === null);
  const found = new Map<OutboxSource, Map<string, Row>>();
  for (const [source, ids] of bySource(missing)) found.set(source, new Map((await source.reread(ids)).map((row) => [row.id, row])));
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
    if (this.groups.has(name)) throw new Error(`Group ${name} is subscribed already.`);
    const group = new Group(name, new Set(topics), handler, this.wall);
    this.groups.set(name, group);
    return {
      healthy: () => group.healthy(),
      lag: () => group.lag(),
      close: async () => {
        this.groups.delete(name);
        await group.close();
      },
    };
  }

  groupsOf(topic: string): Group[] {
    return [...this.groups.values()].filter(({ topics }) => topics.has(topic));
  }

  forget(source: OutboxSource): void {
    for (const group of this.groups.values()) group.forget(source);
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
