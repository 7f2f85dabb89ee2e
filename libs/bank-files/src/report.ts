import type { BankFile, Meaning, Row } from './bank-file';
import { reais } from './cnab/findings';

const KINDS: Record<NonNullable<BankFile['kind']>, string> = {
  cnab400: 'CNAB 400 return', cnab240: 'CNAB 240 return', febraban150: 'FEBRABAN 150 return of slips', ofx: 'OFX statement', pix: 'Pix notification',
};
const NOT_PAID: Record<Exclude<Meaning, 'settled'>, string> = {
  confirmed: 'entry confirmed', rejected: 'rejected by the bank', written_off: 'written off: the title ended, nobody paid', reversed: 'a payment taken back',
  fee: 'fees', allegation: 'what the payer alleges', notice: 'notice only',
};
const POSTINGS: Record<BankFile['posting'], string> = {
  ok: 'may be posted', warning: 'may be posted; the file was not as it should be, see the problems',
  needs_confirmation: 'must NOT be posted before a person has looked at the problems and agreed', refused: 'refused whole: nothing of it may be posted',
};

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
const sum = (rows: readonly Row[]) => rows.reduce((total, row) => total + (row.gross_cents ?? 0), 0);

function groups(rows: readonly Row[], by: (row: Row) => string): [string, Row[]][] {
  const map = new Map<string, Row[]>();
  for (const row of rows) map.set(by(row), [...(map.get(by(row)) ?? []), row]);
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function settledLines(settled: readonly Row[], currency: string): string[] {
  const credited = groups(settled, (row) => row.credit_date ?? 'later');
  return credited.map(([day, rows]) =>
    day === 'later'
      ? `  not yet credited: ${count(rows.length, 'row')}, ${currency} ${reais(sum(rows))}. Paid, but no money yet.`
      : `  credited on ${day}: ${count(rows.length, 'row')}, ${currency} ${reais(sum(rows))}`);
}

/** What was read, what was settled, what is left over and why, in words. Names nobody. */
export function describeFile(file: BankFile): string {
  const { header, rows, totals } = file;
  const currency = file.currency ?? 'of mixed or unknown currency';
  const settled = rows.filter((row) => row.settled);
  const rest = rows.filter((row) => !row.settled);
  const title = [
    file.kind ? KINDS[file.kind] : 'Unknown file', file.bank && `bank ${file.bank}`, file.layout && `layout ${file.layout.name}${file.layout.fallback ? ' (fallback)' : ''}`,
    header.sequence && `file number ${header.sequence}`, header.generated_on && `of ${header.generated_on}`,
  ].filter((part) => part).join(', ');
  const lines = [title, `Posting: ${file.posting}: ${POSTINGS[file.posting]}.`];
  if (file.posting !== 'refused') {
    lines.push(`Read: ${count(rows.length, 'row')} of ${count(file.accounts.length, 'account')}.`);
    lines.push(`Settled: ${count(totals.settled_rows, 'row')}, ${currency} ${reais(totals.gross_cents)} paid.`, ...settledLines(settled, currency));
    lines.push(`Left over: ${count(rest.length, 'row')}.`);
    for (const [what, of] of groups(rest, (row) => `${row.occurrence ?? 'no code'} (${NOT_PAID[row.meaning === 'settled' ? 'notice' : row.meaning]})`))
      lines.push(`  ${what}: ${count(of.length, 'row')}`);
    const told = Object.entries(file.trailer).filter(([, value]) => value !== null);
    if (told.length > 0) lines.push(`The file says of itself: ${told.map(([name, value]) => `${name} ${value}`).join(', ')}.`);
  }
  if (file.problems.length > 0) lines.push('Problems:', ...file.problems.map(({ line, reason }) => `  ${line === null ? 'the file' : `line ${line}`}: ${reason}`));
  return lines.join('\n');
}

/** The part of a result that is written as JSON, its keys in their order. */
export function fileJson(file: BankFile): unknown {
  const { kind, bank, layout, posting, currency, accounts, totals, trailer, problems } = file;
  const rows = file.rows.map((row) => ({
    line: row.line, account: row.account, our_number: row.our_number, document_number: row.document_number, occurrence: row.occurrence, settled: row.settled,
    title_cents: row.title_cents, gross_cents: row.gross_cents, net_cents: row.net_cents, fee_cents: row.fee_cents, interest_cents: row.interest_cents,
    discount_cents: row.discount_cents, due_date: row.due_date, paid_date: row.paid_date, credit_date: row.credit_date, external_id: row.external_id,
    payer: row.payer,
  }));
  return { kind, bank, layout, posting, currency, accounts, rows, totals, trailer, problems };
}
