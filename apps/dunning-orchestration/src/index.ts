import type { Service } from '@emdia/runtime';
import { DunningModule } from './dunning.module';
import { Cases1700000001000 } from './migrations/1700000001000-cases';
import { LeanWrites1700000002000 } from './migrations/1700000002000-lean-writes';
import { WrittenOff1700000003000 } from './migrations/1700000003000-written-off';
import { Reguas1700000004000 } from './migrations/1700000004000-reguas';
import { PublishedReguas1700000005000 } from './migrations/1700000005000-published-reguas';
import { NoticeWords1700000006000 } from './migrations/1700000006000-notice-words';
import { HoldsAndCauses1700000007000 } from './migrations/1700000007000-holds-and-causes';
import { OutwardActs1700000008000 } from './migrations/1700000008000-outward-acts';
import { ChargeAttempts1700000008100 } from './migrations/1700000008100-charge-attempts';
import { HoldsThatEnd1700000008300 } from './migrations/1700000008300-holds-that-end';
import { DebtProof1700000008310 } from './migrations/1700000008310-debt-proof';
import { CauseAsked1700000008400 } from './migrations/1700000008400-cause-asked';
import { ContactRules1700000009000 } from './migrations/1700000009000-contact-rules';
import { HoldsByCase1700000009100 } from './migrations/1700000009100-holds-by-case';
import { AskedBack1700000009200 } from './migrations/1700000009200-asked-back';
import { OwnHours1700000009300 } from './migrations/1700000009300-own-hours';
import { RejectedAgain1700000009400 } from './migrations/1700000009400-rejected-again';
import { ChargedUnsaid1700000009500 } from './migrations/1700000009500-charged-unsaid';
import { OwnBudgets1700000009600 } from './migrations/1700000009600-own-budgets';
import { Segments1700000009900 } from './migrations/1700000009900-segments';
import { Unfitted1700000009910 } from './migrations/1700000009910-unfitted';

/** Dunning: one case per creditor and customer, planned from facts along a régua. */
export const dunningOrchestration: Service = {
  name: 'dunning-orchestration',
  module: DunningModule,
  migrations: [
    Cases1700000001000, LeanWrites1700000002000, WrittenOff1700000003000, Reguas1700000004000, PublishedReguas1700000005000, NoticeWords1700000006000, HoldsAndCauses1700000007000,
    OutwardActs1700000008000, ChargeAttempts1700000008100, HoldsThatEnd1700000008300, DebtProof1700000008310, CauseAsked1700000008400,
    ContactRules1700000009000, HoldsByCase1700000009100, AskedBack1700000009200, OwnHours1700000009300, RejectedAgain1700000009400, ChargedUnsaid1700000009500, OwnBudgets1700000009600,
    Segments1700000009900, Unfitted1700000009910,
  ],
  resources: ['v1/cases', 'v1/holds', 'v1/tasks', 'v1/reguas', 'v1/acts', 'v1/retries'],
};
