import type { Service } from '@emdia/runtime';
import { CreateNegotiation1700000000001 } from './migrations/1-create-negotiation';
import { NegotiationModule } from './negotiation.module';

/** Promises, agreements and disputes between a creditor and a customer. */
export const negotiation: Service = {
  name: 'negotiation',
  module: NegotiationModule,
  migrations: [CreateNegotiation1700000000001],
  resources: ['v1/promises', 'v1/agreements', 'v1/disputes'],
};
