import type { Candidates } from './candidates';
import { type Credit, type Match, MATCH_SETTINGS, type MatchSettings, type Payer } from './credit';
import { quotes } from './keyed';
import { match } from './match';
import { nameOf } from './payers';

const byDay = (a: Credit, b: Credit): number => (a.paid_date === b.paid_date ? (a.credit_id < b.credit_id ? -1 : 1) : a.paid_date < b.paid_date ? -1 : 1);

/**
 * Matches the money of a file or a day, and lets the candidates know. Decisions and exact keys go first, the rest in the order in which
 * people paid: what quotes an invoice may not find it taken by what only resembles it. The order of the arguments leaves no trace.
 */
export function matchAll(credits: readonly Credit[], candidates: Candidates, settings: MatchSettings = MATCH_SETTINGS): Map<string, Match> {
  const matches = new Map<string, Match>();
  const later: Credit[] = [];
  for (const credit of [...credits].sort(byDay)) {
    const found = candidates.decisionsOn(credit.credit_id).length > 0 || quotes(credit, candidates) ? match(credit, candidates, settings) : null;
    if (found === null) later.push(credit);
    else if ((found.status === 'matched' && found.by !== 'payer') || found.status === 'double') {
      matches.set(credit.credit_id, found);
      settle(credit, found, candidates);
    } else later.push(credit);
  }
  for (const credit of later) {
    const found = match(credit, candidates, settings);
    matches.set(credit.credit_id, found);
    settle(credit, found, candidates);
  }
  return matches;
}

/** A suggestion with less than this holds nobody: it is one of many of the same price. */
const HOLDING_POINTS_MIN = 450;

/** The receivables that some money waiting for a person may belong to, payer considered: those for which nobody should be asked meanwhile (law 1). */
export const heldBy = (found: Match): string[] =>
  found.status === 'suggested' ? [...new Set(found.suggestions.filter(({ points }) => points >= HOLDING_POINTS_MIN).flatMap(({ parts }) => parts.map(({ receivable_id }) => receivable_id)))] : [];

/** Who paid, as the history keeps it: a name that stands in the memo only is a name too. */
export const payerOf = (credit: Credit): Payer => ({ ...credit.payer, name: nameOf(credit)?.text ?? null });

/** Tells the candidates what became of some money: what it took, whom the payer is now known to pay for, what it waits for. */
export function settle(credit: Credit, found: Match, candidates: Candidates): void {
  candidates.wait(credit.credit_id, heldBy(found));
  if (found.status !== 'matched') return;
  for (const { receivable_id, customer_id, amount_cents, deducted_cents } of found.parts) {
    candidates.take(receivable_id, credit.paid_date, credit.amount_cents, amount_cents + deducted_cents);
    // What was matched by the payer is no proof of the payer: an error would prove itself ever after.
    if (found.by !== 'payer') candidates.confirm({ customer_id, payer: payerOf(credit) });
  }
}
