import { Type } from '@sinclair/typebox';
import { CivilDate, Collectability, Instrument, oneOf, Uuid } from '@emdia/contracts';
import { orNull } from '@emdia/runtime';

/** The gate's answers, as the services that ask read them. */

const closed = { additionalProperties: false };
const Cents = Type.Integer({ minimum: 0 });
const Asked = { ask_id: Type.String(), receivable_id: Uuid };

const Owed = Type.Object(
  {
    ...Asked, owed: Type.Literal(true), open_cents: Cents, fine_cents: Cents, interest_cents: Cents, total_cents: Cents, version: Type.Integer(), invoice_id: Type.String(),
    number: Type.String(), description: orNull(Type.String()), due_date: CivilDate, effective_due_date: CivilDate, days_late: Type.Integer(), instruments: Type.Array(Instrument),
  },
  closed,
);
const Refused = Type.Object(
  { ...Asked, owed: Type.Literal(false), reason: oneOf('settled', 'pending', 'unmatched', 'held', 'disputed', 'promised', 'agreed', 'prescribed', 'unread', 'stale', 'not_covered') },
  closed,
);
export const VerdictsView = Type.Object({ as_of_epoch_ms: Type.Number(), verdicts: Type.Array(Type.Union([Owed, Refused])) }, closed);

const Known = Type.Object(
  {
    receivable_id: Uuid, known: Type.Literal(true), status: oneOf('open', 'settled', 'cancelled'), open_cents: Cents, paid_cents: Cents, version: Type.Integer(),
    collectability: Collectability, covered: Type.Boolean({ description: 'Every source it can be paid through has covered the day' }),
  },
  closed,
);
export const StandingsView = Type.Object({ receivables: Type.Array(Type.Union([Known, Type.Object({ receivable_id: Uuid, known: Type.Literal(false) }, closed)])) }, closed);
