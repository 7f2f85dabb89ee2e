/** A date without time or zone, `YYYY-MM-DD`, years 0001 to 9999; as text it sorts and compares as time does. */
export type CivilDate = string;

const TABLE_DAYS = 65_536;
// Days 1970-2149 are written once and shared: a year of replay asks for the same few hundred some hundred thousand times.
const isoByDay = new Array<CivilDate | undefined>(TABLE_DAYS).fill(undefined);
const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const monthLength = (year: number, month: number) => (month === 2 ? (isLeap(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);

/** Two digits at `at`, or NaN. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/** Days since 1970-01-01 of a text, or NaN where it is no date; counts in years that begin in March, so that the leap day comes last. */
function parseDay(date: string): number {
  if (date.length !== 10 || date.charCodeAt(4) !== 45 || date.charCodeAt(7) !== 45) return NaN;
  const year = twoDigits(date, 0) * 100 + twoDigits(date, 2);
  const month = twoDigits(date, 5);
  const day = twoDigits(date, 8);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= monthLength(year, month))) return NaN;
  const marchYear = month > 2 ? year : year - 1;
  const dayOfMarchYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return marchYear * 365 + Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400) + dayOfMarchYear - 719_468;
}

/** Whether a value is a civil date that exists: `2026-02-30` is not. */
export const isCivilDate = (value: unknown): value is CivilDate => typeof value === 'string' && !Number.isNaN(parseDay(value));

/** Days since 1970-01-01; throws RangeError where the text is no date. */
export function dayNumber(date: CivilDate): number {
  const day = parseDay(date);
  if (Number.isNaN(day)) throw new RangeError('not a civil date (YYYY-MM-DD)');
  return day;
}

/** The date of a number of days since 1970-01-01; throws RangeError outside the years 0001 to 9999. */
export function dateOfDay(day: number): CivilDate {
  const known = isoByDay[day];
  if (known !== undefined) return known;
  // -719162 and 2932896 are 0001-01-01 and 9999-12-31.
  if (!Number.isInteger(day) || day < -719_162 || day > 2_932_896) throw new RangeError('outside the calendar: not a whole day of the years 0001 to 9999');
  const iso = new Date(day * 86_400_000).toISOString().slice(0, 10);
  if (day >= 0 && day < TABLE_DAYS) isoByDay[day] = iso;
  return iso;
}

/** The date `days` later, or earlier where negative. */
export const addDays = (date: CivilDate, days: number): CivilDate => dateOfDay(dayNumber(date) + days);

/** Calendar days from the first date to the second, negative where the second is earlier. */
export const daysBetween = (from: CivilDate, to: CivilDate): number => dayNumber(to) - dayNumber(from);

/** What days of the week are called in documents, by `weekday`. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Day of the week, 0 = Sunday. */
export const weekday = (date: CivilDate): number => weekdayOfDay(dayNumber(date));

/** Day of the week of a day number, 0 = Sunday; 1970-01-01 was a Thursday. */
export const weekdayOfDay = (day: number): number => (((day + 4) % 7) + 7) % 7;
