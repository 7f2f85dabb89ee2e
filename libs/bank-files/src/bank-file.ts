import type { CivilDate } from '@emdia/calendar';
import type { ChargesTold } from '@emdia/contracts';

/** What kinds of file are read: bank returns in three formats, statements, and what the central bank's Pix API sends. */
export type FileKind = 'cnab400' | 'cnab240' | 'febraban150' | 'ofx' | 'pix';

/**
 * What may be done with the rows: `ok` posts, `warning` posts and tells (a count differs), `needs_confirmation` posts nothing
 * until a person agrees (a money total that this bank keeps disagrees), `refused` posts nothing and has no rows.
 */
export type Posting = 'ok' | 'warning' | 'needs_confirmation' | 'refused';

/** What is wrong, and on which physical line of the file (1 = the first); null where it is the file as a whole. No personal data. */
export interface Problem { line: number | null; reason: string }

/** What the code of a row says, whatever amounts the row carries. Only `settled` is money; a reversal takes money back; a notice is anything else. */
export type Meaning = 'settled' | 'confirmed' | 'rejected' | 'written_off' | 'reversed' | 'fee' | 'allegation' | 'notice';

/** One row of a file. Cents are integers of the file's currency; what the file does not say is null. A row without `credit_date` is no money yet. */
export interface Row {
  /** Physical line (240: of the T segment); for JSON the ordinal of the entry; 1 = the first. */
  line: number;
  /** As in `BankFile.accounts`. */
  account: string | null;
  /** Nosso número, normalised by bank: see `normaliseOurNumber`. */
  our_number: string | null;
  /** Seu número, the creditor's own; for Pix the txid. */
  document_number: string | null;
  /** Code of the row as the source spells it (`06`; OFX TRNTYPE; Pix event). */
  occurrence: string | null;
  settled: boolean;
  /** Face value. */
  title_cents: number | null;
  /** What the payer paid, before the bank's fee. */
  gross_cents: number | null;
  /** What the account was or will be credited with. */
  net_cents: number | null;
  fee_cents: number | null;
  /** Late charges paid: interest and fine together, where the bank does not part them. */
  interest_cents: number | null;
  /** The fine in it, where the bank parts them; not part of the JSON. */
  fine_cents: number | null;
  discount_cents: number | null;
  /** Abatimento, where it is told apart from the discount and not in it; not part of the JSON. */
  rebate_cents: number | null;
  due_date: CivilDate | null;
  /** When it happened at the bank; for a settled row, when the payer paid. */
  paid_date: CivilDate | null;
  /** When the money is in the account. */
  credit_date: CivilDate | null;
  /** FITID or endToEndId. */
  external_id: string | null;
  /** Of a reversal that names what it takes back: the `external_id` of that row; not part of the JSON. */
  reverses_id: string | null;
  /** Name as written. */
  payer: string | null;
  /** CPF or CNPJ as written, digits and letters only; not part of the JSON. */
  payer_document: string | null;
  /** Free text of the bank; not part of the JSON. */
  memo: string | null;
  /** What `occurrence` means at this bank; not part of the JSON. */
  meaning: Meaning;
}

/** What was granted of a title: every discount, an abatimento told apart from it included. */
export const grantedCents = ({ discount_cents, rebate_cents }: Pick<Row, 'discount_cents' | 'rebate_cents'>): number => (discount_cents ?? 0) + (rebate_cents ?? 0);

/** Late charges in the amount, as the bank tells them; null where it tells none. */
export function chargesIn({ interest_cents, fine_cents }: Pick<Row, 'interest_cents' | 'fine_cents'>): ChargesTold | null {
  if (interest_cents === null || interest_cents <= 0) return null;
  return fine_cents === null ? { interest_cents } : { fine_cents, interest_cents: interest_cents - fine_cents };
}

/** What the head of a file says; not part of the JSON. */
export interface Header {
  /** Number of the file as the sender counts. */
  sequence: string | null;
  agreement: string | null;
  generated_on: CivilDate | null;
  /** The day the rows are credited where they do not say it themselves, and the period a statement covers. */
  credit_date: CivilDate | null;
  covered_from: CivilDate | null;
  covered_until: CivilDate | null;
}

/** A file as read. A refusal is a result too: `posting` is `refused`, there are no rows, and `problems` say why. */
export interface BankFile {
  /** Null where the file is none of the known kinds. */
  kind: FileKind | null;
  /** COMPE code of three digits, or what the file gives where it is no bank's code (OFX). */
  bank: string | null;
  /** By which description it was read; `fallback` where the bank has none of its own. */
  layout: { name: string; fallback: boolean } | null;
  posting: Posting;
  /** ISO 4217; null where the file does not say or mixes several. */
  currency: string | null;
  accounts: string[];
  header: Header;
  rows: Row[];
  /** Of the settled rows only. */
  totals: { settled_rows: number; gross_cents: number };
  /** What the file says of itself at its end, as far as this bank keeps it; a statement's balances. */
  trailer: Record<string, string | number | null>;
  problems: Problem[];
}

/** A file as read but for its rows, which are read when they are asked for, in stretches of some hundred lines and each time anew: all of a large file's together take ten times its bytes. */
export interface OpenFile {
  /** Without rows. */
  file: BankFile;
  count: number;
  rows: () => Iterable<readonly Row[]>;
}

/** A file while it is read: it pauses after each stretch, for whoever has something else to do meanwhile. */
export type Opening = Generator<undefined, OpenFile>;

/** A file that was read at once. */
export const opened = ({ rows, ...file }: BankFile): OpenFile => ({ file: { ...file, rows: [] }, count: rows.length, rows: () => [rows] });

/** A header that says nothing. */
export const NO_HEADER: Header = { sequence: null, agreement: null, generated_on: null, credit_date: null, covered_from: null, covered_until: null };

/** A row that says nothing but where it stands. */
export const emptyRow = (line: number): Row => ({
  line, account: null, our_number: null, document_number: null, occurrence: null, settled: false, title_cents: null, gross_cents: null, net_cents: null,
  fee_cents: null, interest_cents: null, fine_cents: null, discount_cents: null, rebate_cents: null, due_date: null, paid_date: null, credit_date: null, external_id: null, reverses_id: null,
  payer: null, payer_document: null, memo: null, meaning: 'notice',
});

/** A file refused whole: what was known of it until then, no rows, and the reasons. */
export function refused(kind: FileKind | null, problems: Problem[], known: Partial<Pick<BankFile, 'bank' | 'layout' | 'currency' | 'header'>> = {}): BankFile {
  return {
    kind, bank: null, layout: null, posting: 'refused', currency: null, accounts: [], header: NO_HEADER, rows: [],
    totals: { settled_rows: 0, gross_cents: 0 }, trailer: {}, problems, ...known,
  };
}

/** Number and gross cents of the settled rows; a settled row without a gross amount counts and adds nothing. */
export function totalsOf(rows: readonly Row[]): BankFile['totals'] {
  let settled_rows = 0;
  let gross_cents = 0;
  for (const row of rows) {
    if (!row.settled) continue;
    settled_rows++;
    gross_cents += row.gross_cents ?? 0;
  }
  return { settled_rows, gross_cents };
}
