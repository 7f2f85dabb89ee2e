import { setImmediate as others } from 'node:timers/promises';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type BankFile, openBankFile } from '@emdia/bank-files';
import { type KnownRow, knownRows } from './row';

/** Rows of one transaction, which must not take longer than a second; a file that is under way goes on at their multiples. */
export const SLICE_ROWS = 500;

/** A file as it was read, without its rows; these in slices, packed: as objects a hundred thousand took 150 MB for as long as they were posted. */
export interface PackedFile {
  readonly file: BankFile;
  readonly rows: number;
  readonly slices: readonly Uint8Array[];
}

/** The bytes of a file as they are kept: in parts, each deflated, since most of a bank's file is blanks. */
export interface Body {
  readonly size_bytes: number;
  readonly deflated: readonly Uint8Array[];
}

/** Part after part; throws where they are not of that size. */
function* inflated({ size_bytes, deflated }: Body): Generator<Uint8Array> {
  let size = 0;
  for (const part of deflated) {
    const some = inflateRawSync(part);
    size += some.length;
    yield some;
  }
  if (size !== size_bytes) throw new Error(`A bank file of ${size_bytes} bytes is kept with ${size}.`);
}

const packed = (rows: readonly KnownRow[]): Uint8Array => deflateRawSync(JSON.stringify(rows), { level: 1 });

/** Reads a file, for a hundred thousand lines in seconds, of which the event loop gets its share after every few milliseconds: heartbeats and answers depend on it. */
export async function pack(body: Body): Promise<PackedFile> {
  const reading = openBankFile(() => inflated(body));
  let read = reading.next();
  for (; !read.done; read = reading.next()) await others();
  const { file, count, rows } = read.value;
  const known = knownRows(file);
  const slices: Uint8Array[] = [];
  let slice: KnownRow[] = [];
  for (const some of rows()) {
    for (const row of some) {
      slice.push(known(row));
      if (slice.length < SLICE_ROWS) continue;
      slices.push(packed(slice));
      slice = [];
    }
    await others();
  }
  if (slice.length > 0) slices.push(packed(slice));
  return { file, rows: count, slices };
}

export const unpack = (slice: Uint8Array): KnownRow[] => JSON.parse(inflateRawSync(slice).toString('utf8')) as KnownRow[];
