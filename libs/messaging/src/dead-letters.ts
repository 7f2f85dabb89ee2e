import { contracts, CreditorId, CustomerId, derivedId, outgoing, type Contract, type Event, type Outgoing } from '@emdia/contracts';
import type { Database, Tx } from '@emdia/database';
import type { Seal } from './seal';

const KEY_MAX = 300;

/** An event that was set aside, as people see it; its body only on request. */
export interface DeadLetter {
  readonly id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly topic: string;
  readonly key: string;
  readonly creditor_id: string | null;
  readonly customer_id: string | null;
  readonly source: string | null;
  readonly reason: string;
  readonly detail: string;
  readonly status: 'open' | 'replayed' | 'discarded';
  readonly recorded_at: Date;
}

/** What is known of an event that could not be taken in; `event` is null when it could not even be read. */
export interface SetAside {
  readonly topic: string;
  readonly position: string;
  readonly body: string;
  readonly event: Event | null;
  readonly reason: string;
  readonly detail: string;
}

// Postgres takes neither NUL nor half a surrogate pair, and a letter that cannot be kept would stop its partition.
const clean = (value: string, max: number): string => value.replace(/\0|\p{Cs}/gu, '\ufffd').slice(0, max);
const fits = ({ pattern }: { pattern?: string }, value: unknown): string | null => (typeof value === 'string' && new RegExp(pattern!).test(value) ? value : null);

/** Whom an unread event concerns, as far as it can be read; `source` for a payment whose customer cannot. */
function concerns(event: Event | null): { creditor_id: string | null; customer_id: string | null; source: string | null } {
  const data = (event?.data ?? {}) as Record<string, unknown>;
  const customer_id = fits(CustomerId, data.customer_id);
  const source = typeof data.source === 'string' && data.source !== '' ? clean(data.source, 40) : 'upstream';
  return {
    creditor_id: fits(CreditorId, data.creditor_id) ?? fits(CreditorId, event?.creditor_id),
    customer_id,
    source: customer_id === null && event?.type.includes('.payment-') ? source : null,
  };
}

/** The events that one service set aside, with their bodies sealed. */
export class DeadLetters {
  constructor(
    private readonly database: Database,
    private readonly seal: Seal,
  ) {}

  private contract(what: 'event-rejected' | 'event-resolved'): Contract {
    return contracts.get(`${this.database.schema}.${what}.v1`)!;
  }

  /** Keeps events that were set aside, each with the event that tells the others that something is unread. */
  async keep(tx: Tx, letters: readonly SetAside[], now: Date): Promise<Outgoing[]> {
    if (letters.length === 0) return [];
    const rows = letters.map(({ event, topic, position, body, reason, detail }) => ({
      // The body too: strangers may give two events one id.
      id: derivedId('dead-letter', this.database.schema, topic, event?.id ?? position, body),
      event_id: clean(event?.id || position, 200),
      event_type: clean(event?.type || 'unreadable', 120),
      key: event?.key && event.key.length <= KEY_MAX ? clean(event.key, KEY_MAX) : 'unknown/',
      ...concerns(event),
      topic,
      reason: clean(reason || 'unknown', 500),
      detail: clean(detail, 500),
      body_sealed: this.seal.seal(body),
    }));
    const kept = await tx.query<{ id: string }>(
      `insert into dead_letter (id, event_id, event_type, topic, key, creditor_id, customer_id, source, reason, detail, body_sealed, status, recorded_at)
       select id, event_id, event_type, topic, key, creditor_id, customer_id, source, reason, detail, body_sealed, 'open', $2
       from jsonb_to_recordset($1) as d (id uuid, event_id text, event_type text, topic text, key text, creditor_id text, customer_id text, source text,
         reason text, detail text, body_sealed text) order by id on conflict (id) do nothing returning id`,
      [JSON.stringify(rows), now],
    );
    const fresh = new Set(kept.map(({ id }) => id));
    return rows.filter(({ id }) => fresh.delete(id)).map((row) =>
      outgoing(this.contract('event-rejected'), {
        id: derivedId('rejected', row.id),
        key: row.key,
        creditor_id: row.creditor_id ?? '',
        now,
        data: {
          rejection_id: row.id,
          creditor_id: row.creditor_id,
          customer_id: row.customer_id,
          source: row.source,
          event_id: row.event_id,
          event_type: row.event_type,
          reason: row.reason,
        },
      }),
    );
  }

  async list(options: { status: string; after: [string, string] | null; limit: number }): Promise<DeadLetter[]> {
    return this.database.query<DeadLetter>(
      `select id, event_id, event_type, topic, key, creditor_id, customer_id, source, reason, detail, status, recorded_at from dead_letter
       where status = $1 and ($2::timestamptz is null or (recorded_at, id) > ($2, $3::uuid)) order by recorded_at, id limit $4`,
      [options.status, options.after?.[0] ?? null, options.after?.[1] ?? null, options.limit],
    );
  }

  /** Locks an open one and opens its body; null when there is none with that id still open. */
  async take(tx: Tx, id: string): Promise<{ letter: DeadLetter; body: string } | null> {
    const [row] = await tx.query<DeadLetter & { body_sealed: string }>(`select * from dead_letter where id = $1 and status = 'open' for update`, [id]);
    return row ? { letter: row, body: this.seal.open(row.body_sealed) } : null;
  }

  /** Marks it done and returns the event that says so. */
  async resolve(tx: Tx, letter: DeadLetter, outcome: 'replayed' | 'discarded', now: Date): Promise<Outgoing> {
    await tx.query(`update dead_letter set status = $2, resolved_at = $3 where id = $1`, [letter.id, outcome, now]);
    const { id, creditor_id, customer_id, source, key } = letter;
    return outgoing(this.contract('event-resolved'), {
      id: derivedId('resolved', id),
      key,
      creditor_id: creditor_id ?? '',
      now,
      data: { rejection_id: id, creditor_id, customer_id, source, outcome },
    });
  }
}
