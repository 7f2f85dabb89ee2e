import { localDate } from '@emdia/calendar';
import type { DrivenClock } from '@emdia/clock';
import { ZONE } from './diary';
import type { Book, Deed, Fact } from './fact';
import type { Inputs } from './inputs';

/** The house as the driver needs it. */
export interface Driven {
  readonly clock: DrivenClock;
  settle(): Promise<void>;
  nextDueAt(): Promise<Date | null>;
}

/** Who watches: `monthEnded` is told when a month has passed and the house is still. */
export interface Watch {
  progress(at: Date): void;
  monthEnded(): Promise<void>;
}

export const monthOf = (at: Date): string => localDate(at, ZONE).slice(0, 7);

type EventDeed = Extract<Deed, { kind: 'event' | 'instalment-payment' }>;
const isEvent = (deed: Deed): deed is EventDeed => deed.kind === 'event' || deed.kind === 'instalment-payment';

/**
 * Replays a book on the test clock, never past a house that is not still. What is due at an instant happens before the
 * facts of that instant, so that a run repeats itself.
 */
export async function replay({ facts, starts, ends }: Book, house: Driven, inputs: Inputs, watch: Watch): Promise<void> {
  let month = monthOf(starts);
  for (let next = 0; next < facts.length; ) {
    const { at } = facts[next]!;
    await pass(house, at);
    if (monthOf(at) !== month) await watch.monthEnded();
    month = monthOf(at);
    const until = endOfInstant(facts, next);
    await tell(facts.slice(next, until), house, inputs);
    next = until;
    watch.progress(at);
  }
  await pass(house, ends);
  await house.settle();
}

/**
 * Lets time pass to an instant through everything due on the way. It does not settle again where nothing was due at the
 * instant itself: the house was still just before, and a third of a year's replay would go into finding that out.
 */
export async function pass(house: Driven, until: Date): Promise<void> {
  await house.settle();
  for (let due = await house.nextDueAt(); due && due <= until; due = await house.nextDueAt()) {
    house.clock.jumpTo(due);
    await house.settle();
  }
  if (until > house.clock.now()) house.clock.jumpTo(until);
}

function endOfInstant(facts: readonly Fact[], from: number): number {
  let until = from;
  while (until < facts.length && facts[until]!.at.getTime() === facts[from]!.at.getTime()) until++;
  return until;
}

/** The facts of one instant: events first, then what people decide on them, coverage last. */
export async function tell(facts: readonly Fact[], house: Driven, inputs: Inputs): Promise<void> {
  const deeds = facts.map(({ deed }) => deed);
  const events = deeds.filter(isEvent);
  if (events.length) await inputs.events(events);
  const decisions = deeds.filter((deed): deed is Parameters<Inputs['decide']>[0] => !isEvent(deed) && deed.kind !== 'checked');
  if (events.length && decisions.length) await house.settle();
  for (const decision of decisions) await inputs.decide(decision);
  for (const deed of deeds) if (deed.kind === 'checked') await inputs.checked(deed);
}
