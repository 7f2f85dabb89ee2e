import type { BankFile, Row } from './bank-file';
import { movementIdentities } from './ofx/ofx';
import { ordinals } from './ordinals';
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

/** Says what each row of a file is, asked for row after row in their order; see `rowIdentity`. */
export function rowIdentities(file: BankFile): (row: Row) => string {
  if (file.kind === 'ofx') {
    const movement = movementIdentities(file.bank);
    return (row) => `ofx|${movement(row)}`;
  }
  const ordinal = ordinals();
  return (row) => ordinal(content(file, row));
}

/**
 * What a row is, by content: bank, account, numbers, code, day, amounts, and its ordinal among equal rows of the file. The same file
 * in other bytes gives the same identities, so what is kept under them happens once. The credit date is no part of it: a payment
 * told again once it is credited is the same payment. RangeError where the row is not of the file.
 */
export function rowIdentity(file: BankFile, row: Row): string {
  let ids = known.get(file);
  if (!ids) {
    const identity = rowIdentities(file);
    known.set(file, (ids = new Map(file.rows.map((each) => [each, identity(each)]))));
  }
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
