import { wasCut } from '@emdia/database';
import type { Runner, Step } from '@emdia/messaging';

type Options = NonNullable<Parameters<Runner['changeAll']>[1]>;

/**
 * Applies steps that stand each for itself. A transaction is cut at one second: on a busy machine a long list goes in
 * halves, unless an idempotency key asks for one answer to the whole; then the caller is told to come again.
 */
export async function changeInPieces<S, R>(runner: Pick<Runner, 'changeAll'>, steps: readonly Step<S, R>[], options: Options = {}): Promise<R[]> {
  try {
    return (await runner.changeAll(steps, options)) as R[];
  } catch (error) {
    if (!wasCut(error) || steps.length < 2 || options.idempotencyKey !== undefined) throw error;
    const half = steps.length >> 1;
    return [...(await changeInPieces(runner, steps.slice(0, half), options)), ...(await changeInPieces(runner, steps.slice(half), options))];
  }
}
