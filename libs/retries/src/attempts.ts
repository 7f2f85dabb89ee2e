import type { Rail, RetryPolicy } from '@emdia/contracts';
import { addDays, instantAt, localDate, zoneOf, type CivilDate } from '@emdia/calendar';

/** An attempt to charge that failed, whoever made it; null where no source said it. */
export interface Attempt {
  readonly attempt_id: string;
  readonly receivable_id: string | null;
  readonly at: Date;
  readonly rail: Rail | null;
  /** One-way key of the card; another card, or a renewed one, has another. */
  readonly card_key: string | null;
  readonly brand: string | null;
  /** What the source itself makes of it. */
  readonly category: 'HARD' | 'SOFT' | null;
  readonly code: string | null;
  readonly network_code: string | null;
  readonly advice_code: string | null;
  readonly amount_cents: number | null;
  /** When the platform will try again by itself. */
  readonly next_attempt_at: Date | null;
  readonly retry_policy: RetryPolicy | null;
}

/** A retry that we asked for. */
export interface AskedRetry {
  readonly receivable_id: string;
  readonly on: CivilDate;
  /** The instant; where it is not known the whole day counts. */
  readonly at?: Date | undefined;
  /** By which way it was asked for; null or left out where nobody knows. */
  readonly rail?: Rail | null | undefined;
}

const ZONE = zoneOf(null);
export const dayOf = (at: Date): CivilDate => localDate(at, ZONE);
export const instantOf = (day: CivilDate, hour: string): Date => instantAt(day, hour, ZONE);

/** One attempt from two tellings of it: what is said wins over what is not, the earlier instant counts, and of two words the greater, so that order does not matter. */
export function mergeAttempts(a: Attempt, b: Attempt): Attempt {
  const merged: Record<string, unknown> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const known = merged[name] as typeof value;
    if (value !== null && (known === null || (name === 'at' ? value < known : value > known))) merged[name] = value;
  }
  return merged as unknown as Attempt;
}

/** Each attempt once, the oldest first; only cards have codes of networks. */
export function merged(attempts: readonly Attempt[]): Attempt[] {
  const byId = new Map<string, Attempt>();
  for (const attempt of attempts) {
    const known = byId.get(attempt.attempt_id);
    byId.set(attempt.attempt_id, known ? mergeAttempts(known, attempt) : attempt);
  }
  const isCard = ({ card_key, network_code, advice_code }: Attempt): boolean => [card_key, network_code, advice_code].some((each) => each !== null);
  const railed = [...byId.values()].map((attempt) => (attempt.rail === null && isCard(attempt) ? { ...attempt, rail: 'CARD' as const } : attempt));
  return railed.sort((a, b) => a.at.getTime() - b.at.getTime() || (a.attempt_id < b.attempt_id ? -1 : 1));
}

/** An attempt made within so many days after a retry was asked for is that retry. */
const ANSWERED_DAYS = 3;

/** Clocks of platforms may run behind ours by so much, and many tell whole seconds. */
const CLOCK_MS = 5 * 60_000;

const from = ({ on, at }: AskedRetry): Date => at ?? instantOf(on, '00:00');

/** Whether an attempt may be the one that a retry asked for. Of Pix Automático only the day of an attempt is told; that a boleto was issued anew, no decline of a card or debit tells. */
function isAnswer({ receivable_id, rail, at }: Attempt, asked: AskedRetry): boolean {
  if (receivable_id !== asked.receivable_id || dayOf(at) > addDays(asked.on, ANSWERED_DAYS) || (asked.rail === 'BOLETO' && rail !== 'BOLETO')) return false;
  return rail === 'PIX_AUTO' ? dayOf(at) >= dayOf(from(asked)) : at.getTime() >= from(asked).getTime() - (asked.at ? CLOCK_MS : 0);
}

/** What counts as an attempt though nobody told of it: retries that we asked for and heard nothing of, and those the platform will make by itself. */
export function untold(attempts: readonly Attempt[], asked: readonly AskedRetry[]): (Pick<Attempt, 'receivable_id' | 'at'> & Pick<AskedRetry, 'rail'>)[] {
  const free = new Set(attempts);
  const sorted = [...asked].sort((a, b) => from(a).getTime() - from(b).getTime());
  const unanswered = sorted.filter((each) => {
    const answer = attempts.find((attempt) => free.has(attempt) && isAnswer(attempt, each));
    if (answer) free.delete(answer);
    return !answer;
  });
  return [...unanswered.map(({ receivable_id, on, at, rail }) => ({ receivable_id, at: at ?? instantOf(on, '12:00'), rail })), ...scheduled(attempts)];
}

/** The next attempt of the platform on each debt, as its last attempt told it. */
export function scheduled(attempts: readonly Attempt[]): { receivable_id: string | null; at: Date }[] {
  const last = new Map(attempts.map((attempt) => [attempt.receivable_id ?? attempt.attempt_id, attempt]));
  return [...last.values()].flatMap(({ receivable_id, at, next_attempt_at }) => (next_attempt_at && next_attempt_at > at ? [{ receivable_id, at: next_attempt_at }] : []));
}
