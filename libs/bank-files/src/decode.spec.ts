import { bytesOf, lines240, lines400, type Title, TITLES, titlesOf } from '../test/synthetic';
import type { BankFile } from './bank-file';
import { Content, decode } from './decode';
import { openBankFile, readBankFile } from './read-bank-file';

/** Reads a file that comes in parts of so many bytes. */
function readInParts(bytes: Uint8Array, size: number): BankFile {
  const reading = openBankFile(function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  });
  for (;;) {
    const { done, value } = reading.next();
    if (!done) continue;
    const rows = [...value.rows()].flat();
    expect([value.file.rows, value.count, [...value.rows()].flat()]).toEqual([[], rows.length, rows]);
    return { ...value.file, rows };
  }
}

const many: Title[] = Array.from({ length: 700 }, (_, n) => ({ ...TITLES[n % TITLES.length]!, number: String(10_000_000 + n), document: n === 650 ? 'AÇÃO' : `A${n}` }));

describe('a file that comes in parts', () => {
  it.each([1, 7, 4_096, 100_000])('of %d bytes is read as if it came whole', (size) => {
    for (const file of [
      bytesOf(lines400('341', titlesOf('341'))), bytesOf(lines240('001', TITLES), '\r'), Buffer.concat([Buffer.from('EFBBBF', 'hex'), bytesOf(lines400('237', titlesOf('237')), '\n', 'utf8')]),
      bytesOf(['bom dia']), Buffer.alloc(0),
    ])
      expect(readInParts(file, size)).toEqual(readBankFile(file));
  });

  it('has its encoding by all of it, and its lines whole and numbered across stretches', () => {
    for (const [encoding, lineEnd] of [['latin1', '\r\n'], ['utf8', '\n'], ['utf8', '\r']] as const) {
      const lines = lines400('001', many);
      const bytes = bytesOf(lines, lineEnd, encoding);
      expect(bytes.length).toBeGreaterThan(4 * 64 * 2 ** 10);
      expect([...Content.of(() => [bytes]).lines()].flat()).toEqual(lines.map((text, at) => ({ number: at + 1, text })));
      expect(readInParts(bytes, 50_001)).toEqual(readBankFile(bytes));
    }
  });

  it('keeps a byte order mark that is not at its start', () => {
    const bytes = Buffer.from('\uFEFFa\n\uFEFFb\n\u00EF\u00BB\u00BFc');
    expect(decode(bytes)).toBe('a\n\uFEFFb\n\u00EF\u00BB\u00BFc');
  });

  it('pauses while it is read', () => {
    let turns = 0;
    for (const reading = openBankFile(() => [bytesOf(lines400('341', many))]); !reading.next().done; ) turns++;
    // Twice through five stretches: for their order, and for what the rows come to.
    expect(turns).toBe(10);
  });
});
