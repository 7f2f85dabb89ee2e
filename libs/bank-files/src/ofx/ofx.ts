import { documentKind, normaliseDocument } from '@emdia/brazil';
import type { CivilDate } from '@emdia/calendar';
import { type BankFile, emptyRow, type Header, type Meaning, NO_HEADER, refused, type Row, totalsOf } from '../bank-file';
import { Findings } from '../cnab/findings';
import { ordinals } from '../ordinals';
import { type Aggregate, aggregates, ofxVersion, within } from './markup';
import { ofxCents, ofxDate } from './values';

// Money goes out under these; a bank that writes the amount without its sign would make income of it.
const OUTGOING = new Set(['DEBIT', 'DIRECTDEBIT', 'FEE', 'SRVCHG']);
const FEES = new Set(['FEE', 'SRVCHG']);
// Itaú, Caixa and Banco do Brasil write balances between the movements, as credits.
const BALANCE_LINE = /^S ?A ?L ?D ?O(\s+(DO\s+DIA|EM\s+CONTA|TOTAL|FINAL|INICIAL|ATUAL|ANTERIOR|PARCIAL|BLOQUEADO|DISPON[IÍ]VEL|APLIC\w*|POUP\w*|INVEST\w*|DIA)\b.*)?$/i;
const CPF_OR_CNPJ = /(?<![0-9A-Z])(?:\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11}|[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}\/[0-9A-Z]{4}-\d{2}|[0-9A-Z]{12}\d{2})(?![0-9A-Z])/g;

interface Statement {
  readonly account: string | null;
  readonly bank: string | null;
  readonly currency: string | null;
  readonly isCard: boolean;
  readonly aggregate: Aggregate;
}

/** The one valid CPF or CNPJ in a text; null where there is none or there are several. */
function documentIn(text: string): string | null {
  const found = new Set((text.toUpperCase().match(CPF_OR_CNPJ) ?? []).map(normaliseDocument).filter((each) => documentKind(each) !== undefined));
  return found.size === 1 ? [...found][0]! : null;
}

const valueOf = (aggregate: Aggregate | undefined, ...tags: string[]): string | null => {
  for (const tag of tags) {
    const value = aggregate?.values.get(tag);
    if (value) return value;
  }
  return null;
};

const dateOf = (aggregate: Aggregate | undefined, tag: string): CivilDate | null => ofxDate(aggregate?.values.get(tag) ?? '') ?? null;

function statementOf(aggregate: Aggregate): Statement {
  const from = within(aggregate, 'BANKACCTFROM', 'CCACCTFROM')[0];
  const currency = valueOf(aggregate, 'CURDEF')?.toUpperCase() ?? null;
  return {
    account: valueOf(from, 'ACCTID'), bank: valueOf(from, 'BANKID'), currency: currency !== null && /^[A-Z]{3}$/.test(currency) ? currency : null,
    isCard: aggregate.name === 'CCSTMTRS', aggregate,
  };
}

/** Why a movement whose amount and date are read cannot be income, whatever its sign; empty where that needs no word, null where it can. */
function otherThanIncome(entry: Aggregate, cents: number, { isCard, currency }: Statement, fileCurrency: string | null): string | null {
  const type = valueOf(entry, 'TRNTYPE')?.toUpperCase() ?? '';
  const own = valueOf(within(entry, 'CURRENCY')[0], 'CURSYM')?.toUpperCase() ?? currency;
  if (entry.name === 'STMTTRNP') return 'is still pending';
  if ([valueOf(entry, 'NAME'), valueOf(entry, 'MEMO')].some((text) => text !== null && BALANCE_LINE.test(text))) return '';
  if (cents > 0 && OUTGOING.has(type)) return `is of type ${type} and yet above zero`;
  if (own !== fileCurrency) return `is in ${own ?? 'an unknown currency'}, the file in ${fileCurrency ?? 'an unknown one'}`;
  // What is credited to a card pays the card: it comes from the creditor's own account.
  return isCard ? '' : null;
}

function rowOf(entry: Aggregate, statement: Statement, fileCurrency: string | null, findings: Findings): Row {
  const { line } = entry;
  const [name, memo, type] = [valueOf(entry, 'NAME', 'PAYEE'), valueOf(entry, 'MEMO'), valueOf(entry, 'TRNTYPE')];
  const torn = ['TRNAMT', 'FITID', 'DTPOSTED'].find((tag) => entry.twice.has(tag));
  const cents = torn === undefined ? ofxCents(entry.values.get('TRNAMT') ?? '') : null;
  const posted = ofxDate(entry.values.get('DTPOSTED') ?? '') ?? null;
  const available = dateOf(entry, 'DTAVAIL');
  const row = {
    ...emptyRow(line), account: statement.account, document_number: valueOf(entry, 'CHECKNUM', 'REFNUM'), occurrence: type?.toUpperCase() ?? null,
    gross_cents: cents, net_cents: cents, paid_date: posted, credit_date: available !== null && posted !== null && available > posted ? available : posted,
    external_id: valueOf(entry, 'FITID'), payer: name, payer_document: documentIn([name, memo].filter(Boolean).join(' ')), memo,
  };
  if (torn !== undefined) findings.add('warning', line, `a movement has ${torn} twice: two have run into one`);
  else if (cents === null) findings.add('warning', line, 'the amount of a movement cannot be read');
  if (posted === null) findings.add('warning', line, 'a movement has no date that exists');
  if (cents === null || posted === null) return row;
  const meaning: Meaning = FEES.has(row.occurrence ?? '') && cents < 0 ? 'fee' : 'notice';
  const other = otherThanIncome(entry, cents, statement, fileCurrency);
  if (other) findings.add('warning', line, `a movement ${other}: not taken as money`);
  const settled = other === null && cents > 0;
  return { ...row, settled, meaning: settled ? 'settled' : meaning };
}

/** Balances and period of the statements; those after the first carry their number in the name. */
function trailerOf(statements: readonly Statement[]): BankFile['trailer'] {
  const trailer: BankFile['trailer'] = {};
  for (const [at, { aggregate, currency, account }] of statements.entries()) {
    const [list, ledger, available, from] = [['BANKTRANLIST'], ['LEDGERBAL'], ['AVAILBAL'], ['BANKACCTFROM', 'CCACCTFROM']].map((names) => within(aggregate, ...names)[0]);
    const suffix = at === 0 ? '' : `_${at + 1}`;
    const values = {
      account, currency, branch: valueOf(from, 'BRANCHID'), account_type: valueOf(from, 'ACCTTYPE'), start_date: dateOf(list, 'DTSTART'), end_date: dateOf(list, 'DTEND'),
      ledger_balance_cents: ofxCents(ledger?.values.get('BALAMT') ?? ''), ledger_balance_date: dateOf(ledger, 'DTASOF'),
      available_balance_cents: ofxCents(available?.values.get('BALAMT') ?? ''), available_balance_date: dateOf(available, 'DTASOF'),
    };
    for (const [name, value] of Object.entries(values)) trailer[name + suffix] = value;
  }
  return trailer;
}

/** The period that all statements cover; it ends no later than the day the bank made the file. */
function headerOf(signOn: Aggregate | undefined, statements: readonly Statement[]): Header {
  const lists = statements.map(({ aggregate }) => within(aggregate, 'BANKTRANLIST')[0]);
  const generated_on = dateOf(signOn, 'DTSERVER');
  const [starts, ends] = ['DTSTART', 'DTEND'].map((tag) => lists.map((list) => dateOf(list, tag)));
  const known = (dates: (CivilDate | null)[]) => (dates.includes(null) ? [] : (dates as CivilDate[])).sort();
  const [from, until] = [known(starts!).at(-1) ?? null, known([...ends!, ...(generated_on ? [generated_on] : [])])[0] ?? null];
  return { ...NO_HEADER, generated_on, covered_from: from, covered_until: until };
}

/** What the bank says went wrong, in its words; null where nothing did. */
function bankError(status: Aggregate | undefined): string | null {
  if (!status || !/^ERROR$/i.test(valueOf(status, 'SEVERITY') ?? '')) return null;
  return `the bank answers with error ${valueOf(status, 'CODE') ?? 'without a code'}: ${valueOf(status, 'MESSAGE')?.slice(0, 200) ?? 'without words'}`;
}

const ownStatus = (aggregate: Aggregate | undefined) => aggregate?.children.find(({ name }) => name === 'STATUS');

/** Why a text is refused before it is read; null where it is read. */
function refusal(text: string): string | null {
  if (!/<OFX[\s>]/i.test(text)) return 'there is no <OFX> in it';
  const version = ofxVersion(text);
  if (version === undefined) return 'there is no OFX header before the statement';
  return version === null || /^[12]/.test(version) ? null : `OFX version ${version} is not known: 1xx (SGML) and 2xx (XML) are`;
}

/** Notes what makes whole statements doubtful. */
function doubt(statements: readonly Statement[], findings: Findings): void {
  const seen = new Set<string>();
  for (const { account, currency, bank, aggregate } of statements) {
    if (account === null) findings.add('needs_confirmation', aggregate.line, 'a statement names no account');
    if (currency === null) findings.add('needs_confirmation', aggregate.line, 'a statement names no currency');
    if (seen.has(`${bank}|${account}`)) findings.add('needs_confirmation', aggregate.line, 'the same account has two statements in one file');
    seen.add(`${bank}|${account}`);
  }
}

/** Reads an OFX statement, SGML or XML; `text` is decoded by its bytes, because headers lie about it. Never throws. */
export function readOfx(text: string): BankFile {
  const foreign = refusal(text);
  if (foreign) return refused('ofx', [{ line: null, reason: foreign }]);
  const version = ofxVersion(text) ?? null;
  const { root, isWhole } = aggregates(text);
  const layout = { name: `OFX ${version ?? 'without version'}`, fallback: false };
  const no = (reason: string, line: number | null = null) => refused('ofx', [{ line, reason }], { layout });
  const signOn = within(root, 'SONRS')[0];
  const error = bankError(ownStatus(signOn));
  if (error) return no(error, signOn!.line);
  if (!isWhole) return no('the file ends before </OFX>: it is cut off');
  const errors = within(root, 'STMTTRNRS', 'CCSTMTTRNRS').flatMap((each) => bankError(ownStatus(each)) ?? []);
  const statements = within(root, 'STMTRS', 'CCSTMTRS').map(statementOf);
  if (statements.length === 0) return no(errors[0] ?? 'there is no statement inside');
  const entries = statements.map(({ aggregate }) => within(aggregate, 'STMTTRN', 'STMTTRNP'));
  const inside = new Set(entries.flat());
  const stray = within(root, 'STMTTRN', 'STMTTRNP').find((entry) => !inside.has(entry));
  if (stray) return no('a movement stands outside of every statement', stray.line);
  const findings = new Findings();
  if (version === null) findings.add('warning', null, 'the header names no version');
  for (const each of errors) findings.add('warning', null, each);
  doubt(statements, findings);
  const currencies = statements.map(({ currency }) => currency);
  const currency = currencies.includes('BRL') ? 'BRL' : currencies[0]!;
  const rows = statements.flatMap((statement, at) => entries[at]!.map((entry) => rowOf(entry, statement, currency, findings)));
  const bank = statements.find((each) => each.bank !== null)?.bank ?? valueOf(within(root, 'FI')[0], 'FID');
  for (const [at, identity] of statementIdentities({ bank, rows }).entries())
    if (!identity.endsWith('|1')) findings.add('warning', rows[at]!.line, 'a movement repeats id, amount and day of another: kept, perhaps the bank told it twice');
  const totals = totalsOf(rows);
  if (!Number.isSafeInteger(totals.gross_cents)) return no('the credits sum to more than can be counted exactly');
  return {
    kind: 'ofx', bank, layout, posting: findings.posting, currency,
    accounts: [...new Set(statements.flatMap(({ account }) => account ?? []))], header: headerOf(signOn, statements), rows, totals,
    trailer: trailerOf(statements), problems: findings.list(),
  };
}

/**
 * Says what identifies each row of a statement, asked for in their order: bank, account, FITID, amount and date, and the how-manieth of these it is, because banks
 * use an id again for another movement and write two equal movements under one. Memos are left out: they change from one download to the next.
 */
export function movementIdentities(bank: string | null): (row: Row) => string {
  const ordinal = ordinals();
  return ({ account, external_id, net_cents, credit_date, paid_date }) =>
    ordinal([bank?.replace(/^0+/, ''), account?.replace(/\s/g, ''), external_id, net_cents, paid_date ?? credit_date].map((part) => part ?? '').join('|'));
}

/** What each row of a statement is, in their order. */
export const statementIdentities = ({ bank, rows }: Pick<BankFile, 'bank' | 'rows'>): string[] => rows.map(movementIdentities(bank));
