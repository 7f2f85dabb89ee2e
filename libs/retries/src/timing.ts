import { addBusinessDays, addDays, isBusinessDay, previousBusinessDay, weekday, type CivilDate, WEEKDAYS } from '@emdia/calendar';
import type { Rail } from '@emdia/contracts';
import { dayOf, instantOf, type Attempt } from './attempts';
import { ADVISED_HOURS, REASON_CODES, REASONS, type Payday, type Reason, type Rules, type Timing } from './rules';

/** What chose the time: the table, or the static ladder where it has nothing for the reason. The two are counted apart. */
export type By = 'table' | 'ladder';

export interface Timed {
  readonly by: By;
  readonly because: string;
  /** The first instant from one on that suits: always the same for an instant that suits. */
  readonly from: (instant: Date) => Date;
}

const HOUR_MS = 3_600_000;
const LOOKED_DAYS_MAX = 70;

/** Why an attempt was declined; null where no code says it. */
export const reasonOf = ({ code, network_code }: Attempt): Reason | null =>
  REASONS.find((reason) => [network_code, code].some((each) => each !== null && REASON_CODES[reason].includes(each))) ?? null;

/** How the next attempt after the last one is timed; `tries` is how many there were. */
export function timed({ table, ladder_days, hour, ...rules }: Rules, rail: Rail | null, last: Attempt | null, tries: number): Timed {
  const reason = last && reasonOf(last);
  const entry = reason === null ? undefined : table.find((each) => each.reason === reason && (each.rail === undefined || each.rail === rail));
  const advised = new Date((last?.at.getTime() ?? 0) + (ADVISED_HOURS[last?.advice_code ?? ''] ?? 0) * HOUR_MS);
  if (entry && last) {
    const after = latest(advised, new Date(last.at.getTime() + entry.after_hours * HOUR_MS));
    return { by: 'table', because: `${reason}: ${entry.on}`, from: (instant) => place(latest(after, instant), entry.hour, (day) => suits(day, entry, rules)) };
  }
  const days = last ? ladder_days[Math.min(tries, ladder_days.length) - 1]! : 0;
  const after = last ? latest(advised, instantOf(addDays(dayOf(last.at), days), '00:00')) : advised;
  return { by: 'ladder', because: last ? `attempt ${tries + 1} after ${days} days` : 'first attempt known', from: (instant) => place(latest(after, instant), hour, () => true) };
}

export const latest = (a: Date, b: Date): Date => (a > b ? a : b);

/** The first instant from one on that lies on a day that passes, not before an hour of it. */
function place(from: Date, hour: string | undefined, passes: (day: CivilDate) => boolean): Date {
  const first = dayOf(from);
  for (let days = 0; days <= LOOKED_DAYS_MAX; days++) {
    const day = addDays(first, days);
    if (passes(day)) return latest(from, instantOf(day, hour ?? '00:00'));
  }
  return instantOf(addDays(first, LOOKED_DAYS_MAX), hour ?? '00:00');
}

function suits(day: CivilDate, { on, weekdays }: Timing, { paydays, payday_lasts_days }: Pick<Rules, 'paydays' | 'payday_lasts_days'>): boolean {
  if (weekdays && !weekdays.includes(WEEKDAYS[weekday(day)]!)) return false;
  if (on === 'any-day') return true;
  if (on === 'business-day') return isBusinessDay(day);
  for (let ago = 0; ago <= payday_lasts_days; ago++) if (paydays.some((payday) => isPayday(addDays(day, -ago), payday))) return true;
  return false;
}

/** Whether a payday falls on a day: one on a day without banks comes on the business day before it. */
function isPayday(day: CivilDate, payday: Payday): boolean {
  const before = addDays(`${day.slice(0, 7)}-01`, -1);
  if ('business_day' in payday) return addBusinessDays(before, payday.business_day) === day;
  const next = addDays(before, 32);
  const last = addDays(`${next.slice(0, 7)}-01`, -1);
  if ('last_business_day' in payday) return previousBusinessDay(last) === day;
  const nominal = addDays(before, payday.day);
  return previousBusinessDay(nominal > last ? last : nominal) === day;
}
