import type { Tx } from '@emdia/database';
import type { Seal } from '@emdia/messaging';
import type { Entry, NewEntry } from './entry';

export const ENTRY_COLUMNS = 'id, origin, platform, position, event_id, event_type, content_hash, creditor_id, customer_id, source, key, reason, detail, status, received_at, resolved_at, resolution';

type Row = Omit<Entry, 'received_at' | 'resolved_at'> & { received_at: Date; resolved_at: Date | null };

export const entryOf = (row: Row): Entry => ({ ...row, received_at: row.received_at.toISOString(), resolved_at: row.resolved_at?.toISOString() ?? null });

/** Locks and reads the entries that exist. */
export async function loadEntries(tx: Tx, ids: readonly string[]): Promise<Entry[]> {
  return (await tx.query<Row>(`select ${ENTRY_COLUMNS} from quarantine where id = any($1::uuid[]) order by id for update`, [ids])).map(entryOf);
}

export async function saveEntries(tx: Tx, seal: Seal, entries: readonly (Entry | NewEntry)[]): Promise<void> {
  const fresh = entries.filter((entry): entry is NewEntry => 'raw' in entry).map(({ raw, ...entry }) => ({ ...entry, body_sealed: seal.seal(raw) }));
  const known = entries.filter((entry) => !('raw' in entry));
  if (fresh.length > 0)
    await tx.query(
      `insert into quarantine (${ENTRY_COLUMNS}, body_sealed) select ${ENTRY_COLUMNS}, body_sealed
       from jsonb_to_recordset($1) as q (id uuid, origin text, platform text, position text, event_id text, event_type text, content_hash text, creditor_id text,
         customer_id text, source text, key text, reason text, detail text, status text, received_at timestamptz, resolved_at timestamptz, resolution text, body_sealed text)
       order by id on conflict (id) do nothing`,
      [JSON.stringify(fresh)],
    );
  if (known.length > 0)
    await tx.query(
      `update quarantine set status = r.status, resolved_at = r.resolved_at, resolution = r.resolution
       from jsonb_to_recordset($1) as r (id uuid, status text, resolved_at timestamptz, resolution text) where quarantine.id = r.id`,
      [JSON.stringify(known)],
    );
}
