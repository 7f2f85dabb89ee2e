import { type BankFile, type FileKind, refused } from './bank-file';
import { decode } from './decode';

/** Reads a file whose kind is known; `text` is `bytes` decoded by `decode`. Never throws for what a file may hold. */
export type Reader = (text: string, bytes: Uint8Array) => BankFile;

/** One reader for each kind. */
const READERS: Partial<Record<FileKind, Reader>> = {};

/** The kind a file looks like by its first characters; null where it looks like none. */
export function kindOf(text: string): FileKind | null {
  const start = text.slice(0, 4_096).trimStart();
  if (/^OFXHEADER/i.test(start) || /<OFX[\s>]|<\?OFX/i.test(start)) return 'ofx';
  if (start.startsWith('{') || start.startsWith('[')) return 'pix';
  return null;
}

/** Reads any file of a bank; what cannot be read is a result with posting `refused` and the line and reason among its problems. */
export function readBankFile(bytes: Uint8Array): BankFile {
  const text = decode(bytes);
  const kind = kindOf(text);
  const read = kind && READERS[kind];
  if (!read) return refused(kind, [{ line: null, reason: 'this is no file that can be read here: no CNAB 400 or 240 return, FEBRABAN 150, OFX or Pix' }]);
  return read(text, bytes);
}
