import { type BankFile, type FileKind, refused } from './bank-file';
import { readCnab240 } from './cnab240/cnab240';
import { readCnab400 } from './cnab400/cnab400';
import { decode } from './decode';
import { readFebraban150 } from './febraban150/febraban150';
import { readOfx } from './ofx/ofx';
import { readPix } from './pix/pix';

/** Reads a file whose kind is known; `text` is `bytes` decoded by `decode`. Never throws for what a file may hold. */
export type Reader = (text: string, bytes: Uint8Array) => BankFile;

/** One reader for each kind. */
const READERS: Partial<Record<FileKind, Reader>> = { cnab400: readCnab400, cnab240: readCnab240, febraban150: readFebraban150, ofx: readOfx, pix: readPix };

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
  const read = kind && READERS[kind];
  if (!read) return refused(kind, [{ line: null, reason: 'this is no file that can be read here: no CNAB 400 or 240 return, FEBRABAN 150, OFX or Pix' }]);
  return read(text, bytes);
}
