import { Injectable } from '@nestjs/common';
import type { Tx } from '@emdia/database';
import type { Store } from '@emdia/messaging';
import type { Rejection } from './unread';

/** Rejections by id, null before either of their two events came. */
@Injectable()
export class Rejections implements Store<Rejection | null> {
  readonly name = 'rejection';

  async load(tx: Tx, ids: readonly string[]): Promise<Map<string, Rejection | null>> {
    const rows = await tx.query<Rejection>(
      `select rejection_id, service, creditor_id, customer_id, source, status, recorded_at from unread where rejection_id = any($1::uuid[]) order by rejection_id for update`, [ids],
    );
    return new Map<string, Rejection | null>([...ids.map((id) => [id, null] as const), ...rows.map((row) => [row.rejection_id, row] as const)]);
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Rejection | null>): Promise<void> {
    await tx.query(
      `insert into unread (rejection_id, service, creditor_id, customer_id, source, status, recorded_at)
       select * from jsonb_to_recordset($1::jsonb) as r (rejection_id uuid, service text, creditor_id text, customer_id text, source text, status text, recorded_at timestamptz) order by 1
       on conflict (rejection_id) do update set status = excluded.status`,
      [JSON.stringify([...changed.values()])],
    );
  }
}
