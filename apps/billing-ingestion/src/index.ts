import type { Service } from '@emdia/runtime';
import { BillingIngestionModule } from './billing-ingestion.module';
import { migrations } from './migrations';
import { UpstreamReading } from './upstream/upstream-reading';

export { ApiKeys } from './api-keys/api-keys';

/** Creditors, customers, invoices and payments as the upstream tells them. */
export const billingIngestion: Service = {
  name: 'billing-ingestion',
  module: BillingIngestionModule,
  migrations,
  resources: [
    'v1/events', 'v1/invoices', 'v1/payments', 'v1/refunds', 'v1/customers', 'v1/imports', 'v1/quarantine', 'v1/sources', 'v1/creditors', 'v1/platforms', 'v1/api-keys',
    'internal/v1/customers', 'internal/v1/api-keys',
  ],
  reading: UpstreamReading,
};
