import type { Book, Deed, Fact } from './fact';
import type { Inputs } from './inputs';

/** The house as the driver needs it: on to an instant through everything due until then, and to rest. */
export interface Driven {
  advanceTo(until: Date): Promise<void>;
  settle(): Promise<void>;
}

type EventDeed = Extract<Deed, { kind: 'event' | 'instalment-payment' }>;
const isEvent = (deed: Deed): deed is EventDeed => deed.kind === 'event' || deed.kind === 'instalment-payment';

/**
 * Replays a book on the test clock, never past a house that is not still. What is due at an instant happens before the
 * facts of that instant, so that a run repeats itself.
 */
export async function replay({ facts, ends }: Book, house: Driven, inputs: Inputs, progress: (at: Date) => void): Promise<void> {
  for (let next = 0; next < facts.length; ) {
    const { at } = facts[next]!;
    await house.advanceTo(at);
    const until = endOfInstant(facts, next);
    await tell(facts.slice(next, until), house, inputs);
    next = until;
    progress(at);
  }
  await house.advanceTo(ends);
}

function endOfInstant(facts: readonly Fact[], from: number): number {
  let until = from;
  while (until < facts.length && facts[until]!.at.getTime() === facts[from]!.at.getTime()) until++;
  return until;
}

/** The facts of one instant: events first, then what people decide on them, coverage last. */
async function tell(facts: readonly Fact[], house: Driven, inputs: Inputs): Promise<void> {
  const deeds = facts.map(({ deed }) => deed);
  const events = deeds.filter(isEvent);
  if (events.length) await inputs.events(events);
  const decisions = deeds.filter((deed): deed is Parameters<Inputs['decide']>[0] => !isEvent(deed) && deed.kind !== 'checked');
  if (events.length && decisions.length) await house.settle();
  for (const decision of decisions) await inputs.decide(decision);
  for (const deed of deeds) if (deed.kind === 'checked') await inputs.checked(deed);
}
