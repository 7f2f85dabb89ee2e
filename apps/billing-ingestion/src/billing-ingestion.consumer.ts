import { Controller } from '@nestjs/common';
import {
  NotificationsAddressInvalid, UpstreamCustomerChanged, UpstreamInvoiceAmended, UpstreamInvoiceCancelled, UpstreamInvoiceIssued, UpstreamPaymentCredited,
  UpstreamPaymentFailed, UpstreamPaymentPending, UpstreamPaymentReceived, UpstreamPaymentRefunded, type EventOf,
} from '@emdia/contracts';
import { On } from '@emdia/messaging';
import { Customers } from './customers/customers';
import { Upstream } from './upstream/upstream';

/** What billing-ingestion reacts to. Every upstream event takes the one mapping (upstream/mapping.ts), as REST and files do. */
@Controller()
export class BillingIngestionConsumer {
  constructor(
    private readonly upstream: Upstream,
    private readonly customers: Customers,
  ) {}

  @On(UpstreamCustomerChanged) customerChanged(e: EventOf<typeof UpstreamCustomerChanged>) { return this.upstream.take(e); }
  @On(UpstreamInvoiceIssued) invoiceIssued(e: EventOf<typeof UpstreamInvoiceIssued>) { return this.upstream.take(e); }
  @On(UpstreamInvoiceAmended) invoiceAmended(e: EventOf<typeof UpstreamInvoiceAmended>) { return this.upstream.take(e); }
  @On(UpstreamInvoiceCancelled) invoiceCancelled(e: EventOf<typeof UpstreamInvoiceCancelled>) { return this.upstream.take(e); }
  @On(UpstreamPaymentReceived) paymentReceived(e: EventOf<typeof UpstreamPaymentReceived>) { return this.upstream.take(e); }
  @On(UpstreamPaymentCredited) paymentCredited(e: EventOf<typeof UpstreamPaymentCredited>) { return this.upstream.take(e); }
  @On(UpstreamPaymentPending) paymentPending(e: EventOf<typeof UpstreamPaymentPending>) { return this.upstream.take(e); }
  @On(UpstreamPaymentFailed) paymentFailed(e: EventOf<typeof UpstreamPaymentFailed>) { return this.upstream.take(e); }
  @On(UpstreamPaymentRefunded) paymentRefunded(e: EventOf<typeof UpstreamPaymentRefunded>) { return this.upstream.take(e); }
  @On(NotificationsAddressInvalid) addressInvalid(e: EventOf<typeof NotificationsAddressInvalid>) { return this.customers.addressInvalid(e); }
}
