import { Injectable } from '@nestjs/common';
import type { Tx } from '@emdia/database';
import { step, type Step, type Store } from '@emdia/messaging';
import type { OptOut } from './opt-out';

type Closed = (OptOut & { readonly actor: string; readonly recorded_at: Date }) | null;

/** Channels that people closed, by creditor, channel and contact point; null while open. Nothing here opens one again. */
@Injectable()
export class OptOuts implements Store<Closed> {
  readonly name = 'opt_out';

  /** Closes a channel; a repeat changes nothing. */
  close(optOut: OptOut, actor: string): Step<Closed, { closed: true }> {
    return step<Closed, { closed: true }>(this, keyOf(optOut), (known, now) =>
      known ? { ignored: 'closed-before', result: { closed: true } } : { next: { ...optOut, actor, recorded_at: now }, result: { closed: true } },
    );
  }

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, Closed>> {
    const rows = await tx.query<{ opt_out: NonNullable<Closed> }>(
      `select to_jsonb(o) as opt_out from opt_out o where channel || '/' || creditor_id || '/' || contact_point_key = any($1)
         and contact_point_key = any($2)`,
      [keys, keys.map((key) => key.split('/')[2])],
    );
    const found = new Map(rows.map(({ opt_out }) => [keyOf(opt_out), opt_out]));
    return new Map(keys.map((key) => [key, found.get(key) ?? null]));
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Closed>): Promise<void> {
    await tx.query(
      `insert into opt_out (creditor_id, channel, contact_point_key, actor, recorded_at)
       select * from jsonb_to_recordset($1::jsonb) as o (creditor_id text, channel text, contact_point_key text, actor text, recorded_at timestamptz)
       on conflict do nothing`,
      [JSON.stringify([...changed.values()])],
    );
  }
}

const keyOf = ({ channel, creditor_id, contact_point_key }: OptOut): string => `${channel}/${creditor_id}/${contact_point_key}`;
