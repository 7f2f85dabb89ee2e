import { addDays, allowedDayOnOrAfter, allowedDayOnOrBefore, contactWindow, instantAt, localDate, zoneOfState, type CivilDate } from '@emdia/calendar';
import type { Regua } from '../reguas/default-regua';
import type { CaseFile, Receivable } from './case-file';

/** Creditors keep their dates in Brasília; review dates are theirs, contact days the debtor's. */
export const CREDITOR_ZONE = zoneOfState(null);

/** The debtor's local day at an instant (unknown state: Brasília). */
export const localDayOf = (file: CaseFile, now: Date): CivilDate => localDate(now, zoneOfState(file.person?.state));

const later = <T extends CivilDate | Date>(a: T, b: T): T => (a > b ? a : b);

const REMEMBERED_MAX = 10_000;

/** Remembers a pure function of texts: customers share due dates and days, and a calendar question costs microseconds. */
function remembered<A extends readonly (string | null)[], V>(make: (...args: A) => V): (...args: A) => V {
  const known = new Map<string, V>();
  return (...args) => {
    const key = args.join(' ');
    let value = known.get(key);
    if (value === undefined) {
      if (known.size >= REMEMBERED_MAX) known.clear();
      known.set(key, (value = make(...args)));
    }
    return value;
  };
}

const windowOf = remembered((day: CivilDate, state: string | null) => contactWindow(day, state)!);
const allowedFrom = remembered((day: CivilDate, state: string | null) => allowedDayOnOrAfter(day, state));
const hourOf = remembered((day: CivilDate, hour: string, state: string | null) => instantAt(day, hour, zoneOfState(state)));

/** The date itself where the debtor may be written to on it, else the last such day before. */
export const allowedDayUntil = remembered((day: CivilDate, state: string | null) => allowedDayOnOrBefore(day, state));

/**
 * The day each step of the régua is planned for, in the order of the steps. Steps up to the due date count from the
 * original due date and move earlier to an allowed day; later ones count from the last day payable without charge and
 * move later.
 */
export function plannedDays({ original_due_date, effective_due_date }: Pick<Receivable, 'original_due_date' | 'effective_due_date'>, regua: Regua, state: string | null): readonly CivilDate[] {
  let days = daysOf.get(regua);
  if (!days) daysOf.set(regua, (days = remembered((original: CivilDate, effective: CivilDate, of: string | null) => daysFrom(original, effective, regua, of))));
  return days(original_due_date, effective_due_date, state);
}

const daysOf = new WeakMap<Regua, (original: CivilDate, effective: CivilDate, state: string | null) => readonly CivilDate[]>();

const daysFrom = (original: CivilDate, effective: CivilDate, { steps }: Regua, state: string | null): CivilDate[] =>
  steps.map(({ offset_days }) => (offset_days <= 0 ? allowedDayUntil(addDays(original, offset_days), state) : allowedFrom(addDays(effective, offset_days), state)));

/** The next moment to write: not before a day, on an allowed day that is not taken, at the hour wanted, inside contact hours. */
export function nextContact(
  file: CaseFile,
  want: { from: CivilDate; hour: string | null; taken: (day: CivilDate) => boolean },
  now: Date,
): { day: CivilDate; at: Date } {
  const state = file.person?.state ?? null;
  const today = localDayOf(file, now);
  for (let day = allowedFrom(later(want.from, today), state); ; day = allowedFrom(addDays(day, 1), state)) {
    const { opens, closes } = windowOf(day, state);
    if (want.taken(day) || now >= closes) continue;
    const wanted = want.hour === null ? opens : later(opens, hourOf(day, want.hour, state));
    return { day, at: later(wanted, now) };
  }
}

/** The end of an allowed day's contact hours of the debtor. */
export const closeOf = (file: CaseFile, day: CivilDate): Date => windowOf(day, file.person?.state ?? null).closes;

/** When a clock in Brasília, which is the creditor's, shows an hour (HH:mm) on a day. */
export const creditorHour = (day: CivilDate, hour: string): Date => hourOf(day, hour, null);

/** When a civil date of the creditor begins. */
export const startOf = (day: CivilDate): Date => creditorHour(day, '00:00');

/** Five years after the due date (29 February: 1 March), when all contact about a debt must have stopped. */
export function prescribesOn(due_date: CivilDate): CivilDate {
  const year = String(Number(due_date.slice(0, 4)) + 5).padStart(4, '0');
  return due_date.endsWith('-02-29') ? `${year}-03-01` : `${year}${due_date.slice(4)}`;
}
