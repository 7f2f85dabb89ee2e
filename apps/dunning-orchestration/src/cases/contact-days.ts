import { addDays, allowedDayOnOrAfter, allowedDayOnOrBefore, contactWindow, instantAt, localDate, zoneOfState, type CivilDate } from '@emdia/calendar';
import type { Regua } from '../reguas/default-regua';
import type { CaseFile, Receivable } from './case-file';

/** Creditors keep their dates in Brasília; review dates are theirs, contact days the debtor's. */
export const CREDITOR_ZONE = zoneOfState(null);

/** The debtor's local day at an instant (unknown state: Brasília). */
export const localDayOf = (file: CaseFile, now: Date): CivilDate => localDate(now, zoneOfState(file.person?.state));

const later = <T extends CivilDate | Date>(a: T, b: T): T => (a > b ? a : b);

/**
 * The day each step of the régua is planned for, in the order of the steps. Steps up to the due date count from the
 * original due date and move earlier to an allowed day; later ones count from the last day payable without charge and
 * move later.
 */
export function plannedDays(receivable: Pick<Receivable, 'original_due_date' | 'effective_due_date'>, regua: Regua, state: string | null): CivilDate[] {
  return regua.steps.map(({ offset_days }) =>
    offset_days <= 0
      ? allowedDayOnOrBefore(addDays(receivable.original_due_date, offset_days), state)
      : allowedDayOnOrAfter(addDays(receivable.effective_due_date, offset_days), state),
  );
}

/** The next moment to write: not before a day, on an allowed day that is not taken, at the hour wanted, inside contact hours. */
export function nextContact(
  file: CaseFile,
  want: { from: CivilDate; hour: string | null; taken: (day: CivilDate) => boolean },
  now: Date,
): { day: CivilDate; at: Date } {
  const state = file.person?.state ?? null;
  const today = localDayOf(file, now);
  for (let day = allowedDayOnOrAfter(later(want.from, today), state); ; day = allowedDayOnOrAfter(addDays(day, 1), state)) {
    const { opens, closes } = contactWindow(day, state)!;
    if (want.taken(day) || now >= closes) continue;
    const wanted = want.hour === null ? opens : later(opens, instantAt(day, want.hour, zoneOfState(state)));
    return { day, at: later(wanted, now) };
  }
}

/** The end of a day's contact hours of the debtor; throws where the day has none, which is a defect of the plan. */
export const closeOf = (file: CaseFile, day: CivilDate): Date => contactWindow(day, file.person?.state ?? null)!.closes;

/** When a civil date of the creditor begins. */
export const startOf = (day: CivilDate): Date => instantAt(day, '00:00', CREDITOR_ZONE);

/** Five years after the due date (29 February: 1 March), when all contact about a debt must have stopped. */
export function prescribesOn(due_date: CivilDate): CivilDate {
  const year = String(Number(due_date.slice(0, 4)) + 5).padStart(4, '0');
  return due_date.endsWith('-02-29') ? `${year}-03-01` : `${year}${due_date.slice(4)}`;
}
