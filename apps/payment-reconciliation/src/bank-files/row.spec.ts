import { type BankFile, readBankFile } from '@emdia/bank-files';
import { bytesOf, lines400, TITLES, type Title } from '../../../../libs/bank-files/test/synthetic';
import { referencesOf as referencesOfInvoice } from '../accounts/references';
import { type KnownRow, knownRows } from './row';

const title = (more: Partial<Title> = {}): Title => ({ code: '06', number: '000000000011', title: 10_000, paid: 10_000, fee: 210, on: '2026-03-02', due: '2026-03-02', credit: '2026-03-03', document: 'NF-77', ...more });
const rowsOf = (file: BankFile): KnownRow[] => file.rows.map(knownRows(file));
const read = (bank: string, ...titles: Title[]): KnownRow[] => rowsOf(readBankFile(bytesOf(lines400(bank, titles))));
const moneyOf = (row: KnownRow | undefined) => (row && 'money' in row.said ? row.said.money : null);

describe('rows of a bank\'s file', () => {
  it('say what is money, what is none yet, and what is none', () => {
    expect(read('237', ...TITLES).map(({ said: { kind } }) => kind)).toEqual(['nothing', 'credited', 'credited', 'paid', 'nothing', 'nothing']);
  });

  it('tell gross, the fee only where it was withheld, and every discount', () => {
    expect(moneyOf(read('237', title())[0])).toMatchObject({ amount_cents: 10_000, fee_cents: null });
    expect(moneyOf(read('341', title())[0])).toMatchObject({ amount_cents: 10_000, fee_cents: 210 });
    expect(moneyOf(read('237', title({ paid: 8_900, discount: 700, rebate: 400 }))[0])).toMatchObject({ amount_cents: 8_900, discount_cents: 1_100 });
  });

  it('tell the late charges that the bank says are in the amount', () => {
    expect(moneyOf(read('237', title())[0])).toMatchObject({ charges: null });
    expect(moneyOf(read('237', title({ paid: 10_233, interest: 233 }))[0])).toMatchObject({ amount_cents: 10_233, charges: { interest_cents: 233 } });
    const parts = { original: { valor: '97.70' }, multa: { valor: '2.00' }, juros: { valor: '0.30' } };
    const pix = { endToEndId: 'E00000000202603041200abcdefgh001', valor: '100.00', horario: '2026-03-04T12:00:00Z', componentesValor: parts };
    expect(moneyOf(rowsOf(readBankFile(Buffer.from(JSON.stringify({ pix: [pix] }))))[0])).toMatchObject({ amount_cents: 10_000, charges: { fine_cents: 200, interest_cents: 30 } });
  });

  it('tell a Pix\'s abatimento once: it is in its discount', () => {
    const parts = { original: { valor: '110.00' }, abatimento: { valor: '3.00' }, desconto: { valor: '7.00' } };
    const pix = { endToEndId: 'E00000000202603041200abcdefgh001', valor: '100.00', horario: '2026-03-04T12:00:00Z', componentesValor: parts };
    expect(moneyOf(rowsOf(readBankFile(Buffer.from(JSON.stringify({ pix: [pix] }))))[0])).toMatchObject({ amount_cents: 10_000, discount_cents: 1_000 });
  });

  it('are looked for by nosso número as the bank counts it, and then by the creditor\'s own number', () => {
    const [row] = read('237', title());
    const registered = (instrument: { reference: string; code?: string }) => referencesOfInvoice({ invoice_id: 'x', instruments: [{ rail: 'BOLETO', ...instrument }] }).filter((each) => each.startsWith('slip:'));
    const { references } = moneyOf(row)!;
    expect(references.at(-1)).toBe('NF-77');
    const barcode = `237${'9'.repeat(41)}`;
    for (const instrument of [{ reference: '000000000011', code: barcode }, { reference: '1', code: barcode }, { reference: '00000000001', code: barcode }, { reference: '000000000011' }, { reference: '1' }])
      expect([instrument, registered(instrument).filter((each) => references.includes(each))]).toEqual([instrument, [expect.any(String)]]);
    expect(registered({ reference: '1', code: `341${'9'.repeat(41)}` }).filter((each) => references.includes(each))).toEqual([]);
    expect(registered({ reference: '0000' })).toEqual([]);
  });

  it('do not mean an invoice that is numbered as the bank numbers a slip', () => {
    const { references } = moneyOf(read('237', title())[0])!;
    for (const numbered of ['000000000011', '00000000001', '1']) for (const other of [{ invoice_id: numbered }, { invoice_id: 'x', number: numbered }, { invoice_id: 'x', instruments: [{ rail: 'TRANSFER' as const, reference: numbered }] }])
      expect([other, referencesOfInvoice({ instruments: [], ...other }).filter((each) => references.includes(each))]).toEqual([other, []]);
  });

  it('are left to a person where they do not say how much', () => {
    expect(read('237', title({ paid: 0 })).map(({ said }) => said)).toEqual([{ kind: 'left', reason: 'no-amount', references: expect.arrayContaining(['NF-77']) as string[] }]);
  });

  it('are the same rows in another file, with and without their credit', () => {
    const [a] = read('237', title());
    const [, b] = read('237', title({ number: '000000000022' }), title({ credit: undefined as unknown as string }));
    expect(a!.row_id).toBe(b!.row_id);
    expect(a!.line).not.toBe(b!.line);
  });
});
