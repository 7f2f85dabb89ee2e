import { HOUSE_RULES, nextRetry, type NoRetry, type Retry, type RetryFacts } from '@emdia/retries';
import { dayOf, hasGone } from '../acts/outward-act';
import type { CivilDate } from '@emdia/calendar';
import type { CaseFile, Receivable } from '../cases/case-file';

/** What is kept of a retry that was granted. */
export type Granted = Pick<Retry, 'rail' | 'attempt_no' | 'amount_cents' | 'by' | 'because'>;
export const grantOf = ({ rail, attempt_no, amount_cents, by, because }: Granted): Granted => ({ rail, attempt_no, amount_cents, by, because });

/** The retries that were asked for, of a person or of the creditor's systems. */
export const askedOf = ({ receivables, acts }: Pick<CaseFile, 'receivables' | 'acts'>): { receivable_id: string; step: string; on: CivilDate; at: Date | undefined; rail: Granted['rail']; retry: Granted }[] => [
  ...[...receivables.values()].flatMap(({ receivable_id, acted }) => acted.flatMap(({ step, on, at, retry }) => (retry ? [{ receivable_id, step, on, at: at === undefined ? at : new Date(at), rail: retry.rail, retry }] : []))),
  ...[...acts.values()].flatMap((act) => (act.retry && hasGone(act) ? [{ receivable_id: act.receivable_id, step: act.step, on: dayOf(act), at: act.call_began_at!, rail: act.retry.rail, retry: act.retry }] : [])),
];

/** What a decision about retries of a debt rests on: everything told of its customer and their cards. */
export function retryFacts(file: CaseFile, { receivable_id, original_due_date, open_cents, rails, charge_ids }: Receivable): RetryFacts {
  const { receivables, attempts } = file;
  // A charge may name its debt by the reference of an instrument.
  const debts = new Map([...receivables.values()].flatMap((each) => each.charge_ids.map((id) => [id, each.receivable_id] as const)));
  const own = [receivable_id, ...charge_ids];
  const recurring = [...receivables.values()].filter((each) => rails?.includes('PIX_AUTO') && each.rails?.includes('PIX_AUTO') && !own.includes(each.receivable_id)).map((each) => each.original_due_date);
  return {
    // Only the systems that issue boletos can issue one anew: to a person that would be no step but a wish.
    receivable_id, due_date: original_due_date, open_cents, rails: file.carries_out?.has('retry') ? rails : (rails?.filter((rail) => rail !== 'BOLETO') ?? null),
    next_due_date: recurring.filter((due_date) => due_date > original_due_date).sort()[0] ?? null,
    attempts: [...attempts.values()].map((attempt) => ({ ...attempt, receivable_id: (attempt.receivable_id && debts.get(attempt.receivable_id)) ?? attempt.receivable_id })),
    asked: askedOf(file),
  };
}

/** The next retry of a debt from an instant on, or why there is none. */
export const retryOf = (file: CaseFile, receivable: Receivable, from: Date): Retry | NoRetry => nextRetry(retryFacts(file, receivable), file.retry_rules ?? HOUSE_RULES, from);

/** The retry that may be asked for now; null where it is not time, or never will be. Whoever asks for one asks here first. */
export function retryNow(file: CaseFile, receivable: Receivable, now: Date): Retry | null {
  const retry = retryOf(file, receivable, now);
  return 'at' in retry && retry.at <= now ? retry : null;
}

/** The debts of some that may be tried now, one after the other: those before count as asked, so that one card is not asked beyond its limit at once. */
export function retriesInTurn(file: CaseFile, receivables: readonly Receivable[], on: string, now: Date): readonly (readonly [Receivable, Retry])[] {
  const granted: (readonly [Receivable, Retry])[] = [];
  let acting = file;
  for (const receivable of receivables) {
    const retry = retryNow(acting, receivable, now);
    if (!retry) continue;
    granted.push([receivable, retry]);
    const acted = [...receivable.acted, { step: 'retry', due_date: receivable.original_due_date, on, task_id: '', retry, at: now.toISOString() }];
    acting = { ...acting, receivables: new Map([...acting.receivables, [receivable.receivable_id, { ...receivable, acted }]]) };
  }
  return granted;
}

/** What the platform will do by itself next about some debts, as it told; null where nothing after an instant is known. */
export function platformRetry(file: CaseFile, receivables: readonly Receivable[], now: Date): Date | null {
  const next = receivables.flatMap((receivable) => {
    const own = retryFacts(file, receivable).attempts.filter(({ receivable_id }) => receivable_id === receivable.receivable_id);
    const last = own.sort((a, b) => b.at.getTime() - a.at.getTime())[0];
    return last?.next_attempt_at && last.next_attempt_at > now ? [last.next_attempt_at] : [];
  });
  return next.reduce<Date | null>((first, each) => (first && first < each ? first : each), null);
}

/** The open debt whose card or charge was stopped for good, and why: it needs another way to be paid. */
export function stoppedFor(file: CaseFile, now: Date): string | null {
  if (file.attempts.size === 0) return null;
  for (const receivable of file.receivables.values()) {
    if (receivable.status !== 'open' || receivable.standing?.kind === 'end') continue;
    const answer = retryOf(file, receivable, now);
    if ('never' in answer && answer.follow === 'ask-other-method') return answer.because;
  }
  return null;
}
