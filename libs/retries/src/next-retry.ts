import { addDays, type CivilDate } from '@emdia/calendar';
import type { Rail } from '@emdia/contracts';
import { dayOf, instantOf, merged, scheduled, untold, type AskedRetry, type Attempt } from './attempts';
import { BRANDS, PIX, STOPS, type Limit, type Rules } from './rules';
import { latest, timed, type By, type Timed } from './timing';

/** What a decision about one debt rests on. */
export interface RetryFacts {
  readonly receivable_id: string;
  readonly due_date: CivilDate;
  /** What is owed without late charges, in cents: nothing else is charged by a retry. */
  readonly open_cents: number;
  /** How upstream charges it by itself, as the invoice says, or that it issues its boleto anew; none where it waits for the debtor, null where nobody said. */
  readonly rails: readonly Rail[] | null;
  /** The due date of the next charge of the same recurrence; null where none is known. */
  readonly next_due_date: CivilDate | null;
  /** Of every debt of the customer, and of everybody's on the same cards. */
  readonly attempts: readonly Attempt[];
  readonly asked: readonly AskedRetry[];
}

/** The next retry of a debt. */
export interface Retry {
  readonly at: Date;
  /** Null: the platform knows, we do not. */
  readonly rail: Rail | null;
  readonly attempt_no: number;
  readonly amount_cents: number;
  readonly by: By;
  readonly because: string;
}

/** No retry any more, and what to do instead. */
export interface NoRetry {
  readonly never: 'hard-stop' | 'charge-ended' | 'not-charged' | 'not-permitted' | 'amount-changed' | 'window-over' | 'budget-spent';
  readonly follow: 'ask-other-method' | 'none';
  readonly because: string;
}

/** How much of the tightest limit is used. */
export interface Budget {
  readonly limit: string;
  readonly attempts: number;
  /** The margin taken off. */
  readonly attempts_max: number;
  readonly days: number;
}

const DAY_MS = 86_400_000;
/** What would come later than this is no retry any more. */
const HORIZON_DAYS = 90;

/**
 * The next retry of one debt, on one budget over its rails and over all debts of its card: never after a hard stop, never
 * beyond a limit less its margin, after whatever the platform will do by itself. Pure; decided again at `at` it says `at`.
 */
export function nextRetry(facts: RetryFacts, rules: Rules, now: Date): Retry | NoRetry {
  const known = merged(facts.attempts);
  const own = known.filter(({ receivable_id }) => receivable_id === facts.receivable_id);
  const answers = railsOf(facts, known).map((rail) => onRail({ ...facts, attempts: known }, own, rail, rules, now));
  return answers.find((answer): answer is Retry => 'at' in answer) ?? answers[0] ?? NOT_CHARGED;
}

const NOT_CHARGED: NoRetry = { never: 'not-charged', follow: 'none', because: 'its instruments wait for the debtor' };

/** How a debt may be charged, that of its last attempt first; one that nobody has said of, as the customer's last attempt; one that waits for its debtor, not at all. */
function railsOf({ receivable_id, rails }: RetryFacts, known: readonly Attempt[]): (Rail | null)[] {
  const own = known.filter((each) => each.receivable_id === receivable_id);
  const told = own.findLast(({ rail }) => rail !== null)?.rail;
  const all = [...new Set([...(told ? [told] : []), ...(rails ?? [])])];
  if (all.length > 0) return all;
  if (rails) return own.length > 0 ? [null] : [];
  return [known.findLast(({ rail }) => rail !== null)?.rail ?? null];
}

/** How much of each limit is used at an instant, the tightest first. */
export function budgetsOf(facts: RetryFacts, rules: Rules, now: Date): Budget[] {
  const known = merged(facts.attempts);
  return countsOf({ ...facts, attempts: known }, railsOf(facts, known)[0] ?? null, rules)
    .map(({ limit: { name, days, attempts_max, margin }, times }) => ({ limit: name, attempts: times.filter((time) => Math.abs(time - now.getTime()) < days * DAY_MS).length, attempts_max: attempts_max - margin, days }))
    .sort((a, b) => a.attempts_max - a.attempts - (b.attempts_max - b.attempts) || (a.limit < b.limit ? -1 : 1));
}

function onRail(facts: RetryFacts, own: readonly Attempt[], rail: Rail | null, rules: Rules, now: Date): Retry | NoRetry {
  const stop = stopOf(facts, own, rail);
  if (stop) return stop;
  const last = own.at(-1) ?? null;
  const attempt_no = own.length + untold(facts.attempts, facts.asked).filter(({ receivable_id }) => receivable_id === facts.receivable_id).length + 1;
  const clock = timed(rules, rail, last, own.length);
  const platform = scheduled(own).map(({ at }) => at).reduce<Date | null>((a, b) => (a && a > b ? a : b), null);
  // What the platform does by itself is not doubled: ours waits until it has, and a day for what comes of it.
  const from = latest(now, platform ? new Date(platform.getTime() + DAY_MS) : now);
  const counts = countsOf(facts, rail, rules);
  const found = rail === 'PIX_AUTO' ? pixTime(facts, own, counts, clock, rules, from) : fitting(counts, clock, from, now);
  if ('never' in found) return found;
  const because = platform && from > now ? `the platform tries again by itself at ${platform.toISOString()}; then ${found.because}` : found.because;
  return { ...found, rail, attempt_no, amount_cents: facts.open_cents, because };
}

type Found = Pick<Retry, 'at' | 'by' | 'because'>;

/** The card that a debt is charged to: that of its last attempt, else of the customer's last one. */
function cardOf({ receivable_id, attempts }: RetryFacts): Pick<Attempt, 'card_key' | 'brand'> {
  const charged = attempts.filter(({ rail }) => rail === 'CARD');
  const last = charged.findLast((each) => each.receivable_id === receivable_id) ?? charged.at(-1);
  if (!last || last.card_key === null) return { card_key: null, brand: last?.brand ?? null };
  return { card_key: last.card_key, brand: charged.findLast((each) => each.card_key === last.card_key && each.brand !== null)?.brand ?? null };
}

/** Attempts that nobody said the card of may have been on this one. */
const isOn = (card_key: string | null) => (attempt: Attempt): boolean => attempt.rail === 'CARD' && (card_key === null || attempt.card_key === null || attempt.card_key === card_key);

const rulesFor = (brands: readonly string[] | undefined, brand: string | null): boolean =>
  brands === undefined || brand === null || !(BRANDS as readonly string[]).includes(brand) || brands.includes(brand);

/** Whether an attempt says that this card or account is never to be tried again. */
export function isHardStop(attempt: Attempt): boolean {
  if (attempt.category === 'HARD') return true;
  return (attempt.rail === 'CARD' || attempt.rail === null) && STOPS.some(({ brands, field, codes }) => rulesFor(brands, attempt.brand) && attempt[field] !== null && codes.includes(attempt[field]!));
}

function stopOf(facts: RetryFacts, own: readonly Attempt[], rail: Rail | null): NoRetry | null {
  const asks = (never: NoRetry['never'], because: string): NoRetry => ({ never, follow: 'ask-other-method', because });
  if (rail === 'PIX_AUTO') {
    const attempts = own.filter((each) => each.rail === rail);
    const killed = attempts.find(({ code, network_code }) => [code, network_code].some((each) => each !== null && (PIX.kills as readonly string[]).includes(each)));
    if (killed) return asks('charge-ended', `code ${killed.network_code ?? killed.code} ends the charge`);
    if (attempts.some(isHardStop)) return asks('hard-stop', 'the bank will not take it');
    if (attempts.findLast(({ retry_policy }) => retry_policy !== null)?.retry_policy !== PIX.policy) return { never: 'not-permitted', follow: 'none', because: 'the authorisation does not allow retries, or does not say' };
    const amounts = attempts.flatMap(({ amount_cents }) => amount_cents ?? []);
    return amounts.some((cents) => cents !== facts.open_cents) ? { never: 'amount-changed', follow: 'none', because: `${facts.open_cents} cents are open; only what was charged may be charged again` } : null;
  }
  const stopped = rail === 'CARD' ? stoppedCard(facts) : own.find((each) => (each.rail === rail || each.rail === null) && isHardStop(each));
  return stopped ? asks('hard-stop', `${stopped.advice_code ? `advice ${stopped.advice_code}` : (stopped.network_code ?? stopped.code ?? 'the platform')} says never again`) : null;
}

/** A stop of a card holds for ever; one whose card nobody said, until an attempt on a known card came after it. */
function stoppedCard(facts: RetryFacts): Attempt | undefined {
  const { card_key } = cardOf(facts);
  return facts.attempts.filter(isOn(card_key)).filter(isHardStop).find((stop) => stop.card_key !== null || card_key === null
    || !facts.attempts.some((later) => later.rail === 'CARD' && later.card_key !== null && later.at > stop.at));
}

interface Count {
  readonly limit: Limit;
  /** When the attempts that count were, or will be. */
  readonly times: readonly number[];
}

/** What counts for each limit that a retry on a rail is under; of an unknown rail all limits of cards hold. */
function countsOf(facts: RetryFacts, rail: Rail | null, { limits }: Rules): Count[] {
  const { receivable_id, attempts } = facts;
  const { card_key, brand } = cardOf(facts);
  // Nobody said which card these were or will be on: they count on every one, but for what was asked for by another way.
  const others = untold(attempts, facts.asked);
  const time = ({ at }: Pick<Attempt, 'at'>): number => at.getTime();
  const ofDebt = (each: Pick<Attempt, 'receivable_id'>): boolean => each.receivable_id === receivable_id;
  return limits.flatMap((limit): Count[] => {
    if (limit.scope === 'card') {
      if ((rail !== 'CARD' && rail !== null) || !rulesFor(limit.brands, brand)) return [];
      const on = rail === null ? ofDebt : isOn(card_key);
      return [{ limit, times: [...attempts.filter(on), ...others.filter(({ rail: by }) => (by ?? 'CARD') === 'CARD')].map(time) }];
    }
    if (limit.rail !== undefined && limit.rail !== rail) return [];
    return [{ limit, times: [...attempts.filter((each) => ofDebt(each) && (limit.rail === undefined || each.rail === limit.rail || each.rail === null)), ...others.filter((each) => ofDebt(each) && (limit.rail === undefined || (each.rail ?? limit.rail) === limit.rail))].map(time) }];
  });
}

/** The first instant that suits the clock and leaves every limit its margin, whatever window it is looked at in. */
function fitting(counts: readonly Count[], clock: Timed, from: Date, now: Date): Found | NoRetry {
  const end = now.getTime() + HORIZON_DAYS * DAY_MS;
  for (let at = clock.from(from); at.getTime() <= end; ) {
    const full = fullUntil(counts, at);
    if (full === 0) return { at, by: clock.by, because: clock.because };
    if (full === Infinity) break;
    at = clock.from(new Date(full));
  }
  return SPENT;
}

const SPENT: NoRetry = { never: 'budget-spent', follow: 'none', because: 'a limit leaves no room for another attempt' };

/** 0 where one more attempt fits into every limit at an instant, else the next one to look at. */
const fullUntil = (counts: readonly Count[], at: Date): number => counts.map(({ limit, times }) => freeFrom(limit, times, at.getTime())).reduce((a, b) => Math.max(a, b), 0);

/** 0 where one more attempt fits at an instant, else when the first of those that count is no more in one window with it. */
function freeFrom({ attempts_max, margin, days }: Limit, times: readonly number[], at: number): number {
  const counted = times.filter((time) => Math.abs(time - at) < days * DAY_MS);
  if (counted.length < attempts_max - margin) return 0;
  return counted.length === 0 ? Infinity : Math.min(...counted) + days * DAY_MS;
}

/** A day of the seven after the due date on which none was tried: that of the clock, else the first that is free, which is a ladder's. */
function pixTime(facts: RetryFacts, own: readonly Attempt[], counts: readonly Count[], clock: Timed, { hour }: Rules, from: Date): Found | NoRetry {
  const { due_date, next_due_date, receivable_id } = facts;
  // A retry that we asked for uses the day of its attempt once that is told, not its own as well.
  const others = untold(facts.attempts, facts.asked).filter((each) => each.receivable_id === receivable_id);
  const used = new Set([...own.filter(({ rail }) => rail === 'PIX_AUTO' || rail === null), ...others].map(({ at }) => dayOf(at)).filter((day) => day > due_date));
  if (used.size >= PIX.attempts_max) return { never: 'budget-spent', follow: 'none', because: `${used.size} of ${PIX.attempts_max} extra days are used` };
  const last = addDays(due_date, PIX.days);
  const isFree = (day: CivilDate): boolean => day > due_date && day <= last && (next_due_date === null || day < next_due_date) && !used.has(day);
  const first = latest(from, instantOf(addDays(due_date, 1), '00:00'));
  const wanted = clock.from(first);
  const days = Array.from({ length: PIX.days }, (_, index) => addDays(dayOf(first), index));
  const free = isFree(dayOf(wanted)) ? dayOf(wanted) : days.find(isFree);
  if (free === undefined) return { never: 'window-over', follow: 'none', because: `no free day is left until ${last}` };
  const found: Found = free === dayOf(wanted) ? { at: wanted, by: clock.by, because: clock.because } : { at: latest(first, instantOf(free, hour)), by: 'ladder', because: `the first free day until ${last}` };
  return fullUntil(counts, found.at) === 0 ? found : SPENT;
}
