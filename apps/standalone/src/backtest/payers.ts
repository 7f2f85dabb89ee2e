import { addDays, type CivilDate, daysBetween } from '@emdia/calendar';
import type { Action, Channel, ContactStep } from '@emdia/regua';
import type { Behaviour } from '../demo/behaviour';
import type { Seeded } from '../demo/seeded';

/** Why an invoice would stay unpaid past its due date if nobody said a word. */
export type Trouble = 'forgot' | 'payment-method' | 'no-money' | 'habit' | 'unwilling';

/** What reaches a debtor: a message in its tone, a person who calls, a charge tried again, a consequence for the service. */
export type Way = ContactStep['tone'] | 'person' | 'retry' | 'service';

/** How payers are taken to behave. Nothing of it was measured: it is stated so that it can be doubted, and changed here alone. */
export const PAYERS = {
  /** Chance that an invoice of such a customer runs into a trouble; `difficulty` and `never` have theirs in their own months only. */
  troubles: {
    early: { forgot: 0.01 },
    'on-time': { forgot: 0.03, 'payment-method': 0.01 },
    forgetful: { forgot: 0.55 },
    late: { forgot: 0.4, 'payment-method': 0.3, 'no-money': 0.1 },
    difficulty: { 'no-money': 1 },
    habitual: { habit: 1 },
    never: { unwilling: 1 },
  } satisfies Record<Behaviour, Partial<Record<Trouble, number>>>,
  /** Without any contact: the chance that it is paid all the same, and between which days after the due date. */
  unasked: {
    forgot: { chance: 0.8, from_day: 5, to_day: 45 },
    'payment-method': { chance: 0.5, from_day: 5, to_day: 40 },
    'no-money': { chance: 0.35, from_day: 15, to_day: 60 },
    habit: { chance: 0.9, from_day: 15, to_day: 45 },
    unwilling: { chance: 0.05, from_day: 20, to_day: 60 },
  } satisfies Record<Trouble, unknown>,
  /** Chance that one contact makes somebody pay who would not have paid yet, by trouble and by what reaches them. */
  moved: {
    forgot: { reminder: 0.35, friendly: 0.4, helpful: 0.3, firm: 0.35, person: 0.6, retry: 0, service: 0.3 },
    'payment-method': { reminder: 0.1, friendly: 0.25, helpful: 0.3, firm: 0.2, person: 0.55, retry: 0.35, service: 0.3 },
    'no-money': { reminder: 0.03, friendly: 0.06, helpful: 0.15, firm: 0.04, person: 0.25, retry: 0.08, service: 0.05 },
    habit: { reminder: 0.08, friendly: 0.12, helpful: 0.1, firm: 0.25, person: 0.3, retry: 0.05, service: 0.5 },
    unwilling: { reminder: 0.01, friendly: 0.01, helpful: 0.02, firm: 0.03, person: 0.08, retry: 0, service: 0.1 },
  } satisfies Record<Trouble, Record<Way, number>>,
  /** By how much a channel weakens a message. */
  channel: { whatsapp: 1, voice: 1, sms: 0.8, email: 0.7, letter: 0.5 } satisfies Record<Channel, number>,
  /** Each contact about the debt in the days before makes the next one count less by this factor. */
  weary: { factor: 0.8, days: 7 },
  /** Days from what moved them to the money, at most; who has none waits for the next payday after that. */
  delay_days_max: { forgot: 3, 'payment-method': 4, 'no-money': 1, habit: 5, unwilling: 10 } satisfies Record<Trouble, number>,
  paydays: [5, 20],
  /** Why a debt of a given book was paid late, which no file tells, is taken from how late it came and how often its customer was late. */
  given: { no_money_from_day: 31, habit: { late_share_min: 0.5, invoices_min: 4 } },
} as const;

/** What a contact costs, in cents, as assumed; what only a person can do has the price of its time. */
export const PRICES_CENTS = {
  email: 1, whatsapp: 4, sms: 8, voice: 25, letter: 450,
  task: 500, retry: 10, service: 10, 'bureau-notice': 450, 'bureau-listing': 200, protest: 1_000, 'write-off': 0,
} as const satisfies Record<Channel | Exclude<Action, ContactStep['action']>, number>;

/** What an invoice of the n-th month runs into; null where it is simply paid. */
export function troubleOf(random: Seeded, who: { behaviour: Behaviour; stops: number; unpaid: number }, month: number): Trouble | null {
  const isTroubled = who.behaviour === 'never' ? month >= who.stops : who.behaviour !== 'difficulty' || (month >= who.stops && month < who.stops + who.unpaid);
  let left = random.next();
  if (!isTroubled) return null;
  for (const [trouble, chance] of Object.entries(PAYERS.troubles[who.behaviour]) as [Trouble, number][]) if ((left -= chance) < 0) return trouble;
  return null;
}

/** The day on which a debt is paid that nobody asks for, as the model has it; null where never. */
export function unaskedDay(trouble: Trouble, random: Seeded, due_date: CivilDate): CivilDate | null {
  const { chance, from_day, to_day } = PAYERS.unasked[trouble];
  const [does, days] = [random.chance(chance), random.between(from_day, to_day)];
  return does ? addDays(due_date, days) : null;
}

/** What a late payment of a given book is put down to; `record` is how many invoices its customer has in the file, and how many of them were paid late. */
export function troubleIn(due_date: CivilDate, settled_date: CivilDate | null, record: { invoices: number; late: number }): Trouble {
  const { no_money_from_day, habit } = PAYERS.given;
  if (settled_date === null || daysBetween(due_date, settled_date) >= no_money_from_day) return 'no-money';
  return record.invoices >= habit.invoices_min && record.late >= habit.late_share_min * record.invoices ? 'habit' : 'forgot';
}

const nextPayday = (from: CivilDate): CivilDate => {
  let day = from;
  while (!PAYERS.paydays.some((payday) => payday === Number(day.slice(8)))) day = addDays(day, 1);
  return day;
};

/**
 * Somebody before one debt in trouble. All chance is drawn once, from the debt alone: how hard they are to move and how long
 * the money takes. So under every régua they are the same, and the more reaches them the sooner they pay. Who disputes a
 * debt is moved by nothing, and pays on their day.
 */
export class Payer {
  /** The day of payment as things stand; null where it does not come. */
  pays_on: CivilDate | null;
  private readonly resistance: number;
  private readonly delay: number;
  private readonly reached: CivilDate[] = [];
  private unmoved = 1;

  /** `unasked` is the day on which they pay where no contact moves them; null where never. */
  constructor(readonly trouble: Trouble | 'disputes', random: Seeded, unasked: CivilDate | null) {
    this.pays_on = unasked;
    this.resistance = random.next();
    this.delay = random.next();
  }

  /** Something reaches them; `channel` is that of a message. */
  reach(day: CivilDate, way: Way, channel: Channel | null): void {
    if (this.trouble === 'disputes') return;
    const recent = this.reached.filter((each) => daysBetween(each, day) <= PAYERS.weary.days).length;
    this.reached.push(day);
    const wasUnmoved = 1 - this.unmoved <= this.resistance;
    this.unmoved *= 1 - PAYERS.moved[this.trouble][way] * (channel ? PAYERS.channel[channel] : 1) * PAYERS.weary.factor ** recent;
    if (!wasUnmoved || 1 - this.unmoved <= this.resistance) return;
    const ready = addDays(day, Math.floor(this.delay * (PAYERS.delay_days_max[this.trouble] + 1)));
    const pays = this.trouble === 'no-money' ? nextPayday(ready) : ready;
    if (this.pays_on === null || pays < this.pays_on) this.pays_on = pays;
  }
}
