import * as billing from './billing';
import * as dunning from './dunning';
import * as negotiation from './negotiation';
import * as notifications from './notifications';
import * as reconciliation from './reconciliation';
import * as upstream from './upstream';
import type { Contract } from './contract';

/** Every service, its schema, and the events it reacts to: the map that each service's handlers are checked against at boot. */
export const services = {
  'billing-ingestion': {
    schema: 'billing',
    consumes: [
      upstream.UpstreamCustomerChanged,
      upstream.UpstreamInvoiceIssued,
      upstream.UpstreamInvoiceAmended,
      upstream.UpstreamInvoiceCancelled,
      upstream.UpstreamPaymentReceived,
      upstream.UpstreamPaymentCredited,
      upstream.UpstreamPaymentPending,
      upstream.UpstreamPaymentFailed,
      upstream.UpstreamPaymentRefunded,
      notifications.NotificationsAddressInvalid,
    ],
  },
  'payment-reconciliation': {
    schema: 'reconciliation',
    consumes: [
      billing.BillingInvoiceIssued,
      billing.BillingInvoiceAmended,
      billing.BillingInvoiceCancelled,
      billing.BillingPaymentReported,
      billing.BillingPaymentCredited,
      billing.BillingPaymentPending,
      billing.BillingPaymentFailed,
      billing.BillingRefundReported,
      billing.BillingSourceCovered,
      billing.BillingHeartbeat,
      billing.BillingEventRejected,
      billing.BillingEventResolved,
      dunning.DunningHoldPlaced,
      dunning.DunningHoldLifted,
      dunning.DunningWriteOffRequested,
      dunning.DunningHeartbeat,
      dunning.DunningEventRejected,
      dunning.DunningEventResolved,
      negotiation.NegotiationPromiseMade,
      negotiation.NegotiationPromiseKept,
      negotiation.NegotiationPromiseBroken,
      negotiation.NegotiationAgreementMade,
      negotiation.NegotiationAgreementCompleted,
      negotiation.NegotiationAgreementBroken,
      negotiation.NegotiationDisputeRaised,
      negotiation.NegotiationDisputeResolved,
      negotiation.NegotiationHeartbeat,
      negotiation.NegotiationEventRejected,
      negotiation.NegotiationEventResolved,
    ],
  },
  'dunning-orchestration': {
    schema: 'dunning',
    consumes: [
      billing.BillingCustomerChanged,
      billing.BillingChargeDeclined,
      reconciliation.ReconciliationBalanceChanged,
      negotiation.NegotiationAgreementMade,
      negotiation.NegotiationInstalmentPaid,
      negotiation.NegotiationAgreementCompleted,
      negotiation.NegotiationAgreementBroken,
      notifications.NotificationsContactMade,
      notifications.NotificationsContactRefused,
      notifications.NotificationsCauseAnswered,
      notifications.NotificationsContactRuleSet,
    ],
  },
  negotiation: {
    schema: 'negotiation',
    consumes: [reconciliation.ReconciliationBalanceChanged],
  },
  notifications: {
    schema: 'notifications',
    consumes: [dunning.DunningNoticeRequested],
  },
} as const satisfies Record<string, { schema: string; consumes: readonly Contract[] }>;

export type ServiceName = keyof typeof services;
export const serviceNames = Object.keys(services) as ServiceName[];
