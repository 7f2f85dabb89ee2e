import type { Tx } from '@emdia/database';
import type { Agreement, Instalment } from '../agreements/agreement';
import type { Dispute } from '../disputes/dispute';
import type { PaymentPromise } from '../promises/promise';
import type { Cover } from './negotiation';

/** A thing as read, and whose it is. */
export type Owned<T> = T & { readonly creditor_id: string; readonly customer_id: string };

/** Which rows to read: a condition in SQL on the table's own columns (and what `join` adds), and how to order and cut them. */
export interface Selection {
  readonly join?: string;
  readonly where: string;
  readonly tail?: string;
  readonly values: unknown[];
}

// bigint and date come as text and as Date from pg; amounts (below 2^53) are read as numbers, civil dates as text.
const ENDING = 'status, next_check_at, ended_at';

const COLUMNS = {
  promise: `amount_cents::float8 as amount_cents, promised_date::text as promised_date, actor, made_at, ${ENDING}, broken_by`,
  agreement: `waived_cents::float8 as waived_cents, actor, made_at, ${ENDING}, broken_by`,
  dispute: `reason, review_date::text as review_date, needs_review, actor, made_at, ${ENDING}, outcome, resolved_by`,
} as const;

export type Kind = keyof typeof COLUMNS;
export type Things = { promise: PaymentPromise; agreement: Agreement; dispute: Dispute };

/** Reads promises, agreements or disputes whole, in three statements at most. */
export async function read<K extends Kind>(tx: Tx, kind: K, { join = '', where, tail = '', values }: Selection): Promise<Owned<Things[K]>[]> {
  const rows = await tx.query<Record<string, unknown>>(
    `select ${kind}_id, creditor_id, customer_id, ${COLUMNS[kind]} from ${kind} ${join} where ${where} ${tail}`, values,
  );
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row[`${kind}_id`] as string);
  const covers = grouped(await tx.query<Cover & { of: string }>(
    `select thing_id as of, receivable_id, baseline_paid_cents::float8 as baseline_paid_cents from cover where thing_id = any($1::uuid[]) order by thing_id, position`, [ids],
  ));
  const instalments = kind !== 'agreement' ? null : grouped(await tx.query<Instalment & { of: string }>(
    `select agreement_id as of, instalment_id, number, due_date::text as due_date, amount_cents::float8 as amount_cents, status, first_paid_at
       from instalment where agreement_id = any($1::uuid[]) order by agreement_id, number`, [ids],
  ));
  return rows.map((row) => {
    const id = row[`${kind}_id`] as string;
    // A null column is one that this status does not have: the union's members know no null.
    const present = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
    return { ...present, covers: covers.get(id) ?? [], ...(instalments ? { instalments: instalments.get(id) ?? [] } : {}) } as unknown as Owned<Things[K]>;
  });
}

function grouped<R extends { of: string }>(rows: readonly R[]): Map<string, Omit<R, 'of'>[]> {
  const groups = new Map<string, Omit<R, 'of'>[]>();
  for (const { of, ...row } of rows) {
    const group = groups.get(of);
    if (group) group.push(row);
    else groups.set(of, [row]);
  }
  return groups;
}

const OWNER = { creditor_id: 'text', customer_id: 'text' };
const LIFE = { actor: 'text', made_at: 'timestamptz', status: 'text', next_check_at: 'timestamptz', ended_at: 'timestamptz' };

/** Every table's columns with their types; the first `keys` of them are its primary key. */
const TABLES = {
  receivable: { keys: 1, columns: { receivable_id: 'uuid', ...OWNER, version: 'int', status: 'text', collectability: 'text', open_cents: 'bigint', paid_cents: 'bigint', effective_due_date: 'date' } },
  promise: { keys: 1, columns: { promise_id: 'uuid', ...OWNER, amount_cents: 'bigint', promised_date: 'date', ...LIFE, broken_by: 'text' } },
  agreement: { keys: 1, columns: { agreement_id: 'uuid', ...OWNER, waived_cents: 'bigint', ...LIFE, broken_by: 'text' } },
  instalment: { keys: 1, columns: { instalment_id: 'uuid', creditor_id: 'text', agreement_id: 'uuid', number: 'int', due_date: 'date', amount_cents: 'bigint', status: 'text', first_paid_at: 'timestamptz' } },
  dispute: { keys: 1, columns: { dispute_id: 'uuid', ...OWNER, reason: 'text', review_date: 'date', needs_review: 'boolean', ...LIFE, outcome: 'text', resolved_by: 'text' } },
  cover: { keys: 2, columns: { thing_id: 'uuid', receivable_id: 'uuid', creditor_id: 'text', position: 'int', baseline_paid_cents: 'bigint' } },
} as const;

type Table = keyof typeof TABLES;

const upserts = new Map(Object.entries(TABLES).map(([table, { keys, columns }]) => {
  const names = Object.keys(columns);
  const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  const values = names.slice(keys);
  // A closed receivable is not loaded, so an outdated balance of it meets its newer version only here.
  const guard = table === 'receivable' ? 'where receivable.version <= excluded.version' : '';
  return [table, `insert into ${table} (${names}) select ${names} from jsonb_to_recordset($1::jsonb) as r(${typed})
    on conflict (${names.slice(0, keys)}) do update set (${values}) = row(${values.map((name) => `excluded.${name}`)}) ${guard}`];
}));

/** Writes rows whole, new or changed, in one statement; fields that are no columns are left out, as are receivables older than the one stored. */
export async function write(tx: Tx, table: Table, rows: readonly object[]): Promise<void> {
  if (rows.length > 0) await tx.query(upserts.get(table)!, [JSON.stringify(rows)]);
}
