import { type BankFile, type FileKind, opened, type OpenFile, type Opening, refused } from './bank-file';
import { readCnab240 } from './cnab240/cnab240';
import { readCnab400 } from './cnab400/cnab400';
import { Content, type Parts } from './decode';
import { readFebraban150 } from './febraban150/febraban150';
import { readOfx } from './ofx/ofx';
import { readPix } from './pix/pix';

/** Reads a file whose kind is known. Never throws for what a file may hold. */
type Reader = (content: Content) => Opening | OpenFile;

/** One reader for each kind. Returns of boletos are as large as a biller's day; those are read stretch by stretch, the others at once. */
const READERS: Record<FileKind, Reader> = {
  cnab400: readCnab400, cnab240: readCnab240, febraban150: readFebraban150, ofx: (content) => opened(readOfx(content.text())), pix: (content) => opened(readPix(content.text())),
};

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

const KIND_CHARACTERS = 4_096;

/** The kind a file looks like by its first characters; null where it looks like none. */
export function kindOf(text: string): FileKind | null {
  const start = text.slice(0, KIND_CHARACTERS).trimStart();
  if (/^OFXHEADER/i.test(start) || /<OFX[\s>]|<\?OFX/i.test(start)) return 'ofx';
  if (start.startsWith('{') || start.startsWith('[')) return 'pix';
  return fixedWidthKind(start);
}

/** Opens any file of a bank; what cannot be read is a result with posting `refused` and the line and reason among its problems. */
export function* openBankFile(parts: Parts): Opening {
  const content = Content.of(parts);
  const kind = kindOf(content.start(KIND_CHARACTERS));
  if (kind === null) return opened(refused(null, [{ line: null, reason: 'this is no file that can be read here: no CNAB 400 or 240 return, FEBRABAN 150, OFX or Pix' }]));
  const width = WIDTHS[kind];
  const reading = READERS[kind](width === undefined ? content : content.inColumns(width));
  return 'file' in reading ? reading : yield* reading;
}

/** Reads any file of a bank at once, with all its rows; see `openBankFile`. */
export function readBankFile(bytes: Uint8Array): BankFile {
  const reading = openBankFile(() => [bytes]);
  for (;;) {
    const { done, value } = reading.next();
    if (done) return { ...value.file, rows: [...value.rows()].flat() };
  }
}
