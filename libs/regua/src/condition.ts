import type { Cause, Channel, Condition } from './document';

/** What is known of a debt and its customer; null where nobody knows it, money in integer cents. */
export interface Facts {
  readonly customer_id: string;
  readonly amount_cents: number;
  readonly case_amount_cents: number;
  readonly late_before: number;
  readonly segment: string | null;
  readonly score: number | null;
  readonly cause: Cause | null;
  readonly reached: readonly Channel[];
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}

const within = (value: number | null, { min = -Infinity, max = Infinity }: Range): boolean => value !== null && value >= min && value <= max;

/** Whether all of a condition holds for a debt of an age (calendar days from its due date). */
export function holds(condition: Condition, facts: Facts, age_days: number): boolean {
  const { amount_cents, case_amount_cents, age_days: age, late_before, score, segments, causes, reached, customers } = condition;
  return (
    (!amount_cents || within(facts.amount_cents, amount_cents)) &&
    (!case_amount_cents || within(facts.case_amount_cents, case_amount_cents)) &&
    (!age || within(age_days, age)) &&
    (!late_before || within(facts.late_before, late_before)) &&
    (!score || within(facts.score, score)) &&
    (!segments || (facts.segment !== null && segments.includes(facts.segment))) &&
    (!causes || (facts.cause !== null && causes.includes(facts.cause))) &&
    (!reached || facts.reached.some((channel) => reached.includes(channel))) &&
    (!customers || customers.includes(facts.customer_id))
  );
}

/** Something that holds for some debts and not for others. */
export interface Conditional {
  readonly when?: Condition;
  readonly unless?: Condition;
}

/** Whether it counts for a debt: `when` holds and `unless` does not. */
export const applies = ({ when, unless }: Conditional, facts: Facts, age_days: number): boolean => (!when || holds(when, facts, age_days)) && !(unless && holds(unless, facts, age_days));

const isList = (one: Range | readonly string[]): one is readonly string[] => Array.isArray(one);
/** A debt has one of each of these, so two lists without a common value never hold together; of channels reached it may have several. */
const SINGLE = new Set<keyof Condition>(['segments', 'causes', 'customers']);

const shared = (one: Condition, other: Condition) => (Object.keys(one) as (keyof Condition)[]).filter((name) => other[name] !== undefined);

/** Whether no debt can be counted by both; false where that cannot be told. */
export function areApart({ when: one = {} }: Conditional, { when: other = {} }: Conditional): boolean {
  return shared(one, other).some((name) => {
    const [a, b] = [one[name]!, other[name]!];
    if (isList(a) || isList(b)) return SINGLE.has(name) && !(a as readonly string[]).some((value) => (b as readonly string[]).includes(value));
    return (a.min ?? -Infinity) > (b.max ?? Infinity) || (b.min ?? -Infinity) > (a.max ?? Infinity);
  });
}

/** Whether whatever the second counts is counted by the first, too; false where that cannot be told. */
export function includes({ when: wide = {}, unless }: Conditional, { when: narrow = {} }: Conditional): boolean {
  if (unless) return false;
  return (Object.keys(wide) as (keyof Condition)[]).every((name) => {
    const [a, b] = [wide[name]!, narrow[name]];
    if (b === undefined) return false;
    if (isList(a) || isList(b)) return (b as readonly string[]).every((value) => (a as readonly string[]).includes(value));
    return (a.min ?? -Infinity) <= (b.min ?? -Infinity) && (a.max ?? Infinity) >= (b.max ?? Infinity);
  });
}

/** The first range of a condition whose bounds cross, so that it can never hold. */
export const crossed = (condition: Condition): keyof Condition | undefined =>
  (Object.keys(condition) as (keyof Condition)[]).find((name) => { const value = condition[name]!; return !isList(value) && (value.min ?? -Infinity) > (value.max ?? Infinity); });
