import { Reconciliation1700000001100 } from './1700000001100-reconciliation';
import { BalanceByStatement1700000002100 } from './1700000002100-balance-by-statement';
import { MoneyParts1700000003100 } from './1700000003100-money-parts';
import { BankFiles1700000004100 } from './1700000004100-bank-files';
import { WriteOffs1700000005100 } from './1700000005100-write-offs';
import { RefusedFiles1700000005300 } from './1700000005300-refused-files';
import { BankFileBatches1700000006100 } from './1700000006100-bank-file-batches';
import { RowsToldAgain1700000007100 } from './1700000007100-rows-told-again';
import { TwoRoads1700000007300 } from './1700000007300-two-roads';
import { FiledPayments1700000007400 } from './1700000007400-filed-payments';
import { MovedRows1700000007500 } from './1700000007500-moved-rows';
import { PostingsByStatement1700000007600 } from './1700000007600-postings-by-statement';
import { ChargesTold1700000009800 } from './1700000009800-charges-told';

/** The schema of this service, in order. */
export const migrations = [
  Reconciliation1700000001100, BalanceByStatement1700000002100, MoneyParts1700000003100, BankFiles1700000004100, WriteOffs1700000005100, RefusedFiles1700000005300,
  BankFileBatches1700000006100, RowsToldAgain1700000007100, TwoRoads1700000007300, FiledPayments1700000007400, MovedRows1700000007500, PostingsByStatement1700000007600,
  ChargesTold1700000009800,
];
