import { type CivilDate, dateOfDay, dayNumber } from './civil-date';
import { bankHolidayRules, type HolidayRule, nationalHolidayRules, stateHolidayRules, type Confidence } from './holiday-rules';
import { municipalHolidayRules } from './municipal-holidays';
import { type Place, stateOf } from './places';

/** One dated holiday: `national` by federal law, `bank` where only banks close, `state` and `municipal` in one place only. */
export interface Holiday {
  readonly date: CivilDate;
  readonly name: string;
  readonly kind: 'national' | 'bank' | 'state' | 'municipal';
  readonly source: string;
  readonly confidence: Confidence;
}

/** Easter Sunday of a year in the Gregorian calendar, by the age of the paschal moon. */
export function easterSunday(year: number): CivilDate {
  const century = Math.floor(year / 100);
  const golden = year % 19;
  const moonShift = century - Math.floor(century / 4) - Math.floor((8 * century + 13) / 25);
  const age = (moonShift + 19 * golden + 15) % 30;
  // The two exceptions that keep the full moon within 29 days and distinct over the cycle of 19 years.
  const fullMoon = age - (age === 29 || (age === 28 && golden > 10) ? 1 : 0);
  const dayOfMarch21 = dayNumber(`${String(year).padStart(4, '0')}-03-21`);
  const moonDay = dayOfMarch21 + fullMoon;
  const daysToSunday = 7 - ((moonDay + 4) % 7 + 7) % 7;
  return dateOfDay(moonDay + daysToSunday);
}

function dated(rules: readonly HolidayRule[], kind: Holiday['kind'], year: number): Holiday[] {
  const easter = dayNumber(easterSunday(year));
  return rules
    .filter(({ since = year }) => since <= year)
    .map(({ name, on, source, confidence }) => ({
      date: typeof on === 'string' ? `${String(year).padStart(4, '0')}-${on}` : dateOfDay(easter + on.daysAfterEaster), name, kind, source, confidence,
    }));
}

/** The holidays of a year by day, for one place or (empty) for the country. */
type Year = { readonly list: readonly Holiday[]; readonly days: ReadonlySet<number> };

const years = new Map<Place, Map<number, Year>>();

function buildYear(year: number, place: Place): Year {
  const uf = stateOf(place);
  const byDate = new Map<CivilDate, Holiday>();
  const all = [
    ...dated(nationalHolidayRules, 'national', year), ...dated(bankHolidayRules, 'bank', year), ...dated((uf && stateHolidayRules[uf]) ?? [], 'state', year),
    ...dated(municipalHolidayRules[place] ?? [], 'municipal', year),
  ];
  // The wider kind wins a shared date: from 2024 the nation's 20 November covers that of the states which had it before.
  for (const holiday of all) if (!byDate.has(holiday.date)) byDate.set(holiday.date, Object.freeze(holiday));
  const list = [...byDate.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
  return { list: Object.freeze(list), days: new Set(list.map((holiday) => dayNumber(holiday.date))) };
}

/** The places that differ: one without holidays of its own is like its state. */
export const placeWithOwn = (place: Place | null | undefined): Place => (place && Object.hasOwn(municipalHolidayRules, place) ? place : (stateOf(place) ?? ''));

function yearOf(year: number, place: Place | null | undefined): Year {
  const own = placeWithOwn(place);
  let known = years.get(own);
  if (!known) years.set(own, (known = new Map()));
  let found = known.get(year);
  if (!found) known.set(year, (found = buildYear(year, own)));
  return found;
}

/** The holidays of a year in order of date, one per date: national and bank days, and with `uf` those of the state or municipality; the list is frozen and shared. */
export const holidays = (year: number, { uf }: { uf?: Place | null } = {}): readonly Holiday[] => yearOf(year, uf).list;

/** Whether `holidays` lists the date for the country or for a place in it; bank days count. */
export const isHoliday = (date: CivilDate, place?: Place | null): boolean => isHolidayDay(dayNumber(date), Number(date.slice(0, 4)), place);

/** The same, of a day number and its year. */
export const isHolidayDay = (day: number, year: number, place?: Place | null): boolean => yearOf(year, place).days.has(day);
