/** What a cell of a column may hold; an array or object is written as JSON. */
export type Cell = string | number | boolean | Date | null | undefined | object;

// What an array literal takes bare: no blank, quote, comma, brace or backslash, and not the word NULL.
const BARE = /^[\w.:+/@-]+$/;

function element(cell: Cell): string {
  if (cell === null || cell === undefined) return 'NULL';
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  if (cell instanceof Date) return cell.toISOString();
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell);
  if (BARE.test(text) && !(text.length === 4 && text.toUpperCase() === 'NULL')) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * A Postgres array literal, for `unnest($1::text[])`. Node-postgres makes the same four times as slowly, and
 * jsonb_to_recordset costs Postgres twice as much as arrays of columns.
 */
export function arrayLiteral(cells: readonly Cell[]): string {
  let literal = '{';
  for (let index = 0; index < cells.length; index++) literal += index === 0 ? element(cells[index]) : `,${element(cells[index])}`;
  return `${literal}}`;
}

/** The array literal of one column of some values. */
export function columnLiteral<V>(values: readonly V[], cell: (value: V) => Cell): string {
  let literal = '{';
  for (let index = 0; index < values.length; index++) literal += index === 0 ? element(cell(values[index]!)) : `,${element(cell(values[index]!))}`;
  return `${literal}}`;
}
