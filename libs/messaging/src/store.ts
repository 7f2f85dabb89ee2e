import type { Tx } from '@emdia/database';
import type { Event, Outgoing } from '@emdia/contracts';

/**
 * Where the states of one thing live. `load` creates and locks the lock rows of all keys in key order, then reads their
 * states; `save` writes the changed ones in as few statements as there are tables.
 */
export interface Store<S> {
  readonly name: string;
  load(tx: Tx, keys: readonly string[]): Promise<Map<string, S>>;
  save(tx: Tx, changed: ReadonlyMap<string, S>): Promise<void>;
  /** Keys to lock besides those that a step names (an alias found by look-up), asked before anything is locked. */
  also?(tx: Tx, keys: readonly string[]): Promise<readonly string[]>;
}

/** What a decision comes to. `next` holds the changed states by key; `result` is what a REST caller gets. */
export type Decision<S, R = unknown> =
  | { readonly next: ReadonlyMap<string, S>; readonly events?: readonly Outgoing[]; readonly result?: R }
  | { readonly ignored: string; readonly result?: R };

/** One key's decision, as most are. */
export type DecisionOne<S, R = unknown> =
  | { readonly next: S; readonly events?: readonly Outgoing[]; readonly result?: R }
  | { readonly ignored: string; readonly result?: R };

/** What to do to which states: data, so that the runner can lock a whole batch before the first decision. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- steps of different stores stand in one list, and S is both given and taken
export interface Step<S = any, R = unknown> {
  readonly store: Store<S>;
  readonly keys: readonly string[];
  /** Pure: the same states and `now` give the same decision. `states` has every key of the step, and those of `also`. */
  decide(states: ReadonlyMap<string, S>, now: Date): Decision<S, R>;
}

/** A decision that the rules forbid: a dead letter when it came as an event, a 409 problem when by REST. */
export class Forbidden extends Error {
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** A request that the rules turn down with another status than 409, or with more to say: `details` are added to its problem. */
export class Refusal extends Forbidden {
  constructor(
    readonly status: 404 | 409 | 422,
    reason: string,
    readonly title: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(reason, message);
  }
}

/** Raised by a load or decide that found its keys outdated after locking; the batch starts over with fresh look-ups. */
export class Outdated extends Error {}

/** A step on one key: `decide` gets that key's state. */
export function step<S, R = unknown>(store: Store<S>, key: string, decide: (state: S, now: Date) => DecisionOne<S, R>): Step<S, R> {
  return {
    store,
    keys: [key],
    decide(states, now) {
      const decision = decide(states.get(key)!, now);
      return 'ignored' in decision ? decision : { ...decision, next: new Map([[key, decision.next]]) };
    },
  };
}

/** The step of an event on the state of its own key. */
export const on = <S, D>(store: Store<S>, event: Event<D>, decide: (state: S, event: Event<D>, now: Date) => DecisionOne<S>): Step<S> =>
  step(store, event.key, (state, now) => decide(state, event, now));
