import type { Rail } from '@emdia/contracts';
import type { Tx } from '@emdia/database';
import type { PaymentSource, SourceState } from './source';

/** The states of declared and undeclared sources: what was declared, and what lies in quarantine unread. */
export async function loadSources(tx: Tx, creditorIds: readonly string[], sources: readonly string[]): Promise<{ creditor_id: string; source: string; state: SourceState }[]> {
  const rows = await tx.query<{ creditor_id: string; source: string; rails: Rail[] | null; lag_business_days: number; covered_until: string | null; version: number; unread: string[] }>(
    `select w.creditor_id, w.source, s.rails, s.lag_business_days, s.covered_until::text, s.version,
       array(select q.id::text from quarantine q where q.creditor_id = w.creditor_id and q.source = w.source and q.status = 'open' order by q.id) as unread
     from unnest($1::text[], $2::text[]) as w (creditor_id, source) left join payment_source s on s.creditor_id = w.creditor_id and s.source = w.source`,
    [creditorIds, sources],
  );
  return rows.map(({ creditor_id, source, rails, lag_business_days, covered_until, version, unread }) => ({
    creditor_id, source,
    state: { kind: 'source', source: rails === null ? null : { creditor_id, source, rails, lag_business_days, covered_until, version }, unread },
  }));
}

export async function saveSources(tx: Tx, sources: readonly PaymentSource[]): Promise<void> {
  if (sources.length === 0) return;
  const rows = sources.map((source) => ({ ...source, rails: `{${source.rails.join(',')}}` }));
  await tx.query(
    `insert into payment_source (creditor_id, source, rails, lag_business_days, covered_until, version)
     select creditor_id, source, rails::text[], lag_business_days, covered_until, version
     from jsonb_to_recordset($1) as s (creditor_id text, source text, rails text, lag_business_days int, covered_until date, version int)
     on conflict (creditor_id, source) do update set rails = excluded.rails, lag_business_days = excluded.lag_business_days, covered_until = excluded.covered_until, version = excluded.version`,
    [JSON.stringify(rows)],
  );
}
