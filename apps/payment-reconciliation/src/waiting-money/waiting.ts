import { addDays, type CivilDate } from '@emdia/calendar';
import { type DecisionOne, Forbidden } from '@emdia/messaging';
import { heldBy, type Credit, type Decision, type Doubt, type Match, type Part, type Suggestion } from '../matching';
import { LOOK_AGAIN_DAYS } from '../accounts/collectability';
import { dayOf } from '../accounts/account';

/** `suggested` and `unknown` wait for a person; `double` means what is already paid; `placed`: it is where it belongs; `withdrawn`: the file that told of it was undone, or it found its place, or went back, by another road. */
export const STATUSES = ['suggested', 'unknown', 'double', 'placed', 'withdrawn'] as const;
/** Those in which somebody has to do something. */
export const WAITING = ['suggested', 'unknown', 'double'] as const satisfies readonly Status[];
export type Status = (typeof STATUSES)[number];
const isWaiting = ({ status }: { readonly status: Status }): boolean => (WAITING as readonly Status[]).includes(status);

/** A person's word on some money, and whose it was. */
export interface Word extends Omit<Decision, 'credit_id'> {
  readonly actor: string;
  readonly at: string;
}

/** Receivables of one customer that the money may be meant for. */
export interface Held {
  readonly customer_id: string;
  readonly receivable_ids: readonly string[];
}

/** Money that quoted nothing known, and what was made of it; kept for ever, so that no rerun undoes what a person said. */
export interface Waiting {
  readonly creditor_id: string;
  readonly source: string;
  readonly payment_id: string;
  readonly file_id: string;
  readonly amount_cents: number;
  readonly currency: string;
  readonly paid_date: CivilDate;
  readonly status: Status;
  readonly suggestions: readonly Suggestion[];
  readonly doubts: readonly Doubt[];
  /** How it was placed; null while it waits. */
  readonly placed_by: 'key' | 'payer' | 'person' | null;
  readonly words: readonly Word[];
  readonly held: readonly Held[];
  readonly looked_at: Date;
}

/** What the matching is told of it. */
export interface Money extends Pick<Waiting, 'creditor_id' | 'source' | 'payment_id' | 'file_id'> {
  readonly credit: Credit;
}

export const creditId = ({ source, payment_id }: Pick<Waiting, 'source' | 'payment_id'>): string => JSON.stringify([source, payment_id]);
export const waitingKey = ({ creditor_id, source, payment_id }: Pick<Waiting, 'creditor_id' | 'source' | 'payment_id'>): string => JSON.stringify([creditor_id, source, payment_id]);

/** Until when nobody is asked because of it, without a person having looked. */
export const reviewDate = (now: Date): CivilDate => addDays(dayOf(now), LOOK_AGAIN_DAYS);

/** What of money is placed without a person: parts of one customer's receivables, or nothing. */
export const partsPlaced = (found: Match): readonly Part[] =>
  found.status === 'matched' && new Set(found.parts.map(({ customer_id }) => customer_id)).size === 1 ? found.parts : [];

/** The money as the matching now sees it. What a person has placed stays placed; what was let go, and waits again, is looked at anew. */
export function look(known: Waiting | null, { credit, ...money }: Money, found: Match, now: Date): DecisionOne<Waiting | null> {
  if (known?.status === 'placed') return { ignored: known.status };
  const { amount_cents, currency, paid_date } = credit;
  const told = tell(found);
  return { next: { ...money, amount_cents, currency, paid_date, words: known?.words ?? [], ...told, held: told.status === 'suggested' ? heldIn(found) : [], looked_at: now } };
}

function tell(found: Match): Pick<Waiting, 'status' | 'suggestions' | 'doubts' | 'placed_by'> {
  switch (found.status) {
    case 'matched':
      if (partsPlaced(found).length > 0) return { status: 'placed', suggestions: [{ points: 1_000, parts: found.parts, reasons: found.reasons }], doubts: [], placed_by: found.by };
      return { status: 'suggested', suggestions: [{ points: 1_000, parts: found.parts, reasons: found.reasons }], doubts: ['several_customers'], placed_by: null };
    case 'double':
      return { status: 'double', suggestions: [], doubts: [], placed_by: null };
    case 'suggested':
      return { status: 'suggested', suggestions: found.suggestions, doubts: found.doubts, placed_by: null };
    case 'unknown':
      return { status: 'unknown', suggestions: [], doubts: found.doubts, placed_by: null };
  }
}

function heldIn(found: Match): Held[] {
  const parts = found.status === 'suggested' ? found.suggestions.flatMap((each) => each.parts) : found.status === 'matched' ? found.parts : [];
  const customerOf = new Map(parts.map(({ receivable_id, customer_id }) => [receivable_id, customer_id]));
  return byCustomer(found.status === 'suggested' ? heldBy(found) : [...customerOf.keys()], customerOf);
}

function byCustomer(receivable_ids: readonly string[], customerOf: ReadonlyMap<string, string>): Held[] {
  const held = new Map<string, string[]>();
  for (const id of [...receivable_ids].sort()) held.set(customerOf.get(id)!, [...(held.get(customerOf.get(id)!) ?? []), id]);
  return [...held].sort(([a], [b]) => (a < b ? -1 : 1)).map(([customer_id, ids]) => ({ customer_id, receivable_ids: ids }));
}

const decided = (known: Waiting | null): string => JSON.stringify([known?.status, known?.words, known?.held]);

/**
 * A decision made on what was read before the transaction: whom the money held, what people had said. Throws Forbidden where a person, or another worker, was here since:
 * what they decided would be lost, or what they let go held for ever.
 */
export const since = (before: Waiting | null, decide: (known: Waiting | null, now: Date) => DecisionOne<Waiting | null>) => (known: Waiting | null, now: Date): DecisionOne<Waiting | null> => {
  if (decided(known) !== decided(before)) throw new Forbidden('decided-meanwhile', 'This money was decided on, or looked at, meanwhile. Read GET /v1/waiting-money again.');
  return decide(known, now);
};

const waits = (known: Waiting | null): Waiting => {
  if (!known || !isWaiting(known)) throw new Forbidden('not-waiting', 'This money does not wait any more. Read GET /v1/waiting-money again.');
  return known;
};

/** The file that told of the money was undone, or it waits no more. */
export const withdraw = (known: Waiting | null, now: Date): DecisionOne<Waiting | null> =>
  (known && isWaiting(known) ? { next: { ...known, status: 'withdrawn', suggestions: [], held: [], looked_at: now } } : { ignored: 'not-waiting' });

/** A person says which receivables the money is for. */
export function accept(known: Waiting | null, receivable_ids: readonly string[], actor: string, now: Date): DecisionOne<Waiting | null> {
  const waiting = waits(known);
  const word: Word = { verdict: 'accepted', receivable_ids, actor, at: now.toISOString() };
  return { next: { ...waiting, status: 'placed', placed_by: 'person', held: [], words: [...waiting.words, word], looked_at: now } };
}

const holdsAll = (parts: Suggestion['parts'], ids: readonly string[]): boolean => ids.every((id) => parts.some(({ receivable_id }) => receivable_id === id));

/** A person says which receivables it is not for: no suggestion that holds them all is made again. */
export function refuse(known: Waiting | null, receivable_ids: readonly string[], actor: string, now: Date): DecisionOne<Waiting | null> {
  const waiting = waits(known);
  const word: Word = { verdict: 'refused', receivable_ids, actor, at: now.toISOString() };
  const suggestions = waiting.suggestions.filter(({ parts }) => !holdsAll(parts, receivable_ids));
  const doubts: Doubt[] = [...new Set([...waiting.doubts, 'refused_before' as const])];
  const left: Match = suggestions.length > 0 ? { status: 'suggested', suggestions, doubts } : { status: 'unknown', doubts };
  return { next: { ...waiting, status: waiting.status === 'double' ? 'double' : left.status === 'suggested' ? 'suggested' : 'unknown', suggestions, doubts, held: heldIn(left), words: [...waiting.words, word], looked_at: now } };
}
