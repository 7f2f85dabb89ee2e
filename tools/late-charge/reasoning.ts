import { type CivilDate, weekday } from '@emdia/calendar';
import { dailyInterest, effectiveDueDate, formatBRL, lastPayableDay, type LateCharges, percentOf } from '@emdia/money';
import type { Question } from './arguments';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const onDay = (date: CivilDate): string => `${WEEKDAYS[weekday(date)]} ${date}`;

function interestLine({ open_cents, policy }: Question, { interest_cents, days_late }: LateCharges): string {
  const daily = dailyInterest(policy);
  const days = `${days_late} ${policy.interest_days === 'BUSINESS' ? 'business' : 'calendar'} day${days_late === 1 ? '' : 's'}`;
  const result = formatBRL(interest_cents);
  if ('cents' in daily) return `Interest: ${formatBRL(daily.cents)} a day, for ${days}: ${result}.`;
  const rate = daily.over === 1 ? `${daily.percent}% a day` : `${daily.percent}% / ${daily.over} a day`;
  if (policy.interest_rounding === 'TOTAL') return `Interest: ${rate}, for ${days}, rounded to the cent once, at the end: ${result}.`;
  return `Interest: ${rate} is ${formatBRL(percentOf(open_cents, daily.percent, { times: 1, over: daily.over }))}, rounded to the cent, for ${days}: ${result}.`;
}

/** Why the charges are what they are, in sentences, one a line. */
export function reasoning(question: Question, charges: LateCharges): string[] {
  const { open_cents, due_date, on_date, policy, calendar, calendarName } = question;
  const rolled = effectiveDueDate(due_date, calendar);
  const days = calendarName === 'br' ? 'bank days' : 'weekdays, holidays not counted';
  const lines = [`${formatBRL(open_cents)}, due on ${onDay(due_date)}, paid on ${onDay(on_date)} (calendar: ${days}).`];
  if (rolled !== due_date) lines.push(`The due date is no business day: until ${onDay(rolled)} it can be paid without any charge (Lei 7.089/1983).`);
  if (policy.validity_days !== undefined) lines.push(`It can be paid until ${onDay(lastPayableDay(due_date, policy.validity_days, calendar))}, ${policy.validity_days} days after the due date.`);
  if (charges.days_late === 0 && on_date <= rolled) return [...lines, `Paid in time: ${formatBRL(charges.total_cents)}.`];
  const start = policy.accrual_start === 'ROLLED' ? `the moved due date, ${rolled} (ROLLED)` : `the original due date, ${due_date} (ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY)`;
  lines.push(`It is late: days count from ${start}.`);
  const fine = policy.fine_cents === undefined ? `${policy.fine_percent}% of ${formatBRL(open_cents)}` : `${formatBRL(policy.fine_cents)}, fixed`;
  lines.push(`Fine: ${fine}, once${policy.fine_max_percent === undefined ? '' : `, at most ${policy.fine_max_percent}%`}: ${formatBRL(charges.fine_cents)}.`);
  lines.push(interestLine(question, charges));
  if (policy.interest_max_percent !== undefined) lines.push(`Interest is at most ${policy.interest_max_percent}% of ${formatBRL(open_cents)}.`);
  return [...lines, `Total: ${formatBRL(open_cents)} + ${formatBRL(charges.fine_cents)} + ${formatBRL(charges.interest_cents)} = ${formatBRL(charges.total_cents)}.`];
}
