import { Type } from '@sinclair/typebox';
import { Actor, ChargePolicy, CivilDate, Collectability, Currency, CustomerId, Instant, Instrument, ReceivableStatus as Status, Text, UnappliedReason, Uuid } from '@emdia/contracts';
import { orNull } from '@emdia/runtime';

/** Receivables and unapplied money as people read them. */

const closed = { additionalProperties: false };
const Cents = Type.Integer({ minimum: 0 });
const Version = Type.Integer({ minimum: 1 });

const Receivable = {
  receivable_id: Uuid, version: Version, customer_id: CustomerId, invoice_id: Type.String(), number: Type.String(), description: orNull(Type.String()), currency: Currency,
  amount_cents: Cents, paid_cents: Cents, waived_cents: Cents, written_off_cents: Cents, open_cents: Cents, status: Status, collectability: Collectability, review_date: orNull(CivilDate),
  issue_date: CivilDate, original_due_date: CivilDate, effective_due_date: CivilDate, settled_on: orNull(CivilDate), charge_policy: orNull(ChargePolicy),
  instruments: Type.Array(Instrument),
};

export const ReceivableView = Type.Object(Receivable, closed);

const Paid = Type.Object({ source: Type.String(), payment_id: Type.String(), principal_cents: Cents, fine_cents: Cents, interest_cents: Cents, difference_cents: Cents, discount_cents: Cents, paid_date: orNull(CivilDate) }, closed);
const Line = Type.Object(
  {
    entry_id: Uuid, cause: Type.String(), event_id: orNull(Type.String()), recorded_at: Instant, account: Type.String(), source: orNull(Type.String()),
    payment_id: orNull(Type.String()), amount_cents: Type.Integer(), currency: Currency,
  },
  closed,
);
const Was = Type.Object({ version: Version, collectability: Collectability, status: Status, open_cents: Cents, recorded_at: Instant }, closed);

const GivenUp = Type.Object({ written_off: Type.Boolean(), reason: Type.String(), actor: Actor, at: Instant }, closed);

export const ExplainedReceivable = Type.Object({ ...Receivable, write_offs: Type.Array(GivenUp), payments: Type.Array(Paid), lines: Type.Array(Line), history: Type.Array(Was) }, closed);

export const UnappliedView = Type.Object(
  {
    source: Text(40), payment_id: Type.String(), customer_id: orNull(CustomerId), reference: orNull(Type.String()), currency: orNull(Currency), received_cents: Cents,
    refunded_cents: Cents, unapplied_cents: Version, reason: orNull(UnappliedReason), fee_cents: orNull(Cents), credited: Type.Boolean(), paid_date: orNull(CivilDate), recorded_at: Instant,
    perhaps_same_as: Type.Union([Type.Object({ source: Text(40), payment_id: Type.String() }, closed), Type.Null()], {
      description: 'A payment that another source told with the same id, or on the same day, of the same amount and person: perhaps this is that one, told twice. Make sure before it is applied or given back.',
    }),
  },
  closed,
);

export const AppliedView = Type.Object({ payment_id: Type.String(), receivable_id: Uuid, applied_cents: Cents, unapplied_cents: Cents, open_cents: Cents }, closed);

export const WrittenOffView = Type.Object({ receivable_id: Uuid, status: Status, written_off_cents: Cents, open_cents: Cents }, closed);
