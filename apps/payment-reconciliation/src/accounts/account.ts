import { type CivilDate, localDate, zoneOf } from '@emdia/calendar';
import { customerKey, referenceKey, type UnappliedReason, type ChargePolicy, type ChargesTold, type Collectability, type Instrument, type ReceivableStatus } from '@emdia/contracts';
import type { AllocationPolicy } from '../allocation-policy/allocation-policy';
import type { Entry } from '../ledger/entry';

/** Where a value stands among those that replace each other: the highest version wins, ties by event id. */
export interface Rank {
  readonly version: number;
  readonly event_id: string;
}

/** What an invoice says that no amendment changes. */
export interface Issue {
  readonly rank: Rank;
  readonly number: string;
  readonly description: string | null;
  readonly issue_date: CivilDate;
  readonly currency: string;
  readonly charge_policy: ChargePolicy | null;
  readonly instruments: readonly Instrument[];
}

/** What an amendment replaces; `due_date` is as the invoice has it, before any roll to a business day. */
export interface Terms {
  readonly rank: Rank;
  readonly amount_cents: number;
  readonly due_date: CivilDate;
}

/**
 * A receivable as it was last told; derived from facts, never the other way round. `open = amount - paid - waived - written off`, always; waived is what was forgiven, discounts included;
 * written off is all the rest while the creditor has given it up.
 */
export interface Position {
  readonly version: number;
  readonly amount_cents: number;
  readonly paid_cents: number;
  readonly waived_cents: number;
  readonly written_off_cents: number;
  readonly open_cents: number;
  readonly status: ReceivableStatus;
  readonly settled_on: CivilDate | null;
  readonly original_due_date: CivilDate;
  readonly effective_due_date: CivilDate;
  readonly collectability: Collectability;
  readonly review_date: CivilDate | null;
}

/** A person's word that a receivable is given up in the books, or is not after all. */
export interface WriteOff {
  readonly written_off: boolean;
  readonly reason: string;
  readonly actor: string;
  readonly at: string;
}

/** The facts of one invoice; `position` is null until it is issued, because amendments and cancellations may come first. */
export interface Receivable {
  readonly receivable_id: string;
  readonly invoice_id: string;
  readonly issue: Issue | null;
  readonly terms: Terms | null;
  readonly cancelled: Rank | null;
  /** Granted when an agreement was completed. */
  readonly waiver_cents: number;
  readonly waived_on: CivilDate | null;
  /** Every word on it, the last of which holds. */
  readonly write_offs: readonly WriteOff[];
  readonly position: Position | null;
}

/** What of a payment pays one receivable; the discount was granted with it, and is no money. `difference_cents` are late charges above our own count. */
export interface Allocation {
  readonly receivable_id: string;
  readonly principal_cents: number;
  readonly fine_cents: number;
  readonly interest_cents: number;
  readonly difference_cents: number;
  readonly discount_cents: number;
}

/** A person's decision on money that found no receivable by itself: at most this much of it goes there. */
export interface Application {
  readonly application_id: string;
  readonly receivable_id: string;
  readonly amount_cents: number;
  readonly actor: string;
  readonly recorded_at: Date;
}

/** A road by which a payment is told: a bank's file, or an event of billing-ingestion. */
export type Road = 'by_file' | 'by_event';

/** Who has told a payment, or with `refund_id` a refund of it. Kept where a file told it, and of every refund. */
export interface Telling extends Readonly<Record<Road, boolean>> {
  readonly refund_id: string | null;
  readonly amount_cents: number;
  /** How often it was taken back: a cause is posted once, what comes after all has the next. */
  readonly withdrawn: number;
}

/** The facts of one payment, identified by source and payment id; `allocations` are derived. Received is counted, not flagged: what is posted twice must show. */
export interface Payment {
  readonly source: string;
  readonly payment_id: string;
  readonly reference: string | null;
  readonly currency: string | null;
  readonly received_cents: number;
  readonly refunded_cents: number;
  /** Null where not told, with the payment or with its credit. */
  readonly fee_cents: number | null;
  readonly credit_fee_cents: number | null;
  /** What the source granted. */
  readonly discount_cents: number;
  /** Late charges that the source says are in the money; null where it says none. */
  readonly charges: ChargesTold | null;
  /** Null until the money came. */
  readonly paid_date: CivilDate | null;
  /** When it is, or will be, in the creditor's account; `credited` says which. */
  readonly credit_date: CivilDate | null;
  readonly credited: boolean;
  readonly pending_at: Date | null;
  readonly failed_at: Date | null;
  /** A file tells it without the money: it is `awaited`; or `doubted`, where the file waits for a person's word, and perhaps it never was. Null: none does. */
  readonly filed: 'awaited' | 'doubted' | null;
  readonly recorded_at: Date;
  readonly tellings: readonly Telling[];
  readonly applications: readonly Application[];
  readonly allocations: readonly Allocation[];
  /** Why money of it waits; null where none does. */
  readonly unapplied_reason: UnappliedReason | null;
}

export interface Instalment {
  readonly instalment_id: string;
  readonly number: number;
  readonly due_date: CivilDate;
  readonly amount_cents: number;
}

/** Why nobody asks for some receivables for a while; `money`: some that came and nobody has placed may be theirs. `ended` may be known before `begun`, and then wins. */
export interface Standstill {
  readonly standstill_id: string;
  readonly kind: 'hold' | 'dispute' | 'promise' | 'agreement' | 'money';
  /** Empty: every receivable of the customer, those to come included. */
  readonly receivable_ids: readonly string[];
  readonly review_date: CivilDate | null;
  /** Of agreements, by number. */
  readonly instalments: readonly Instalment[];
  readonly waived_cents: number;
  readonly begun: boolean;
  readonly ended: boolean;
}

/** One version of a receivable, kept for ever. */
export interface CollectabilityChange {
  readonly receivable_id: string;
  readonly version: number;
  readonly collectability: Collectability;
  readonly status: Position['status'];
  readonly open_cents: number;
  readonly recorded_at: Date;
}

/** What the next save adds to append-only tables, and the payments that another account took up. */
export interface Unsaved {
  readonly entries: readonly Entry[];
  readonly changes: readonly CollectabilityChange[];
  readonly left: readonly string[];
}

/**
 * Everything between a creditor and one customer; or, with `customer_id` null, money that quoted a reference which nobody
 * knew, until the account that has the reference claims it.
 */
export interface Account {
  readonly key: string;
  readonly creditor_id: string;
  readonly customer_id: string | null;
  /** Only of references: the key of the account that takes whatever quotes this reference. */
  readonly claimed_by: string | null;
  /** The creditor's orders of allocation. */
  readonly policies: readonly AllocationPolicy[];
  readonly receivables: ReadonlyMap<string, Receivable>;
  readonly payments: ReadonlyMap<string, Payment>;
  readonly standstills: ReadonlyMap<string, Standstill>;
  /** The same three as they were loaded: decisions never change what they are given, so what is still in here need not be saved. */
  readonly loaded: Pick<Account, 'receivables' | 'payments' | 'standstills'>;
  readonly unsaved: Unsaved;
}

const NOTHING: Unsaved = { entries: [], changes: [], left: [] };

/** The account of a key before anything is known of it. */
export function newAccount(key: string, claimed_by: string | null = null, policies: readonly AllocationPolicy[] = []): Account {
  const at = key.indexOf('/');
  const rest = key.slice(at + 1);
  const customer_id = rest.startsWith('#') ? null : rest;
  const [receivables, payments, standstills] = [new Map<string, Receivable>(), new Map<string, Payment>(), new Map<string, Standstill>()];
  return { key, creditor_id: key.slice(0, at), customer_id, claimed_by, policies, receivables, payments, standstills, loaded: { receivables, payments, standstills }, unsaved: NOTHING };
}

/** The key of a payment within an account. */
export const paymentKey = ({ source, payment_id }: { source: string; payment_id: string }): string => `${encodeURIComponent(source)}:${payment_id}`;

/**
 * The account that an event about a payment belongs to: its customer's, else its reference's; a payment that names
 * neither has one of its own, so that a person can place it without placing others.
 */
export function accountKeyOf(data: { creditor_id: string; customer_id: string | null; reference: string | null; source: string; payment_id: string }): string {
  if (data.customer_id !== null) return customerKey(data.creditor_id, data.customer_id);
  return data.reference !== null ? referenceKey(data.creditor_id, data.reference) : `${data.creditor_id}/#pay:${paymentKey(data)}`;
}

/** A map with one entry set; the given one stays as it is. */
export const withEntry = <T>(map: ReadonlyMap<string, T>, id: string, value: T): ReadonlyMap<string, T> => new Map(map).set(id, value);

/** What of a payment no receivable takes; nothing where more was given back than is known to have come. */
export const unappliedCents = ({ received_cents, refunded_cents, allocations }: Payment): number => Math.max(0, received_cents - refunded_cents) - appliedCents(allocations);

const appliedCents = (allocations: readonly Allocation[]): number =>
  allocations.reduce((sum, { principal_cents, fine_cents, interest_cents, difference_cents }) => sum + principal_cents + fine_cents + interest_cents + difference_cents, 0);

/** Whether an attempt is under way by an event's word; a failure told at the same instant as its beginning came after it. */
const isAttempted = ({ pending_at, failed_at }: Payment): boolean => pending_at !== null && (failed_at === null || failed_at < pending_at);

/** Whether a payment's outcome is open, by an event's word or a file's: neither takes the other's back. */
export const isPending = (payment: Payment): boolean => payment.received_cents === 0 && (payment.filed !== null || isAttempted(payment));

/** Whether only a file that nobody has confirmed says that it may come. */
export const isDoubted = (payment: Payment): boolean => payment.filed === 'doubted' && !isAttempted(payment);

export const isActive = ({ begun, ended }: Standstill): boolean => begun && !ended;

/** Whether `a` replaces `b`. */
export const outranks = (a: Rank, b: Rank | null): boolean => b === null || a.version > b.version || (a.version === b.version && a.event_id > b.event_id);

/** Whether it stands as given up. */
export const isWrittenOff = ({ write_offs }: Receivable): boolean => write_offs.at(-1)?.written_off === true;

/** Whether the newest word on an invoice is that nothing is owed on it. */
export const isCancelled = ({ cancelled, terms }: Receivable): boolean => cancelled !== null && (terms === null || outranks(cancelled, terms.rank));

// Dates here are civil dates of the creditor, who is in Brazil; Brasília's day stands for it.
const ZONE = zoneOf();
export const dayOf = (instant: Date): CivilDate => localDate(instant, ZONE);
