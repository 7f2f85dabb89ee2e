import { Module } from '@nestjs/common';
import { Cases } from './cases/cases';
import { CasesController } from './cases/cases.controller';
import { DueCases } from './cases/due-cases';
import { DunningConsumer } from './dunning.consumer';
import { HoldsController } from './holds/holds.controller';
import { PublishingController } from './reguas/publishing.controller';
import { ReguasController } from './reguas/reguas.controller';
import { Forgetting } from './retries/forgetting';
import { RetriesController } from './retries/retries.controller';
import { TasksController } from './tasks/tasks.controller';

@Module({
  controllers: [DunningConsumer, CasesController, HoldsController, TasksController, PublishingController, ReguasController, RetriesController],
  providers: [Cases, DueCases, Forgetting],
})
export class DunningModule {}
