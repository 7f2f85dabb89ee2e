import { badWordsIn, isStepName, offsetOf, PLACEHOLDERS, placeholdersIn, remembered } from '@emdia/regua';
import type { Delivery, Verdict } from './delivery';

/** Why words may not be spoken by anybody, whoever let them pass; null where they may. Lint's list is the only one. */
const fault = remembered((subject: string, text: string): string => {
  const whole = `${subject}\n${text}`;
  const [bad] = badWordsIn(whole).filter((each) => each.bad.severity === 'refuse');
  if (bad) return `${bad.bad.rule}: ${bad.found.join(', ')}`;
  const unknown = placeholdersIn(whole).find((name) => !Object.hasOwn(PLACEHOLDERS, name));
  return unknown === undefined ? '' : `nothing is filled in for {${unknown}}`;
});

/** What is known of somebody who owes nothing. */
const WITHOUT_DEBT = new Set(['nome', 'credor', 'beneficios']);

/**
 * Why a message speaks by its step and not in the words of its régua; null where it speaks in them, or was asked for
 * without. Words of a delay are untrue where the debt that is late has left the message or its date moved, and words of
 * a date to come where that has gone by.
 */
export function unspoken({ words, purpose, step, local_day }: Pick<Delivery, 'words' | 'purpose' | 'step' | 'local_day'>, { covers }: Verdict): string | null {
  if (!words) return null;
  const wrong = fault(words.subject, words.text);
  if (wrong) return wrong.slice(0, 200);
  if (purpose !== 'collection') {
    const unknown = placeholdersIn(words.text).find((name) => !WITHOUT_DEBT.has(name));
    return unknown === undefined ? null : `no facts for {${unknown}}`;
  }
  const isLate = covers.some(({ goes, amounts }) => goes && amounts !== null && amounts.due_date < local_day);
  if (isStepName(step) && offsetOf(step) > 0 === isLate) return null;
  return isLate ? 'something is late already' : 'nothing is late';
}
