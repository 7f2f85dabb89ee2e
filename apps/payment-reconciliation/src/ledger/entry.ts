/** What a posting is booked on. Debits are positive: `revenue`, `unapplied` and the incomes stand on the credit side, below zero. */
export const LEDGER_ACCOUNTS = [
  'receivable', 'revenue', 'cash_in_transit', 'cash', 'fees', 'unapplied', 'fine_income', 'interest_income', 'charge_difference', 'discount', 'waiver', 'write_off', 'refund',
] as const;
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number];

/** One line of an entry, in cents of the entry's currency; never zero. */
export interface Posting {
  readonly account: LedgerAccount;
  readonly receivable_id: string | null;
  readonly source: string | null;
  readonly payment_id: string | null;
  readonly amount_cents: number;
}

/** A balanced entry. `cause` is unique within a creditor: what was posted once cannot be posted again. */
export interface Entry {
  readonly cause: string;
  readonly event_id: string;
  readonly currency: string;
  readonly recorded_at: Date;
  readonly postings: readonly Posting[];
}

/** What an entry is about: the event that caused it, when, and in which currency. */
export interface Occasion {
  readonly event_id: string;
  readonly currency: string;
  readonly recorded_at: Date;
}

interface PaymentName {
  readonly source: string;
  readonly payment_id: string;
}

// A source is free text; encoded it holds no colon, so that source and payment id cannot run into each other.
export const paymentCause = ({ source, payment_id }: PaymentName): string => `${encodeURIComponent(source)}:${payment_id}`;

const line = (account: LedgerAccount, amount_cents: number, about: { receivable_id?: string; payment?: PaymentName }): Posting => ({
  account, receivable_id: about.receivable_id ?? null, source: about.payment?.source ?? null, payment_id: about.payment?.payment_id ?? null, amount_cents,
});

const entry = (cause: string, { event_id, currency, recorded_at }: Occasion, postings: readonly Posting[]): Entry => ({
  cause, event_id, currency, recorded_at, postings: postings.filter(({ amount_cents }) => amount_cents !== 0),
});

/** What a payment has come to, whatever it was applied to; amounts in cents. */
export interface Moved extends PaymentName {
  readonly received_cents: number;
  readonly refunded_cents: number;
  readonly credited: boolean;
  /** As told with the payment, and as told with its credit, which counts. */
  readonly fee_cents: number | null;
  readonly credit_fee_cents: number | null;
}

/** A payment, or a refund of it, and how often it was taken back before. */
interface Told {
  readonly refund_id: string | null;
  readonly withdrawn: number;
}

const ON_PAYMENT = ['cash_in_transit', 'cash', 'fees', 'refund', 'unapplied'] as const;
type Balances = Readonly<Record<(typeof ON_PAYMENT)[number], number>>;

/**
 * Where the money of a payment stands, before anything is applied; it sums to zero. What came is in transit until it is credited, then in cash less the fee.
 * What went back is taken out of it; only what went back and is not known to have come stays on `refund`.
 */
function balancesOf({ received_cents, refunded_cents, credited, fee_cents, credit_fee_cents }: Moved): Balances {
  const kept_cents = received_cents - refunded_cents;
  const returned_cents = Math.min(received_cents, refunded_cents);
  const sides = { refund: refunded_cents - returned_cents, unapplied: returned_cents - received_cents };
  if (!credited) return { cash_in_transit: Math.max(0, kept_cents), cash: Math.min(0, kept_cents), fees: 0, ...sides };
  const fees = received_cents === 0 ? 0 : (credit_fee_cents ?? fee_cents ?? 0);
  return { cash_in_transit: 0, cash: kept_cents - fees, fees, ...sides };
}

/** What has changed of it, as lines of that payment. */
function moved(before: readonly Moved[], after: Moved): Posting[] {
  const [was, is] = [before.map(balancesOf), balancesOf(after)];
  return ON_PAYMENT.map((account) => line(account, was.reduce((cents, each) => cents - each[account], is[account]), { payment: after }));
}

/** What was taken back and came after all is posted under a cause of its own. */
const nth = (withdrawn: number): string => (withdrawn === 0 ? '' : `~${withdrawn + 1}`);

/** Money came in and waits to be applied; `withdrawn` is how often it was taken back before. */
export const receiptEntry = (before: Moved, after: Moved, withdrawn: number, occasion: Occasion): Entry => entry(`payment:${paymentCause(after)}${nth(withdrawn)}`, occasion, moved([before], after));

/** The money of a payment is there, less the fee. */
export const creditEntry = (before: Moved, after: Moved, occasion: Occasion): Entry => entry(`credit:${paymentCause(after)}`, occasion, moved([before], after));

/** Two halves of one payment, heard of under two keys, are one: what they cover of each other is posted. */
export const joinedEntry = (halves: readonly Moved[], whole: Moved, occasion: Occasion): Entry => entry(`joined:${paymentCause(whole)}:${occasion.event_id}`, occasion, moved(halves, whole));

/** Money went back: out of what is not applied to `refund`, and from there to where it came from; what it uncovers is taken back by an allocation entry beside it. */
export function refundEntry(before: Moved, after: Moved, { refund_id, withdrawn }: Told, occasion: Occasion): Entry {
  const lines = moved([before], after);
  const given_cents = after.refunded_cents - before.refunded_cents;
  const through = lines.flatMap((each) => (each.account === 'refund' ? [line('refund', given_cents, { payment: after }), line('refund', each.amount_cents - given_cents, { payment: after })] : [each]));
  return entry(`refund:${paymentCause(after)}:${refund_id}${nth(withdrawn)}`, occasion, through);
}

/** A payment or a refund of it that was told in error is taken back. */
export const withdrawalEntry = (before: Moved, after: Moved, { refund_id, withdrawn }: Told, occasion: Occasion): Entry =>
  entry(`withdrawal:${paymentCause(after)}${refund_id === null ? '' : `:${refund_id}`}${nth(withdrawn)}`, occasion, moved([before], after));

/** What is billed on a receivable grew, or shrank where negative. */
export const billingEntry = (receivable_id: string, version: number, amount_cents: number, occasion: Occasion): Entry =>
  entry(`invoice:${receivable_id}:${version}`, occasion, [line('receivable', amount_cents, { receivable_id }), line('revenue', -amount_cents, { receivable_id })]);

/** A part of a receivable was waived, or is owed again where negative. */
export const waiverEntry = (receivable_id: string, version: number, amount_cents: number, occasion: Occasion): Entry =>
  entry(`waiver:${receivable_id}:${version}`, occasion, [line('waiver', amount_cents, { receivable_id }), line('receivable', -amount_cents, { receivable_id })]);

/** A receivable was given up, or recovered or taken up again where negative. */
export const writeOffEntry = (receivable_id: string, version: number, amount_cents: number, occasion: Occasion): Entry =>
  entry(`write-off:${receivable_id}:${version}`, occasion, [line('write_off', amount_cents, { receivable_id }), line('receivable', -amount_cents, { receivable_id })]);

/** How the application of a payment to one receivable changed, in cents. */
export interface AllocationChange {
  readonly receivable_id: string;
  readonly principal_cents: number;
  readonly fine_cents: number;
  readonly interest_cents: number;
  readonly difference_cents: number;
  readonly discount_cents: number;
}

/** A payment was applied, or taken back where negative; what came with it stays or becomes unapplied. A discount settles as money does. */
export function allocationEntry(payment: PaymentName, changes: readonly AllocationChange[], occasion: Occasion): Entry {
  const applied = changes.flatMap(({ receivable_id, principal_cents, fine_cents, interest_cents, difference_cents, discount_cents }) => [
    line('receivable', -principal_cents - discount_cents, { receivable_id, payment }),
    line('discount', discount_cents, { receivable_id, payment }),
    line('fine_income', -fine_cents, { receivable_id, payment }),
    line('interest_income', -interest_cents, { receivable_id, payment }),
    line('charge_difference', -difference_cents, { receivable_id, payment }),
  ]);
  const moved_cents = applied.reduce((sum, { amount_cents }) => sum - amount_cents, 0);
  return entry(`allocation:${paymentCause(payment)}:${occasion.event_id}`, occasion, [line('unapplied', moved_cents, { payment }), ...applied]);
}

const isOn = ({ source, payment_id }: PaymentName, { postings }: Entry): boolean => postings.some((each) => each.payment_id === payment_id && each.source === source);

/**
 * What an event posts on payments, with what was applied of them through it: one entry a payment. What is applied as it comes passes through no third
 * account, so `unapplied` holds only what stays there.
 */
export function withApplied(posted: readonly Entry[], applied: readonly (readonly [PaymentName, Entry])[]): Entry[] {
  const entries = [...posted];
  for (const [payment, allocation] of applied) {
    const index = posted.findIndex((each) => isOn(payment, each));
    if (index < 0) entries.push(allocation);
    else entries[index] = { ...entries[index]!, postings: netted([...entries[index]!.postings, ...allocation.postings], payment) };
  }
  return entries;
}

function netted(postings: readonly Posting[], payment: PaymentName): Posting[] {
  const unapplied_cents = postings.reduce((sum, { account, amount_cents }) => (account === 'unapplied' ? sum + amount_cents : sum), 0);
  const others = postings.filter(({ account }) => account !== 'unapplied');
  return unapplied_cents === 0 ? others : [...others, line('unapplied', unapplied_cents, { payment })];
}
