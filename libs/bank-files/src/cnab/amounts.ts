import { grantedCents, type Row } from '../bank-file';
import type { Findings } from './findings';

/** What an amount would be if title, late charges, discount and rebate made it up. */
const owed = (row: Row): number | null =>
  row.title_cents === null ? null : row.title_cents + (row.interest_cents ?? 0) - grantedCents(row);

/** With fewer rows that carry a fee, an odd payment could look like the other basis. */
const EVIDENCE_MIN = 3;

/**
 * Whether a file contradicts the basis of the paid amount that its layout has: every settled row with a fee adds up the other way, and none the layout's way.
 * Banks change this by contract, and for a bank without a layout of its own nothing else tells.
 */
export class Evidence {
  private rows = 0;
  private isWithout = false;

  constructor(private readonly basis: 'gross' | 'net') {}

  add(row: Row): void {
    if (!this.tells(row)) return;
    this.rows++;
    this.isWithout ||= owed(row) !== this.other(row) || owed(row) === row.gross_cents;
  }

  get isAgainst(): boolean {
    return this.rows >= EVIDENCE_MIN && !this.isWithout;
  }

  tell(findings: Findings): void {
    const was = this.basis === 'gross' ? 'before the fee' : 'after the fee';
    findings.add('warning', null, `the layout has paid amounts ${was}, but all ${this.rows} rows with a fee add up only the other way: read that way`);
  }

  /** The row as it is by the other basis. */
  corrected(row: Row): Row {
    return this.tells(row) ? { ...row, net_cents: this.basis === 'gross' ? row.gross_cents : null, gross_cents: this.other(row) } : row;
  }

  /** Where a gross bank gives the net amount as well, nothing is left to guess. */
  private tells(row: Row): boolean {
    return row.settled && row.gross_cents !== null && (row.fee_cents ?? 0) > 0 && owed(row) !== null && (this.basis === 'net' || !row.net_cents);
  }

  private other(row: Row): number {
    return row.gross_cents! + (this.basis === 'gross' ? 1 : -1) * row.fee_cents!;
  }
}

/** Notes charges that cannot be: the row stays as it is, since what was paid is told apart from what it was paid for. */
export function noteOdd(row: Row, findings: Findings): void {
  if (!row.settled) return;
  if (row.gross_cents === null) findings.add('needs_confirmation', row.line, `code ${row.occurrence} is a payment, but the amount paid cannot be read`);
  else if ((row.interest_cents ?? 0) > row.gross_cents) findings.add('ok', row.line, 'the late charges exceed what was paid; the row does not add up');
}
