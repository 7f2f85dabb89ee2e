import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Database } from '@emdia/database';
import type { WallClock } from '@emdia/clock';
import type { Row, Source } from './broker';

const BATCH_ROWS = 500;
const IN_FLIGHT_MAX = 200_000;
/** Ids become visible out of order: a slower transaction may commit a lower id later, so the head is read again this often. */
const HEAD_WAIT_MS = 1_000;
const IDLE_WAIT_MS = 100;
const BACK_OFF_MS_MAX = 5_000;

export interface RelayOptions {
  readonly name: string;
  readonly database: Database;
  readonly wall: WallClock;
  readonly source: Source;
  readonly failed: (error: Error) => void;
}

/**
 * Moves a service's outbox to the broker. One is active per service: it holds an advisory lock on a connection of its
 * own, reads after a keyset watermark (a scan from the head collapses while an old snapshot is open) and deletes by
 * ids what has been settled. If the connection dies, another takes over; a stale one can only repeat.
 */
export class Relay {
  private readonly stopping = new AbortController();
  private wake: (() => void) | null = null;
  /** Whether there may be rows that were not read yet: something was committed here, or a while has passed. */
  private look = true;
  private running: Promise<void> | null = null;
  private watermark = '0';
  private headReadAt = -HEAD_WAIT_MS;
  private readonly inFlight = new Set<string>();
  private settled: string[] = [];
  private beatAt = 0;
  private ledAt = 0;
  private asking: ((drained: boolean) => void)[] = [];

  constructor(private readonly options: RelayOptions) {}

  start(): void {
    this.running = this.run();
  }

  /** Something was committed: look now. */
  poke(): void {
    this.look = true;
    this.wake?.();
  }

  /** Looks from the head at once, not at the next second; true when it found nothing and nothing is on its way. */
  drained(): Promise<boolean> {
    return new Promise((resolve) => {
      this.asking.push(resolve);
      this.headReadAt = -HEAD_WAIT_MS;
      this.poke();
    });
  }

  private answer(drained: boolean): void {
    for (const resolve of this.asking.splice(0)) resolve(drained);
  }

  /** True while the relay has looked recently; a standby looks too. */
  healthy(): boolean {
    return this.options.wall.monotonicMs() - this.beatAt < 10_000;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.poke();
    await this.running;
  }

  private async run(): Promise<void> {
    let backOffMs = 100;
    while (!this.stopping.signal.aborted) {
      const error = await this.connected((client) => this.lead(client));
      this.answer(false);
      if (!error || this.stopping.signal.aborted) return;
      this.options.failed(error);
      await this.options.source.rebuild().catch((failure: Error) => this.options.failed(failure));
      this.inFlight.clear();
      this.settled = [];
      this.watermark = '0';
      // Having led for a while shows that this is a new trouble.
      if (this.ledAt > 0 && this.options.wall.monotonicMs() - this.ledAt > BACK_OFF_MS_MAX) backOffMs = 100;
      this.ledAt = 0;
      await this.options.wall.sleep(backOffMs, this.stopping.signal);
      backOffMs = Math.min(backOffMs * 2, BACK_OFF_MS_MAX);
    }
  }

  /** The connection, and with it the lock, goes before any waiting: meanwhile another relay may fare better. */
  private async connected(work: (client: Client) => Promise<void>): Promise<Error | null> {
    const client = new Client(this.options.database.connection());
    client.on('error', () => undefined);
    try {
      await client.connect();
      await work(client);
      return null;
    } catch (error) {
      return error as Error;
    } finally {
      await Promise.race([client.end().catch(() => undefined), delay(1_000, undefined, { ref: false })]);
    }
  }

  private async lead(client: Client): Promise<void> {
    const lock = `emdia-relay-${this.options.name}`;
    for (;;) {
      if (this.stopping.signal.aborted) return;
      this.beatAt = this.options.wall.monotonicMs();
      const { rows } = await client.query<{ leads: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as leads', [lock]);
      if (rows[0]!.leads) break;
      this.answer(false);
      await this.options.wall.sleep(HEAD_WAIT_MS, this.stopping.signal);
    }
    this.ledAt = this.options.wall.monotonicMs();
    while (!this.stopping.signal.aborted) {
      this.beatAt = this.options.wall.monotonicMs();
      const asked = this.asking.splice(0);
      const forgotten = await this.forget(client);
      const forwarded = this.look || asked.length > 0 ? await this.forward(client) : 0;
      for (const resolve of asked) resolve(forgotten + forwarded === 0 && this.inFlight.size === 0);
      if (!this.look && this.settled.length + this.asking.length === 0) await this.idle();
    }
    await this.forget(client);
  }

  /** Deletes what has been settled. */
  private async forget(client: Client): Promise<number> {
    if (this.settled.length === 0) return 0;
    const ids = this.settled;
    this.settled = [];
    await client.query({ name: 'forget', text: 'delete from outbox where id = any($1::bigint[])', values: [ids] });
    for (const id of ids) this.inFlight.delete(id);
    return ids.length;
  }

  private async forward(client: Client): Promise<number> {
    this.look = false;
    if (this.inFlight.size >= IN_FLIGHT_MAX) return 0;
    const now = this.options.wall.monotonicMs();
    let rows: Row[] = [];
    let after = this.watermark;
    if (now - this.headReadAt >= HEAD_WAIT_MS) {
      this.headReadAt = now;
      // With nothing on its way all that is left is new: one look from the head finds it.
      if (this.inFlight.size === 0) after = '0';
      else rows = await this.late(client);
    }
    if (rows.length === 0) {
      rows = (await client.query<Row>({ name: 'read', text: `${SELECT} where id > $1 order by id limit ${BATCH_ROWS}`, values: [after] })).rows;
      if (rows.length > 0) this.watermark = rows[rows.length - 1]!.id;
    } else this.headReadAt = -HEAD_WAIT_MS;
    if (rows.length === 0) return 0;
    this.look = true;
    for (const { id } of rows) this.inFlight.add(id);
    // Heartbeats and coverage vouch for what was committed before them, whatever id that took: it must not be overtaken.
    if (rows.some(({ partition }) => partition !== null)) {
      for (let missed = await this.late(client); missed.length > 0; missed = await this.late(client)) await this.publish(missed);
    }
    await this.publish(rows);
    return rows.length;
  }

  private async publish(rows: readonly Row[]): Promise<void> {
    for (const { id } of rows) this.inFlight.add(id);
    await this.options.source.publish(rows, (ids) => {
      this.settled.push(...ids);
      this.wake?.();
    });
  }

  /** Rows at or below the watermark that were not visible when it passed. */
  private async late(client: Client): Promise<Row[]> {
    const ids = (await client.query<{ id: string }>({ name: 'head', text: `select id from outbox where id <= $1 order by id limit ${IN_FLIGHT_MAX}`, values: [this.watermark] })).rows;
    const missed = ids.map(({ id }) => id).filter((id) => !this.inFlight.has(id)).slice(0, BATCH_ROWS);
    if (missed.length === 0) return [];
    return (await client.query<Row>({ name: 'missed', text: `${SELECT} where id = any($1::bigint[]) order by id`, values: [missed] })).rows;
  }

  private idle(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wake = null;
        resolve();
      };
      // Another process of this service may have committed something.
      const timer = setTimeout(() => {
        this.look = true;
        done();
      }, IDLE_WAIT_MS);
      this.wake = done;
    });
  }
}

const SELECT = 'select id, topic, type, key, partition, body from outbox';

/** Reads rows that are still in the outbox, in order of id. */
export const reread = (database: Database) => (ids: readonly string[]): Promise<Row[]> =>
  database.query<Row>(`${SELECT} where id = any($1::bigint[]) order by id`, [ids]);

/** Rows waiting in the outbox, heartbeats left out. */
export const outboxDepth = async (database: Database): Promise<number> =>
  Number((await database.query<{ n: string }>(`select count(*) as n from outbox where type not like '%.heartbeat.%'`))[0]!.n);
