import { decode, derivedId, invalid, isHeartbeat, NotAnEvent, type Contract, type Event } from '@emdia/contracts';
import { failureOf, wasCut, type Database, type Tx } from '@emdia/database';
import type { Clock, WallClock } from '@emdia/clock';
import type { Delivery } from './broker';
import { DeadLetters, type SetAside } from './dead-letters';
import { fold, type Outcome } from './fold';
import { append, type Caused } from './outbox';
import { Forbidden, Outdated, type Step } from './store';

/** A service's reactions: what it consumes, and the steps each event comes to. */
export interface Reactions {
  readonly consumes: ReadonlyMap<string, Contract>;
  react(event: Event): Promise<readonly Step[]>;
  /** The inbox id of a delivery; the event's own id unless the service says otherwise (ids given by strangers). */
  identify?(event: Event, delivery: Delivery): string;
  /**
   * Reads a delivery; `decode` unless strangers wrote it. An Event goes on to its handler; `steps` are what the service
   * does itself with a body that does not fit (its quarantine), under the inbox id given.
   */
  read?(delivery: Delivery): Event | SelfMade;
}

/** What a service does by itself with a delivery that is no event of its contracts. */
export interface SelfMade {
  readonly inbox_id: string;
  readonly steps: readonly Step[];
}

/** What the runner tells the house about, for metrics, sweeps and the relay. */
export interface Observer {
  committed(events: number): void;
  handled(type: string, count: number): void;
  setAside(reason: string, event: Event | null, detail: string): void;
}

export interface RunnerOptions {
  readonly service: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly wall: WallClock;
  readonly deadLetters: DeadLetters;
  readonly observer: Observer;
}

interface Item {
  readonly delivery: Delivery;
  readonly event: Event;
  readonly inboxId: string;
  readonly steps?: readonly Step[];
}

const SELF_MADE: Event = { id: '', type: 'self-made', source: '', key: '', time: '', creditor_id: '', data: {} };

const ATTEMPTS_MAX = 5;
const family = (type: string): string => type.replace(/\.v\d+$/, '');

/**
 * Handles a whole poll as one fold in one transaction: inbox, locks, decisions in memory, states, outbox. A constraint
 * error or a time cut bisects the batch; an outage is thrown, so that the broker delivers again.
 */
export class Runner {
  constructor(private readonly options: RunnerOptions) {}

  /** Takes a batch of deliveries in; throws only for outages. */
  async batch(deliveries: readonly Delivery[], reactions: Reactions): Promise<void> {
    const { items, unreadable } = this.read(deliveries, reactions);
    if (unreadable.length > 0) await this.keepAside(unreadable);
    if (items.length > 0) await this.take(items, reactions);
  }

  private read(deliveries: readonly Delivery[], reactions: Reactions): { items: Item[]; unreadable: SetAside[] } {
    const items: Item[] = [];
    const unreadable: SetAside[] = [];
    const families = new Set([...reactions.consumes.keys()].map(family));
    for (const delivery of deliveries) {
      const { topic, body } = delivery;
      const position = `${topic}/${delivery.partition}/${delivery.position}`;
      try {
        const event = (reactions.read ?? ((d: Delivery) => decode(d.body)))(delivery);
        if ('steps' in event) items.push({ delivery, event: SELF_MADE, inboxId: event.inbox_id, steps: event.steps });
        else if (reactions.consumes.has(event.type)) items.push({ delivery, event, inboxId: reactions.identify?.(event, delivery) ?? event.id });
        else if (families.has(family(event.type)))
          unreadable.push({ topic, position, body, event, reason: 'unknown-version', detail: `${event.type} is a version this service does not know; deploy one that does, then replay.` });
      } catch (error) {
        if (!(error instanceof NotAnEvent)) throw error;
        unreadable.push({ topic, position, body, event: null, reason: 'unreadable', detail: error.message });
      }
    }
    return { items, unreadable };
  }

  private async take(items: readonly Item[], reactions: Reactions): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.transact(items, reactions);
        return;
      } catch (error) {
        if (error instanceof Outdated && attempt < ATTEMPTS_MAX) continue;
        const failure = failureOf(error);
        const deterministic = failure === 'constraint' || (failure === 'defect' && (error as { code?: unknown }).code === undefined);
        if (items.length > 1 && (deterministic || wasCut(error))) {
          const half = items.length >> 1;
          await this.take(items.slice(0, half), reactions);
          await this.take(items.slice(half), reactions);
          return;
        }
        if (!deterministic) throw error;
        const [{ delivery, event }] = items as [Item];
        await this.keepAside([aside(delivery, event, failure, (error as Error).message)], items);
        return;
      }
    }
  }

  private async transact(items: readonly Item[], reactions: Reactions): Promise<void> {
    const { database, clock, observer } = this.options;
    const now = clock.now();
    let sent = 0;
    const aside_: SetAside[] = [];
    const fresh = await database.transaction(async (tx) => {
      const first = await this.unseen(tx, items);
      const { steps, refused } = await reactAll(first, reactions);
      const outcomes = await fold(tx, steps.map((each) => each.steps), now);
      const events: Caused[] = [];
      outcomes.forEach((outcome, index) => {
        const { item } = steps[index]!;
        if ('error' in outcome) refused.push(aside(item.delivery, item.event, reasonOf(outcome.error), outcome.error.message));
        else for (const event of outcome.events) events.push({ event, traceparent: item.event.traceparent });
      });
      for (const event of await this.options.deadLetters.keep(tx, refused, now)) events.push({ event });
      await append(tx, this.options.service, events);
      sent = events.length;
      aside_.push(...refused);
      return first;
    });
    for (const { event } of fresh) observer.handled(event.type, 1);
    for (const letter of aside_) observer.setAside(letter.reason, letter.event, letter.detail);
    observer.committed(sent);
  }

  /** Inserts the batch into the inbox; what was there already drops out, as does a repetition within the batch. */
  private async unseen(tx: Tx, items: readonly Item[]): Promise<Item[]> {
    const ids = [...new Set(items.filter(({ event }) => !isHeartbeat(event.type)).map(({ inboxId }) => inboxId))].sort();
    const rows =
      ids.length === 0
        ? []
        : await tx.query<{ event_id: string }>(
            `insert into inbox (event_id, received_epoch_ms) select id, $2 from unnest($1::uuid[]) as id on conflict do nothing returning event_id`,
            [ids, this.options.wall.epochMs()],
          );
    const fresh = new Set(rows.map(({ event_id }) => event_id));
    return items.filter(({ event, inboxId }) => isHeartbeat(event.type) || fresh.delete(inboxId));
  }

  private async keepAside(letters: readonly SetAside[], items: readonly Item[] = []): Promise<void> {
    const { database, deadLetters, clock, observer, service } = this.options;
    const now = clock.now();
    await database.transaction(async (tx) => {
      if (items.length > 0) await this.unseen(tx, items);
      const events = await deadLetters.keep(tx, letters, now);
      await append(tx, service, events.map((event) => ({ event })));
    });
    for (const letter of letters) observer.setAside(letter.reason, letter.event, letter.detail);
    observer.committed(letters.length);
  }

  /** One change asked for by REST or a sweep; see changeAll. Resolves with the decision's `result`. */
  async change<S, R>(step: Step<S, R>, options: { creditorId?: string | null; idempotencyKey?: string | undefined } = {}): Promise<R> {
    const [result] = await this.changeAll([step as Step], options);
    return result as R;
  }

  /**
   * Applies steps in one transaction; all succeed or none. With `creditorId` it runs under row-level security. With
   * `idempotencyKey` (key and fingerprint of the request) a repetition gets the first answer, another request throws.
   */
  async changeAll(steps: readonly Step[], options: { creditorId?: string | null; idempotencyKey?: string | undefined } = {}): Promise<unknown[]> {
    const { database, clock, observer } = this.options;
    for (let attempt = 1; ; attempt++) {
      const now = clock.now();
      try {
        const { results, sent } = await (options.creditorId
          ? database.transactionOf(options.creditorId, (tx) => this.apply(tx, steps, now, options))
          : database.transaction((tx) => this.apply(tx, steps, now, options)));
        observer.committed(sent);
        return results;
      } catch (error) {
        if (attempt >= ATTEMPTS_MAX || !(error instanceof Outdated || isSerialization(error))) throw error;
      }
    }
  }

  private async apply(tx: Tx, steps: readonly Step[], now: Date, options: { creditorId?: string | null; idempotencyKey?: string | undefined }): Promise<{ results: unknown[]; sent: number }> {
    const known = options.idempotencyKey ? await earlierAnswer(tx, options.creditorId ?? '', options.idempotencyKey, now) : null;
    if (known) return { results: known, sent: 0 };
    const [outcome] = (await fold(tx, [steps], now)) as [Outcome];
    if ('error' in outcome) throw outcome.error;
    await append(tx, this.options.service, outcome.events.map((event) => ({ event })));
    const results = [...outcome.results];
    if (options.idempotencyKey) {
      const [key] = options.idempotencyKey.split(' ');
      await tx.query('update idempotency set answer = $3 where creditor_id = $1 and key = $2', [options.creditorId ?? '', key, JSON.stringify(results)]);
    }
    return { results, sent: outcome.events.length };
  }

  /** Takes a dead letter in after all, with the body it had or a corrected one; throws what its decision throws. */
  async replay(id: string, reactions: Reactions, corrected?: string): Promise<boolean> {
    const { database, deadLetters, clock, observer, service } = this.options;
    const now = clock.now();
    const found = await database.transaction(async (tx) => {
      const taken = await deadLetters.take(tx, id);
      if (!taken) return false;
      const event = decode(corrected ?? taken.body);
      const contract = reactions.consumes.get(event.type);
      const wrong = contract ? invalid(contract, event.data) : { path: 'type', rule: `${event.type} is not consumed here` };
      if (wrong) throw new Forbidden('invalid', `The event still does not fit its contract: ${wrong.path} ${wrong.rule}.`);
      const [outcome] = (await fold(tx, [await reactions.react(event)], now)) as [Outcome];
      if ('error' in outcome) throw outcome.error;
      const done = await deadLetters.resolve(tx, taken.letter, 'replayed', now);
      await append(tx, service, [...outcome.events, done].map((each) => ({ event: each, traceparent: event.traceparent })));
      return true;
    });
    observer.committed(1);
    return found;
  }

  async discard(id: string): Promise<boolean> {
    const { database, deadLetters, clock, observer, service } = this.options;
    const found = await database.transaction(async (tx) => {
      const taken = await deadLetters.take(tx, id);
      if (!taken) return false;
      await append(tx, service, [{ event: await deadLetters.resolve(tx, taken.letter, 'discarded', clock.now()) }]);
      return true;
    });
    observer.committed(1);
    return found;
  }
}

async function reactAll(items: readonly Item[], reactions: Reactions): Promise<{ steps: { item: Item; steps: readonly Step[] }[]; refused: SetAside[] }> {
  const steps: { item: Item; steps: readonly Step[] }[] = [];
  const refused: SetAside[] = [];
  for (const item of items) {
    if (item.steps) {
      steps.push({ item, steps: item.steps });
      continue;
    }
    const wrong = invalid(reactions.consumes.get(item.event.type)!, item.event.data);
    if (wrong) {
      refused.push(aside(item.delivery, item.event, 'invalid', `${wrong.path} ${wrong.rule}`));
      continue;
    }
    try {
      steps.push({ item, steps: await reactions.react(item.event) });
    } catch (error) {
      refused.push(aside(item.delivery, item.event, 'handler-failed', (error as Error).message));
    }
  }
  return { steps, refused };
}

async function earlierAnswer(tx: Tx, creditorId: string, idempotencyKey: string, now: Date): Promise<unknown[] | null> {
  const [key, fingerprint] = idempotencyKey.split(' ') as [string, string];
  const first = await tx.query(
    `insert into idempotency (creditor_id, key, fingerprint, recorded_at) values ($1, $2, $3, $4) on conflict do nothing returning key`,
    [creditorId, key, fingerprint, now],
  );
  if (first.length > 0) return null;
  const [row] = await tx.query<{ fingerprint: string; answer: unknown[] }>('select fingerprint, answer from idempotency where creditor_id = $1 and key = $2', [creditorId, key]);
  if (row!.fingerprint !== fingerprint) throw new IdempotencyConflict();
  return row!.answer;
}

/** The same Idempotency-Key came with another request; a 422 problem. */
export class IdempotencyConflict extends Error {
  constructor() {
    super('This Idempotency-Key was used for another request. Use a new key for a new request.');
  }
}

const isSerialization = (error: unknown): boolean => ['40001', '40P01'].includes(String((error as { code?: unknown }).code));
const reasonOf = (error: Error): string => (error instanceof Forbidden ? error.reason : 'decision-failed');
const aside = ({ topic, partition, position, body }: Delivery, event: Event, reason: string, detail: string): SetAside => ({
  topic,
  position: `${topic}/${partition}/${position}`,
  body,
  event,
  reason,
  detail,
});

/** An inbox id for an event whose id a stranger chose: the same origin, id and content give the same UUID. */
export const strangersId = (...parts: string[]): string => derivedId('inbox', ...parts);
