import { deflateRawSync } from 'node:zlib';
import { readBankFile } from '@emdia/bank-files';
import { bytesOf, lines400, type Title, TITLES } from '../../../../libs/bank-files/test/synthetic';
import { joined, pack, packAside, type Parts, SLICE_ROWS, unpack } from './packed-file';
import { rowsOf } from './row';

const titles = (rows: number): Title[] => Array.from({ length: rows }, (_, n) => ({ ...TITLES[n % TITLES.length]!, number: String(10_000_000 + n) }));
const fileOf = (rows: number): Uint8Array => bytesOf(lines400('341', titles(rows)));
/** In two parts. */
const kept = (bytes: Uint8Array): Parts => ({ size_bytes: bytes.length, deflated: [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)].map((part) => deflateRawSync(part)) });

describe('a file as it is packed', () => {
  it('has every row in its order, and the rest of the file without them', () => {
    const bytes = fileOf(2 * SLICE_ROWS + 7);
    const read = readBankFile(bytes);
    const { file, rows, slices } = pack(bytes);
    expect([rows, slices.length, file]).toEqual([read.rows.length, 3, { ...read, rows: [] }]);
    expect(slices.flatMap(unpack)).toEqual([...rowsOf(read)]);
  });

  it('is the same where a thread reads it, which leaves the event loop alone', async () => {
    const bytes = fileOf(5_000);
    const expected = pack(bytes);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const packed = await packAside(kept(bytes));
    clearInterval(timer);
    expect({ ...packed, slices: packed.slices.flatMap(unpack) }).toEqual({ ...expected, slices: expected.slices.flatMap(unpack) });
    expect(turns).toBeGreaterThan(5);
  });

  it('is refused with its reason where nothing of it can be read, small or large', async () => {
    for (const words of [1, 40_000]) expect(await packAside(kept(Buffer.from('bom dia '.repeat(words))))).toMatchObject({ rows: 0, slices: [], file: { posting: 'refused' } });
  });

  it('is not read where a part of it lacks', () => {
    const { size_bytes, deflated } = kept(fileOf(3));
    expect(() => joined({ size_bytes, deflated: deflated.slice(1) })).toThrow(/is kept with/);
  });
});
