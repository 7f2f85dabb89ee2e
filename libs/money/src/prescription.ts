import type { CivilDate } from '@emdia/calendar';

/** Five years after the due date (Código Civil 206 §5 I; 29 February: 1 March), when all contact about a debt must have stopped. */
export function prescribesOn(due_date: CivilDate): CivilDate {
  const year = String(Number(due_date.slice(0, 4)) + 5).padStart(4, '0');
  return due_date.endsWith('-02-29') ? `${year}-03-01` : `${year}${due_date.slice(4)}`;
}
