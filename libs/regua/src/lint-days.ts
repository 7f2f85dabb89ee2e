import { addDays, CONTACT_HOURS, DEFAULT_CONTACT_HOURS, daysBetween, nextBusinessDay, UNKNOWN_STATE_CONTACT_HOURS, type CivilDate } from '@emdia/calendar';
import type { ContactBudget } from './caps';
import { areApart, includes } from './condition';
import { contactDays, plannedDay } from './days';
import { isContact, type Regua } from './document';
import { rungsOf, type Rung } from './ladder';
import type { Complaint, Rule } from './lint';

const WEEKEND = ['sat', 'sun'];

/** Days and hours of contact lie within those that are allowed anywhere. */
export const contactsOnAllowedDays: Rule = ({ contact, steps }) => {
  const never = (contact.weekdays ?? []).filter((day) => WEEKEND.includes(day));
  const complaints: Complaint[] = [];
  if (never.length > 0)
    complaints.push({
      severity: never.length === contact.weekdays!.length ? 'refuse' : 'warn', rule: 'never-allowed-day', path: ['contact', 'weekdays'],
      problem: `Nobody is ever written to on ${never.join(' or ')}: contact is allowed from Monday to Friday, holidays off.`,
      remedy: 'Name days from mon to fri, or take `weekdays` out.',
    });
  const hours: [string | undefined, (string | number)[]][] = [[contact.hour, ['contact', 'hour']], ...steps.map((step, index): [string | undefined, (string | number)[]] => ['hour' in step ? step.hour : undefined, ['steps', index, 'hour']])];
  const { opens } = DEFAULT_CONTACT_HOURS;
  const { closes } = UNKNOWN_STATE_CONTACT_HOURS;
  for (const [hour, path] of hours)
    if (hour !== undefined && (hour < opens || hour >= closes))
      complaints.push({
        severity: 'refuse', rule: 'never-allowed-hour', path,
        problem: `Contact is allowed from ${DEFAULT_CONTACT_HOURS.opens} to ${DEFAULT_CONTACT_HOURS.closes}, and until ${closes} in Brasília where the state is unknown (${CONTACT_HOURS.map(({ source }) => source).join(', ')}).`,
        remedy: `Give an hour from ${opens} up to, but not including, ${closes}.`,
      });
  return complaints;
};

const FIRST_DUE = '2025-12-01';
const DUE_DATES = 400;

/** Every due date of more than a year, with the last day payable without charge. */
const dueDates = Array.from({ length: DUE_DATES }, (_, days): [CivilDate, CivilDate] => [addDays(FIRST_DUE, days), nextBusinessDay(addDays(FIRST_DUE, days))]);

const MEET_OFTEN = 1 / 2;
const MEET_SELDOM = 1 / 3;

const share = (count: number): string => `${Math.round((100 * count) / DUE_DATES)} of 100 due dates`;

/** No two messages on one day but where a weekend or holiday makes them meet, no alternative that is never reached, the order of the document that of the days. */
export const meetsNoStepTwice: Rule = (regua, _, budgets) => {
  const complaints = unreached(regua);
  if (!regua.contact.weekdays || regua.contact.weekdays.some((day) => !WEEKEND.includes(day))) complaints.push(...meetings(regua), ...crowds(regua, budgets));
  return complaints;
};

function unreached({ steps }: Regua): Complaint[] {
  return steps.flatMap((step, index) => {
    const before = steps.findIndex((each, earlier) => earlier < index && each.step === step.step && (includes(each, step) || each.days !== step.days));
    if (before < 0) return [];
    return [{
      severity: 'refuse' as const, rule: 'two-steps-one-day', path: ['steps', index, 'step'],
      problem: steps[before]!.days === step.days ? `\`steps[${before}]\` of the same day always counts first, so this one never does.` : `\`steps[${before}]\` of the same name counts other days.`,
      remedy: `Give it another day, or give \`steps[${before}]\` a condition that leaves some debts to it.`,
    }];
  });
}

const REMEMBERED_MAX = 2_000;
const remembered = new Map<string, readonly CivilDate[]>();

/** Where each step of a régua falls, for every due date looked at; that is most of what lint costs, and réguas share steps. */
function planned(regua: Regua, rungs: readonly Rung[]): (readonly CivilDate[])[] {
  const open = contactDays(regua);
  return rungs.map(({ offset }) => {
    const key = `${offset.offset_days} ${offset.business} ${regua.contact.weekdays?.join() ?? ''}`;
    let days = remembered.get(key);
    if (!days) {
      if (remembered.size >= REMEMBERED_MAX) remembered.clear();
      remembered.set(key, (days = dueDates.map(([original, effective]) => plannedDay(offset, original, effective, null, open))));
    }
    return days;
  });
}

const isContactRung = ({ ways }: Rung): boolean => ways.some(isContact);
/** Whether some debt may meet both. */
const mayMeet = (one: Rung, other: Rung): boolean => one.ways.some((a) => other.ways.some((b) => !areApart(a, b)));

function meetings(regua: Regua): Complaint[] {
  const rungs = rungsOf(regua);
  const days = planned(regua, rungs);
  return rungs.flatMap((rung, index): Complaint[] => {
    const path = ['steps', regua.steps.findIndex(({ step }) => step === rung.step), 'step'];
    const later = rungs.findIndex((each, before) => before < index && mayMeet(each, rung) && days[before]!.some((day, due) => day > days[index]![due]!));
    if (later >= 0) {
      const count = days[later]!.filter((day, due) => day > days[index]![due]!).length;
      return [{ severity: 'refuse', rule: 'steps-out-of-order', path, problem: `It comes before \`${rungs[later]!.step}\`, which stands above it, for ${share(count)}.`, remedy: 'Write the steps in the order of their days, and leave room where one counts business days.' }];
    }
    if (!isContactRung(rung)) return [];
    return rungs.slice(0, index).flatMap((each, before): Complaint[] => {
      if (!isContactRung(each) || !mayMeet(each, rung)) return [];
      const count = days[before]!.filter((day, due) => day === days[index]![due]).length;
      if (count <= DUE_DATES * MEET_SELDOM) return [];
      const remedy = `Leave more days between it and \`${each.step}\`, or join the two in one message.`;
      return [{ severity: count > DUE_DATES * MEET_OFTEN ? 'refuse' : 'warn', rule: 'two-steps-one-day', path, problem: `It meets \`${each.step}\` on one day for ${share(count)}; one person gets one message a day.`, remedy }];
    });
  });
}

/** More messages within some days than a person may get at all. */
function crowds(regua: Regua, budgets: readonly ContactBudget[]): Complaint[] {
  const rungs = rungsOf(regua).filter(isContactRung);
  const days = planned(regua, rungs);
  return budgets.flatMap(({ days: span, contacts_max }): Complaint[] => {
    const over = rungs.findIndex((_, index) => index >= contacts_max && dueDates.some((__, due) => {
      const within = days.slice(0, index + 1).map((each) => each[due]!).filter((day) => daysBetween(day, days[index]![due]!) < span);
      return new Set(within).size > contacts_max;
    }));
    if (over < 0) return [];
    const path = ['steps', regua.steps.findIndex(({ step }) => step === rungs[over]!.step), 'step'];
    return [{ severity: 'warn', rule: 'contact-budget', path, problem: `With the steps before it a debt may ask for more than ${contacts_max} messages in ${span} days, so some of them will be moved.`, remedy: 'Spread the steps, or take one out.' }];
  });
}
