import { givenFiles } from '../../test/given';
import type { BankFile } from '../bank-file';
import { readBankFile } from '../read-bank-file';

interface Sums { rows: number; title_amount_cents: number; paid_amount_cents: number; fee_cents: number; late_charge_cents: number; discount_cents: number; credited_amount_cents?: number }
interface Expected {
  bank_code: string;
  outcome: 'accept' | 'refuse';
  asserted_rows?: { line: number; asserted: Record<string, unknown> }[];
  computed_from_file?: { detail_rows: number; by_occurrence: Record<string, Sums> };
  trailer_read_from_file?: Record<string, unknown>;
  asserted_header?: Record<string, unknown>;
}
const given = givenFiles<Expected>('cnab400');
/** The paid field of the file is what the payer paid, but at Itaú, where it is that less the fee. */
const paidIn = (file: BankFile) => (file.bank === '341' ? 'net_cents' : 'gross_cents');
const SETTLED = new Set(['06', '17']);

given.describe('given CNAB 400 returns', () => {
  const files = Object.entries(given.expected);
  it.each(files)('%s', (name, expected) => {
    const file = readBankFile(given.bytes(name));
    expect([file.kind, file.posting === 'refused']).toEqual(['cnab400', expected.outcome === 'refuse']);
    if (expected.outcome === 'refuse') {
      expect([file.rows, file.totals, file.problems[0]?.line]).toEqual([[], { settled_rows: 0, gross_cents: 0 }, 1]);
      return;
    }
    expect([file.bank, file.layout?.fallback, file.rows.length]).toEqual([expected.bank_code, false, expected.computed_from_file!.detail_rows]);
    for (const { line, asserted } of expected.asserted_rows ?? []) {
      const row = file.rows.find((r) => r.line === line)!;
      const read: Record<string, unknown> = {
        our_number: row.our_number, document_number: row.document_number, due_date: row.due_date, title_amount_cents: row.title_cents, fee_cents: row.fee_cents,
        paid_amount_cents: row[paidIn(file)], occurrence_code: row.occurrence, occurrence_date: row.paid_date, settlement_date: row.paid_date,
        credit_date: row.credit_date, rebate_cents: row.rebate_cents, discount_cents: row.discount_cents, late_charge_cents: row.interest_cents,
      };
      const known = Object.keys(asserted).filter((key) => key in read);
      expect(Object.fromEntries(known.map((key) => [key, read[key]]))).toEqual(Object.fromEntries(known.map((key) => [key, asserted[key]])));
    }
    for (const [code, sums] of Object.entries(expected.computed_from_file!.by_occurrence)) {
      const rows = file.rows.filter((row) => row.occurrence === code);
      const sum = (field: 'title_cents' | 'gross_cents' | 'net_cents' | 'fee_cents' | 'interest_cents' | 'discount_cents') =>
        rows.reduce((total, row) => total + (row[field] ?? 0), 0);
      expect(rows.every((row) => row.settled === SETTLED.has(code))).toBe(true);
      expect({
        rows: rows.length, title_amount_cents: sum('title_cents'), paid_amount_cents: sum(paidIn(file)), fee_cents: sum('fee_cents'),
        late_charge_cents: sum('interest_cents'), discount_cents: sum('discount_cents'),
        ...(sums.credited_amount_cents === undefined ? {} : { credited_amount_cents: sum('net_cents') }),
      }).toEqual(sums);
    }
    const { header_generated_on, header_credit_date, ...trailer } = expected.trailer_read_from_file ?? {};
    expect(file.trailer).toMatchObject(trailer);
    if (header_generated_on) expect([file.header.generated_on, file.header.credit_date]).toEqual([header_generated_on, header_credit_date]);
    // One file was edited so that its entries no longer sum; all others agree with their trailers.
    expect(file.posting).toBe(name === 'bradesco-1.ret' ? 'needs_confirmation' : 'ok');
  });

  it('finds the gross amount where only the net is given: title less discount, before the fee', () => {
    for (const name of ['itau-1.ret', 'itau-2.ret']) {
      const { rows } = readBankFile(given.bytes(name));
      for (const row of rows.filter((r) => r.settled && r.line > 2)) {
        const { title_cents, interest_cents, discount_cents } = row;
        expect([row.line, row.gross_cents]).toEqual([row.line, title_cents! + interest_cents! - discount_cents!]);
      }
    }
  });
});
