import { isCivilDate } from '@emdia/calendar';
import { Type } from 'class-transformer';
import { IsInt, IsString, isUUID, Max, MaxLength, Min } from 'class-validator';
import { IsCustomerId, MayLack } from './fields';
import { problem } from './problem';
import { isStorable } from './text';

/** Query of every list: where to go on, and how many at most. */
export class Page {
  @MayLack({ description: '`next_cursor` of the page before', maxLength: 500 })
  @IsString()
  @MaxLength(500)
  cursor?: string;

  @MayLack({ type: 'integer', minimum: 1, maximum: 200, default: 50 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;
}

/** Query of the lists that can be narrowed to one customer. */
export class CustomerPage extends Page {
  @IsCustomerId({ optional: true, description: 'Only those of this customer' })
  customer_id?: string;
}

/** What a sort value is, so that a cursor made up by somebody is refused before Postgres sees it. */
const kinds = {
  text: isStorable,
  uuid: (value: string) => isUUID(value),
  date: isCivilDate,
  number: (value: string) => /^\d{1,9}$/.test(value),
  instant: (value: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value)),
};

/** The sort values after which a page begins, of these kinds; null for the first. A cursor that was not ours is a 400 problem. */
export function cursorOf(page: { cursor?: string }, ...wanted: [keyof typeof kinds, ...(keyof typeof kinds)[]]): string[] | null {
  if (page.cursor === undefined) return null;
  try {
    const values: unknown = JSON.parse(Buffer.from(page.cursor, 'base64url').toString('utf8'));
    if (Array.isArray(values) && values.length === wanted.length && wanted.every((kind, at) => typeof values[at] === 'string' && kinds[kind](values[at]))) return values as string[];
  } catch {
    // Falls through to the problem below.
  }
  throw problem(400, 'invalid-cursor', 'The cursor is not valid', 'Send `next_cursor` exactly as it was given, or leave it out to begin anew.');
}

/** Cuts rows (asked for with limit + 1) into a page; `next_cursor` is null on the last. */
export function paged<T>(rows: readonly T[], limit: number, sortOf: (row: T) => readonly (string | number | Date)[]): { items: T[]; next_cursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items[items.length - 1];
  const more = rows.length > limit && last !== undefined;
  const text = (value: string | number | Date) => (value instanceof Date ? value.toISOString() : String(value));
  return { items, next_cursor: more ? Buffer.from(JSON.stringify(sortOf(last).map(text))).toString('base64url') : null };
}
