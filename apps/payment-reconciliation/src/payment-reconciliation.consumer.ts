import { Controller } from '@nestjs/common';
import {
  BillingEventRejected, BillingEventResolved, BillingHeartbeat, BillingInvoiceAmended, BillingInvoiceCancelled, BillingInvoiceIssued, BillingPaymentCredited, BillingPaymentFailed,
  BillingPaymentPending, BillingPaymentReported, BillingRefundReported, BillingSourceCovered, DunningEventRejected, DunningEventResolved, DunningHeartbeat,
  DunningHoldLifted, DunningHoldPlaced, DunningWriteOffRequested, NegotiationAgreementBroken, NegotiationAgreementCompleted, NegotiationAgreementMade, NegotiationDisputeRaised,
  NegotiationDisputeResolved, NegotiationEventRejected, NegotiationEventResolved, NegotiationHeartbeat, NegotiationPromiseBroken, NegotiationPromiseKept,
  NegotiationPromiseMade, type EventOf,
} from '@emdia/contracts';
import { On } from '@emdia/messaging';
import { Accounts } from './accounts/accounts';
import { applyAmended, applyCancelled, applyIssued } from './accounts/invoices';
import { applyCredited, applyFailed, applyPending, applyRefunded, applyReported } from './accounts/payments';
import { referencesOf } from './accounts/references';
import {
  applyAgreementBroken, applyAgreementCompleted, applyAgreementMade, applyDisputeRaised, applyDisputeResolved, applyHoldLifted, applyHoldPlaced, applyPromiseEnded,
  applyPromiseMade,
} from './accounts/standstills';
import { onCustomer, onPayment, onReferences } from './accounts/steps';
import { applyWriteOff } from './accounts/write-offs';
import { Coverages } from './source-coverage/coverages';
import { onCovered } from './source-coverage/coverage';
import { Heartbeats } from './heartbeats/heartbeats';
import { onHeartbeat } from './heartbeats/heartbeat';
import { onRejected, onResolved } from './unread/unread';
import { Rejections } from './unread/rejections';

/** What reconciliation reacts to: facts about an account, and what the gate must know about the knowledge itself. */
@Controller()
export class PaymentReconciliationConsumer {
  constructor(
    private readonly accounts: Accounts,
    private readonly coverages: Coverages,
    private readonly heartbeats: Heartbeats,
    private readonly rejections: Rejections,
  ) {}

  @On(BillingInvoiceIssued) invoiceIssued(e: EventOf<typeof BillingInvoiceIssued>) { return onReferences(this.accounts, e, referencesOf(e.data), applyIssued); }
  @On(BillingInvoiceAmended) invoiceAmended(e: EventOf<typeof BillingInvoiceAmended>) { return onCustomer(this.accounts, e, applyAmended); }
  @On(BillingInvoiceCancelled) invoiceCancelled(e: EventOf<typeof BillingInvoiceCancelled>) { return onCustomer(this.accounts, e, applyCancelled); }

  @On(BillingPaymentReported) paymentReported(e: EventOf<typeof BillingPaymentReported>) { return onPayment(this.accounts, e, applyReported); }
  @On(BillingPaymentCredited) paymentCredited(e: EventOf<typeof BillingPaymentCredited>) { return onPayment(this.accounts, e, applyCredited); }
  @On(BillingPaymentPending) paymentPending(e: EventOf<typeof BillingPaymentPending>) { return onPayment(this.accounts, e, applyPending); }
  @On(BillingPaymentFailed) paymentFailed(e: EventOf<typeof BillingPaymentFailed>) { return onPayment(this.accounts, e, applyFailed); }
  @On(BillingRefundReported) refundReported(e: EventOf<typeof BillingRefundReported>) { return onPayment(this.accounts, e, applyRefunded); }

  @On(DunningHoldPlaced) holdPlaced(e: EventOf<typeof DunningHoldPlaced>) { return onCustomer(this.accounts, e, applyHoldPlaced); }
  @On(DunningHoldLifted) holdLifted(e: EventOf<typeof DunningHoldLifted>) { return onCustomer(this.accounts, e, applyHoldLifted); }
  @On(DunningWriteOffRequested) writeOffRequested(e: EventOf<typeof DunningWriteOffRequested>) { return onCustomer(this.accounts, e, applyWriteOff); }
  @On(NegotiationPromiseMade) promiseMade(e: EventOf<typeof NegotiationPromiseMade>) { return onCustomer(this.accounts, e, applyPromiseMade); }
  @On(NegotiationPromiseKept) promiseKept(e: EventOf<typeof NegotiationPromiseKept>) { return onCustomer(this.accounts, e, applyPromiseEnded); }
  @On(NegotiationPromiseBroken) promiseBroken(e: EventOf<typeof NegotiationPromiseBroken>) { return onCustomer(this.accounts, e, applyPromiseEnded); }
  @On(NegotiationAgreementMade) agreementMade(e: EventOf<typeof NegotiationAgreementMade>) {
    return onReferences(this.accounts, e, e.data.instalments.map(({ instalment_id }) => instalment_id), applyAgreementMade);
  }
  @On(NegotiationAgreementCompleted) agreementCompleted(e: EventOf<typeof NegotiationAgreementCompleted>) { return onCustomer(this.accounts, e, applyAgreementCompleted); }
  @On(NegotiationAgreementBroken) agreementBroken(e: EventOf<typeof NegotiationAgreementBroken>) { return onCustomer(this.accounts, e, applyAgreementBroken); }
  @On(NegotiationDisputeRaised) disputeRaised(e: EventOf<typeof NegotiationDisputeRaised>) { return onCustomer(this.accounts, e, applyDisputeRaised); }
  @On(NegotiationDisputeResolved) disputeResolved(e: EventOf<typeof NegotiationDisputeResolved>) { return onCustomer(this.accounts, e, applyDisputeResolved); }

  @On(BillingSourceCovered) sourceCovered(e: EventOf<typeof BillingSourceCovered>) { return onCovered(this.coverages, e); }

  @On(BillingHeartbeat) billingBeats(e: EventOf<typeof BillingHeartbeat>) { return onHeartbeat(this.heartbeats, 'billing', e); }
  @On(DunningHeartbeat) dunningBeats(e: EventOf<typeof DunningHeartbeat>) { return onHeartbeat(this.heartbeats, 'dunning', e); }
  @On(NegotiationHeartbeat) negotiationBeats(e: EventOf<typeof NegotiationHeartbeat>) { return onHeartbeat(this.heartbeats, 'negotiation', e); }

  @On(BillingEventRejected) billingRejected(e: EventOf<typeof BillingEventRejected>) { return onRejected(this.rejections, e); }
  @On(BillingEventResolved) billingResolved(e: EventOf<typeof BillingEventResolved>) { return onResolved(this.rejections, e); }
  @On(DunningEventRejected) dunningRejected(e: EventOf<typeof DunningEventRejected>) { return onRejected(this.rejections, e); }
  @On(DunningEventResolved) dunningResolved(e: EventOf<typeof DunningEventResolved>) { return onResolved(this.rejections, e); }
  @On(NegotiationEventRejected) negotiationRejected(e: EventOf<typeof NegotiationEventRejected>) { return onRejected(this.rejections, e); }
  @On(NegotiationEventResolved) negotiationResolved(e: EventOf<typeof NegotiationEventResolved>) { return onResolved(this.rejections, e); }
}
