import { Type } from '@sinclair/typebox';
import { contract } from './contract';
import { Cents, ChargePolicy, ChargesTold, CityCode, CivilDate, CreditorId, Currency, CustomerId, DeclineTold, Instant, Instrument, PersonKey, PositiveCents, Rail, Reference, RefundReason, Score, Segment, State_, Text, UnsaidCents, Uuid } from './vocabulary';
import { heartbeat, rejected, resolved } from './housekeeping';

const Invoice = { creditor_id: CreditorId, customer_id: CustomerId, receivable_id: Uuid, invoice_id: Reference };

/** `source_version` grows with every accepted change of the invoice, given by ingestion where the source has none. */
const Version = { source_version: Type.Integer({ minimum: 0 }) };

export const BillingInvoiceIssued = contract('billing.invoice-issued.v1', 'An invoice was accepted; it opens a receivable.', {
  ...Invoice,
  number: Type.Optional(Reference),
  description: Type.Optional(Text(200)),
  issue_date: CivilDate,
  due_date: CivilDate,
  currency: Currency,
  amount_cents: PositiveCents,
  charge_policy: Type.Union([ChargePolicy, Type.Null()]),
  instruments: Type.Array(Instrument),
  ...Version,
});

export const BillingInvoiceAmended = contract('billing.invoice-amended.v1', 'Amount or due date of an invoice changed; both are given, as they now are.', {
  ...Invoice, due_date: CivilDate, amount_cents: PositiveCents, ...Version,
});

export const BillingInvoiceCancelled = contract('billing.invoice-cancelled.v1', 'An invoice was cancelled; nothing is owed on it.', {
  ...Invoice, reason: Type.Optional(Text(200)), ...Version,
});

/** `customer_id` is null while neither the payment nor an invoice told it; the key is then creditor and reference. */
const Payment = {
  creditor_id: CreditorId,
  payment_id: Reference,
  source: Text(40),
  customer_id: Type.Union([CustomerId, Type.Null()]),
  reference: Type.Union([Reference, Type.Null()]),
};

export const BillingPaymentReported = contract('billing.payment-reported.v1', 'Money was received.', {
  ...Payment, amount_cents: { ...PositiveCents, description: 'What the debtor paid, in integer cents, whatever fee the creditor bears.' }, currency: Currency, fee_cents: Type.Optional(Cents), discount_cents: Type.Optional(Cents), paid_date: CivilDate, credit_date: CivilDate,
  charges: Type.Optional(ChargesTold), credited: Type.Optional(Type.Boolean()),
});

export const BillingPaymentCredited = contract('billing.payment-credited.v1', 'Money received is in the creditor\'s account; sent after its payment, under the same key.', {
  ...Payment, credit_date: CivilDate, fee_cents: Type.Optional(Cents),
});

export const BillingPaymentPending = contract('billing.payment-pending.v1', 'A payment began whose outcome is not yet known; it holds, it is no failure.', {
  ...Payment, amount_cents: Type.Optional(UnsaidCents), currency: Type.Optional(Currency),
});

export const BillingPaymentFailed = contract('billing.payment-failed.v1', 'A pending payment did not come about.', {
  ...Payment, code: Type.Optional(Text(40)),
});

export const BillingChargeDeclined = contract('billing.charge-declined.v1', 'An attempt to charge failed, whether or not its payment had been pending; several tellings of one attempt have its id and complete each other.', {
  ...Payment,
  attempt_id: Uuid,
  attempted_at: Instant,
  code: Type.Optional(Text(40)),
  card_key: Type.Optional({ ...PersonKey, description: 'HMAC-SHA-256 of creditor and card token.' }),
  ...DeclineTold,
});

export const BillingRefundReported = contract('billing.refund-reported.v1', 'Money received was given back; sent after its payment, under the same key.', {
  ...Payment, refund_id: Reference, amount_cents: PositiveCents, currency: Currency, refunded_date: CivilDate, reason: Type.Optional(RefundReason),
});

export const BillingCustomerChanged = contract('billing.customer-changed.v1', 'What others may know of a customer changed; never names or addresses.', {
  creditor_id: CreditorId,
  customer_id: CustomerId,
  person_key: PersonKey,
  document_key: Type.Union([PersonKey, Type.Null()]),
  state: State_,
  city_code: Type.Optional(CityCode),
  has_email: Type.Boolean(),
  segment: Type.Optional(Segment),
  score: Type.Optional(Score),
  ...Version,
});

export const BillingSourceCovered = contract('billing.source-covered.v1', 'A payment source told everything up to and including a civil date; one event per partition, after the payments it vouches for.', {
  creditor_id: CreditorId,
  source: Text(40),
  partition: Type.Integer({ minimum: 0 }),
  rails: Type.Array(Rail),
  lag_business_days: Type.Integer({ minimum: 0, maximum: 10 }),
  covered_until: Type.Union([CivilDate, Type.Null()]),
  checked_at: Instant,
});

export const BillingHeartbeat = heartbeat('billing');
export const BillingEventRejected = rejected('billing');
export const BillingEventResolved = resolved('billing');
