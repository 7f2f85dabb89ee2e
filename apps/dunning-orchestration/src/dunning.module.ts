import { Module } from '@nestjs/common';
import { ActDeliveries } from './acts/act-deliveries';
import { ActsController } from './acts/acts.controller';
import { Carriers } from './acts/carriers';
import { OutwardActs } from './acts/outward-acts';
import { Cases } from './cases/cases';
import { CasesController } from './cases/cases.controller';
import { DueCases } from './cases/due-cases';
import { HourlyProof } from './cases/hourly-proof';
import { DunningConsumer } from './dunning.consumer';
import { HoldsController } from './holds/holds.controller';
import { PublishingController } from './reguas/publishing.controller';
import { ReguasController } from './reguas/reguas.controller';
import { Forgetting } from './retries/forgetting';
import { RetriesController } from './retries/retries.controller';
import { TasksController } from './tasks/tasks.controller';

@Module({
  controllers: [DunningConsumer, CasesController, HoldsController, TasksController, PublishingController, ReguasController, ActsController, RetriesController],
  providers: [Cases, DueCases, HourlyProof, Carriers, OutwardActs, ActDeliveries, Forgetting],
})
export class DunningModule {}
