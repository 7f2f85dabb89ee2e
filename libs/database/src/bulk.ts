import type { Cell } from './array-literal';
import { column } from './column';
import type { Tx } from './database';

/** A column of a table: its name, its type, and what a row of `V` puts into it. */
export type Column<V> = readonly [name: string, type: string, cell: (value: V) => Cell];

type Named = readonly [name: string, type: string, ...rest: unknown[]];

// An array of arrays would have to be of one length throughout: lists travel as texts.
const elementOf = (type: string): string => (type.endsWith('[]') ? 'text' : type);

/** The rows `r` that a statement takes as one array per column, lists within a row as texts. */
export const unnested = (columns: readonly Named[]): string =>
  `unnest(${columns.map(([, type], index) => `$${index + 1}::${elementOf(type)}[]`).join(', ')}) as r (${columns.map(([name]) => name).join(', ')})`;

/** What to select from `unnested` rows, each column in its type. */
export const unnestedCells = (columns: readonly Named[]): string => columns.map(([name, type]) => (elementOf(type) === type ? name : `${name}::${type}`)).join(', ');

/** The parameters of `unnested`. */
export const columnsOf = <V>(columns: readonly Column<V>[], rows: readonly V[]): unknown[] => columns.map(([, type, cell]) => column(elementOf(type), rows, cell));

/**
 * Writes any number of rows in one statement; columns as arrays cost Postgres and Node less than records in JSON. The
 * first `keys` columns are the primary key, by which a row takes the place of the one that is there; null only adds.
 */
export function bulk<V>(table: string, keys: number | null, columns: readonly Column<V>[]): (tx: Tx, rows: readonly V[]) => Promise<void> {
  const names = columns.map(([name]) => name);
  const insert = `insert into ${table} (${names.join(', ')}) select ${unnestedCells(columns)} from ${unnested(columns)}`;
  const values = names.slice(keys ?? 0);
  const text = keys === null ? insert
    : `${insert} on conflict (${names.slice(0, keys).join(', ')}) do update set (${values.join(', ')}) = row(${values.map((name) => `excluded.${name}`).join(', ')})`;
  return async (tx, rows) => {
    if (rows.length > 0) await tx.query(text, columnsOf(columns, rows));
  };
}
