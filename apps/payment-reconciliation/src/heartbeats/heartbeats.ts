import { Injectable } from '@nestjs/common';
import type { Tx } from '@emdia/database';
import type { Store } from '@emdia/messaging';
import type { Beat } from './heartbeat';

const partsOf = (key: string): [string, number] => {
  const at = key.lastIndexOf('/');
  return [key.slice(0, at), Number(key.slice(at + 1))];
};

/** The newest heartbeat by service and partition; one row each, so that the gate reads a handful. */
@Injectable()
export class Heartbeats implements Store<Beat> {
  readonly name = 'heartbeat';

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, Beat>> {
    const wanted = keys.map(partsOf);
    const rows = await tx.query<{ service: string; partition: number; wall_epoch_ms: number }>(
      `select service, partition, wall_epoch_ms::float8 as wall_epoch_ms
         from heartbeat join unnest($1::text[], $2::int[]) as wanted (service, partition) using (service, partition) order by 1, 2 for update of heartbeat`,
      [wanted.map(([service]) => service), wanted.map(([, partition]) => partition)],
    );
    return new Map([...keys.map((key) => [key, 0] as const), ...rows.map((row) => [`${row.service}/${row.partition}`, row.wall_epoch_ms] as const)]);
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Beat>): Promise<void> {
    const rows = [...changed].map(([key, beat]) => [...partsOf(key), beat] as const);
    await tx.query(
      `insert into heartbeat (service, partition, wall_epoch_ms) select * from unnest($1::text[], $2::int[], $3::bigint[]) order by 1, 2
       on conflict (service, partition) do update set wall_epoch_ms = greatest(heartbeat.wall_epoch_ms, excluded.wall_epoch_ms)`,
      [rows.map(([service]) => service), rows.map(([, partition]) => partition), rows.map(([, , beat]) => beat)],
    );
  }
}
