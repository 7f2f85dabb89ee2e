import { daysBetween } from '@emdia/calendar';
import { percentOf } from '@emdia/money';
import { dueOn, type Fit, fitOf, misfitOf } from './amounts';
import { byDueDate, type Candidates, numbersIn } from './candidates';
import type { Candidate, Credit, FitKind, MatchSettings, Part, Reason, Suggestion } from './credit';
import type { Keyed } from './keyed';
import { isKnown, pointsOf, type Tie } from './payers';
import { type Item, splitsOf } from './splits';

/** A suggestion with what the decision needs of it. */
export interface Draft extends Suggestion {
  readonly receivables: readonly Candidate[];
  /** The weakest of its customers' ties; null where a customer has none. */
  readonly tie: Tie | null;
  readonly fit: Fit;
  readonly nearKey: boolean;
}

/** Bounds of one credit's work: customers, receivables of each, and receivables known by the amount alone. */
const TIES_MAX = 40;
const RECEIVABLES_MAX = 24;
const BY_AMOUNT_MAX = 20;
const NEAR_MAX = 20;
const SHARED_CUSTOMERS_MAX = 6;
/** Ties weaker than this do not make a split or a part worth a look. */
const TIE_POINTS_MIN = 150;

/**
 * Amounts that are explained lie within 45 points, splits and missing charges included, and dates within 100: less than the margin together.
 * So between two explanations by one payer neither the date nor the kind of explanation decides, only what identifies.
 */
const AMOUNT_POINTS: Readonly<Record<FitKind, number>> = { open: 300, late: 300, discount: 290, fee: 260, split: 270, partial: 40, over: 30 };
const ROUGHLY = 40;
const EACH_PART_MORE = 5;
const KEY_POINTS = 300;
const KEY_NEAR_POINTS = 200;

/** Up to 100 within five days of the due date, falling to nothing at 30 days before or 95 after it. */
export function datePoints({ paid_date }: Credit, { due_date, issue_date }: Candidate): number {
  const late = daysBetween(due_date, paid_date);
  if (issue_date > paid_date) return 0;
  return Math.max(0, late > 5 ? 100 - Math.round((late - 5) / 0.9) : late < -5 ? 100 + 4 * (late + 5) : 100);
}

interface Proposal {
  readonly receivables: readonly Candidate[];
  readonly fit: Fit;
}

/** Everything that some money may mean, the likeliest first. */
export function draftsOf(credit: Credit, candidates: Candidates, ties: ReadonlyMap<string, Tie>, key: Keyed | null, settings: MatchSettings): Draft[] {
  const near = nearOf(credit, candidates, key);
  const proposals = new Map<string, Proposal>();
  const propose = (receivables: readonly Candidate[], fit: Fit) => {
    const id = receivables.map(({ receivable_id }) => receivable_id).sort().join(' ');
    if (!proposals.has(id)) proposals.set(id, { receivables, fit });
  };
  const strongest = [...ties.values()].sort((a, b) => pointsOf(b) - pointsOf(a) || (a.customer_id < b.customer_id ? -1 : 1)).slice(0, TIES_MAX);
  for (const tie of strongest) ofTie(credit, tie, candidates, settings, propose);
  ofPayerOfSeveral(credit, strongest, candidates, settings, propose);
  for (const id of [...near, ...(key?.receivables ?? []).map(({ receivable_id }) => receivable_id)]) {
    const receivable = candidates.receivable(id)!;
    if (receivable.open_cents > 0 && receivable.currency === credit.currency) propose([receivable], fitOf(credit, receivable, settings) ?? misfitOf(credit, receivable));
  }
  byAmount(credit, candidates, settings, propose);
  const exact = new Set(key?.receivables.map(({ receivable_id }) => receivable_id));
  return [...proposals.values()].map((proposal) => weigh(credit, proposal, ties, key, exact, near)).sort(byPoints);
}

const byPoints = (a: Draft, b: Draft): number => b.points - a.points || a.receivables.length - b.receivables.length || byDueDate(a.receivables[0]!, b.receivables[0]!);

/** Receivables whose number is one typing error from a number that means nothing exactly. */
function nearOf(credit: Credit, candidates: Candidates, key: Keyed | null): Set<string> {
  if (key && key.doubt === null) return new Set();
  const numbers = [...credit.keys.filter(({ kind }) => kind === 'invoice_number'), ...numbersIn(credit.memo)].filter((number) => candidates.withKey(number).length === 0);
  return new Set(numbers.flatMap(({ value }) => candidates.nearNumber(value)).slice(0, NEAR_MAX));
}

const openOf = (credit: Credit, customer_id: string, candidates: Candidates): Candidate[] => {
  const open = candidates.of(customer_id).filter(({ open_cents, currency }) => open_cents > 0 && currency === credit.currency);
  if (open.length <= RECEIVABLES_MAX) return open;
  const away = ({ due_date }: Candidate) => Math.abs(daysBetween(due_date, credit.paid_date));
  return open.sort((a, b) => away(a) - away(b) || byDueDate(a, b)).slice(0, RECEIVABLES_MAX).sort(byDueDate);
};

type Propose = (receivables: readonly Candidate[], fit: Fit) => void;

function ofTie(credit: Credit, tie: Tie, candidates: Candidates, settings: MatchSettings, propose: Propose): void {
  const open = openOf(credit, tie.customer_id, candidates);
  const worth = pointsOf(tie) >= TIE_POINTS_MIN;
  for (const receivable of open) {
    const fit = fitOf(credit, receivable, settings) ?? (worth ? misfitOf(credit, receivable) : null);
    if (fit) propose([receivable], fit);
  }
  if (worth) for (const split of splitOf(credit, open, settings)) propose(split, SPLIT_FIT);
}

const SPLIT_FIT: Fit = { kind: 'split', difference_cents: 0, roughly: false };

function splitOf(credit: Credit, open: readonly Candidate[], { fees }: MatchSettings): Candidate[][] {
  if (open.length < 2) return [];
  const byId = new Map(open.map((receivable) => [receivable.receivable_id, receivable]));
  const items: Item[] = open.map((receivable) => ({ id: receivable.receivable_id, open_cents: receivable.open_cents, due_cents: dueOn(receivable, credit.paid_date) }));
  const kept = [...fees.map((fee) => ('cents' in fee ? fee.cents : percentOf(credit.amount_cents, fee.percent))), credit.discount_cents ?? 0];
  return splitsOf(items, credit.amount_cents, kept).map((set) => set.map(({ id }) => byId.get(id)!));
}

/** A payer known for several customers may pay for them at once; told, never automatic. */
function ofPayerOfSeveral(credit: Credit, ties: readonly Tie[], candidates: Candidates, settings: MatchSettings, propose: Propose): void {
  const known = ties.filter((tie) => isKnown(tie) || tie.kind === 'name_history').slice(0, SHARED_CUSTOMERS_MAX);
  if (known.length < 2) return;
  const open = known.flatMap(({ customer_id }) => openOf(credit, customer_id, candidates)).sort(byDueDate);
  for (const split of splitOf(credit, open, settings)) if (new Set(split.map(({ customer_id }) => customer_id)).size > 1) propose(split, SPLIT_FIT);
}

/** Of the thousands that may have the amount, those due nearest. */
function byAmount(credit: Credit, candidates: Candidates, settings: MatchSettings, propose: Propose): void {
  const groups = candidates.fitting(credit, settings).map((group) => ({ ...group, away_days: Math.abs(daysBetween(group.terms.due_date, credit.paid_date)) }))
    .sort((a, b) => AMOUNT_POINTS[b.fit.kind] - AMOUNT_POINTS[a.fit.kind] || a.away_days - b.away_days || (a.terms.due_date < b.terms.due_date ? -1 : 1));
  let left = BY_AMOUNT_MAX;
  for (const { fit, ids } of groups) {
    for (const id of ids) {
      if (left-- === 0) return;
      propose([candidates.receivable(id)!], fit);
    }
  }
}

function weigh(credit: Credit, { receivables, fit }: Proposal, ties: ReadonlyMap<string, Tie>, key: Keyed | null, exact: ReadonlySet<string>, near: ReadonlySet<string>): Draft {
  const customers = [...new Set(receivables.map(({ customer_id }) => customer_id))];
  const own = customers.map((customer_id) => ties.get(customer_id) ?? null);
  const tie = own.reduce((a, b) => (a === null || b === null ? null : pointsOf(a) <= pointsOf(b) ? a : b));
  const nearKey = receivables.some(({ receivable_id }) => near.has(receivable_id));
  const keyHere = key !== null && receivables.some(({ receivable_id }) => exact.has(receivable_id));
  const share = fit.kind === 'partial' ? credit.amount_cents / receivables[0]!.open_cents : 1;
  const fewer = EACH_PART_MORE * (receivables.length - 1) + (fit.roughly ? ROUGHLY : 0);
  const amount = Math.max(0, Math.round(AMOUNT_POINTS[fit.kind] * share) - fewer);
  // Who pays an old debt with a new one pays when the new one is due.
  const date = Math.max(...receivables.map((receivable) => datePoints(credit, receivable)));
  const points = Math.min(1_000, (tie ? pointsOf(tie) : 0) + amount + date + (keyHere ? KEY_POINTS : nearKey ? KEY_NEAR_POINTS : 0));
  const reasons: Reason[] = [
    ...(keyHere ? [{ code: 'key', kind: key.kind, in_memo: key.inMemo } as const] : nearKey ? [{ code: 'key_near', kind: 'invoice_number' } as const] : []),
    ...(tie ? [{ code: 'payer', kind: tie.kind, similarity: tie.similarity } as const] : []),
    receivables.length > 1 ? { code: 'split', receivables: receivables.length, customers: customers.length } : { code: 'amount', kind: fit.kind, difference_cents: fit.difference_cents },
    { code: 'date', days_late: daysBetween(receivables[0]!.due_date, credit.paid_date) },
  ];
  return { points, parts: partsOf(credit, receivables, fit.kind).parts, reasons, receivables, tie, fit, nearKey };
}

/** How money falls on receivables in turn: what is open of each, then the late charges of each; what is left is over. What a known fee or discount explains is missing from the last. */
export function partsOf(credit: Credit, receivables: readonly Candidate[], fit: FitKind | null): { parts: Part[]; over_cents: number } {
  let left_cents = credit.amount_cents;
  const take = (cents: number): number => {
    const taken = Math.min(left_cents, Math.max(0, cents));
    left_cents -= taken;
    return taken;
  };
  const open = receivables.filter(({ open_cents }) => open_cents > 0);
  const principal = open.map(({ open_cents }) => take(open_cents));
  const deducted = fit === 'fee' || fit === 'discount' || fit === 'split';
  const parts = open.map((receivable, at) => ({
    receivable_id: receivable.receivable_id,
    customer_id: receivable.customer_id,
    amount_cents: principal[at]! + take(dueOn(receivable, credit.paid_date) - receivable.open_cents),
    deducted_cents: deducted ? receivable.open_cents - principal[at]! : 0,
  }));
  return { parts: parts.filter(({ amount_cents }) => amount_cents > 0), over_cents: left_cents };
}
