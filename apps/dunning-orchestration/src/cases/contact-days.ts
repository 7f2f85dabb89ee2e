import { addDays, contactPlace, contactWindow, instantAt, localDate, OWN_HOURS_MIN_MINUTES, zoneOf, type CivilDate, type Place } from '@emdia/calendar';
import { remembered, type ContactDays } from '@emdia/regua';
import type { CaseFile } from './case-file';

/** Creditors keep their dates in Brasília; review dates are theirs, contact days the debtor's. */
export const CREDITOR_ZONE = zoneOf(null);

/** The debtor's local day at an instant (unknown state: Brasília). */
export const localDayOf = (file: CaseFile, now: Date): CivilDate => localDate(now, zoneOf(file.person?.state));

// Dates compared as they are would each be made a number by a call of its own, which costs ten times the comparison.
const rank = (of: CivilDate | Date): string | number => (typeof of === 'string' ? of : of.getTime());

/** The later of two days, or of two instants. */
export const later = <T extends CivilDate | Date>(a: T, b: T): T => (rank(a) > rank(b) ? a : b);

/** The earlier of two days, or of two instants. */
export const earlier = <T extends CivilDate | Date>(a: T, b: T): T => (rank(a) < rank(b) ? a : b);

/** Where the debtor lives, as far as days and hours of contact differ; what is remembered is remembered by it. */
export const contactPlaceOf = (file: CaseFile): Place | null => contactPlace(file.person?.state);

const windowAt = remembered((day: CivilDate, state: string | null, from: string | null, to: string | null) => contactWindow(day, state, from === null ? null : { hours: { from, to: to! } })!);
const windowOf = ({ person, own_hours }: CaseFile, day: CivilDate) => windowAt(day, contactPlace(person?.state), own_hours?.from ?? null, own_hours?.to ?? null);
const hourOf = remembered((day: CivilDate, hour: string, state: string | null) => instantAt(day, hour, zoneOf(state)));

/** The first day of contact from a day on, today at the earliest, that is not over and not taken. */
export function nextContactDay(file: CaseFile, open: ContactDays, want: { from: CivilDate; taken: (day: CivilDate) => boolean }, now: Date): CivilDate {
  const state = contactPlaceOf(file);
  for (let day = open.onOrAfter(later(want.from, localDayOf(file, now)), state); ; day = open.onOrAfter(addDays(day, 1), state))
    if (!want.taken(day) && now < windowOf(file, day).closes) return day;
}

/** When to write on a day of contact: at the hour wanted (null: any), inside contact hours, not in the past. An hour after the creditor's own is moved to the last of them. */
export function contactAt(file: CaseFile, day: CivilDate, hour: string | null, now: Date): Date {
  const { opens, closes } = windowOf(file, day);
  if (hour === null) return later(opens, now);
  const wanted = hourOf(day, hour, contactPlaceOf(file));
  // Not to their very end, where the message would close with the minute in which it is asked for.
  const latest = file.own_hours ? new Date(closes.getTime() - OWN_HOURS_MIN_MINUTES * 60_000) : closes;
  return later(later(opens, earlier(wanted, latest)), now);
}

/** The end of an allowed day's contact hours of the debtor. */
export const closeOf = (file: CaseFile, day: CivilDate): Date => windowOf(file, day).closes;

/** When a clock in Brasília, which is the creditor's, shows an hour (HH:mm) on a day. */
export const creditorHour = (day: CivilDate, hour: string): Date => hourOf(day, hour, null);

/** When a civil date of the creditor begins. */
export const startOf = (day: CivilDate): Date => creditorHour(day, '00:00');
