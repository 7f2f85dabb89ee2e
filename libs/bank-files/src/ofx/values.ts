import { type CivilDate, isCivilDate } from '@emdia/calendar';
import { isCents } from '@emdia/money';

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text of an OFX value: entities resolved (those with a semicolon; a lone `&` stays), white space collapsed. */
export const ofxText = (raw: string): string =>
  raw
    .replace(/&(?:#(\d{1,6})|#x([0-9a-fA-F]{1,5})|(amp|lt|gt|quot|apos|nbsp));/g, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name) return NAMED[name] ?? ' ';
      const code = decimal ? Number(decimal) : parseInt(hex!, 16);
      return code > 0x1f && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
    })
    .replace(/\s+/g, ' ')
    .trim();

const PLAIN = /^\d{0,13}(?:[.,](\d*))?$/;
const GROUPED = /^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:[.,](\d{1,2}))?$/;

/** The whole digits and the decimals of an unsigned amount; null where it is none or can be read in two ways. */
function parts(text: string): [whole: string, decimals: string] | null {
  const grouped = GROUPED.exec(text);
  if (grouped) {
    const [, separator, decimals] = grouped;
    const groups = text.split(separator!);
    // One separator before three digits: `1.234` is a thousand and more to one bank and little more than one to another.
    if (decimals === undefined && groups.length === 2) return null;
    const whole = decimals === undefined ? text : text.slice(0, -decimals.length - 1);
    const mark = decimals === undefined ? null : text[text.length - decimals.length - 1];
    return mark === separator ? null : [whole.split(separator!).join(''), decimals ?? ''];
  }
  const plain = PLAIN.exec(text);
  if (!plain) return null;
  const decimals = plain[1] ?? '';
  // Some write more decimals than a cent has; zeros say nothing, anything else is no amount of cents.
  if (!/^\d{0,2}0*$/.test(decimals)) return null;
  return [text.split(/[.,]/)[0]!, decimals.slice(0, 2)];
}

/**
 * Cents of an amount as banks write it: point or comma for decimals, the other one for thousands, a sign before or after or brackets, blanks and zeros for
 * padding. Null where it is none, or where two readings are possible (`1.234`).
 */
export function ofxCents(raw: string): number | null {
  const text = raw.trim();
  const match = /^(\()?\s*([+-]?)\s*([\d.,]+)\s*(-?)(\))?$/.exec(text);
  if (!match || Boolean(match[1]) !== Boolean(match[5]) || (match[2] && match[4]) || ((match[1] || match[5]) && (match[2] || match[4]))) return null;
  const digits = match[3]!.replace(/^0+(?=\d)/, '');
  const found = /\d/.test(digits) ? parts(digits) : null;
  if (!found || found[0].length > 13) return null;
  const cents = Number(found[0] + found[1].padEnd(2, '0'));
  if (!isCents(cents)) return null;
  const negative = match[1] !== undefined || match[2] === '-' || match[4] === '-';
  return negative && cents !== 0 ? -cents : cents;
}

/** The civil date of an OFX date (`YYYYMMDD`, maybe time and zone), as written: the bank's day is the statement's day whatever the zone; zeros and nothing are null, a date that is none undefined. */
export function ofxDate(raw: string): CivilDate | null | undefined {
  const text = raw.trim();
  if (/^0*$/.test(text.replace(/\[.*$/, ''))) return null;
  const match = /^(\d{4})(\d{2})(\d{2})(?:\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)?\s*(?:\[[^\]]{1,20}\]?)?$/.exec(text);
  const date = match && `${match[1]}-${match[2]}-${match[3]}`;
  return isCivilDate(date) ? date : undefined;
}
