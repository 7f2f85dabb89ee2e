import { Injectable } from '@nestjs/common';
import { Instant, oneOf, Uuid } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner, step, type Step } from '@emdia/messaging';
import { orNull, type Principal } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { Books } from '../upstream/books';
import { quarantineKey } from '../upstream/keys';
import type { Receipt } from '../upstream/mapping';
import { reasons, type Reason } from '../upstream/reasons';
import type { State } from '../upstream/state';
import { Upstream } from '../upstream/upstream';
import { resolved, type Entry } from './entry';
import { ENTRY_COLUMNS } from './rows';

/** An entry as people see it in the list. */
export type Listed = Omit<Entry, 'content_hash' | 'key'>;

const Text = orNull(Type.String());
export const Quarantined = Type.Object(
  {
    id: Uuid, origin: Type.String(), platform: Text, position: Text, event_id: Type.String(), event_type: Type.String(), creditor_id: Text, customer_id: Text,
    source: Text, reason: Type.Unsafe<Reason>({ enum: Object.keys(reasons) }), detail: Type.String(), status: oneOf('open', 'replayed', 'discarded'),
    received_at: Instant, resolved_at: orNull(Instant), resolution: Text,
  },
  { additionalProperties: false },
);

export interface Filter {
  readonly status: string;
  readonly reason?: string | undefined;
  readonly origin?: string | undefined;
  readonly customer_id?: string | undefined;
}

const creditorOfFile = (origin: string): string | null => /^file:(.+)$/.exec(origin)?.[1] ?? null;
const shown = ({ content_hash, key, ...entry }: Entry): Listed => entry;

/** The step that takes an entry out of the way; its result is false where it is not open any more. */
export const resolving = (books: Books, id: string, outcome: 'replayed' | 'discarded', resolution: string): Step<State, boolean> =>
  step(books, quarantineKey(id), (state, now) => {
    const entry = state.kind === 'quarantine' ? state.entry : null;
    if (entry?.status !== 'open') return { ignored: 'already-resolved', result: false };
    const done = resolved(entry, outcome, resolution, now);
    return { next: { kind: 'quarantine', entry: done.entry }, events: done.events, result: true };
  });

/** What was refused and kept: listed, opened, tried again or set aside for good. A creditor sees its own, the installation all. */
@Injectable()
export class Quarantine {
  constructor(
    private readonly books: Books,
    private readonly upstream: Upstream,
    private readonly runner: Runner,
    private readonly database: Database,
  ) {}

  private query<R>(creditorId: string | null, sql: string, values: unknown[]): Promise<R[]> {
    return creditorId === null ? this.database.query<R>(sql, values) : this.database.transactionOf(creditorId, (tx) => tx.query<R>(sql, values));
  }

  async list(creditorId: string | null, filter: Filter, after: readonly string[] | null, limit: number): Promise<Listed[]> {
    const rows = await this.query<Entry>(
      creditorId,
      `select ${ENTRY_COLUMNS} from quarantine where status = $1 and ($2::text is null or reason = $2) and ($3::text is null or origin = $3)
         and ($4::text is null or customer_id = $4) and ($5::text is null or creditor_id = $5)
         and ($6::timestamptz is null or (received_at, id) > ($6, $7::uuid)) order by received_at, id limit $8`,
      [filter.status, filter.reason ?? null, filter.origin ?? null, filter.customer_id ?? null, creditorId, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return rows.map(shown);
  }

  /** With its raw body, opened (null once it was forgotten); null when there is none that the caller may see. */
  async one(creditorId: string | null, id: string): Promise<(Listed & { body: string | null }) | null> {
    const [row] = await this.query<Entry & { body_sealed: string | null }>(creditorId, `select ${ENTRY_COLUMNS}, body_sealed from quarantine where id = $1`, [id]);
    if (!row) return null;
    const { body_sealed, ...entry } = row;
    return { ...shown(entry), body: body_sealed === null ? null : this.books.open(body_sealed) };
  }

  /** Tries it again, as it was or corrected, through the same mapping; null when there is no open one. */
  async replay(caller: Principal, id: string, corrected?: object): Promise<Receipt | null> {
    const entry = await this.one(caller.creditor_id, id);
    if (entry?.status !== 'open') return null;
    const reading = this.upstream.read({
      origin: entry.origin,
      platform: entry.platform,
      // A platform's registration goes on deciding whom it speaks for; a key or file stays with its creditor.
      creditor_id: caller.creditor_id ?? creditorOfFile(entry.origin),
      position: entry.position,
      body: corrected ?? entry.body,
      identified: false,
      refused: 'tell',
    });
    return this.runner.change(this.upstream.step(reading, { id, actor: caller.actor }), { creditorId: caller.creditor_id });
  }

  /** Sets it aside for good; false when there is no open one. */
  async discard(caller: Principal, id: string, reason: string): Promise<boolean> {
    if ((await this.one(caller.creditor_id, id))?.status !== 'open') return false;
    return this.runner.change(resolving(this.books, id, 'discarded', `${reason} (${caller.actor})`), { creditorId: caller.creditor_id });
  }
}
