import { createHash } from 'node:crypto';
import type { Tx } from '@emdia/database';
import { HOLD_KINDS, holdKinds } from '../holds/kinds';

/** Why the cases of one debtor are looked for: a case says whose it is, or somebody holds everything of the person. */
type Reason = 'told' | 'held';

/** A key that stands for all cases of a person at a creditor where one of them is held for the person; no case has it, as ids hold no slash. */
export const kinKey = (reason: Reason, creditor_id: string, person_key: string): string => `${creditor_id}/${reason}/${person_key}`;

/** Whether a key stands for a person's cases and not for one. */
export const isKinKey = (key: string): boolean => key.split('/').length === 3;

// Two cases that are told at once do not see each other, and need not; one told while another is held must. So the first
// locks are shared and the second are not. A few locks for all persons: each is a place in a table of fixed size.
const LOCKS = 64;
const LOCK_SPACE = 1_702_061_682;
const lockOf = (person: string): number => createHash('sha256').update(person).digest().readUInt32BE(0) % LOCKS;

const LOCK = `select case when alone then pg_advisory_xact_lock($1, lock)::text else pg_advisory_xact_lock_shared($1, lock)::text end
  from unnest($2::int[], $3::boolean[]) as l (lock, alone)`;

const OF_PERSON = `h.kind in (${holdKinds.filter((kind) => HOLD_KINDS[kind].covers === 'person').map((kind) => `'${kind}'`).join(', ')})
  and h.placed_with is null and (h.lifted_at is null or (h.ended_by_itself and h.decided_at is null))`;
// The cases of the persons of whom one case is held for the person, or is about to be (of those in hand, whose persons may be told only now).
const KIN = `
  select c.key from unnest($1::text[], $2::text[], $3::boolean[]) as p (creditor_id, person_key, always)
    join case_file c on c.creditor_id = p.creditor_id and c.person_key = p.person_key
  where p.always or exists (select from hold h where h.key = any($4) and ${OF_PERSON})
    or exists (select from case_file o join hold h on h.key = o.key where o.creditor_id = p.creditor_id and o.person_key = p.person_key and ${OF_PERSON})`;

/** The cases that must be decided on together with those of some keys. What it found holds until the transaction ends. */
export async function kinOf(tx: Tx, keys: readonly string[]): Promise<string[]> {
  const persons = keys.filter(isKinKey).map((key) => key.split('/') as [string, Reason, string]);
  if (persons.length === 0) return [];
  const locks = new Map<number, boolean>();
  for (const [creditor_id, reason, person_key] of persons) {
    const lock = lockOf(`${creditor_id}/${person_key}`);
    locks.set(lock, locks.get(lock) === true || reason === 'held');
  }
  // In one order: two batches never wait for each other in a ring.
  const inOrder = [...locks].sort(([a], [b]) => a - b);
  await tx.query(LOCK, [LOCK_SPACE, inOrder.map(([lock]) => lock), inOrder.map(([, alone]) => alone)]);
  const rows = await tx.query<{ key: string }>(KIN, [persons.map(([id]) => id), persons.map(([, , id]) => id), persons.map(([, reason]) => reason === 'held'), keys]);
  return rows.map(({ key }) => key);
}
