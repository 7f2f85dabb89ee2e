import { Injectable } from '@nestjs/common';
import type { Tx } from '@emdia/database';
import type { Store } from '@emdia/messaging';
import { type Coverage, coverageKey } from './coverage';

/** Coverage by creditor, source and partition; null before the first event. One partition has one reader, so no row need be locked before it exists. */
@Injectable()
export class Coverages implements Store<Coverage | null> {
  readonly name = 'coverage';

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, Coverage | null>> {
    const wanted = keys.map((key) => JSON.parse(key) as [string, string, number]);
    const rows = await tx.query<Coverage>(
      `select creditor_id, source, partition, covered_until::text as covered_until, lag_business_days, rails, checked_at
         from coverage join unnest($1::text[], $2::text[], $3::int[]) as wanted (creditor_id, source, partition) using (creditor_id, source, partition)
        order by creditor_id, source, partition for update of coverage`,
      [wanted.map(([creditor]) => creditor), wanted.map(([, source]) => source), wanted.map(([, , partition]) => partition)],
    );
    return new Map<string, Coverage | null>([...keys.map((key) => [key, null] as const), ...rows.map((row) => [coverageKey(row), row] as const)]);
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Coverage | null>): Promise<void> {
    await tx.query(
      `insert into coverage (creditor_id, source, partition, covered_until, lag_business_days, rails, checked_at)
       select creditor_id, source, partition, covered_until, lag_business_days, array(select jsonb_array_elements_text(rails)), checked_at
         from jsonb_to_recordset($1::jsonb) as c (creditor_id text, source text, partition int, covered_until date, lag_business_days int, rails jsonb, checked_at timestamptz)
        order by 1, 2, 3
       on conflict (creditor_id, source, partition) do update
         set (covered_until, lag_business_days, rails, checked_at) = row(excluded.covered_until, excluded.lag_business_days, excluded.rails, excluded.checked_at)`,
      [JSON.stringify([...changed.values()])],
    );
  }
}
