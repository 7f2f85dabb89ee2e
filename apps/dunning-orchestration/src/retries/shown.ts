import { Type, type Static } from '@sinclair/typebox';
import { CivilDate, Instant, oneOf, Rail, Uuid } from '@emdia/contracts';
import { budgetsOf, HOUSE_RULES } from '@emdia/retries';
import { orNull } from '@emdia/runtime';
import type { CaseFile } from '../cases/case-file';
import { askedOf, retryFacts, retryOf } from './retrying';

const closed = { additionalProperties: false };
const by = oneOf('table', 'ladder');

/** The retries of one open debt as people read them. */
export const RetryView = Type.Object(
  {
    receivable_id: Uuid,
    attempts: Type.Integer({ description: 'Declined charges of this debt that are known' }),
    next: orNull(Type.Object({ at: Instant, rail: orNull(Rail), attempt_no: Type.Integer(), amount_cents: Type.Integer(), by, because: Type.String() }, { ...closed, description: 'The earliest the rules allow; the régua says whether it wants one then' })),
    never: orNull(Type.String({ description: 'Why there is none' })), follow: orNull(oneOf('ask-other-method', 'none')), because: Type.String(),
    budgets: Type.Array(Type.Object({ limit: Type.String(), attempts: Type.Integer(), attempts_max: Type.Integer({ description: 'The margin taken off' }), days: Type.Integer() }, closed), { description: 'The tightest first' }),
    asked: Type.Array(Type.Object({ step: Type.String(), on: CivilDate, by, because: Type.String() }, closed), { description: 'Retries asked for; by table and by ladder told apart' }),
  },
  closed,
);

/** The retries of the open debts of which an attempt is known or a retry was asked. Pure. */
export function retriesShown(file: CaseFile, now: Date): (Omit<Static<typeof RetryView>, 'next'> & { next: unknown })[] {
  const open = [...file.receivables.values()].filter(({ status, standing }) => status === 'open' && standing?.kind !== 'end');
  return open.flatMap((receivable) => {
    const { receivable_id } = receivable;
    const facts = retryFacts(file, receivable);
    const attempts = new Set(facts.attempts.filter((each) => each.receivable_id === receivable_id).map(({ attempt_id }) => attempt_id)).size;
    const asked = askedOf(file).flatMap(({ receivable_id: of, step, on, retry }) => (of === receivable_id ? [{ step, on, by: retry.by, because: retry.because }] : []));
    if (attempts + asked.length === 0) return [];
    const answer = retryOf(file, receivable, now);
    const said = 'never' in answer ? { next: null, never: answer.never, follow: answer.follow } : { next: answer, never: null, follow: null };
    return [{ receivable_id, attempts, ...said, because: answer.because, budgets: budgetsOf(facts, file.retry_rules ?? HOUSE_RULES, now), asked }];
  });
}
