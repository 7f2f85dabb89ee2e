import type { CivilDate } from '@emdia/calendar';
import { ruleOf, type HoldKind, type Kind } from './kinds';

/** What is told of a hold when somebody asks what comes of it. */
interface Told {
  readonly kind: HoldKind;
  readonly review_date: CivilDate;
  readonly look_date: CivilDate;
  readonly ended_on: CivilDate | null;
  /** It ended by itself and nobody has decided yet. */
  readonly undecided: boolean;
}

const THEN: Record<Kind['follows'], string> = {
  regua: 'the régua goes on, and what was missed is one message',
  person: 'a person is asked to look first, and the régua goes on after their review',
  owner: 'every open debt goes to a person, who is asked until they decide; nobody is written to before',
};

const meanwhile = ({ review_days }: Kind): string => (review_days === null ? '' : ` Meanwhile a person is asked every ${review_days} days`);

/** When what another service keeps ends, and what follows, in words. */
export const keptInWords = (kept_by: Kind['kept_by']): string => `Ends when ${kept_by} says so; then ${THEN.regua}.`;

/** The rules of a kind in words: when it ends, and what follows. */
export function kindInWords(kind: HoldKind): string {
  const rule = ruleOf(kind);
  if (rule.ends_by === 'keeper') return keptInWords(rule.kept_by);
  const asked = meanwhile(rule);
  return `Ends by itself after ${rule.days} days (at most ${rule.days_max}); then ${THEN[rule.follows]}.${asked && `${asked}.`}`;
}

/** What follows for one hold and when, in words. */
export function inWords({ kind, review_date, look_date, ended_on, undecided }: Told, today: CivilDate): string {
  const rule = ruleOf(kind);
  if (undecided) return `Ended by itself on ${ended_on}. A person decides: DELETE /v1/holds/{hold_id}?reason= lets the régua go on, a new hold of its kind keeps it still.`;
  if (ended_on !== null) return `Ended on ${ended_on}.`;
  const asked = look_date < review_date ? `${meanwhile(rule)}, next on ${look_date < today ? today : look_date}.` : '';
  return `Ends by itself on ${review_date}; then ${THEN[rule.follows]}.${asked}`;
}
