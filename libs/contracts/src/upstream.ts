import { Type } from '@sinclair/typebox';
import { contract, type Contract, type DataOf } from './contract';
import { Cents, ChargePolicy, ChargesTold, CityCode, CivilDate, CreditorId, Currency, CustomerId, DeclineTold, Instant, Instrument, oneOf, PositiveCents, Reference, RefundReason, Score, Segment, State, Text, UnsaidCents } from './vocabulary';

/** What a subscription platform publishes, by Kafka, `POST /v1/events`, the resource endpoints or a file. */

const Customer = {
  customer_id: CustomerId,
  name: Type.Optional(Text(200)),
  document: Type.Optional(Type.String({ maxLength: 20, description: 'CPF or CNPJ, with or without punctuation.' })),
  email: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
  phone: Type.Optional(Type.String({ pattern: '^\\+[1-9][0-9]{7,14}$', description: 'E.164.' })),
  state: Type.Optional(State),
  city_code: Type.Optional(CityCode),
  segment: Type.Optional(Segment),
  score: Type.Optional(Score),
};

/** Orders values that replace each other: the highest wins; without it `occurred_at`, else the order of arrival. */
const Version = {
  source_version: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  occurred_at: Type.Optional(Instant),
};

const Invoice = {
  creditor_id: CreditorId,
  invoice_id: Reference,
  number: Type.Optional(Reference),
  description: Type.Optional(Text(200)),
  issue_date: CivilDate,
  due_date: CivilDate,
  currency: Currency,
  amount_cents: PositiveCents,
  charge_policy: Type.Optional(ChargePolicy),
  instruments: Type.Optional(Type.Array(Instrument, { maxItems: 10 })),
  ...Version,
};

export const UpstreamCustomerChanged = contract('upstream.customer-changed.v1', 'A customer or their contact data became known or changed.', {
  creditor_id: CreditorId, ...Customer, ...Version,
});

export const UpstreamInvoiceIssued = contract('upstream.invoice-issued.v1', 'An invoice was issued to a customer.', {
  ...Invoice, customer: Type.Object(Customer),
});

export const UpstreamInvoiceAmended = contract('upstream.invoice-amended.v1', 'The amount or the due date of an invoice changed.', {
  creditor_id: CreditorId,
  invoice_id: Reference,
  due_date: Type.Optional(CivilDate),
  amount_cents: Type.Optional(PositiveCents),
  ...Version,
});

export const UpstreamInvoiceCancelled = contract('upstream.invoice-cancelled.v1', 'An invoice was cancelled or voided.', {
  creditor_id: CreditorId, invoice_id: Reference, reason: Type.Optional(Text(200)), ...Version,
});

const Payment = {
  creditor_id: CreditorId,
  payment_id: Reference,
  source: Type.Optional(Text(40)),
  customer_id: Type.Optional(CustomerId),
  reference: Type.Optional(Reference),
  occurred_at: Type.Optional(Instant),
};

export const UpstreamPaymentReceived = contract('upstream.payment-received.v1', 'Money of a customer was received.', {
  ...Payment,
  amount_cents: PositiveCents,
  currency: Currency,
  amount_basis: Type.Optional({ ...oneOf('GROSS', 'NET'), description: 'Whether the amount is what the debtor paid (also where this is not told), or what was left of it after the fee, which is told then.' }),
  fee_cents: Type.Optional({ ...Cents, description: "What the source kept; the creditor's cost, never the debtor's." }),
  discount_cents: Type.Optional({ ...Cents, description: 'What the source granted for this payment; the debtor paid that much less than the title.' }),
  charges: Type.Optional(ChargesTold),
  paid_date: CivilDate,
  credit_date: Type.Optional(CivilDate),
  credited: Type.Optional(Type.Boolean({ description: 'Whether the money is there; untold, it is once `credit_date` (else `paid_date`) has come.' })),
});

export const UpstreamPaymentCredited = contract('upstream.payment-credited.v1', 'Money of a payment that was told before, or will be, is there.', {
  creditor_id: CreditorId,
  payment_id: Reference,
  source: Type.Optional(Text(40)),
  credit_date: CivilDate,
  fee_cents: Type.Optional(Cents),
  occurred_at: Type.Optional(Instant),
});

export const UpstreamPaymentPending = contract('upstream.payment-pending.v1', 'A payment began whose outcome is not yet known.', {
  ...Payment, amount_cents: Type.Optional(UnsaidCents), currency: Type.Optional(Currency),
});

export const UpstreamPaymentFailed = contract('upstream.payment-failed.v1', 'A payment that was pending or attempted did not come about.', {
  ...Payment,
  code: Type.Optional(Text(40)),
  attempt: Type.Optional(Type.Object(
    {
      attempt_id: Type.Optional({ ...Reference, description: 'One and the same wherever this attempt is told of; left out, payment and time of the event tell attempts apart.' }),
      card: Type.Optional(Type.String({ pattern: '^(?![0-9]{12,19}$)[!-~]{1,120}$', description: 'Token, fingerprint or PAR of the card, the same for all its payments; never its number. It is kept as a keyed hash.' })),
      attempted_at: Type.Optional({ ...Instant, description: 'Where it was not when the event occurred.' }),
      ...DeclineTold,
    },
    { description: 'Given where a charge was tried and declined, so that it counts towards what may be tried again; a payment that was only never made has none.' },
  )),
});

export const UpstreamPaymentRefunded = contract('upstream.payment-refunded.v1', 'Money received was given back, in whole or in part.', {
  creditor_id: CreditorId,
  refund_id: Reference,
  payment_id: Reference,
  source: Type.Optional(Text(40)),
  amount_cents: PositiveCents,
  currency: Currency,
  refunded_date: CivilDate,
  reason: Type.Optional(RefundReason),
  occurred_at: Type.Optional(Instant),
});

const all = [
  UpstreamCustomerChanged, UpstreamInvoiceIssued, UpstreamInvoiceAmended, UpstreamInvoiceCancelled,
  UpstreamPaymentReceived, UpstreamPaymentCredited, UpstreamPaymentPending, UpstreamPaymentFailed, UpstreamPaymentRefunded,
] as const;

/** The events that are taken in from outside, by type. */
export const upstreamContracts: ReadonlyMap<string, Contract> = new Map(all.map((each) => [each.type, each]));

/** What an upstream event says once it fits its contract. */
export type UpstreamContent =
  | { readonly type: 'upstream.customer-changed.v1'; readonly data: DataOf<typeof UpstreamCustomerChanged> }
  | { readonly type: 'upstream.invoice-issued.v1'; readonly data: DataOf<typeof UpstreamInvoiceIssued> }
  | { readonly type: 'upstream.invoice-amended.v1'; readonly data: DataOf<typeof UpstreamInvoiceAmended> }
  | { readonly type: 'upstream.invoice-cancelled.v1'; readonly data: DataOf<typeof UpstreamInvoiceCancelled> }
  | { readonly type: 'upstream.payment-received.v1'; readonly data: DataOf<typeof UpstreamPaymentReceived> }
  | { readonly type: 'upstream.payment-credited.v1'; readonly data: DataOf<typeof UpstreamPaymentCredited> }
  | { readonly type: 'upstream.payment-pending.v1'; readonly data: DataOf<typeof UpstreamPaymentPending> }
  | { readonly type: 'upstream.payment-failed.v1'; readonly data: DataOf<typeof UpstreamPaymentFailed> }
  | { readonly type: 'upstream.payment-refunded.v1'; readonly data: DataOf<typeof UpstreamPaymentRefunded> };
