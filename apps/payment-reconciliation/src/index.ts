import type { Service } from '@emdia/runtime';
import { migrations } from './migrations';
import { PaymentReconciliationModule } from './payment-reconciliation.module';

/** Reconciliation: the double-entry ledger, what is owed and may be asked for, and the gate that tells. */
export const paymentReconciliation: Service = {
  name: 'payment-reconciliation',
  module: PaymentReconciliationModule,
  migrations,
  resources: ['v1/receivables', 'v1/ledger', 'v1/unapplied', 'v1/allocation-policy', 'v1/bank-files', 'v1/waiting-money', 'v1/source-coverage', 'internal/v1/gate', 'internal/v1/standing'],
};
