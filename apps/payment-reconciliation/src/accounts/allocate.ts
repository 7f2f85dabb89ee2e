import { lateCharges } from '@emdia/money';
import { type Account, type Allocation, isCancelled, type Payment, type Receivable } from './account';
import type { Match } from './references';

interface Open {
  readonly receivable: Receivable;
  cents: number;
}

/**
 * Applies all money of an account to its receivables, from the facts alone: payments in the order in which people paid
 * (paid date, then source and id), so that the order in which the facts came leaves no trace. A payment goes to what its
 * reference means, then to where a person put it; the rest stays unapplied. Unchanged payments stay the same objects.
 */
export function allocate(account: Account, match: (reference: string | null) => Match): ReadonlyMap<string, Payment> {
  const open = new Map<string, Open>();
  for (const receivable of account.receivables.values()) open.set(receivable.receivable_id, { receivable, cents: payableCents(receivable) });
  const payments = new Map(account.payments);
  const inOrder = [...account.payments].sort(([a, x], [b, y]) => {
    const [paidA, paidB] = [x.paid_date ?? '', y.paid_date ?? ''];
    return paidA === paidB ? (a < b ? -1 : 1) : paidA < paidB ? -1 : 1;
  });
  for (const [key, payment] of inOrder) {
    const allocations = allocationsOf(payment, match(payment.reference), open);
    if (!same(allocations, payment.allocations)) payments.set(key, { ...payment, allocations });
  }
  return payments;
}

/** What payments may pay: the amount less what was waived; nothing while it is not issued, or cancelled. */
export function payableCents(receivable: Receivable): number {
  if (receivable.issue === null || isCancelled(receivable)) return 0;
  const { amount_cents } = receivable.terms!;
  return amount_cents - Math.min(amount_cents, receivable.waiver_cents);
}

function allocationsOf(payment: Payment, { receivables, by }: Match, open: ReadonlyMap<string, Open>): readonly Allocation[] {
  let left_cents = Math.max(0, payment.received_cents - payment.refunded_cents);
  if (left_cents === 0) return [];
  const made = new Map<string, Allocation>();
  const take = (targets: readonly Open[], limit_cents: number, withCharges: boolean) => {
    const taken_cents = apply(payment, targets, Math.min(left_cents, limit_cents), withCharges, made);
    left_cents -= taken_cents;
  };
  // The sum of an agreement is what was agreed: what comes above it pays no charges.
  take(receivables.map(({ receivable_id }) => open.get(receivable_id)!), left_cents, by === 'invoice');
  for (const { receivable_id, amount_cents } of payment.applications) {
    const target = open.get(receivable_id);
    if (target) take([target], amount_cents, true);
  }
  return [...made.values()];
}

/**
 * Principal first, of every target in turn; then the fine and the interest due on the paid date, of those that this
 * payment settled. So no cent of a charge ever keeps a debt open. Returns the cents taken.
 */
function apply(payment: Payment, targets: readonly Open[], amount_cents: number, withCharges: boolean, made: Map<string, Allocation>): number {
  let left_cents = amount_cents;
  const settled: { receivable: Receivable; before_cents: number }[] = [];
  for (const target of targets) {
    const { receivable } = target;
    if (target.cents === 0 || left_cents === 0 || receivable.issue!.currency !== payment.currency) continue;
    const principal_cents = Math.min(target.cents, left_cents);
    if (principal_cents === target.cents) settled.push({ receivable, before_cents: target.cents });
    target.cents -= principal_cents;
    left_cents -= principal_cents;
    grow(made, receivable.receivable_id, { principal_cents, fine_cents: 0, interest_cents: 0 });
  }
  for (const { receivable, before_cents } of withCharges ? settled : []) {
    if (left_cents === 0) break;
    const due = lateCharges({ open_cents: before_cents, due_date: receivable.terms!.due_date, on_date: payment.paid_date!, policy: receivable.issue!.charge_policy });
    const fine_cents = Math.min(left_cents, due.fine_cents);
    const interest_cents = Math.min(left_cents - fine_cents, due.interest_cents);
    left_cents -= fine_cents + interest_cents;
    grow(made, receivable.receivable_id, { principal_cents: 0, fine_cents, interest_cents });
  }
  return amount_cents - left_cents;
}

function grow(made: Map<string, Allocation>, receivable_id: string, by: Omit<Allocation, 'receivable_id'>): void {
  const known = made.get(receivable_id) ?? { receivable_id, principal_cents: 0, fine_cents: 0, interest_cents: 0 };
  made.set(receivable_id, {
    receivable_id,
    principal_cents: known.principal_cents + by.principal_cents,
    fine_cents: known.fine_cents + by.fine_cents,
    interest_cents: known.interest_cents + by.interest_cents,
  });
}

function same(a: readonly Allocation[], b: readonly Allocation[]): boolean {
  if (a.length !== b.length) return false;
  const known = new Map(b.map((each) => [each.receivable_id, each]));
  return a.every((each) => {
    const other = known.get(each.receivable_id);
    return other && other.principal_cents === each.principal_cents && other.fine_cents === each.fine_cents && other.interest_cents === each.interest_cents;
  });
}
