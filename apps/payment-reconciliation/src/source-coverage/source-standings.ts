import { Injectable } from '@nestjs/common';
import { type CivilDate, localDate } from '@emdia/calendar';
import { Clock } from '@emdia/clock';
import { BillingSourceCovered, type Rail } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Partitions } from '@emdia/messaging';
import { expectedUntil } from './coverage';
import { type HeldBack, heldBackOf } from './held-back';

/** How one source stands today, as the gate would have it for a contact today. */
export interface SourceStanding {
  readonly creditor_id: string;
  readonly source: string;
  /** False where money or a file came from it and nobody declared it: it refuses nothing. */
  readonly declared: boolean;
  readonly rails: readonly Rail[];
  readonly lag_business_days: number | null;
  /** Of all partitions the least. */
  readonly covered_until: CivilDate | null;
  /** What it must have covered by today. */
  readonly expected_until: CivilDate | null;
  readonly late: boolean;
  readonly held_back: readonly HeldBack[];
}

interface Row {
  readonly creditor_id: string;
  readonly source: string;
  readonly rails: readonly Rail[];
  readonly lag_business_days: number;
  readonly covered_until: CivilDate | null;
  readonly held_back: readonly HeldBack[];
}

// A source is as far as its slowest partition, and one that a partition has not heard of has covered nothing there.
const DECLARED = `
  select distinct on (c.creditor_id, c.source) c.creditor_id, c.source, c.rails, c.lag_business_days, told.covered_until::text as covered_until, h.held_back
  from coverage c
  join lateral (
    select case when count(t.covered_until) = $1 then min(t.covered_until) end as covered_until
    from coverage t where t.creditor_id = c.creditor_id and t.source = c.source and t.partition < $1
  ) told on true
  join lateral (select coalesce(array_agg(b.why order by b.why), '{}') as held_back from held_back b where b.creditor_id = c.creditor_id and b.source = c.source) h on true`;
const DECLARED_OF_ALL = `with held_back as materialized (${heldBackOf('select creditor_id from coverage')}) ${DECLARED} order by c.creditor_id, c.source, c.checked_at desc`;
const DECLARED_OF_ONE = `with held_back as materialized (${heldBackOf('$2')}) ${DECLARED} where c.creditor_id = $2 order by c.creditor_id, c.source, c.checked_at desc`;

// The first payment of each source, one after the other by the index: there are millions of payments, and a handful of sources.
const SEEN = `
  with recursive paid(source) as (
    (select source from allocation where creditor_id = $1 order by source limit 1)
    union all
    select (select a.source from allocation a where a.creditor_id = $1 and a.source > paid.source order by a.source limit 1) from paid where paid.source is not null
  )
  select source from paid where source is not null
  union select source from payment where creditor_id = $1 and unapplied_cents > 0
  union select source from bank_file where creditor_id = $1
  order by 1`;

/** How far the sources of payments have told what they know. */
@Injectable()
export class SourceStandings {
  constructor(
    private readonly database: Database,
    private readonly partitions: Partitions,
    private readonly clock: Clock,
  ) {}

  get today(): CivilDate {
    return localDate(this.clock.now(), 'America/Sao_Paulo');
  }

  /** Every declared source of the house. */
  async declared(): Promise<SourceStanding[]> {
    const { today } = this;
    return (await this.database.query<Row>(DECLARED_OF_ALL, [this.count()])).map((row) => standing(row, today));
  }

  /** All of one creditor, also what nobody declared; by name. */
  async of(creditorId: string): Promise<SourceStanding[]> {
    const { today } = this;
    // What is unread belongs to no creditor's role: it may be of none.
    const [rows, seen] = await Promise.all([
      this.database.query<Row>(DECLARED_OF_ONE, [this.count(), creditorId]),
      this.database.query<{ source: string }>(SEEN, [creditorId]),
    ]);
    const declared = rows.map((row) => standing(row, today));
    const known = new Set(declared.map(({ source }) => source));
    const undeclared = seen.filter(({ source }) => !known.has(source)).map(({ source }): SourceStanding => ({
      creditor_id: creditorId, source, declared: false, rails: [], lag_business_days: null, covered_until: null, expected_until: null, late: false, held_back: [],
    }));
    return [...declared, ...undeclared].sort((a, b) => (a.source < b.source ? -1 : 1));
  }

  private count(): number {
    return this.partitions.count(BillingSourceCovered.topic);
  }
}

function standing(row: Row, today: CivilDate): SourceStanding {
  const expected_until = expectedUntil(today, row.lag_business_days);
  return { ...row, declared: true, expected_until, late: row.covered_until === null || row.covered_until < expected_until };
}
