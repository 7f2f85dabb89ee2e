import { Module } from '@nestjs/common';
import { AgreementsController } from './agreements/agreements.controller';
import { DisputesController } from './disputes/disputes.controller';
import { DueChecks } from './due/due-checks';
import { NegotiationConsumer } from './negotiation.consumer';
import { Negotiations } from './negotiation/negotiations';
import { PromisesController } from './promises/promises.controller';
import { Requests } from './requests';

@Module({
  controllers: [NegotiationConsumer, PromisesController, AgreementsController, DisputesController],
  providers: [Negotiations, DueChecks, Requests],
})
export class NegotiationModule {}
