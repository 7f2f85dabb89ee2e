import { customerKey, referenceKey, type Event, type RefundReason } from '@emdia/contracts';
import { type Decision, Outdated, type Step, type Store } from '@emdia/messaging';
import type { Entry } from '../ledger/entry';
import { type Account, accountKeyOf } from './account';
import { type Cause, conclude } from './conclude';
import { takeUp } from './payments';

/** What an event adds to the facts of an account, and what it posts itself; what follows from the facts is concluded. */
export type Change = { readonly facts: Account; readonly entries?: readonly Entry[] } | { readonly ignored: string };

export type Apply<D> = (account: Account, event: Event<D>, now: Date) => Change;

function decide<D>(account: Account, event: Event<D>, apply: Apply<D>, now: Date): Decision<Account> {
  const change = apply(account, event, now);
  if ('ignored' in change) return change;
  const cause = { id: event.id, reopens: reopening(event) };
  const { next, events } = conclude(account, change.facts, cause, now, change.entries);
  return { next: new Map([[account.key, next]]), events };
}

/** Why a settled receivable would be open again after this event. */
function reopening({ type, data }: Event): Cause['reopens'] {
  if (!type.startsWith('billing.refund-reported.')) return 'amendment';
  return (data as { reason?: RefundReason }).reason === 'chargeback' ? 'chargeback' : 'refund';
}

/** The step of an event that names its customer. */
export function onCustomer<D extends { creditor_id: string; customer_id: string }>(store: Store<Account>, event: Event<D>, apply: Apply<D>): Step<Account> {
  const key = customerKey(event.data.creditor_id, event.data.customer_id);
  return { store, keys: [key], decide: (states, now) => decide(states.get(key)!, event, apply, now) };
}

/** The step of an event about a payment: on its customer's account, else on that of its reference, or of whoever claimed that. */
export function onPayment<D extends Parameters<typeof accountKeyOf>[0]>(store: Store<Account>, event: Event<D>, apply: Apply<D>): Step<Account> {
  return onAccount(store, accountKeyOf(event.data), event, apply);
}

/** The step of what concerns an account by its key, or the account that claimed it since. */
export function onAccount<D>(store: Store<Account>, key: string, event: Event<D>, apply: Apply<D>): Step<Account> {
  return { store, keys: [key], decide: (states, now) => decide(claimant(states.get(key)!, states), event, apply, now) };
}

/** The account that takes what comes under a key. Throws Outdated where it was claimed after it was looked up. */
export function claimant(account: Account, states: ReadonlyMap<string, Account>): Account {
  if (account.claimed_by === null) return account;
  const claimed = states.get(account.claimed_by);
  if (!claimed) throw new Outdated(`${account.key} was claimed meanwhile`);
  return claimed;
}

/** The step of an event that makes references known: it claims them, and takes up the money that waits on them. */
export function onReferences<D extends { creditor_id: string; customer_id: string }>(store: Store<Account>, event: Event<D>, references: readonly string[], apply: Apply<D>): Step<Account> {
  const { creditor_id, customer_id } = event.data;
  const key = customerKey(creditor_id, customer_id);
  const referenceKeys = references.map((reference) => referenceKey(creditor_id, reference));
  return {
    store,
    keys: [key, ...referenceKeys],
    decide(states, now) {
      const account = states.get(key)!;
      const unclaimed = referenceKeys.map((each) => states.get(each)!).filter(({ claimed_by }) => claimed_by === null);
      const claims = new Map(unclaimed.map((waiting) => [waiting.key, claimedBy(waiting, key)]));
      const withMoney: Apply<D> = (before, same, at) => {
        const change = apply(before, same, at);
        if ('ignored' in change || unclaimed.every(({ payments }) => payments.size === 0)) return change;
        const { facts, entries } = takeUp(change.facts, unclaimed, { event_id: same.id, recorded_at: at });
        return { facts, entries: [...(change.entries ?? []), ...entries] };
      };
      const decision = decide(account, event, withMoney, now);
      return 'ignored' in decision ? decision : { ...decision, next: new Map([...claims, ...decision.next]) };
    },
  };
}

/** A reference's account once another takes whatever quotes it; who claims first keeps it. */
export const claimedBy = (waiting: Account, key: string): Account => ({
  ...waiting, claimed_by: key, payments: new Map(), unsaved: { ...waiting.unsaved, left: [...waiting.unsaved.left, ...waiting.payments.keys()] },
});
