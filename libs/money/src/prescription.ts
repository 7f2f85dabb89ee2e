import type { CivilDate } from '@emdia/calendar';

/** Five years after the due date (Código Civil 206 §5 I; 29 February: 1 March), when all contact about a debt must have stopped. */
export function prescribesOn(due_date: CivilDate): CivilDate {
  const year = String(Number(due_date.slice(0, 4)) + 5).padStart(4, '0');
  return due_date.endsWith('-02-29') ? `${year}-03-01` : `${year}${due_date.slice(4)}`;
}

/** The first due date not yet prescribed on a day: those before it are. One comparison of texts for each debt instead of a date for each. */
export function firstUnprescribed(day: CivilDate): CivilDate {
  const year = String(Number(day.slice(0, 4)) - 5).padStart(4, '0');
  // A 29 February counts as a 1 March; where the year has none the text still stands right before it.
  return day.endsWith('-03-01') ? `${year}-02-29` : `${year}${day.slice(4)}`;
}
