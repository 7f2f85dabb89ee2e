import { bytesOf, lines150, SLIPS } from '../../test/synthetic';
import { readBankFile } from '../read-bank-file';

const read = (lines: readonly string[]) => readBankFile(bytesOf(lines));
const good = lines150('104', SLIPS);
const at = (line: string, column: number, text: string) => line.slice(0, column - 1) + text + line.slice(column - 1 + text.length);

describe('a FEBRABAN 150 return', () => {
  it('has every slip that was paid, its amount and due date as its barcode says', () => {
    const file = read(good);
    expect([file.kind, file.bank, file.layout, file.posting, file.problems]).toEqual(['febraban150', '104', { name: 'FEBRABAN 150 arrecadação', fallback: false }, 'ok', []]);
    expect(file.header).toMatchObject({ agreement: 'CONVENIO 77', sequence: '000042', generated_on: '2026-03-05' });
    expect(file.rows.map((row) => [row.line, row.settled, row.gross_cents, row.fee_cents, row.title_cents, row.paid_date, row.credit_date, row.due_date])).toEqual([
      [2, true, 5_990, 120, 5_990, '2026-03-09', '2026-03-10', '2026-03-10'], [3, true, 7_000, 120, null, '2026-03-09', '2026-03-11', null],
      [4, true, 1_234, 0, 1_234, '2026-03-09', null, '2026-03-15'],
    ]);
    expect(file.rows.map((row) => [row.document_number, row.our_number?.length, row.external_id, row.account])).toEqual([
      [SLIPS[0]!.barcode, 25, 'AUT0001', '12340000056789'], [SLIPS[1]!.barcode, 25, null, '12340000056789'], [SLIPS[2]!.barcode, 21, null, '12340000056789']]);
    expect([file.totals, file.trailer]).toEqual([{ settled_rows: 3, gross_cents: 14_224 }, { record_count: 5, total_cents: 14_224 }]);
  });

  it('may lack its trailing blanks, number nothing, count payments alone, and hold records of other kinds', () => {
    expect(read(good.map((line) => line.trimEnd())).rows).toEqual(read(good).rows);
    expect(read(good.map((line) => (line[0] === 'G' ? at(line, 101, '00000000') : line))).posting).toBe('ok');
    expect(read(good.with(-1, at(good.at(-1)!, 2, '000003'))).posting).toBe('ok');
    const more = read(good.toSpliced(2, 0, 'B something').with(-1, at(good.at(-1)!, 2, '000006')));
    expect([more.posting, more.rows.length, more.problems.length]).toEqual(['ok', 3, 1]);
  });

  it('checks itself: another total waits for a person, another count alone warns', () => {
    const total = read(good.with(-1, at(good.at(-1)!, 8, '00000000000014225')));
    expect([total.posting, total.problems]).toEqual(['needs_confirmation', [{ line: 5, reason: 'the trailer totals 142.25, the payments sum to 142.24: a difference of 0.01' }]]);
    expect(read(good.with(-1, at(good.at(-1)!, 2, '000009'))).posting).toBe('warning');
    expect(read(good.with(2, at(good[2]!, 82, '00000000700X'))).posting).toBe('needs_confirmation');
    expect(read(good.toSpliced(2, 1)).posting).toBe('needs_confirmation');
  });

  it.each<[string, readonly string[], number, string]>([
    ['without header', good.slice(1), 1, 'no header'], ['without trailer', good.slice(0, -1), 4, 'no trailer'],
    ['that is a remittance', good.with(0, `A1${good[0]!.slice(2)}`), 1, 'remittance'], ['of a code that is no bank', good.with(0, at(good[0]!, 43, '999')), 1, '"999"'],
    ['with a payment twice', good.toSpliced(2, 0, good[1]!), 3, 'payment number 1 follows 1'], ['with payments swapped', good.with(1, good[2]!).with(2, good[1]!), 3, 'payment number 1 follows 2'],
    ['with a second header', good.toSpliced(2, 0, good[0]!), 3, 'type "A"'], ['with something else inside', good.toSpliced(2, 0, '00100000'), 3, 'type "0"'],
  ])('%s is refused whole', (_, lines, line, reason) => {
    const { kind, posting, rows, problems } = read(lines);
    expect([kind, posting, rows, problems]).toEqual(['febraban150', 'refused', [], [{ line, reason: expect.stringContaining(reason) }]]);
  });
});
