import { type BankFile, emptyRow, type Header, NO_HEADER, opened, type OpenFile, refused, type Row } from '../bank-file';
import { isCompeCode } from '../cnab/compe-codes';
import { date, dateOf, isNoDate, slice, text, whole } from '../cnab/fields';
import { Findings, reais } from '../cnab/findings';
import { finish } from '../cnab/finish';
import { Tally } from '../cnab/tally';
import type { Content, Line } from '../decode';

const LAYOUT = { name: 'FEBRABAN 150 arrecadação', fallback: false };

/** What a barcode of 44 digits that begins with 8 says of the slip (FEBRABAN, arrecadação): its amount, and the due date where the company put one. */
function slip(barcode: string): { title_cents: number | null; due_date: Row['due_date']; free: string | null } {
  if (!/^8\d{43}$/.test(barcode)) return { title_cents: null, due_date: null, free: null };
  // Segment 6 names the company by 8 digits of its CNPJ, the others by 4.
  const free = barcode.slice(barcode[1] === '6' ? 23 : 19);
  // 6 and 8: an amount in reais; 7 and 9: a quantity of something.
  const amount = barcode[2] === '6' || barcode[2] === '8' ? Number(barcode.slice(4, 15)) : null;
  const due = dateOf(free.slice(0, 8), 'YYYYMMDD');
  return { title_cents: amount, due_date: due !== null && due >= '2000-01-01' && due < '2100-01-01' ? due : null, free };
}

/** One payment of a slip (record G). */
function readRow({ number, text: line }: Line, findings: Findings): Row {
  const barcode = slice(line, [38, 81]).trim();
  const { title_cents, due_date, free } = slip(barcode);
  const gross = whole(line, [82, 93]);
  if (gross === null) findings.add('needs_confirmation', number, 'a payment, but the amount received (columns 82-93) cannot be read');
  if (isNoDate(line, [30, 37], 'YYYYMMDD')) findings.add('ok', number, 'the credit date is no date: taken as not yet credited');
  return {
    ...emptyRow(number), account: text(line, [2, 21]), our_number: free ?? (barcode === '' ? null : barcode), document_number: barcode === '' ? null : barcode,
    occurrence: 'G', settled: true, meaning: 'settled', title_cents, gross_cents: gross, fee_cents: whole(line, [94, 100]), due_date,
    paid_date: date(line, [22, 29], 'YYYYMMDD'), credit_date: date(line, [30, 37], 'YYYYMMDD'), external_id: text(line, [118, 140]),
  };
}

/** Why the lines are no whole return; undefined where they are. */
function broken(lines: readonly Line[]): { line: number | null; reason: string } | undefined {
  const [first] = lines;
  const last = lines.at(-1);
  if (!first || !last) return { line: null, reason: 'the file is empty' };
  if (first.text.startsWith('A1')) return { line: first.number, reason: 'this is a remittance to the bank (A1), not a return' };
  if (!first.text.startsWith('A2')) return { line: first.number, reason: 'the first line is no header of a return (A2)' };
  const bank = slice(first.text, [43, 45]);
  if (!isCompeCode(bank)) return { line: first.number, reason: `${JSON.stringify(bank)} in columns 43-45 is no Brazilian bank` };
  if (last.text[0] !== 'Z') return { line: last.number, reason: 'the last line is no trailer (Z): the file is cut off' };
  let sequence = 0;
  for (const { number, text: line } of lines.slice(1, -1)) {
    if (!/^[B-Y]/.test(line)) return { line: number, reason: `a record of type ${JSON.stringify(line[0])} in the midst of the file` };
    const next = line[0] === 'G' ? whole(line, [101, 108]) : null;
    // Not all banks number their payments, and some count over several files; none goes back.
    if (!next) continue;
    if (next <= sequence) return { line: number, reason: `payment number ${next} follows ${sequence}` };
    sequence = next;
  }
  return undefined;
}

const headerOf = (line: string): Header => ({
  ...NO_HEADER, agreement: text(line, [3, 22]), generated_on: date(line, [66, 73], 'YYYYMMDD'), sequence: text(line, [74, 79]),
});

/** The trailer counts all records, its own and the header included, or (some banks) the payments, and sums what was received. */
function checkTrailer({ number, text: line }: Line, records: number, rows: readonly Row[], findings: Findings): BankFile['trailer'] {
  const count = whole(line, [2, 7]);
  const cents = whole(line, [8, 24]);
  const sum = rows.reduce((total, row) => total + (row.gross_cents ?? 0), 0);
  if (count === null || (count !== records && count !== rows.length))
    findings.add('warning', number, `the trailer counts ${count} records, the file has ${records}, of which ${rows.length} payments`);
  if (cents === null) findings.add('needs_confirmation', number, 'the total in the trailer (columns 8-24) cannot be read');
  else if (cents !== sum)
    findings.add('needs_confirmation', number, `the trailer totals ${reais(cents)}, the payments sum to ${reais(sum)}: a difference of ${reais(cents - sum)}`);
  return { record_count: count, total_cents: cents };
}

/** Reads a FEBRABAN 150 return of slips paid by barcode. Records other than A, G and Z are told and passed over. */
export function readFebraban150(content: Content): OpenFile {
  const lines = [...content.lines()].flat();
  const named = slice(lines[0]?.text ?? '', [43, 45]);
  const bank = isCompeCode(named) ? named : null;
  const fault = broken(lines);
  if (fault || !bank) return opened(refused('febraban150', fault ? [fault] : [], { bank, layout: LAYOUT, currency: 'BRL' }));
  const findings = new Findings();
  const inside = lines.slice(1, -1);
  const payments = inside.filter((line) => line.text[0] === 'G');
  if (payments.length < inside.length) findings.add('ok', null, `${inside.length - payments.length} records are no payments by barcode (G): passed over`);
  const rows = payments.map((line) => readRow(line, findings));
  const trailer = checkTrailer(lines.at(-1)!, lines.length, rows, findings);
  const tally = new Tally();
  for (const row of rows) tally.add(row);
  return finish({ kind: 'febraban150', bank, layout: LAYOUT, header: headerOf(lines[0]!.text), trailer }, tally, () => [rows], findings);
}
