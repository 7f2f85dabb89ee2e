import { derivedId } from '@emdia/contracts';
import { type Decision, Forbidden, type Step, type Store } from '@emdia/messaging';
import { type Account, paymentKey, unappliedCents, withEntry } from './account';
import { conclude } from './conclude';
import { takeUp } from './payments';
import { claimant, claimedBy } from './steps';

/** A person says which receivable unapplied money is for; all of it where no amount is given. */
export interface ApplyPayment {
  readonly source: string;
  readonly payment_id: string;
  readonly receivable_id: string;
  readonly amount_cents?: number | undefined;
  readonly actor: string;
}

export interface Applied {
  readonly payment_id: string;
  readonly receivable_id: string;
  readonly applied_cents: number;
  readonly unapplied_cents: number;
  readonly open_cents: number;
}

/**
 * The step of that decision. Money that waits on a reference moves to the receivable's account, and the reference with
 * it; money of another customer is refused.
 */
export function applyPayment(store: Store<Account>, from: string, to: string, command: ApplyPayment): Step<Account, Applied> {
  return { store, keys: [...new Set([from, to])], decide: (states, now) => place(claimant(states.get(from)!, states), states.get(to)!, command, now) };
}

function place(from: Account, to: Account, command: ApplyPayment, now: Date): Decision<Account, Applied> {
  const { receivable_id, actor } = command;
  const key = paymentKey(command);
  if (from.key !== to.key && from.customer_id !== null)
    throw new Forbidden('other-customer', 'The money belongs to another customer than the receivable. Refund it, or have its source correct the customer.');
  const others = from.key === to.key ? [] : [from];
  const decisions = [to, ...others].reduce((sum, { payments }) => sum + (payments.get(key)?.applications.length ?? 0), 0);
  const application_id = derivedId('application', to.creditor_id, key, receivable_id, decisions);
  const { facts: account, entries } = takeUp(to, others, { event_id: application_id, recorded_at: now });
  const payment = account.payments.get(key);
  const available_cents = payment ? unappliedCents(payment) : 0;
  if (!payment || available_cents <= 0) throw new Forbidden('nothing-unapplied', 'Nothing of this payment is unapplied any more. Read GET /v1/unapplied again.');
  const position = account.receivables.get(receivable_id)?.position;
  if (position?.status !== 'open' && position?.status !== 'written-off') throw new Forbidden('receivable-not-open', 'The receivable is not open. Choose one that is.');
  const amount_cents = command.amount_cents ?? available_cents;
  if (amount_cents > available_cents) throw new Forbidden('more-than-unapplied', `Only ${available_cents} cents of this payment are unapplied. Apply at most that.`);
  const applications = [...payment.applications, { application_id, receivable_id, amount_cents, actor, recorded_at: now }];
  const facts = { ...account, payments: withEntry(account.payments, key, { ...payment, applications }) };
  const { next, events } = conclude(to, facts, { id: application_id, reopens: 'amendment' }, now, entries);
  const unapplied_cents = unappliedCents(next.payments.get(key)!);
  return {
    next: new Map([...(from.key === to.key ? [] : [[from.key, claimedBy(from, to.key)] as const]), [to.key, next]]),
    events,
    result: {
      payment_id: command.payment_id, receivable_id, applied_cents: available_cents - unapplied_cents, unapplied_cents,
      open_cents: next.receivables.get(receivable_id)!.position!.open_cents,
    },
  };
}
