import type { CivilDate } from '@emdia/calendar';
import { isCivilDate } from '@emdia/calendar';

/** Where a field stands: first and last position, 1-based and inclusive, as the banks' manuals write it. */
export type Range = readonly [from: number, to: number];

/** The characters of a field; positions that a short line lacks are missing, as its stripped blanks are. */
export const slice = (line: string, [from, to]: Range): string => line.slice(from - 1, to);

/** A text field without its blanks; null where nothing is left, where it is all zeros, or where the layout has no such field. */
export function text(line: string, range: Range | undefined): string | null {
  if (!range) return null;
  const value = slice(line, range).trim();
  return value === '' || /^0+$/.test(value) ? null : value;
}

/** A field of digits as a whole number; null where it is blank or holds anything else. 17 digits of cents exceed what a double holds: null too. */
export function whole(line: string, range: Range | undefined): number | null {
  if (!range) return null;
  const value = slice(line, range).trim();
  if (!/^\d+$/.test(value)) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

/** Whether a field holds something that is not a number of digits, so that `whole` had to give null for it. */
export const isGarbled = (line: string, range: Range | undefined): boolean =>
  range !== undefined && slice(line, range).trim() !== '' && whole(line, range) === null;

/** How a date is written in a field. */
export type DateStyle = 'DDMMYY' | 'DDMMYYYY' | 'YYYYMMDD';

// Two digits of a year: no return file is older than 1970, and no due date of 2070 is in one.
const century = (year: string) => (Number(year) >= 70 ? '19' : '20') + year;

/** The civil date of digits in a style; null where they are zeros, blank, of another length or no date that exists. */
export function dateOf(digits: string, style: DateStyle): CivilDate | null {
  if (!/^\d+$/.test(digits) || digits.length !== style.length) return null;
  const iso =
    style === 'YYYYMMDD'
      ? `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
      : `${style === 'DDMMYY' ? century(digits.slice(4)) : digits.slice(4)}-${digits.slice(2, 4)}-${digits.slice(0, 2)}`;
  return isCivilDate(iso) ? iso : null;
}

/** A date field; zeros and blanks mean none. */
export const date = (line: string, range: Range | undefined, style: DateStyle): CivilDate | null =>
  range ? dateOf(slice(line, range).trim(), style) : null;

/** Whether a date field holds something other than zeros and blanks that is no date. */
export const isNoDate = (line: string, range: Range | undefined, style: DateStyle): boolean =>
  range !== undefined && !/^[0\s]*$/.test(slice(line, range)) && date(line, range, style) === null;
