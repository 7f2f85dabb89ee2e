import { CONTACT_BUDGETS, type ContactBudget } from './caps';
import type { Template, Regua } from './document';
import { at, written, type Finding, type Path } from './findings';
import { endsSomewhere, explainsItself, hasPossibleConditions, isSilentThroughout, tellsBeforeConsequences } from './lint-ladder';
import { chargesWithinCaps, spokenWell } from './lint-messages';
import { contactsOnAllowedDays, meetsNoStepTwice } from './lint-days';
import { houseTemplates } from './house-words';

/** A finding before it knows its value. */
export interface Complaint extends Pick<Finding, 'severity' | 'rule' | 'problem' | 'remedy'> {
  readonly path: Path;
}

/** Looks a document over for one kind of fault. */
export type Rule = (regua: Regua, house: Readonly<Record<string, Template>>, budgets: readonly ContactBudget[]) => readonly Complaint[];

const RULES: readonly Rule[] = [hasPossibleConditions, contactsOnAllowedDays, meetsNoStepTwice, tellsBeforeConsequences, isSilentThroughout, endsSomewhere, chargesWithinCaps, spokenWell, explainsItself];

/** What is wrong with a document that fits the schema, what must be mended first; `budgets` are those of its creditor. Pure. */
export function lint(regua: Regua, house: Readonly<Record<string, Template>> = houseTemplates(), budgets: readonly ContactBudget[] = CONTACT_BUDGETS): readonly Finding[] {
  const complaints = RULES.flatMap((rule) => rule(regua, house, budgets));
  return complaints
    .map(({ path, ...rest }): Finding => ({ ...rest, path: written(path), value: at(regua, path) ?? null }))
    .sort((a, b) => Number(a.severity === 'warn') - Number(b.severity === 'warn'));
}
