import { CivilDate, Uuid } from '@emdia/contracts';
import { meaningOf, type GateSaid } from '@emdia/gate';
import { Refusal } from '@emdia/messaging';
import { Type, type Static } from '@sinclair/typebox';

const closed = { additionalProperties: false };
const Cents = Type.Integer({ minimum: 0 });

const MayAskFor = Type.Object(
  {
    receivable_id: Uuid, invoice_id: Type.String(), number: Type.String(), description: Type.Union([Type.String(), Type.Null()]), due_date: CivilDate, days_late: Type.Integer(),
    open_cents: Cents, fine_cents: Cents, interest_cents: Cents, total_cents: Cents, version: Type.Integer(),
  },
  closed,
);
const MayNotAskFor = Type.Object({ receivable_id: Uuid, reason: Type.String({ description: "As the gate refuses a message: 'held', 'disputed', 'promised' and so on" }) }, closed);

/** What a caller may speak of that day and what not, as the debt-truth gate said it; amounts in cents. */
export const Spoken = {
  as_of_epoch_ms: Type.Union([Type.Number({ description: 'Wall time of what the gate said' }), Type.Null()]),
  may_ask_for: Type.Array(MayAskFor, { description: 'Amounts of that day' }),
  may_not_ask_for: Type.Array(MayNotAskFor),
};
export type Spoken = { readonly as_of_epoch_ms: number; readonly may_ask_for: readonly Static<typeof MayAskFor>[]; readonly may_not_ask_for: readonly Static<typeof MayNotAskFor>[] };

/** What the gate's answers about a customer's open receivables come to for a call; refused where none of them may be asked for, and on doubt. */
export function callVerdict({ as_of_epoch_ms, answers }: GateSaid): Spoken {
  const said = [...answers.values()];
  const may_ask_for = said.flatMap((answer) => {
    if (!answer.owed) return [];
    const { ask_id: receivable_id, invoice_id, number, description, due_date, days_late, open_cents, fine_cents, interest_cents, total_cents, version } = answer;
    return [{ receivable_id, invoice_id, number, description, due_date, days_late, open_cents, fine_cents, interest_cents, total_cents, version }];
  });
  const may_not_ask_for = said.flatMap((answer) => (answer.owed ? [] : [{ receivable_id: answer.ask_id, reason: answer.reason }]));
  if (may_ask_for.length > 0) return { as_of_epoch_ms, may_ask_for, may_not_ask_for };
  if (said.length === 0) throw new Refusal(409, 'nothing-owed', 'Nothing is owed', 'Do not call: nothing of this customer is open.', { as_of_epoch_ms });
  if (may_not_ask_for.some(({ reason }) => meaningOf(reason) === 'again'))
    throw new Refusal(409, 'unknown', 'What is owed is not known just now', 'Do not call on doubt. Ask again in a moment.', { as_of_epoch_ms, may_not_ask_for });
  const remedy = may_not_ask_for.some(({ reason }) => meaningOf(reason) === 'waits') ? 'Ask again in an hour, when more may be known.' : 'Wait until what stands in the way has ended.';
  throw new Refusal(409, 'not-to-be-asked', 'Nothing may be asked for today', `Do not call: may_not_ask_for says why of each. ${remedy}`, { as_of_epoch_ms, may_not_ask_for });
}
