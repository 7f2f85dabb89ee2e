import type { Posting, Problem } from '../bank-file';

const GRAVITY: Posting[] = ['ok', 'warning', 'needs_confirmation', 'refused'];
/** A file with an error on every line tells the first ones; a person looks at the file then. */
const PROBLEMS_MAX = 200;

/** Gathers what is wrong with a file while it is read, and how grave the gravest of it is. */
export class Findings {
  readonly problems: Problem[] = [];
  posting: Posting = 'ok';
  private more = 0;

  /** Notes a problem; `gravity` is what it alone would make of the file. */
  add(gravity: Posting, line: number | null, reason: string): void {
    if (GRAVITY.indexOf(gravity) > GRAVITY.indexOf(this.posting)) this.posting = gravity;
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ line, reason });
    else this.more++;
  }

  /** All problems, and how many more there were than are listed. */
  list(): Problem[] {
    return this.more === 0 ? this.problems : [...this.problems, { line: null, reason: `${this.more} further problems are not listed` }];
  }
}

/** Cents as a person reads them: `1234` is `12.34`. */
export const reais = (cents: number): string => `${cents < 0 ? '-' : ''}${Math.floor(Math.abs(cents) / 100)}.${String(Math.abs(cents) % 100).padStart(2, '0')}`;
