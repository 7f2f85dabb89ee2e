import type { CaseFile, Receivable } from '../cases/case-file';
import { actsOf } from './outward-act';

/** Whether a charge may be tried again: now, at a later instant, or not at all and why. */
export type MayRetry = { readonly ask: true } | { readonly later: Date } | { readonly never: string };

/**
 * The one place that decides whether the retry of a step may be asked for now. The plan of a case asks it, so that no
 * message tells of a retry that will not come, and again whoever asks for the retry, under the lock of the case. Once per step.
 */
export function mayRetry(file: Pick<CaseFile, 'acts'>, receivable: Receivable, step: string, _now: Date): MayRetry {
  const asked = actsOf(file, receivable).some((act) => act.kind === 'retry' && act.step === step && act.call_began_at !== null);
  return asked ? { never: 'once-per-step' } : { ask: true };
}
