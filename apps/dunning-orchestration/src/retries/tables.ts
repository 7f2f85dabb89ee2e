import type { Tx } from '@emdia/database';
import { rulesOf, type Rules, type Tables } from '@emdia/retries';

/** A creditor's own tables as they were set. */
export interface SetTables extends Record<string, unknown> {
  readonly creditor_id: string;
  readonly tables: Tables;
  readonly set_at: Date;
  readonly set_by: string;
}

/** The creditor's own tables; none where it set none. */
export const readTables = (tx: Tx, creditors: readonly string[]): Promise<SetTables[]> => tx.query<SetTables>('select creditor_id, tables, set_at, set_by from retry_tables where creditor_id = any($1)', [creditors]);

/** Sets them in place of those before. */
export const setTables = (tx: Tx, { creditor_id, tables, set_at, set_by }: SetTables): Promise<unknown> =>
  tx.query('insert into retry_tables (creditor_id, tables, set_at, set_by) values ($1, $2::jsonb, $3, $4) on conflict (creditor_id) do update set tables = excluded.tables, set_at = excluded.set_at, set_by = excluded.set_by', [creditor_id, JSON.stringify(tables), set_at, set_by]);

/** The rules of creditors that have tables of their own, made once for each setting. */
export class RetryTables {
  private readonly made = new Map<string, { readonly text: string; readonly rules: Rules }>();

  async of(tx: Tx, creditors: readonly string[]): Promise<ReadonlyMap<string, Rules>> {
    const rows = await readTables(tx, creditors);
    return new Map(rows.map(({ creditor_id, tables }) => {
      const [known, text] = [this.made.get(creditor_id), JSON.stringify(tables)];
      if (known?.text === text) return [creditor_id, known.rules];
      const rules = rulesOf(tables);
      this.made.set(creditor_id, { text, rules });
      return [creditor_id, rules];
    }));
  }
}
