import { formatBRL } from '@emdia/money';
import type { LeftReason } from './row';
import type { StoredFile } from './stored-file';

const KINDS: Record<NonNullable<NonNullable<StoredFile['read']>['kind']>, string> = {
  cnab400: 'CNAB 400 return', cnab240: 'CNAB 240 return', febraban150: 'FEBRABAN 150 return of slips', ofx: 'OFX statement', pix: 'Pix notification',
};

/** Why a row was left, and what to do about it. */
export const LEFT: Readonly<Record<LeftReason, string>> = {
  'no-amount': 'it is a payment without an amount; ask the bank',
  'no-currency': 'the file does not say its currency; ask the bank',
  'no-date': 'it is a payment without a date; ask the bank',
  'unknown-payment': 'it takes back a payment that is not known here; post the file that told of it, then this one again (undo, confirm)',
  'other-amount': 'the webhook of its source has told it with another amount; ask the bank which is right, and undo this file where it is wrong',
  'refused-by-ledger': 'the ledger refused it; the log of the service says why',
  'not-taken-back': 'the ledger would not take it back; the log of the service says why',
};

const count = (n: number, noun: string): string => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

function what({ read, name }: StoredFile): string {
  if (!read?.kind) return `"${name}" is no file that can be read here.`;
  const { kind, bank, layout, settled_rows, settled_cents } = read;
  const by = layout ? `, layout ${layout.name}${layout.fallback ? ' (the common one: this bank has none of its own here)' : ''}` : '';
  return `${KINDS[kind]}${bank ? ` of bank ${bank}` : ''}${by}: ${count(settled_rows, 'settled row')}, ${formatBRL(settled_cents)}.`;
}

function standing({ status, source, rows, rows_done, decided_by }: StoredFile): string {
  const progress = `${rows_done.toLocaleString('en')} of ${count(rows ?? 0, 'row')}`;
  switch (status) {
    case 'received': return 'It waits to be read.';
    case 'posting': return `It is being posted: ${progress}.`;
    case 'matching': return 'Its rows are taken in; what quotes nothing known is being looked at.';
    case 'holding': return `What it tells of is being held: ${progress}.`;
    case 'posted': return `Posted whole: ${count(rows!, 'row')}.`;
    case 'needs-confirmation': return 'Nothing of it is posted: a person has to look at the problems and confirm it, or undo it. Until then nobody is asked for the debts that it names.';
    case 'refused': return `Nothing of it is posted. Have the bank send it again. ${decided_by === null ? `It may tell of payments: until somebody undoes it, nobody is asked for what can be paid through ${source}.` : `${decided_by} has let it go.`}`;
    case 'undoing': return `It is being undone, as ${decided_by} asked.`;
    case 'undone': return `It was undone by ${decided_by}; nothing of it is left in the ledger but what is told here. Confirm it to post it after all.`;
  }
}

/** What became of a file, in words, for the person who sent it; it names nobody of whom the file tells. `waiting` is how many of its payments no receivable has taken. */
export function inWords(file: StoredFile, waiting: { readonly rows: number; readonly cents: number }, left: ReadonlyMap<LeftReason, number>): string {
  const { counts: { posted, awaiting, held, returned, known, nothing }, covered_until, source, status, read } = file;
  const lines = [what(file), standing(file)];
  if (posted > 0) lines.push(`${count(posted, 'payment')} posted, ${waiting.rows === 0 ? 'every one to what it pays' : `${waiting.rows.toLocaleString('en')} of them wait in GET /v1/waiting-money or GET /v1/unapplied (${formatBRL(waiting.cents)})`}.`);
  if (returned > 0) lines.push(`${count(returned, 'payment')} taken back by the bank.`);
  if (awaiting > 0) lines.push(`${count(awaiting, 'payment')} made and not yet credited: no money yet, and nobody is asked meanwhile.`);
  if (held > 0) lines.push(`${count(held, 'row')} held until somebody confirms.`);
  if (known > 0) lines.push(`${count(known, 'row')} known before: nothing happens twice.`);
  if (nothing > 0) lines.push(`${count(nothing, 'row')} not about money received (entries, write-offs, fees, notices).`);
  for (const [reason, rows] of left) lines.push(`${count(rows, 'row')} left over: ${LEFT[reason]}.`);
  if (status === 'posted') lines.push(covered_until === null ? 'It does not say until when it tells everything, so that it covers no day.' : `With it, ${source} has told everything until ${covered_until}.`);
  for (const { line, reason } of read?.problems ?? []) lines.push(`${line === null ? 'The file' : `Line ${line}`}: ${reason}.`);
  return lines.join('\n');
}
