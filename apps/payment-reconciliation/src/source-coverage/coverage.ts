import { addBusinessDays, addDays, type CivilDate } from '@emdia/calendar';
import type { BillingSourceCovered, EventOf, Instrument, Rail } from '@emdia/contracts';
import { type DecisionOne, type Step, step, type Store } from '@emdia/messaging';

/** How far one declared source has told its payments, as known on one partition of billing's topic. */
export interface Coverage {
  readonly creditor_id: string;
  readonly source: string;
  readonly partition: number;
  /** Inclusive; null while it was declared and has told nothing. */
  readonly covered_until: CivilDate | null;
  readonly lag_business_days: number;
  readonly rails: readonly Rail[];
  readonly checked_at: Date;
}

export type CoverageKey = Pick<Coverage, 'creditor_id' | 'source' | 'partition'>;

export const coverageKey = ({ creditor_id, source, partition }: CoverageKey): string => JSON.stringify([creditor_id, source, partition]);

/** The newest check tells rails and lag; the covered date never goes back. */
export function applyCovered(known: Coverage | null, { data }: EventOf<typeof BillingSourceCovered>): DecisionOne<Coverage | null> {
  const { creditor_id, source, partition, rails, lag_business_days, covered_until } = data;
  const checked_at = new Date(data.checked_at);
  const newest = !known || checked_at >= known.checked_at ? { rails, lag_business_days, checked_at } : known;
  const until = !known?.covered_until || (covered_until && covered_until > known.covered_until) ? covered_until : known.covered_until;
  return { next: { creditor_id, source, partition, rails: newest.rails, lag_business_days: newest.lag_business_days, checked_at: newest.checked_at, covered_until: until } };
}

export const onCovered = (store: Store<Coverage | null>, event: EventOf<typeof BillingSourceCovered>): Step<Coverage | null> =>
  step(store, coverageKey(event.data), (known) => applyCovered(known, event));

/** The step of a file that reconciliation itself took in: what its source declared stays, and the covered date never goes back. */
export const onFileCovered = (store: Store<Coverage | null>, of: CoverageKey, covered_until: CivilDate): Step<Coverage | null> =>
  step(store, coverageKey(of), (known) => (!known || (known.covered_until && known.covered_until >= covered_until) ? { ignored: 'covered' } : { next: { ...known, covered_until } }));

/** The step of a file that was undone: its days are covered no more, nor any after them; `before_until` is how far the files before it tell. */
export const onFileUncovered = (store: Store<Coverage | null>, of: CoverageKey, before_until: CivilDate | null): Step<Coverage | null> =>
  step(store, coverageKey(of), (known) => (known?.covered_until && (before_until === null || known.covered_until > before_until) ? { next: { ...known, covered_until: before_until } } : { ignored: 'not-covered' }));

/** What is known of one creditor's sources: every partition's row, the sources of which an unread payment holds coverage back, and those of which a file is here and not yet taken in. */
export interface Sources {
  readonly coverages: readonly Coverage[];
  readonly heldBack: ReadonlySet<string>;
  readonly underWay: ReadonlySet<string>;
}

/** A question to one source's coverage. */
export type Wanted = (covered_until: CivilDate, lag_business_days: number) => boolean;

/** Until when a source must have told everything for contacts on a day: it may be as many business days behind as it declared. */
export const expectedUntil = (day: CivilDate, lag_business_days: number): CivilDate => addBusinessDays(addDays(day, 1), -(lag_business_days + 1));

/** Whether a source is no further behind a day of contact than the lag it declared, in business days. */
export const isNear = (day: CivilDate): Wanted => (covered_until, lag_business_days) => covered_until >= expectedUntil(day, lag_business_days);

export const hasCovered = (date: CivilDate): Wanted => (covered_until) => covered_until >= date;

/**
 * Whether every declared source through which a receivable can be paid answers to what is wanted, as known on the
 * partition of its key: the sources on the rails of its instruments, or all where it has none. A source known on another
 * partition only has not covered this one; one that nobody declared is not here, and refuses nothing, but while a file of it
 * is under way: anything may be paid in it.
 */
export function isCovered({ coverages, heldBack, underWay }: Sources, partition: number, instruments: readonly Instrument[], wanted: readonly Wanted[]): boolean {
  const declared = new Set(coverages.map(({ source }) => source));
  if ([...underWay].some((source) => !declared.has(source))) return false;
  return [...declared].every((source) => {
    const rows = coverages.filter((row) => row.source === source);
    const newest = rows.reduce((a, b) => (b.checked_at > a.checked_at ? b : a));
    if (!pays(newest.rails, instruments)) return true;
    const covered_until = rows.find((row) => row.partition === partition)?.covered_until ?? null;
    return covered_until !== null && !heldBack.has(source) && !underWay.has(source) && wanted.every((each) => each(covered_until, newest.lag_business_days));
  });
}

const pays = (rails: readonly Rail[], instruments: readonly Instrument[]): boolean =>
  instruments.length === 0 || rails.length === 0 || instruments.some(({ rail }) => rails.includes(rail));
