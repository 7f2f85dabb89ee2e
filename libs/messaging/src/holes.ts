/**
 * A transaction that records facts is cut at 1 s (TRANSACTION_MS_MAX), so an id that has not shown after three was
 * rolled back, or skipped by a restart of Postgres.
 */
const HOLE_MS_MAX = 3_000;

interface Hole {
  readonly first: number;
  readonly last: number;
  readonly seenAt: number;
}

/**
 * Ids that a reader in order of id passed without seeing them, because the transaction that took them was still open.
 * What follows in the order of the same key is committed after it: a reader that looks into the holes in the same
 * statement as for what is new therefore never takes the later one first.
 */
export class Holes {
  private open: Hole[] = [];

  get firsts(): number[] {
    return this.open.map(({ first }) => first);
  }
  get lasts(): number[] {
    return this.open.map(({ last }) => last);
  }
  get isEmpty(): boolean {
    return this.open.length === 0;
  }

  /**
   * Takes in what a look found, `ids` ascending: those up to the watermark fill holes, those beyond leave new ones.
   * `beganAt` is when the look began, in monotonic milliseconds; `whole` says that no limit cut what it found.
   */
  look(watermark: number, ids: readonly number[], beganAt: number, whole: boolean): void {
    const left = this.open.flatMap((hole) => without(hole, ids));
    this.open = whole ? left.filter(({ seenAt }) => beganAt - seenAt < HOLE_MS_MAX) : left;
    let before = watermark;
    for (const id of ids) {
      if (id <= watermark) continue;
      if (id > before + 1) this.open.push({ first: before + 1, last: id - 1, seenAt: beganAt });
      before = id;
    }
  }
}

/** What is left of a hole; `ids` ascend. */
function without({ first, last, seenAt }: Hole, ids: readonly number[]): Hole[] {
  const left: Hole[] = [];
  let from = first;
  for (const id of ids) {
    if (id > last) break;
    if (id < from) continue;
    if (id > from) left.push({ first: from, last: id - 1, seenAt });
    from = id + 1;
  }
  if (from <= last) left.push({ first: from, last, seenAt });
  return left;
}
