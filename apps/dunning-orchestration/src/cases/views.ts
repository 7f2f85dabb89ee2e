import { Type, type TSchema } from '@sinclair/typebox';
import { Actor, Channel, CivilDate, Collectability, CustomerId, DunningNoticeRequested, Instant, Offer, oneOf, Purpose, ReceivableStatus, Score, Segment, Text, Tone, Uuid } from '@emdia/contracts';
import { Cause } from '@emdia/regua';
import { orNull } from '@emdia/runtime';
import { ACT_KINDS, type ActKind } from '../acts/outward-act';
import { holdKinds, type HoldKind } from '../holds/kinds';
import { RetryView } from '../retries/shown';

/** Cases as people read them. */

const closed = { additionalProperties: false };
const Cents = Type.Integer({ minimum: 0 });
const Reason = orNull(Type.String());
const Stage = oneOf('overdue', 'current', 'none');
const { next_step, facts, turned_down } = DunningNoticeRequested.data.properties;
const Instalment = Type.Object({ instalment_id: Uuid, number: Type.Integer(), due_date: CivilDate }, closed);

const Case = {
  customer_id: CustomerId, case_id: Uuid, status: oneOf('new', 'open', 'closed'), stage: Stage as TSchema,
  looked_at_next: orNull(Instant), channel_closed_reason: Reason,
};

export const ListedCase = Type.Object({ ...Case, open_cents: Cents, open_receivables: Type.Integer(), next_action_at: orNull(Instant) }, closed);

const Receivable = Type.Object(
  {
    receivable_id: Uuid, version: Type.Integer(), original_due_date: CivilDate, effective_due_date: CivilDate, open_cents: Cents, paid_cents: Cents,
    status: ReceivableStatus, collectability: Collectability, settled_on: orNull(CivilDate),
    standing: oneOf('action', 'waiting', 'task', 'hold', 'owner', 'end'), standing_reason: Reason, next_step: orNull(Text(20)), planned_day: orNull(CivilDate),
    contact_day: orNull(CivilDate), next_action_at: orNull(Instant), outstanding_notice_id: orNull(Uuid), hold_review_date: orNull(CivilDate),
    owner_queue: Reason, owner_reason: Reason, owner_review_date: orNull(CivilDate),
  },
  closed,
);

const Hold = Type.Object(
  {
    hold_id: orNull(Uuid), kind: Type.Unsafe<HoldKind>({ enum: holdKinds }), kept_by: Type.String({ description: 'People, or the service by whose facts it stands' }),
    receivable_ids: Type.Array(Uuid), reason: Type.String(), actor: Actor, placed_at: orNull(Instant), begin_date: orNull(CivilDate), review_date: orNull(CivilDate), asked: Reason,
    stops: oneOf('contacts', 'clock', 'everything'), ends_by: oneOf('date', 'keeper'), follows: oneOf('regua', 'person', 'owner'),
    look_date: orNull(CivilDate), what_follows: Type.String({ description: 'What follows and when, in words' }),
    lifted_at: orNull(Instant), lift_reason: Reason, lift_actor: Reason,
    decided_at: orNull(Instant), decide_reason: Reason, decide_actor: Reason,
  },
  closed,
);

const Notice = Type.Object(
  {
    notice_id: Uuid, purpose: Purpose, local_day: CivilDate, step: Text(20), asked_at: Instant, valid_until: Instant, regua_version: Type.String(),
    instalment_id: orNull(Uuid), next_step, facts, turned_down,
    template: orNull(Text(30)), tone: orNull(Tone), offers: orNull(Type.Array(Offer)), channels: orNull(Type.Array(Channel)),
    covers: orNull(Type.Array(Type.Object({ receivable_id: Uuid, due_date: CivilDate, step: Text(20), outcome: oneOf('asked', 'sent', 'unknown', 'refused', 'lapsed'), reason: Reason, channel: orNull(Channel) }))),
  },
  closed,
);

const Change = Type.Object(
  { at: Instant, what: oneOf('cause', 'regua'), before: Reason, after: Type.String(), actor: Actor, reason: Type.String(), facts: orNull(Type.Unsafe<object>({ type: 'object', additionalProperties: true })) },
  closed,
);

const Act = Type.Object(
  {
    act_id: Uuid, receivable_id: Uuid, due_date: CivilDate, step: Text(20), kind: Type.Unsafe<ActKind>({ enum: [...ACT_KINDS] }), change: orNull(Type.String()), undoes: orNull(Uuid),
    regua_version: Type.String(), facts, planned_at: Instant, status: oneOf('planned', 'requested', 'accepted', 'rejected', 'unanswered', 'refused', 'expired'),
    reason: orNull(Type.String({ description: 'Why it was refused, put off or not done' })), due_at: orNull(Instant),
    verdict: orNull(Type.Object({ as_of_epoch_ms: orNull(Type.Integer()), version: Type.Integer(), invoice_id: Type.String(), open_cents: Cents }, closed)),
    call_began_at: orNull(Instant), valid_until: orNull(Instant), answered_at: orNull(Instant),
    task: orNull(Type.Object({ task_id: Uuid, queue: Type.String(), reason: Type.String(), review_date: CivilDate, done: Type.Optional(Type.Object({ at: Instant, actor: Actor }, closed)) }, closed)),
  },
  closed,
);

export const CauseTakenView = Type.Object({ cause: Cause, regua_version: Reason, hold_id: orNull(Uuid) }, closed);

export const CaseView = Type.Object(
  {
    ...Case, state: orNull(Type.String({ pattern: '^[A-Z]{2}(-[0-9]{7})?$', description: 'State, or state and IBGE code of the municipality' })), has_email: orNull(Type.Boolean()), segment: orNull(Segment), score: orNull(Score), regua_version: Reason, regua_since: orNull(Instant), regua_by: Reason, cause: orNull(Cause), cause_at: orNull(Instant), cause_by: Reason, cause_asked_at: orNull(Instant), channel_closed_at: orNull(Instant), contact_asked_day: orNull(CivilDate), service_asked_day: orNull(CivilDate),
    receivables: Type.Array(Receivable),
    holds: Type.Array(Hold),
    agreements: Type.Array(Type.Object({ agreement_id: Uuid, receivable_ids: Type.Array(Uuid), instalments: Type.Array(Instalment), paid: Type.Array(Uuid), ended: Type.Boolean() }, closed)),
    retries: Type.Array(RetryView, { description: 'Of the open debts whose charge was declined: how much of the budget is used, and the next retry or why there is none' }),
    changes: Type.Array(Change, { description: 'Who changed what, why and on which facts; the newest first, at most 200' }),
    acts: Type.Array(Act, { description: 'What your systems were to do, and what became of it; the newest first, at most 200' }),
    history: Type.Array(Notice, { description: 'The newest first, at most 200' }),
  },
  closed,
);
