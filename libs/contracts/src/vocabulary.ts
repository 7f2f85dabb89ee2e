import { Type, type Static } from '@sinclair/typebox';

/** The shapes that several events share, each defined once. */
export const CreditorId = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{1,39}$', description: 'Tenant: lower-case letters, digits, hyphens.' });
export const CustomerId = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,63}$', description: "The creditor's own id of the customer." });
export const Reference = Type.String({ minLength: 1, maxLength: 80, pattern: '^[!-~]+$', description: 'Exact payment reference: invoice id or number, instalment id, txid, nosso número.' });
export const Uuid = Type.String({ format: 'uuid' });
export const Cents = Type.Integer({ minimum: 0, maximum: 99_999_999_999, description: 'Integer cents of the currency.' });
export const PositiveCents = Type.Integer({ minimum: 1, maximum: 99_999_999_999, description: 'Integer cents of the currency, above zero.' });
export const UnsaidCents = { ...PositiveCents, description: 'Integer cents of the currency, above zero; left out where the source does not say.' };
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217.' });
export const CivilDate = Type.String({ format: 'date', description: "Civil date in the creditor's zone, YYYY-MM-DD." });
export const Instant = Type.String({ format: 'date-time', description: 'RFC 3339 instant with offset.' });
export const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
export const Rate = Type.String({ pattern: '^\\d{1,3}(\\.\\d{1,6})?$', description: 'Percent as a decimal string.' });
export const State = Type.String({ pattern: '^[A-Z]{2}$', description: 'UF, two letters.' });
export const CityCode = Type.String({ pattern: '^[1-9][0-9]{6}$', description: 'Municipality, by its IBGE code of seven digits.' });
export const Segment = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,39}$', description: "The creditor's own name of a group of customers: lower-case letters, digits, `.`, `_`, `-`, so that it is written in one way only." });
export const Score = Type.Integer({ minimum: 0, maximum: 1_000, description: 'Credit score in points, 0 to 1,000 as the Brazilian bureaus count: the higher, the surer the payment.' });
export const State_ = Type.Union([State, Type.Null()]);
export const PersonKey = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'HMAC-SHA-256 of the normalised CPF/CNPJ, else of creditor and customer.' });

const oneOf = <const T extends readonly string[]>(...values: T) =>
  Type.Union(values.map((value) => Type.Literal(value))) as unknown as import('@sinclair/typebox').TUnsafe<T[number]>;
export { oneOf };

export const ChargePolicy = Type.Object(
  {
    fine_percent: Rate,
    interest_monthly_percent: Rate,
    interest_rounding: oneOf('DAILY_AMOUNT', 'TOTAL'),
    accrual_start: oneOf('ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY', 'ROLLED'),
    fine_cents: Type.Optional(Cents),
    fine_max_percent: Type.Optional(Rate),
    interest_daily_cents: Type.Optional(Cents),
    interest_daily_percent: Type.Optional(Rate),
    interest_yearly_percent: Type.Optional(Rate),
    interest_days: Type.Optional(oneOf('CALENDAR', 'BUSINESS')),
    interest_max_percent: Type.Optional(Rate),
    discounts: Type.Optional(Type.Array(
      Type.Object({ until: CivilDate, cents: Type.Optional(Cents), percent: Type.Optional(Rate) }),
      { maxItems: 3, description: 'For payment up to a day, moved to a business day; cents take the place of a percentage of the amount, and the largest that still holds counts.' },
    )),
    validity_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_660, description: 'Calendar days after the due date, moved to a business day, in which it can be paid.' })),
  },
  {
    description:
      'Late charges of one receivable: fine once, simple interest by day (1/30 of the month rate). A fixed fine takes the place of its percentage, and interest ' +
      'in cents or percent a day or percent a year the place of that a month; caps are percentages of the open amount.',
  },
);
export type ChargePolicy = Static<typeof ChargePolicy>;

export const ChargesTold = Type.Object(
  { fine_cents: Type.Optional(Cents), interest_cents: Cents },
  { description: 'Fine and interest that the amount holds, as the source itself says; where it does not part them, both are in `interest_cents` and the fine is left out.' },
);
export type ChargesTold = Static<typeof ChargesTold>;

export const Rail = oneOf('BOLETO', 'PIX_COB', 'PIX_COBV', 'PIX_AUTO', 'CARD', 'DEBIT', 'TRANSFER', 'CASH');
export type Rail = Static<typeof Rail>;

export const Instrument = Type.Object(
  {
    rail: Rail,
    reference: Type.Optional(Reference),
    code: Type.Optional(Text(600)),
    url: Type.Optional(Type.String({ maxLength: 500, pattern: '^https://' })),
  },
  { description: 'One way to pay the receivable: rail, the reference a payment will quote, the code to copy, the link.' },
);
export type Instrument = Static<typeof Instrument>;

/** Whether the payer's authorisation of a recurring debit (Pix Automático) allows retries after the due date. */
export const RetryPolicy = oneOf('NAO_PERMITE', 'PERMITE_3R_7D');
export type RetryPolicy = Static<typeof RetryPolicy>;

const Code = (description: string) => Type.Optional(Type.String({ pattern: '^[!-~]{1,60}$', description }));

/** What was told of an attempt to charge that failed; whatever the source does not say is left out. */
export const DeclineTold = {
  rail: Type.Optional(Rail),
  category: Type.Optional({ ...oneOf('HARD', 'SOFT'), description: 'What the source itself makes of it: HARD is never to be tried again.' }),
  network_code: Code('Response code of the card network (ABECS: the standard code).'),
  advice_code: Code("The network's advice, such as Mastercard's 03."),
  brand: Type.Optional(Type.String({ pattern: '^[a-z0-9_-]{1,20}$', description: 'visa, mastercard, elo and so on.' })),
  amount_cents: Type.Optional(UnsaidCents),
  next_attempt_at: Type.Optional({ ...Instant, description: 'When the platform will try again by itself.' }),
  mandate_id: Type.Optional({ ...Reference, description: "The payer's authorisation of a recurring debit." }),
  retry_policy: Type.Optional(RetryPolicy),
};

/** Why money may not be asked for; `owed` is the only state in which it may. */
export const Collectability = oneOf('owed', 'settled', 'pending', 'unmatched', 'held', 'disputed', 'promised', 'agreed');
export type Collectability = Static<typeof Collectability>;

/** Why money was given back; without a word of it, a refund. */
export const RefundReason = oneOf('refund', 'chargeback', 'pix-devolution');
export type RefundReason = Static<typeof RefundReason>;

export const Purpose = oneOf('collection', 'agreement', 'service', 'reply');
export type Purpose = Static<typeof Purpose>;

export const Actor = Type.String({ minLength: 1, maxLength: 120, description: 'Who did it: a person, an API key, a service.' });

/** Ways to reach a person. */
export const Channel = oneOf('email', 'whatsapp', 'sms', 'voice', 'letter');
export type Channel = Static<typeof Channel>;

/** A channel that was preferred and not taken, and why. */
export const ChannelTurnedDown = Type.Object({ channel: Channel, reason: Text(80) });
export type ChannelTurnedDown = Static<typeof ChannelTurnedDown>;

/** Ways out that a message offers; their terms are those of negotiation. */
export const Offer = oneOf('new-date', 'instalments', 'discount');
export type Offer = Static<typeof Offer>;

/** Why a debt is unpaid, as the debtor or a person said. */
export const Cause = oneOf('forgot', 'no-money', 'payment-method', 'not-recognised', 'already-paid');
export type Cause = Static<typeof Cause>;

export const Tone = oneOf('reminder', 'friendly', 'helpful', 'firm');

/** What the régua says in a message: placeholders in braces stand for what notifications knows when it is sent. */
export const Words = Type.Object(
  { template: Text(30), tone: Type.Optional(Tone), subject: Text(78), text: Text(2_000) },
  { description: 'The words of a step, as they were when it was asked for; `template` is their name in the régua or the house.' },
);
export type Words = Static<typeof Words>;

/** One step of the régua that a contact covers for one receivable. */
export const Cover = Type.Object({ receivable_id: Uuid, due_date: CivilDate, step: Text(20) });
export type Cover = Static<typeof Cover>;
