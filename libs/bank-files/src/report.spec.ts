import { bytesOf, lines400, titlesOf } from '../test/synthetic';
import { kindOf, readBankFile } from './read-bank-file';
import { describeFile, fileJson } from './report';

const file = readBankFile(bytesOf(lines400('341', titlesOf('341'))));

describe('describeFile', () => {
  it('says what was read, settled, left over and why', () => {
    expect(describeFile(file).split('\n')).toEqual([
      'CNAB 400 return, bank 341, layout Itaú 400, of 2026-03-05',
      'Posting: ok: may be posted.',
      'Read: 6 rows of 1 account.',
      'Settled: 3 rows, BRL 374.66 paid.',
      '  credited on 2026-03-05: 2 rows, BRL 304.66',
      '  not yet credited: 1 row, BRL 70.00. Paid, but no money yet.',
      'Left over: 3 rows.',
      '  02 (entry confirmed): 1 row',
      '  09 (written off: the title ended, nobody paid): 1 row',
      '  28 (fees): 1 row',
      'The file says of itself: file_sequence 00007, detail_count 6, title_total_cents 62900.',
    ]);
  });
  it('of a refusal names line and reason, and no row', () => {
    expect(describeFile(readBankFile(bytesOf(lines400('341', titlesOf('341')).slice(0, -1))))).toBe([
      'CNAB 400 return, bank 341, layout Itaú 400', 'Posting: refused: refused whole: nothing of it may be posted.', 'Problems:',
      '  line 7: the last line is no trailer (type 9): the file is cut off',
    ].join('\n'));
  });
});

describe('fileJson', () => {
  it('has the keys that were agreed, in their order, and nothing else', () => {
    const json = fileJson(file) as { rows: object[]; totals: object };
    expect(Object.keys(json)).toEqual(['kind', 'bank', 'layout', 'posting', 'currency', 'accounts', 'rows', 'totals', 'trailer', 'problems']);
    expect(Object.keys(json.rows[0]!)).toEqual(['line', 'account', 'our_number', 'document_number', 'occurrence', 'settled', 'title_cents', 'gross_cents', 'net_cents', 'fee_cents',
      'interest_cents', 'discount_cents', 'due_date', 'paid_date', 'credit_date', 'external_id', 'payer']);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });
});

describe('a foreign file', () => {
  it.each(['', ' ', '\n\n', 'name;amount\nana;10', '<html></html>', '%PDF-1.7', '\u0000\u0001\u0002', 'PK\u0003\u0004'])('%j is refused', (text) => {
    const refusal = readBankFile(Buffer.from(text));
    expect([refusal.kind, refusal.posting, refusal.rows, refusal.problems.length]).toEqual([null, 'refused', [], 1]);
  });
  it('is told by how it begins', () => {
    expect(['OFXHEADER:100', '\n\n<?xml version="1.0"?><?OFX OFXHEADER="200"?>', '<OFX>', '{"pix":[]}', ' [ ]', lines400('001', [])[0]!].map(kindOf)).toEqual(['ofx', 'ofx', 'ofx', 'pix', 'pix', 'cnab400']);
  });
});
