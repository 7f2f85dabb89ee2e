import type { CivilDate } from '@emdia/calendar';
import type { ChargesTold, UnappliedReason } from '@emdia/contracts';
import { chargeToleranceCents, dailyInterest, earlyDiscount, lastDayWithoutCharge, type LateCharges, lateCharges } from '@emdia/money';
import { type Charges, chargesPaid, divided, orderOn, type Part } from '../allocation-policy/allocation-policy';
import { type Account, type Allocation, isCancelled, type Payment, type Receivable, unappliedCents } from './account';
import type { Match } from './references';

/** A receivable while money is applied to it: what of its principal is still open. */
interface Open {
  readonly receivable: Receivable;
  cents: number;
}

/** A payment while it is applied. */
interface Paying {
  readonly key: string;
  readonly payment: Payment;
  readonly order: readonly Part[];
  left_cents: number;
  /** What would be left had nothing been given back: a discount that was earned is not lost by a refund in part. */
  gross_cents: number;
  /** Of the discount that the source granted. */
  granted_cents: number;
  readonly made: Map<string, Allocation>;
}

/** A receivable that a payment just settled, and what was open of it before. */
interface Settled {
  readonly receivable: Receivable;
  readonly before_cents: number;
}

/** The late charges on it by our own count. */
interface Due extends LateCharges {
  readonly receivable: Receivable;
}

/** Charges that a payment took before principal, and what its money could have paid instead. */
interface Early {
  readonly key: string;
  readonly targets: readonly Open[];
  readonly cents: number;
}

/** One application of all money of an account. */
interface Round {
  readonly open: ReadonlyMap<string, Open>;
  /** Receivables whose charges never come before principal. */
  readonly promised: ReadonlySet<string>;
  readonly early: Early[];
}

/**
 * Applies all money of an account to its receivables, from the facts alone: payments in the order in which people paid
 * (paid date, then source and id), so that the order in which the facts came leaves no trace. A payment goes to what its
 * reference means, then to where a person put it; the rest stays unapplied. Unchanged payments stay the same objects.
 */
export function allocate(account: Account, match: (reference: string | null) => Match): ReadonlyMap<string, Payment> {
  const inOrder = [...account.payments].sort(([a, x], [b, y]) => {
    const [paidA, paidB] = [x.paid_date ?? '', y.paid_date ?? ''];
    return paidA === paidB ? (a < b ? -1 : 1) : paidA < paidB ? -1 : 1;
  });
  const promised = promisedIds(account);
  const principalFirst = new Set<string>();
  for (;;) {
    const open = new Map<string, Open>();
    for (const receivable of account.receivables.values()) open.set(receivable.receivable_id, { receivable, cents: payableCents(receivable) });
    const round: Round = { open, promised, early: [] };
    const payments = new Map(account.payments);
    for (const [key, payment] of inOrder) {
      const matched = match(payment.reference);
      const order = orderOf(account, payment, principalFirst.has(key));
      const allocations = allocationsOf({ key, payment, order }, matched, round);
      const isSame = same(allocations, payment.allocations);
      const applied = isSame ? payment : { ...payment, allocations };
      const unapplied_reason = unappliedCents(applied) > 0 ? reasonOf(applied, matched, open) : null;
      if (!isSame || unapplied_reason !== payment.unapplied_reason) payments.set(key, { ...applied, unapplied_reason });
    }
    if (round.early.length === 0 || !keptOpenByCharges(round.early, principalFirst)) return payments;
  }
}

function orderOf({ policies }: Account, { paid_date }: Payment, principalFirst: boolean): readonly Part[] {
  const order = orderOn(policies, paid_date ?? '');
  return principalFirst ? ['principal', ...order.filter((part) => part !== 'principal')] : order;
}

/**
 * A debt that is open only because charges were taken from money that could have paid its principal: the payments that
 * took them pay principal first after all. Says whether there are more of these than before; each round adds at least one.
 */
function keptOpenByCharges(early: readonly Early[], principalFirst: Set<string>): boolean {
  const known = principalFirst.size;
  const taken = new Map<Open, number>();
  for (const { targets, cents } of early) for (const target of targets) taken.set(target, (taken.get(target) ?? 0) + cents);
  for (const { key, targets } of early) if (targets.some((target) => target.cents > 0 && target.cents <= taken.get(target)!)) principalFirst.add(key);
  return principalFirst.size > known;
}

/** What payments may pay: the amount less what was waived; nothing while it is not issued, or cancelled. */
export function payableCents(receivable: Receivable): number {
  if (receivable.issue === null || isCancelled(receivable)) return 0;
  const { amount_cents } = receivable.terms!;
  return amount_cents - Math.min(amount_cents, receivable.waiver_cents);
}

/** Receivables that were promised or agreed: what a person said they would pay counts whole, so that no charge breaks their word. */
function promisedIds({ standstills, receivables }: Account): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { kind, begun, receivable_ids } of standstills.values())
    if (begun && (kind === 'promise' || kind === 'agreement')) for (const id of receivable_ids.length > 0 ? receivable_ids : receivables.keys()) ids.add(id);
  return ids;
}

function allocationsOf(who: Pick<Paying, 'key' | 'payment' | 'order'>, { receivables, by }: Match, round: Round): readonly Allocation[] {
  const { key, payment, order } = who;
  const left_cents = Math.max(0, payment.received_cents - payment.refunded_cents);
  if (left_cents === 0 || (receivables.length === 0 && payment.applications.length === 0)) return [];
  const paying: Paying = { key, payment, order, left_cents, gross_cents: payment.received_cents, granted_cents: payment.discount_cents, made: new Map() };
  // The sum of an agreement is what was agreed: what comes above it pays no charges.
  pay(paying, receivables.map(({ receivable_id }) => round.open.get(receivable_id)!), Infinity, by === 'invoice', round);
  for (const { receivable_id, amount_cents } of payment.applications) {
    const target = round.open.get(receivable_id);
    if (target) pay(paying, [target], amount_cents, true, round);
  }
  return [...paying.made.values()];
}

/**
 * Pays what is open of the targets, in turn. Money that reaches the principal of them all pays that first, and then the charges due on the paid date of those
 * that it settled; money that does not is divided as the creditor's order says.
 */
function pay(paying: Paying, all: readonly Open[], limit_cents: number, withCharges: boolean, { promised, early }: Round): void {
  const { payment, order } = paying;
  const targets = all.filter(({ receivable, cents }) => cents > 0 && receivable.issue!.currency === payment.currency);
  const money_cents = Math.min(paying.left_cents, limit_cents);
  if (targets.length === 0 || money_cents === 0) return;
  if (withCharges) grantDiscounts(paying, targets, limit_cents);
  const open_cents = targets.reduce((sum, { cents }) => sum + cents, 0);
  const reachesAll = money_cents >= open_cents;
  let left_cents = money_cents;
  let early_cents = 0;
  const settled: Settled[] = [];
  for (const target of targets) {
    if (left_cents === 0) break;
    const { receivable, cents: before_cents } = target;
    const bySum = reachesAll || !withCharges || order[0] === 'principal' || receivable.issue!.charge_policy === null || promised.has(receivable.receivable_id);
    const part = bySum
      ? { principal_cents: Math.min(before_cents, left_cents), fine_cents: 0, interest_cents: 0 }
      : divided(order, left_cents, before_cents, (cents) => chargesInPart(receivable, cents, payment.paid_date!));
    target.cents -= part.principal_cents;
    early_cents += part.fine_cents + part.interest_cents;
    left_cents -= part.principal_cents + part.fine_cents + part.interest_cents;
    grow(paying.made, receivable.receivable_id, part);
    if (target.cents === 0 && withCharges) settled.push({ receivable, before_cents });
  }
  if (early_cents > 0) early.push({ key: paying.key, targets, cents: early_cents });
  if (left_cents > 0 && settled.length > 0) left_cents -= payCharges(paying, settled, left_cents, limit_cents < Infinity ? 0 : payment.applications.reduce((sum, { amount_cents }) => sum + amount_cents, 0));
  paying.left_cents -= money_cents - left_cents;
  paying.gross_cents -= money_cents - left_cents;
}

/**
 * Late charges of what was just settled, out of what is left above the principal: what the source tells goes before our own count; where it tells none, a difference of a
 * few cents is one of counting, no overpayment. Neither takes back what people have placed elsewhere (`placed_cents`). Says how much was paid.
 */
function payCharges(paying: Paying, settled: readonly Settled[], money_cents: number, placed_cents: number): number {
  const { payment, order, made } = paying;
  const due = settled.map((each): Due => {
    const { terms, issue } = each.receivable;
    return { receivable: each.receivable, ...lateCharges({ open_cents: each.before_cents, due_date: terms!.due_date, on_date: payment.paid_date!, policy: issue!.charge_policy }) };
  });
  const late = due.filter(({ receivable }) => payment.paid_date! > lastDayWithoutCharge(receivable.terms!.due_date));
  let left_cents = payment.charges === null || late.length === 0 ? money_cents : money_cents - payTold(paying, payment.charges, late, Math.max(0, money_cents - placed_cents));
  // Charges that an order puts after principal, and all of them where the money reached everything.
  for (const each of due) {
    if (left_cents === 0) break;
    const part = chargesPaid(order, lacking(made, each), left_cents);
    left_cents -= part.fine_cents + part.interest_cents;
    if (part.fine_cents + part.interest_cents > 0) grow(made, each.receivable.receivable_id, { principal_cents: 0, ...part });
  }
  // Where no interest runs nobody can count its days otherwise, and where nothing is charged there is nothing to count.
  const counted = late.filter(({ fine_cents, interest_cents }) => fine_cents + interest_cents > 0);
  const tolerance_cents = counted.reduce((sum, { days_late, interest_cents }) => sum + (interest_cents > 0 ? chargeToleranceCents(days_late) : 1), 0);
  if (placed_cents === 0 && left_cents > 0 && payment.charges === null && left_cents <= tolerance_cents) {
    grow(made, counted[0]!.receivable.receivable_id, { principal_cents: 0, ...NO_CHARGES, difference_cents: left_cents });
    left_cents = 0;
  }
  return money_cents - left_cents;
}

/**
 * Pays what the source says is fine and interest: as far as we count it too, as that; what is above our count as a difference, which stays in sight, and as what it is told to be
 * where nothing says what we would count. Whoever paid in time owes no charges, whatever is told. Says how much was paid.
 */
function payTold({ order, made }: Paying, told: ChargesTold, late: readonly Due[], money_cents: number): number {
  // Where the source does not part them, our own fine does.
  const told_fine_cents = told.fine_cents ?? Math.min(told.interest_cents, late.reduce((sum, { fine_cents }) => sum + fine_cents, 0));
  const all_cents = (told.fine_cents ?? 0) + told.interest_cents;
  const had = { fine_cents: 0, interest_cents: 0, difference_cents: 0 };
  for (const { fine_cents, interest_cents, difference_cents } of made.values()) {
    had.fine_cents += fine_cents;
    had.interest_cents += interest_cents;
    had.difference_cents += difference_cents;
  }
  const limit_cents = Math.min(money_cents, Math.max(0, all_cents - had.fine_cents - had.interest_cents - had.difference_cents));
  let left_cents = limit_cents;
  let [fine_left, interest_left] = [Math.max(0, told_fine_cents - had.fine_cents), Math.max(0, all_cents - told_fine_cents - had.interest_cents)];
  const take = ({ receivable: { receivable_id } }: Due, { fine_cents, interest_cents }: Charges, difference_cents: number) => {
    left_cents -= fine_cents + interest_cents + difference_cents;
    fine_left -= fine_cents;
    interest_left -= interest_cents;
    if (fine_cents + interest_cents + difference_cents > 0) grow(made, receivable_id, { principal_cents: 0, fine_cents, interest_cents, difference_cents });
  };
  for (const each of late) {
    const own = lacking(made, each);
    take(each, chargesPaid(order, { fine_cents: Math.min(own.fine_cents, fine_left), interest_cents: Math.min(own.interest_cents, interest_left) }, left_cents), 0);
  }
  const uncounted = late.find(({ receivable }) => receivable.issue!.charge_policy === null);
  if (uncounted) take(uncounted, chargesPaid(order, { fine_cents: fine_left, interest_cents: interest_left }, left_cents), 0);
  if (left_cents > 0) take(late[0]!, NO_CHARGES, left_cents);
  return limit_cents - left_cents;
}

/** What is due of charges on a receivable beyond what this payment has paid of them. */
function lacking(made: ReadonlyMap<string, Allocation>, { receivable, fine_cents, interest_cents }: Due): Charges {
  const had = made.get(receivable.receivable_id);
  return { fine_cents: Math.max(0, fine_cents - (had?.fine_cents ?? 0)), interest_cents: Math.max(0, interest_cents - (had?.interest_cents ?? 0)) };
}

const NO_CHARGES: Charges = { fine_cents: 0, interest_cents: 0 };

/** The charges on a part of a principal. A fixed amount is due once, not with every part: the payment that settles pays it. */
function chargesInPart({ terms, issue }: Receivable, cents: number, on_date: CivilDate): Charges {
  const policy = issue!.charge_policy!;
  const { fine_cents, interest_cents } = lateCharges({ open_cents: cents, due_date: terms!.due_date, on_date, policy });
  return { fine_cents: policy.fine_cents === undefined ? fine_cents : 0, interest_cents: 'cents' in dailyInterest(policy) ? 0 : interest_cents };
}

/**
 * A discount covers what the money lacks, and no more: what the source says it granted, or what the policy grants on the paid date where that settles the
 * receivable. So it never makes a payment too large, and never leaves a cent open that the creditor had given up.
 */
function grantDiscounts(paying: Paying, targets: readonly Open[], limit_cents: number): void {
  const { payment } = paying;
  let gross_cents = Math.min(paying.gross_cents, limit_cents);
  for (const target of targets) {
    if (gross_cents === 0) return;
    const { receivable } = target;
    const lacking_cents = target.cents - Math.min(target.cents, gross_cents);
    if (lacking_cents > 0) {
      const policy = receivable.issue!.charge_policy;
      const early_cents = policy?.discounts ? earlyDiscount({ amount_cents: receivable.terms!.amount_cents, on_date: payment.paid_date!, policy }) : 0;
      const discount_cents = lacking_cents <= early_cents ? lacking_cents : Math.min(lacking_cents, paying.granted_cents);
      paying.granted_cents -= Math.min(paying.granted_cents, discount_cents);
      target.cents -= discount_cents;
      if (discount_cents > 0) grow(paying.made, receivable.receivable_id, { principal_cents: 0, ...NO_CHARGES, discount_cents });
    }
    gross_cents -= Math.min(target.cents, gross_cents);
  }
}

type Grown = Omit<Allocation, 'receivable_id' | 'difference_cents' | 'discount_cents'> & { readonly difference_cents?: number; readonly discount_cents?: number };

function grow(made: Map<string, Allocation>, receivable_id: string, { principal_cents, fine_cents, interest_cents, difference_cents = 0, discount_cents = 0 }: Grown): void {
  const known = made.get(receivable_id);
  made.set(receivable_id, {
    receivable_id,
    principal_cents: (known?.principal_cents ?? 0) + principal_cents,
    fine_cents: (known?.fine_cents ?? 0) + fine_cents,
    interest_cents: (known?.interest_cents ?? 0) + interest_cents,
    difference_cents: (known?.difference_cents ?? 0) + difference_cents,
    discount_cents: (known?.discount_cents ?? 0) + discount_cents,
  });
}

/** Why money of a payment waits. */
function reasonOf({ reference, currency, allocations }: Payment, { receivables }: Match, open: ReadonlyMap<string, Open>): UnappliedReason {
  if (reference === null) return 'no-reference';
  if (receivables.length === 0) return 'unknown-reference';
  if (receivables.every(isCancelled)) return 'cancelled';
  if (allocations.length > 0) return 'overpaid';
  return receivables.some(({ receivable_id, issue }) => issue!.currency !== currency && open.get(receivable_id)!.cents > 0) ? 'other-currency' : 'paid-twice';
}

function same(a: readonly Allocation[], b: readonly Allocation[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((each) => {
    const other = b.find(({ receivable_id }) => receivable_id === each.receivable_id);
    return (
      other !== undefined && other.principal_cents === each.principal_cents && other.fine_cents === each.fine_cents &&
      other.interest_cents === each.interest_cents && other.difference_cents === each.difference_cents && other.discount_cents === each.discount_cents
    );
  });
}
