import Ajv from 'ajv';
import { WEEKDAYS } from '@emdia/calendar';
import { oneOf, Rail } from '@emdia/contracts';
import { findingsOf, type Finding } from '@emdia/regua';
import { Type, type Static } from '@sinclair/typebox';
import { HOUSE_RULES, REASONS, type Rules } from './rules';

const closed = { additionalProperties: false };
const Hour = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'HH:mm in Brasília.' });
const Payday = Type.Object(
  { day: Type.Optional(Type.Integer({ minimum: 1, maximum: 31 })), business_day: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })), last_business_day: Type.Optional(Type.Literal(true)) },
  { ...closed, minProperties: 1, maxProperties: 1, description: 'A day of the month (the business day before it where banks are closed), the n-th business day, or the last.' },
);
const Timing = Type.Object(
  {
    reason: oneOf(...REASONS), rail: Type.Optional(Rail), after_hours: Type.Integer({ minimum: 0, maximum: 720 }), on: oneOf('any-day', 'business-day', 'payday'),
    weekdays: Type.Optional(Type.Array(oneOf(...WEEKDAYS), { minItems: 1, uniqueItems: true })), hour: Type.Optional(Hour),
  },
  closed,
);

/** What a creditor sets of its own; what is left out stays the house's. */
export const Tables = Type.Object(
  {
    limits: Type.Optional(Type.Record(Type.String(), Type.Object({ attempts_max: Type.Optional(Type.Integer({ minimum: 1 })), margin: Type.Optional(Type.Integer({ minimum: 0 })) }, closed), { description: 'By the names of GET /v1/retries/rules; never above them.' })),
    paydays: Type.Optional(Type.Array(Payday, { minItems: 1, maxItems: 20 })),
    payday_lasts_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })),
    table: Type.Optional(Type.Array(Timing, { maxItems: 50, description: 'The first entry of a reason and rail counts; a reason without one goes by the ladder.' })),
    ladder_days: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 30 }), { minItems: 1, maxItems: 20 })),
    hour: Type.Optional(Hour),
  },
  { ...closed, description: 'When charges are tried again, and how often at most.' },
);
export type Tables = Static<typeof Tables>;

const validate = new Ajv({ strict: true, allErrors: true, verbose: true }).compile<Tables>(Tables);

/** What is wrong with a creditor's tables, path, value and remedy each; nothing where they may be set. Never throws. */
export function checkTables(value: unknown): readonly Finding[] {
  if (!validate(value)) return findingsOf(validate.errors!, value);
  return Object.entries(value.limits ?? {}).flatMap(([name, { attempts_max, margin }]): Finding[] => {
    const refuse = (path: string, found: unknown, problem: string, remedy: string): Finding[] => [{ severity: 'refuse', rule: 'limit', path: `limits.${name}${path}`, value: found, problem, remedy }];
    const limit = HOUSE_RULES.limits.find((each) => each.name === name);
    if (!limit) return refuse('', value.limits![name], 'There is no limit of this name.', `Use one of ${HOUSE_RULES.limits.map((each) => `\`${each.name}\``).join(', ')}.`);
    const most = attempts_max ?? limit.attempts_max;
    if (most > limit.attempts_max) return refuse('.attempts_max', most, `It is looser than ${limit.source} allows.`, `Give at most ${limit.attempts_max}.`);
    const kept = margin ?? limit.margin;
    const least = most - (limit.attempts_max - limit.margin);
    if (kept < least) return refuse('.margin', kept, `It leaves ${most - kept} attempts where the house leaves ${limit.attempts_max - limit.margin}.`, `Give a margin of at least ${least}.`);
    return kept < most ? [] : refuse(margin === undefined ? '.attempts_max' : '.margin', margin ?? most, 'The margin leaves no attempt at all.', `Give a margin below ${most}; a régua without a step \`retry\` asks for none.`);
  });
}

/** The house's rules with what a creditor set of its own. */
export function rulesOf({ limits = {}, ...own }: Tables): Rules {
  return { ...HOUSE_RULES, ...(own as Partial<Rules>), limits: HOUSE_RULES.limits.map((limit) => ({ ...limit, ...limits[limit.name] })) };
}
