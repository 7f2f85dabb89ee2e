import { type CivilDate, daysBetween } from '@emdia/calendar';
import { lastDayWithoutCharge } from '@emdia/money';
import { type Debt, HORIZON_DAYS } from './debts';
import type { Touch } from './listening';
import { PRICES_CENTS } from './payers';
import type { Act } from './side';

/** A receivable as the house tells it by REST. */
export interface Told {
  readonly receivable_id: string;
  readonly status: string;
  readonly settled_on: CivilDate | null;
}

/** What came of one régua; `share` is of the cents that were at risk. */
export interface Measures {
  /** `later_cents` came after the horizon, as far as the run saw it. */
  readonly recovered: { readonly debts: number; readonly cents: number; readonly share: number; readonly share_in_10_days: number; readonly later_cents: number };
  readonly curve: readonly { readonly day: number; readonly cents: number; readonly share: number }[];
  readonly contacts: {
    readonly count: number; readonly people: number; readonly per_person: number | null; readonly most: number; readonly per_recovered_debt: number | null; readonly thanks: number;
    readonly by_step: Readonly<Record<string, number>>; readonly by_channel: Readonly<Record<string, number>>;
  };
  readonly acts: Readonly<Record<string, number>>;
  readonly cost_cents: number;
  readonly late_cent_days: number;
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
const ratio = (part: number, of: number): number | null => (of === 0 ? null : rounded(part / of));

function counted<T>(list: readonly T[], of: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of list) counts.set(of(item), (counts.get(of(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** When a debt was settled, in days from its due date (0 where before it); null where it was not within the horizon. */
function settledAfter({ receivable_id, due_date }: Debt, told: ReadonlyMap<string, Told>): number | null {
  const { settled_on = null } = told.get(receivable_id) ?? {};
  const days = settled_on === null ? Infinity : Math.max(0, daysBetween(due_date, settled_on));
  return days <= HORIZON_DAYS ? days : null;
}

/** Cents recovered of each customer's debts at risk, within the horizon. */
export function recoveredByCustomer(debts: readonly Debt[], told: ReadonlyMap<string, Told>): Map<string, number> {
  const cents = new Map<string, number>();
  for (const debt of debts) cents.set(debt.customer_id, (cents.get(debt.customer_id) ?? 0) + (debt.at_risk && settledAfter(debt, told) !== null ? debt.amount_cents : 0));
  return cents;
}

/** Counts what came of a régua; `last_day` is the last one that was lived through. Pure. */
export function measure(debts: readonly Debt[], told: ReadonlyMap<string, Told>, touches: readonly Touch[], done: readonly Act[], last_day: CivilDate): Measures {
  const at_risk = debts.filter((debt) => debt.at_risk).map((debt) => ({ ...debt, after: settledAfter(debt, told) }));
  const sum = (list: readonly { amount_cents: number }[]) => list.reduce((total, { amount_cents }) => total + amount_cents, 0);
  const risked = sum(at_risk);
  const recovered = at_risk.filter(({ after }) => after !== null);
  const curve = Array.from({ length: HORIZON_DAYS + 1 }, (_, day) => {
    const cents = sum(recovered.filter(({ after }) => after! <= day));
    return { day, cents, share: ratio(cents, risked) ?? 0 };
  });
  const messages = touches.filter((touch) => touch.kind === 'message');
  const asking = messages.filter(({ purpose }) => purpose !== 'service');
  const by_person = Object.values(counted(asking, ({ customer_id }) => customer_id));
  const acts = counted(done, (act) => act);
  const by_channel = counted(messages, ({ channel }) => channel);
  const cost = (counts: Record<string, number>) => Object.entries(counts).reduce((total, [what, count]) => total + count * PRICES_CENTS[what as keyof typeof PRICES_CENTS], 0);
  const late_days = ({ due_date, after }: (typeof at_risk)[number], settled_on: CivilDate | null | undefined): number => {
    if (after === null) return Math.max(0, Math.min(HORIZON_DAYS, daysBetween(due_date, last_day)));
    return settled_on! > lastDayWithoutCharge(due_date) ? after : 0;
  };
  return {
    recovered: { debts: recovered.length, cents: sum(recovered), share: curve[HORIZON_DAYS]!.share, share_in_10_days: curve[10]!.share, later_cents: sum(at_risk.filter(({ receivable_id, after }) => after === null && told.get(receivable_id)?.status === 'settled')) },
    curve,
    contacts: {
      count: asking.length, people: by_person.length, per_person: ratio(asking.length, by_person.length), most: Math.max(0, ...by_person),
      per_recovered_debt: ratio(asking.length, recovered.length), thanks: messages.length - asking.length, by_step: counted(asking, ({ step }) => step), by_channel,
    },
    acts,
    cost_cents: cost(by_channel) + cost(acts),
    late_cent_days: at_risk.reduce((total, debt) => total + debt.amount_cents * late_days(debt, told.get(debt.receivable_id)?.settled_on), 0),
  };
}

const Z_95 = 1.959_964;

/** The difference of two sums over the same customers and the interval that holds it in 95 of 100 such books; null for fewer than two. */
export function differenceOf(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): { difference: number; low: number | null; high: number | null } {
  const differences = [...one].map(([customer, cents]) => cents - other.get(customer)!);
  const n = differences.length;
  const difference = differences.reduce((sum, each) => sum + each, 0);
  if (n < 2) return { difference, low: null, high: null };
  const squares = differences.reduce((sum, each) => sum + (each - difference / n) ** 2, 0);
  const half = Z_95 * Math.sqrt((n * squares) / (n - 1));
  return { difference, low: Math.round(difference - half), high: Math.round(difference + half) };
}
