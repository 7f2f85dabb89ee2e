import { givenFiles } from '../../test/given';
import { readBankFile } from '../read-bank-file';

interface Sums { rows: number; title_amount_cents: number; paid_amount_cents: number; fee_cents: number; late_charge_cents: number; discount_cents: number; net_amount_cents: number }
interface Expected {
  bank_code: string;
  same_rows_as?: string;
  asserted_rows?: { line_t: number; asserted: Record<string, unknown> & { our_number_tail?: string } }[];
  asserted_header?: Record<string, unknown>;
  computed_from_file: { detail_rows: number; by_movement: Record<string, Sums> };
  trailer_read_from_file: { file_record_count: number; batch_record_count: number; file_batch_count: number };
}
const given = givenFiles<Expected>('cnab240');

given.describe('given CNAB 240 returns', () => {
  it.each(Object.entries(given.expected))('%s', (name, expected) => {
    const file = readBankFile(given.bytes(name));
    expect([file.kind, file.bank, file.layout?.fallback, file.rows.length]).toEqual(['cnab240', expected.bank_code, false, expected.computed_from_file.detail_rows]);
    for (const { line_t, asserted } of expected.asserted_rows ?? []) {
      const row = file.rows.find((r) => r.line === line_t)!;
      const [branch, account] = row.account!.split('/');
      const read: Record<string, unknown> = {
        branch, account_with_check_digit: account, due_date: row.due_date, title_amount_cents: row.title_cents, fee_cents: row.fee_cents,
        paid_amount_cents: row.gross_cents, movement_code: row.occurrence, occurrence_date: row.paid_date, credit_date: row.credit_date,
        rebate_cents: row.rebate_cents, discount_cents: row.discount_cents, late_charge_cents: row.interest_cents,
      };
      const known = Object.keys(asserted).filter((key) => key in read);
      expect(Object.fromEntries(known.map((key) => [key, read[key]]))).toEqual(Object.fromEntries(known.map((key) => [key, asserted[key]])));
      expect(row.our_number?.endsWith(asserted.our_number_tail!)).toBe(true);
    }
    for (const [code, sums] of Object.entries(expected.computed_from_file.by_movement)) {
      const rows = file.rows.filter((row) => row.occurrence === code);
      const sum = (field: 'title_cents' | 'gross_cents' | 'net_cents' | 'fee_cents' | 'interest_cents' | 'discount_cents') =>
        rows.reduce((total, row) => total + (row[field] ?? 0), 0);
      expect({
        rows: rows.filter((row) => row.settled).length, title_amount_cents: sum('title_cents'), paid_amount_cents: sum('gross_cents'), fee_cents: sum('fee_cents'),
        late_charge_cents: sum('interest_cents'), discount_cents: sum('discount_cents'), net_amount_cents: sum('net_cents'),
      }).toEqual(sums);
    }
    expect(file.trailer).toEqual(expected.trailer_read_from_file);
    if (expected.asserted_header?.generated_on) expect(file.header.generated_on).toBe(expected.asserted_header.generated_on);
    // One file says fewer records than it has; that is told and does not hold the money.
    const miscounts = name === 'caixa-2.ret';
    expect([file.posting, file.problems.filter((problem) => problem.reason.includes('counts')).length]).toEqual(miscounts ? ['warning', 1] : ['ok', 0]);
    if (miscounts) expect(file.rows.filter((row) => row.settled && row.credit_date === null)).toHaveLength(2);
    if (expected.same_rows_as) expect(file.rows).toEqual(readBankFile(given.bytes(expected.same_rows_as)).rows);
  });
});
