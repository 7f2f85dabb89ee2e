import { Type } from '@sinclair/typebox';
import { type CivilDate, instantAt, localDate, zoneOf } from '@emdia/calendar';
import { customerKey, type Collectability, type ReceivableStatus } from '@emdia/contracts';
import type { Agreement } from '../agreements/agreement';
import type { Dispute } from '../disputes/dispute';
import { Refusal } from '@emdia/messaging';
import type { PaymentPromise } from '../promises/promise';

/** A receivable as reconciliation last told it (highest version). */
export interface Receivable {
  readonly receivable_id: string;
  readonly version: number;
  readonly status: ReceivableStatus;
  readonly collectability: Collectability;
  readonly open_cents: number;
  readonly paid_cents: number;
  readonly effective_due_date: CivilDate;
}

/** A receivable within a promise, agreement or dispute, and what had been paid on it by then. */
export interface Cover {
  readonly receivable_id: string;
  readonly baseline_paid_cents: number;
}

/** Everything between one creditor and one customer; of promises, agreements and disputes only the live ones are loaded. */
export interface Negotiation {
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly receivables: ReadonlyMap<string, Receivable>;
  readonly promises: ReadonlyMap<string, PaymentPromise>;
  readonly agreements: ReadonlyMap<string, Agreement>;
  readonly disputes: ReadonlyMap<string, Dispute>;
}

export const noNegotiation = (creditor_id: string, customer_id: string): Negotiation => ({
  creditor_id, customer_id, receivables: new Map(), promises: new Map(), agreements: new Map(), disputes: new Map(),
});

/** What every outgoing event of a customer shares. */
export const addressOf = ({ creditor_id, customer_id }: Negotiation) => ({ key: customerKey(creditor_id, customer_id), creditor_id });

export const idsOf = (covers: readonly Cover[]): string[] => covers.map((cover) => cover.receivable_id);

/** A map with one entry set; the given one stays as it is. */
export const withEntry = <T>(map: ReadonlyMap<string, T>, id: string, value: T): ReadonlyMap<string, T> => new Map(map).set(id, value);

/** One of a few words, as an `enum`: OpenAPI 3.0 knows no `const`. */
export const oneWordOf = <const T extends readonly string[]>(...words: T) => Type.Unsafe<T[number]>({ type: 'string', enum: words });

// Dates here are civil dates of the creditor, who is in Brazil; Brasília's day stands for it.
const ZONE = zoneOf();
export const today = (now: Date): CivilDate => localDate(now, ZONE);
export const startOf = (date: CivilDate): Date => instantAt(date, '00:00', ZONE);

/** Money received on the covered receivables since the baseline, in cents; refunds make it less, even negative. */
export const receivedSince = (state: Negotiation, covers: readonly Cover[]): number =>
  covers.reduce((sum, cover) => sum + state.receivables.get(cover.receivable_id)!.paid_cents - cover.baseline_paid_cents, 0);

export const nothingOpen = (state: Negotiation, covers: readonly Cover[]): boolean =>
  covers.every((cover) => state.receivables.get(cover.receivable_id)!.status !== 'open');

/** The named receivables, all open; refuses with 404 where one has not arrived, with 409 where one is owed no more. */
export function openReceivables(state: Negotiation, receivable_ids: readonly string[]): Receivable[] {
  return [...new Set(receivable_ids)].map((receivable_id) => {
    const receivable = state.receivables.get(receivable_id);
    if (!receivable) {
      throw new Refusal(404, 'receivable-unknown', 'Receivable unknown or not yet arrived',
        'Check the receivable and its customer; if the invoice was sent just now, try again in a moment.', { receivable_id });
    }
    if (receivable.status !== 'open') {
      throw new Refusal(409, 'receivable-not-open', 'Nothing is owed on a receivable', `It is ${receivable.status}: leave it out.`, { receivable_id });
    }
    return receivable;
  });
}

/** Refuses with 409 where a receivable already has a live promise or agreement: two would claim the same money. */
export function refuseCommitted(state: Negotiation, receivables: readonly Receivable[]): void {
  for (const { receivable_id } of receivables) {
    for (const [kind, things] of [['promise', state.promises], ['agreement', state.agreements]] as const) {
      for (const [id, { status, covers }] of things) {
        if (status !== 'active' || !idsOf(covers).includes(receivable_id)) continue;
        throw new Refusal(409, kind === 'promise' ? 'already-promised' : 'already-agreed', `A receivable already has a live ${kind}`,
          `Cancel ${kind} ${id} first, or leave the receivable out.`, { receivable_id, [`${kind}_id`]: id });
      }
    }
  }
}

export const coversOf = (receivables: readonly Receivable[]): Cover[] =>
  receivables.map(({ receivable_id, paid_cents }) => ({ receivable_id, baseline_paid_cents: paid_cents }));

export const openCents = (receivables: readonly Receivable[]): number => receivables.reduce((sum, { open_cents }) => sum + open_cents, 0);
