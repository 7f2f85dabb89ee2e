import type { Cause } from '@emdia/regua';
import type { CaseFile } from '../cases/case-file';
import { factsOf, policyForCause } from './policy';

/** Lets a case go on by another régua, by somebody's word, and keeps why and on which facts. Steps done before count by their day. */
export function follow(file: CaseFile, to: string, { actor, reason }: { readonly actor: string; readonly reason: string }, facts: unknown, now: Date): CaseFile {
  const { regua_version: before, changes } = file;
  if (to === before) return file;
  return { ...file, regua_version: to, regua_since: now, regua_by: actor, changes: [...changes, { what: 'regua', at: now, before, after: to, actor, reason, facts }] };
}

/** Notes why a case is unpaid; the newest word counts. */
export function withCause(file: CaseFile, cause: Cause, { actor, reason }: { readonly actor: string; readonly reason: string }, now: Date): CaseFile {
  const before = file.cause?.cause ?? null;
  return { ...file, cause: { cause, at: now, by: actor }, changes: [...file.changes, { what: 'cause', at: now, before, after: cause, actor, reason, facts: null }] };
}

/** Lets an open case go on by the régua for its cause. */
export const followCause = (file: CaseFile, actor: string, now: Date): CaseFile =>
  follow(file, policyForCause(file).version, { actor, reason: `cause: ${file.cause!.cause}` }, factsOf(file), now);
