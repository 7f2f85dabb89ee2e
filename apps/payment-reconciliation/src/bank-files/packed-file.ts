import { createHash } from 'node:crypto';
import { setImmediate as others } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ZlibOptions, deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { type BankFile, openBankFile } from '@emdia/bank-files';
import { type KnownRow, knownRows } from './row';

/** Rows of one transaction, which must not take longer than a second. What three of them have in hand outlives a garbage collection: with twice the rows, 14 MB more, and not faster. */
export const SLICE_ROWS = 250;

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

/** A body is deflated, sealed, kept and opened in parts: none stops the event loop for long. Parts of another size would mix with those of an upload that broke off. */
const PART_BYTES = 2 ** 20;
const QUICKLY: ZlibOptions = { level: 1 };
export const deflated = (bytes: Uint8Array): Promise<Uint8Array> => promisify<Uint8Array, ZlibOptions, Buffer>(deflateRaw)(bytes, QUICKLY);

/** A file's bytes as they come, in the parts in which they are kept: nowhere does it stand as a whole. */
export async function gathered(content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Body & { readonly sha256: string }> {
  const hash = createHash('sha256');
  const parts: Uint8Array[] = [];
  const part = Buffer.allocUnsafe(PART_BYTES);
  let [size_bytes, filled] = [0, 0];
  const keep = async () => {
    const some = part.subarray(0, filled);
    hash.update(some);
    parts.push(await deflated(some));
    filled = 0;
  };
  for await (const chunk of content) {
    size_bytes += chunk.length;
    for (let from = 0; from < chunk.length; ) {
      const some = chunk.subarray(from, from + PART_BYTES - filled);
      part.set(some, filled);
      from += some.length;
      filled += some.length;
      if (filled === PART_BYTES) await keep();
    }
  }
  if (filled > 0) await keep();
  return { size_bytes, deflated: parts, sha256: hash.digest('hex') };
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

const packed = (rows: readonly KnownRow[]): Uint8Array => deflateRawSync(JSON.stringify(rows), QUICKLY);

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
