import type { BankFile, FileKind, Posting, Problem } from '@emdia/bank-files';
import { addDays, type CivilDate } from '@emdia/calendar';
import { fileNumber } from '@emdia/bank-files';
import { type DecisionOne, Forbidden, Outdated } from '@emdia/messaging';
import { dayOf } from '../accounts/account';
import type { PackedFile } from './packed-file';
import type { LeftReason } from './row';

/**
 * `received`: not yet read. `posting`: its rows are being taken in; `matching`: money of it that quotes nothing known is looked at. `posted`: all is done. `holding`: it needs a person's
 * word, and what it tells of is being held until then; `needs-confirmation`: that is done. `refused`: nothing of it can be
 * read. `undoing`, `undone`: what it had posted is being, or has been, taken back.
 */
export const STATUSES = ['received', 'posting', 'matching', 'posted', 'holding', 'needs-confirmation', 'refused', 'undoing', 'undone'] as const;
export type Status = (typeof STATUSES)[number];

/** What became of a row. `returned`: a payment that was taken back; `known`: taken in before, with this file or another; `nothing`: it is not about money. */
export const OUTCOMES = ['posted', 'awaiting', 'held', 'returned', 'left', 'known', 'nothing'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The states in which a row is kept; `undone` once what it had done was taken back. */
export type RowState = Exclude<Outcome, 'known' | 'nothing'> | 'undone';

/** A file that tells a row too, on which line of it, and whether with the credit. */
export interface Teller {
  readonly file_id: string;
  readonly line: number;
  readonly credited: boolean;
}

/** A row that is about money, as it stands, under the file that made it stand so. */
export interface KeptRow {
  readonly row_id: string;
  readonly file_id: string;
  readonly line: number;
  readonly state: RowState;
  /** The payment that it is in the ledger; null where it is none. */
  readonly payment_id: string | null;
  readonly reference: string | null;
  readonly our_number: string | null;
  readonly amount_cents: number | null;
  readonly paid_date: CivilDate | null;
  readonly credit_date: CivilDate | null;
  readonly reason: LeftReason | null;
  /** What is undone stands by their word. */
  readonly others: readonly Teller[];
  /** Which version of the row this was decided on; null where there was none. */
  readonly version: string | null;
}

/** What reading a file told; problems name lines, never people. */
export interface Read {
  readonly kind: FileKind | null;
  readonly bank: string | null;
  readonly layout: { readonly name: string; readonly fallback: boolean } | null;
  readonly posting: Posting;
  readonly currency: string | null;
  readonly number: string | null;
  readonly covers_until: CivilDate | null;
  readonly settled_rows: number;
  readonly settled_cents: number;
  readonly problems: readonly Problem[];
}

export type Counts = Readonly<Record<Outcome, number>>;

/** One file that a creditor's bank wrote, and how far it has come. */
export interface StoredFile {
  readonly file_id: string;
  readonly creditor_id: string;
  readonly source: string;
  readonly name: string;
  readonly size_bytes: number;
  readonly actor: string;
  readonly received_at: Date;
  readonly status: Status;
  readonly read: Read | null;
  /** Null until it was read. */
  readonly rows: number | null;
  /** How often it has begun to be taken in: once held, posted once confirmed, posted anew after an undo. */
  readonly pass: number;
  /** What the batches of this pass have come to; derived. */
  readonly rows_done: number;
  readonly counts: Counts;
  /** What stands in the ledger by its rows, less what they took back: by the batches of this pass, and by what was moved; derived. */
  readonly posted_cents: number;
  /** Of rows that went over to it from another file, less those that went over to another or were taken back; and what was left of earlier passes. */
  readonly moved_cents: number;
  /** Until which day the file's source has told everything; null until the last row, and where the file does not say. */
  readonly covered_until: CivilDate | null;
  /** Who confirmed or undid it. */
  readonly decided_by: string | null;
  readonly concluded_at: Date | null;
  /** Rows that the next save writes. */
  readonly unsaved: readonly KeptRow[];
}

export const NO_COUNTS: Counts = { posted: 0, awaiting: 0, held: 0, returned: 0, left: 0, known: 0, nothing: 0 };
const PROBLEMS_KEPT_MAX = 200;

/** What somebody gave us. */
export type Given = Pick<StoredFile, 'file_id' | 'creditor_id' | 'source' | 'name' | 'size_bytes' | 'actor'>;

/** A file came; the same bytes for the same source are the same file. */
export function receive(known: StoredFile | null, given: Given, now: Date): DecisionOne<StoredFile | null, boolean> {
  if (known) return { ignored: 'known', result: false };
  const fresh = { status: 'received', read: null, rows: null, pass: 0, rows_done: 0, counts: NO_COUNTS, posted_cents: 0, moved_cents: 0, covered_until: null, decided_by: null, concluded_at: null, unsaved: [] } as const;
  return { next: { ...given, ...fresh, received_at: now }, result: true };
}

/**
 * The last day of which the file tells everything: what a statement covers; of a return, the day before it was made. Never a day that was not over when the file was made,
 * or when it came: a statement of the month ends on a day to come, and who pays on that day is not in it.
 */
export function coversUntil({ kind, header }: BankFile, received_at: Date): CivilDate | null {
  const made = header.generated_on === null ? null : addDays(header.generated_on, -1);
  const told = header.covered_until ?? (kind === 'ofx' || kind === 'pix' ? null : made);
  return told === null ? null : [told, made ?? told, addDays(dayOf(received_at), -1)].sort()[0]!;
}

/**
 * It was read: its rows are taken in, held until a person says so, or there are none. One that corrects another, by name, waits for a person too: which payments
 * of the first were wrong, nobody but the bank knows, and both together are too much.
 */
export function readAs(known: StoredFile | null, { file, rows }: Pick<PackedFile, 'file' | 'rows'>, now: Date, corrected: string | null): DecisionOne<StoredFile | null> {
  if (known?.status !== 'received') return { ignored: 'read-before' };
  const { kind, bank, layout, currency, totals } = file;
  const posting = corrected === null || file.posting === 'refused' ? file.posting : 'needs_confirmation';
  const problems = [...(corrected === null ? [] : [{ line: null, reason: `it corrects "${corrected}", a file of the same number that is posted: undo that one, then confirm this one` }]), ...file.problems];
  const read: Read = {
    kind, bank, layout, posting, currency, number: fileNumber(file), covers_until: coversUntil(file, known.received_at),
    settled_rows: totals.settled_rows, settled_cents: totals.gross_cents, problems: problems.slice(0, PROBLEMS_KEPT_MAX),
  };
  if (posting === 'refused') return { next: { ...known, read, rows: 0, status: 'refused', concluded_at: now } };
  return { next: { ...known, read, rows, status: posting === 'needs_confirmation' ? 'holding' : 'posting' } };
}

/** Rows that follow each other in a file, taken in together, and what they came to. */
export interface TakenBatch {
  readonly file: Pick<StoredFile, 'file_id' | 'creditor_id' | 'source' | 'pass'>;
  readonly from_row: number;
  readonly rows: number;
  readonly counts: Partial<Counts>;
  readonly posted_cents: number;
  readonly kept: readonly KeptRow[];
}

/** A worker that lost its file to another: what it has done is not written. */
export const TAKEN_OVER = 'taken-over';

/** All its rows are taken in, each in the transaction of what it posts. */
export function takenIn(known: StoredFile | null): DecisionOne<StoredFile | null> {
  if ((known?.status !== 'posting' && known?.status !== 'holding') || known.rows_done < known.rows!) throw new Forbidden(TAKEN_OVER, 'Another worker has this file in hand.');
  return { next: { ...known, status: 'matching' } };
}

/** What is found out about its money is written while it is being matched, and not after. */
export function stillMatching(known: StoredFile | null): DecisionOne<StoredFile | null> {
  if (known?.status !== 'matching') throw new Forbidden(TAKEN_OVER, 'Another worker has matched this file.');
  return { ignored: 'matching' };
}

/** Whether nobody has said yet that what the file tells is right. */
export const isDoubtful = ({ read, decided_by }: StoredFile): boolean => read!.posting === 'needs_confirmation' && decided_by === null;

/** Its money is placed, or held for a person: only now has its source told everything that it tells; of a doubtful file all is held, and nothing is told. */
export function matched(known: StoredFile | null, now: Date): DecisionOne<StoredFile | null> {
  stillMatching(known);
  if (isDoubtful(known!)) return { next: { ...known!, status: 'needs-confirmation' } };
  return { next: { ...known!, status: 'posted', covered_until: known!.read!.covers_until, concluded_at: now } };
}

/** Its money that still waits is looked at once more. */
export function matchAgain(known: StoredFile | null): DecisionOne<StoredFile | null> {
  if (known?.status !== 'posted') throw notNow(known, 'Only a file that is posted can be matched again.');
  return { next: { ...known, status: 'matching' } };
}

/** A person says that what the file tells is right; or that a file which was undone is to be posted after all. */
export function confirm(known: StoredFile | null, actor: string): DecisionOne<StoredFile | null> {
  if (known?.status !== 'needs-confirmation' && known?.status !== 'undone') throw notNow(known, 'Only a file that needs confirmation, or was undone, can be confirmed.');
  return { next: { ...known, status: 'posting', pass: known.pass + 1, moved_cents: known.posted_cents, decided_by: actor, concluded_at: null } };
}

/**
 * A person takes back what the file has posted, or lets go what it holds; of one that was refused there is nothing, but it was seen.
 * `covered_until` is what is uncovered with it: what it covers since, nobody would uncover.
 */
export function undo(known: StoredFile | null, actor: string, covered_until: CivilDate | null): DecisionOne<StoredFile | null> {
  if (known && known.covered_until !== covered_until) throw notNow(known, 'The file has come further meanwhile. Ask again.');
  if (known?.status === 'refused' && known.decided_by === null) return { next: { ...known, decided_by: actor } };
  if (known?.status !== 'posted' && known?.status !== 'needs-confirmation') throw notNow(known, 'Only a file that is posted, or needs confirmation, can be undone. Wait until it is.');
  return { next: { ...known, status: 'undoing', covered_until: null, decided_by: actor, concluded_at: null } };
}

const notNow = (known: StoredFile | null, message: string): Forbidden => new Forbidden('not-now', `${message} This one is ${known?.status ?? 'unknown'}.`);

/** What a row has brought into the ledger, or taken out of it. */
export const centsOf = ({ state, amount_cents }: Pick<KeptRow, 'state' | 'amount_cents'>): number => (state === 'posted' ? amount_cents! : state === 'returned' ? -amount_cents! : 0);

/** Some rows were taken back, or went over to other files, and with them so many cents. */
export function takeBack(known: StoredFile | null, kept: readonly KeptRow[], cents: number): DecisionOne<StoredFile | null> {
  if (known?.status !== 'undoing') throw new Forbidden(TAKEN_OVER, 'The file is not being undone any more.');
  return { next: { ...known, moved_cents: known.moved_cents - cents, unsaved: [...known.unsaved, ...kept] } };
}

/** A file by whose word another's row goes on standing is as it was when that was decided; `cents` came over to it. Throws Outdated. */
export function stillStands(known: StoredFile | null, status: Status, cents = 0): DecisionOne<StoredFile | null> {
  if (known?.status !== status) throw new Outdated(`file ${known?.file_id} is ${known?.status} and no longer ${status}`);
  return cents === 0 ? { ignored: status } : { next: { ...known, moved_cents: known.moved_cents + cents } };
}

/** Nothing of it is left in the ledger. */
export function undone(known: StoredFile | null, now: Date): DecisionOne<StoredFile | null> {
  if (known?.status !== 'undoing') return { ignored: 'not-undoing' };
  return { next: { ...known, status: 'undone', pass: known.pass + 1, moved_cents: known.posted_cents, concluded_at: now } };
}
