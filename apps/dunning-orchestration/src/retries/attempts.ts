import { addDays } from '@emdia/calendar';
import { derivedId, type BillingChargeDeclined, type EventOf } from '@emdia/contracts';
import { bulk, type Column, type Tx } from '@emdia/database';
import type { DecisionOne, Store } from '@emdia/messaging';
import { isHardStop, LIMITS, mergeAttempts, type Attempt } from '@emdia/retries';
import type { CaseFile } from '../cases/case-file';
import { withEntries } from '../cases/case-file';
import { conclude } from '../cases/conclude';
import { creditorDay } from '../cases/plan';

/** An attempt as its own row holds it; `receivable_id` is that of the reference it named. */
export interface KeptAttempt extends Attempt {
  /** Of the case, or of the reference while nobody knows the customer. */
  readonly key: string;
}

/** What an event tells of an attempt. */
export function attemptOf({ key, data }: EventOf<typeof BillingChargeDeclined>): KeptAttempt {
  const { creditor_id, attempt_id, reference, attempted_at, next_attempt_at, rail = null, card_key = null, brand = null, category = null, code = null, network_code = null, advice_code = null, amount_cents = null, retry_policy = null } = data;
  return {
    key, attempt_id, receivable_id: reference === null ? null : derivedId('receivable', creditor_id, reference), at: new Date(attempted_at), rail, card_key, brand, category, code, network_code, advice_code, amount_cents,
    next_attempt_at: next_attempt_at === undefined ? null : new Date(next_attempt_at), retry_policy,
  };
}

export const attemptKey = ({ key, attempt_id }: Pick<KeptAttempt, 'key' | 'attempt_id'>): string => `${key} ${attempt_id}`;

/** The attempts with one more telling; null where it says nothing new. */
function withTold(known: ReadonlyMap<string, KeptAttempt>, told: KeptAttempt): ReadonlyMap<string, KeptAttempt> | null {
  const id = attemptKey(told);
  const before = known.get(id);
  const after = before ? { ...mergeAttempts(before, told), key: told.key } : told;
  return before && JSON.stringify(before) === JSON.stringify(after) ? null : withEntries(known, [[id, after]]);
}

/** A declined charge: a fact about the case, from which its plan is made anew. */
export function applyDeclined(file: CaseFile, event: EventOf<typeof BillingChargeDeclined>, now: Date): DecisionOne<CaseFile> {
  const attempts = withTold(file.attempts, attemptOf(event));
  return attempts ? conclude({ ...file, attempts }, event.id, now) : { ignored: 'known' };
}

/** Attempts of one reference whose customer nobody knows yet. */
export type Unclaimed = ReadonlyMap<string, KeptAttempt>;

/** A declined charge of nobody known: it counts on its card at once, and on its debt once a receivable bears its reference. */
export function keepDeclined(known: Unclaimed, event: EventOf<typeof BillingChargeDeclined>): DecisionOne<Unclaimed> {
  const next = withTold(known, attemptOf(event));
  return next ? { next } : { ignored: 'known' };
}

/** Limits look back so far, and no further. */
const KEPT_DAYS = Math.max(...LIMITS.map(({ days }) => days)) + 2;

/** Columns of an attempt in the order in which it is read; key and creditor come from where it is kept. */
export const ATTEMPT: readonly Column<KeptAttempt>[] = [
  ['key', 'text', ({ key }) => key],
  ['attempt_id', 'uuid', ({ attempt_id }) => attempt_id],
  ['receivable_id', 'uuid', ({ receivable_id }) => receivable_id],
  ['at', 'timestamptz', ({ at }) => at],
  ['rail', 'text', ({ rail }) => rail],
  ['card_key', 'text', ({ card_key }) => card_key],
  ['brand', 'text', ({ brand }) => brand],
  ['category', 'text', ({ category }) => category],
  ['code', 'text', ({ code }) => code],
  ['network_code', 'text', ({ network_code }) => network_code],
  ['advice_code', 'text', ({ advice_code }) => advice_code],
  ['amount_cents', 'bigint', ({ amount_cents }) => amount_cents],
  ['next_attempt_at', 'timestamptz', ({ next_attempt_at }) => next_attempt_at],
  ['retry_policy', 'text', ({ retry_policy }) => retry_policy],
];
const KEPT: readonly Column<KeptAttempt>[] = [
  ...ATTEMPT,
  ['creditor_id', 'text', ({ key }) => key.slice(0, key.indexOf('/'))],
  ['claimed', 'boolean', ({ key }) => !/\/(#|$)/.test(key)],
  ['forget_on', 'date', (attempt) => (isHardStop(attempt) ? null : addDays(creditorDay(attempt.next_attempt_at && attempt.next_attempt_at > attempt.at ? attempt.next_attempt_at : attempt.at), KEPT_DAYS))],
];
export const saveAttempts = bulk('charge_attempt', ['key', 'attempt_id'], KEPT);

export function keptOf([key, attempt_id, receivable_id, at, rail, card_key, brand, category, code, network_code, advice_code, amount_cents, next_attempt_at, retry_policy]: readonly unknown[]): KeptAttempt {
  return {
    key, attempt_id, receivable_id, at: new Date(at as string), rail, card_key, brand, category, code, network_code, advice_code, amount_cents,
    next_attempt_at: next_attempt_at === null ? null : new Date(next_attempt_at as string), retry_policy,
  } as KeptAttempt;
}

const ROW = `json_build_array(${ATTEMPT.map(([name]) => `a.${name}`).join(', ')})`;

// Looked up once a statement: most houses know whose every attempt is, and then no receivable is looked through.
const SOME_WAIT = '(select exists (select from charge_attempt where not claimed))';

/** What counts for each case: its own attempts, all on its cards, and those that waited for one of its receivables. */
const READ = `
  with own as materialized (select * from charge_attempt where key = any($1)),
  found as (
    select o.key as case_key, o.* from own o
    union
    select o.key, a.* from (select distinct key, creditor_id, card_key from own where card_key is not null) o join charge_attempt a using (creditor_id, card_key)
    union
    select r.key, a.* from charge_attempt a join case_receivable r on r.receivable_id = a.receivable_id where ${SOME_WAIT} and not a.claimed and r.key = any($1)
    union
    select r.key, a.* from case_receivable r cross join jsonb_array_elements_text(r.charged -> 'charge_ids') as c (id) join charge_attempt a on a.receivable_id = c.id::uuid and not a.claimed where ${SOME_WAIT} and r.key = any($1) and r.charged is not null
  )
  select case_key as key, json_agg(${ROW} order by a.key, a.attempt_id) as rows from found a group by case_key`;

/** The attempts that count for cases, by case. */
export async function readAttempts(tx: Tx, keys: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, KeptAttempt>>> {
  const found = await tx.query<{ key: string; rows: unknown[][] }>(READ, [keys]);
  return new Map(found.map(({ key, rows }) => [key, byId(rows)]));
}

const byId = (rows: readonly unknown[][]): Map<string, KeptAttempt> => new Map(rows.map((row) => { const kept = keptOf(row); return [attemptKey(kept), kept]; }));

/** What waited when it was loaded, for as long as the transaction knows it: only what changed is written. */
const loaded = new WeakMap<Tx, ReadonlyMap<string, Unclaimed>>();

/** Attempts by the reference that they wait under; no row stands for a reference, hence the other lock. */
export const unclaimedAttempts: Store<Unclaimed> = {
  name: 'unclaimed-attempts',
  async load(tx, keys) {
    await tx.query('select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest($1::text[]) as k (key) order by key', [keys]);
    const rows = await tx.query<{ key: string; rows: unknown[][] }>(`select a.key, json_agg(${ROW}) as rows from charge_attempt a where key = any($1) group by a.key`, [keys]);
    const found = new Map(rows.map((row) => [row.key, byId(row.rows)]));
    loaded.set(tx, found);
    return new Map(keys.map((key) => [key, found.get(key) ?? new Map()]));
  },
  save(tx, changed) {
    const before = loaded.get(tx)!;
    const news = [...changed].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([key, attempts]) => [...attempts].flatMap(([id, each]) => (before.get(key)?.get(id) === each ? [] : [each])));
    return saveAttempts(tx, news);
  },
};
