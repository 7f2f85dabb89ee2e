import type { BankFile, Row } from './bank-file';
import { statementIdentities } from './ofx/ofx';
import { ourNumberKey } from './our-number';

/** An endToEndId is unique in all of Pix, by whatever notification it comes; statements have rules of their own. */
const content = (file: BankFile, row: Row): string =>
  (file.kind === 'pix' && row.external_id !== null ? ['pix', row.external_id, row.occurrence] : [
    // A bank tells the same event in its 400 and its 240 format.
    file.kind === 'cnab240' || file.kind === 'cnab400' ? 'cnab' : file.kind,
    file.bank, row.account, row.our_number === null ? null : ourNumberKey(file.bank, row.our_number), row.document_number, row.external_id, row.occurrence,
    row.paid_date, row.gross_cents, row.net_cents,
  ]).map((part) => String(part ?? '').replace(/[|\\]/g, '\\$&')).join('|');

const known = new WeakMap<BankFile, Map<Row, string>>();

/** What each row of a file is, in their order; see `rowIdentity`. */
export function* rowIdentities(file: BankFile): Generator<string> {
  if (file.kind === 'ofx') {
    for (const id of statementIdentities(file)) yield `ofx|${id}`;
    return;
  }
  const counts = new Map<string, number>();
  for (const row of file.rows) {
    const id = content(file, row);
    const ordinal = (counts.get(id) ?? 0) + 1;
    counts.set(id, ordinal);
    yield `${id}|${ordinal}`;
  }
}

function identities(file: BankFile): Map<Row, string> {
  const ids = rowIdentities(file);
  return new Map(file.rows.map((row) => [row, ids.next().value as string]));
}

/**
 * What a row is, by content: bank, account, numbers, code, day, amounts, and its ordinal among equal rows of the file. The same file
 * in other bytes gives the same identities, so what is kept under them happens once. The credit date is no part of it: a payment
 * told again once it is credited is the same payment. RangeError where the row is not of the file.
 */
export function rowIdentity(file: BankFile, row: Row): string {
  let ids = known.get(file);
  if (!ids) known.set(file, (ids = identities(file)));
  const id = ids.get(row);
  if (id === undefined) throw new RangeError('the row is not of this file');
  return id;
}

/**
 * Under which number a bank sent a file: a file that comes again under it, with other rows, is a correction and takes the place of
 * the first. Null where the file has no number.
 */
export const fileNumber = (file: BankFile): string | null =>
  file.header.sequence === null ? null : [file.kind, file.bank, file.header.agreement ?? file.accounts[0] ?? '', file.header.sequence, file.header.generated_on ?? ''].join('|');
