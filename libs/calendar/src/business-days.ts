import { type CivilDate, dateOfDay, dayNumber, weekdayOfDay } from './civil-date';
import { isHoliday } from './holidays';

/** Whether banks settle on the date (ANBIMA calendar): Monday to Friday, no national and no bank holiday; state holidays do not matter. */
export const isBusinessDay = (date: CivilDate): boolean => weekdayOfDay(dayNumber(date)) % 6 !== 0 && !isHoliday(date);

/** Which days are business days: the banks' own (`isBusinessDay`), or another calendar's. */
export type BusinessCalendar = (date: CivilDate) => boolean;

/** The calendar without holidays: Monday to Friday. */
export const isWeekday: BusinessCalendar = (date) => weekdayOfDay(dayNumber(date)) % 6 !== 0;

/** The nearest day in a direction, the date itself included, that passes. */
export function roll(date: CivilDate, step: 1 | -1, passes: (date: CivilDate) => boolean): CivilDate {
  let rolled = date;
  while (!passes(rolled)) rolled = dateOfDay(dayNumber(rolled) + step);
  return rolled;
}

/** The date itself where it is a business day, else the first one after it. */
export const nextBusinessDay = (date: CivilDate, calendar: BusinessCalendar = isBusinessDay): CivilDate => roll(date, 1, calendar);

/** The date itself where it is a business day, else the last one before it. */
export const previousBusinessDay = (date: CivilDate): CivilDate => roll(date, -1, isBusinessDay);

/** The n-th business day strictly after the date (before it where n is negative); 0 gives the date itself, unrolled. So one business day after a Saturday is Monday. */
export function addBusinessDays(date: CivilDate, n: number): CivilDate {
  if (!Number.isInteger(n)) throw new RangeError('not a whole number of business days');
  const step = n < 0 ? -1 : 1;
  let day = dayNumber(date);
  for (let left = Math.abs(n); left > 0; ) if (isBusinessDay(dateOfDay((day += step)))) left--;
  return dateOfDay(day);
}

/** Business days after the first date up to and including the second; 0 where the second is not later. */
export function businessDaysBetween(from: CivilDate, to: CivilDate, calendar: BusinessCalendar = isBusinessDay): number {
  let count = 0;
  for (let day = dayNumber(from) + 1, last = dayNumber(to); day <= last; day++) if (calendar(dateOfDay(day))) count++;
  return count;
}
