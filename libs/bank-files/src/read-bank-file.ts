import { type BankFile, type FileKind, refused } from './bank-file';
import { readCnab240 } from './cnab240/cnab240';
import { readCnab400 } from './cnab400/cnab400';
import { decode, inColumns } from './decode';
import { readFebraban150 } from './febraban150/febraban150';
import { readOfx } from './ofx/ofx';
import { readPix } from './pix/pix';

/** Reads a file whose kind is known; `text` is `bytes` decoded by `decode`. Never throws for what a file may hold. */
export type Reader = (text: string, bytes: Uint8Array) => BankFile;

/** One reader for each kind. */
const READERS: Record<FileKind, Reader> = { cnab400: readCnab400, cnab240: readCnab240, febraban150: readFebraban150, ofx: readOfx, pix: readPix };

/** Columns of a line of the fixed-width kinds. */
const WIDTHS: Partial<Record<FileKind, number>> = { cnab400: 400, cnab240: 240, febraban150: 150 };

/** By how a fixed-width file begins and how long its lines are; a damaged header still shows the format by the length. */
function fixedWidthKind(text: string): FileKind | null {
  const [line = ''] = text.trimStart().split(/\r\n|\n|\r/, 1);
  if (/^\d{3}0{5}/.test(line) && line.length < 394) return 'cnab240';
  if (/^0[12]RE/.test(line) || /^\d/.test(line) && line.length >= 394 && line.length <= 402) return 'cnab400';
  if (/^\d{7}[01359]/.test(line) && line.length >= 100 && line.length <= 270) return 'cnab240';
  return /^[A-Z]\d/.test(line) && line.length >= 60 && line.length <= 170 ? 'febraban150' : null;
}

/** The kind a file looks like by its first characters; null where it looks like none. */
export function kindOf(text: string): FileKind | null {
  const start = text.slice(0, 4_096).trimStart();
  if (/^OFXHEADER/i.test(start) || /<OFX[\s>]|<\?OFX/i.test(start)) return 'ofx';
  if (start.startsWith('{') || start.startsWith('[')) return 'pix';
  return fixedWidthKind(start);
}

/** Reads any file of a bank; what cannot be read is a result with posting `refused` and the line and reason among its problems. */
export function readBankFile(bytes: Uint8Array): BankFile {
  const text = decode(bytes);
  const kind = kindOf(text);
  if (kind === null) return refused(null, [{ line: null, reason: 'this is no file that can be read here: no CNAB 400 or 240 return, FEBRABAN 150, OFX or Pix' }]);
  const width = WIDTHS[kind];
  return READERS[kind](width === undefined ? text : inColumns(text, bytes, width), bytes);
}
