import { type BankFile, type FileKind, type Header, type Row, refused, totalsOf } from '../bank-file';
import type { Findings } from './findings';

/** What a reader of bank returns knows when all lines are read. */
export interface Read { kind: FileKind; bank: string; layout: BankFile['layout']; header: Header; rows: Row[]; trailer: BankFile['trailer'] }

/** The result of a return in reais. Sums beyond what a double holds exactly are refused: no creditor of one file is owed 90 trillion reais. */
export function finish(read: Read, findings: Findings): BankFile {
  const totals = totalsOf(read.rows);
  if (!Number.isSafeInteger(totals.gross_cents)) findings.add('refused', null, 'the payments sum to more than can be counted exactly');
  if (findings.posting === 'refused')
    return refused(read.kind, findings.list(), { bank: read.bank, layout: read.layout, currency: 'BRL', header: read.header });
  const accounts = [...new Set(read.rows.map((row) => row.account).filter((account) => account !== null))];
  return { ...read, posting: findings.posting, currency: 'BRL', accounts, totals, problems: findings.list() };
}
