import { type CivilDate, daysBetween } from '@emdia/calendar';
import {
  customerKey, derivedId, outgoing, ReconciliationBalanceChanged, ReconciliationPaymentUnmatched, ReconciliationReceivableReopened, ReconciliationReceivableSettled,
  type Instrument, type Outgoing,
} from '@emdia/contracts';
import { effectiveDueDate } from '@emdia/money';
import { allocationEntry, billingEntry, type Entry, waiverEntry, withApplied, writeOffEntry } from '../ledger/entry';
import {
  type Account, type Allocation, isCancelled, isWrittenOff, type Payment, type Position, type Receivable, unappliedCents,
} from './account';
import { allocate } from './allocate';
import { type Restraint, restraints } from './collectability';
import { matcher, type Match } from './references';

/** What made an account look again: the event or command by its id, and why a settled receivable would be open again after it. */
export interface Cause {
  readonly id: string;
  readonly reopens: 'refund' | 'chargeback' | 'amendment' | 'reinstated';
}

export interface Concluded {
  readonly next: Account;
  readonly events: readonly Outgoing[];
}

/**
 * Recomputes an account from its facts: applications, positions, collectability. What differs from before is posted as
 * entries, gets a new version and is told, each receivable whole and once. `posted` are entries of the cause itself.
 */
export function conclude(before: Account, facts: Account, cause: Cause, now: Date, posted: readonly Entry[] = []): Concluded {
  const match = matcher(facts);
  const payments = allocate(facts, match);
  const receivables = positioned(before, { ...facts, payments }, match);
  const changed = [...receivables.values()].filter((receivable) => receivable !== facts.receivables.get(receivable.receivable_id));
  const entries = [
    ...withApplied(posted, allocationEntries(before.payments, payments, cause, now)),
    ...changed.flatMap((receivable) => receivableEntries(before.receivables.get(receivable.receivable_id), receivable, cause, now)),
  ];
  const changes = changed.map(({ receivable_id, position }) => {
    const { version, collectability, status, open_cents } = position!;
    return { receivable_id, version, collectability, status, open_cents, recorded_at: now };
  });
  const { unsaved } = facts;
  const next = { ...facts, payments, receivables, unsaved: { ...unsaved, entries: [...unsaved.entries, ...entries], changes: [...unsaved.changes, ...changes] } };
  const events = changed.flatMap((receivable) => tell(before.receivables.get(receivable.receivable_id)?.position ?? null, receivable, next, cause, now));
  return { next, events: [...events, ...unmatched(before.payments, next, cause, now)] };
}

type Money = Omit<Position, 'version' | 'collectability' | 'review_date'>;

const SETTLED: Restraint = { collectability: 'settled', review_date: null };

/** The receivables of an account with positions as the facts make them; those that stay as they were are the same objects. */
function positioned(before: Account, account: Account, match: (reference: string | null) => Match): ReadonlyMap<string, Receivable> {
  const paid = paidByReceivable(account.payments);
  const money = new Map<string, Money>();
  for (const receivable of account.receivables.values())
    if (receivable.issue !== null) money.set(receivable.receivable_id, moneyOf(receivable, paid.get(receivable.receivable_id) ?? UNPAID));
  const restraintOf = restraints(account, match, (id) => money.get(id)?.open_cents ?? 0);
  const receivables = new Map(account.receivables);
  for (const [id, now] of money) {
    const receivable = account.receivables.get(id)!;
    const restraint = now.status === 'open' ? restraintOf(id) : SETTLED;
    const known = receivable.position;
    const isReissued = receivable.issue !== before.receivables.get(id)?.issue;
    if (known && !isReissued && isSame(known, now, restraint)) continue;
    receivables.set(id, { ...receivable, position: positionOf(now, restraint, (known?.version ?? 0) + 1) });
  }
  return receivables;
}

// Written out, not spread, since this is done for every receivable at every change.
const isSame = (known: Position, now: Money, { collectability, review_date }: Restraint): boolean =>
  known.open_cents === now.open_cents && known.paid_cents === now.paid_cents && known.waived_cents === now.waived_cents && known.written_off_cents === now.written_off_cents && known.amount_cents === now.amount_cents &&
  known.status === now.status && known.settled_on === now.settled_on && known.original_due_date === now.original_due_date &&
  known.effective_due_date === now.effective_due_date && known.collectability === collectability && known.review_date === review_date;

const positionOf = (now: Money, { collectability, review_date }: Restraint, version: number): Position => ({
  version, amount_cents: now.amount_cents, paid_cents: now.paid_cents, waived_cents: now.waived_cents, written_off_cents: now.written_off_cents, open_cents: now.open_cents, status: now.status,
  settled_on: now.settled_on, original_due_date: now.original_due_date, effective_due_date: now.effective_due_date, collectability, review_date,
});

interface Paid {
  cents: number;
  discount_cents: number;
  last: CivilDate | null;
}

const UNPAID: Readonly<Paid> = { cents: 0, discount_cents: 0, last: null };

function paidByReceivable(payments: ReadonlyMap<string, Payment>): ReadonlyMap<string, Paid> {
  const paid = new Map<string, Paid>();
  for (const { allocations, paid_date } of payments.values()) {
    for (const { receivable_id, principal_cents, discount_cents } of allocations) {
      const known = paid.get(receivable_id) ?? UNPAID;
      paid.set(receivable_id, { cents: known.cents + principal_cents, discount_cents: known.discount_cents + discount_cents, last: later(known.last, paid_date) });
    }
  }
  return paid;
}

const later = (a: CivilDate | null, b: CivilDate | null): CivilDate | null => (a === null || (b !== null && b > a) ? b : a);

function moneyOf(receivable: Receivable, paid: Paid): Money {
  const { amount_cents, due_date } = receivable.terms!;
  const dates = { original_due_date: due_date, effective_due_date: effectiveDueDate(due_date) };
  if (isCancelled(receivable)) return { amount_cents: 0, paid_cents: 0, waived_cents: 0, written_off_cents: 0, open_cents: 0, status: 'cancelled', settled_on: null, ...dates };
  const waived_cents = waiverOf(receivable) + paid.discount_cents;
  const owed_cents = amount_cents - waived_cents - paid.cents;
  const isSettled = owed_cents === 0;
  // What comes after all makes it less, and pays it whole in the end.
  const written_off_cents = isWrittenOff(receivable) ? owed_cents : 0;
  return {
    amount_cents, paid_cents: paid.cents, waived_cents, written_off_cents, open_cents: owed_cents - written_off_cents,
    status: isSettled ? 'settled' : written_off_cents > 0 ? 'written-off' : 'open',
    settled_on: isSettled ? later(paid.last, receivable.waived_on) : null, ...dates,
  };
}

/** What was waived by agreement, of what has been told. A discount is posted with the payment that it came with. */
const waiverOf = (receivable: Receivable): number => (isCancelled(receivable) ? 0 : Math.min(receivable.terms!.amount_cents, receivable.waiver_cents));

function receivableEntries(before: Receivable | undefined, after: Receivable, cause: Cause, now: Date): Entry[] {
  const { receivable_id, issue, position } = after;
  const { version, amount_cents } = position!;
  const occasion = { event_id: cause.id, currency: issue!.currency, recorded_at: now };
  const billed_cents = amount_cents - (before?.position?.amount_cents ?? 0);
  const newly_waived_cents = waiverOf(after) - (before?.position ? waiverOf(before) : 0);
  const newly_written_off_cents = position!.written_off_cents - (before?.position?.written_off_cents ?? 0);
  return [
    ...(billed_cents === 0 ? [] : [billingEntry(receivable_id, version, billed_cents, occasion)]),
    ...(newly_waived_cents === 0 ? [] : [waiverEntry(receivable_id, version, newly_waived_cents, occasion)]),
    ...(newly_written_off_cents === 0 ? [] : [writeOffEntry(receivable_id, version, newly_written_off_cents, occasion)]),
  ];
}

function allocationEntries(before: ReadonlyMap<string, Payment>, after: ReadonlyMap<string, Payment>, cause: Cause, now: Date): (readonly [Payment, Entry])[] {
  const entries: (readonly [Payment, Entry])[] = [];
  for (const [key, payment] of after) {
    const known = before.get(key)?.allocations ?? [];
    if (payment.allocations === known || (payment.allocations.length === 0 && known.length === 0)) continue;
    const difference = subtracted(payment.allocations, known);
    if (difference.length === 0) continue;
    entries.push([payment, allocationEntry(payment, difference, { event_id: cause.id, currency: payment.currency!, recorded_at: now })]);
  }
  return entries;
}

const NOTHING = { principal_cents: 0, fine_cents: 0, interest_cents: 0, difference_cents: 0, discount_cents: 0 };

function subtracted(after: readonly Allocation[], before: readonly Allocation[]): Allocation[] {
  const ids = [...new Set([...before, ...after].map(({ receivable_id }) => receivable_id))];
  const of = (list: readonly Allocation[], id: string) => list.find(({ receivable_id }) => receivable_id === id) ?? NOTHING;
  return ids
    .map((receivable_id) => {
      const [a, b] = [of(after, receivable_id), of(before, receivable_id)];
      return {
        receivable_id, principal_cents: a.principal_cents - b.principal_cents, fine_cents: a.fine_cents - b.fine_cents, interest_cents: a.interest_cents - b.interest_cents,
        difference_cents: a.difference_cents - b.difference_cents, discount_cents: a.discount_cents - b.discount_cents,
      };
    })
    .filter(({ principal_cents, fine_cents, interest_cents, difference_cents, discount_cents }) =>
      principal_cents !== 0 || fine_cents !== 0 || interest_cents !== 0 || difference_cents !== 0 || discount_cents !== 0);
}

function tell(before: Position | null, receivable: Receivable, account: Account, cause: Cause, now: Date): Outgoing[] {
  const { receivable_id, invoice_id, issue, position } = receivable as Receivable & { issue: NonNullable<Receivable['issue']>; position: Position };
  const { creditor_id } = account;
  const customer_id = account.customer_id!;
  const event = <D>(what: string, data: D) => ({ id: derivedId(what, receivable_id, position.version), key: customerKey(creditor_id, customer_id), creditor_id, now, data });
  const { number, description, currency, issue_date, charge_policy, instruments } = issue;
  const { version, amount_cents, paid_cents, waived_cents, written_off_cents, open_cents, status, settled_on, original_due_date, effective_due_date, collectability, review_date } = position;
  const events = [
    // Written out: every receivable is told at every change, and a spread costs ten times as much.
    outgoing(ReconciliationBalanceChanged, event('balance-changed', {
      creditor_id, customer_id, receivable_id, invoice_id, number, description, currency, issue_date, charge_policy, instruments: instruments as Instrument[],
      version, amount_cents, paid_cents, waived_cents, written_off_cents, open_cents, status, settled_on, original_due_date, effective_due_date, collectability, review_date,
    })),
  ];
  const wasSettled = before !== null && before.status !== 'open';
  if (status === 'settled' && before?.status !== 'settled') {
    const days_late = Math.max(0, daysBetween(effective_due_date, settled_on!));
    events.push(outgoing(ReconciliationReceivableSettled, event('receivable-settled', { creditor_id, customer_id, receivable_id, settled_on: settled_on!, days_late, amount_cents })));
  } else if (status === 'open' && wasSettled) {
    events.push(outgoing(ReconciliationReceivableReopened, event('receivable-reopened', { creditor_id, customer_id, receivable_id, open_cents, reason: cause.reopens, cause: cause.id })));
  }
  return events;
}

/** Tells of every payment whose unapplied part is new or has changed, or the reason for it. */
function unmatched(before: ReadonlyMap<string, Payment>, account: Account, cause: Cause, now: Date): Outgoing[] {
  const { creditor_id, customer_id } = account;
  return [...account.payments].flatMap(([key, payment]) => {
    const known = before.get(key);
    if (known === payment) return [];
    const unapplied_cents = unappliedCents(payment);
    const { payment_id, source, unapplied_reason: reason } = payment;
    if (unapplied_cents <= 0 || (known && unappliedCents(known) === unapplied_cents && known.unapplied_reason === reason)) return [];
    return [
      outgoing(ReconciliationPaymentUnmatched, {
        id: derivedId('payment-unmatched', creditor_id, source, payment_id, cause.id), key: account.key, creditor_id, now,
        data: { creditor_id, customer_id, payment_id, unapplied_cents, reason: reason!, recorded_at: now.toISOString() },
      }),
    ];
  });
}
