import { BANKS_240, bytesOf, lines240, put, type Title, TITLES } from '../../test/synthetic';
import { readBankFile } from '../read-bank-file';

const read = (lines: readonly string[], lineEnd?: string) => readBankFile(bytesOf(lines, lineEnd));
const at = (line: string, column: number, text: string) => line.slice(0, column - 1) + text + line.slice(column - 1 + text.length);
/** Numbers the details anew and counts the records anew, as a bank would have. */
function recounted(lines: readonly string[]): string[] {
  let number = 0;
  const details = lines.filter((line) => line[7] === '3').length;
  return lines.map((line) => {
    if (line[7] === '3') return at(line, 9, String(++number).padStart(5, '0'));
    if (line[7] === '5') return at(line, 18, String(details + 2).padStart(6, '0'));
    return line[7] === '9' ? at(line, 24, String(lines.length).padStart(6, '0')) : line;
  });
}
const one = (bank: string, title: Partial<Title>) => read(lines240(bank, [{ code: '06', number: '1', title: 10_000, paid: 10_000, on: '2026-03-04', ...title }])).rows[0]!;
// At Itaú 04 and the like have other meanings, and 09 and 28 are the same.
const titles = TITLES;

describe('a CNAB 240 return', () => {
  it.each(BANKS_240)('of bank %s', (bank) => {
    const file = read(lines240(bank, titles));
    expect([file.kind, file.bank, file.layout?.fallback, file.posting, file.currency]).toEqual(['cnab240', bank, bank === '422', 'ok', 'BRL']);
    expect([file.header.generated_on, file.header.sequence, file.header.credit_date, file.trailer.file_record_count]).toEqual(['2026-03-05', '000042', '2026-03-05', 16]);
    expect(file.rows.map((row) => [row.line, row.our_number, row.document_number, row.settled, row.title_cents, row.paid_date, row.due_date, row.credit_date])).toEqual(
      titles.map((t, i) => [2 * i + 3, t.number, t.document ?? null, [1, 2, 3].includes(i), t.title, t.on, t.due ?? null, t.credit ?? null]));
    expect(file.rows.map((row) => [row.gross_cents, row.fee_cents, row.interest_cents, row.discount_cents, row.rebate_cents])).toEqual(
      titles.map((t) => [t.paid, t.fee ?? 0, t.interest ?? 0, t.discount ?? 0, t.rebate ?? 0]));
    expect(file.rows[1]).toMatchObject({ payer: 'FULANO DE TAL', payer_document: '12ABC34501DE35' });
    expect(file.totals).toEqual({ settled_rows: 3, gross_cents: 37_466 });
  });

  it('gives the net amount as the bank means it: less the fee or not', () => {
    expect(one('001', { fee: 500, net: 9_500 })).toMatchObject({ gross_cents: 10_000, net_cents: 9_500 });
    expect(one('104', { fee: 125 })).toMatchObject({ gross_cents: 10_000, net_cents: 10_000 });
    expect(one('341', { fee: 210 })).toMatchObject({ gross_cents: 10_000, net_cents: 9_790 });
  });

  it('knows a payment by the code alone', () => {
    const settledAt = (bank: string) => Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0')).filter((code) => one(bank, { code }).settled).join(' ');
    expect(Object.fromEntries(BANKS_240.map((bank) => [bank, settledAt(bank)]))).toEqual({
      ...Object.fromEntries(BANKS_240.map((bank) => [bank, '06 17'])), '104': '06 17 46', '341': '06 07 08',
    });
    expect(one('041', { code: 'AB' }).settled).toBe(false);
  });

  it('is read the same with stripped blanks, longer lines and other line ends', () => {
    const lines = lines240('001', titles);
    const { rows } = read(lines);
    expect(read(lines.map((line) => line.trimEnd())).rows).toEqual(rows);
    expect(read(lines.map((line, i) => (i % 3 === 0 ? line.slice(0, 239) : `${line}${' '.repeat((i * 13) % 27)}`)), '\n').rows).toEqual(rows);
  });

  it('may number the batch in its lines alone, and may have segments besides T and U', () => {
    const lines = lines240('208', titles);
    expect(read(lines.with(1, at(lines[1]!, 4, '0000'))).posting).toBe('ok');
    const y = put(240, [1, '20800013'], [9, '00000'], [14, 'Y']);
    const more = read(recounted(lines.toSpliced(3, 0, y).toSpliced(5, 0, y)));
    expect([more.posting, more.totals]).toEqual(['ok', { settled_rows: 3, gross_cents: 37_466 }]);
  });

  it('tells where the mark of a return was moved by a shortened name, and still needs it', () => {
    const lines = lines240('756', titles);
    const short = lines[0]!.slice(0, 100) + lines[0]!.slice(117);
    const file = read(lines.with(0, short));
    expect([file.posting, file.header.generated_on, file.rows.length]).toEqual(['warning', '2026-03-05', 6]);
    expect(read(lines.with(0, at(short, 126, '1'))).problems[0]!.reason).toContain('remittance');
    expect(read(lines.with(0, at(lines[0]!, 143, ' '))).posting).toBe('refused');
  });
});

describe('segments without their other half', () => {
  const lines = lines240('001', titles);
  it.each([
    ['T of an entry', 2, 'U', 'warning', [3]], ['T of a payment', 4, 'U', 'needs_confirmation', [5]], ['U of an entry', 2, 'T', 'warning', [3]], ['U of a payment', 4, 'T', 'needs_confirmation', [5]],
  ])('%s: no money, and told', (_, t, lost, posting, where) => {
    const file = read(recounted(lines.toSpliced(lost === 'U' ? t + 1 : t, 1)));
    expect([file.posting, file.problems.map(({ line }) => line)]).toEqual([posting, where]);
    expect(file.totals.settled_rows).toBe(posting === 'needs_confirmation' ? 2 : 3);
  });
  it('do not pair with one of another code', () => {
    const file = read(lines.with(5, at(lines[5]!, 16, '17')));
    expect([file.posting, file.totals.settled_rows, file.problems.length]).toEqual(['needs_confirmation', 2, 2]);
  });
});

describe('trailers', () => {
  const of = (bank: string, change: (lines: string[]) => string[]) => read(change(lines240(bank, titles)));
  it('that miscount warn', () => {
    expect(of('001', (l) => l.with(-1, at(l.at(-1)!, 24, '000099'))).posting).toBe('warning');
    expect(of('001', (l) => l.with(-1, at(l.at(-1)!, 18, '000002'))).posting).toBe('warning');
    expect(of('001', (l) => l.with(-2, at(l.at(-2)!, 18, '000099'))).posting).toBe('warning');
    expect(of('033', (l) => l.with(-2, at(l.at(-2)!, 18, '000014'))).posting).toBe('warning');
  });
  it('that total the titles otherwise wait for a person, at the bank that keeps that', () => {
    const changed = (bank: string) => of(bank, (l) => l.with(-2, at(l.at(-2)!, 30, '00000000000000001')));
    expect([changed('748').posting, changed('748').problems[0]!.reason]).toEqual(['needs_confirmation', expect.stringContaining('difference of -628.99')]);
    expect(changed('001').posting).toBe('ok');
  });
});

describe('a file is refused whole', () => {
  const good = lines240('104', titles);
  it.each<[string, readonly string[], number, string]>([
    ['without header', good.slice(1), 1, 'no file header'],
    ['without trailer', good.slice(0, -1), 15, 'no file trailer'],
    ['that is a remittance', good.with(0, at(good[0]!, 143, '1')), 1, 'remittance'],
    ['of a code that is no bank', good.map((line) => `000${line.slice(3)}`), 1, '"000"'],
    ['with a line of another bank', good.with(4, `001${good[4]!.slice(3)}`), 5, 'not of bank 104'],
    ['that lacks a line', good.toSpliced(5, 1), 6, 'record 00005 of its batch follows record 3'],
    ['with a line twice', good.toSpliced(5, 0, good[5]!), 7, 'follows record 4'],
    ['with a batch that does not end', good.toSpliced(-2, 1), 2, 'no trailer'],
    ['with a batch that does not begin', good.toSpliced(1, 1), 2, 'outside a batch'],
    ['with a batch within a batch', good.toSpliced(6, 0, good[1]!), 7, 'before the last one ended'],
    ['with a line of another batch', good.with(4, at(good[4]!, 4, '0002')), 5, 'another batch'],
    ['with an unknown record type', good.with(4, at(good[4]!, 8, '7')), 5, 'record type "7"'],
    ['with a second header', good.toSpliced(1, 0, good[0]!), 2, 'record type "0"'],
  ])('%s', (_, lines, line, reason) => {
    const { kind, posting, rows, problems } = read(lines);
    expect([kind, posting, rows, problems]).toEqual(['cnab240', 'refused', [], [{ line, reason: expect.stringContaining(reason) }]]);
  });
});
