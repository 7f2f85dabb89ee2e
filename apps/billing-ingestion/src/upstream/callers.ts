import { problem, type Principal } from '@emdia/runtime';

/** The creditor a call is about: the key's own, or the one an installation-wide key names by header. */
export function creditorOf({ creditor_id }: Principal): string {
  if (creditor_id !== null) return creditor_id;
  throw problem(422, 'creditor-missing', 'Which creditor?', 'An installation-wide key must name the creditor in the header X-Emdia-Creditor.');
}
