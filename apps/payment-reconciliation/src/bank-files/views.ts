import { Type } from '@sinclair/typebox';
import { Actor, CivilDate, Currency, Instant, oneOf, Text, Uuid } from '@emdia/contracts';
import { orNull } from '@emdia/runtime';
import { OUTCOMES, STATUSES } from './stored-file';

const closed = { additionalProperties: false };
const Count = Type.Integer({ minimum: 0 });

const Read = Type.Object(
  {
    kind: orNull(oneOf('cnab400', 'cnab240', 'febraban150', 'ofx', 'pix')), bank: orNull(Type.String({ description: 'COMPE code' })),
    layout: orNull(Type.Object({ name: Type.String(), fallback: Type.Boolean({ description: 'Read by the common layout, as the bank has none of its own here' }) }, closed)),
    posting: oneOf('ok', 'warning', 'needs_confirmation', 'refused'), currency: orNull(Currency), number: orNull(Type.String({ description: 'Under which the bank sent it' })),
    covers_until: orNull(CivilDate), settled_rows: Count, settled_cents: Count,
    problems: Type.Array(Type.Object({ line: orNull(Count), reason: Type.String() }, closed)),
  },
  closed,
);

const File = {
  file_id: Uuid, source: Text(40), name: Text(200), size_bytes: Count, actor: Actor, received_at: Instant, status: oneOf(...STATUSES), read: orNull(Read),
  rows: orNull(Count), rows_done: Count, counts: Type.Object(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, Count])), closed),
  posted_cents: Type.Integer({ description: 'What stands in the ledger by the rows of this file, less what they took back' }), covered_until: orNull(CivilDate), decided_by: orNull(Actor), concluded_at: orNull(Instant),
};

export const BankFileView = Type.Object(File, closed);
export const ExplainedBankFile = Type.Object({ ...File, report: Type.String({ description: 'What was read, matched and left over, and why, in words' }) }, closed);
export const ReceivedView = Type.Object({ file_id: Uuid, is_new: Type.Boolean({ description: 'False where these bytes were sent before' }) }, closed);

export const BankRowView = Type.Object(
  {
    row_id: Uuid, line: Count, state: oneOf('posted', 'awaiting', 'held', 'returned', 'left', 'undone'), payment_id: orNull(Type.String()), reference: orNull(Type.String()),
    our_number: orNull(Type.String()), amount_cents: orNull(Count), paid_date: orNull(CivilDate), credit_date: orNull(CivilDate), reason: orNull(Type.String({ description: 'Why it was left, in words' })),
  },
  closed,
);
