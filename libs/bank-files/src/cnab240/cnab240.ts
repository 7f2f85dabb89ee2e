import { type BankFile, emptyRow, type Header, NO_HEADER, refused, type Row } from '../bank-file';
import { correctBasis, noteOdd } from '../cnab/amounts';
import { isCompeCode } from '../cnab/compe-codes';
import { date, isGarbled, isNoDate, type Range, slice, text, whole } from '../cnab/fields';
import { Findings, reais } from '../cnab/findings';
import { finish } from '../cnab/finish';
import { meanings } from '../cnab/occurrences';
import { type Line, linesOf } from '../decode';
import { type Fields240, type Layout240, layout240, U } from './layouts';
import { type Batch, markOf, type Structure, structure } from './structure';

const CODE: Range = [16, 17];
const codeOf = (line: string) => slice(line, CODE).trim();

const headerOf = (file: Structure): Header => ({
  ...NO_HEADER, sequence: text(file.header.text, [158, 163]), agreement: text(file.header.text, [33, 52]),
  generated_on: markOf(file.header.text).generated_on, credit_date: date(file.batches[0]?.header.text ?? '', [200, 207], 'DDMMYYYY'),
});

/** CPF or CNPJ by the type before it: 11 or 14 characters at the right; letters of a CNPJ stay. */
function payerDocument(line: string, fields: Fields240): string | null {
  const document = text(line, fields.payer_document)?.padStart(15, '0');
  const type = slice(line, fields.payer_document_type);
  return document === undefined ? null : type === '1' ? document.slice(-11) : type === '2' ? document.slice(-14) : document;
}

/** What segment T says of a title. */
function fromT({ number, text: line }: Line, { fields }: Layout240, meaningOf: ReturnType<typeof meanings>, findings: Findings): Row {
  const code = codeOf(line);
  const meaning = meaningOf(code);
  if (meaning === undefined) findings.add('ok', number, `code ${JSON.stringify(code)} is not in this bank's table: not taken as a payment`);
  return {
    ...emptyRow(number), account: [text(line, fields.branch), text(line, fields.account)].filter((part) => part !== null).join('/') || null,
    our_number: text(line, fields.our_number), document_number: text(line, fields.document_number), occurrence: code === '' ? null : code,
    settled: meaning === 'settled', meaning: meaning ?? 'notice', title_cents: whole(line, fields.title), fee_cents: whole(line, fields.fee),
    due_date: date(line, fields.due_date, 'DDMMYYYY'), payer: text(line, fields.payer), payer_document: payerDocument(line, fields),
  };
}

/** Adds what segment U says was paid. */
function addU(row: Row, { number, text: line }: Line, layout: Layout240, findings: Findings): void {
  const paid = whole(line, U.paid);
  row.interest_cents = whole(line, U.interest);
  row.discount_cents = whole(line, U.discount);
  row.rebate_cents = whole(line, U.rebate);
  row.gross_cents = paid !== null && layout.basis === 'net' ? paid + (row.fee_cents ?? 0) : paid;
  row.net_cents = whole(line, U.net);
  row.paid_date = date(line, U.paid_date, 'DDMMYYYY');
  row.credit_date = date(line, U.credit_date, 'DDMMYYYY');
  if (!row.settled) return;
  if (isNoDate(line, U.credit_date, 'DDMMYYYY')) findings.add('ok', number, 'the credit date is no date: taken as not yet credited');
  for (const range of [U.interest, U.discount, U.rebate, U.net])
    if (isGarbled(line, range)) findings.add('needs_confirmation', number, `columns ${range.join('-')} hold no amount`);
}

/** A segment without its other half: of a payment, a person has to look. */
function lonely(line: Line, segment: 'T' | 'U', settled: boolean, findings: Findings): void {
  const [lacks, what] = segment === 'T' ? ['U', 'the amount paid'] : ['T', 'which title it is of'];
  findings.add(settled ? 'needs_confirmation' : 'warning', line.number, `segment ${segment} without its ${lacks}: ${what} is not told`);
}

/** Pairs segments T and U; other segments may stand between and after them. */
function readBatch(batch: Batch, layout: Layout240, rows: Row[], findings: Findings): void {
  const meaningOf = meanings(layout.occurrences);
  let open: { row: Row; line: Line } | undefined;
  const close = () => {
    if (open) lonely(open.line, 'T', open.row.settled, findings);
    // Without its U nothing says that or what was paid.
    if (open) open.row.settled = false;
    open = undefined;
  };
  for (const line of batch.details) {
    const segment = line.text[13];
    if (segment === 'T') {
      close();
      open = { row: fromT(line, layout, meaningOf, findings), line };
      rows.push(open.row);
    } else if (segment === 'U') {
      if (open?.row.occurrence === codeOf(line.text)) {
        addU(open.row, line, layout, findings);
        noteOdd(open.row, findings);
        open = undefined;
      } else {
        close();
        lonely(line, 'U', meaningOf(codeOf(line.text)) === 'settled', findings);
      }
    }
  }
  close();
}

/** Checks a batch's trailer for what this bank keeps in it. */
function checkBatch(batch: Batch, rows: readonly Row[], layout: Layout240, findings: Findings): void {
  const { number, text: line } = batch.trailer;
  const count = whole(line, [18, 23]);
  const records = batch.details.length + (layout.batch_counts === 'all' ? 2 : 0);
  if (count !== null && count !== records) findings.add('warning', number, `the batch trailer counts ${count} records, the batch has ${records}`);
  const cents = whole(line, [30, 46]);
  const face = rows.reduce((sum, row) => sum + (row.title_cents ?? 0), 0);
  if (layout.batch_sums_titles && cents !== null && cents !== face)
    findings.add('needs_confirmation', number, `the batch trailer totals ${reais(cents)}, its titles sum to ${reais(face)}: a difference of ${reais(cents - face)}`);
}

function checkFile(file: Structure, findings: Findings): BankFile['trailer'] {
  const { number, text: line } = file.trailer;
  if (line.slice(0, 3) !== file.bank) findings.add('needs_confirmation', number, `the trailer names bank ${line.slice(0, 3)}, the header bank ${file.bank}`);
  const batches = whole(line, [18, 23]);
  const records = whole(line, [24, 29]);
  if (batches !== null && batches !== file.batches.length) findings.add('warning', number, `the trailer counts ${batches} batches, the file has ${file.batches.length}`);
  if (records !== null && records !== file.records) findings.add('warning', number, `the trailer counts ${records} records, the file has ${file.records}`);
  return { batch_record_count: whole(file.batches[0]?.trailer.text ?? '', [18, 23]), file_batch_count: batches, file_record_count: records };
}

/** Reads a CNAB 240 return. Anything wrong with header, trailer, record types, batches or sequence refuses it whole. */
export function readCnab240(content: string): BankFile {
  const lines = linesOf(content);
  const named = lines[0]?.text.slice(0, 3) ?? '';
  const { layout, fallback } = layout240(named);
  const as = isCompeCode(named) ? { name: layout.name, fallback } : null;
  const file = structure(lines);
  if ('reason' in file) return refused('cnab240', [file], { bank: as && named, layout: as, currency: 'BRL' });

  const findings = new Findings();
  if (fallback) findings.add('ok', null, `bank ${file.bank} has no layout of its own here: read by the common one`);
  if (markOf(file.header.text).moved) findings.add('warning', file.header.number, 'the mark of a return stands left of column 143: the header was shortened');
  const rows: Row[] = [];
  for (const batch of file.batches) {
    const before = rows.length;
    readBatch(batch, layout, rows, findings);
    checkBatch(batch, rows.slice(before), layout, findings);
  }
  correctBasis(rows, layout.basis, findings);
  return finish({ kind: 'cnab240', bank: file.bank, layout: as, header: headerOf(file), rows, trailer: checkFile(file, findings) }, findings);
}
