import { problem, type Principal } from '@emdia/runtime';

/** The creditor a request is about; a 400 problem for an installation-wide key that does not say which. */
export function ofCreditor({ creditor_id }: Principal): string {
  if (creditor_id === null) throw problem(400, 'creditor-missing', 'Which creditor?', 'An installation-wide key must name the creditor in the header X-Emdia-Creditor.');
  return creditor_id;
}
