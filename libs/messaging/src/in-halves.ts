import { failureOf, sqlStateOf, wasCut } from '@emdia/database';
import { Outdated } from './store';

/** Whether what was to be written is at fault. Postgres calls a missing table or right by a state too: that is the deployment's fault. */
function isItsOwn(error: unknown): boolean {
  const failure = failureOf(error);
  return !(error instanceof Outdated) && (failure === 'constraint' || (failure === 'defect' && sqlStateOf(error) === null));
}

/**
 * Takes things in together, in their order; where one of them cannot be, or all of them take too long, in halves. `alone` is what becomes of
 * one that cannot be by itself; what waiting heals is thrown.
 */
export async function inHalves<T>(things: readonly T[], take: (some: readonly T[]) => Promise<unknown>, alone: (thing: T, error: unknown) => Promise<unknown>): Promise<void> {
  try {
    await take(things);
  } catch (error) {
    const own = isItsOwn(error);
    if (things.length > 1 && (own || error instanceof Outdated || wasCut(error))) {
      const half = things.length >> 1;
      await inHalves(things.slice(0, half), take, alone);
      await inHalves(things.slice(half), take, alone);
    } else if (own && things.length === 1) await alone(things[0]!, error);
    else throw error;
  }
}
