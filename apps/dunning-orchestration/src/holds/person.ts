import { derivedId, type BillingCustomerChanged, type EventOf, type Outgoing } from '@emdia/contracts';
import type { Decision, Step, Store } from '@emdia/messaging';
import { withEntries, type CaseFile, type Hold } from '../cases/case-file';
import { conclude } from '../cases/conclude';
import { applyCustomer } from '../cases/facts';
import { heldKey, toldKey } from '../cases/kin';
import { heldAnew, liftHold, placeHold, stand, type HoldWanted } from './hold';
import { ruleOf } from './kinds';
import { awaitsDecision } from './standing';

/** Whether a hold is the one that a person placed for all cases of the debtor, and still keeps them from being asked for. */
const isOfPerson = (hold: Hold): boolean => hold.placed_with === null && ruleOf(hold.kind).covers === 'person' && (hold.lifted === null || awaitsDecision(hold));

/**
 * What a decision on one case comes to where its debtor has others: each stands still for the holds that are about the
 * person, whichever case they were placed in and whichever was known first. `states` holds those other cases where there is such a hold.
 */
function withPerson<R>(states: ReadonlyMap<string, CaseFile>, { next: one, events = [], result }: { next: CaseFile; events?: readonly Outgoing[]; result?: R }, now: Date): Decision<CaseFile, R> {
  const next = new Map([[one.key, one]]);
  const told = [...events];
  if (one.person) {
    const { creditor_id, person: { person_key } } = one;
    const cases = [one, ...[...states.values()].filter((file) => file.key !== one.key && file.creditor_id === creditor_id && file.person?.person_key === person_key)];
    for (const root of cases.flatMap(({ key, holds }) => [...holds.values()].filter(isOfPerson).map((hold) => ({ key, hold }))))
      for (const { key } of cases) {
        const file = next.get(key) ?? states.get(key)!;
        const hold_id = derivedId('hold', root.hold.hold_id, key);
        if (key === root.key || file.holds.has(hold_id)) continue;
        const hold = { ...root.hold, hold_id, placed_at: now, placed_with: root.hold.hold_id, task: null };
        // One that has ended is not told or asked about as if it stood: its debts wait for a person's decision. What somebody decided by a new hold in one case is decided in the others.
        const held = hold.lifted ? { next: { ...file, holds: withEntries(file.holds, [[hold_id, hold]]) }, events: [] } : stand(heldAnew(file, hold, now), hold, now);
        const concluded = conclude(held.next, hold_id, now, held.events);
        next.set(key, concluded.next);
        told.push(...concluded.events);
      }
  }
  return { next, events: told, ...(result === undefined ? {} : { result }) };
}

/** The step of what billing tells of a customer: their case stands still from then on for what holds the person in another. */
export const ofCustomer = (cases: Store<CaseFile>, event: EventOf<typeof BillingCustomerChanged>): Step<CaseFile> => ({
  store: cases,
  keys: [event.key, toldKey(event.key, event.data.person_key)],
  decide(states, now) {
    const decision = applyCustomer(states.get(event.key)!, event, now);
    return 'ignored' in decision ? decision : withPerson(states, decision, now);
  },
});

/** The step that places a hold in a case and, where it is about the person, in their other cases at the creditor; whose case it is, is read behind the lock. */
export const holdOf = (cases: Store<CaseFile>, key: string, wanted: HoldWanted): Step<CaseFile, Hold> => ({
  store: cases,
  keys: [key, ...(ruleOf(wanted.kind ?? 'manual').covers === 'person' ? [heldKey(key)] : [])],
  decide(states, now) {
    const decision = placeHold(states.get(key)!, wanted, now);
    return 'ignored' in decision ? decision : withPerson(states, decision, now);
  },
});

/** The step that lifts a hold of a case, or takes a person's decision on it, with those that were placed with it in other cases: those of the person, read behind the lock, and some that were found before (`others`), whosever they are now. False where nothing of it is left. */
export const liftOf = (cases: Store<CaseFile>, { key, hold_id, kind, placed_with }: Pick<Hold, 'hold_id' | 'kind' | 'placed_with'> & { readonly key: string }, others: readonly string[], by: { reason?: string | undefined; actor: string }): Step<CaseFile, boolean> => ({
  store: cases,
  keys: [key, ...(placed_with === null && ruleOf(kind).covers === 'person' ? [heldKey(key)] : []), ...others],
  decide(states, now) {
    const next = new Map<string, CaseFile>();
    const events: Outgoing[] = [];
    for (const file of states.values())
      for (const hold of [...file.holds.values()].filter((each) => each.hold_id === hold_id || each.placed_with === hold_id)) {
        const decision = liftHold(next.get(file.key) ?? file, hold.hold_id, by, now);
        if ('ignored' in decision) continue;
        next.set(file.key, decision.next);
        events.push(...(decision.events ?? []));
      }
    return next.size === 0 ? { ignored: 'not-live', result: false } : { next, events, result: true };
  },
});
