import type { CivilDate } from '@emdia/calendar';
import type { Problem } from '../bank-file';
import { isCompeCode } from '../cnab/compe-codes';
import { date, dateOf, type Range, slice, whole } from '../cnab/fields';
import type { Content, Line } from '../decode';

const BATCH: Range = [4, 7];
const NUMBER_IN_BATCH: Range = [9, 13];

/** A file whose records come in the order they must. */
export interface Structure {
  bank: string;
  header: Line;
  trailer: Line;
  batches: number;
  records: number;
  /** Header and trailer of the first batch; null where there is none. */
  first: { header: Line; trailer: Line } | null;
}

/** A batch while its lines come. */
interface Batch {
  header: Line;
  /** The batch as its header and its first detail name it. */
  names: string[];
  details: number;
}

export const typeOf = (line: Line) => line.text[7] ?? '';
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

/** Why a line is no header of a return. */
function noHeader(header: Line): Problem | undefined {
  if (typeOf(header) !== '0' || slice(header.text, BATCH) !== '0000') return fault(header, 'the first line is no file header (batch 0000, record type 0)');
  const { mark } = markOf(header.text);
  if (mark === '1') return fault(header, 'this is a remittance to the bank, not a return (column 143 is 1)');
  if (mark !== '2') return fault(header, 'column 143 does not mark a return (2)');
  if (!isCompeCode(header.text.slice(0, 3))) return fault(header, `${JSON.stringify(header.text.slice(0, 3))} in columns 1-3 is no Brazilian bank`);
  return undefined;
}

/** Follows the lines between header and trailer. */
class Order {
  batches = 0;
  first: Structure['first'] = null;
  private open: Batch | undefined;

  constructor(private readonly bank: string) {}

  /** A problem where the next line has no place. */
  broken(line: Line): Problem | undefined {
    const type = typeOf(line);
    if (line.text.slice(0, 3) !== this.bank) return fault(line, `the line is not of bank ${this.bank}, which the header names`);
    // BTG numbers the batch in its lines and leaves it at zero in its header.
    const name = slice(line.text, BATCH);
    if (type === '1') {
      if (this.open) return fault(line, 'a batch begins before the last one ended');
      this.open = { header: line, names: [name], details: 0 };
      return undefined;
    }
    if (!/[2345]/.test(type)) return fault(line, `record type ${JSON.stringify(type)} has no place here`);
    if (!this.open) return fault(line, `record type ${type} outside a batch`);
    if (this.open.names.some((each) => each !== '0000' && each !== name)) return fault(line, 'the line names another batch than the one it stands in');
    if (type === '5') {
      this.batches++;
      this.first ??= { header: this.open.header, trailer: line };
      this.open = undefined;
    } else if (type === '3') return this.take(this.open, line, name);
    return undefined;
  }

  private take(open: Batch, line: Line, name: string): Problem | undefined {
    if (whole(line.text, NUMBER_IN_BATCH) !== open.details + 1) return fault(line, `record ${slice(line.text, NUMBER_IN_BATCH)} of its batch follows record ${open.details}`);
    if (open.details++ === 0) open.names.push(name);
    return undefined;
  }

  /** A problem where a batch has not ended. */
  unended(): Problem | undefined {
    return this.open && fault(this.open.header, 'the batch that begins here has no trailer');
  }
}

/** The parts of a CNAB 240 return, or where their order is broken. */
export function* structure(content: Content): Generator<undefined, { header?: Line } & (Structure | Problem)> {
  let header: Line | undefined;
  let last: Line | undefined;
  let order: Order | undefined;
  let problem: Problem | undefined;
  let records = 0;
  for (const lines of content.lines()) {
    for (const line of lines) {
      records++;
      if (!header) {
        const wrong = noHeader(line);
        if (wrong) return { header: line, ...wrong };
        header = line;
        order = new Order(line.text.slice(0, 3));
      } else if (last !== header) problem ??= order!.broken(last!);
      last = line;
    }
    yield;
  }
  if (!header || !last || !order) return fault(undefined, 'the file is empty');
  if (typeOf(last) !== '9') return { header, ...fault(last, 'the last line is no file trailer (record type 9): the file is cut off') };
  problem ??= order.unended();
  if (problem) return { header, ...problem };
  return { bank: header.text.slice(0, 3), header, trailer: last, batches: order.batches, records, first: order.first };
}
