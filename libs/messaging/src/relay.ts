import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Database } from '@emdia/database';
import type { WallClock } from '@emdia/clock';
import type { Row, Source } from './broker';
import { Leading, SELECT } from './leading';

const LOCK_WAIT_MS = 1_000;
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
 * own. If the connection dies, another takes over; a stale one can only repeat.
 */
export class Relay {
  private readonly stopping = new AbortController();
  private wake: (() => void) | null = null;
  /** Whether there may be rows that were not read yet: something was committed here, or a while has passed. */
  private look = true;
  private running: Promise<void> | null = null;
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
      // Having led for a while shows that this is a new trouble.
      if (this.ledAt > 0 && this.options.wall.monotonicMs() - this.ledAt > BACK_OFF_MS_MAX) backOffMs = 100;
      this.ledAt = 0;
      await this.options.wall.sleep(backOffMs, this.stopping.signal);
      backOffMs = Math.min(backOffMs * 2, BACK_OFF_MS_MAX);
    }
  }

  /** The connection, and with it the lock, goes before any waiting: meanwhile another relay may fare better. */
  private async connected(work: (client: Client) => Promise<void>): Promise<Error | null> {
    const settings = this.options.database.connection();
    // A deletion that Postgres forgets in a crash sends a row once more, which consumers drop; it is not worth a sync each.
    const client = new Client({ ...settings, options: `${settings.options ?? ''} -c synchronous_commit=off` });
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
      await this.options.wall.sleep(LOCK_WAIT_MS, this.stopping.signal);
    }
    this.ledAt = this.options.wall.monotonicMs();
    const leading = new Leading(client, this.options.source, this.options.wall, () => this.wake?.());
    this.look = true;
    while (!this.stopping.signal.aborted) {
      this.beatAt = this.options.wall.monotonicMs();
      const asked = this.asking.splice(0);
      const wanted = this.look || asked.length > 0;
      this.look = false;
      const forgotten = await leading.forget();
      const forwarded = wanted ? await leading.forward(asked.length > 0) : 0;
      if (forwarded > 0) this.look = true;
      for (const resolve of asked) resolve(forgotten + forwarded === 0 && leading.onTheWay === 0);
      if (!this.look && this.asking.length === 0 && !leading.owesDeletion) await this.idle();
    }
    await leading.forget();
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

/** Reads rows that are still in the outbox, in order of id. */
export const reread = (database: Database) => (ids: readonly string[]): Promise<Row[]> =>
  database.query<Row>(`${SELECT} where id = any($1::bigint[]) order by id`, [ids]);

/** Rows waiting in the outbox, heartbeats left out. */
export const outboxDepth = async (database: Database): Promise<number> =>
  Number((await database.query<{ n: string }>(`select count(*) as n from outbox where type not like '%.heartbeat.%'`))[0]!.n);
