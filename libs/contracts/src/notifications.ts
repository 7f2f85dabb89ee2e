import { Type } from '@sinclair/typebox';
import { contract } from './contract';
import { Cause, ChannelTurnedDown, CivilDate, Cover, CreditorId, CustomerId, Instant, oneOf, Purpose, Text, Uuid } from './vocabulary';
import { rejected, resolved } from './housekeeping';

const Hour = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'HH:mm on the clock of the debtor.' });

const Notice = {
  creditor_id: CreditorId,
  customer_id: CustomerId,
  case_id: Uuid,
  notice_id: Uuid,
  purpose: Purpose,
  local_day: CivilDate,
  covers: Type.Array(Cover),
  /** Channels preferred to the one taken, or all of them where none was open. */
  channels_turned_down: Type.Optional(Type.Array(ChannelTurnedDown, { maxItems: 5 })),
};

export const NotificationsContactMade = contract('notifications.contact-made.v1', 'A message went out, or may have (`unknown`, never sent again); it covers its steps.', {
  ...Notice,
  channel: oneOf('email'),
  step: Text(20),
  /** The words of the régua that it spoke; left out where it spoke by its step. */
  template: Type.Optional(Text(30)),
  /** It asked why the debts are unpaid; left out where it did not, because nothing was late any more, say. */
  asked_cause: Type.Optional(Type.Literal(true)),
  certainty: oneOf('sent', 'unknown'),
  call_began_at: Instant,
});

export const NotificationsContactRefused = contract('notifications.contact-refused.v1', 'These steps of a message did not go out; dunning plans anew.', {
  ...Notice,
  reason: oneOf(
    'settled', 'held', 'disputed', 'promised', 'agreed', 'prescribed', 'already-covered',
    'budget', 'hours', 'opted-out', 'no-address', 'no-channel', 'address-invalid', 'expired', 'provider-refused', 'superseded',
  ),
});

export const NotificationsContactRuleSet = contract('notifications.contact-rule-set.v1', 'A creditor set a rule of its own: on which days, within which hours and how often its customers may be contacted; the highest version counts.', {
  creditor_id: CreditorId,
  version: Type.Integer({ minimum: 1 }),
  weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 5 }), { minItems: 1, maxItems: 5, uniqueItems: true, description: '1 Monday to 5 Friday.' }),
  /** What it leaves of the hours where the debtor lives; left out where that is all of them. */
  hours: Type.Optional(Type.Object({ from: Hour, to: Hour }, { additionalProperties: false })),
  contacts_in_7_days: Type.Integer({ minimum: 1 }),
  contacts_in_30_days: Type.Integer({ minimum: 1 }),
});

export const NotificationsCauseAnswered = contract('notifications.cause-answered.v1', 'The debtor answered why debts are unpaid, by the link in a letter.', {
  creditor_id: CreditorId,
  customer_id: CustomerId,
  case_id: Uuid,
  notice_id: Uuid,
  /** The debts that the letter asked for. */
  receivable_ids: Type.Array(Uuid, { minItems: 1, maxItems: 200 }),
  cause: Cause,
  answered_at: Instant,
});

export const NotificationsAddressInvalid = contract('notifications.address-invalid.v1', 'A contact point does not work; nobody writes to it again.', {
  creditor_id: CreditorId, customer_id: CustomerId, channel: oneOf('email'), reason: Text(200),
  /** Which one it was; left out before 2026-11-23, when it meant the present one. */
  contact_point_key: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'HMAC-SHA-256 of channel and address.' })),
});

export const NotificationsEventRejected = rejected('notifications');
export const NotificationsEventResolved = resolved('notifications');
