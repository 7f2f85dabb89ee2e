import { isCivilDate, type CivilDate } from '@emdia/calendar';
import { BadBook, type DateFormat } from './columns';

const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$/;
const SLASHED = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: .*)?$/;

/**
 * Which of day and month comes first, seen over all dates of the file at once; throws BadBook where no date tells
 * (every day and month below 13) and where some say one and some the other.
 */
export function dateFormatOf(values: readonly { text: string; line: number }[]): DateFormat {
  let dayFirst: number | undefined;
  let monthFirst: number | undefined;
  let slashed = 0;
  for (const { text, line } of values) {
    const match = SLASHED.exec(text.trim());
    if (!match) continue;
    slashed++;
    if (Number(match[1]) > 12) dayFirst ??= line;
    if (Number(match[2]) > 12) monthFirst ??= line;
  }
  if (dayFirst !== undefined && monthFirst !== undefined) {
    throw new BadBook(`Line ${dayFirst} puts the day first and line ${monthFirst} the month: the dates have no one format. Put the file right, or name one with "date_format" in --columns MAP.json to see which lines break it.`);
  }
  if (dayFirst !== undefined) return 'DD/MM/YYYY';
  if (monthFirst !== undefined) return 'MM/DD/YYYY';
  if (slashed) throw new BadBook('Every date could be day first or month first (no number is above 12). Say which with --columns MAP.json: {"date_format": "DD/MM/YYYY"} or {"date_format": "MM/DD/YYYY"}.');
  return 'YYYY-MM-DD';
}

/** The civil date of a cell in a format; ISO dates are read in every format. Null where it is none. */
export function dateOf(text: string, format: DateFormat): CivilDate | null {
  const iso = ISO.exec(text.trim());
  const slashed = format === 'YYYY-MM-DD' ? null : SLASHED.exec(text.trim());
  const [year, month, day] = iso ? [iso[1], iso[2], iso[3]] : slashed ? (format === 'DD/MM/YYYY' ? [slashed[3], slashed[2], slashed[1]] : [slashed[3], slashed[1], slashed[2]]) : [];
  if (!year) return null;
  const date = `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}`;
  return isCivilDate(date) ? date : null;
}

/** Which sign sets off the cents, seen over all amounts at once; throws BadBook where the column does not tell. */
export function decimalOf(values: readonly { text: string; line: number }[]): ',' | '.' {
  const first = { ',': undefined as number | undefined, '.': undefined as number | undefined };
  let unclear: number | undefined;
  for (const { text, line } of values) {
    const number = text.replace(/[^\d.,]/g, '');
    const last = /([.,])(\d+)$/.exec(number);
    if (!last) continue;
    const [sign, digits] = [last[1] as ',' | '.', last[2]!];
    const other = sign === ',' ? '.' : ',';
    if (digits.length !== 3 || number.includes(other)) first[sign] ??= line;
    // 1.234.567 can only be thousands, so the other sign is the decimal one.
    else if (number.split(sign).length > 2) first[other] ??= line;
    else unclear ??= line;
  }
  if (first[','] !== undefined && first['.'] !== undefined) throw new BadBook(`Line ${first[',']} writes cents after a comma and line ${first['.']} after a point. Put the file right, or say which with "decimal" in --columns MAP.json.`);
  if (first[','] !== undefined) return ',';
  if (first['.'] !== undefined) return '.';
  if (unclear !== undefined) throw new BadBook(`Amounts as on line ${unclear} may be thousands or decimals. Say which with --columns MAP.json: {"decimal": ","} or {"decimal": "."}.`);
  return '.';
}

/** Integer cents of a cell; null where it is no amount above zero with at most two decimals. */
export function centsOf(text: string, decimal: ',' | '.'): number | null {
  const number = text.replace(/^\s*(R\$|US\$|\$|€|BRL|USD|EUR)?\s*/, '').trim();
  const thousands = decimal === ',' ? '\\.' : ',';
  const match = new RegExp(`^(\\d{1,3}(?:${thousands}\\d{3})+|\\d+)(?:\\${decimal}(\\d{1,2}))?$`).exec(number);
  if (!match) return null;
  const cents = Number(match[1]!.replace(/[.,]/g, '')) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
  return cents > 0 && cents <= 99_999_999_999 ? cents : null;
}

const YES = ['yes', 'y', 'true', '1', 'sim', 's', 'x'];
const NO = ['', 'no', 'n', 'false', '0', 'nao', 'não'];

/** Whether a cell says yes; null where it says neither yes nor no. */
export function flagOf(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  return YES.includes(word) ? true : NO.includes(word) ? false : null;
}
