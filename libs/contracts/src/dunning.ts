import { Type } from '@sinclair/typebox';
import { contract } from './contract';
import { Actor, Cents, Channel, CityCode, CivilDate, Cover, CreditorId, CustomerId, Instant, Offer, oneOf, PersonKey, Purpose, Rail, Reference, State_, Text, Uuid, Words } from './vocabulary';
import { heartbeat, rejected, resolved } from './housekeeping';

const Case = { case_id: Uuid, creditor_id: CreditorId, customer_id: CustomerId };

export const DunningCaseOpened = contract('dunning.case-opened.v1', 'A case began: the customer has something to pay.', {
  ...Case, person_key: PersonKey, regua_version: Text(40),
});

export const DunningNoticeRequested = contract('dunning.notice-requested.v1', 'One message to one person is wanted on one local day; it lists every debt and step it covers.', {
  ...Case,
  notice_id: Uuid,
  person_key: PersonKey,
  purpose: Purpose,
  local_day: CivilDate,
  state: State_,
  city_code: Type.Optional(CityCode),
  not_before: Instant,
  valid_until: Instant,
  regua_version: Text(40),
  /** The firmest step covered; it chooses the words. */
  step: Text(20),
  covers: Type.Array(Cover, { maxItems: 200 }),
  /** What the régua does next if nothing changes, and what that is where it is no message; null at its end. */
  next_step: Type.Union([Type.Object({ step: Text(20), planned_day: CivilDate, does: Type.Optional(oneOf('person', 'retry', 'limit', 'suspend', 'cancel')) }), Type.Null()]),
  /** Left out where the régua has none (an instalment's reminder): notifications speaks by the step then. */
  words: Type.Optional(Words),
  /** What the leading step offers, where it is an offer. */
  offers: Type.Optional(Type.Array(Offer, { minItems: 1, maxItems: 3 })),
  /** The message asks, this once, why the debts are unpaid; left out where it is known or was asked before. */
  asks_cause: Type.Optional(Type.Literal(true)),
  /** Preferred first; left out: e-mail. */
  channels: Type.Optional(Type.Array(Channel, { minItems: 1, maxItems: 5 })),
  /** For purpose agreement: the instalment that falls due. */
  instalment_id: Type.Union([Uuid, Type.Null()]),
  /** Law 5: the versions of the facts it was decided on, and the alternatives turned down. */
  facts: Type.Array(Type.Object({ receivable_id: Uuid, version: Type.Integer() })),
  turned_down: Type.Array(Type.Object({ receivable_id: Uuid, step: Text(20), reason: Text(80) })),
});

export const DunningTaskRequested = contract('dunning.task-requested.v1', 'A person should take the case: the régua has ended or a decision is needed.', {
  ...Case,
  task_id: Uuid,
  queue: Text(80),
  reason: Text(80),
  receivable_ids: Type.Array(Uuid, { minItems: 1 }),
  review_date: CivilDate,
});

export const DunningHoldPlaced = contract('dunning.hold-placed.v1', 'Collection of the listed receivables (all of the customer where the list is empty) stands still until lifted.', {
  creditor_id: CreditorId,
  customer_id: CustomerId,
  hold_id: Uuid,
  receivable_ids: Type.Array(Uuid),
  reason: Text(80),
  actor: Actor,
  review_date: CivilDate,
  kind: Type.Optional(Text(40)),
  /** The first day that counts, where it is not that of the event. */
  begin_date: Type.Optional(CivilDate),
});

export const DunningHoldLifted = contract('dunning.hold-lifted.v1', 'A hold ended.', {
  creditor_id: CreditorId, customer_id: CustomerId, hold_id: Uuid, reason: Text(80), actor: Actor,
  kind: Type.Optional(Text(40)),
  /** The régua goes on at once, or a person is asked first. */
  follows: Type.Optional(oneOf('regua', 'person')),
});

export const DunningCaseCured = contract('dunning.case-cured.v1', 'Nothing of the customer is past due any more.', {
  ...Case, cured_on: CivilDate, contacts: Type.Integer({ minimum: 0 }), last_step: Type.Union([Text(20), Type.Null()]), outcome: oneOf('paid', 'cancelled', 'written-off'),
});

/** What every act asked of the creditor's own systems tells. */
const Act = {
  ...Case,
  /** The idempotency key: the same for one act however often it comes. */
  act_id: Uuid,
  receivable_id: Uuid,
  invoice_id: Reference,
  due_date: CivilDate,
  step: Text(20),
  regua_version: Text(40),
  open_cents: Cents,
  /** The row's commit, in business time: the debt was owed less than a second before. */
  call_began_at: Instant,
  /** Whoever has not begun by then lets it be; null for what gives something back, which is never late. */
  valid_until: Type.Union([Instant, Type.Null()]),
  /** Law 5: the versions of the facts it was decided on. */
  facts: Type.Array(Type.Object({ receivable_id: Uuid, version: Type.Integer() })),
};
/** The act that it takes back. */
const Undoing = { undoes: Type.Optional(Uuid) };

export const DunningRetryRequested = contract('dunning.retry-requested.v1', 'The upstream platform should try the charge again, once.', {
  ...Act,
  rail: Type.Union([Rail, Type.Null()], { description: 'By which way; null: by that of the last attempt' }), attempt_no: Type.Integer({ minimum: 1 }), amount_cents: Type.Integer({ minimum: 1 }),
  by: oneOf('table', 'ladder'), because: Type.String(),
});

export const DunningServiceChangeRequested = contract('dunning.service-change-requested.v1', 'The upstream platform should limit, suspend or cancel the service, or restore it once its debt is paid.', {
  ...Act, ...Undoing, change: oneOf('limit', 'suspend', 'restore', 'cancel'),
});

export const DunningBureauRequested = contract('dunning.bureau-requested.v1', 'A credit bureau should give notice, list the debt, or remove the entry of one that has ended.', {
  ...Act, ...Undoing, change: oneOf('notice', 'listing', 'removal'),
});

export const DunningProtestRequested = contract('dunning.protest-requested.v1', 'A notary should protest the title, or the protest of a debt that has ended should be cancelled.', {
  ...Act, ...Undoing, change: oneOf('protest', 'cancellation'),
});

export const DunningWriteOffRequested = contract('dunning.write-off-requested.v1', 'The debt should be given up in the books.', Act);

export const DunningHeartbeat = heartbeat('dunning');
export const DunningEventRejected = rejected('dunning');
export const DunningEventResolved = resolved('dunning');
