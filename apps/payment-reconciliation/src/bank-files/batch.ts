import { v7 as uuid7 } from 'uuid';
import { BillingPaymentPending, BillingPaymentReported, BillingRefundReported, type Contract, type DataOf, type Event, type EventOf } from '@emdia/contracts';
import { Outdated, type Step, type Store } from '@emdia/messaging';
import { type Account, accountKeyOf, type Payment, paymentKey } from '../accounts/account';
import { applyAwaited, applyDoubted, applyFiled, applyLetGo, applyRefundFiled, applyWithdrawn, tellingOf, type Withdrawn } from '../accounts/payments';
import { type Apply, onAccount, onPayment } from '../accounts/steps';
import { type KnownRow, type LeftReason, type Money, referencesIn } from './row';
import type { Counts, KeptRow, Outcome, RowState, Status, StoredFile, TakenBatch, Teller } from './stored-file';

/** What has to be known before rows are taken in. */
export interface Found {
  /** Rows that are kept already, by row id. */
  readonly kept: ReadonlyMap<string, KeptRow>;
  /** References that some account has claimed, and which. */
  readonly claimed: ReadonlyMap<string, string>;
  /** Payments of this source whose money has come, by whatever road, by their ids. */
  readonly received: ReadonlyMap<string, Received>;
  /** Posted rows that a reversal may mean: by payment id; and those of which nothing went back yet by our number, the newest first. */
  readonly payments: ReadonlyMap<string, KeptRow>;
  readonly byNumber: ReadonlyMap<string, readonly KeptRow[]>;
}

/** A payment that has come, the account it is in, and who has told what of it. */
export interface Received extends Pick<Payment, 'payment_id' | 'reference' | 'tellings' | 'received_cents'> {
  readonly account_key: string;
}

/** Rows as steps on accounts, and what they come to for the file. */
export interface Batch {
  readonly steps: readonly Step[];
  readonly taken: TakenBatch;
}

type About = { readonly creditor_id: string; readonly source: string; readonly payment_id: string; readonly customer_id: null; readonly reference: string | null };

const ORIGIN = '/emdia/payment-reconciliation';

/** An event of our own; what is undone and posted again is another one. */
function told<C extends Contract>(contract: C, data: DataOf<C> & About, now: Date): EventOf<C> {
  return { id: uuid7(), type: contract.type, source: ORIGIN, key: accountKeyOf(data), time: now.toISOString(), creditor_id: data.creditor_id, data };
}

/** Takes rows of one file in, in their order; later rows see what earlier ones did. */
class Taking {
  readonly steps: Step[] = [];
  readonly kept: KeptRow[] = [];
  readonly counts: Partial<Record<Outcome, number>> = {};
  posted_cents = 0;
  private readonly now_kept = new Map<string, KeptRow>();
  private readonly now_posted = new Map<string, KeptRow>();
  /** Payments that were taken back by their number. */
  private readonly now_returned = new Set<string>();

  constructor(
    private readonly file: StoredFile,
    private readonly found: Found,
    private readonly accounts: Store<Account>,
    private readonly now: Date,
  ) {}

  take(row: KnownRow, refused: boolean): void {
    const outcome = refused ? this.leave(row, 'refused-by-ledger', this.found.kept.get(row.row_id) ?? null) : this.outcomeOf(row);
    this.counts[outcome] = (this.counts[outcome] ?? 0) + 1;
  }

  private outcomeOf(row: KnownRow): Outcome {
    const { said } = row;
    const before = this.now_kept.get(row.row_id) ?? this.found.kept.get(row.row_id) ?? null;
    switch (said.kind) {
      case 'nothing':
        return 'nothing';
      case 'left':
        if (before && before.state !== 'undone') {
          this.known(row, before, false);
          return before.state === 'left' ? 'left' : 'known';
        }
        return this.leave(row, said.reason, before);
      case 'reversed':
        return this.reverse(row, said, before);
      default:
        return this.pay(row, said.money, said.kind === 'credited' ? said.credit_date : null, before);
    }
  }

  /** Left to a person; whom a payment names that cannot be booked is not asked meanwhile. */
  leave(row: KnownRow, reason: LeftReason, before: KeptRow | null): Outcome {
    const references = referencesIn(row);
    if (references === null) this.keep(row, 'left', { reason }, before);
    else {
      // What has come holds nobody: what is doubtful beside it is awaited under the row's own name.
      const payment_id = this.found.received.has(ledgerId(this.file, row)) ? row.row_id : ledgerId(this.file, row);
      const reference = this.referenceOf({ references });
      const { amount_cents, currency } = 'money' in row.said ? row.said.money : { amount_cents: 0, currency: this.file.read?.currency ?? 'BRL' };
      this.hold(this.about(payment_id, reference), amount_cents, currency);
      this.keep(row, 'left', { reason, payment_id, reference }, before);
    }
    return 'left';
  }

  private hold(about: About, amount_cents: number, currency: string): void {
    const apply = this.file.status === 'holding' ? applyDoubted : applyAwaited;
    this.on(told(BillingPaymentPending, { ...about, amount_cents, currency }, this.now), apply);
  }

  private pay(row: KnownRow, money: Money, credit_date: string | null, before: KeptRow | null): Outcome {
    const state = before?.state;
    const isHolding = this.file.status === 'holding';
    const isOut = state === 'awaiting' || state === 'held' || (state === 'left' && before!.payment_id !== null);
    if (state === 'posted' || state === 'returned' || (isOut && (isHolding || (state === 'awaiting' && credit_date === null)))) return this.known(row, before!, credit_date !== null);
    const payment_id = ledgerId(this.file, row);
    const other = this.byEvent(payment_id, null);
    if (other) return other.amount_cents === money.amount_cents ? 'known' : this.leave(row, 'other-amount', before);
    const reference = isOut ? before!.reference : this.referenceOf(money);
    const about = this.about(payment_id, reference);
    const { amount_cents, currency, fee_cents, discount_cents, charges, paid_date } = money;
    const line = { payment_id, reference, amount_cents, paid_date, credit_date };
    if (credit_date === null || isHolding) {
      // What was held already stays held by the same word.
      if (!isOut) this.hold(about, amount_cents, currency);
      const waits = isHolding ? 'held' : 'awaiting';
      this.keep(row, waits, line, before);
      return waits;
    }
    // What is spread comes last: a property that follows it costs the engine more than a microsecond.
    const data = { amount_cents, currency, paid_date, credit_date, discount_cents, credited: true, fee_cents: fee_cents ?? undefined, charges: charges ?? undefined, ...about };
    this.on(told(BillingPaymentReported, data, this.now), applyFiled);
    this.posted_cents += amount_cents;
    this.now_posted.set(payment_id, this.keep(row, 'posted', line, before));
    return 'posted';
  }

  /** The payment a row takes back is the one it names, else the newest of that number and amount. */
  private reverse(row: KnownRow, said: Extract<KnownRow['said'], { kind: 'reversed' }>, before: KeptRow | null): Outcome {
    if (before?.state === 'returned') return this.known(row, before, true);
    // Nothing is taken back on the word of a file that nobody has confirmed.
    if (this.file.status === 'holding') return 'held';
    const { amount_cents, currency, date } = said;
    const payment = this.payment(row, said);
    if (!payment) {
      this.keep(row, 'left', { reason: 'unknown-payment', amount_cents, paid_date: date }, before);
      return 'left';
    }
    const payment_id = payment.payment_id!;
    const refund_id = ledgerId(this.file, row);
    const other = this.byEvent(payment_id, refund_id);
    if (other?.amount_cents === amount_cents) return 'known';
    if (other) {
      this.keep(row, 'left', { reason: 'other-amount', amount_cents, paid_date: date }, before);
      return 'left';
    }
    const data = { ...this.about(payment_id, payment.reference), refund_id, amount_cents, currency, refunded_date: date, reason: this.file.read?.kind === 'pix' ? ('pix-devolution' as const) : ('chargeback' as const) };
    this.on(told(BillingRefundReported, data, this.now), said.of === null ? returnedWhole : returnedOf, 'account_key' in payment ? payment.account_key : undefined);
    if (said.of === null) this.now_returned.add(payment_id);
    this.posted_cents -= amount_cents;
    this.keep(row, 'returned', { payment_id, reference: refund_id, amount_cents, paid_date: date }, before);
    return 'returned';
  }

  private payment({ our_number }: KnownRow, { of, amount_cents }: { readonly of: string | null; readonly amount_cents: number }): KeptRow | Received | null {
    if (of !== null) return this.now_posted.get(of) ?? this.found.payments.get(of) ?? this.found.received.get(of) ?? null;
    if (our_number === null) return null;
    const all = [...[...this.now_posted.values()].filter((kept) => kept.our_number === our_number).reverse(), ...(this.found.byNumber.get(our_number) ?? [])];
    return all.find((kept) => kept.amount_cents === amount_cents && !this.now_returned.has(kept.payment_id!)) ?? null;
  }

  /** What events have told of a payment or its refund: it stands by their word, which nobody withdraws, and where they say the same, the file says nothing new. */
  private byEvent(payment_id: string, refund_id: string | null) {
    const received = this.found.received.get(payment_id);
    const telling = received && tellingOf(received, refund_id);
    return telling?.by_event ? telling : null;
  }

  /** The surest reference that somebody has; the surest of all where nobody has any, so that an invoice which comes later may claim it. */
  private referenceOf({ references }: Pick<Money, 'references'>): string | null {
    return references.find((each) => this.found.claimed.has(each)) ?? references[0] ?? null;
  }

  /** On the account that has claimed the reference, where one is known: a claim is never withdrawn, and the reference's own account need not be locked as well. */
  private on<D extends Pick<About, 'reference'>>(event: Event<D>, apply: Apply<D>, account_key?: string): void {
    const { reference } = event.data;
    this.steps.push(onAccount(this.accounts, account_key ?? (reference === null ? undefined : this.found.claimed.get(reference)) ?? event.key, event, apply));
  }

  private about(payment_id: string, reference: string | null): About {
    const { creditor_id, source } = this.file;
    return { creditor_id, source, payment_id, customer_id: null, reference };
  }

  private keep({ row_id, line, our_number }: KnownRow, state: RowState, more: Partial<KeptRow>, before: KeptRow | null): KeptRow {
    const { file_id } = this.file;
    const others = [...(before?.others ?? []), ...(before && before.state !== 'undone' ? [{ file_id: before.file_id, line: before.line, credited: before.credit_date !== null }] : [])];
    return this.put({
      row_id, file_id, line, our_number, state, payment_id: null, reference: null, amount_cents: null, paid_date: null, credit_date: null, reason: null, ...more,
      others: others.filter((other) => other.file_id !== file_id), version: before?.version ?? null,
    });
  }

  /** It stands by another file's word; should that one be undone, by this one's. Written even where that is known, so that it cannot be undone at this very instant. */
  private known({ line }: KnownRow, before: KeptRow, credited: boolean): Outcome {
    const { file_id } = this.file;
    const isTold = before.file_id === file_id || before.others.some((other) => other.file_id === file_id);
    this.put(isTold ? before : { ...before, others: [...before.others, { file_id, line, credited }] });
    return 'known';
  }

  private put(row: KeptRow): KeptRow {
    this.now_kept.set(row.row_id, row);
    this.kept.push(row);
    return row;
  }
}

/** Takes a payment back that was there when it was looked up, as far as `isLeft` says; else it is looked up again. */
const returnedIf = (isLeft: (payment: Payment, amount_cents: number) => boolean): typeof applyRefundFiled => (account, event, now) => {
  const payment = account.payments.get(paymentKey(event.data));
  if (payment && !isLeft(payment, event.data.amount_cents)) throw new Outdated(`${payment.payment_id} was taken back meanwhile`);
  return applyRefundFiled(account, event, now);
};
const returnedOf = returnedIf(({ received_cents }) => received_cents > 0);
/** A number alone does not say which payment it means: two of them take back two payments. */
const returnedWhole = returnedIf(({ received_cents, refunded_cents }, amount_cents) => received_cents - refunded_cents >= amount_cents);

/** The id of a payment, or of what takes it back: a Pix is known by its endToEndId, a devolução by its rtrId, on every road by which they are told; any other row by what it says. */
export const ledgerId = ({ read }: Pick<StoredFile, 'read'>, { external_id, row_id }: KnownRow): string => (read?.kind === 'pix' && external_id !== null ? external_id : row_id);

/** The steps of rows that follow each other in a file, and what is written of them beside; of rows that the ledger refused, what can be done without it. */
export function batchOf(file: StoredFile, from_row: number, rows: readonly KnownRow[], found: Found, accounts: Store<Account>, now: Date, refused = false): Batch {
  const taking = new Taking(file, found, accounts, now);
  for (const row of rows) taking.take(row, refused);
  const { steps, kept, counts, posted_cents } = taking;
  // Of a row that comes twice in a file the last word is kept: an upsert may not meet it twice.
  const last = new Map(kept.map((row) => [row.row_id, row]));
  return { steps, taken: { file, from_row, rows: rows.length, counts: counts as Partial<Counts>, posted_cents, kept: [...last.values()] } };
}

/** A row that did something, the account that its payment is in now, and the other files that stand and tell it. */
export interface Placed {
  readonly row: KeptRow;
  readonly account_key: string | null;
  readonly tellers: readonly (Teller & { readonly status: Status })[];
}

/** What taking a row back comes to; `heir` is the file that it goes over to. */
export interface TakenBack {
  readonly steps: readonly Step[];
  readonly kept: KeptRow;
  readonly heir: Placed['tellers'][number] | null;
}

/**
 * Takes back what a row did, as far as no other file tells it: one that has posted it keeps it where it is, with all that people decided on it; one that told it
 * without its credit, or that waits for confirmation, still keeps its debtor from being asked.
 */
export function takenBack(file: StoredFile, placed: Placed, accounts: Store<Account>, now: Date): TakenBack {
  const { row, account_key, tellers } = placed;
  const isMoney = row.state === 'posted' || row.state === 'returned';
  const believed = tellers.filter(({ status }) => status !== 'holding' && status !== 'needs-confirmation');
  const equal = isMoney ? believed.find(({ credited }) => credited) : believed[0];
  const heir = equal ?? (row.state === 'returned' ? undefined : (believed[0] ?? tellers[0])) ?? null;
  const undo = isMoney && equal ? [] : undoing(file, row, account_key, accounts, now);
  if (!heir) return { steps: undo, kept: { ...row, state: 'undone' }, heir };
  const { file_id, line } = heir;
  const kept = { ...row, file_id, line, others: row.others.filter((other) => other.file_id !== file_id) };
  if (equal) return { steps: [], kept, heir };
  const state = believed.length > 0 ? 'awaiting' : 'held';
  if (!isMoney) return { steps: [], kept: { ...kept, state }, heir };
  const { creditor_id, source, read } = file;
  const data = { creditor_id, source, payment_id: row.payment_id!, customer_id: null, reference: row.reference, amount_cents: row.amount_cents!, currency: read!.currency! };
  const pending = onPayment(accounts, told(BillingPaymentPending, data, now), state === 'held' ? applyDoubted : applyAwaited);
  return { steps: [...undo, pending], kept: { ...kept, state, credit_date: null }, heir };
}

function undoing({ creditor_id, source }: StoredFile, row: KeptRow, account_key: string | null, accounts: Store<Account>, now: Date): Step[] {
  if (account_key === null) return [];
  const isReturn = row.state === 'returned';
  const data = { creditor_id, source, payment_id: row.payment_id!, customer_id: null, reference: isReturn ? null : row.reference };
  const withdrawn: Event<Withdrawn> = {
    id: uuid7(), type: 'payment-withdrawn', source: ORIGIN, key: account_key, time: now.toISOString(), creditor_id, data: { ...data, refund_id: isReturn ? row.reference! : null, amount_cents: row.amount_cents ?? 0 },
  };
  return [onAccount(accounts, account_key, withdrawn, isReturn || row.state === 'posted' ? applyWithdrawn : applyLetGo)];
}
