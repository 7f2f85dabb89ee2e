import { emptyRow, grantedCents, type Header, NO_HEADER, opened, type Opening, type Problem, refused, type Row } from '../bank-file';
import { noteOdd } from '../cnab/amounts';
import { isCompeCode } from '../cnab/compe-codes';
import { date, isGarbled, isNoDate, type Range, slice, text, whole } from '../cnab/fields';
import { Findings } from '../cnab/findings';
import { finish } from '../cnab/finish';
import { meanings } from '../cnab/occurrences';
import { tallied } from '../cnab/tally';
import type { Content, Line } from '../decode';
import { type Fields400, type Layout400, layout400 } from './layouts';
import { checkTrailer } from './trailer';

const SEQUENCE: Range = [395, 400];
const BANK: Range = [77, 79];

/**
 * Looks at the sequence numbers of lines in their order. Records that accompany a title may have none (Banco do Brasil's type 3), counted or not.
 */
class Sequence {
  private last = 0;
  private without = 0;

  constructor(private readonly titles: string) {}

  /** The reason where the next line's does not follow. */
  broken(line: string): string | undefined {
    const type = line[0] ?? '';
    if (!/[0-9]/.test(type)) return `record type ${JSON.stringify(type)} is none of this format`;
    const sequence = whole(line, SEQUENCE);
    if (sequence === null) {
      if (type === '0' || type === '9' || this.titles.includes(type)) return `the line has no sequence number in columns 395-400 (it is ${line.length} characters long)`;
      this.without++;
      return undefined;
    }
    if (sequence <= this.last || sequence > this.last + 1 + this.without) return `sequence number ${sequence} follows ${this.last}`;
    this.last = sequence;
    this.without = 0;
    return undefined;
  }
}

/** Why a line is no header of a return. */
function noHeader(line: string): string | undefined {
  if (line.startsWith('01REMESSA')) return 'this is a remittance to the bank (01REMESSA), not a return';
  if (!line.startsWith('02RETORNO')) return 'the first line is no header of a return (02RETORNO)';
  const bank = slice(line, BANK);
  return isCompeCode(bank) ? undefined : `${JSON.stringify(bank)} in columns 77-79 is no Brazilian bank`;
}

/** The first and the last line, and why the lines are no whole return file: header, trailer, order. */
function* structure(content: Content): Generator<undefined, { header: Line; trailer: Line; fault: undefined } | { header?: Line; fault: Problem }> {
  let header: Line | undefined;
  let trailer: Line | undefined;
  let sequence: Sequence | undefined;
  let stray: Problem | undefined;
  let disorder: Problem | undefined;
  for (const lines of content.lines()) {
    for (const line of lines) {
      const { number, text: at } = line;
      if (!header) {
        const reason = noHeader(at);
        if (reason !== undefined) return { header: line, fault: { line: number, reason } };
        header = line;
        sequence = new Sequence(layout400(slice(at, BANK)).layout.titles);
      } else if (trailer !== header && /[09]/.test(trailer!.text[0]!))
        stray ??= { line: trailer!.number, reason: `a ${trailer!.text[0] === '0' ? 'second header' : 'trailer'} in the midst of the file` };
      trailer = line;
      const reason = disorder ? undefined : sequence!.broken(at);
      if (reason !== undefined) disorder = { line: number, reason };
    }
    yield;
  }
  if (!header || !trailer) return { fault: { line: null, reason: 'the file is empty' } };
  const cut = trailer.text[0] === '9' ? undefined : { line: trailer.number, reason: 'the last line is no trailer (type 9): the file is cut off' };
  const fault = cut ?? stray ?? disorder;
  return fault ? { header, fault } : { header, trailer, fault };
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
  } else if (basis === 'principal' && row.title_cents !== null && paid === row.title_cents - grantedCents(row))
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
    // Zeros here may be a field that the bank does not fill.
    fine_cents: whole(line, fields.fine) || null,
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

/** The titles among the lines of a return, in stretches. */
function* titlesIn(content: Content, layout: Layout400, findings: Findings): Generator<readonly Row[]> {
  const meaningOf = meanings(layout.occurrences);
  for (const lines of content.lines()) yield lines.filter(({ text: line }) => layout.titles.includes(line[0]!)).map((line) => readRow(line, layout, meaningOf, findings));
}

/** Reads a CNAB 400 return. Anything wrong with header, trailer, record types or sequence refuses it whole. */
export function* readCnab400(content: Content): Opening {
  const ends = yield* structure(content);
  const known = slice(ends.header?.text ?? '', BANK);
  const { layout, fallback } = layout400(known);
  const isBank = isCompeCode(known);
  const as = isBank ? { name: layout.name, fallback } : null;
  if (ends.fault) return opened(refused('cnab400', [ends.fault], { bank: isBank ? known : null, layout: as, currency: 'BRL' }));

  const findings = new Findings();
  if (fallback) findings.add('ok', null, `bank ${known} has no layout of its own here: read by the common one`);
  const { tally, rows } = yield* tallied((into) => titlesIn(content, layout, into), layout.basis, layout.totals.map((total) => total.of), findings);
  const trailer = checkTrailer(ends.trailer, layout, known, tally, findings);
  return finish({ kind: 'cnab400', bank: known, layout: as, header: headerOf(ends.header.text, layout), trailer }, tally, rows, findings);
}
