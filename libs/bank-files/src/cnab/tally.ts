import type { Row } from '../bank-file';
import { Evidence } from './amounts';
import { Findings } from './findings';

/** Which rows a sum is over: all, or those with one of these codes. */
export type Over = 'all' | readonly string[];

/** What some rows come to; amounts that are not told are nothing. */
export interface Sum { rows: number; has_settled: boolean; title_cents: number; gross_cents: number }

/** What the rows of a file come to, added up one by one. */
export class Tally {
  rows = 0;
  readonly totals = { settled_rows: 0, gross_cents: 0 };
  readonly accounts = new Set<string>();
  readonly sums: readonly Sum[];

  /** Besides, a sum for each of these. */
  constructor(private readonly over: readonly Over[] = []) {
    this.sums = over.map(() => ({ rows: 0, has_settled: false, title_cents: 0, gross_cents: 0 }));
  }

  add(row: Row): void {
    this.rows++;
    if (row.account !== null) this.accounts.add(row.account);
    if (row.settled) {
      this.totals.settled_rows++;
      this.totals.gross_cents += row.gross_cents ?? 0;
    }
    for (const [i, over] of this.over.entries()) {
      if (over !== 'all' && !over.includes(row.occurrence ?? '')) continue;
      const sum = this.sums[i]!;
      sum.rows++;
      sum.has_settled ||= row.settled;
      sum.title_cents += row.title_cents ?? 0;
      sum.gross_cents += row.gross_cents ?? 0;
    }
  }
}

/** Rows in stretches, read anew at each call; what is odd about them goes to the findings. */
export type RowsInto = (findings: Findings) => Iterable<readonly Row[]>;

/** Goes through all rows once, with a pause after each stretch. */
function* goneThrough(rows: Iterable<readonly Row[]>, see: (row: Row) => void): Generator<undefined, void> {
  for (const some of rows) {
    some.forEach(see);
    yield;
  }
}

/** Rows as they are to be taken, and what they come to: by the layout's basis of the paid amount, or by the other where the file itself contradicts the layout. */
export function* tallied(
  read: RowsInto, basis: 'gross' | 'net' | 'principal', over: readonly Over[], findings: Findings,
): Generator<undefined, { tally: Tally; rows: () => Iterable<readonly Row[]> }> {
  const asRead = new Tally(over);
  const evidence = basis === 'principal' ? null : new Evidence(basis);
  yield* goneThrough(read(findings), (row) => {
    asRead.add(row);
    evidence?.add(row);
  });
  // What is odd was noted the first time.
  const rows = () => read(new Findings());
  if (!evidence?.isAgainst) return { tally: asRead, rows };
  evidence.tell(findings);
  function* corrected() {
    for (const some of rows()) yield some.map((row) => evidence!.corrected(row));
  }
  const tally = new Tally(over);
  yield* goneThrough(corrected(), (row) => tally.add(row));
  return { tally, rows: corrected };
}
