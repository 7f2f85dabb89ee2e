import { Cause, Channel, Offer, Rate, Score, Segment, Text, Tone, oneOf } from '@emdia/contracts';
import { Type, type Static, type TProperties } from '@sinclair/typebox';

export { Cause, type Channel } from '@emdia/contracts';

/** The régua as people write it. This is the one definition: types, checks, docs/regua.schema.json and REST come from it. */

const closed = { additionalProperties: false };
const of = <P extends TProperties>(properties: P, description: string, definitions?: Record<string, unknown>) => Type.Object(properties, { ...closed, description, ...(definitions ? { definitions } : {}) });
const Name = Type.String({ pattern: '^[a-z][a-z0-9-]{1,29}$', description: 'Lower-case letters, digits, hyphens.' });
const Hour = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'HH:mm on the clock where the debtor lives; contact waits for it, or for the opening of the hours allowed there.' });
const Days = (minimum: number, maximum: number, description: string) => Type.Integer({ minimum, maximum, description });

const range = (description: string, minimum = 0, maximum?: number) => {
  const bound = Type.Integer({ minimum, ...(maximum === undefined ? {} : { maximum }) });
  return Type.Optional(Type.Object({ min: Type.Optional(bound), max: Type.Optional(bound) }, { ...closed, minProperties: 1, description }));
};
const anyOf = <T extends Parameters<typeof Type.Array>[0]>(item: T, description: string) => Type.Optional(Type.Array(item, { minItems: 1, maxItems: 50, uniqueItems: true, description }));

/** What must be true of a debt, all of it at once. A fact nobody knows makes it false. */
export const Condition = Type.Object(
  {
    amount_cents: range('Open amount of the debt.'),
    case_amount_cents: range('Open amount of everything the customer owes this creditor.'),
    age_days: range('Calendar days from the due date to the day of the step and, where it is done later, to that day, too; negative before it.', -365),
    late_before: range('How many earlier debts of the customer were paid late.'),
    score: range('Credit score of the customer in points, as upstream tells it: the higher, the surer the payment.', Score.minimum, Score.maximum),
    segments: anyOf(Segment, "The customer's segment, as upstream tells it, is one of these."),
    causes: anyOf(Cause, 'Why it is unpaid, as the debtor or a person said, is one of these.'),
    reached: anyOf(Channel, 'A message about this debt went out on one of these channels.'),
    customers: anyOf(Text(64), 'Ids of customers.'),
    share: Type.Optional(of(
      { group: Name, from_percent: Type.Number({ minimum: 0, maximum: 100 }), to_percent: Type.Number({ minimum: 0, maximum: 100 }) },
      'The customer lies in this part of all, by a hash of the group and its id that never changes: for trying réguas against each other, or against waiting.',
    )),
  },
  { ...closed, minProperties: 1, description: 'All that is given must hold. What nobody knows does not hold.' },
);
export type Condition = Static<typeof Condition>;

const Given = Type.Optional(Type.Unsafe<Condition>({ $ref: '#/definitions/condition' }));
const Conditional = { when: Given, unless: Given };

const STEP = '^D(0|[+-][1-9]\\d{0,2})$';
const Step = {
  step: Type.String({ pattern: STEP, description: 'Days from the due date: D-3, D0, D+7. Steps of one name are alternatives: the first whose condition holds counts.' }),
  days: Type.Optional(oneOf('calendar', 'business')),
  ...Conditional,
};

const Message = {
  template: Name,
  tone: Tone,
  hour: Type.Optional(Hour),
  channels: Type.Optional(Type.Array(Channel, { minItems: 1, maxItems: 5, uniqueItems: true, description: 'Preferred first; the next one where a channel is closed.' })),
};

const acting = <const A extends string, P extends TProperties>(action: A, more: P, description: string) => of({ ...Step, action: Type.Literal(action), ...more }, description);

/** What each action needs, by its name. */
export const ACTIONS = {
  message: acting('message', Message, 'One message to the debtor.'),
  offer: acting('offer', { ...Message, offer: Type.Array(Offer, { minItems: 1, uniqueItems: true }) }, 'A message that offers a way out; its terms are those of negotiation.'),
  retry: acting('retry', {}, 'The charge is tried again by the upstream platform.'),
  service: acting('service', { change: oneOf('limit', 'suspend', 'cancel') }, 'A consequence for the service, asked of the upstream platform.'),
  task: acting('task', { reason: Text(60), review_days: Type.Optional(Days(1, 60, 'The régua waits so long for the person.')) }, 'A person takes the debt for some days; then the régua goes on.'),
  'bureau-notice': acting('bureau-notice', {}, 'The prior written notice of the bureau (CDC 43 §2).'),
  'bureau-listing': acting('bureau-listing', { notice_days: Days(1, 365, 'Days since the notice, at least.') }, 'Entry in a credit bureau.'),
  protest: acting('protest', {}, 'Protest by a notary.'),
  'write-off': acting('write-off', {}, 'The creditor gives the debt up in the books.'),
} as const;
export type Action = keyof typeof ACTIONS;

type Steps = { [A in Action]: Static<(typeof ACTIONS)[A]> };
export type Step<A extends Action = Action> = Steps[A];

/** A step that takes the debtor's contact of the day. */
export type ContactStep = Step<'message' | 'offer'>;
export const isContact = (step: Step): step is ContactStep => step.action === 'message' || step.action === 'offer';

/** What a person is asked to do for a step that sends no message, at most 80 characters. What the house cannot do itself, a person does. */
export function taskOf(step: Step): string {
  const what = step.action === 'task' ? step.reason : step.action === 'service' ? `service ${step.change}` : step.action;
  return `${step.step}: ${what}`;
}

export const Template = of(
  {
    subject: Text(78),
    text: Type.String({ minLength: 1, maxLength: 2_000, description: 'Paragraphs with placeholders in braces; blocks such as {faturas} stand in a paragraph of their own.' }),
  },
  'The words of a message.',
);
export type Template = Static<typeof Template>;

const Decision = of({ by: Text(80), on: Type.String({ format: 'date' }), reason: Text(300) }, 'A named person answers for it.');

const Charges = of(
  {
    relation: oneOf('consumer', 'condominium', 'business'),
    fine_percent: Rate,
    interest_monthly_percent: Rate,
    decision: Type.Optional(Decision),
  },
  "What the creditor's contract charges for lateness; amounts shown are always those that reconciliation will accept.",
);

export const Regua = of(
  {
    regua: Name,
    version: Days(1, 9_999, 'A change is a new version, never an edit.'),
    name: Text(60),
    describes: Text(300),
    for: Type.Optional(of({ ...Conditional, priority: Days(0, 1_000, 'Of several réguas that fit, the highest counts.') }, 'Whom it is for, and whom not; without it, everybody left over.')),
    contact: of(
      {
        hour: Hour,
        weekdays: Type.Optional(Type.Array(oneOf('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), { minItems: 1, uniqueItems: true, description: 'Only on these, of the days allowed.' })),
        channels: Type.Array(Channel, { minItems: 1, maxItems: 5, uniqueItems: true, description: 'For every step that names none: preferred first.' }),
      },
      'What holds for every message.',
    ),
    charges: Type.Optional(Charges),
    steps: Type.Array(Type.Unsafe<Step>({ oneOf: Object.values(ACTIONS), type: 'object', discriminator: { propertyName: 'action' } }), { minItems: 1, maxItems: 40 }),
    silent: Type.Optional(Type.Boolean({ description: 'Nobody is written to along it: it has no messages, and no thanks and no reminder of an instalment go either. People have its debts.' })),
    instalment_reminder_days: Days(0, 15, 'An instalment is reminded of this many days before it is due.'),
    thanks: of(
      {
        template: Name,
        days_max: Days(0, 60, 'An older payment is not thanked for: an imported book is history, not an occasion.'),
        restores: Type.Optional(Type.Boolean({ description: 'Service that was limited or suspended for a debt is given back as soon as that is paid, whatever else is open; true when left out. False: the platform does so by itself.' })),
      },
      'Sent once nothing is past due any more.',
    ),
    end: Type.Optional(
      of(
        {
          queue: Text(80),
          first_review_days: Days(1, 60, 'A person looks again after so many days'),
          later_review_days: Days(1, 180, 'and then every so many.'),
          last_step_refusals_max: Days(1, 100, 'So many refusals of the last message hand the debt over: a provider that never accepts must not hide it.'),
        },
        'Who owns what the ladder can do no more for.',
      ),
    ),
    templates: Type.Optional(Type.Record(Name, Template, { ...closed, maxProperties: 60, description: 'Words of its own; where it has none of a name, those of the house count.' })),
  },
  'A régua: what is asked of a debtor, when and how, and who takes the debt where it ends.',
  { condition: Condition },
);
export type Regua = Static<typeof Regua>;

/** The JSON Schema (draft-07, as ajv reads it) that is published. */
export const reguaSchema = (): Record<string, unknown> =>
  JSON.parse(JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', $id: 'urn:emdia:regua', title: 'Régua', ...Regua })) as Record<string, unknown>;

/** What events and explanations call a version. */
export const versionOf = ({ regua, version }: Pick<Regua, 'regua' | 'version'>): string => `${regua}-${version}`;

const stepName = new RegExp(STEP);
/** Whether a text names a step of some ladder. */
export const isStepName = (text: string): boolean => stepName.test(text);

/** Signed days of a step's name. */
export const offsetOf = (step: string): number => (step === 'D0' ? 0 : Number(step.slice(1)));

