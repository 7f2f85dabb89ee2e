import type { CivilDate } from '@emdia/calendar';
import type { Problem } from '../bank-file';
import { isCompeCode } from '../cnab/compe-codes';
import { date, dateOf, type Range, slice, whole } from '../cnab/fields';
import type { Line } from '../decode';

const BATCH: Range = [4, 7];
const NUMBER_IN_BATCH: Range = [9, 13];

/** A batch as it stands in the file. */
export interface Batch { header: Line; details: Line[]; trailer: Line }

/** A file whose records come in the order they must. */
export interface Structure { bank: string; header: Line; batches: Batch[]; trailer: Line; records: number }

const typeOf = (line: Line) => line.text[7] ?? '';
const fault = (line: Line | undefined, reason: string): Problem => ({ line: line?.number ?? null, reason });

/**
 * The mark of a return (`2`, or `1` for a remittance) and the date after it: in column 143, or, where a program shortened the names
 * before it and so moved it to the left, wherever mark, date and time stand together.
 */
export function markOf(header: string): { mark: string; generated_on: CivilDate | null; moved: boolean } {
  const mark = header[142] ?? '';
  if (mark === '1' || mark === '2') return { mark, generated_on: date(header, [144, 151], 'DDMMYYYY'), moved: false };
  const found = /(?<!\d)([12])(\d{8})\d{6}/.exec(header.slice(90));
  const generated = found ? dateOf(found[2]!, 'DDMMYYYY') : null;
  return generated === null ? { mark: '', generated_on: null, moved: false } : { mark: found![1]!, generated_on: generated, moved: true };
}

/** The first and the last line; a problem where they are no return's. */
function ends(lines: readonly Line[]): Problem | undefined {
  const [header] = lines;
  const trailer = lines.at(-1);
  if (!header || !trailer) return fault(undefined, 'the file is empty');
  if (typeOf(header) !== '0' || slice(header.text, BATCH) !== '0000') return fault(header, 'the first line is no file header (batch 0000, record type 0)');
  const { mark } = markOf(header.text);
  if (mark === '1') return fault(header, 'this is a remittance to the bank, not a return (column 143 is 1)');
  if (mark !== '2') return fault(header, 'column 143 does not mark a return (2)');
  if (!isCompeCode(header.text.slice(0, 3))) return fault(header, `${JSON.stringify(header.text.slice(0, 3))} in columns 1-3 is no Brazilian bank`);
  if (typeOf(trailer) !== '9') return fault(trailer, 'the last line is no file trailer (record type 9): the file is cut off');
  return undefined;
}

/** Adds a detail to its batch; a problem where its number does not follow. */
function take(batch: Batch, line: Line): Problem | undefined {
  const number = whole(line.text, NUMBER_IN_BATCH);
  const last = batch.details.at(-1);
  const expected = last ? whole(last.text, NUMBER_IN_BATCH)! + 1 : 1;
  if (number !== expected) return fault(line, `record ${slice(line.text, NUMBER_IN_BATCH)} of its batch follows record ${expected - 1}`);
  batch.details.push(line);
  return undefined;
}

/** Parts the lines of a CNAB 240 return, or says where their order is broken. */
export function structure(lines: readonly Line[]): Structure | Problem {
  const broken = ends(lines);
  if (broken) return broken;
  const bank = lines[0]!.text.slice(0, 3);
  const batches: Batch[] = [];
  let open: Batch | undefined;
  for (const line of lines.slice(1, -1)) {
    const type = typeOf(line);
    if (line.text.slice(0, 3) !== bank) return fault(line, `the line is not of bank ${bank}, which the header names`);
    if (type === '1') {
      if (open) return fault(line, 'a batch begins before the last one ended');
      open = { header: line, details: [], trailer: line };
      continue;
    }
    if (!/[2345]/.test(type)) return fault(line, `record type ${JSON.stringify(type)} has no place here`);
    if (!open) return fault(line, `record type ${type} outside a batch`);
    // BTG numbers the batch in its lines and leaves it at zero in its header.
    const named = [open.header, ...open.details.slice(0, 1)].map(({ text }) => slice(text, BATCH)).filter((batch) => batch !== '0000');
    if (named.some((batch) => batch !== slice(line.text, BATCH))) return fault(line, 'the line names another batch than the one it stands in');
    if (type === '5') {
      batches.push({ ...open, trailer: line });
      open = undefined;
    } else if (type === '3') {
      const problem = take(open, line);
      if (problem) return problem;
    }
  }
  if (open) return fault(open.header, 'the batch that begins here has no trailer');
  return { bank, header: lines[0]!, batches, trailer: lines.at(-1)!, records: lines.length };
}
