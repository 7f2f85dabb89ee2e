import { decode, derivedId, invalid, isHeartbeat, type Contract, type Event } from '@emdia/contracts';
import { failureOf, sqlStateOf, type Database, type Tx } from '@emdia/database';
import type { Clock, WallClock } from '@emdia/clock';
import type { Delivery } from './broker';
import { DeadLetters, type SetAside } from './dead-letters';
import { fold, type Outcome } from './fold';
import { inHalves } from './in-halves';
import { append, type Caused } from './outbox';
import { Forbidden, Outdated, type Step } from './store';

/** A service's reactions: what it consumes, and the steps each event comes to. */
export interface Reactions {
  readonly consumes: ReadonlyMap<string, Contract>;
  react(event: Event): Promise<readonly Step[]>;
  /**
   * The inbox id of a delivery that strangers wrote, told by its bytes alone: a repetition is never read. Null where the
   * event's own id will do.
   */
  identify?(delivery: Delivery): string | null;
  /** Reads a delivery that `identify` knew; `decode` reads the others. What it throws sets aside. */
  read?(delivery: Delivery): Fitting | SelfMade;
}

/** An event whose data has been checked against its contract; it goes on to its handler. */
export interface Fitting {
  readonly event: Event;
}

/** What a service does by itself with a delivery that is no event of its contracts (its quarantine). */
export interface SelfMade {
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

/** A delivery as it was read; `inboxId` is null where not even that could be made out. */
interface Item {
  readonly delivery: Delivery;
  readonly event: Event | null;
  readonly inboxId: string | null;
  readonly steps?: readonly Step[];
  readonly wrong?: Wrong | null;
  /** Strangers' deliveries are read once the inbox has said that they are new. */
  readonly unread?: true;
  /** The reader has checked the data. */
  readonly fits?: true;
}

interface Wrong {
  readonly reason: string;
  readonly detail: string;
}

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
    const families = familiesOf(reactions);
    const items = deliveries.map((delivery) => read(delivery, reactions, families)).filter((item) => item !== null);
    if (items.length > 0) await this.take(items, reactions);
  }

  private take(items: readonly Item[], reactions: Reactions): Promise<void> {
    return inHalves(items, (some) => again(() => this.transact(some, reactions)), (item, error) =>
      this.transact([{ ...item, wrong: { reason: failureOf(error), detail: inWords(error as Error) } }], reactions));
  }

  private async transact(items: readonly Item[], reactions: Reactions): Promise<void> {
    const { database, clock, deadLetters, observer, service } = this.options;
    const now = clock.now();
    const { fresh, refused, sent } = await database.transaction(async (tx) => {
      const first = (await this.unseen(tx, items)).map((item) => whole(item, reactions));
      const { accepted, letters } = await reactAll(first, reactions);
      const outcomes = await fold(tx, accepted.map(({ steps }) => steps), now);
      const events: Caused[] = [];
      outcomes.forEach((outcome, index) => {
        const { item } = accepted[index]!;
        if ('error' in outcome) letters.push(aside(item, { reason: reasonOf(outcome.error), detail: outcome.error.message }));
        else for (const each of outcome.events) events.push({ event: each, traceparent: item.event?.traceparent });
      });
      for (const event of await deadLetters.keep(tx, letters, now)) events.push({ event });
      await append(tx, service, events);
      return { fresh: first, refused: letters, sent: events.length };
    });
    for (const [type, count] of countedByType(fresh)) observer.handled(type, count);
    for (const letter of refused) observer.setAside(letter.reason, letter.event, letter.detail);
    observer.committed(sent);
  }

  /** Inserts the batch into the inbox; what was there already drops out, as does a repetition within the batch. */
  private async unseen(tx: Tx, items: readonly Item[]): Promise<Item[]> {
    const needsNone = ({ event, inboxId }: Item) => inboxId === null || isHeartbeat(event?.type ?? '');
    const ids = items.filter((item) => !needsNone(item)).map(({ inboxId }) => inboxId!);
    const fresh = await this.inbox(tx, [...new Set(ids)].sort());
    return items.filter((item) => needsNone(item) || fresh.delete(item.inboxId!));
  }

  /** The ids that were not there yet. */
  private async inbox(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await tx.query<{ event_id: string }>(
      `insert into inbox (event_id, received_epoch_ms) select id, $2 from unnest($1::uuid[]) as id on conflict do nothing returning event_id`,
      [ids, this.options.wall.epochMs()],
    );
    return new Set(rows.map(({ event_id }) => event_id));
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
    if (steps.length === 0) return [];
    const { database, clock, observer } = this.options;
    const { results, sent } = await again(() => {
      const work = (tx: Tx) => this.apply(tx, steps, clock.now(), options);
      return options.creditorId ? database.transactionOf(options.creditorId, work) : database.transaction(work);
    });
    observer.committed(sent);
    return results;
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

  /** Takes a dead letter in after all, with the body it had or a corrected one; Forbidden when it still will not do. */
  async replay(id: string, reactions: Reactions, corrected?: string): Promise<boolean> {
    const { database, deadLetters, clock, observer, service } = this.options;
    const found = await again(() =>
      database.transaction(async (tx) => {
        const now = clock.now();
        const taken = await deadLetters.take(tx, id);
        if (!taken) return false;
        const { item, steps } = await this.second(tx, { ...taken.letter, partition: 0, position: '', body: taken.body }, reactions, corrected);
        const [outcome] = (await fold(tx, [steps], now)) as [Outcome];
        if ('error' in outcome) throw outcome.error instanceof Forbidden ? outcome.error : new Forbidden('decision-failed', outcome.error.message);
        const done = await deadLetters.resolve(tx, taken.letter, 'replayed', now);
        await append(tx, service, [...outcome.events.map((each) => ({ event: each, traceparent: item.event?.traceparent })), { event: done }]);
        return true;
      }),
    );
    if (found) observer.committed(1);
    return found;
  }

  /** Reads an event that was set aside once more; throws Forbidden with what is still wrong. */
  private async second(tx: Tx, kept: Delivery, reactions: Reactions, corrected: string | undefined): Promise<Accepted> {
    const families = familiesOf(reactions);
    const original = read(kept, reactions, families);
    const item = corrected === undefined ? original : read({ ...kept, body: corrected }, reactions, families);
    if (!item) throw new Forbidden('invalid', 'The event is of a type that is not consumed here.');
    // The original was marked as received when it was set aside; another id may have come by itself meanwhile.
    if (item.inboxId !== null && item.inboxId !== original?.inboxId && !(await this.inbox(tx, [item.inboxId])).has(item.inboxId)) {
      throw new Forbidden('already-taken', 'An event with this id was taken in before; discard this one, or give the corrected event an id of its own.');
    }
    const { accepted, letters } = await reactAll([whole(item, reactions)], reactions);
    if (letters.length > 0) throw new Forbidden('invalid', `The event still does not do: ${letters[0]!.detail}`);
    return accepted[0]!;
  }

  async discard(id: string): Promise<boolean> {
    const { database, deadLetters, clock, observer, service } = this.options;
    const found = await database.transaction(async (tx) => {
      const taken = await deadLetters.take(tx, id);
      if (!taken) return false;
      await append(tx, service, [{ event: await deadLetters.resolve(tx, taken.letter, 'discarded', clock.now()) }]);
      return true;
    });
    if (found) observer.committed(1);
    return found;
  }
}

const familiesOf = ({ consumes }: Reactions): ReadonlySet<string> => new Set([...consumes.keys()].map(family));
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function countedByType(items: readonly Item[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { event } of items) if (event) counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
  return counts;
}

/** Null for an event that does not concern this service. */
function read(delivery: Delivery, reactions: Reactions, families: ReadonlySet<string>): Item | null {
  const inboxId = reactions.identify?.(delivery) ?? null;
  if (inboxId !== null) return { delivery, event: null, inboxId, unread: true };
  try {
    const event = decode(delivery.body);
    const known = reactions.consumes.has(event.type);
    if (!known && !families.has(family(event.type))) return null;
    const detail = `${event.type} is a version this service does not know; deploy one that does, then replay.`;
    return identified({ delivery, event, inboxId: event.id, wrong: known ? null : { reason: 'unknown-version', detail } });
  } catch (error) {
    return { delivery, event: null, inboxId: null, wrong: unreadable(error) };
  }
}

/** A stranger's delivery, read; any other as it is. */
function whole({ unread, ...item }: Item, reactions: Reactions): Item {
  if (!unread) return item;
  try {
    const found = reactions.read!(item.delivery);
    return 'steps' in found ? { ...item, steps: found.steps } : { ...item, event: found.event, fits: true };
  } catch (error) {
    return { ...item, wrong: item.wrong ?? unreadable(error) };
  }
}

const unreadable = (error: unknown): Wrong => ({ reason: 'unreadable', detail: (error as Error).message });

/** With the id as Postgres writes it, since the inbox tells which ids are new by returning them. */
function identified(item: Item & { inboxId: string }): Item {
  const inboxId = item.inboxId.toLowerCase();
  return UUID.test(inboxId) ? { ...item, inboxId } : { ...item, inboxId: null, wrong: { reason: 'unreadable', detail: 'The id of the event is not a UUID.' } };
}

interface Accepted {
  readonly item: Item;
  readonly steps: readonly Step[];
}

async function reactAll(items: readonly Item[], reactions: Reactions): Promise<{ accepted: Accepted[]; letters: SetAside[] }> {
  const accepted: Accepted[] = [];
  const letters: SetAside[] = [];
  for (const item of items) {
    const wrong = item.wrong ?? (item.event && !item.fits ? breaks(item.event, reactions) : null);
    try {
      if (wrong) letters.push(aside(item, wrong));
      else accepted.push({ item, steps: item.steps ?? (await reactions.react(item.event!)) });
    } catch (error) {
      letters.push(aside(item, { reason: 'handler-failed', detail: (error as Error).message }));
    }
  }
  return { accepted, letters };
}

function breaks(event: Event, reactions: Reactions): Wrong | null {
  const wrong = invalid(reactions.consumes.get(event.type)!, event.data);
  return wrong && { reason: 'invalid', detail: `${wrong.path} ${wrong.rule}` };
}

/** Tries again what lost a race: outdated look-ups, deadlocks, serialization failures. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX || !(error instanceof Outdated || ['40001', '40P01'].includes(sqlStateOf(error) ?? ''))) throw error;
    }
  }
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

const reasonOf = (error: Error): string => (error instanceof Forbidden ? error.reason : 'decision-failed');

/** A Postgres message may quote the value that it refused, which may be personal; the constraint says enough. */
const inWords = (error: Error & { constraint?: string; table?: string }): string => {
  const state = sqlStateOf(error);
  return state === null ? error.message : `Postgres refused it with ${state}${error.constraint || error.table ? ` (${error.constraint ?? error.table})` : ''}.`;
};

const aside = ({ delivery: { topic, partition, position, body }, event }: Item, { reason, detail }: Wrong): SetAside => ({
  topic,
  position: `${topic}/${partition}/${position}`,
  body,
  event,
  reason,
  detail,
});

/** An inbox id for an event whose id a stranger chose: the same origin, id and content give the same UUID. */
export const strangersId = (...parts: string[]): string => derivedId('inbox', ...parts);
