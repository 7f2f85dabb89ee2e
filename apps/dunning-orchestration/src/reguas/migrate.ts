import type { DecisionOne } from '@emdia/messaging';
import type { CaseFile } from '../cases/case-file';
import { conclude } from '../cases/conclude';
import { follow } from './follow';

/** Takes a case that follows one version over to another, by somebody's word; true where it did. */
export function migrate(file: CaseFile, { from, to, actor }: { readonly from: string; readonly to: string; readonly actor: string }, now: Date): DecisionOne<CaseFile, boolean> {
  if (file.status !== 'open' || file.regua_version !== from) return { ignored: 'other-version', result: false };
  return { ...conclude(follow(file, to, { actor, reason: `migrated from ${from}` }, null, now), `migrated to ${to}`, now), result: true };
}
