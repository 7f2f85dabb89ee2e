import { problem, type Principal } from '@emdia/runtime';

/** The creditor a caller speaks for; a 400 problem for an installation-wide key that names none. */
export function creditorOf({ creditor_id }: Principal): string {
  if (creditor_id === null) throw problem(400, 'creditor-needed', 'For which creditor?', 'This key is installation-wide: name the creditor in the header `X-Emdia-Creditor`.');
  return creditor_id;
}
