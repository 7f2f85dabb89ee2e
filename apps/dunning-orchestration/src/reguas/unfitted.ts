import { Type, type Static } from '@sinclair/typebox';
import { Instant } from '@emdia/contracts';
import type { Tx } from '@emdia/database';
import { orNull } from '@emdia/runtime';
import { unfittedBy } from './policy';
import { ReguaView, viewOf } from './views';

/** What may become of whom no own régua fits: the house's first is followed, or nobody is written to and a person has the debt. */
export const UNFITTED = ['house', 'task'] as const;
export type Unfitted = (typeof UNFITTED)[number];

/** The régua of whom no own one fits, and who wanted it so. */
export const UnfittedView = Type.Object(
  { ...ReguaView.properties, unfitted: Type.Unsafe<Unfitted>({ enum: [...UNFITTED] }), changed_at: orNull(Instant), changed_by: orNull(Type.String()) },
  { additionalProperties: false },
);

interface Row extends Record<string, unknown> {
  readonly unfitted: Unfitted;
  readonly changed_at: Date;
  readonly changed_by: string;
}

const shown = (row: Row | undefined): Static<typeof UnfittedView> => ({
  ...viewOf('house', unfittedBy(row?.unfitted)), unfitted: row?.unfitted ?? 'house', changed_at: row?.changed_at.toISOString() ?? null, changed_by: row?.changed_by ?? null,
});

/** What a creditor has set, the house's where it has set nothing. */
export async function readUnfitted(tx: Tx, creditor_id: string): Promise<Static<typeof UnfittedView>> {
  const [row] = await tx.query<Row>('select unfitted, changed_at, changed_by from regua_setting where creditor_id = $1', [creditor_id]);
  return shown(row);
}

/** Cases that open from now on follow it; those that are open keep their régua. */
export async function setUnfitted(tx: Tx, creditor_id: string, unfitted: Unfitted, { actor, now }: { readonly actor: string; readonly now: Date }): Promise<Static<typeof UnfittedView>> {
  const [row] = await tx.query<Row>(
    `insert into regua_setting (creditor_id, unfitted, changed_at, changed_by) values ($1, $2, $3, $4)
     on conflict (creditor_id) do update set unfitted = excluded.unfitted, changed_at = excluded.changed_at, changed_by = excluded.changed_by returning unfitted, changed_at, changed_by`,
    [creditor_id, unfitted, now, actor]);
  return shown(row);
}
