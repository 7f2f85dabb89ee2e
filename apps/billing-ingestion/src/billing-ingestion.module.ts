import { Module, type OnModuleInit } from '@nestjs/common';
import { Database } from '@emdia/database';
import { Config, Metrics } from '@emdia/runtime';
import { ApiKeys } from './api-keys/api-keys';
import { ApiKeysController } from './api-keys/api-keys.controller';
import { BillingIngestionConsumer } from './billing-ingestion.consumer';
import { Creditors } from './creditors/creditors';
import { CreditorsController } from './creditors/creditors.controller';
import { Customers } from './customers/customers';
import { CustomersController } from './customers/customers.controller';
import { Imports } from './imports/imports';
import { ImportsController } from './imports/imports.controller';
import { InvoicesController } from './invoices/invoices.controller';
import { Quarantine } from './quarantine/quarantine';
import { QuarantineController } from './quarantine/quarantine.controller';
import { Sources } from './sources/sources';
import { SourcesController } from './sources/sources.controller';
import { Alarms } from './upstream/alarms';
import { Books } from './upstream/books';
import { Submissions } from './upstream/submissions';
import { Upstream } from './upstream/upstream';
import { UpstreamController } from './upstream/upstream.controller';
import { UpstreamReading } from './upstream/upstream-reading';
import { Asking } from './webhooks/asking';
import { Deliveries } from './webhooks/deliveries';
import { DeliveriesController } from './webhooks/deliveries.controller';
import { KeptDeliveries } from './webhooks/kept-deliveries';
import { Queue } from './webhooks/queue';
import { Receiver } from './webhooks/receiver';
import { Webhooks } from './webhooks/webhooks';
import { WebhooksController } from './webhooks/webhooks.controller';

@Module({
  controllers: [
    BillingIngestionConsumer, UpstreamController, InvoicesController, CustomersController, ImportsController, QuarantineController, SourcesController, CreditorsController,
    ApiKeysController, WebhooksController, DeliveriesController,
  ],
  providers: [
    Alarms,
    { provide: Books, inject: [Config, Alarms], useFactory: ({ installationKey }: Config, alarms: Alarms) => new Books(installationKey, (entries) => alarms.contradicted(entries.map(({ event_id }) => event_id))) },
    { provide: Upstream, inject: [Books, Config], useFactory: (books: Books, { installationKey }: Config) => new Upstream(books, installationKey) },
    { provide: Customers, inject: [Database, Books, Config], useFactory: (database: Database, books: Books, { installationKey }: Config) => new Customers(database, books, installationKey) },
    UpstreamReading, Submissions, Imports, Quarantine, Sources, Creditors, ApiKeys, Asking, Webhooks, Queue, Receiver, Deliveries, KeptDeliveries,
  ],
})
export class BillingIngestionModule implements OnModuleInit {
  constructor(
    metrics: Metrics,
    database: Database,
    private readonly keys: ApiKeys,
    private readonly config: Config,
  ) {
    metrics.gauge('emdia_quarantine_open_events', 'Events in quarantine that nobody has replayed or discarded.', async () => {
      const [row] = await database.query<{ open: number }>(`select count(*)::int as open from quarantine where status = 'open'`);
      return row!.open;
    });
  }

  /** The key that the first start printed opens the house. */
  async onModuleInit(): Promise<void> {
    const hash = this.config.env('EMDIA_BOOTSTRAP_KEY_SHA256');
    if (hash) await this.keys.ensureBootstrap(hash);
  }
}
