import { createHash } from 'node:crypto';
import type { Tx } from '@emdia/database';
import { HOLD_KINDS, holdKinds } from '../holds/kinds';

/** A key that stands for all cases of a person at a creditor where one of them is held for the person; no case has it, as ids hold no slash. Here: `person_key` is told of the case of a key. */
export const toldKey = (key: string, person_key: string): string => `${key}/told/${person_key}`;
/** The same where the case of a key is held for its person, whoever that turns out to be. */
export const heldKey = (key: string): string => `${key}/held`;

/** Whether a key stands for a person's cases and not for one. */
export const isKinKey = (key: string): boolean => key.split('/').length > 2;

// Whose a case is must not change while it is held, so first the customer is locked. Then the person: two cases that are told
// at once do not see each other, and need not, unless one is held already. So whoever only tells shares its locks, and batches
// of customers do not queue. A few locks for all: each is a place in a table of fixed size.
const LOCKS = 64;
const [CUSTOMERS, PERSONS] = [1_702_061_682, 1_702_061_683];
const lockOf = (name: string): number => createHash('sha256').update(name).digest().readUInt32BE(0) % LOCKS;

const LOCK = `select case when alone then pg_advisory_xact_lock($1, lock)::text else pg_advisory_xact_lock_shared($1, lock)::text end
  from unnest($2::int[], $3::boolean[]) as l (lock, alone)`;

/** Locks customers or persons until the transaction ends, in one order: two batches never wait for each other in a ring. */
async function lock(tx: Tx, space: number, wanted: readonly { readonly name: string; readonly alone: boolean }[]): Promise<void> {
  const locks = new Map<number, boolean>();
  for (const { name, alone } of wanted) locks.set(lockOf(name), locks.get(lockOf(name)) === true || alone);
  const inOrder = [...locks].sort(([a], [b]) => a - b);
  await tx.query(LOCK, [space, inOrder.map(([each]) => each), inOrder.map(([, alone]) => alone)]);
}

const OF_PERSON = `h.kind in (${holdKinds.filter((kind) => HOLD_KINDS[kind].covers === 'person').map((kind) => `'${kind}'`).join(', ')})
  and h.placed_with is null and (h.lifted_at is null or (h.ended_by_itself and h.decided_at is null))`;
// Whose the cases in hand are, or are told to be, and whether one is held for the person or about to be. One that is told of the
// person that it was of before, for whom it is held, was held with all the others then.
const IN_HAND = `
  select k.creditor_id, coalesce(k.told, c.person_key) as person_key, k.told is null or (c.person_key is distinct from k.told and exists (select from hold h where h.key = k.key and ${OF_PERSON})) as alone
  from unnest($1::text[], $2::text[], $3::text[]) as k (key, creditor_id, told) left join case_file c on c.key = k.key
  where coalesce(k.told, c.person_key) is not null`;
// All cases of a person of whom one in hand is held for the person. Else those that are held so: what they stand still for is all
// that one which is told must know, and the person may have very many.
const KIN = `
  select c.key from unnest($1::text[], $2::text[], $3::boolean[]) as p (creditor_id, person_key, alone)
    join case_file c on c.creditor_id = p.creditor_id and c.person_key = p.person_key
  where p.alone or exists (select from hold h where h.key = c.key and ${OF_PERSON})`;

type Person = { readonly creditor_id: string; readonly person_key: string; readonly alone: boolean };

/** The cases that must be decided on together with those of some keys. What it found holds until the transaction ends. */
export async function kinOf(tx: Tx, keys: readonly string[]): Promise<string[]> {
  const asked = keys.filter(isKinKey).map((kin) => {
    const [creditor_id, customer_id, , told = null] = kin.split('/') as [string, string, string, string?];
    return { key: `${creditor_id}/${customer_id}`, creditor_id, told };
  });
  if (asked.length === 0) return [];
  await lock(tx, CUSTOMERS, asked.map(({ key, told }) => ({ name: key, alone: told === null })));
  const persons = await tx.query<Person>(IN_HAND, [asked.map(({ key }) => key), asked.map(({ creditor_id }) => creditor_id), asked.map(({ told }) => told)]);
  await lock(tx, PERSONS, persons.map(({ creditor_id, person_key, alone }) => ({ name: `${creditor_id}/${person_key}`, alone })));
  // Read behind the locks, by a statement of its own: it sees what those who held them have committed.
  const rows = await tx.query<{ key: string }>(KIN, [persons.map(({ creditor_id }) => creditor_id), persons.map(({ person_key }) => person_key), persons.map(({ alone }) => alone)]);
  return rows.map(({ key }) => key);
}
