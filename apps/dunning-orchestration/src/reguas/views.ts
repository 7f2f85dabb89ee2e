import { Type } from '@sinclair/typebox';
import { oneOf } from '@emdia/contracts';
import { checkRegua, isRefused, lint, readRegua, activate, type ContactBudget, type Finding, type Policy, type Regua } from '@emdia/regua';
import { problem } from '@emdia/runtime';

/** Réguas as people read them, and what is wrong with one. */

const closed = { additionalProperties: false };
export const Document = Type.Unsafe<object>({ type: 'object', additionalProperties: true, description: 'A régua, by the JSON Schema of GET /v1/reguas/schema' });
export const ReguaName = Type.String({ pattern: '^[a-z][a-z0-9-]{1,29}$' });
export const ReguaView = Type.Object(
  { regua_version: Type.String({ description: 'What events and explanations call it' }), owner: oneOf('house', 'creditor'), document: Document },
  closed,
);
export const Findings = Type.Array(
  Type.Object(
    {
      severity: oneOf('refuse', 'warn'), rule: Type.String(), path: Type.String({ description: 'Such as steps[2].hour; empty: the document as a whole' }), value: Type.Unknown(),
      problem: Type.String(), remedy: Type.String(), line: Type.Optional(Type.Integer()),
    },
    closed,
  ),
);

export const viewOf = (owner: 'house' | 'creditor', { version, document }: Policy) => ({ regua_version: version, owner, document });

/** A document in any of its forms, and all that is wrong with it where people are contacted so often at most. */
export function examined(document: unknown, budgets: readonly ContactBudget[]): { regua: Regua | null; findings: readonly Finding[] } {
  const read = typeof document === 'string' ? readRegua(document) : checkRegua(document);
  return read.regua ? { regua: read.regua, findings: lint(read.regua, undefined, budgets) } : read;
}

/** A document that could become active; a 422 problem with all findings where it could not. */
export function acceptable(document: unknown, budgets: readonly ContactBudget[]): Policy {
  const { regua, findings } = examined(document, budgets);
  if (!regua || isRefused(findings)) throw problem(422, 'regua-refused', 'This régua could not become active', 'Correct what `findings` names; POST /v1/reguas/check tells it as well.', { findings });
  return activate(regua);
}
