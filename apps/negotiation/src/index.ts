import type { Service } from '@emdia/runtime';
import { CreateNegotiation1700000000001 } from './migrations/1-create-negotiation';
import { WrittenOff1700000000002 } from './migrations/2-written-off';
import { NegotiationModule } from './negotiation.module';

/** Promises, agreements and disputes between a creditor and a customer. */
export const negotiation: Service = {
  name: 'negotiation',
  module: NegotiationModule,
  migrations: [CreateNegotiation1700000000001, WrittenOff1700000000002],
  resources: ['v1/promises', 'v1/agreements', 'v1/disputes'],
};
