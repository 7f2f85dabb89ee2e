import { Module } from '@nestjs/common';
import { AllocationPolicyController } from './allocation-policy/allocation-policy.controller';
import { Accounts } from './accounts/accounts';
import { ReceivablesController } from './accounts/receivables.controller';
import { UnappliedController } from './accounts/unapplied.controller';
import { BankFiles } from './bank-files/bank-files';
import { BankFilesController } from './bank-files/bank-files.controller';
import { Collecting } from './bank-files/collecting';
import { LookUp } from './bank-files/look-up';
import { Batches, StoredFiles } from './bank-files/stored-files';
import { Coverages } from './source-coverage/coverages';
import { GateFacts } from './gate/facts';
import { GateController } from './gate/gate.controller';
import { Heartbeats } from './heartbeats/heartbeats';
import { LedgerController } from './ledger/ledger.controller';
import { PaymentReconciliationConsumer } from './payment-reconciliation.consumer';
import { Books } from './waiting-money/book';
import { Placing } from './waiting-money/placing';
import { WaitingMoneyController } from './waiting-money/waiting-money.controller';
import { WaitingMoneys } from './waiting-money/waiting-moneys';
import { Rejections } from './unread/rejections';

@Module({
  controllers: [PaymentReconciliationConsumer, ReceivablesController, UnappliedController, LedgerController, AllocationPolicyController, BankFilesController, WaitingMoneyController, GateController],
  providers: [Accounts, Coverages, Heartbeats, Rejections, GateFacts, StoredFiles, Batches, LookUp, BankFiles, Collecting, Books, WaitingMoneys, Placing],
})
export class PaymentReconciliationModule {}
