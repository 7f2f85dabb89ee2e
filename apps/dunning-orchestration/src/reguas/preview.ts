import { setImmediate as others } from 'node:timers/promises';
import { isStepName, offsetOf, type Policy } from '@emdia/regua';
import { Type, type Static } from '@sinclair/typebox';
import { CivilDate, CustomerId } from '@emdia/contracts';
import { orNull } from '@emdia/runtime';
import type { CaseFile } from '../cases/case-file';
import { policyOf } from './policy';
import { LIMITS, outlook, type Limit, type Outlook } from './outlook';

/** How far a preview looks ahead. */
export const PREVIEW_DAYS = 30;

const closed = { additionalProperties: false };
const count = Type.Integer({ minimum: 0 });
const Next = orNull(Type.Object({ what: Type.String({ description: 'A step, or the reason of a task' }), day: CivilDate }, closed));
const Totals = Type.Object(
  {
    messages: count, tasks: count,
    by_step: Type.Array(Type.Object({ step: Type.String(), messages: count }, closed), { description: 'In the order of the ladder' }),
    most_messages_of_one_person: count,
    limits: Type.Object(Object.fromEntries(LIMITS.map((limit) => [limit, count])) as Record<Limit, typeof count>, {
      ...closed, description: 'How often a step was held back: merged into a firmer one, moved to another day, out of budget, without a channel; and debts that are silenced',
    }),
  },
  closed,
);

export const Preview = Type.Object(
  {
    regua_version: Type.String(),
    days: Type.Integer(),
    cases: count,
    moves: Type.Array(Type.Object({ customer_id: CustomerId, from_version: Type.String(), from: Next, to: Next }, closed), { description: 'Whose next message or task would be another, or of another day' }),
    before: Totals,
    after: Totals,
    next_customer_id: orNull(CustomerId),
  },
  { ...closed, description: 'Supposes that every message goes out within budget and nobody pays; what notifications refuses for other reasons is not known here.' },
);
export type Preview = Static<typeof Preview>;

/** What would change for some cases if they followed another régua from now on; nothing is kept. */
export async function preview(files: readonly CaseFile[], policy: Policy, now: Date): Promise<Omit<Preview, 'next_customer_id'>> {
  const outlooks: { file: CaseFile; before: Outlook; after: Outlook }[] = [];
  for (const file of files) {
    outlooks.push({ file, before: outlook(file, null, now, PREVIEW_DAYS), after: outlook(file, policy, now, PREVIEW_DAYS) });
    // A case of many debts takes some milliseconds, and heartbeats must not wait for all of them.
    await others();
  }
  const moves = outlooks.flatMap(({ file, before, after }) => {
    const [from, to] = [firstOf(before), firstOf(after)];
    return from?.what === to?.what && from?.day === to?.day ? [] : [{ customer_id: file.customer_id, from_version: policyOf(file).version, from, to }];
  });
  return {
    regua_version: policy.version, days: PREVIEW_DAYS, cases: files.length, moves,
    before: totalsOf(outlooks.map(({ before }) => before)), after: totalsOf(outlooks.map(({ after }) => after)),
  };
}

function firstOf({ messages, tasks }: Outlook): Outlook['messages'][number] | null {
  return [...messages, ...tasks].reduce<Outlook['messages'][number] | null>((first, each) => (first === null || each.day < first.day ? each : first), null);
}

/** Thanks and reminders of instalments, which have no day in the ladder, come last. */
const rank = (step: string): number => (isStepName(step) ? offsetOf(step) : 1_000);

function totalsOf(outlooks: readonly Outlook[]): Preview['before'] {
  const bySteps = new Map<string, number>();
  for (const { messages } of outlooks) for (const { what } of messages) bySteps.set(what, (bySteps.get(what) ?? 0) + 1);
  return {
    messages: outlooks.reduce((sum, { messages }) => sum + messages.length, 0),
    tasks: outlooks.reduce((sum, { tasks }) => sum + tasks.length, 0),
    by_step: [...bySteps].map(([step, messages]) => ({ step, messages })).sort((a, b) => rank(a.step) - rank(b.step) || (a.step < b.step ? -1 : 1)),
    most_messages_of_one_person: Math.max(0, ...outlooks.map(({ messages }) => messages.length)),
    limits: Object.fromEntries(LIMITS.map((limit) => [limit, outlooks.reduce((sum, { limits }) => sum + limits[limit], 0)])) as Record<Limit, number>,
  };
}
