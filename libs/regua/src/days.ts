import { addBusinessDays, addDays, isAllowedDay, weekday, WEEKDAYS, type CivilDate } from '@emdia/calendar';
import { offsetOf, type Regua } from './document';

const REMEMBERED_MAX = 10_000;

type Known = Map<string | null, unknown>;

/** Remembers a pure function of texts: customers share due dates and days, and a calendar question costs microseconds. A map for each argument: a key put together of them costs more than the maps. */
export function remembered<A extends readonly (string | null)[], V>(make: (...args: A) => V): (...args: A) => V {
  const known: Known = new Map();
  let size = 0;
  return (...args) => {
    const last = args.length - 1;
    let at = known;
    for (let n = 0; n < last; n++) {
      let inner = at.get(args[n]!) as Known | undefined;
      if (inner === undefined) at.set(args[n]!, (inner = new Map()));
      at = inner;
    }
    let value = at.get(args[last]!) as V | undefined;
    if (value === undefined) {
      value = make(...args);
      at.set(args[last]!, value);
      if (++size >= REMEMBERED_MAX) {
        known.clear();
        size = 0;
      }
    }
    return value;
  };
}

/** Days on which a debtor of a state (null: unknown) may be written to under a régua, found by the next one after or before. */
export interface ContactDays {
  readonly onOrAfter: (day: CivilDate, state: string | null) => CivilDate;
  readonly onOrBefore: (day: CivilDate, state: string | null) => CivilDate;
}

const LOOKED_DAYS_MAX = 60;

/** The days allowed by law that are also wanted; throws RangeError where no wanted day is ever allowed, which lint refuses. */
function contactDaysOf(wanted: Regua['contact']['weekdays']): ContactDays {
  const isOpen = (day: CivilDate, state: string | null) => isAllowedDay(day, state) && (!wanted || wanted.includes(WEEKDAYS[weekday(day)]!));
  const look = (way: 1 | -1) => remembered((day: CivilDate, state: string | null) => {
    for (let days = 0; days < LOOKED_DAYS_MAX; days++) {
      const found = addDays(day, way * days);
      if (isOpen(found, state)) return found;
    }
    throw new RangeError(`no day of contact within ${LOOKED_DAYS_MAX} days of ${day}`);
  });
  return { onOrAfter: look(1), onOrBefore: look(-1) };
}

const byWeekdays = new Map<string, ContactDays>();

/** The days of contact of a régua; réguas that want the same weekdays share what is remembered. */
export function contactDays({ contact: { weekdays } }: Pick<Regua, 'contact'>): ContactDays {
  const key = weekdays ? [...weekdays].sort().join() : '';
  let days = byWeekdays.get(key);
  if (!days) byWeekdays.set(key, (days = contactDaysOf(weekdays)));
  return days;
}

/** When a step counts from, and how. */
export interface Offset {
  readonly offset_days: number;
  readonly business: boolean;
}

export const offsetOfStep = ({ step, days }: { readonly step: string; readonly days?: 'calendar' | 'business' }): Offset => ({ offset_days: offsetOf(step), business: days === 'business' });

/**
 * The day a step is planned for. Steps up to the due date count from the original due date and move earlier to a day of
 * contact; later ones count from the last day payable without charge and move later. Business days are those of the banks.
 */
export function plannedDay({ offset_days, business }: Offset, original_due_date: CivilDate, effective_due_date: CivilDate, state: string | null, open: ContactDays): CivilDate {
  const from = offset_days <= 0 ? original_due_date : effective_due_date;
  const day = business ? addBusinessDays(from, offset_days) : addDays(from, offset_days);
  return offset_days <= 0 ? open.onOrBefore(day, state) : open.onOrAfter(day, state);
}
