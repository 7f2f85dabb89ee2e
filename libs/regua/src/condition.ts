import { hash } from 'node:crypto';
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

/** Where a customer lies in a group, from 0 up to 100; the same in every process and for ever. */
export const placeOf = (group: string, customer_id: string): number => (Number.parseInt(hash('sha1', `${group}/${customer_id}`).slice(0, 8), 16) / 2 ** 32) * 100;

const isInShare = ({ group, from_percent, to_percent }: NonNullable<Condition['share']>, customer_id: string): boolean => {
  const place = placeOf(group, customer_id);
  return place >= from_percent && place < to_percent;
};

/** Whether all of a condition holds for a debt of an age (calendar days from its due date). */
export function holds(condition: Condition, facts: Facts, age_days: number): boolean {
  const { amount_cents, case_amount_cents, age_days: age, late_before, score, segments, causes, reached, customers, share } = condition;
  return (
    (!amount_cents || within(facts.amount_cents, amount_cents)) &&
    (!case_amount_cents || within(facts.case_amount_cents, case_amount_cents)) &&
    (!age || within(age_days, age)) &&
    (!late_before || within(facts.late_before, late_before)) &&
    (!score || within(facts.score, score)) &&
    (!segments || (facts.segment !== null && segments.includes(facts.segment))) &&
    (!causes || (facts.cause !== null && causes.includes(facts.cause))) &&
    (!reached || facts.reached.some((channel) => reached.includes(channel))) &&
    (!customers || customers.includes(facts.customer_id)) &&
    (!share || isInShare(share, facts.customer_id))
  );
}

/** Something that holds for some debts and not for others. */
export interface Conditional {
  readonly when?: Condition;
  readonly unless?: Condition;
}

/** Whether it counts for a debt: `when` holds and `unless` does not. */
export const applies = ({ when, unless }: Conditional, facts: Facts, age_days: number): boolean => (!when || holds(when, facts, age_days)) && !(unless && holds(unless, facts, age_days));

/** A debt has one of each of these, so two lists without a common value never hold together; of channels reached it may have several. */
const SINGLE = new Set<keyof Condition>(['segments', 'causes', 'customers']);

type Part = NonNullable<Condition[keyof Condition]>;
const isList = (part: Part): part is readonly string[] & Part => Array.isArray(part);
const isShare = (part: Part): part is NonNullable<Condition['share']> => 'group' in part;

/** The bounds of a part that has any, the upper one inside; of shares only those of one group can be compared. */
function bounds(part: Part): { readonly of: string; readonly min: number; readonly max: number } {
  if (isShare(part)) return { of: part.group, min: part.from_percent, max: part.to_percent - Number.EPSILON * 100 };
  const { min = -Infinity, max = Infinity } = part as Range;
  return { of: '', min, max };
}

/** Whether no debt can be counted by both; false where that cannot be told. */
export function areApart({ when: one = {} }: Conditional, { when: other = {} }: Conditional): boolean {
  return (Object.keys(one) as (keyof Condition)[]).some((name) => {
    const [a, b] = [one[name]!, other[name]];
    if (b === undefined) return false;
    if (isList(a) || isList(b)) return SINGLE.has(name) && !(a as readonly string[]).some((value) => (b as readonly string[]).includes(value));
    const [x, y] = [bounds(a), bounds(b)];
    return x.of === y.of && (x.min > y.max || y.min > x.max);
  });
}

/** Whether whatever the second counts is counted by the first, too; false where that cannot be told. */
export function includes({ when: wide = {}, unless }: Conditional, { when: narrow = {} }: Conditional): boolean {
  if (unless) return false;
  return (Object.keys(wide) as (keyof Condition)[]).every((name) => {
    const [a, b] = [wide[name]!, narrow[name]];
    if (b === undefined) return false;
    if (isList(a) || isList(b)) return (b as readonly string[]).every((value) => (a as readonly string[]).includes(value));
    const [x, y] = [bounds(a), bounds(b)];
    return x.of === y.of && x.min <= y.min && x.max >= y.max;
  });
}

/** The first part of a condition whose bounds cross, so that it can never hold. */
export const crossed = (condition: Condition): keyof Condition | undefined =>
  (Object.keys(condition) as (keyof Condition)[]).find((name) => {
    const part = condition[name]!;
    return !isList(part) && bounds(part).min > bounds(part).max;
  });
