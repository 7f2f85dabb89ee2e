import { type BankFile, type FileKind, type Header, opened, type OpenFile, refused, type Row } from '../bank-file';
import type { Findings } from './findings';
import type { Tally } from './tally';

/** What a reader of bank returns knows when all lines are read. */
export interface Read { kind: FileKind; bank: string; layout: BankFile['layout']; header: Header; trailer: BankFile['trailer'] }

/** The result of a return in reais. Sums beyond what a double holds exactly are refused: no creditor of one file is owed 90 trillion reais. */
export function finish(read: Read, { totals, accounts, rows: count }: Tally, rows: () => Iterable<readonly Row[]>, findings: Findings): OpenFile {
  if (!Number.isSafeInteger(totals.gross_cents)) findings.add('refused', null, 'the payments sum to more than can be counted exactly');
  if (findings.posting === 'refused')
    return opened(refused(read.kind, findings.list(), { bank: read.bank, layout: read.layout, currency: 'BRL', header: read.header }));
  return { file: { ...read, rows: [], posting: findings.posting, currency: 'BRL', accounts: [...accounts], totals, problems: findings.list() }, count, rows };
}
