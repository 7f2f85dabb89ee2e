import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type BankFile, readBankFile } from '@emdia/bank-files';
import { type KnownRow, rowsOf } from './row';

/** Rows of one transaction, which must not take longer than a second; a file that is under way goes on at their multiples. */
export const SLICE_ROWS = 500;

/** A file as it was read, without its rows; these in slices, packed: as objects a hundred thousand took 150 MB for as long as they were posted. */
export interface PackedFile {
  readonly file: BankFile;
  readonly rows: number;
  readonly slices: readonly Uint8Array[];
}

const packed = (values: readonly unknown[]): Uint8Array => deflateRawSync(JSON.stringify(values), { level: 1 });

/** Reads a file; for a hundred thousand lines it takes seconds. */
export function pack(bytes: Uint8Array): PackedFile {
  const file = readBankFile(bytes);
  const slices: Uint8Array[] = [];
  let slice: KnownRow[] = [];
  for (const row of rowsOf(file)) {
    slice.push(row);
    if (slice.length < SLICE_ROWS) continue;
    slices.push(packed(slice));
    slice = [];
  }
  if (slice.length > 0) slices.push(packed(slice));
  return { file: { ...file, rows: [] }, rows: file.rows.length, slices };
}

export const unpack = (slice: Uint8Array): KnownRow[] => JSON.parse(inflateRawSync(slice).toString('utf8')) as KnownRow[];

/** The bytes of a file as they are kept: in parts, each deflated, since most of a bank's file is blanks. */
export interface Parts {
  readonly size_bytes: number;
  readonly deflated: readonly Uint8Array[];
}

/** Throws where the parts are not of that size. */
export function joined({ size_bytes, deflated }: Parts): Uint8Array {
  const bytes = new Uint8Array(size_bytes);
  let at = 0;
  for (const part of deflated) {
    const some = inflateRawSync(part);
    bytes.set(some, at);
    at += some.length;
  }
  if (at !== size_bytes) throw new Error(`A bank file of ${size_bytes} bytes is kept with ${at}.`);
  return bytes;
}

/** What is read in some 10 ms is not worth a thread of its own, which takes half a second to begin. */
const IN_PLACE_BYTES_MAX = 128 * 2 ** 10;
/** Young objects of a reader die at once; a thread of the default size would take 100 MB for them. */
const YOUNG_MB_MAX = 8;

/** Reads a file beside the event loop, on which heartbeats and answers depend. */
export function packAside(parts: Parts): Promise<PackedFile> {
  if (parts.size_bytes <= IN_PLACE_BYTES_MAX) return Promise.resolve(pack(joined(parts)));
  return new Promise((resolve, reject) => {
    const thread = new Worker(join(__dirname, 'packing-thread.ts'), { workerData: parts, execArgv: ['-r', '@swc-node/register'], resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB_MAX } });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`The thread that read a bank file ended with ${code}.`)));
  });
}
