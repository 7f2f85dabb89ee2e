import { type CivilDate, isCivilDate, localDate, zoneOf } from '@emdia/calendar';

/** What JSON holds between braces. */
export type Json = Record<string, unknown>;

// The banking day of Brazil ends at midnight in Brasília.
const ZONE = zoneOf('DF');
const INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?$/i;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a list; one object that stands where a list should is a list of one. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : isObject(value) ? [value] : []);

/** The object under a name, or an empty one. */
export const objectIn = (json: Json, name: string): Json => (isObject(json[name]) ? (json[name] as Json) : {});

/** The text under a name, trimmed and no longer than `max`; null where there is none. */
export function textIn(json: Json, name: string, max = 200): string | null {
  const value = json[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, max) : null;
}

/** Cents of an amount as the Pix API writes it, a text of up to ten digits, a point and two decimals; null for anything else. */
export const pixCents = (value: unknown): number | null => (typeof value === 'string' && /^\d{1,10}\.\d{2}$/.test(value) ? Number(value.replace('.', '')) : null);

/** The civil date in Brasília of an RFC 3339 instant, `later_ms` after it; one without an offset counts as Brasília's own clock; null where there is no such instant. */
export function pixDay(value: unknown, later_ms = 0): CivilDate | null {
  const match = typeof value === 'string' ? INSTANT.exec(value) : null;
  if (!match || !isCivilDate(match[1]) || match[2]! > '23' || match[3]! > '59' || match[4]! > '59' || match[1]! < '1970' || match[1]! > '9998') return null;
  const [, date, hour, minute, second, offset = '-03:00'] = match;
  const instant = new Date(`${date}T${hour}:${minute}:${second}${offset.toUpperCase().replace(/(\d{2}):?(\d{2})$/, '$1:$2')}`);
  return Number.isNaN(instant.getTime()) ? null : localDate(new Date(instant.getTime() + later_ms), ZONE);
}

/** The civil date in Brasília that an endToEndId carries (ISPB, then the minute in UTC); null where it carries none. */
export function endToEndDay(endToEndId: string): CivilDate | null {
  const match = /^[ED][0-9A-Z]{8}(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})/i.exec(endToEndId);
  return match && pixDay(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:00Z`);
}
