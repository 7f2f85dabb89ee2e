import { Module } from '@nestjs/common';
import { AllocationPolicyController } from './allocation-policy/allocation-policy.controller';
import { Accounts } from './accounts/accounts';
import { ReceivablesController } from './accounts/receivables.controller';
import { UnappliedController } from './accounts/unapplied.controller';
import { BankFiles } from './bank-files/bank-files';
import { BankFilesController } from './bank-files/bank-files.controller';
import { Collecting } from './bank-files/collecting';
import { LookUp } from './bank-files/look-up';
import { Batches, CoveredBeside, StoredFiles } from './bank-files/stored-files';
import { Coverages } from './source-coverage/coverages';
import { LateSources } from './source-coverage/late-sources';
import { SourceCoverageController } from './source-coverage/source-coverage.controller';
import { SourceStandings } from './source-coverage/source-standings';
import { GateFacts } from './gate/facts';
import { GateController } from './gate/gate.controller';
import { Heartbeats } from './heartbeats/heartbeats';
import { LedgerController } from './ledger/ledger.controller';
import { PaymentReconciliationConsumer } from './payment-reconciliation.consumer';
import { Books } from './waiting-money/book';
import { LettingGo } from './waiting-money/letting-go';
import { Placing } from './waiting-money/placing';
import { WaitingMoneyController } from './waiting-money/waiting-money.controller';
import { WaitingMoneys } from './waiting-money/waiting-moneys';
import { Rejections } from './unread/rejections';

@Module({
  controllers: [PaymentReconciliationConsumer, ReceivablesController, UnappliedController, LedgerController, AllocationPolicyController, BankFilesController, WaitingMoneyController, SourceCoverageController, GateController],
  providers: [Accounts, Coverages, SourceStandings, LateSources, Heartbeats, Rejections, GateFacts, StoredFiles, Batches, CoveredBeside, LookUp, BankFiles, Collecting, Books, WaitingMoneys, Placing, LettingGo],
})
export class PaymentReconciliationModule {}
