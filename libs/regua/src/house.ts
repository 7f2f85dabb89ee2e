import type { Regua } from './document';
import { isRefused, type Finding } from './findings';
import { houseFile } from './house-words';
import { ladderOf, type Policy } from './ladder';
import { lint } from './lint';
import { readRegua } from './read';

/** A document that must not be followed, and why. */
export class RefusedRegua extends Error {
  constructor(name: string, readonly findings: readonly Finding[]) {
    super(`${name} must not be followed: ${findings.map(({ path: where, problem, remedy }) => `${where || 'the document'}: ${problem} ${remedy}`).join(' ')}`);
  }
}

/** The only way from a document to decisions: throws RefusedRegua where lint refuses it, so that no such policy is ever active. */
export function activate(regua: Regua): Policy {
  const findings = lint(regua);
  if (isRefused(findings)) throw new RefusedRegua(regua.regua, findings.filter(({ severity }) => severity === 'refuse'));
  return ladderOf(regua as Policy['document']);
}

/** Names of the réguas of the house: the first is for everybody whom none of the others is for. */
export const DEFAULT_REGUAS = ['esquecido', 'bom-pagador', 'meio-de-pagamento', 'dificuldade', 'atraso-habitual', 'alto-valor'] as const;

/** What people do alone: for whom a creditor lets no régua write. It is held against no other. */
export const SILENT_REGUA = 'sem-regua';

/** All that the house has under a name. */
export const HOUSE_REGUAS = [...DEFAULT_REGUAS, SILENT_REGUA] as const;

const policies = new Map<string, Policy>();

/** A régua of the house, ready to decide by. Throws RefusedRegua, a defect of the file. */
export function defaultPolicy(name: (typeof HOUSE_REGUAS)[number]): Policy {
  let policy = policies.get(name);
  if (!policy) {
    const { regua, findings } = readRegua(houseFile(`${name}.yaml`));
    if (!regua) throw new RefusedRegua(name, findings);
    policies.set(name, (policy = activate(regua)));
  }
  return policy;
}
