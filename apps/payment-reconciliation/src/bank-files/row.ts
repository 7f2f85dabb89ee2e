import { type BankFile, chargesIn, grantedCents, type Row, rowIdentities } from '@emdia/bank-files';
import type { CivilDate } from '@emdia/calendar';
import { type ChargesTold, derivedId } from '@emdia/contracts';
import { slipReference } from '../accounts/references';

/** Why a row that is about money was left to a person. */
export type LeftReason = 'no-amount' | 'no-currency' | 'no-date' | 'unknown-payment' | 'other-amount' | 'refused-by-ledger' | 'not-taken-back';

/** Money that a row tells of. Cents of the file's currency; `references` are the texts it may be looked for by, the surest first. */
export interface Money {
  readonly amount_cents: number;
  readonly currency: string;
  readonly fee_cents: number | null;
  readonly discount_cents: number;
  /** Late charges that the bank says are in the amount. */
  readonly charges: ChargesTold | null;
  readonly paid_date: CivilDate;
  readonly references: readonly string[];
}

/** What a row says, for the ledger. */
export type Said =
  | { readonly kind: 'credited'; readonly money: Money; readonly credit_date: CivilDate }
  /** Paid, and not yet in the account: no money, but a reason to ask nobody. */
  | { readonly kind: 'paid'; readonly money: Money }
  /** A payment taken back; `of` is the external id of the row that it takes back, where it says so. */
  | { readonly kind: 'reversed'; readonly of: string | null; readonly amount_cents: number; readonly currency: string; readonly date: CivilDate }
  /** `references`: a payment it is, of nobody knows how much, so that whom it names is not asked; null where it is none. */
  | { readonly kind: 'left'; readonly reason: LeftReason; readonly references: readonly string[] | null }
  /** Not about money received. */
  | { readonly kind: 'nothing' };

/** A row as it is kept: known by what it says, in whatever file it comes. */
export interface KnownRow {
  /** Derived from what `rowIdentity` says. */
  readonly row_id: string;
  readonly line: number;
  readonly our_number: string | null;
  readonly external_id: string | null;
  readonly said: Said;
  /** As it was read. */
  readonly row: Row;
}

/** A payment's reference is visible ASCII of at most 80 characters; what is longer or has blanks is no exact key. */
const REFERENCE = /^[!-~]{1,80}$/;

function referencesOf(file: BankFile, { our_number, document_number }: Row): string[] {
  // The number in a statement is the bank's own.
  if (file.kind === 'ofx') return [];
  const slips = our_number === null || file.kind === 'pix' ? [] : [
    slipReference(file.bank, our_number),
    // As it is kept where the creditor gave no code, and so no bank: without its check digit, or whole.
    slipReference(file.bank, our_number)?.replace(/^slip:[^:]*:/, 'slip::') ?? null,
    slipReference(null, our_number),
    // A collecting agent tells the creditor's own number; a bank's is its own, and an invoice of somebody else may be numbered alike.
    file.kind === 'febraban150' ? our_number : null,
  ];
  return [...new Set([...slips, document_number])].filter((each): each is string => each !== null && REFERENCE.test(each));
}

function moneyOf(file: BankFile, row: Row): Money | LeftReason {
  const { gross_cents, net_cents } = row;
  const amount_cents = gross_cents ?? net_cents;
  const paid_date = row.paid_date ?? row.credit_date;
  if (amount_cents === null || amount_cents <= 0) return 'no-amount';
  if (file.currency === null) return 'no-currency';
  if (paid_date === null) return 'no-date';
  return {
    amount_cents, currency: file.currency, paid_date, references: referencesOf(file, row),
    // A fee that the bank debits by itself is not withheld from this money.
    fee_cents: gross_cents !== null && net_cents !== null && net_cents <= gross_cents ? gross_cents - net_cents : null,
    discount_cents: grantedCents(row), charges: chargesIn(row),
  };
}

function saidBy(file: BankFile, row: Row): Said {
  if (!row.settled && row.meaning !== 'reversed') return { kind: 'nothing' };
  const money = moneyOf(file, row);
  if (typeof money === 'string') return { kind: 'left', reason: money, references: row.settled ? referencesOf(file, row) : null };
  if (row.settled) return row.credit_date === null ? { kind: 'paid', money } : { kind: 'credited', money, credit_date: row.credit_date };
  return { kind: 'reversed', of: row.reverses_id, amount_cents: money.amount_cents, currency: money.currency, date: money.paid_date };
}

/** The texts by which what a row tells may be looked for; none where it is no payment. */
export const referencesIn = ({ said }: KnownRow): readonly string[] | null => ('money' in said ? said.money.references : said.kind === 'left' ? said.references : null);

/** Says what the ledger takes of each row of a file, asked for row after row in their order. */
export function knownRows(file: BankFile): (row: Row) => KnownRow {
  const identity = rowIdentities(file);
  return (row) => ({ row_id: derivedId('bank-row', identity(row)), line: row.line, our_number: row.our_number, external_id: row.external_id, said: saidBy(file, row), row });
}
