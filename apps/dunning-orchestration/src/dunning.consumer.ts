import { Controller } from '@nestjs/common';
import {
  BillingChargeDeclined, BillingCustomerChanged, NegotiationAgreementBroken, NegotiationAgreementCompleted, NegotiationAgreementMade, NegotiationInstalmentPaid,
  NotificationsCauseAnswered, NotificationsContactMade, NotificationsContactRuleSet, NotificationsContactRefused, ReconciliationBalanceChanged, type EventOf,
} from '@emdia/contracts';
import { On, on } from '@emdia/messaging';
import { Cases } from './cases/cases';
import { applyCauseAnswered } from './cases/cause';
import { applyAgreementEnded, applyAgreementMade, applyBalance, applyContactMade, applyContactRefused, applyInstalmentPaid } from './cases/facts';
import { ofCustomer } from './holds/person';
import { onContactRule } from './reguas/contact-rules';
import { applyDeclined, keepDeclined, unclaimedAttempts } from './retries/attempts';

/** What dunning reacts to: every event is a fact about one case, from which its plan is made anew. */
@Controller()
export class DunningConsumer {
  constructor(private readonly cases: Cases) {}

  @On(BillingCustomerChanged) customerChanged(e: EventOf<typeof BillingCustomerChanged>) { return ofCustomer(this.cases, e); }
  @On(BillingChargeDeclined) chargeDeclined(e: EventOf<typeof BillingChargeDeclined>) { return e.data.customer_id === null ? on(unclaimedAttempts, e, keepDeclined) : on(this.cases, e, applyDeclined); }
  @On(ReconciliationBalanceChanged) balanceChanged(e: EventOf<typeof ReconciliationBalanceChanged>) { return on(this.cases, e, applyBalance); }
  @On(NegotiationAgreementMade) agreementMade(e: EventOf<typeof NegotiationAgreementMade>) { return on(this.cases, e, applyAgreementMade); }
  @On(NegotiationInstalmentPaid) instalmentPaid(e: EventOf<typeof NegotiationInstalmentPaid>) { return on(this.cases, e, applyInstalmentPaid); }
  @On(NegotiationAgreementCompleted) agreementCompleted(e: EventOf<typeof NegotiationAgreementCompleted>) { return on(this.cases, e, applyAgreementEnded); }
  @On(NegotiationAgreementBroken) agreementBroken(e: EventOf<typeof NegotiationAgreementBroken>) { return on(this.cases, e, applyAgreementEnded); }
  @On(NotificationsContactMade) contactMade(e: EventOf<typeof NotificationsContactMade>) { return on(this.cases, e, applyContactMade); }
  @On(NotificationsContactRefused) contactRefused(e: EventOf<typeof NotificationsContactRefused>) { return on(this.cases, e, applyContactRefused); }
  @On(NotificationsCauseAnswered) causeAnswered(e: EventOf<typeof NotificationsCauseAnswered>) { return on(this.cases, e, applyCauseAnswered); }
  @On(NotificationsContactRuleSet) contactRuleSet(e: EventOf<typeof NotificationsContactRuleSet>) { return onContactRule(e); }
}
