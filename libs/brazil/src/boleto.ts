import { boletoDigit, modulo10, modulo11 } from './check-digits';

/** A boleto of a bank: what its 44 digits say. Amounts are integer cents of BRL, dates `YYYY-MM-DD`. */
export interface BankSlip {
  readonly kind: 'bank';
  readonly barcode: string;
  readonly line: string;
  readonly bank: string;
  /** Days since the base date of its cycle, four digits; `0000`: no due date. */
  readonly due_factor: string;
  readonly due_date: string | null;
  /** 0 where the payer types the amount. */
  readonly amount_cents: number;
  /** Twenty-five digits whose meaning is the bank's: our number, agreement, wallet. */
  readonly free_field: string;
}

/** A slip of a utility, tax or fee (arrecadação), whose line has 48 digits. */
export interface UtilitySlip {
  readonly kind: 'utility';
  readonly barcode: string;
  readonly line: string;
  /** 1 town, 2 water, 3 electricity and gas, 4 telephone, 5 government, 6 others by CNPJ, 7 traffic fines, 9 banks (FEBRABAN). */
  readonly segment: number;
  /** Null where the field holds a quantity of something other than money. */
  readonly amount_cents: number | null;
}

/** A text that is no slip, with the reason in words. */
export interface NoSlip {
  readonly kind: 'none';
  readonly reason: string;
}

const DAY_MS = 86_400_000;
const FIRST_CYCLE = Date.UTC(2000, 6, 3) / DAY_MS;
// The factor went from 9999 on 2025-02-21 to 1000 on 2025-02-22, and does so again every 9,000 days.
const CYCLE_DAYS = 9_000;
const CYCLES = 2;

/** Days since 1970-01-01 of a `YYYY-MM-DD`. The calendar's own arithmetic cannot serve: it needs this library for the states. */
function dayOf(date: string): number {
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  if (!Number.isInteger(day) || isoOf(day) !== date) throw new RangeError('not a civil date (YYYY-MM-DD)');
  return day;
}

const isoOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The days a due factor may mean, one per cycle (from 2000-07-03 and from 2025-02-22); none for `0000`, and none below 1000, which no slip carries. */
export function dueDates(factor: string): string[] {
  if (!/^[1-9][0-9]{3}$/.test(factor)) return [];
  return Array.from({ length: CYCLES }, (_, cycle) => isoOf(FIRST_CYCLE + Number(factor) - 1_000 + cycle * CYCLE_DAYS));
}

/** The day a due factor means on a slip issued about a date (`YYYY-MM-DD`): of its cycles the one nearest to it; null where the factor names no day. Throws RangeError where the date is none. */
export function dueDate(factor: string, near: string): string | null {
  const issued = dayOf(near);
  const distance = (date: string) => Math.abs(dayOf(date) - issued);
  return dueDates(factor).reduce<string | null>((best, date) => (best !== null && distance(best) < distance(date) ? best : date), null);
}

/** The due factor of a date, four digits; throws RangeError before 2000-07-03 and after the second cycle. */
export function dueFactor(date: string): string {
  const days = dayOf(date) - FIRST_CYCLE;
  if (!(days >= 0 && days < CYCLES * CYCLE_DAYS)) throw new RangeError('no due factor stands for this date');
  return String((days % CYCLE_DAYS) + 1_000);
}

const none = (reason: string): NoSlip => ({ kind: 'none', reason });

function bankLine(barcode: string): string {
  const free = barcode.slice(19);
  const fields = [barcode.slice(0, 4) + free.slice(0, 5), free.slice(5, 15), free.slice(15)];
  return fields.map((field) => field + modulo10(field)).join('') + barcode[4] + barcode.slice(5, 19);
}

const bankBarcode = (line: string): string => line.slice(0, 4) + line.slice(32) + line.slice(4, 9) + line.slice(10, 20) + line.slice(21, 31);

/** The check digit of a utility slip and of the four blocks of its line: modulo 10, or modulo 11 where 10 becomes 0, by its third digit. */
const utilityDigit = (barcode: string, digits: string): number => (barcode[2]! < '8' ? modulo10(digits) : modulo11(digits) % 10);

const utilityLine = (barcode: string): string => barcode.match(/.{11}/g)!.map((block) => block + utilityDigit(barcode, block)).join('');

const utilityBarcode = (line: string): string => line.match(/.{12}/g)!.map((block) => block.slice(0, 11)).join('');

function readUtility(digits: string): UtilitySlip | NoSlip {
  if (digits.length === 47) return none('a slip that begins with 8 has a line of 48 digits, this one has 47');
  const barcode = digits.length === 44 ? digits : utilityBarcode(digits);
  if (!'6789'.includes(barcode[2]!)) return none('the third digit of a utility slip is 6, 7, 8 or 9');
  const line = utilityLine(barcode);
  if (digits.length === 48) for (let block = 0; block < 4; block++) if (digits[block * 12 + 11] !== line[block * 12 + 11]) return none(`the check digit of block ${block + 1} is wrong`);
  if (Number(barcode[3]) !== utilityDigit(barcode, barcode.slice(0, 3) + barcode.slice(4))) return none('the general check digit is wrong');
  // 6 and 8 say that the field holds reais, 7 and 9 that it holds a quantity to be multiplied by some index.
  return { kind: 'utility', barcode, line, segment: Number(barcode[1]), amount_cents: '68'.includes(barcode[2]!) ? Number(barcode.slice(4, 15)) : null };
}

function readBank(digits: string, near: string): BankSlip | NoSlip {
  if (digits.length === 48) return none('a line of 48 digits begins with 8');
  const barcode = digits.length === 44 ? digits : bankBarcode(digits);
  const line = bankLine(barcode);
  if (digits.length === 47) for (const [field, at] of [9, 20, 31].entries()) if (digits[at] !== line[at]) return none(`the check digit of field ${field + 1} is wrong`);
  if (Number(barcode[4]) !== boletoDigit(barcode.slice(0, 4) + barcode.slice(5))) return none('the general check digit is wrong');
  if (barcode[3] !== '9') return none('the currency code is not 9 (real)');
  const due_factor = barcode.slice(5, 9);
  const due_date = dueDate(due_factor, near);
  if (due_date === null && due_factor !== '0000') return none('the due factor is below 1000');
  return { kind: 'bank', barcode, line, bank: barcode.slice(0, 3), due_factor, due_date, amount_cents: Number(barcode.slice(9, 19)), free_field: barcode.slice(19) };
}

/**
 * Reads a barcode (44 digits) or typed line (47, utilities 48), with or without dots, hyphens and blanks, and checks every check digit. `near` is the
 * issue date, or the day it was met where that is unknown: a due factor means two days 9,000 days apart, and the nearest is taken.
 */
export function readSlip(text: string, near: string): BankSlip | UtilitySlip | NoSlip {
  const digits = text.replace(/[.\s-]/g, '');
  if (!/^[0-9]*$/.test(digits)) return none('there is something other than digits');
  if (![44, 47, 48].includes(digits.length)) return none(`a barcode has 44 digits and a line 47 or 48, this has ${digits.length}`);
  return digits[0] === '8' ? readUtility(digits) : readBank(digits, near);
}
