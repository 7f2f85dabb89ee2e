import { Type } from '@sinclair/typebox';
import { Cause, Channel, ChannelTurnedDown, Cover, CustomerId, CivilDate, DunningNoticeRequested, Instant, Offer, oneOf, Purpose, Text, Uuid, Words } from '@emdia/contracts';
import { orNull } from '@emdia/runtime';

/** Messages as people read them; nothing here names or addresses the person. */

const closed = { additionalProperties: false };
const { next_step, facts, turned_down } = DunningNoticeRequested.data.properties;
const Free = Type.Object({}, { additionalProperties: true });

const Delivery = {
  notice_id: Uuid, customer_id: CustomerId, case_id: Uuid, purpose: Purpose, step: Text(20), local_day: CivilDate,
  status: oneOf('due', 'claimed', 'sending', 'sent', 'failed', 'unknown', 'refused'), attempt: Type.Integer({ minimum: 0 }), reason: orNull(Type.String()),
  due_at: orNull(Instant), call_began_at: orNull(Instant), concluded_at: orNull(Instant), requested_at: Instant,
};

export const ListedDelivery = Type.Object(Delivery, closed);

export const DeliveryView = Type.Object(
  {
    ...Delivery, not_before: Instant, valid_until: Instant, attempts: Type.Array(Free, { description: 'Each attempt with what became of it' }), regua_version: Type.String(),
    words: orNull(Words), words_turned_down: orNull(Type.String({ description: 'Why it speaks by its step instead of these words' })), offers: orNull(Type.Array(Offer)),
    own_rule: orNull(Type.Unsafe({ description: "The creditor's own rule by which it was let go or refused; null where the house's alone held" })),
    channels: orNull(Type.Array(Channel, { description: 'Preferred first' })), channel: orNull(oneOf('email')), channels_turned_down: orNull(Type.Array(ChannelTurnedDown)),
    asks_cause: orNull(Type.Boolean({ description: 'Whether it asks why the debts are unpaid' })), cause_answer: orNull(Type.Object({ cause: Cause, at: Instant }, closed)),
    covers: Type.Array(Cover), facts, turned_down, next_step, instalment_id: orNull(Uuid), verdict: orNull(Type.Unsafe({ description: 'What the gate said last' })),
    provider_id: orNull(Type.String()), covered: Type.Array(Cover, { description: 'The steps that this message took' }),
  },
  closed,
);
