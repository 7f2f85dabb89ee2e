import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { readBankFile } from '@emdia/bank-files';
import { bytesOf, lines400, type Title, TITLES } from '../../../../libs/bank-files/test/synthetic';
import { type Body, gathered, pack, SLICE_ROWS, unpack } from './packed-file';
import { knownRows } from './row';

const titles = (rows: number): Title[] => Array.from({ length: rows }, (_, n) => ({ ...TITLES[n % TITLES.length]!, number: String(10_000_000 + n) }));
const fileOf = (rows: number): Uint8Array => bytesOf(lines400('341', titles(rows)));
/** In two parts. */
const kept = (bytes: Uint8Array): Body => ({ size_bytes: bytes.length, deflated: [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)].map((part) => deflateRawSync(part)) });

describe('a file as it is packed', () => {
  it('has every row in its order, and the rest of the file without them', async () => {
    const bytes = fileOf(2 * SLICE_ROWS + 7);
    const read = readBankFile(bytes);
    const { file, rows, slices } = await pack(kept(bytes));
    expect([rows, slices.length, file]).toEqual([read.rows.length, 3, { ...read, rows: [] }]);
    expect(slices.flatMap(unpack)).toEqual(read.rows.map(knownRows(read)));
  });

  it('is read while others have their turn', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await pack(kept(fileOf(5_000)));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(20);
  });

  it('is refused with its reason where nothing of it can be read, small or large', async () => {
    for (const words of [1, 40_000]) expect(await pack(kept(Buffer.from('bom dia '.repeat(words))))).toMatchObject({ rows: 0, slices: [], file: { posting: 'refused' } });
  });

  it('is not read where a part of it lacks', async () => {
    const { size_bytes, deflated } = kept(fileOf(3));
    await expect(pack({ size_bytes, deflated: deflated.slice(1) })).rejects.toThrow(/is kept with/);
  });

  it('is kept in the same parts however its bytes come', async () => {
    const bytes = fileOf(6_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    for (const size of [700_000, 2 ** 20, bytes.length]) {
      const body = await gathered((function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      })());
      expect([body.size_bytes, body.sha256]).toEqual([bytes.length, sha256]);
      const parts = body.deflated.map((part) => inflateRawSync(part));
      expect(parts.map(({ length }) => length)).toEqual([2 ** 20, 2 ** 20, bytes.length - 2 ** 21]);
      expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    }
    expect(await gathered([])).toMatchObject({ size_bytes: 0, deflated: [] });
  });
});
