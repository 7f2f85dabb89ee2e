import { daysBetween } from '@emdia/calendar';
import { fitOf } from './amounts';
import type { Candidates } from './candidates';
import { type Candidate, type Credit, type Decision, type Doubt, type Match, MATCH_SETTINGS, type MatchSettings, type Part, type Reason, type Suggestion } from './credit';
import { keyed, type Keyed, unknownKeys } from './keyed';
import { isKnown, type Tie, tiesOf } from './payers';
import { SPLIT_ITEMS_MAX } from './splits';
import { type Draft, draftsOf, partsOf } from './suggestions';

const SUGGESTIONS_MAX = 10;
/** Less is no suggestion but a guess. */
const POINTS_MIN = 150;

/**
 * What some money pays. A person's decision first, then exact keys, then a known payer whose amount is explained and who
 * leads by the margin; everything else is left to a person, with suggestions. The same arguments give the same answer.
 */
export function match(credit: Credit, candidates: Candidates, settings: MatchSettings = MATCH_SETTINGS): Match {
  const decisions = candidates.decisionsOn(credit.credit_id);
  const accepted = decisions.findLast(({ verdict }) => verdict === 'accepted');
  if (accepted) return byPerson(credit, accepted, candidates, settings);
  const refused = decisions.map(({ receivable_ids }) => receivable_ids);
  let known: ReadonlyMap<string, Tie> | null = null;
  const tied = () => (known ??= tiesOf(credit, candidates));
  const key = withoutRefused(keyed(credit, candidates, tied, settings), refused);
  if (key && key.doubt === null) return byKey(credit, key, settings);
  const drafts = draftsOf(credit, candidates, tied(), key, settings).filter(({ points, parts }) => points >= POINTS_MIN && !isRefused(parts, refused));
  const [first] = drafts;
  const ofKeys = keyDoubts(credit, key, first, candidates);
  if (!first) return { status: 'unknown', doubts: ofKeys };
  const doubts = [...ofKeys, ...(refused.length > 0 ? ['refused_before' as const] : []), ...doubtsOf(credit, first, drafts[1], candidates, settings)];
  if (doubts.length > 0) return { status: 'suggested', suggestions: drafts.slice(0, SUGGESTIONS_MAX).map(told), doubts };
  return { status: 'matched', by: 'payer', parts: first.parts, over_cents: 0, reasons: first.reasons };
}

/** A number that the amount did not support is supported by a known payer's sum in which its invoice has a part; a number one error away is no unknown one. */
function keyDoubts(credit: Credit, key: Keyed | null, first: Draft | undefined, candidates: Candidates): Doubt[] {
  const inFirst = key !== null && first?.tie && isKnown(first.tie) && key.receivables.some((each) => first.receivables.includes(each));
  return [
    ...(key?.doubt && !(key.doubt === 'key_unsupported' && inFirst) ? [key.doubt] : []),
    ...(unknownKeys(credit, candidates).length > 0 && !first?.nearKey ? ['key_unknown' as const] : []),
  ];
}

const told = ({ points, parts, reasons }: Draft): Suggestion => ({ points, parts, reasons });

/** What a person decided; which receivables is theirs, how the money falls on them is as ever. */
function byPerson(credit: Credit, { receivable_ids }: Decision, candidates: Candidates, settings: MatchSettings): Match {
  const receivables = receivable_ids.flatMap((id) => candidates.receivable(id) ?? []);
  return { status: 'matched', by: 'person', ...applied(credit, receivables, settings), reasons: [{ code: 'person' }] };
}

/** How money falls on what it was found to mean, a fee or discount that explains what is missing included. */
function applied(credit: Credit, receivables: readonly Candidate[], settings: MatchSettings) {
  const open = receivables.filter(({ open_cents, currency }) => open_cents > 0 && currency === credit.currency);
  return partsOf(credit, open, open.length === 1 ? (fitOf(credit, open[0]!, settings)?.kind ?? null) : null);
}

const holdsAll = (ids: ReadonlySet<string>, set: readonly string[]): boolean => set.length > 0 && set.every((id) => ids.has(id));

const isRefused = (parts: readonly Part[], refused: readonly (readonly string[])[]): boolean => {
  const ids = new Set(parts.map(({ receivable_id }) => receivable_id));
  return refused.some((set) => holdsAll(ids, set));
};

/** A person who refused what a key means knows more than the key. */
const withoutRefused = (key: Keyed | null, refused: readonly (readonly string[])[]): Keyed | null =>
  key && refused.some((set) => holdsAll(new Set(key.receivables.map(({ receivable_id }) => receivable_id)), set)) ? null : key;

function byKey(credit: Credit, { kind, inMemo, receivables }: Keyed, settings: MatchSettings): Match {
  const reasons: Reason[] = [{ code: 'key', kind, in_memo: inMemo }];
  if (!receivables.some(({ open_cents, currency }) => open_cents > 0 && currency === credit.currency)) return { status: 'double', receivable_ids: receivables.map(({ receivable_id }) => receivable_id), reasons };
  return { status: 'matched', by: 'key', ...applied(credit, receivables, settings), reasons };
}

/** Why the first suggestion is not taken without a person; none: it is. */
function doubtsOf(credit: Credit, first: Draft, second: Draft | undefined, candidates: Candidates, settings: MatchSettings): Doubt[] {
  const { tie, receivables, fit } = first;
  const doubts: Doubt[] = [];
  const doubt = (is: boolean, why: Doubt) => { if (is) doubts.push(why); };
  doubt(!isTied(tie), 'payer_unknown');
  doubt(isTied(tie) && !isKnown(tie), 'same_name');
  doubt(new Set(receivables.map(({ customer_id }) => customer_id)).size > 1, 'several_customers');
  doubt(fit.kind === 'partial' || fit.kind === 'over', 'amount_unexplained');
  doubt(fit.kind === 'late' && fit.roughly, 'amount_about');
  doubt(receivables.length > 1 && leavesOlder(receivables, candidates), 'leaves_older');
  doubt(second !== undefined && first.points - second.points < settings.margin_points, 'no_margin');
  doubt(receivables.some(({ due_date }) => daysBetween(credit.paid_date, due_date) > settings.early_days_max), 'too_early');
  doubt(receivables.some(({ due_date }) => daysBetween(due_date, credit.paid_date) > settings.late_days_max), 'too_late');
  doubt(receivables.some(({ issue_date }) => issue_date > credit.paid_date), 'before_issue');
  doubt(maybeDouble(credit, receivables, candidates, settings), 'maybe_double');
  doubt(receivables.some(({ receivable_id }) => candidates.isWaitedFor(receivable_id, credit.credit_id)), 'money_waiting');
  return doubts;
}

/** Whether the tie is one by which a payer can be known at all. */
const isTied = (tie: Tie | null): tie is Tie => tie !== null && tie.kind !== 'name' && tie.kind !== 'namesake';

/** Whether a sum passes over something that is due no later: people pay all that is due, and of many debts some come to any sum; of more than were looked at, perhaps another. */
function leavesOlder(receivables: readonly Candidate[], candidates: Candidates): boolean {
  const newest = receivables.at(-1)!.due_date;
  const open = candidates.of(receivables[0]!.customer_id).filter(({ open_cents }) => open_cents > 0);
  return open.length > SPLIT_ITEMS_MAX || open.some((each) => each.due_date <= newest && !receivables.includes(each));
}

/** Whether the customer paid the same amount a few days ago: people press the button twice. */
const maybeDouble = (credit: Credit, receivables: readonly Candidate[], candidates: Candidates, { double_days }: MatchSettings): boolean =>
  [...new Set(receivables.map(({ customer_id }) => customer_id))].some((customer_id) => candidates.of(customer_id).some(({ paid }) =>
    paid !== null && paid.amount_cents === credit.amount_cents && Math.abs(daysBetween(paid.on, credit.paid_date)) <= double_days));
