import type { Uf } from '@emdia/brazil';
import { type CivilDate, dateOfDay, dayNumber } from './civil-date';
import { type Place, stateOf } from './places';

const DAY_MS = 86_400_000;
const CACHED_DAYS_MAX = 20_000;

interface Zone { readonly format: Intl.DateTimeFormat; readonly offsetByUtcDay: Map<number, number> }
const zones = new Map<string, Zone>();

function zoneNamed(name: string): Zone {
  let zone = zones.get(name);
  if (!zone) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23',
      year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    zones.set(name, (zone = { format, offsetByUtcDay: new Map() }));
  }
  return zone;
}

/** Local clock minus UTC, in ms, asked of the platform's zone data: exact, and slow. */
function askOffset(format: Intl.DateTimeFormat, epochMs: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(epochMs)) part[type] = Number(value);
  return Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second) - Math.floor(epochMs / 1000) * 1000;
}

/** Local clock minus UTC, in ms. One question to Intl costs microseconds, so a UTC day whose two ends agree is remembered as one offset; on the few days on which a clock moved, every call asks. */
function offsetMs(zone: Zone, epochMs: number): number {
  const utcDay = Math.floor(epochMs / DAY_MS);
  let offset = zone.offsetByUtcDay.get(utcDay);
  if (offset === undefined) {
    const atStart = askOffset(zone.format, utcDay * DAY_MS);
    offset = atStart === askOffset(zone.format, (utcDay + 1) * DAY_MS) ? atStart : NaN;
    if (zone.offsetByUtcDay.size >= CACHED_DAYS_MAX) zone.offsetByUtcDay.clear();
    zone.offsetByUtcDay.set(utcDay, offset);
  }
  return Number.isNaN(offset) ? askOffset(zone.format, epochMs) : offset;
}

function localMs(instant: Date, zone: string): number {
  const epochMs = instant.getTime();
  return epochMs + offsetMs(zoneNamed(zone), epochMs);
}

/** The civil date that the calendar on the wall of an IANA zone shows at an instant; throws RangeError for an unknown zone or an invalid Date. */
export const localDate = (instant: Date, zone: string): CivilDate => dateOfDay(Math.floor(localMs(instant, zone) / DAY_MS));

/** What the clock on the wall of an IANA zone shows at an instant: hour 0-23, minute 0-59. */
export function localTime(instant: Date, zone: string): { hour: number; minute: number } {
  const ofDayMs = (((localMs(instant, zone) % DAY_MS) + DAY_MS) % DAY_MS);
  return { hour: Math.floor(ofDayMs / 3_600_000), minute: Math.floor(ofDayMs / 60_000) % 60 };
}

/**
 * The instant at which the clock of an IANA zone shows `HH:mm` on a date. A reading that the clock skipped counts on from before the gap
 * (00:30 becomes 01:30), of a reading shown twice it is the first; throws RangeError for a date, time or zone that does not exist.
 */
export function instantAt(date: CivilDate, time: string, zone: string): Date {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) throw new RangeError('not a time of day (HH:mm)');
  const wallMs = dayNumber(date) * DAY_MS + Number(time.slice(0, 2)) * 3_600_000 + Number(time.slice(3)) * 60_000;
  const known = zoneNamed(zone);
  const before = offsetMs(known, wallMs - DAY_MS);
  const after = offsetMs(known, wallMs + DAY_MS);
  const first = wallMs - Math.max(before, after);
  if (before === after || offsetMs(known, first) === Math.max(before, after)) return new Date(first);
  const second = wallMs - Math.min(before, after);
  return new Date(offsetMs(known, second) === Math.min(before, after) ? second : wallMs - before);
}

// IANA names of the zone where most of the state's people live.
const zoneByState: Record<Uf, string> = {
  AC: 'America/Rio_Branco', AL: 'America/Maceio', AM: 'America/Manaus', AP: 'America/Belem', BA: 'America/Bahia', CE: 'America/Fortaleza',
  DF: 'America/Sao_Paulo', ES: 'America/Sao_Paulo', GO: 'America/Sao_Paulo', MA: 'America/Fortaleza', MG: 'America/Sao_Paulo', MS: 'America/Campo_Grande',
  MT: 'America/Cuiaba', PA: 'America/Belem', PB: 'America/Fortaleza', PE: 'America/Recife', PI: 'America/Fortaleza', PR: 'America/Sao_Paulo',
  RJ: 'America/Sao_Paulo', RN: 'America/Fortaleza', RO: 'America/Porto_Velho', RR: 'America/Boa_Vista', RS: 'America/Sao_Paulo', SC: 'America/Sao_Paulo',
  SE: 'America/Maceio', SP: 'America/Sao_Paulo', TO: 'America/Araguaina',
};

// The west of AM is an hour behind its capital (Lei 12.876/2013: the municipalities on the far side of the line from Tabatinga to Porto Acre), Fernando de Noronha
// an hour ahead of Brasília (Decreto 2.784/1913).
const WEST_OF_AM = ['1300201', '1300607', '1300706', '1301407', '1301506', '1301654', '1301803', '1301951', '1302306', '1302405', '1303502', '1303908', '1304062'];
const zoneByCity = new Map([...WEST_OF_AM.map((code) => [`AM-${code}`, 'America/Eirunepe'] as const), ['PE-2605459', 'America/Noronha']]);

/** Whether a municipality's clock is another than its state's capital's. */
export const hasOwnZone = (place: Place | null | undefined): boolean => zoneByCity.has(place!);

/** The IANA zone of a state or municipality; Brasília's for an unknown one. */
export function zoneOf(place?: Place | null): string {
  const uf = stateOf(place);
  return uf ? (zoneByCity.get(place!) ?? zoneByState[uf]) : 'America/Sao_Paulo';
}
