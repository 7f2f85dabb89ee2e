import type { Uf } from '@emdia/brazil';
import { roll } from './business-days';
import { addDays, type CivilDate, weekday } from './civil-date';
import type { Confidence } from './holiday-rules';
import { isHoliday, placeWithOwn } from './holidays';
import { hasOwnZone, instantAt, localDate, zoneOf } from './local-time';
import { type Place, stateOf } from './places';

/** What a state's law says on the hours of collection, local time; `opens` is null where the source names only the end, `saturday` where it allows none or is silent. */
export interface StateContactHours {
  readonly state: Uf;
  readonly weekdays: { readonly opens: string | null; readonly closes: string };
  readonly saturday: { readonly opens: string; readonly closes: string } | null;
  readonly source: string;
  readonly confidence: Confidence;
}

/** The states whose laws were found; there is no federal table. A lawyer confirms them before production. */
export const CONTACT_HOURS: readonly StateContactHours[] = [
  { state: 'SP', weekdays: { opens: '08:00', closes: '20:00' }, saturday: { opens: '08:00', closes: '14:00' }, source: 'Lei 15.426/2014', confidence: 'M' },
  { state: 'AL', weekdays: { opens: '08:00', closes: '20:00' }, saturday: { opens: '08:00', closes: '14:00' }, source: 'Lei 7.782/2016 (text messages too)', confidence: 'M' },
  { state: 'RJ', weekdays: { opens: '09:00', closes: '19:00' }, saturday: null, source: 'Lei 7.868/2018', confidence: 'L' },
  { state: 'ES', weekdays: { opens: '08:00', closes: '19:00' }, saturday: null, source: 'Lei 10.626/2017', confidence: 'L' },
  { state: 'AM', weekdays: { opens: null, closes: '19:00' }, saturday: null, source: 'Lei 306/2016', confidence: 'L' },
];

/** Hours of the product wherever the debtor lives, Monday to Friday: the intersection of the laws found. */
export const DEFAULT_CONTACT_HOURS = { opens: '09:00', closes: '19:00', source: 'intersection of CONTACT_HOURS, our proposal', confidence: 'M' } as const;

/** Hours for a debtor whose state is unknown: on Brasília's clock, inside the default hours of all four zones. */
export const UNKNOWN_STATE_CONTACT_HOURS = { opens: '11:00', closes: '18:00', zone: 'America/Sao_Paulo', source: 'intersection over the zones, our proposal', confidence: 'M' } as const;

/** Days of the week (1 Monday to 5 Friday, at least one) on which a creditor lets nobody be contacted beyond what the law and the house say; null: all of them. */
export type OwnWeekdays = readonly number[] | null;

/** Hours, HH:mm on the clock of the place, `from` inclusive, `to` exclusive. */
export interface OwnHours {
  readonly from: string;
  readonly to: string;
}

/** What a creditor leaves of the law's and the house's days and hours; null or absent: all of them. */
export interface OwnContact {
  readonly weekdays?: OwnWeekdays | undefined;
  readonly hours?: OwnHours | null | undefined;
}

/** The hours of the places, and whom they are for. */
const PLACE_HOURS = [
  { whom: 'debtors of a known state', ...DEFAULT_CONTACT_HOURS },
  { whom: 'debtors of an unknown state, on the clock of Brasília', ...UNKNOWN_STATE_CONTACT_HOURS },
] as const;

/** What every place's hours must keep of a creditor's own: less is no day of contact. */
export const OWN_HOURS_MIN_MINUTES = 60;

const minutesOf = (hour: string): number => Number(hour.slice(0, 2)) * 60 + Number(hour.slice(3));

/** The places' hours of which a creditor's own leave less than `OWN_HOURS_MIN_MINUTES`: none where they may be set. */
export const tooNarrowFor = (own: OwnHours): readonly { readonly whom: string; readonly opens: string; readonly closes: string }[] =>
  PLACE_HOURS.filter(({ opens, closes }) => Math.min(minutesOf(closes), minutesOf(own.to)) - Math.max(minutesOf(opens), minutesOf(own.from)) < OWN_HOURS_MIN_MINUTES);

/** Whether a debtor may be contacted on a date at all: Monday to Friday, no national, bank or (where known) state or municipal holiday, and a weekday of the creditor's own. */
export const isAllowedDay = (date: CivilDate, place?: Place | null, own: OwnWeekdays = null): boolean =>
  weekday(date) % 6 !== 0 && (own === null || own.includes(weekday(date))) && !isHoliday(date, place);

/** The place that stands for a place wherever days and hours of contact are remembered: most municipalities are like their state. Null where none is known. */
export const contactPlace = (place: Place | null | undefined): Place | null => (hasOwnZone(place) ? place! : placeWithOwn(place) || null);

/** From when (inclusive) until when (exclusive) a debtor of a place may be contacted on a date; null where the day is not allowed. A creditor's own hours only take from the place's. */
export function contactWindow(date: CivilDate, place?: Place | null, own?: OwnContact | null): { opens: Date; closes: Date } | null {
  if (!isAllowedDay(date, place, own?.weekdays)) return null;
  let { opens, closes }: { opens: string; closes: string } = stateOf(place) ? DEFAULT_CONTACT_HOURS : UNKNOWN_STATE_CONTACT_HOURS;
  if (own?.hours) {
    if (own.hours.from > opens) opens = own.hours.from;
    if (own.hours.to < closes) closes = own.hours.to;
  }
  const zone = zoneOf(place);
  return { opens: instantAt(date, opens, zone), closes: instantAt(date, closes, zone) };
}

/** Whether a debtor of a place may be contacted at an instant. */
export function isWithinContactHours(instant: Date, place?: Place | null, own?: OwnContact | null): boolean {
  const window = contactWindow(localDate(instant, zoneOf(place)), place, own);
  return window !== null && window.opens <= instant && instant < window.closes;
}

/** The date itself where contact is allowed on it, else the last allowed day before. */
export const allowedDayOnOrBefore = (date: CivilDate, place?: Place | null): CivilDate => roll(date, -1, (day) => isAllowedDay(day, place));

/** The date itself where contact is allowed on it, else the first allowed day after. */
export const allowedDayOnOrAfter = (date: CivilDate, place?: Place | null, own: OwnWeekdays = null): CivilDate => roll(date, 1, (day) => isAllowedDay(day, place, own));

/** The next instant after `instant` at which a debtor of a place may be contacted from. */
export function nextOpening(instant: Date, place?: Place | null, own?: OwnContact | null): Date {
  const today = localDate(instant, zoneOf(place));
  const window = contactWindow(today, place, own);
  if (window && instant < window.opens) return window.opens;
  return contactWindow(allowedDayOnOrAfter(addDays(today, 1), place, own?.weekdays), place, own)!.opens;
}
