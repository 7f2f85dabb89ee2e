import { type BankFile, emptyRow, type Header, NO_HEADER, opened, type Opening, refused, type Row } from '../bank-file';
import { noteOdd } from '../cnab/amounts';
import { isCompeCode } from '../cnab/compe-codes';
import { date, isGarbled, isNoDate, type Range, slice, text, whole } from '../cnab/fields';
import { Findings, reais } from '../cnab/findings';
import { finish } from '../cnab/finish';
import { meanings } from '../cnab/occurrences';
import { tallied } from '../cnab/tally';
import type { Content, Line } from '../decode';
import { type Fields240, type Layout240, layout240, U } from './layouts';
import { markOf, type Structure, structure, typeOf } from './structure';

const CODE: Range = [16, 17];
const codeOf = (line: string) => slice(line, CODE).trim();

const headerOf = (file: Structure): Header => ({
  ...NO_HEADER, sequence: text(file.header.text, [158, 163]), agreement: text(file.header.text, [33, 52]),
  generated_on: markOf(file.header.text).generated_on, credit_date: date(file.first?.header.text ?? '', [200, 207], 'DDMMYYYY'),
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

/** The details of one batch: pairs segments T and U; other segments may stand between and after them. */
class BatchReader {
  private details = 0;
  private face = 0;
  private open: { row: Row; line: Line } | undefined;

  constructor(
    private readonly layout: Layout240,
    private readonly meaningOf: ReturnType<typeof meanings>,
    private readonly findings: Findings,
  ) {}

  /** The row that is complete with this line. */
  take(line: Line): Row | undefined {
    this.details++;
    const segment = line.text[13];
    if (segment === 'T') {
      const before = this.close();
      const row = fromT(line, this.layout, this.meaningOf, this.findings);
      this.face += row.title_cents ?? 0;
      this.open = { row, line };
      return before;
    }
    if (segment !== 'U') return undefined;
    const row = this.open?.row;
    if (row?.occurrence !== codeOf(line.text)) {
      const before = this.close();
      lonely(line, 'U', this.meaningOf(codeOf(line.text)) === 'settled', this.findings);
      return before;
    }
    addU(row, line, this.layout, this.findings);
    noteOdd(row, this.findings);
    this.open = undefined;
    return row;
  }

  /** The row that is left without its U: nothing says that or what was paid. */
  close(): Row | undefined {
    if (!this.open) return undefined;
    const { row, line } = this.open;
    lonely(line, 'T', row.settled, this.findings);
    this.open = undefined;
    return { ...row, settled: false };
  }

  /** Checks the trailer for what this bank keeps in it. */
  check({ number, text: line }: Line): void {
    const count = whole(line, [18, 23]);
    const records = this.details + (this.layout.batch_counts === 'all' ? 2 : 0);
    if (count !== null && count !== records) this.findings.add('warning', number, `the batch trailer counts ${count} records, the batch has ${records}`);
    const cents = whole(line, [30, 46]);
    if (this.layout.batch_sums_titles && cents !== null && cents !== this.face)
      this.findings.add('needs_confirmation', number, `the batch trailer totals ${reais(cents)}, its titles sum to ${reais(this.face)}: a difference of ${reais(cents - this.face)}`);
  }
}

/** The titles of all batches, in stretches. */
function* titlesIn(content: Content, layout: Layout240, findings: Findings): Generator<readonly Row[]> {
  const meaningOf = meanings(layout.occurrences);
  const begun = () => new BatchReader(layout, meaningOf, findings);
  let batch = begun();
  for (const lines of content.lines()) {
    const rows: Row[] = [];
    for (const line of lines) {
      const type = typeOf(line);
      const row = type === '3' ? batch.take(line) : type === '5' ? batch.close() : undefined;
      if (row) rows.push(row);
      if (type !== '5') continue;
      batch.check(line);
      batch = begun();
    }
    yield rows;
  }
}

function checkFile(file: Structure, findings: Findings): BankFile['trailer'] {
  const { number, text: line } = file.trailer;
  if (line.slice(0, 3) !== file.bank) findings.add('needs_confirmation', number, `the trailer names bank ${line.slice(0, 3)}, the header bank ${file.bank}`);
  const batches = whole(line, [18, 23]);
  const records = whole(line, [24, 29]);
  if (batches !== null && batches !== file.batches) findings.add('warning', number, `the trailer counts ${batches} batches, the file has ${file.batches}`);
  if (records !== null && records !== file.records) findings.add('warning', number, `the trailer counts ${records} records, the file has ${file.records}`);
  return { batch_record_count: whole(file.first?.trailer.text ?? '', [18, 23]), file_batch_count: batches, file_record_count: records };
}

/** Reads a CNAB 240 return. Anything wrong with header, trailer, record types, batches or sequence refuses it whole. */
export function* readCnab240(content: Content): Opening {
  const file = yield* structure(content);
  const named = file.header?.text.slice(0, 3) ?? '';
  const { layout, fallback } = layout240(named);
  const as = isCompeCode(named) ? { name: layout.name, fallback } : null;
  if ('reason' in file) return opened(refused('cnab240', [{ line: file.line, reason: file.reason }], { bank: as && named, layout: as, currency: 'BRL' }));

  const findings = new Findings();
  if (fallback) findings.add('ok', null, `bank ${file.bank} has no layout of its own here: read by the common one`);
  if (markOf(file.header.text).moved) findings.add('warning', file.header.number, 'the mark of a return stands left of column 143: the header was shortened');
  const { tally, rows } = yield* tallied((into) => titlesIn(content, layout, into), layout.basis, [], findings);
  return finish({ kind: 'cnab240', bank: file.bank, layout: as, header: headerOf(file), trailer: checkFile(file, findings) }, tally, rows, findings);
}
