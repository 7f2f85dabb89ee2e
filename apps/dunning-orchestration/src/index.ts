import type { Service } from '@emdia/runtime';
import { DunningModule } from './dunning.module';
import { Cases1700000001000 } from './migrations/1700000001000-cases';

/** Dunning: one case per creditor and customer, planned from facts along a régua. */
export const dunningOrchestration: Service = {
  name: 'dunning-orchestration',
  module: DunningModule,
  migrations: [Cases1700000001000],
  resources: ['v1/cases', 'v1/holds', 'v1/tasks', 'v1/reguas'],
};
