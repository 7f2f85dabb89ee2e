import { Type } from '@sinclair/typebox';
import { Instant } from '@emdia/contracts';
import { orNull } from '@emdia/runtime';

/** What the auditor answers. */

const closed = { additionalProperties: false };
const Count = Type.Integer({ minimum: 0 });
const Cents = Type.Integer();
const Law = Type.Integer({ minimum: 1, maximum: 5 });

const Violation = Type.Object(
  { what: Type.String(), creditor_id: orNull(Type.String()), ids: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()])) },
  closed,
);
const LawView = Type.Object(
  {
    law: Law, name: Type.String(), checked: Count, violations: Count,
    too_young: Type.Integer({ minimum: 0, description: 'Facts of the last 60 s, left out' }),
    unknowable: Type.Optional(Type.Integer({ minimum: 0, description: 'Payments recorded too late to stop a message' })),
    open_rejections: Type.Optional(Type.Integer({ minimum: 0, description: 'Events set aside that nobody has dealt with' })),
    proof: Type.Optional(orNull(Type.Object(
      { proven_at: Instant, debts: Count, late: Count, forgotten: Count, healed: Count },
      { ...closed, description: "Law 3: what dunning's own hourly proof last found; null before the first" },
    ))),
    looser_by_decision: Type.Optional(Type.Array(
      Type.Object(
        {
          creditor_id: Type.String(), version: Count, contacts_in_7_days: Count, contacts_in_30_days: Count,
          decision: Type.Object({ decided_by: Type.String(), role: Type.String(), reason: Type.String(), legal_basis: orNull(Type.String()) }, closed), set_by: Type.String(), set_at: Instant,
        },
        closed,
      ),
      { description: 'Law 2: creditors that contact more often than the house by itself, and the person who answers for it' },
    )),
    examples: Type.Array(Violation),
  },
  closed,
);

export const AuditView = Type.Object({ as_of: Instant, still: Type.Boolean(), laws: Type.Array(LawView) }, closed);
export const ViolationsView = Type.Object({ law: Law, as_of: Instant, violations: Count, items: Type.Array(Violation) }, closed);

const counted = (name: string, more: Record<string, typeof Cents> = {}) => Type.Array(Type.Object({ [name]: Type.String(), count: Count, ...more }, closed));

export const FiguresView = Type.Object(
  {
    invoices: Type.Object({ issued: Count, cancelled: Count, paid_on_time: Count, paid_late: Count, open: Count }, closed),
    payments: Count,
    refunds: Count,
    ledger: Type.Object(
      { invoiced_cents: Cents, received_cents: Cents, settled_cents: Cents, open_cents: Cents, unapplied_cents: Cents, charges_cents: Cents, waived_cents: Cents, written_off_cents: Cents },
      closed,
    ),
    contacts: counted('step'),
    recovered: counted('step', { amount_cents: Cents }),
    open_by_age: counted('age', { open_cents: Cents }),
  },
  closed,
);
