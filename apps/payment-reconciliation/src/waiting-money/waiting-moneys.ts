import { Injectable } from '@nestjs/common';
import { bulk, type Tx } from '@emdia/database';
import type { Store } from '@emdia/messaging';
import { type Waiting, waitingKey } from './waiting';

export const WAITING_COLUMNS = `creditor_id, source, payment_id, file_id, amount_cents::float8 as amount_cents, currency, paid_date::text as paid_date, status, suggestions, doubts,
  placed_by, words, held, looked_at`;

const save = bulk<Waiting>('waiting_money', ['creditor_id', 'source', 'payment_id'], [
  ['creditor_id', 'text', ({ creditor_id }) => creditor_id],
  ['source', 'text', ({ source }) => source],
  ['payment_id', 'text', ({ payment_id }) => payment_id],
  ['file_id', 'uuid', ({ file_id }) => file_id],
  ['amount_cents', 'bigint', ({ amount_cents }) => amount_cents],
  ['currency', 'text', ({ currency }) => currency],
  ['paid_date', 'date', ({ paid_date }) => paid_date],
  ['status', 'text', ({ status }) => status],
  ['suggestions', 'jsonb', ({ suggestions }) => suggestions],
  ['doubts', 'jsonb', ({ doubts }) => doubts],
  ['placed_by', 'text', ({ placed_by }) => placed_by],
  ['words', 'jsonb', ({ words }) => words],
  ['held', 'jsonb', ({ held }) => held],
  ['looked_at', 'timestamptz', ({ looked_at }) => looked_at],
]);

/** Money that quoted nothing known, by creditor, source and payment id; null before anybody looked at it. */
@Injectable()
export class WaitingMoneys implements Store<Waiting | null> {
  readonly name = 'waiting_money';

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, Waiting | null>> {
    const wanted = keys.map((key) => JSON.parse(key) as [string, string, string]);
    const rows = await tx.query<Waiting>(
      `select ${WAITING_COLUMNS} from waiting_money join unnest($1::text[], $2::text[], $3::text[]) as wanted (creditor_id, source, payment_id) using (creditor_id, source, payment_id)
       order by creditor_id, source, payment_id for update of waiting_money`,
      [wanted.map(([creditor]) => creditor), wanted.map(([, source]) => source), wanted.map(([, , payment]) => payment)],
    );
    return new Map<string, Waiting | null>([...keys.map((key) => [key, null] as const), ...rows.map((row) => [waitingKey(row), row] as const)]);
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Waiting | null>): Promise<void> {
    await save(tx, [...changed.values()].filter((row) => row !== null));
  }
}
