import {
  BillingInvoiceAmended, BillingInvoiceCancelled, BillingInvoiceIssued, BillingPaymentCredited, BillingPaymentFailed, BillingPaymentPending, BillingPaymentReported, BillingRefundReported,
  type ChargesTold, customerKey, type Contract, type DataOf, derivedId, DunningHoldLifted, DunningHoldPlaced, DunningWriteOffRequested, type EventOf, NegotiationAgreementBroken, NegotiationAgreementCompleted,
  NegotiationAgreementMade, NegotiationDisputeRaised, NegotiationDisputeResolved, NegotiationPromiseBroken, NegotiationPromiseMade, type Outgoing,
} from '@emdia/contracts';
import type { Step, Store } from '@emdia/messaging';
import type { AllocationPolicy } from '../src/allocation-policy/allocation-policy';
import { type Account, accountKeyOf, newAccount, unappliedCents } from '../src/accounts/account';
import { applyWriteOff, decideWriteOff } from '../src/accounts/write-offs';
import { applyPayment } from '../src/accounts/applications';
import { applyAmended, applyCancelled, applyIssued } from '../src/accounts/invoices';
import { applyCredited, applyFailed, applyFiled, applyPending, applyRefunded, applyRefundFiled, applyReported, applyWithdrawn } from '../src/accounts/payments';
import { referencesOf } from '../src/accounts/references';
import {
  applyAgreementBroken, applyAgreementCompleted, applyAgreementMade, applyDisputeRaised, applyDisputeResolved, applyHoldLifted, applyHoldPlaced, applyPromiseEnded,
  applyPromiseMade,
} from '../src/accounts/standstills';
import { onCustomer, onPayment, onReferences } from '../src/accounts/steps';

export const CREDITOR = 'acme';
export const CUSTOMER = 'C-1';
export const KEY = customerKey(CREDITOR, CUSTOMER);
export const POLICY = { fine_percent: '2', interest_monthly_percent: '1', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY' } as const;
export const receivableId = (invoice: string) => derivedId('receivable', CREDITOR, invoice);
export const [HOLD, DISPUTE, PROMISE, AGREEMENT] = ['hold', 'dispute', 'promise', 'agreement'].map((name) => derivedId('test', name)) as [string, string, string, string];
export const instalmentId = (number: number) => derivedId('instalment', AGREEMENT, number);

/** A moment of Brasília's clock; noon where no time is given. */
export const at = (date: string, time = '12:00'): Date => new Date(`${date}T${time}:00-03:00`);

export const NOW = at('2026-03-10');

/** Stands where a store is named and nothing is stored: these specs fold in memory. */
export const noStore = { name: 'account' } as Store<Account>;

/** One event as it comes in, and the step it is answered with; `what` makes its id. */
export interface Told {
  readonly event: EventOf<Contract>;
  readonly stepOn: (store: Store<Account>) => Step<Account, unknown>;
  /** The event without which there can be none of this. */
  readonly after?: string;
}

function told<C extends Contract>(contract: C, what: string, data: DataOf<C>, stepOn: (store: Store<Account>, event: EventOf<C>) => Step<Account>, time = NOW): Told {
  const { creditor_id, customer_id } = data as { creditor_id: string; customer_id: string | null };
  const key = 'payment_id' in (data as object) ? accountKeyOf(data as never) : customerKey(creditor_id, customer_id!);
  const event = { id: derivedId('told', contract.type, what), type: contract.type, source: '/emdia/test', key, time: time.toISOString(), creditor_id, data } as EventOf<C>;
  return { event, stepOn: (store) => stepOn(store, event) };
}

type Issued = DataOf<typeof BillingInvoiceIssued>;

/** 100.00 due on Monday 2026-03-02 without charges, where not told otherwise. */
export const issued = (invoice: string, more: Partial<Issued> = {}): Told => {
  const data: Issued = {
    creditor_id: CREDITOR, customer_id: CUSTOMER, receivable_id: receivableId(invoice), invoice_id: invoice, issue_date: '2026-02-15', due_date: '2026-03-02', currency: 'BRL',
    amount_cents: 10_000, charge_policy: null, instruments: [], source_version: 1, ...more,
  };
  return told(BillingInvoiceIssued, `${invoice} ${data.source_version} ${data.customer_id}`, data, (store, e) => onReferences(store, e, referencesOf(e.data), applyIssued));
};

const ofInvoice = (invoice: string) => ({ creditor_id: CREDITOR, customer_id: CUSTOMER, receivable_id: receivableId(invoice), invoice_id: invoice });

export const amended = (invoice: string, source_version: number, amount_cents: number, due_date = '2026-03-02', what = `${invoice} ${source_version}`): Told =>
  told(BillingInvoiceAmended, what, { ...ofInvoice(invoice), source_version, amount_cents, due_date }, (store, e) => onCustomer(store, e, applyAmended));

export const cancelled = (invoice: string, source_version: number): Told =>
  told(BillingInvoiceCancelled, `${invoice} ${source_version}`, { ...ofInvoice(invoice), source_version }, (store, e) => onCustomer(store, e, applyCancelled));

interface Paying {
  readonly amount_cents?: number;
  readonly customer_id?: string | null;
  readonly paid_date?: string;
  readonly source?: string;
  readonly currency?: string;
  readonly credit_date?: string;
  readonly fee_cents?: number;
  readonly discount_cents?: number;
  readonly charges?: ChargesTold;
  readonly reason?: 'refund' | 'chargeback' | 'pix-devolution';
}

const ofPayment = (payment_id: string, reference: string | null, { customer_id = CUSTOMER, source = 'bank' }: Paying) => ({ creditor_id: CREDITOR, payment_id, source, customer_id, reference });

export const paid = (payment_id: string, reference: string | null, more: Paying = {}): Told => {
  // Credited by the day of the story, where not told otherwise.
  const { amount_cents = 10_000, paid_date = '2026-03-02', currency = 'BRL', fee_cents, discount_cents, charges, credit_date = [paid_date, '2026-03-10'].sort()[0]! } = more;
  const parts = { ...(fee_cents === undefined ? {} : { fee_cents }), ...(discount_cents === undefined ? {} : { discount_cents }), ...(charges === undefined ? {} : { charges }) };
  const data = { ...ofPayment(payment_id, reference, more), amount_cents, currency, paid_date, credit_date, ...parts };
  return told(BillingPaymentReported, `${data.source} ${payment_id}`, data, (store, e) => onPayment(store, e, applyReported));
};

/** The same payment, or refund, as a bank's file tells it, perhaps for the second time. */
export const byFile = ({ event, ...told }: Told, time = 1): Told => {
  const apply = event.type === BillingPaymentReported.type ? applyFiled : applyRefundFiled;
  const filed = { ...event, id: derivedId('filed', event.id, time) };
  return { ...told, event: filed, stepOn: (store) => onPayment(store, filed as never, apply as never) };
};

/** The file that told a payment, or refund, is undone; `time`: for which time. */
export const undone = ({ event, ...told }: Told, time = 1): Told => {
  const { refund_id = null } = event.data as { refund_id?: string };
  const withdrawn = { ...event, type: 'payment-withdrawn', id: derivedId('withdrawn', event.id, time), data: { ...(event.data as object), refund_id } };
  return { ...told, event: withdrawn as never, after: byFile({ event, ...told }, time).event.id, stepOn: (store) => onPayment(store, withdrawn as never, applyWithdrawn as never) };
};

export const credited = (payment_id: string, reference: string | null, credit_date: string, more: Paying = {}): Told =>
  told(BillingPaymentCredited, payment_id, { ...ofPayment(payment_id, reference, more), credit_date, ...(more.fee_cents === undefined ? {} : { fee_cents: more.fee_cents }) },
    (store, e) => onPayment(store, e, applyCredited));

export const pending = (payment_id: string, reference: string | null, more: Paying = {}, time = NOW): Told =>
  told(BillingPaymentPending, `${payment_id} ${time.toISOString()}`, { ...ofPayment(payment_id, reference, more), amount_cents: more.amount_cents ?? 10_000, currency: 'BRL' },
    (store, e) => onPayment(store, e, applyPending), time);

export const failed = (payment_id: string, reference: string | null, more: Paying = {}, time = at('2026-03-10', '12:05')): Told =>
  told(BillingPaymentFailed, `${payment_id} ${time.toISOString()}`, ofPayment(payment_id, reference, more), (store, e) => onPayment(store, e, applyFailed), time);

export const refunded = (payment_id: string, refund_id: string, amount_cents: number, reference: string | null, more: Paying = {}): Told =>
  told(BillingRefundReported, `${payment_id} ${refund_id}`, { ...ofPayment(payment_id, reference, more), refund_id, amount_cents, currency: 'BRL', refunded_date: '2026-03-09', ...(more.reason ? { reason: more.reason } : {}) },
    (store, e) => onPayment(store, e, applyRefunded));

const party = { creditor_id: CREDITOR, customer_id: CUSTOMER };

export const held = (invoices: string[] = [], hold_id = HOLD): Told =>
  told(DunningHoldPlaced, hold_id, { ...party, hold_id, receivable_ids: invoices.map(receivableId), reason: 'ill', actor: 'agent-7', review_date: '2026-03-20' },
    (store, e) => onCustomer(store, e, applyHoldPlaced));
export const lifted = (hold_id = HOLD): Told => told(DunningHoldLifted, hold_id, { ...party, hold_id, reason: 'well', actor: 'agent-7' }, (store, e) => onCustomer(store, e, applyHoldLifted));

export const disputed = (invoices: string[]): Told =>
  told(NegotiationDisputeRaised, 'd', { ...party, dispute_id: DISPUTE, receivable_ids: invoices.map(receivableId), reason: 'never delivered', review_date: '2026-03-17', actor: 'agent-7' },
    (store, e) => onCustomer(store, e, applyDisputeRaised));
export const resolved = (invoices: string[]): Told =>
  told(NegotiationDisputeResolved, 'd', { ...party, dispute_id: DISPUTE, receivable_ids: invoices.map(receivableId), outcome: 'rejected', actor: 'agent-7' },
    (store, e) => onCustomer(store, e, applyDisputeResolved));

export const promised = (invoices: string[]): Told =>
  told(NegotiationPromiseMade, 'p', { ...party, promise_id: PROMISE, receivable_ids: invoices.map(receivableId), amount_cents: 10_000, promised_date: '2026-03-13', actor: 'agent-7' },
    (store, e) => onCustomer(store, e, applyPromiseMade));
export const promiseBroken = (invoices: string[]): Told =>
  told(NegotiationPromiseBroken, 'p', { ...party, promise_id: PROMISE, receivable_ids: invoices.map(receivableId), received_cents: 0 }, (store, e) => onCustomer(store, e, applyPromiseEnded));

/** Instalments of the amounts given, due on the 13th of March, April, May and so on. */
export const agreed = (invoices: string[], amounts: number[], waived_cents = 0): Told => {
  const instalments = amounts.map((amount_cents, index) => ({ instalment_id: instalmentId(index + 1), number: index + 1, due_date: `2026-0${index + 3}-13`, amount_cents }));
  return told(NegotiationAgreementMade, 'a', { ...party, agreement_id: AGREEMENT, receivable_ids: invoices.map(receivableId), instalments, waived_cents, actor: 'agent-7' },
    (store, e) => onReferences(store, e, e.data.instalments.map(({ instalment_id }) => instalment_id), applyAgreementMade));
};
export const completed = (invoices: string[], waived_cents: number): Told =>
  told(NegotiationAgreementCompleted, 'a', { ...party, agreement_id: AGREEMENT, receivable_ids: invoices.map(receivableId), waived_cents }, (store, e) => onCustomer(store, e, applyAgreementCompleted));
export const agreementBroken = (invoices: string[]): Told =>
  told(NegotiationAgreementBroken, 'a', { ...party, agreement_id: AGREEMENT, receivable_ids: invoices.map(receivableId), instalment_id: instalmentId(1) },
    (store, e) => onCustomer(store, e, applyAgreementBroken));

/** A person puts unapplied money on an invoice's receivable. */
export const applied = (payment_id: string, reference: string | null, invoice: string, more: Paying = {}, customer_id = CUSTOMER): Told => {
  const { source = 'bank', amount_cents } = more;
  const from = accountKeyOf(ofPayment(payment_id, reference, more));
  const to = customerKey(CREDITOR, customer_id);
  return {
    event: { id: derivedId('told', payment_id, invoice), key: from } as EventOf<Contract>,
    stepOn: (store) => applyPayment(store, from, to, { source, payment_id, receivable_id: receivableId(invoice), amount_cents, actor: 'agent-7' }),
  };
};

/** A person gives up an invoice's receivable, or takes it up again. */
export const writtenOff = (invoice: string, written_off = true): Told => ({
  event: { id: derivedId('told', invoice, String(written_off)), key: KEY } as EventOf<Contract>,
  stepOn: (store) => decideWriteOff(store, KEY, { receivable_id: receivableId(invoice), written_off, reason: 'no estate', actor: 'agent-7' }),
});

/** The régua gives it up. */
export const givenUp = (invoice: string): Told => told(DunningWriteOffRequested, invoice, {
  creditor_id: CREDITOR, customer_id: CUSTOMER, case_id: derivedId('case'), act_id: derivedId('act', invoice), receivable_id: receivableId(invoice), invoice_id: invoice, due_date: '2026-03-02', step: 'D+90',
  regua_version: 'firme-2', open_cents: 10_000, call_began_at: NOW.toISOString(), valid_until: NOW.toISOString(), facts: [],
}, (store, e) => onCustomer(store, e, applyWriteOff));

export interface World {
  /** The creditor's orders of allocation, as the store would load them. */
  readonly policies?: readonly AllocationPolicy[];
  readonly accounts: ReadonlyMap<string, Account>;
  readonly events: readonly Outgoing[];
  readonly ignored: readonly string[];
  readonly results: readonly unknown[];
}

export const nothing: World = { accounts: new Map(), events: [], ignored: [], results: [] };

/** Folds events over accounts in memory, as the runner does; what would be saved heaps up in `unsaved`. */
export function tell(world: World, things: readonly (Told | Date)[]): World {
  let now = NOW;
  return things.reduce<World>((before, thing) => {
    if (thing instanceof Date) {
      now = thing;
      return before;
    }
    const step = thing.stepOn(noStore);
    const states = new Map(before.accounts);
    for (const key of step.keys) if (!states.has(key)) states.set(key, newAccount(key, null, before.policies));
    const decision = step.decide(states, now);
    const results = [...before.results, decision.result];
    if ('ignored' in decision) return { ...before, accounts: states, ignored: [...before.ignored, decision.ignored], results };
    for (const [key, account] of decision.next) states.set(key, account);
    return { ...before, accounts: states, events: [...before.events, ...(decision.events ?? [])], ignored: before.ignored, results };
  }, world);
}

export const given = (...before: (Told | Date)[]) => ({
  when: (...things: (Told | Date)[]): World => tell({ ...tell(nothing, before), events: [], ignored: [], results: [] }, things),
});

export const account = ({ accounts }: World, key = KEY): Account => accounts.get(key)!;
export const position = (world: World, invoice: string) => account(world).receivables.get(receivableId(invoice))!.position!;
export const typesOf = ({ events }: World): string[] => events.map(({ contract }) => contract.type.replace(/^reconciliation\.|\.v1$/g, ''));

/** Balances of the ledger as posted so far, by account; those at zero left out. */
export function balances({ accounts }: World): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { unsaved } of accounts.values())
    for (const { postings } of unsaved.entries) for (const { account: name, amount_cents } of postings) sums[name] = (sums[name] ?? 0) + amount_cents;
  return Object.fromEntries(Object.entries(sums).filter(([, cents]) => cents !== 0));
}

/** Unapplied cents by payment, those at zero left out. */
export const unapplied = ({ accounts }: World): Record<string, number> =>
  Object.fromEntries([...accounts.values()].flatMap(({ payments }) => [...payments.values()].map((payment) => [payment.payment_id, unappliedCents(payment)] as const)).filter(([, cents]) => cents !== 0));
