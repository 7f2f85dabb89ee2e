import { setImmediate as others } from 'node:timers/promises';
import { isStepName, offsetOf, type Policy } from '@emdia/regua';
import { Type, type Static } from '@sinclair/typebox';
import { CivilDate, CustomerId } from '@emdia/contracts';
import { orNull } from '@emdia/runtime';
import type { CaseFile } from '../cases/case-file';
import { houseVersion, policyInUse, policyOf } from './policy';
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
    opens_with: Type.Array(Type.Object({ regua_version: Type.String(), cases: count, silent: Type.Boolean({ description: 'Nobody is written to along it' }) }, closed), {
      description: 'What these cases would open with now, were this one in use for whom it is for; `silent` is for whom no own one fits, where the creditor gives those to people',
    }),
    excluded: Type.Array(CustomerId, { description: 'Who would open with a silent one: nobody would write to them, a person would have their debts' }),
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
    regua_version: policy.version, days: PREVIEW_DAYS, cases: files.length, moves, ...openings(files, policy),
    before: totalsOf(outlooks.map(({ before }) => before)), after: totalsOf(outlooks.map(({ after }) => after)),
  };
}

/** What some cases would open with, were a régua published; those of the house are in use as they are. */
function openings(files: readonly CaseFile[], policy: Policy): Pick<Preview, 'opens_with' | 'excluded'> {
  const isPublished = houseVersion(policy.version) !== policy;
  const withIt = (active: readonly Policy[] = []): readonly Policy[] => [...active.filter(({ document }) => document.regua !== policy.document.regua), policy];
  const chosen = files.map((file) => ({ file, by: policyInUse(isPublished ? { ...file, published: { byVersion: new Map(), active: withIt(file.published?.active) } } : file) }));
  const counts = new Map<string, Preview['opens_with'][number]>();
  for (const { by } of chosen) counts.set(by.version, { regua_version: by.version, cases: (counts.get(by.version)?.cases ?? 0) + 1, silent: by.document.silent ?? false });
  return { opens_with: [...counts.values()].sort((a, b) => b.cases - a.cases || (a.regua_version < b.regua_version ? -1 : 1)), excluded: chosen.filter(({ by }) => by.document.silent).map(({ file }) => file.customer_id) };
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
