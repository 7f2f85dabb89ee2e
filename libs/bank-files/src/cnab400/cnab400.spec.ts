import { BANKS_400, bytesOf, lines400, put, type Title, titlesOf } from '../../test/synthetic';
import { chargesIn } from '../bank-file';
import { readBankFile } from '../read-bank-file';

const read = (lines: readonly string[], lineEnd?: string, encoding?: BufferEncoding) => readBankFile(bytesOf(lines, lineEnd, encoding));
const renumbered = (lines: readonly string[]) => lines.map((line, i) => line.slice(0, 394) + String(i + 1).padStart(6, '0') + line.slice(400));
const at = (line: string, column: number, text: string) => line.slice(0, column - 1) + text + line.slice(column - 1 + text.length);
const one = (bank: string, title: Partial<Title>) => read(lines400(bank, [{ code: '06', number: '1', title: 10_000, paid: 10_000, on: '2026-03-04', ...title }])).rows[0]!;

describe('a CNAB 400 return', () => {
  it.each(Object.keys(BANKS_400))('of bank %s', (bank) => {
    const titles = titlesOf(bank);
    const file = read(lines400(bank, titles));
    const fallback = bank === '422';
    expect([file.kind, file.bank, file.layout?.fallback, file.posting, file.currency]).toEqual(['cnab400', bank, fallback, 'ok', 'BRL']);
    expect(file.problems).toHaveLength(fallback ? 1 : 0);
    expect(file.header.generated_on).toBe('2026-03-05');
    const amountsOnly = bank === '077';
    expect(file.rows.map((row) => [row.line, row.our_number, row.document_number, row.settled, row.title_cents, row.paid_date, row.due_date, row.credit_date])).toEqual(
      titles.map((t, i) => [i + 2, t.number, t.document ?? null, [1, 2, 3].includes(i), t.title, t.on, t.due ?? null, t.credit ?? null]));
    expect(file.rows.map((row) => [row.gross_cents, row.fee_cents, row.interest_cents, row.discount_cents, row.rebate_cents])).toEqual(
      titles.map((t) => (amountsOnly ? [t.paid, null, null, null, null] : [t.paid, t.fee ?? 0, t.interest ?? 0, t.discount ?? 0, t.rebate ?? 0])));
    expect(file.totals).toEqual({ settled_rows: 3, gross_cents: 37_466 });
    expect(file.accounts).toHaveLength(1);
  });

  it('gives the net amount where the bank does: Itaú in the paid field, Banco do Brasil and its like in a field of its own, others never', () => {
    expect([one('341', { fee: 210 }).net_cents, one('341', { fee: 210 }).gross_cents]).toEqual([9_790, 10_000]);
    for (const bank of ['001', '136', '756', '033']) expect([bank, one(bank, { fee: 500, net: 9_500 }).gross_cents, one(bank, { fee: 500, net: 9_500 }).net_cents]).toEqual([bank, 10_000, 9_500]);
    expect([one('237', {}).net_cents, one('104', { code: '21' }).net_cents]).toEqual([null, null]);
  });

  it('adds late charges where the paid field is the principal alone, and not where it has them already', () => {
    expect(one('104', { code: '21', paid: 10_000, interest: 300 }).gross_cents).toBe(10_300);
    expect(one('104', { code: '21', paid: 10_300, interest: 300 }).gross_cents).toBe(10_300);
    expect(one('041', { paid: 10_000, interest: 300 }).gross_cents).toBe(10_300);
    // No one knows what a partial payment is made of: then the field as it is.
    expect(one('104', { code: '21', paid: 4_000, interest: 300 }).gross_cents).toBe(4_000);
    expect(one('001', { paid: 10_000, interest: 300 }).gross_cents).toBe(10_000);
  });

  it('tells the fine apart from the interest where the bank does', () => {
    for (const [bank, code] of [['748', '06'], ['756', '06'], ['104', '21']] as const) {
      const lines = lines400(bank, [{ code, number: '1', title: 10_000, paid: 10_500, interest: 300, on: '2026-03-04' }]);
      expect([bank, chargesIn(read(lines.with(1, at(lines[1]!, 280, '0000000000200'))).rows[0]!)]).toEqual([bank, { fine_cents: 200, interest_cents: 300 }]);
      expect([bank, chargesIn(read(lines).rows[0]!)]).toEqual([bank, { interest_cents: 300 }]);
    }
  });

  it("has Banco do Brasil's numbers of short agreements in records of type 1", () => {
    const lines = lines400('001', [{ code: '06', number: '', title: 10_000, paid: 10_000, on: '2026-03-04' }]);
    expect(read(lines.with(1, at(at(lines[1]!, 1, '1'), 63, '01234567890X'))).rows[0]!.our_number).toBe('01234567890X');
  });

  it('takes a fallback file for net where every row with a fee adds up only so, and says it', () => {
    const net = (n: number, paid: number) => Array.from({ length: n }, (_, i): Title => ({ code: '06', number: `${i + 1}`, title: 10_000, paid, fee: 200, on: '2026-03-04' }));
    const file = read(lines400('422', net(3, 9_800)));
    expect([file.rows.map((row) => [row.gross_cents, row.net_cents]), file.posting]).toEqual([[[10_000, 9_800], [10_000, 9_800], [10_000, 9_800]], 'warning']);
    expect(read(lines400('422', net(2, 9_800))).rows[0]!.gross_cents).toBe(9_800);
    expect(read(lines400('422', [...net(3, 9_800), ...net(1, 10_000)])).rows[0]!.gross_cents).toBe(9_800);
    expect(read(lines400('341', net(3, 10_200))).rows.map((row) => row.gross_cents)).toEqual([10_000, 10_000, 10_000]);
  });
});

describe('what is a payment', () => {
  const settledAt = (bank: string) => Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0')).filter((code) => one(bank, { code }).settled).join(' ');
  it.each([
    ['001', '05 06 07 08 15 17'], ['004', '06 07 08'], ['033', '06 07 08 17'], ['041', '06 07 08 15'], ['077', '06'], ['104', '21 22 35'], ['136', '01 06 09'],
    ['237', '06 15 17'], ['341', '06 07 08'], ['422', '06 17'], ['748', '06 15 17'], ['756', '05 06 15 17'],
  ])('at bank %s says the code alone: %s', (bank, codes) => expect(settledAt(bank)).toBe(codes));

  it('is never a row with another code, whatever it carries; an unknown code is told', () => {
    const file = read(lines400('237', [{ code: '99', number: '1', title: 500, paid: 500, on: '2026-03-04', credit: '2026-03-05' }]));
    expect([file.rows[0]!.settled, file.totals, file.problems]).toEqual([false, { settled_rows: 0, gross_cents: 0 }, [{ line: 2, reason: 'code "99" is not in this bank\'s table: not taken as a payment' }]]);
  });

  it('whose amount cannot be read waits for a person', () => {
    const lines = lines400('001', [{ code: '06', number: '1', title: 500, paid: 500, on: '2026-03-04' }]);
    const file = read([lines[0]!, at(lines[1]!, 254, '00000000X0500'), lines[2]!]);
    expect([file.posting, file.rows[0]!.gross_cents, file.totals.gross_cents, file.problems[0]!.line]).toEqual(['needs_confirmation', null, 0, 2]);
  });
});

describe('dates', () => {
  it('of zeros, blanks and no date are none; two digits of a year lie between 1970 and 2069', () => {
    const lines = lines400('341', titlesOf('341').slice(1, 2));
    const due = (digits: string) => read([lines[0]!, at(lines[1]!, 147, digits), lines[2]!]).rows[0]!.due_date;
    expect(['000000', '      ', '310226', '010170', '311269', '290224'].map(due)).toEqual([null, null, null, '1970-01-01', '2069-12-31', '2024-02-29']);
  });

  it('of a credit that is no date make the row one not yet credited, and are told', () => {
    const lines = lines400('341', titlesOf('341').slice(1, 2));
    const file = read([lines[0]!, at(lines[1]!, 296, '999999'), lines[2]!]);
    expect([file.rows[0]!.credit_date, file.posting, file.problems[0]!.line]).toEqual([null, 'ok', 2]);
  });
});

describe('the trailer', () => {
  const lines = (bank: string) => lines400(bank, titlesOf(bank));
  const changed = (bank: string, column: number, text: string) => {
    const all = lines(bank);
    return read([...all.slice(0, -1), at(all.at(-1)!, column, text)]);
  };
  it.each([['341', 221, '00000000000001'], ['237', 92, '000000000001'], ['237', 75, '000000000001'], ['237', 109, '000000000001'], ['041', 78, '000000000000001'], ['077', 121, '000000000001'], ['237', 92, '000000000000']])(
    'of bank %s with another money total at %i waits for a person, the difference shown', (bank, column, text) => {
      const file = changed(bank, column, text);
      expect([file.posting, file.rows.length, file.problems[0]!.line]).toEqual(['needs_confirmation', 6, 8]);
      expect(file.problems[0]!.reason).toMatch(/difference of -\d+\.\d\d$/);
    });
  it.each([['341', 213, '00000009'], ['237', 87, '00009'], ['041', 71, '0000009'], ['077', 18, '00000009']])('of bank %s with another count alone warns', (bank, column, text) => {
    expect([changed(bank, column, text).posting, changed(bank, column, text).totals.settled_rows]).toEqual(['warning', 3]);
  });
  it('is not held against banks that keep nothing in it', () => {
    for (const bank of ['001', '004', '033', '104', '136', '748', '756', '422']) expect([bank, changed(bank, 18, '99999999'.repeat(4)).posting]).toEqual([bank, 'ok']);
  });
  it('that is empty at a bank that keeps totals is a difference as soon as there is money', () => {
    expect(changed('341', 5, ' '.repeat(389)).posting).toBe('needs_confirmation');
    const entry = lines400('341', titlesOf('341').slice(0, 1));
    expect(read([...entry.slice(0, -1), at(entry.at(-1)!, 5, '0'.repeat(390))]).posting).toBe('warning');
  });
  it('of another bank than the header waits for a person', () => expect(changed('001', 5, '341').posting).toBe('needs_confirmation'));
});

describe('a file is refused whole', () => {
  const good = lines400('001', titlesOf('001'));
  const refusal = (lines: readonly string[]) => {
    const { posting, rows, totals, problems } = read(lines);
    expect([posting, rows, totals]).toEqual(['refused', [], { settled_rows: 0, gross_cents: 0 }]);
    return [problems[0]!.line, problems[0]!.reason];
  };
  it.each<[string, readonly string[], number | null, string]>([
    ['without header', good.slice(1), 1, 'no header'],
    ['without trailer', good.slice(0, -1), 7, 'no trailer'],
    ['that is a remittance', [good[0]!.replace('02RETORNO', '01REMESSA'), ...good.slice(1)], 1, 'remittance'],
    ['of a code that is no bank', [at(good[0]!, 77, '999'), ...good.slice(1)], 1, '"999" in columns 77-79'],
    ['that lacks a line', good.toSpliced(3, 1), 4, 'sequence number 5 follows 3'],
    ['with a line twice', good.toSpliced(3, 0, good[3]!), 5, 'sequence number 4 follows 4'],
    ['with lines swapped', good.with(3, good[4]!).with(4, good[3]!), 4, 'sequence number 5 follows 3'],
    ['with a line cut short', good.with(3, good[3]!.slice(0, 390)), 4, 'no sequence number'],
    ['with two headers', renumbered([good[0]!, ...good]), 2, 'second header'],
    ['with two trailers', renumbered([...good, good.at(-1)!]), 8, 'trailer in the midst'],
    ['with an unknown record type', good.with(3, at(good[3]!, 1, 'X')), 4, 'record type "X"'],
    ['of more money than can be counted', lines400('001', Array.from({ length: 1_000 }, (_, i) => ({ code: '06', number: `${i + 1}`, paid: 9_999_999_999_999 }))), null, 'counted exactly'],
    ['that ends in something else', [...good, put(400, [1, '1'], [395, '000009'])], 9, 'no trailer'],
  ])('%s', (_, lines, line, reason) => expect(refusal(lines)).toEqual([line, expect.stringContaining(reason)]));

  it('but not for a record that accompanies a title, numbered or not', () => {
    const pix = put(400, [1, '2'], [395, '000009']);
    expect(read(renumbered(good.toSpliced(3, 0, pix))).rows).toEqual(read(good).rows.map((row) => (row.line > 3 ? { ...row, line: row.line + 1 } : row)));
    expect(read(good.toSpliced(3, 0, put(400, [1, '3'], [2, '00000000001']))).posting).toBe('ok');
  });
});

describe('bytes', () => {
  const lines = lines400('748', titlesOf('748')).map((line) => line.replace('ACADEMIA SOL LTDA', 'ACADEMIA SÃO JOÃO'));
  const rows = read(lines).rows;
  it('of UTF-8 in which a program counted bytes stand in the right columns all the same', () => {
    // Each of the two accents takes a column of the blanks behind the name.
    const counted = lines.map((line) => line.replace('ACADEMIA SÃO JOÃO  ', 'ACADEMIA SÃO JOÃO'));
    expect([counted[0]!.length, Buffer.byteLength(counted[0]!)]).toEqual([398, 400]);
    expect(read(counted, '\r\n', 'utf8').rows).toEqual(rows);
  });
  it('in other line ends, encodings, padding and with marks of their own say the same', () => {
    expect(rows).toHaveLength(6);
    expect(read(lines, '\n').rows).toEqual(rows);
    expect(read(lines, '\r\n', 'utf8').rows).toEqual(rows);
    expect(read(lines.map((line) => `${line}   `)).rows).toEqual(rows);
    for (const mark of ['EFBBBF', 'C3AFC2BBC2BF']) expect(readBankFile(Buffer.concat([Buffer.from(mark, 'hex'), bytesOf(lines, '\r\n', 'utf8')])).rows).toEqual(rows);
    expect(readBankFile(Buffer.concat([bytesOf(lines), Buffer.from('\u001a')])).rows).toEqual(rows);
    expect(readBankFile(Buffer.concat([bytesOf(lines), Buffer.from('\r\n\u001a\r\n')])).rows).toEqual(rows);
  });
});
