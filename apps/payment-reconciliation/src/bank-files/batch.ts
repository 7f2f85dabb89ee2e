import { BillingPaymentFailed, BillingPaymentPending, BillingPaymentReported, BillingRefundReported, type Contract, type DataOf, derivedId, type Event, type EventOf } from '@emdia/contracts';
import type { Step, Store } from '@emdia/messaging';
import { type Account, accountKeyOf } from '../accounts/account';
import { applyFailed, applyPending, applyRefunded, applyReported, applyWithdrawn, type Withdrawn } from '../accounts/payments';
import { onAccount } from '../accounts/steps';
import type { KnownRow, Money } from './row';
import type { Counts, KeptRow, Outcome, RowState, StoredFile, TakenBatch } from './stored-file';

/** What has to be known before rows are taken in. */
export interface Found {
  /** Rows that are kept already, by row id. */
  readonly kept: ReadonlyMap<string, KeptRow>;
  /** References that some account has claimed, and which. */
  readonly claimed: ReadonlyMap<string, string>;
  /** Payment ids of this source whose money has come, by whatever road. */
  readonly received: ReadonlySet<string>;
  /** Posted rows that a reversal may mean: by payment id, and by our number the newest first. */
  readonly payments: ReadonlyMap<string, KeptRow>;
  readonly byNumber: ReadonlyMap<string, readonly KeptRow[]>;
}

/** Rows as steps on accounts, and what they come to for the file. */
export interface Batch {
  readonly steps: readonly Step[];
  readonly taken: TakenBatch;
}

type About = { readonly creditor_id: string; readonly source: string; readonly payment_id: string; readonly customer_id: null; readonly reference: string | null };

function told<C extends Contract>(contract: C, id: string, data: DataOf<C> & About, now: Date): EventOf<C> {
  return { id, type: contract.type, source: '/emdia/payment-reconciliation', key: accountKeyOf(data), time: now.toISOString(), creditor_id: data.creditor_id, data };
}

/** Takes rows of one file in, in their order; later rows see what earlier ones did. */
class Taking {
  readonly steps: Step[] = [];
  readonly kept: KeptRow[] = [];
  readonly counts: Partial<Record<Outcome, number>> = {};
  posted_cents = 0;
  private readonly now_kept = new Map<string, KeptRow>();
  private readonly now_posted = new Map<string, KeptRow>();

  constructor(
    private readonly file: StoredFile,
    private readonly found: Found,
    private readonly accounts: Store<Account>,
    private readonly now: Date,
  ) {}

  take(row: KnownRow): void {
    const outcome = this.outcomeOf(row);
    this.counts[outcome] = (this.counts[outcome] ?? 0) + 1;
  }

  private outcomeOf(row: KnownRow): Outcome {
    const { said } = row;
    const before = this.now_kept.get(row.row_id) ?? this.found.kept.get(row.row_id) ?? null;
    switch (said.kind) {
      case 'nothing':
        return 'nothing';
      case 'left':
        if (before && before.state !== 'undone') return before.state === 'left' ? 'left' : 'known';
        this.keep(row, 'left', { reason: said.reason });
        return 'left';
      case 'reversed':
        return this.reverse(row, said, before);
      default:
        return this.pay(row, said.money, said.kind === 'credited' ? said.credit_date : null, before);
    }
  }

  private pay(row: KnownRow, money: Money, credit_date: string | null, before: KeptRow | null): Outcome {
    const state = before?.state;
    const isHolding = this.file.status === 'holding';
    const isOut = state === 'awaiting' || state === 'held';
    if (state === 'posted' || state === 'returned' || (isOut && (isHolding || (state === 'awaiting' && credit_date === null)))) return 'known';
    const payment_id = isOut ? before!.payment_id! : nextPaymentId(before?.payment_id ?? null, this.file, row);
    if (this.found.received.has(payment_id)) return 'known';
    const reference = isOut ? before!.reference : this.referenceOf(money);
    const about = this.about(payment_id, reference);
    const { amount_cents, currency, fee_cents, discount_cents, paid_date } = money;
    const line = { payment_id, reference, amount_cents, paid_date, credit_date };
    if (credit_date === null || isHolding) {
      // What was held already stays held by the same word.
      if (!isOut) this.on(told(BillingPaymentPending, this.id('pending', payment_id), { ...about, amount_cents, currency }, this.now), applyPending);
      const waits = isHolding ? 'held' : 'awaiting';
      this.keep(row, waits, line);
      return waits;
    }
    const data = { ...about, amount_cents, currency, paid_date, credit_date, discount_cents, credited: true, ...(fee_cents === null ? {} : { fee_cents }) };
    this.on(told(BillingPaymentReported, this.id('posted', payment_id), data, this.now), applyReported);
    this.posted_cents += amount_cents;
    this.now_posted.set(payment_id, this.keep(row, 'posted', line));
    return 'posted';
  }

  /** The payment a row takes back is the one it names, else the newest of that number and amount. */
  private reverse(row: KnownRow, said: Extract<KnownRow['said'], { kind: 'reversed' }>, before: KeptRow | null): Outcome {
    if (before?.state === 'returned') return 'known';
    // Nothing is taken back on the word of a file that nobody has confirmed.
    if (this.file.status === 'holding') return 'held';
    const { amount_cents, currency, date } = said;
    const payment = this.payment(row, said);
    if (!payment) {
      this.keep(row, 'left', { reason: 'unknown-payment', amount_cents, paid_date: date });
      return 'left';
    }
    const payment_id = payment.payment_id!;
    const refund_id = again(before?.reference ?? null, row.row_id);
    const data = { ...this.about(payment_id, payment.reference), refund_id, amount_cents, currency, refunded_date: date, reason: this.file.read?.kind === 'pix' ? ('pix-devolution' as const) : ('chargeback' as const) };
    this.on(told(BillingRefundReported, this.id('returned', refund_id), data, this.now), applyRefunded);
    this.posted_cents -= amount_cents;
    this.keep(row, 'returned', { payment_id, reference: refund_id, amount_cents, paid_date: date });
    return 'returned';
  }

  private payment({ our_number }: KnownRow, { of, amount_cents }: { readonly of: string | null; readonly amount_cents: number }): KeptRow | null {
    if (of !== null) return this.now_posted.get(of) ?? this.found.payments.get(of) ?? null;
    if (our_number === null) return null;
    const all = [...[...this.now_posted.values()].filter((kept) => kept.our_number === our_number).reverse(), ...(this.found.byNumber.get(our_number) ?? [])];
    return all.find((kept) => kept.amount_cents === amount_cents) ?? null;
  }

  /** The surest reference that somebody has; the surest of all where nobody has any, so that an invoice which comes later may claim it. */
  private referenceOf({ references }: Money): string | null {
    return references.find((each) => this.found.claimed.has(each)) ?? references[0] ?? null;
  }

  /** On the account that has claimed the reference, where one is known: a claim is never withdrawn, and the reference's own account need not be locked as well. */
  private on<D extends Pick<About, 'reference'>>(event: Event<D>, apply: Parameters<typeof onAccount<D>>[3]): void {
    const { reference } = event.data;
    this.steps.push(onAccount(this.accounts, (reference === null ? undefined : this.found.claimed.get(reference)) ?? event.key, event, apply));
  }

  private about(payment_id: string, reference: string | null): About {
    const { creditor_id, source } = this.file;
    return { creditor_id, source, payment_id, customer_id: null, reference };
  }

  private id(what: string, of: string): string {
    return derivedId(`bank-row-${what}`, this.file.creditor_id, this.file.source, of);
  }

  private keep({ row_id, line, our_number }: KnownRow, state: RowState, more: Partial<KeptRow>): KeptRow {
    const row: KeptRow = {
      row_id, file_id: this.file.file_id, line, our_number, state, payment_id: null, reference: null, amount_cents: null, paid_date: null, credit_date: null, reason: null, ...more,
    };
    this.now_kept.set(row_id, row);
    this.kept.push(row);
    return row;
  }
}

/** What was taken back never comes again under the same id: the ledger posts a cause once. */
const again = (before: string | null, first: string): string => (before === null ? first : `${before.replace(/~\d+$/, '')}~${Number(/~(\d+)$/.exec(before)?.[1] ?? 1) + 1}`);

/** A Pix is known by its endToEndId on every road by which it is told; any other row by what it says. */
export const firstPaymentId = ({ read }: Pick<StoredFile, 'read'>, { external_id, row_id }: KnownRow): string => (read?.kind === 'pix' && external_id !== null ? external_id : row_id);

const nextPaymentId = (before: string | null, file: StoredFile, row: KnownRow): string => again(before, firstPaymentId(file, row));

/** The steps of rows that follow each other in a file, and what is written of them beside. */
export function batchOf(file: StoredFile, from_row: number, rows: readonly KnownRow[], found: Found, accounts: Store<Account>, now: Date): Batch {
  const taking = new Taking(file, found, accounts, now);
  for (const row of rows) taking.take(row);
  const { steps, kept, counts, posted_cents } = taking;
  // Of a row that comes twice in a file the last word is kept: an upsert may not meet it twice.
  const last = new Map(kept.map((row) => [row.row_id, row]));
  return { steps, taken: { file, from_row, rows: rows.length, counts: counts as Partial<Counts>, posted_cents, kept: [...last.values()] } };
}

/** A row that did something, and the account that its payment is in now. */
export interface Placed {
  readonly row: KeptRow;
  readonly account_key: string;
}

/** The step that takes back what a row did. */
export function undoing({ creditor_id, source }: StoredFile, { row, account_key }: Placed, accounts: Store<Account>, now: Date): Step {
  const payment_id = row.payment_id!;
  const about = { creditor_id, source, payment_id, customer_id: null, reference: row.state === 'returned' ? null : row.reference };
  if (row.state === 'awaiting' || row.state === 'held') return onAccount(accounts, account_key, told(BillingPaymentFailed, derivedId('bank-row-undone', creditor_id, source, payment_id), { ...about, code: 'file-undone' }, now), applyFailed);
  const refund_id = row.state === 'returned' ? row.reference! : null;
  const data: Withdrawn = { ...about, refund_id, amount_cents: row.amount_cents! };
  const id = derivedId('bank-row-undone', creditor_id, source, payment_id, refund_id ?? '');
  return onAccount(accounts, account_key, { id, type: 'payment-withdrawn', source: '/emdia/payment-reconciliation', key: account_key, time: now.toISOString(), creditor_id, data }, applyWithdrawn);
}
