import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type BusinessCalendar, type CivilDate, isBusinessDay, isCivilDate, isWeekday } from '@emdia/calendar';
import { ChargePolicy } from '@emdia/contracts';
import { Value } from '@sinclair/typebox/value';

/** How the command is called. */
export const USAGE =
  'npm run late-charge -- --cents 10000 --due 2026-01-10 --paid 2026-02-03 --fine 2 --interest 1 [--calendar br|weekends] [--policy FILE] [--json]\n' +
  '  --cents     open amount, integer cents\n' +
  '  --due       due date, --paid date of payment, YYYY-MM-DD\n' +
  '  --fine      percent, once; --interest percent a month, by day (both may stand in the policy instead)\n' +
  '  --calendar  br: bank days (default); weekends: Monday to Friday\n' +
  '  --policy    JSON with any field of a charge policy; --fine and --interest come before it\n' +
  '  --json      the result alone';

/** What is asked for cannot be done; the message says what is wrong. */
export class BadArguments extends Error {}

/** A question to the command, checked. */
export interface Question {
  readonly open_cents: number;
  readonly due_date: CivilDate;
  readonly on_date: CivilDate;
  readonly policy: ChargePolicy;
  readonly calendar: BusinessCalendar;
  readonly calendarName: 'br' | 'weekends';
  readonly json: boolean;
}

// The boleto rule: days from the original due date, each rounded to the cent.
const BOLETO = { interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY' } as const;
const CALENDARS = { br: isBusinessDay, weekends: isWeekday };
const FIELDS = Object.keys(ChargePolicy.properties);

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The fields of a policy file; camelCase is taken too, and numbers where a decimal string belongs. */
function policyIn(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new BadArguments(`the policy file ${file} cannot be read`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new BadArguments(`the policy file ${file} is no JSON`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new BadArguments(`the policy file ${file} is no JSON object`);
  const fields = Object.entries(parsed).map(([name, value]): [string, unknown] => {
    const known = snakeCase(name);
    return [known, known.endsWith('_percent') && typeof value === 'number' ? String(value) : value];
  });
  const unknown = fields.find(([name]) => !FIELDS.includes(name));
  if (unknown) throw new BadArguments(`the policy names an unknown field, ${unknown[0]}; known are ${FIELDS.join(', ')}`);
  return Object.fromEntries(fields);
}

const OPTIONS = {
  cents: { type: 'string' }, due: { type: 'string' }, paid: { type: 'string' }, fine: { type: 'string' }, interest: { type: 'string' }, calendar: { type: 'string', default: 'br' },
  policy: { type: 'string' }, json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
} as const;

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new BadArguments((error as Error).message.split('. ')[0]!);
  }
}

function dateOf(name: string, text: string | undefined): CivilDate {
  if (text === undefined) throw new BadArguments(`--${name} is missing`);
  if (!isCivilDate(text)) throw new BadArguments(`--${name} is no date that exists (YYYY-MM-DD): ${text}`);
  return text;
}

/** Reads the arguments of the command; null where help is asked for. Throws BadArguments. */
export function questionOf(args: readonly string[]): Question | null {
  const given = parsed(args);
  if (given.help) return null;
  const { cents, calendar, fine, interest } = given;
  if (cents === undefined) throw new BadArguments('--cents is missing');
  const open_cents = Number(cents);
  if (!/^\d{1,11}$/.test(cents)) throw new BadArguments(`--cents is no whole number of cents from 0 to 99999999999: ${cents}`);
  const [due_date, on_date] = [dateOf('due', given.due), dateOf('paid', given.paid)];
  if (calendar !== 'br' && calendar !== 'weekends') throw new BadArguments(`--calendar is br or weekends, not ${calendar}`);
  const policy = {
    ...BOLETO, ...(given.policy !== undefined && policyIn(given.policy)), ...(fine !== undefined && { fine_percent: fine }), ...(interest !== undefined && { interest_monthly_percent: interest }),
  } as Record<string, unknown>;
  // What takes the place of a percentage makes it needless, though a policy has it.
  if (policy.fine_percent === undefined && policy.fine_cents !== undefined) policy.fine_percent = '0';
  const other = ['interest_daily_cents', 'interest_daily_percent', 'interest_yearly_percent'].some((name) => policy[name] !== undefined);
  if (policy.interest_monthly_percent === undefined && other) policy.interest_monthly_percent = '0';
  if (policy.fine_percent === undefined) throw new BadArguments('--fine is missing, and no policy says the fine');
  if (policy.interest_monthly_percent === undefined) throw new BadArguments('--interest is missing, and no policy says the interest');
  const wrong = Value.Errors(ChargePolicy, policy).First();
  if (wrong) throw new BadArguments(`${wrong.path.slice(1)} is not as it must be: ${JSON.stringify(wrong.value)} (rates are percent with a point, up to three digits and six decimals)`);
  return { open_cents, due_date, on_date, policy: policy as unknown as ChargePolicy, calendar: CALENDARS[calendar], calendarName: calendar, json: given.json };
}
