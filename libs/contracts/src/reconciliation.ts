import { Type, type Static } from '@sinclair/typebox';
import { contract } from './contract';
import { Cents, ChargePolicy, CivilDate, Collectability, CreditorId, Currency, CustomerId, Instant, Instrument, oneOf, PositiveCents, Reference, Text, Uuid } from './vocabulary';
import { rejected, resolved } from './housekeeping';

/** Why money waits: it quotes nothing, or nothing known; nothing is owed on what it quotes, was paid before, or is less than it; it is in another currency. */
export const UnappliedReason = oneOf('no-reference', 'unknown-reference', 'cancelled', 'paid-twice', 'overpaid', 'other-currency');
export type UnappliedReason = Static<typeof UnappliedReason>;

/** `written-off`: the creditor has given it up in the books; nobody asks for it, and what still comes is a recovery. */
export const ReceivableStatus = oneOf('open', 'settled', 'cancelled', 'written-off');
export type ReceivableStatus = Static<typeof ReceivableStatus>;

const Receivable = { creditor_id: CreditorId, customer_id: CustomerId, receivable_id: Uuid };

export const ReconciliationBalanceChanged = contract('reconciliation.balance-changed.v1', 'A receivable as it now is, whole; the first one opens it, consumers keep the highest version.', {
  ...Receivable,
  version: Type.Integer({ minimum: 1 }),
  invoice_id: Reference,
  number: Reference,
  description: Type.Union([Text(200), Type.Null()]),
  currency: Currency,
  issue_date: CivilDate,
  original_due_date: CivilDate,
  effective_due_date: CivilDate,
  amount_cents: Cents,
  paid_cents: Cents,
  waived_cents: Cents,
  /** What is given up while it is written off: all that was neither paid nor waived. Lacks in events of before. */
  written_off_cents: Type.Optional(Cents),
  open_cents: Cents,
  status: ReceivableStatus,
  collectability: Collectability,
  /** A civil date by which somebody looks again, where collectability is not `owed` and the receivable is open. */
  review_date: Type.Union([CivilDate, Type.Null()]),
  charge_policy: Type.Union([ChargePolicy, Type.Null()]),
  instruments: Type.Array(Instrument),
  settled_on: Type.Union([CivilDate, Type.Null()]),
});

export const ReconciliationReceivableSettled = contract('reconciliation.receivable-settled.v1', 'Nothing is owed any more on a receivable.', {
  ...Receivable, settled_on: CivilDate, days_late: Type.Integer({ minimum: 0 }), amount_cents: Cents,
});

export const ReconciliationReceivableReopened = contract('reconciliation.receivable-reopened.v1', 'A settled receivable is owed again.', {
  ...Receivable, open_cents: PositiveCents, reason: oneOf('refund', 'chargeback', 'amendment', 'reinstated'), cause: Text(120),
});

export const ReconciliationPaymentUnmatched = contract('reconciliation.payment-unmatched.v1', 'Money was received that no receivable takes, in whole or in part.', {
  creditor_id: CreditorId,
  customer_id: Type.Union([CustomerId, Type.Null()]),
  payment_id: Reference,
  unapplied_cents: PositiveCents,
  reason: UnappliedReason,
  recorded_at: Instant,
});

export const ReconciliationEventRejected = rejected('reconciliation');
export const ReconciliationEventResolved = resolved('reconciliation');
