import { arrayLiteral, type Cell } from './array-literal';
import { column } from './column';
import type { Tx } from './database';

/** A column of a table: its name, its type, and what a row of `V` puts into it; a list where the type is one. */
export type Column<V> = readonly [name: string, type: string, cell: (value: V) => Cell];

type Named = readonly [name: string, type: string, ...rest: unknown[]];

// An array of arrays would have to be of one length throughout: lists travel as texts.
const isList = (type: string): boolean => type.endsWith('[]');
const elementOf = (type: string): string => (isList(type) ? 'text' : type);

/** The rows `r` that a statement takes as one array per column, lists within a row as texts. */
export const unnested = (columns: readonly Named[]): string =>
  `unnest(${columns.map(([, type], index) => `$${index + 1}::${elementOf(type)}[]`).join(', ')}) as r (${columns.map(([name]) => name).join(', ')})`;

/** The parameters of `unnested`. */
export const columnsOf = <V>(columns: readonly Column<V>[], rows: readonly V[]): unknown[] => columns.map(([, type, cell]) =>
  (isList(type) ? column('text', rows, (value) => arrayLiteral(cell(value) as readonly Cell[])) : column(type, rows, cell)));

function insert<V>(table: string, columns: readonly Column<V>[]): string {
  const cells = columns.map(([name, type]) => (isList(type) ? `${name}::${type}` : name));
  return `insert into ${table} (${columns.map(([name]) => name).join(', ')}) select ${cells.join(', ')} from ${unnested(columns)}`;
}

function upsert<V>(table: string, keys: readonly string[], columns: readonly Column<V>[]): string {
  const values = columns.map(([name]) => name).filter((name) => !keys.includes(name));
  return `${insert(table, columns)} on conflict (${keys.join(', ')}) do update set (${values.join(', ')}) = row(${values.map((name) => `excluded.${name}`).join(', ')})`;
}

/**
 * Writes any number of rows in one statement; columns as arrays cost Postgres and Node less than records in JSON. A row
 * takes the place of the one that has its `keys`; without keys rows are only added.
 */
export function bulk<V>(table: string, keys: readonly string[] | null, columns: readonly Column<V>[]): (tx: Tx, rows: readonly V[]) => Promise<void> {
  const text = keys === null ? insert(table, columns) : upsert(table, keys, columns);
  return async (tx, rows) => {
    if (rows.length > 0) await tx.query(text, columnsOf(columns, rows));
  };
}

/**
 * As `bulk` with keys, but a row takes the place of another only as that was read: `versions` are the `xmin::text` of those that were, and who was not there may not be there. Resolves
 * with how many were written: fewer than given where somebody was here since.
 */
export function bulkSince<V>(table: string, keys: readonly string[], columns: readonly Column<V>[]): (tx: Tx, rows: readonly V[], versions: readonly string[]) => Promise<number> {
  const text = `with written as (${upsert(table, keys, columns)} where ${table}.xmin::text = any($${columns.length + 1}::text[]) returning 1) select count(*)::int as count from written`;
  return async (tx, rows, versions) => (rows.length === 0 ? 0 : (await tx.query<{ count: number }>(text, [...columnsOf(columns, rows), versions]))[0]!.count);
}

/** Changes some columns of rows that are there, known by `key`: any number of rows in one statement. */
export function bulkUpdate<V>(table: string, key: string, columns: readonly Column<V>[]): (tx: Tx, rows: readonly V[]) => Promise<void> {
  const values = columns.map(([name]) => name).filter((name) => name !== key);
  const text = `update ${table} set (${values.join(', ')}) = row(${values.map((name) => `r.${name}`).join(', ')}) from ${unnested(columns)} where ${table}.${key} = r.${key}`;
  return async (tx, rows) => {
    if (rows.length > 0) await tx.query(text, columnsOf(columns, rows));
  };
}
