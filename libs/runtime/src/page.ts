import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { problem } from './problem';

/** Query of every list: where to go on, and how many at most. */
export class Page {
  @ApiPropertyOptional({ description: '`next_cursor` of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  cursor?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;
}

/** The sort values after which a page begins; null for the first. A cursor that was not ours is a 400 problem. */
export function cursorOf(page: { cursor?: string }): string[] | null {
  if (!page.cursor) return null;
  try {
    const values: unknown = JSON.parse(Buffer.from(page.cursor, 'base64url').toString('utf8'));
    if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return values as string[];
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
