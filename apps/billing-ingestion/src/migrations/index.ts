import { CreateBilling1700000000101 } from './1-create-billing';
import { LeanBooks1700000002200 } from './2-lean-books';
import { PaymentParts1700000003101 } from './3-payment-parts';
import { CreateWebhooks1700000003200 } from './4-create-webhooks';
import { MapAgainAndForget1700000004100 } from './5-map-again-and-forget';
import { CityCodes1700000005201 } from './6-city-codes';
import { ChargesTold1700000009800 } from './7-charges-told';
import { Segments1700000009900 } from './8-segments';

/** The schema of this service, in order. */
export const migrations = [
  CreateBilling1700000000101, LeanBooks1700000002200, PaymentParts1700000003101, CreateWebhooks1700000003200, MapAgainAndForget1700000004100, CityCodes1700000005201, ChargesTold1700000009800, Segments1700000009900,
];
