import { Type } from '@sinclair/typebox';
import { contract } from './contract';
import { Actor, Cents, CivilDate, CreditorId, CustomerId, oneOf, PositiveCents, Text, Uuid } from './vocabulary';
import { heartbeat, rejected, resolved } from './housekeeping';

const Party = { creditor_id: CreditorId, customer_id: CustomerId };
const Receivables = { receivable_ids: Type.Array(Uuid, { minItems: 1, maxItems: 200 }) };

const Promise_ = { ...Party, promise_id: Uuid, ...Receivables };
export const NegotiationPromiseMade = contract('negotiation.promise-made.v1', 'The debtor promised to pay on a day; nobody asks before it has passed and is covered.', {
  ...Promise_, amount_cents: PositiveCents, promised_date: CivilDate, actor: Actor,
});
export const NegotiationPromiseKept = contract('negotiation.promise-kept.v1', 'What was promised came.', Promise_);
export const NegotiationPromiseBroken = contract('negotiation.promise-broken.v1', 'The promised day passed, is covered, and the money did not come.', {
  ...Promise_, received_cents: Cents,
});

const Agreement = { ...Party, agreement_id: Uuid, ...Receivables };
export const NegotiationAgreementMade = contract('negotiation.agreement-made.v1', 'The debt is paid by instalments; an instalment id is a payment reference from now on.', {
  ...Agreement,
  instalments: Type.Array(
    Type.Object({ instalment_id: Uuid, number: Type.Integer({ minimum: 1 }), due_date: CivilDate, amount_cents: PositiveCents }),
    { minItems: 1, maxItems: 60 },
  ),
  waived_cents: Cents,
  actor: Actor,
});
export const NegotiationAgreementCompleted = contract('negotiation.agreement-completed.v1', 'Every instalment was paid; the waiver takes effect now.', {
  ...Agreement, waived_cents: Cents,
});
export const NegotiationAgreementBroken = contract('negotiation.agreement-broken.v1', 'An instalment day passed, is covered, and the money did not come; the debt returns less what was paid.', {
  ...Agreement, instalment_id: Uuid,
});

/** The instalments still to come, for reminders; dunning plans from it. */
export const NegotiationInstalmentPaid = contract('negotiation.instalment-paid.v1', 'The money received since the agreement reaches the sum up to this instalment.', {
  ...Agreement, instalment_id: Uuid, number: Type.Integer({ minimum: 1 }),
});

const Dispute = { ...Party, dispute_id: Uuid, ...Receivables };
export const NegotiationDisputeRaised = contract('negotiation.dispute-raised.v1', 'The debtor contests the debt; collection stands still.', {
  ...Dispute, reason: Text(500), review_date: CivilDate, actor: Actor,
});
export const NegotiationDisputeResolved = contract('negotiation.dispute-resolved.v1', 'The dispute ended.', {
  ...Dispute, outcome: oneOf('upheld', 'rejected', 'withdrawn', 'settled'), actor: Actor,
});

export const NegotiationHeartbeat = heartbeat('negotiation');
export const NegotiationEventRejected = rejected('negotiation');
export const NegotiationEventResolved = resolved('negotiation');
