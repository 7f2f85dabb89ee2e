import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Partitioners, type Kafka, type Producer } from 'kafkajs';
import type { Whereabouts } from '../house';
import { Random } from '../random';
import type { Database } from './database';
import type { Posted } from './receiver';
import { CREDITOR, declined, lifeOf, PLATFORM, type Life, type Told } from './truth';

const CUSTOMERS_PER_S = 8;
const ROUND_MS = 250;
const REQUEST_WAIT_MS = 1_200;
const GARBAGE_WAIT_MS = 15_000;

/** What somebody asked of a service by REST: with one key, however often it had to be said. */
export interface Asked {
  readonly kind: 'promise' | 'dispute' | 'hold';
  readonly customer_id: string;
  readonly receivable_id: string;
  /** When the first answer that said yes was there; null where the answer was no. */
  readonly granted_epoch_ms: number | null;
}

/** The platform and the people of the creditor: publishes lives as they go by, and asks for promises, disputes and holds. */
export class Load {
  readonly lives: Life[] = [];
  readonly asked: Asked[] = [];
  /** Texts that are no events, put into a topic of the house. */
  garbage = 0;
  published = 0;
  private readonly queue: Told[] = [];
  private began = 0;
  private readonly random: Random;
  private readonly producer: Producer;
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly house: Whereabouts,
    private readonly database: Database,
    kafka: Kafka,
  ) {
    this.random = new Random(house.seed);
    this.producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  }

  async start(): Promise<void> {
    await this.producer.connect();
    this.running = Promise.all([this.publishAll(), this.askAll(), this.litter()]);
  }

  /** Tells the rest of what was begun, so that the truth is whole; resolves when all of it is acknowledged. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.producer.disconnect();
  }

  /** The platform tried a charge again as it was asked: what it says of that, soon, late, twice or never. */
  reply({ data }: Posted): void {
    if (this.random.chance(0.3)) return;
    const told = { ...declined(data), at_ms: Date.now() - this.began + this.random.whole(0, 20_000) };
    this.queue.push(told, ...(this.random.chance(0.2) ? [{ ...told, at_ms: told.at_ms + this.random.whole(1, 10_000) }] : []));
  }

  private async publishAll(): Promise<void> {
    this.began = Date.now();
    for (;;) {
      const over = this.stopping.signal.aborted;
      const now = Date.now() - this.began;
      while (!over && this.lives.length < (now / 1000) * CUSTOMERS_PER_S) {
        const life = lifeOf(this.house.seed, this.lives.length, this.house.today, now);
        this.lives.push(life);
        this.queue.push(...life.told);
      }
      // Stable, so that what is told at one moment keeps its order.
      this.queue.sort((a, b) => a.at_ms - b.at_ms);
      const due = this.queue.findIndex(({ at_ms }) => !over && at_ms > now);
      await this.publish(this.queue.splice(0, due === -1 ? this.queue.length : due));
      if (over) return;
      await pause(ROUND_MS);
    }
  }

  private async publish(told: readonly Told[]): Promise<void> {
    for (let from = 0; from < told.length; from += 500) {
      const messages = told.slice(from, from + 500).map(({ key, value }) => ({ key, value }));
      await this.untilTaken(`upstream.${PLATFORM}`, messages);
      this.published += messages.length;
    }
  }

  /** A platform repeats what was not acknowledged, as it must. */
  private async untilTaken(name: string, messages: { key: string; value: string }[]): Promise<void> {
    for (;;) {
      try {
        await this.producer.send({ topic: `${this.house.prefix}${name}.events.v1`, acks: -1, messages });
        return;
      } catch {
        await pause(500);
      }
    }
  }

  /** Nobody should be able to write there, and somebody once will. */
  private async litter(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const [key, value] = ['litter/x', `no event ${this.garbage}`];
      await this.untilTaken('billing', [{ key, value }]);
      this.garbage++;
      await pause(GARBAGE_WAIT_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async askAll(): Promise<void> {
    const taken = new Set<string>();
    while (!this.stopping.signal.aborted) {
      await pause(REQUEST_WAIT_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      const open = await this.database.someOpenReceivables().catch(() => []);
      const one = open.find(({ customer_id }) => !taken.has(customer_id));
      if (!one) continue;
      taken.add(one.customer_id);
      this.asked.push(await this.ask(this.random.pick(['promise', 'dispute', 'hold'] as const), one));
    }
  }

  private async ask(kind: Asked['kind'], { customer_id, receivable_id }: { customer_id: string; receivable_id: string }): Promise<Asked> {
    const day = (days: number) => new Date(Date.parse(`${this.house.today}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
    const [service, more] = {
      promise: ['negotiation', { promised_date: day(5) }],
      dispute: ['negotiation', { reason: 'não reconheço' }],
      hold: ['dunning-orchestration', { reason: 'pediu tempo', review_date: day(7) }],
    }[kind] as [string, object];
    const body = JSON.stringify({ customer_id, receivable_ids: [receivable_id], ...more });
    const key = randomUUID();
    const again = this.random.chance(0.3);
    for (;;) {
      const status = await fetch(`${this.house.urls[service]}/v1/${kind}s`, {
        method: 'POST', body, signal: AbortSignal.timeout(5_000),
        headers: { authorization: `Bearer ${this.house.admin_key}`, 'x-emdia-creditor': CREDITOR, 'content-type': 'application/json', 'idempotency-key': key },
      }).then(async (response) => (await response.text(), response.status), () => 0);
      const granted_epoch_ms = status >= 200 && status < 300 ? Date.now() : null;
      if (granted_epoch_ms !== null && again) await fetch(`${this.house.urls[service]}/v1/${kind}s`, {
        method: 'POST', body, headers: { authorization: `Bearer ${this.house.admin_key}`, 'x-emdia-creditor': CREDITOR, 'content-type': 'application/json', 'idempotency-key': key },
      }).then((response) => response.text(), () => undefined);
      if (granted_epoch_ms !== null || (status >= 400 && status < 500 && status !== 429)) return { kind, customer_id, receivable_id, granted_epoch_ms };
      await pause(500);
    }
  }
}
