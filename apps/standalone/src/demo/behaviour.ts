import { addDays, type CivilDate } from '@emdia/calendar';
import type { Seeded } from './seeded';

/** How a customer pays, in the long run. */
export type Behaviour = 'early' | 'on-time' | 'forgetful' | 'late' | 'difficulty' | 'habitual' | 'never';

const BEHAVIOURS: readonly (readonly [Behaviour, number])[] = [
  ['early', 28], ['on-time', 42], ['forgetful', 13], ['late', 7], ['difficulty', 5], ['habitual', 3], ['never', 2],
];

/** The months (counted from 0) in which a customer's own story turns; others pay on through. */
export interface Character {
  readonly behaviour: Behaviour;
  /** First month without payment, for those who stop (`difficulty`, `never`). */
  readonly stops: number;
  /** How many invoices go unpaid before somebody talks (`difficulty`). */
  readonly unpaid: number;
  /** What somebody in difficulty agrees to, and whether they hold to it. */
  readonly way_out: 'promise' | 'agreement';
  readonly holds: boolean;
}

export function character(random: Seeded, months: number): Character {
  const behaviour = random.weighted(BEHAVIOURS);
  return {
    behaviour,
    stops: random.between(0, Math.max(0, months - 2)),
    unpaid: random.between(1, 2),
    way_out: random.chance(0.5) ? 'promise' : 'agreement',
    holds: random.chance(0.6),
  };
}

/** The day on which a customer pays an invoice of the n-th month of their own accord; null where they do not. */
export function paysOn(random: Seeded, who: Character, month: number, due_date: CivilDate): CivilDate | null {
  const delay_days = delay(random, who, month);
  return delay_days === null ? null : addDays(due_date, delay_days);
}

function delay(random: Seeded, who: Character, month: number): number | null {
  switch (who.behaviour) {
    case 'early':
      return -random.between(1, 8);
    case 'on-time':
      return random.chance(0.97) ? -random.between(0, 2) : random.between(1, 3);
    case 'forgetful':
      return random.chance(0.45) ? -random.between(0, 3) : random.between(1, 6);
    case 'late':
      return random.chance(0.2) ? 0 : random.between(3, 14);
    case 'habitual':
      return random.between(9, 38);
    case 'difficulty':
      return month >= who.stops && month < who.stops + who.unpaid ? null : -random.between(0, 3);
    case 'never':
      return month >= who.stops ? null : random.between(0, 9);
  }
}
