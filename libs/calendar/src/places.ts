import { isUf, UFS, type Uf } from '@emdia/brazil';

/** Where somebody lives, as far as hours and holidays depend on it: a state (`SP`), or a municipality by its state and IBGE code (`SP-3550308`). */
export type Place = string;

/** The two digits with which the IBGE codes of a state's municipalities begin. */
const PREFIXES: Record<Uf, string> = {
  AC: '12', AL: '27', AM: '13', AP: '16', BA: '29', CE: '23', DF: '53', ES: '32', GO: '52', MA: '21', MG: '31', MS: '50', MT: '51', PA: '15',
  PB: '25', PE: '26', PI: '22', PR: '41', RJ: '33', RN: '24', RO: '11', RR: '14', RS: '43', SC: '42', SE: '28', SP: '35', TO: '17',
};
const stateByPrefix = new Map(UFS.map((uf) => [PREFIXES[uf], uf]));

/** The state to which an IBGE code of seven digits belongs; undefined where no state's begins so. */
export const stateOfCity = (city_code: string): Uf | undefined => (/^\d{7}$/.test(city_code) ? stateByPrefix.get(city_code.slice(0, 2)) : undefined);

/** The place that a state and an IBGE code name together, either of which may be unknown; where they contradict each other, the state alone counts. */
export function placeOf(state: string | null | undefined, city_code?: string | null): Place | null {
  const uf = city_code ? stateOfCity(city_code) : undefined;
  return uf && (!state || state === uf) ? `${uf}-${city_code}` : (state ?? null);
}

/** A place as events tell it. */
export function addressOf(place: Place | null): { state: string | null; city_code?: string } {
  return place !== null && place.length > 2 ? { state: place.slice(0, 2), city_code: place.slice(3) } : { state: place };
}

/** The state of a place; undefined where it is none of Brazil's. */
export function stateOf(place: Place | null | undefined): Uf | undefined {
  const uf = place && place.length > 2 && place[2] === '-' ? place.slice(0, 2) : place;
  return isUf(uf) ? uf : undefined;
}
