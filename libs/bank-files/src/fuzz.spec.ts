import { check, fuzz, ORIGINALS } from '../test/fuzz';
import type { FileKind } from './bank-file';
import { readBankFile } from './read-bank-file';

const KINDS = Object.keys(ORIGINALS) as FileKind[];

describe('2,000 mutated files', () => {
  it.each(KINDS)('of %s: no crash, no hang, no money out of nothing', (kind) => {
    for (const original of ORIGINALS[kind]) expect([readBankFile(original).kind, readBankFile(original).totals.settled_rows > 0]).toEqual([kind, true]);
    const { postings } = fuzz(kind, 2_000, 1);
    // Were all inputs refused, nothing but the header would be under test.
    expect(postings.refused).toBeGreaterThan(100);
    expect(postings.refused).toBeLessThan(1_900);
  });
});

describe('check', () => {
  it('holds for what is no file at all', () => {
    for (const bytes of [new Uint8Array(), Buffer.alloc(1_000), Buffer.from('\n'.repeat(1_000)), Buffer.from('['.repeat(100_000)), Buffer.from('<OFX>'.repeat(20_000))])
      expect(check(bytes)).toBe('refused');
  });
});
