import type { InternalClient } from '@emdia/runtime';

/** What the debt-truth gate of payment-reconciliation is asked of one receivable; `contact_day` is a civil date. */
export interface GateAsk {
  /** Unique over a batch; comes back with the answer. */
  readonly ask_id: string;
  readonly purpose: 'collection' | 'agreement';
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly receivable_id: string;
  readonly due_date: string;
  readonly step: string;
  readonly instalment_id?: string;
  readonly contact_day: string;
}

/** What is owed on one receivable as the gate said it; money in integer cents. */
export interface Amounts {
  readonly invoice_id: string;
  readonly number: string;
  readonly description: string | null;
  readonly due_date: string;
  readonly open_cents: number;
  readonly fine_cents: number;
  readonly interest_cents: number;
  readonly total_cents: number;
  readonly days_late: number;
  readonly version: number;
  readonly instruments: readonly { rail: string; reference?: string; code?: string; url?: string }[];
}

/** What the gate answers to one ask: still owed, this much; or a refusal. */
export type GateAnswer =
  | ({ readonly ask_id: string; readonly owed: true } & Amounts)
  | { readonly ask_id: string; readonly owed: false; readonly reason: string };

/** What the gate said to a batch, by ask id, as of an instant of wall time. */
export interface GateSaid {
  readonly as_of_epoch_ms: number;
  readonly answers: ReadonlyMap<string, GateAnswer>;
}

/** As many asks as the gate takes at once. */
export const GATE_ASKS_MAX = 500;
/** A verdict is good only within this time, monotonic, of the moment the gate was asked. */
export const VERDICT_MS_MAX = 1_000;

// The gate promises 2 s, but a verdict older than 1 s is of no use to anybody, so nobody waits for one.
const TIMEOUT_MS = VERDICT_MS_MAX;

const FINAL = new Set(['settled', 'held', 'disputed', 'promised', 'agreed', 'prescribed']);
const WAITS = new Set(['not_covered', 'unread', 'unmatched', 'pending']);

/** What a refusal comes to: the end of what was wanted, waiting for facts in business time, or (stale, a word nobody knows) asking again in wall time. */
export const meaningOf = (refusal: string): 'final' | 'waits' | 'again' => (FINAL.has(refusal) ? 'final' : WAITS.has(refusal) ? 'waits' : 'again');

/** Asks the gate, with no transaction open; never rejects: null is no answer. */
export const askGate = (internal: InternalClient, asks: readonly GateAsk[]): Promise<GateSaid | null> => said(internal, '/internal/v1/gate', { asks });

/** Asks of all that a customer has open, each by its receivable's id, that due first leading; none where nothing is open. */
export const askGateOfCustomer = (internal: InternalClient, customer: Pick<GateAsk, 'creditor_id' | 'customer_id' | 'contact_day'>): Promise<GateSaid | null> =>
  said(internal, '/internal/v1/gate/customer', customer);

async function said(internal: InternalClient, path: string, body: object): Promise<GateSaid | null> {
  try {
    const { as_of_epoch_ms, verdicts } = await internal.post<{ as_of_epoch_ms: number; verdicts: GateAnswer[] }>('payment-reconciliation', path, body, { timeout_ms: TIMEOUT_MS });
    return { as_of_epoch_ms, answers: new Map(verdicts.map((verdict) => [verdict.ask_id, verdict])) };
  } catch {
    return null;
  }
}

/** What only new facts heal is looked at again an hour of business time later. */
export const anHourLater = (now: Date): Date => new Date(now.getTime() + 3_600_000);

/** Wall-time back-off after the n-th attempt: 1 s, doubled each time, up to a limit in ms. */
export const backOffMs = (attempt: number, limit_ms: number): number => Math.min(1_000 * 2 ** Math.min(attempt - 1, 20), limit_ms);
