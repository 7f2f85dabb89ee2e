import { bytesOf, lines240, lines400, type Title } from '../test/synthetic';
import { ourNumberKey } from './our-number';
import { readBankFile } from './read-bank-file';
import { fileNumber, rowIdentity } from './row-identity';

const title: Title = { code: '06', number: '0001234', title: 5_000, paid: 5_000, on: '2026-03-04', document: 'A1' };
const ids = (lines: string[], lineEnd?: string, encoding?: BufferEncoding) => {
  const file = readBankFile(bytesOf(lines, lineEnd, encoding));
  return file.rows.map((row) => rowIdentity(file, row));
};

describe('rowIdentity', () => {
  it('is the same for the same file in other bytes, and among other rows', () => {
    const lines = lines400('341', [title, { ...title, number: '0001235' }]);
    expect(ids(lines.map((line) => line.replace('SOL', 'SÃO')), '\n', 'utf8')).toEqual(ids(lines));
    expect(ids(lines400('341', [{ ...title, number: '0001235' }]))).toEqual([ids(lines)[1]]);
  });
  it('tells equal rows of one file apart, and rows that differ in what matters', () => {
    expect(new Set(ids(lines400('341', [title, title, title]))).size).toBe(3);
    const others: Partial<Title>[] = [{ number: '0001235' }, { code: '08' }, { on: '2026-03-05' }, { paid: 5_001 }];
    expect(new Set(ids(lines400('341', [title, ...others.map((other) => ({ ...title, ...other }))]))).size).toBe(5);
    expect(ids(lines400('237', [title]))).not.toEqual(ids(lines400('341', [title])));
  });
  it('does not change when the payment is told again, now credited', () => {
    expect(ids(lines400('341', [{ ...title, credit: '2026-03-05' }]))).toEqual(ids(lines400('341', [title])));
  });
  it('is of rows of the file', () => {
    const file = readBankFile(bytesOf(lines400('341', [title])));
    expect(() => rowIdentity(file, { ...file.rows[0]! })).toThrow(RangeError);
  });
});

describe('fileNumber', () => {
  it('is the same for a file and its correction, and null for a file without one', () => {
    const number = (lines: string[]) => fileNumber(readBankFile(bytesOf(lines)));
    expect(number(lines240('001', [title]))).toBe(number(lines240('001', [{ ...title, paid: 5_001 }])));
    expect(number(lines240('001', [title]))).toContain('000042');
    expect(number(lines400('422', [title]))).toBeNull();
  });
});

describe('ourNumberKey', () => {
  it.each([
    ['237', '51350000004P', '51350000004'], ['237', '513.500.000.04-P', '51350000004'], ['237', '5135000000', '5135000000'], ['033', '00001408', '140'], ['033', '0000000001408', '140'],
    ['001', '14499570000020673', '14499570000020673'], ['001', '012345678901', '1234567890'], ['341', '00231327', '231327'], ['104', '24000000011136997', '24000000011136997'],
    ['041', '2283256350', '22832563'], ['756', '0000008301', '830'], [null, 'ab-01', 'AB01'], ['748', '172000595', '172000595'], ['001', '00000000000000000', ''],
  ])('of bank %s makes %s to %s', (bank, text, key) => expect(ourNumberKey(bank, text)).toBe(key));
});
