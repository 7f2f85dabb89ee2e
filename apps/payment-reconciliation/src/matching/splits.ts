/** What may be one part of a split, with what it would take on the day. */
export interface Item {
  readonly id: string;
  readonly open_cents: number;
  readonly due_cents: number;
}

/** Looked at for one split: 12 receivables in sets of two to four are 781 sets, never more. All that fit are told: a shorter list once made one of nine look like the only one. */
export const SPLIT_ITEMS_MAX = 12;
export const SPLIT_PARTS_MAX = 4;

/**
 * Sets of two to four items whose open amounts, or amounts with late charges, come to the sum; or to the sum plus one of
 * the deductions (a fee kept once). Only the first 12 items are looked at; the sets come in the order of the items.
 */
export function splitsOf(items: readonly Item[], sum_cents: number, deductions_cents: readonly number[] = []): Item[][] {
  const of = items.slice(0, SPLIT_ITEMS_MAX);
  const sums = new Set([sum_cents, ...deductions_cents.map((cents) => sum_cents + cents)]);
  const found: Item[][] = [];
  const grow = (from: number, set: readonly Item[], open_cents: number, due_cents: number): void => {
    if (set.length >= 2 && (sums.has(open_cents) || sum_cents === due_cents)) found.push([...set]);
    if (set.length === SPLIT_PARTS_MAX) return;
    for (let at = from; at < of.length; at++) grow(at + 1, [...set, of[at]!], open_cents + of[at]!.open_cents, due_cents + of[at]!.due_cents);
  };
  grow(0, [], 0, 0);
  return found;
}
