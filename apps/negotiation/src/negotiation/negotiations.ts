import { Injectable } from '@nestjs/common';
import { customerKey } from '@emdia/contracts';
import type { Tx } from '@emdia/database';
import type { Store } from '@emdia/messaging';
import { type Cover, idsOf, type Negotiation, noNegotiation, type Receivable } from './negotiation';
import { type Owned, read, write } from './rows';

const partsOf = (key: string): [string, string] => {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
};

const RECEIVABLE = `creditor_id, customer_id, receivable_id, version, status, collectability, open_cents::float8 as open_cents, paid_cents::float8 as paid_cents,
  effective_due_date::text as effective_due_date`;

/**
 * The negotiations by customer key: the live promises, agreements and disputes, what they cover, and what else is open.
 * Closed receivables that nothing rests on stay out: with them, loading goes from 34 µs an event at a customer's second
 * invoice to 159 at the fourteenth; without, it stays between 25 and 54. An outdated balance of one is turned down by `write`.
 */
@Injectable()
export class Negotiations implements Store<Negotiation> {
  readonly name = 'negotiation';

  /** The same with every receivable, for commands, which tell a closed receivable from an unknown one. */
  readonly withClosed: Store<Negotiation> = { name: this.name, load: (tx, keys) => this.read(tx, keys, true), save: (tx, changed) => this.save(tx, changed) };

  // Decisions never change what they are given, so an object that was loaded is an object that need not be saved.
  private readonly stored = new WeakSet<object>();

  load(tx: Tx, keys: readonly string[]): Promise<Map<string, Negotiation>> {
    return this.read(tx, keys, false);
  }

  private async read(tx: Tx, keys: readonly string[], closedToo: boolean): Promise<Map<string, Negotiation>> {
    // Sent together: a connection takes statements in order, so the keys are locked before anything is read.
    const locking = [
      tx.query(`insert into negotiation_lock (key, creditor_id) select key, split_part(key, '/', 1) from unnest($1::text[]) as key order by 1 on conflict do nothing`, [keys]),
      tx.query('select key from negotiation_lock where key = any($1::text[]) order by key for update', [keys]),
    ];
    const states = new Map<string, Negotiation>(keys.map((key) => [key, noNegotiation(...partsOf(key))]));
    const parts = keys.map(partsOf);
    const values = [parts.map(([creditor_id]) => creditor_id), parts.map(([, customer_id]) => customer_id)];
    const join = 'join unnest($1::text[], $2::text[]) as wanted(creditor_id, customer_id) using (creditor_id, customer_id)';
    const [promises, agreements, disputes, open] = await Promise.all([
      read(tx, 'promise', { join, where: `status = 'active'`, values }),
      read(tx, 'agreement', { join, where: `status = 'active'`, values }),
      read(tx, 'dispute', { join, where: `status = 'open'`, values }),
      tx.query<Owned<Receivable>>(`select ${RECEIVABLE} from receivable ${join} ${closedToo ? '' : `where status = 'open'`}`, values),
      ...locking,
    ]);
    const covered = [...promises, ...agreements, ...disputes].flatMap(({ covers }) => idsOf(covers));
    const closed = closedToo || covered.length === 0 ? []
      : await tx.query<Owned<Receivable>>(`select ${RECEIVABLE} from receivable where receivable_id = any($1::uuid[]) and status <> 'open'`, [covered]);
    this.put(states, 'receivables', [...open, ...closed], 'receivable_id');
    this.put(states, 'promises', promises, 'promise_id');
    this.put(states, 'agreements', agreements, 'agreement_id');
    this.put(states, 'disputes', disputes, 'dispute_id');
    return states;
  }

  private put<T extends object>(states: Map<string, Negotiation>, part: 'receivables' | 'promises' | 'agreements' | 'disputes', rows: readonly Owned<T>[], id: keyof T): void {
    for (const { creditor_id, customer_id, ...row } of rows) {
      const thing = row as unknown as T;
      this.stored.add(thing);
      (states.get(customerKey(creditor_id, customer_id))![part] as Map<string, unknown>).set(thing[id] as string, thing);
    }
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Negotiation>): Promise<void> {
    const unsaved = <T extends object>(thingsOf: (state: Negotiation) => ReadonlyMap<string, T>): Owned<T>[] =>
      [...changed.values()].flatMap((state) => {
        const { creditor_id, customer_id } = state;
        return [...thingsOf(state).values()].filter((thing) => !this.stored.has(thing)).map((thing) => ({ ...thing, creditor_id, customer_id }));
      });
    const promises = unsaved((state) => state.promises);
    const agreements = unsaved((state) => state.agreements);
    const disputes = unsaved((state) => state.disputes);
    await Promise.all([
      write(tx, 'receivable', unsaved((state) => state.receivables)),
      write(tx, 'promise', promises),
      write(tx, 'agreement', agreements),
      write(tx, 'instalment', agreements.flatMap(({ creditor_id, agreement_id, instalments }) => instalments.map((instalment) => ({ ...instalment, creditor_id, agreement_id })))),
      write(tx, 'dispute', disputes),
      write(tx, 'cover', [
        ...promises.flatMap(({ promise_id, ...promise }) => coverRows(promise_id, promise)),
        ...agreements.flatMap(({ agreement_id, ...agreement }) => coverRows(agreement_id, agreement)),
        ...disputes.flatMap(({ dispute_id, ...dispute }) => coverRows(dispute_id, dispute)),
      ]),
    ]);
  }
}

const coverRows = (thing_id: string, { creditor_id, covers }: { creditor_id: string; covers: readonly Cover[] }) =>
  covers.map((cover, position) => ({ ...cover, thing_id, creditor_id, position }));
