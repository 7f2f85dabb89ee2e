import { Module } from '@nestjs/common';
import { Cases } from './cases/cases';
import { CasesController } from './cases/cases.controller';
import { DueCases } from './cases/due-cases';
import { HourlyProof } from './cases/hourly-proof';
import { DunningConsumer } from './dunning.consumer';
import { HoldsController } from './holds/holds.controller';
import { PublishingController } from './reguas/publishing.controller';
import { ReguasController } from './reguas/reguas.controller';
import { TasksController } from './tasks/tasks.controller';

@Module({
  controllers: [DunningConsumer, CasesController, HoldsController, TasksController, PublishingController, ReguasController],
  providers: [Cases, DueCases, HourlyProof],
})
export class DunningModule {}
