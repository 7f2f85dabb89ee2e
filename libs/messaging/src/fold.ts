import type { Tx } from '@emdia/database';
import type { Outgoing } from '@emdia/contracts';
import { Outdated, type Decision, type Step, type Store } from './store';

/** What one item of a batch came to: its decisions' results, or the error that sets it aside. */
export type Outcome = { readonly events: readonly Outgoing[]; readonly results: readonly unknown[]; readonly ignored: readonly string[] } | { readonly error: Error };

function restore<S>(map: Map<string, S>, key: string): () => void {
  const had = map.has(key);
  const before = map.get(key);
  return () => void (had ? map.set(key, before as S) : map.delete(key));
}

class Loaded<S> {
  readonly keys = new Set<string>();
  readonly changed = new Map<string, S>();
  states: Map<string, S> = new Map();

  set(key: string, state: S): void {
    this.states.set(key, state);
    this.changed.set(key, state);
  }

  /** What takes the next setting of a key back. */
  undo(key: string): (() => void)[] {
    return [restore(this.states, key), restore(this.changed, key)];
  }
}

/**
 * Folds items (each a list of steps that succeed or fail together) over the states they touch: locks and loads every
 * key of every store once, decides in memory in order, saves what changed once. The transaction is the caller's.
 */
export async function fold(tx: Tx, items: readonly (readonly Step[])[], now: Date): Promise<Outcome[]> {
  const loaded = await load(tx, items);
  const outcomes = items.map((steps) => decide(steps, loaded, now));
  for (const [store, { changed }] of loaded) if (changed.size > 0) await store.save(tx, changed);
  return outcomes;
}

async function load(tx: Tx, items: readonly (readonly Step[])[]): Promise<Map<Store<unknown>, Loaded<unknown>>> {
  const loaded = new Map<Store<unknown>, Loaded<unknown>>();
  for (const steps of items) {
    for (const { store, keys } of steps) {
      let entry = loaded.get(store);
      if (!entry) loaded.set(store, (entry = new Loaded()));
      for (const key of keys) entry.keys.add(key);
    }
  }
  // Stores in the order of their names and keys in order: two batches never wait for each other in a ring.
  const inOrder = [...loaded].sort(([a], [b]) => (a.name < b.name ? -1 : 1));
  for (const [store, entry] of inOrder) {
    if (store.also) for (const key of await store.also(tx, [...entry.keys])) entry.keys.add(key);
    entry.states = await store.load(tx, [...entry.keys].sort());
  }
  return new Map(inOrder);
}

function decide(steps: readonly Step[], loaded: Map<Store<unknown>, Loaded<unknown>>, now: Date): Outcome {
  const events: Outgoing[] = [];
  const results: unknown[] = [];
  const ignored: string[] = [];
  const undo: (() => void)[] = [];
  try {
    for (const [index, step] of steps.entries()) {
      const entry = loaded.get(step.store)!;
      const decision: Decision<unknown> = step.decide(entry.states, now);
      results.push(decision.result);
      if ('ignored' in decision) ignored.push(decision.ignored);
      else {
        for (const [key, state] of decision.next) {
          // The last step of an item has nothing after it that could fail.
          if (index < steps.length - 1) undo.push(...entry.undo(key));
          entry.set(key, state);
        }
        if (decision.events) events.push(...decision.events);
      }
    }
    return { events, results, ignored };
  } catch (error) {
    if (error instanceof Outdated) throw error;
    // Later steps of one item see what earlier ones made, so a failure takes all of them back.
    while (undo.length > 0) undo.pop()!();
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}
