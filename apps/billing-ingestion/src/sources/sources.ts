import { Injectable } from '@nestjs/common';
import { Type, type Static } from '@sinclair/typebox';
import { BillingSourceCovered, CivilDate, Rail } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Partitions, Runner, step, UpstreamProgress } from '@emdia/messaging';
import { orNull } from '@emdia/runtime';
import { Books } from '../upstream/books';
import { sourceKey } from '../upstream/keys';
import type { State } from '../upstream/state';
import { advance, declare, type Declaration, type PaymentSource, type SourceState } from './source';

const CAUGHT_UP_MS_MAX = 5_000;

/** A source in the list: what was declared, or that payments came from it and nobody declared it. */
export const ListedSource = Type.Object({
  source: Type.String(), declared: Type.Boolean(), rails: Type.Array(Rail), lag_business_days: orNull(Type.Integer()), covered_until: orNull(CivilDate),
});
export type ListedSource = Static<typeof ListedSource>;

/** Where payments come from, and how far each source has told everything. */
@Injectable()
export class Sources {
  constructor(
    private readonly books: Books,
    private readonly runner: Runner,
    private readonly database: Database,
    private readonly partitions: Partitions,
    private readonly progress: UpstreamProgress,
  ) {}

  declare(declared: Declaration): Promise<PaymentSource> {
    return this.change(declared.creditor_id, declared.source, (state, now) => declare(state, declared, this.count(), now));
  }

  /** Null when events published before the call have not been taken in within the time allowed. */
  async checked(creditorId: string, source: string, coveredUntil: string): Promise<PaymentSource | null> {
    // Coverage must not overtake the payments it vouches for: its transaction begins after theirs were committed.
    if (!(await this.progress.caughtUp(CAUGHT_UP_MS_MAX))) return null;
    return this.change(creditorId, source, (state, now) => advance(state, coveredUntil, this.count(), now));
  }

  private count(): number {
    return this.partitions.count(BillingSourceCovered.topic);
  }

  private change(creditorId: string, source: string, decide: (state: SourceState, now: Date) => ReturnType<typeof advance>): Promise<PaymentSource> {
    const made = step<State, PaymentSource>(this.books, sourceKey(creditorId, source), (state, now) => decide(state as SourceState, now));
    return this.runner.change(made, { creditorId });
  }

  async list(creditorId: string): Promise<ListedSource[]> {
    return this.database.transactionOf(creditorId, (tx) =>
      tx.query<ListedSource>(
        `select coalesce(s.source, w.source) as source, s.source is not null as declared, coalesce(s.rails, '{}') as rails, s.lag_business_days, s.covered_until::text
         from (select * from payment_source where creditor_id = $1) s full join (select * from source_seen where creditor_id = $1) w on w.source = s.source order by 1`,
        [creditorId],
      ),
    );
  }
}
