import * as fc from 'fast-check';
import { addDays } from '@emdia/calendar';
import type { Action, Channel, Condition, Debt, Facts, Regua, Step } from '../src';

/** Words that lint lets pass. */
export const WORDS = { subject: '{credor}: um lembrete', text: '{faturas} {como-pagar} {opcoes} {proximo-passo}' };

/** A régua that lint lets pass, with changes. */
export const regua = (more: Partial<Regua> = {}): Regua => ({
  regua: 'teste', version: 1, name: 'Teste', describes: 'Para testar.',
  contact: { hour: '10:00', channels: ['email'] },
  steps: [step('D-3'), step('D+3'), step('D+10')],
  instalment_reminder_days: 3,
  thanks: { template: 'obrigado', days_max: 10 },
  end: { queue: 'cobranca', first_review_days: 7, later_review_days: 30, last_step_refusals_max: 10 },
  ...more,
});

/** A step of any action, a message unless said otherwise. */
export const step = (name: string, more: Record<string, unknown> = {}): Step =>
  ({ step: name, action: 'message', ...(['message', undefined].includes(more.action as Action | undefined) || more.action === 'offer' ? { template: 'lembrete', tone: 'reminder' } : {}), ...more }) as Step;

export const facts: Facts = { customer_id: 'C-1', amount_cents: 10_000, case_amount_cents: 10_000, late_before: 0, segment: null, score: null, cause: null, reached: [] };

/** A debt due on Friday 6 February 2026, nothing done yet. */
export const debt = (today: string, more: Partial<Debt> = {}): Debt => ({
  original_due_date: '2026-02-06', effective_due_date: '2026-02-06', state: 'SP', today, sent: [], told_on: null, acted: [], channels: ['email'], facts, ...more,
});

const CHANNELS: readonly Channel[] = ['email', 'whatsapp', 'sms', 'voice', 'letter'];
const range = (max: number) => fc.tuple(fc.nat(max), fc.nat(max)).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));
const causes = fc.uniqueArray(fc.constantFrom('forgot' as const, 'no-money' as const, 'payment-method' as const), { minLength: 1 });
const condition: fc.Arbitrary<Condition> = fc.oneof(
  range(20_000).map((amount_cents) => ({ amount_cents })), range(60).map((age_days) => ({ age_days })), range(5).map((late_before) => ({ late_before })), causes.map((each) => ({ causes: each })),
  fc.uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 1 }).map((reached) => ({ reached })),
);
const conditional = fc.record({ when: condition, unless: condition }, { requiredKeys: [] });

const MORE: Record<Action, fc.Arbitrary<object>> = {
  message: fc.record({ hour: fc.constantFrom('08:00', '09:00', '14:30', '17:59'), channels: fc.uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 1 }) }, { requiredKeys: [] }).map((more) => ({ template: 'lembrete', tone: 'reminder', ...more })),
  offer: fc.constant({ template: 'nova-data', tone: 'helpful', offer: ['new-date'] }),
  retry: fc.constant({}),
  service: fc.constantFrom('limit', 'suspend', 'cancel').map((change) => ({ change })),
  task: fc.constant({ reason: 'ligar', review_days: 3 }),
  'bureau-notice': fc.constant({}), 'bureau-listing': fc.constantFrom(5, 10, 20).map((notice_days) => ({ notice_days })), protest: fc.constant({}), 'write-off': fc.constant({}),
};
const anyStep: fc.Arbitrary<Step> = fc.constantFrom('message', 'message', 'message', 'message', ...(Object.keys(MORE) as Action[]))
  .chain((action) => fc.tuple(fc.integer({ min: -10, max: 60 }), fc.option(fc.constantFrom('calendar' as const, 'business' as const), { nil: undefined }), conditional, MORE[action as Action])
    .map(([offset, days, conditions, more]) => ({ step: offset === 0 ? 'D0' : `D${offset < 0 ? '' : '+'}${offset}`, ...(days ? { days } : {}), ...conditions, action, ...more }) as Step));

const offsetOf = ({ step: name }: Step) => (name === 'D0' ? 0 : Number(name.slice(1)));

/** Any document that fits the schema, most of them in the order of their days; many of them lint refuses. */
export const anyRegua: fc.Arbitrary<Regua> = fc.record({
  steps: fc.tuple(fc.array(anyStep, { minLength: 1, maxLength: 10 }), fc.boolean()).map(([steps, sorted]) => (sorted ? [...steps].sort((a, b) => offsetOf(a) - offsetOf(b)) : steps)),
  hour: fc.constantFrom('10:00', '10:00', '20:00'),
  weekdays: fc.constantFrom<Regua['contact']['weekdays'][]>(undefined, undefined, ['mon', 'wed', 'fri'], ['fri', 'sat'], ['sat']),
  channels: fc.uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 1 }),
  hasEnd: fc.boolean(),
}).map(({ steps, hour, weekdays, channels, hasEnd }) => {
  const { end, ...rest } = regua({ steps, contact: { hour, channels, ...(weekdays ? { weekdays } : {}) } });
  return hasEnd ? { ...rest, end: end! } : rest;
});

/** Any such document that lint lets pass: out of order and without a word before what is grave, it is put right. */
export const cleanSteps: fc.Arbitrary<Step[]> = fc.uniqueArray(fc.constantFrom(-9, -5, -1, 2, 7, 14, 21, 28, 35, 42), { minLength: 3 })
  .filter((offsets) => offsets.some((offset) => offset > 0))
  .chain((offsets) => fc.tuple(...[...offsets].sort((a, b) => a - b).map((offset) => anyStep.map((each) => ({ ...each, step: `D${offset < 0 ? '' : '+'}${offset}`, days: 'calendar' as const }) as Step))))
  .map((steps) => {
    let told = false;
    return steps.map((each): Step => {
      const isMessage = each.action === 'message' || each.action === 'offer';
      if (!isMessage && !told) { told = offsetOf(each) > 0; return step(each.step); }
      told ||= isMessage && offsetOf(each) > 0;
      return each.action === 'bureau-listing' ? step(each.step, { action: 'bureau-notice' }) : 'hour' in each ? ({ ...each, hour: '14:30' } as Step) : each;
    });
  });

/** Due dates of 2026. */
export const dueDate = fc.nat(364).map((days) => addDays('2026-01-01', days));
