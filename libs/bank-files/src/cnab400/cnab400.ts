import { type BankFile, emptyRow, type Header, NO_HEADER, refused, type Row } from '../bank-file';
import { correctBasis, noteOdd } from '../cnab/amounts';
import { isCompeCode } from '../cnab/compe-codes';
import { date, isGarbled, isNoDate, type Range, slice, text, whole } from '../cnab/fields';
import { Findings } from '../cnab/findings';
import { finish } from '../cnab/finish';
import { meanings } from '../cnab/occurrences';
import { type Line, linesOf } from '../decode';
import { type Fields400, type Layout400, layout400 } from './layouts';
import { checkTrailer } from './trailer';

const SEQUENCE: Range = [395, 400];
const BANK: Range = [77, 79];

/**
 * The first line whose sequence number does not follow, with the reason; undefined where all do. Records that accompany a title may
 * have none (Banco do Brasil's type 3), counted or not.
 */
function brokenSequence(lines: readonly Line[], titles: string): { line: number; reason: string } | undefined {
  let last = 0;
  let without = 0;
  for (const { number, text: line } of lines) {
    const type = line[0] ?? '';
    if (!/[0-9]/.test(type)) return { line: number, reason: `record type ${JSON.stringify(type)} is none of this format` };
    const sequence = whole(line, SEQUENCE);
    if (sequence === null) {
      if (type === '0' || type === '9' || titles.includes(type))
        return { line: number, reason: `the line has no sequence number in columns 395-400 (it is ${line.length} characters long)` };
      without++;
      continue;
    }
    if (sequence <= last || sequence > last + 1 + without) return { line: number, reason: `sequence number ${sequence} follows ${last}` };
    last = sequence;
    without = 0;
  }
  return undefined;
}

/** Why the lines are no whole return file: header, trailer, order. Undefined where they are. */
function broken(lines: readonly Line[]): { line: number | null; reason: string } | undefined {
  const [first] = lines;
  const last = lines.at(-1);
  if (!first || !last) return { line: null, reason: 'the file is empty' };
  if (first.text.startsWith('01REMESSA')) return { line: first.number, reason: 'this is a remittance to the bank (01REMESSA), not a return' };
  if (!first.text.startsWith('02RETORNO')) return { line: first.number, reason: 'the first line is no header of a return (02RETORNO)' };
  const bank = slice(first.text, BANK);
  if (!isCompeCode(bank)) return { line: first.number, reason: `${JSON.stringify(bank)} in columns 77-79 is no Brazilian bank` };
  if (last.text[0] !== '9') return { line: last.number, reason: 'the last line is no trailer (type 9): the file is cut off' };
  for (const { number, text: line } of lines.slice(1, -1))
    if (line[0] === '0' || line[0] === '9') return { line: number, reason: `a ${line[0] === '0' ? 'second header' : 'trailer'} in the midst of the file` };
  return brokenSequence(lines, layout400(bank).layout.titles);
}

function headerOf(line: string, layout: Layout400): Header {
  const { sequence, agreement, credit_date } = layout.header;
  return {
    ...NO_HEADER, sequence: text(line, sequence), agreement: text(line, agreement), credit_date: date(line, credit_date, 'DDMMYY'),
    generated_on: date(line, layout.generated.range, layout.generated.style),
  };
}

const accountOf = (line: string, { branch, account }: Fields400): string | null =>
  [text(line, branch), text(line, account)].filter((part) => part !== null).join('/') || null;

const sum = (a: number | null, b: number | null): number | null => (a === null ? b : a + (b ?? 0));

/** Fills in what was paid, by what the paid field of the layout means. */
function setAmounts(row: Row, line: string, layout: Layout400): void {
  const { fields, basis } = layout;
  const paid = whole(line, fields.paid);
  row.net_cents = whole(line, fields.net);
  row.gross_cents = paid;
  if (paid === null) return;
  if (basis === 'net') {
    row.net_cents = paid;
    row.gross_cents = paid + (row.fee_cents ?? 0);
  } else if (basis === 'principal' && row.title_cents !== null && paid === row.title_cents - (row.discount_cents ?? 0) - (row.rebate_cents ?? 0))
    row.gross_cents = paid + (row.interest_cents ?? 0);
}

/** Reads one title of a return; what is odd about it goes to `findings`. */
function readRow({ number, text: line }: Line, layout: Layout400, meaningOf: ReturnType<typeof meanings>, findings: Findings): Row {
  const { fields } = layout;
  const code = slice(line, fields.occurrence).trim();
  const meaning = meaningOf(code);
  const credit = date(line, fields.credit_date, layout.credit_style);
  const row: Row = {
    ...emptyRow(number), account: accountOf(line, fields), our_number: text(line, layout.our_number_by_type?.[line[0] ?? ''] ?? fields.our_number),
    document_number: text(line, fields.document_number), occurrence: code === '' ? null : code, settled: meaning === 'settled', meaning: meaning ?? 'notice',
    title_cents: whole(line, fields.title), fee_cents: whole(line, fields.fee), interest_cents: sum(whole(line, fields.interest), whole(line, fields.fine)),
    discount_cents: whole(line, fields.discount), rebate_cents: whole(line, fields.rebate), due_date: date(line, fields.due_date, 'DDMMYY'),
    paid_date: date(line, fields.paid_date, 'DDMMYY'), credit_date: credit, payer: text(line, fields.payer), payer_document: text(line, fields.payer_document),
  };
  setAmounts(row, line, layout);
  if (meaning === undefined) findings.add('ok', number, `code ${JSON.stringify(code)} is not in this bank's table: not taken as a payment`);
  if (row.settled && isNoDate(line, fields.credit_date, layout.credit_style))
    findings.add('ok', number, 'the credit date is no date: taken as not yet credited');
  for (const range of [fields.fee, fields.interest, fields.fine, fields.discount, fields.rebate])
    if (row.settled && isGarbled(line, range)) findings.add('needs_confirmation', number, `columns ${range!.join('-')} hold no amount`);
  noteOdd(row, findings);
  return row;
}

/** Reads a CNAB 400 return. Anything wrong with header, trailer, record types or sequence refuses it whole. */
export function readCnab400(content: string): BankFile {
  const lines = linesOf(content);
  const known = slice(lines[0]?.text ?? '', BANK);
  const bank = isCompeCode(known) ? known : null;
  const { layout, fallback } = layout400(known);
  const as = bank ? { name: layout.name, fallback } : null;
  const fault = broken(lines);
  if (fault || !bank) return refused('cnab400', fault ? [fault] : [], { bank, layout: as, currency: 'BRL' });

  const findings = new Findings();
  if (fallback) findings.add('ok', null, `bank ${bank} has no layout of its own here: read by the common one`);
  const meaningOf = meanings(layout.occurrences);
  const rows = lines.slice(1, -1).filter(({ text: line }) => layout.titles.includes(line[0]!)).map((line) => readRow(line, layout, meaningOf, findings));
  if (layout.basis !== 'principal') correctBasis(rows, layout.basis, findings);
  const trailer = checkTrailer(lines.at(-1)!, layout, bank, rows, findings);
  return finish({ kind: 'cnab400', bank, layout: as, header: headerOf(lines[0]!.text, layout), rows, trailer }, findings);
}

