import type { EventOf, Outgoing, ReconciliationBalanceChanged } from '@emdia/contracts';
import type { DecisionOne } from '@emdia/messaging';
import { advanceAgreement } from '../agreements/agreement';
import { settleDispute } from '../disputes/dispute';
import { keepPromise } from '../promises/promise';
import { type Negotiation, type Receivable, withEntry } from './negotiation';

/** Takes a receivable as it now is (highest version wins) and looks again at everything that rests on it. */
export function applyBalance(state: Negotiation, { data }: EventOf<typeof ReconciliationBalanceChanged>, now: Date): DecisionOne<Negotiation> {
  const { receivable_id, version, status, collectability, open_cents, paid_cents, effective_due_date } = data;
  const known = state.receivables.get(receivable_id);
  if (known && known.version > version) return { ignored: 'outdated' };
  // An equal version is taken again: a due check may have learnt this version from reconciliation's standing, which tells no dates.
  return refresh(withReceivable(state, { receivable_id, version, status, collectability, open_cents, paid_cents, effective_due_date }), now);
}

export const withReceivable = (state: Negotiation, receivable: Receivable): Negotiation => ({
  ...state, receivables: withEntry(state.receivables, receivable.receivable_id, receivable),
});

/** Recomputes from the receivables what is kept, paid, completed or settled; it never breaks anything, only a passed and covered date does. */
export function refresh(state: Negotiation, now: Date): { next: Negotiation; events: Outgoing[] } {
  const events: Outgoing[] = [];
  function look<T>(things: ReadonlyMap<string, T>, at: (state: Negotiation, thing: T, now: Date) => { next: T; events: Outgoing[] } | null): ReadonlyMap<string, T> {
    let changed = things;
    for (const [id, thing] of things) {
      const looked = at(state, thing, now);
      if (!looked) continue;
      changed = withEntry(changed, id, looked.next);
      events.push(...looked.events);
    }
    return changed;
  }
  const promises = look(state.promises, keepPromise);
  const agreements = look(state.agreements, advanceAgreement);
  const disputes = look(state.disputes, settleDispute);
  return { next: { ...state, promises, agreements, disputes }, events };
}
