import { BUREAU_NOTICE_DAYS_MIN } from './caps';
import { crossed } from './condition';
import { CONSEQUENCES } from './ladder';
import { isContact, offsetOf, type Condition, type Regua } from './document';
import type { Complaint, Rule } from './lint';

/** Every condition can hold. */
export const hasPossibleConditions: Rule = ({ steps, for: whom = {} }) => {
  const all: [Condition | undefined, (string | number)[]][] = [
    [whom.when, ['for', 'when']], [whom.unless, ['for', 'unless']],
    ...steps.flatMap(({ when, unless }, index): [Condition | undefined, (string | number)[]][] => [[when, ['steps', index, 'when']], [unless, ['steps', index, 'unless']]]),
  ];
  const aged = (['when', 'unless'] as const).filter((name) => whom[name]?.age_days).map((name): Complaint => ({
    severity: 'refuse', rule: 'never-holds', path: ['for', name, 'age_days'], problem: 'A régua is chosen when a case opens, before anything has an age.', remedy: 'Ask for the age in the steps.',
  }));
  return aged.concat(all.flatMap(([condition, path]) => {
    const name = condition && crossed(condition);
    return name ? [{ severity: 'refuse' as const, rule: 'never-holds', path: [...path, name], problem: 'Its lower bound lies above the upper one, so it never holds.', remedy: 'Exchange them, or take one out.' }] : [];
  }));
};

const isTelling = (step: Regua['steps'][number]): boolean => isContact(step) && offsetOf(step.step) > 0;

/** A bureau entry comes after its notice and its days, every consequence after the due date and after a message that nobody is left out of. */
export const tellsBeforeConsequences: Rule = ({ steps }) => steps.flatMap((step, index): Complaint[] => {
  if (!CONSEQUENCES.has(step.action)) return [];
  const path = ['steps', index, 'action'];
  const before = steps.slice(0, index).filter((each) => each.step !== step.step);
  const complaints: Complaint[] = [];
  if (offsetOf(step.step) <= 0)
    complaints.push({ severity: 'refuse', rule: 'consequence-before-due', path: ['steps', index, 'step'], problem: 'Nothing is late yet on that day.', remedy: 'Give it a day after the due date, such as D+20.' });
  else if (!before.some(isTelling))
    complaints.push({ severity: 'refuse', rule: 'consequence-untold', path, problem: 'No message after the due date comes before it; a consequence never comes unannounced.', remedy: 'Put a `message` or `offer` of a day after the due date before it.' });
  if (step.action === 'bureau-listing') {
    const notice = before.find(({ action }) => action === 'bureau-notice');
    if (!notice)
      complaints.push({ severity: 'refuse', rule: 'bureau-before-notice', path, problem: 'No prior written notice comes before the entry (CDC 43 §2).', remedy: `Put a \`bureau-notice\` at least ${BUREAU_NOTICE_DAYS_MIN} days before it.` });
    if (step.notice_days < BUREAU_NOTICE_DAYS_MIN)
      complaints.push({ severity: 'refuse', rule: 'bureau-before-notice', path: ['steps', index, 'notice_days'], problem: 'The notice leaves too few days to pay or to object.', remedy: `Give at least ${BUREAU_NOTICE_DAYS_MIN} days.` });
  }
  return complaints;
});

/** The ladder ends with somebody. */
export const endsSomewhere: Rule = ({ end, steps }) => {
  const complaints: Complaint[] = [];
  if (!end)
    complaints.push({ severity: 'refuse', rule: 'ladder-without-end', path: ['end'], problem: 'After the last step nobody owns what is still open, and it would be forgotten.', remedy: 'Give `end` with the `queue` that takes it, and when it is looked at again.' });
  if (!steps.some((step) => offsetOf(step.step) > 0))
    complaints.push({ severity: 'refuse', rule: 'ladder-without-end', path: ['steps'], problem: 'No step comes after the due date: whoever is late is never spoken to.', remedy: 'Add at least one step such as D+3.' });
  return complaints;
};

/** Where nobody is written to, no step writes. */
export const isSilentThroughout: Rule = ({ silent, steps }) => (silent ? steps : []).flatMap((step, index): Complaint[] =>
  isContact(step) ? [{ severity: 'refuse', rule: 'silent-message', path: ['steps', index, 'action'], problem: 'Nobody is written to along a silent régua, so this message never goes.', remedy: 'Give a `task` for a person in its place, or take `silent` out.' }] : []);

/** Nothing is written that no step uses. */
export const explainsItself: Rule = ({ steps, templates = {}, thanks }) => {
  const used = new Set([thanks.template, ...steps.flatMap((step) => (isContact(step) ? [step.template] : []))]);
  return Object.keys(templates).flatMap((name) =>
    used.has(name) ? [] : [{ severity: 'warn' as const, rule: 'unused-template', path: ['templates', name], problem: 'No step uses these words.', remedy: 'Name them in a step, or take them out.' }]);
};
