import { isHeartbeat } from '@emdia/contracts';
import type { Broker, Delivery, Handler, Row, Source, Subscription } from '@emdia/messaging';
import type { Faults } from './faults';

const PARTITIONS = 2;
const BATCH_MAX = 500;
/** A batch in a disturbed run holds at most so many, or half of what waits. */
const BATCH_MAX_FAULTY = 30;
/** How far ahead of its oldest event a group looks for something to take first. */
const LOOK_AHEAD = 300;
const REMEMBERED_MAX = 40;

/** An event on a topic. `lane` is what its order is kept in: its key; events of strangers have none. */
interface Entry extends Delivery {
  readonly name: string;
  readonly lane: string;
  /** Vouches for everything before it in its partition, so nothing of that may be overtaken. */
  readonly vouches: boolean;
}

const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
};

/** What a trace calls an event: its id; a heartbeat's is made of wall time and therefore left out. */
const nameOf = (type: string, body: string, partition: number): string =>
  isHeartbeat(type) ? `${type}/${partition}` : `${type} ${/"id":"([^"]*)"/.exec(body)?.[1] ?? 'unreadable'}`;

/** One outbox as the broker sees it: rows that came and that its relay has not been told of yet. */
class SimulatedSource implements Source {
  readonly arrived: Row[] = [];
  /** Rows on their topic whose relay waits for an answer. */
  private unanswered: string[] = [];
  private settled: (ids: readonly string[]) => void = () => undefined;
  highest = 0n;
  rebuilt = 0;

  constructor(readonly name: string) {}

  async publish(rows: readonly Row[], settled: (ids: readonly string[]) => void): Promise<void> {
    this.settled = settled;
    this.arrived.push(...rows);
    for (const { id } of rows) if (BigInt(id) > this.highest) this.highest = BigInt(id);
  }

  take(): Row[] {
    const rows = this.arrived.splice(0);
    this.unanswered.push(...rows.map(({ id }) => id));
    return rows;
  }
  answer(): void {
    if (this.unanswered.length > 0) this.settled(this.unanswered.splice(0));
  }
  /** How many rows of its outbox it cannot delete yet. */
  get held(): number {
    return this.arrived.length + this.unanswered.length;
  }
  get owes(): boolean {
    return this.unanswered.length > 0;
  }

  async rebuild(): Promise<void> {
    this.arrived.length = 0;
    this.unanswered = [];
    this.highest = 0n;
    this.rebuilt++;
  }
  async close(): Promise<void> {
    await this.rebuild();
  }
}

/** A consumer group: what it has still to take in, and what it took in lately. */
export class SimulatedGroup {
  pending: Entry[] = [];
  private remembered: Entry[] = [];
  private handler: Handler | null = null;
  private topics: readonly string[] = [];

  constructor(
    readonly name: string,
    private readonly faultsNow: () => Faults,
  ) {}

  private get faults(): Faults {
    return this.faultsNow();
  }

  open(topics: readonly string[], handler: Handler): void {
    this.topics = topics;
    this.handler = handler;
  }
  close(): void {
    this.handler = null;
  }
  hears(topic: string): boolean {
    return this.topics.some((each) => each === topic || (each.startsWith('upstream.<') && topic.startsWith('upstream.')));
  }
  forget(): void {
    this.pending = [];
    this.remembered = [];
  }

  /** Hands a batch over and takes its acknowledgement; what was handed, and whether it was taken in. */
  async deliver(): Promise<{ names: string[]; taken: boolean }> {
    const fresh = this.faults.calm ? this.pending.slice(0, BATCH_MAX) : this.choose();
    const batch = [...fresh];
    if (this.remembered.length > 0 && this.faults.strikes('duplicated')) batch.splice(this.faults.random.between(0, batch.length), 0, this.faults.random.pick(this.remembered));
    const names = batch.map(({ name }) => name);
    try {
      await this.handler!(batch);
    } catch {
      return { names, taken: false };
    }
    this.acknowledge(fresh);
    return { names, taken: true };
  }

  private acknowledge(fresh: readonly Entry[]): void {
    // The offset of a later batch was not committed: the end of this one comes again, in its order.
    const kept = fresh.length > 0 && this.faults.strikes('acknowledgement-dropped') ? fresh.slice(this.faults.random.between(0, fresh.length - 1)) : [];
    const done = new Set(fresh.filter((entry) => !kept.includes(entry)));
    this.pending = this.pending.filter((entry) => !done.has(entry));
    this.remembered = [...this.remembered, ...fresh].slice(-REMEMBERED_MAX);
  }

  /** Some of what waits, lanes mixed, each in its own order; one lane may have to wait. */
  private choose(): Entry[] {
    const { faults } = this;
    const shuffled = faults.draws('reordered');
    const late = faults.draws('delayed') ? faults.random.pick(this.pending.slice(0, LOOK_AHEAD)).lane : null;
    const left = this.pending.slice(0, LOOK_AHEAD);
    const batch: Entry[] = [];
    for (let room = faults.random.between(1, Math.max(BATCH_MAX_FAULTY, left.length >> 1)); room > 0; room--) {
      const heads = headsOf(left, late);
      if (heads.length === 0) break;
      const next = shuffled ? faults.random.pick(heads) : heads[0]!;
      if (next !== left[0]) faults.happened(left[0]!.lane === late ? 'delayed' : 'reordered');
      left.splice(left.indexOf(next), 1);
      batch.push(next);
    }
    return batch.length > 0 ? batch : this.pending.slice(0, 1);
  }
}

/** What may come next: the oldest of each lane, and what vouches for its partition once nothing older of that is left. */
function headsOf(left: readonly Entry[], late: string | null): Entry[] {
  const lanes = new Set<string>(late === null ? [] : [late]);
  const partitions = new Set<string>();
  return left.filter(({ lane, topic, partition, vouches }) => {
    const isHead = !lanes.has(lane) && !(vouches && partitions.has(`${topic}/${partition}`));
    lanes.add(lane);
    partitions.add(`${topic}/${partition}`);
    return isHead;
  });
}

/** Kafka as the simulator sees it: topics in partitions, groups that take batches when told to, and everything that goes wrong between. */
export class SimulatedBroker implements Broker {
  readonly kind = 'in-process';
  readonly sources = new Map<string, SimulatedSource>();
  private readonly groups = new Map<string, SimulatedGroup>();
  private appended = 0;

  constructor(private readonly faults: () => Faults) {}

  partitions(): number {
    return PARTITIONS;
  }
  partitionOf(_topic: string, key: string): number {
    return hashOf(key) % PARTITIONS;
  }
  async prepare(): Promise<void> {}

  async subscribe(name: string, topics: readonly string[], handler: Handler): Promise<Subscription> {
    const group = this.groups.get(name) ?? new SimulatedGroup(name, this.faults);
    this.groups.set(name, group);
    group.open(topics, handler);
    return { healthy: () => true, lag: () => group.pending.length, close: async () => group.close() };
  }

  async source(name: string): Promise<Source> {
    const source = new SimulatedSource(name);
    this.sources.set(name, source);
    return source;
  }

  /** Puts events of a platform on its topic, where nobody keeps an order. */
  publish(platform: string, events: readonly { readonly id: string; readonly type: string }[]): void {
    for (const event of events) this.append({ topic: `upstream.${platform}.events.v1`, type: event.type, key: event.id, partition: null, body: JSON.stringify(event) }, `${event.id} ${this.appended}`);
  }

  /** Puts what relays handed over on its topics, and tells them so, or not yet. */
  admit(): void {
    for (const source of this.inOrder()) {
      for (const row of source.take()) this.append(row);
      if (source.owes && !this.faults().strikes('publish-unanswered')) source.answer();
    }
  }
  /** Tells every relay of everything that it waits for. */
  answer(): void {
    for (const source of this.inOrder()) source.answer();
  }

  /** Whether a relay has handed something over that is not on its topic yet. */
  get offered(): boolean {
    return this.inOrder().some(({ arrived }) => arrived.length > 0);
  }

  private append({ topic, type, key, partition, body }: Omit<Row, 'id'>, lane = `${topic} ${key}`): void {
    const entry: Entry = { topic, key, body, lane, partition: partition ?? this.partitionOf(topic, key), position: String(this.appended++), vouches: partition !== null, name: nameOf(type, body, partition ?? 0) };
    for (const group of this.groups.values()) if (group.hears(topic)) group.pending.push(entry);
  }

  private inOrder(): SimulatedSource[] {
    return [...this.sources.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The groups that have something to take in, by name. */
  waiting(): SimulatedGroup[] {
    return [...this.groups.values()].filter(({ pending }) => pending.length > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async caughtUp(group: string): Promise<boolean> {
    return !this.groups.get(group)?.pending.some(({ topic }) => topic.startsWith('upstream.'));
  }
  async unacknowledged(): Promise<number> {
    return this.waiting().reduce((sum, { pending }) => sum + pending.length, 0);
  }

  /** Empties the topics for another run. */
  forget(): void {
    this.appended = 0;
    for (const group of this.groups.values()) group.forget();
    this.answer();
  }
  async close(): Promise<void> {
    this.groups.clear();
  }
}
