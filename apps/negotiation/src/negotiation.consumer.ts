import { type EventOf, ReconciliationBalanceChanged } from '@emdia/contracts';
import { on, On } from '@emdia/messaging';
import { Controller } from '@nestjs/common';
import { applyBalance } from './negotiation/balance';
import { Negotiations } from './negotiation/negotiations';

@Controller()
export class NegotiationConsumer {
  constructor(private readonly negotiations: Negotiations) {}

  @On(ReconciliationBalanceChanged) balanceChanged(event: EventOf<typeof ReconciliationBalanceChanged>) {
    return on(this.negotiations, event, applyBalance);
  }
}
