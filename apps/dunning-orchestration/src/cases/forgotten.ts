import { addDays } from '@emdia/calendar';
import type { Tx } from '@emdia/database';
import type { DecisionOne, Store } from '@emdia/messaging';
import { entrusted } from '../holds/asking';
import { withEntries, type CaseFile } from './case-file';
import { conclude } from './conclude';
import { creditorHour } from './contact-days';
import { DUE_SLOTS } from './due-slot';
import { creditorDay } from './plan';

/** One open debt that nothing will come back to by itself, or not in time; ids only. */
export interface Forgotten {
  readonly key: string;
  readonly creditor_id: string;
  readonly receivable_id: string;
  /** `late` is on the schedule, which is behind; everything else is on none. */
  readonly what: string;
}

export const LATE = 'late';

// Judged by the row of the debt and by the schedule, not by the plan: what is to be found is a row that the plan did not write.
// `limit 1` and `offset 0` keep it to one index entry of one partition of the schedule and one range of debts per case: seen
// as joins, Postgres would read whole tables for every part.
const lookAt = (cases: string) => `
  with part as materialized (select key, due_at from case_file where ${cases}),
  scheduled as (
    select p.key, p.due_at, d.key is not null as is_scheduled from part p left join lateral (
      select key from due_action d where d.due_slot = (floor(extract(epoch from p.due_at) / 86400)::bigint % ${DUE_SLOTS})::smallint and d.due_at = p.due_at and d.key = p.key limit 1) d on true),
  looked as (
    select r.key, r.creditor_id, r.receivable_id, case
      when r.standing = 'end' then case when r.standing_reason is distinct from 'prescribed' then 'it ended though it is open' end
      when r.next_action_at is null then 'nothing has a date'
      when r.standing in ('action', 'waiting', 'task') and r.next_step is null then 'its next action is none'
      when r.standing = 'hold' and (r.standing_reason is null or r.hold_review_date is null) then 'it is held without a reason or a review date'
      when r.standing = 'owner' and (r.owner_queue is null or r.owner_review_date is null) then 'it has an owner without a queue or a review date'
      when s.due_at is null or s.due_at > r.next_action_at then 'its case is looked at too late'
      when not s.is_scheduled then 'its date is on no schedule'
      when r.next_action_at < $1 then '${LATE}' end as what
    from scheduled s cross join lateral (select * from case_receivable where key = s.key and status = 'open' offset 0) r)
  select (select max(key) from part) as last, (select count(*)::int from part) as cases, count(*)::int as debts,
    coalesce(json_agg(json_build_object('key', key, 'creditor_id', creditor_id, 'receivable_id', receivable_id, 'what', what) order by key, receivable_id) filter (where what is not null), '[]') as found
  from looked`;

/** What is due by an instant ($1) and not done, and what is on no schedule, in the next so many cases ($3) behind a key ($2). */
export const LOOK = lookAt('key > $2 order by key limit $3');
/** The same in some cases ($2). */
export const LOOK_AT = lookAt('key = any($2)');

// By its day, because by key alone it would be looked for in every partition.
const unscheduled = (dated: string) => `delete from due_action d using ${dated}
  where d.due_slot = (floor(extract(epoch from c.due_at) / 86400)::bigint % ${DUE_SLOTS})::smallint and d.due_at = c.due_at and d.key = c.key`;
/** Takes off the schedule what some cases ($1) name. */
const NAMED = `${unscheduled('case_file c')} and c.key = any($1)`;
/** What stands there though no case named it, at the dates that they get. */
const UNNAMED = unscheduled('unnest($1::text[], $2::timestamptz[]) as c (key, due_at)');

/** Cases whose dates are forgotten as they are loaded, so that saving writes every one of them, and their row of the schedule. */
export const afresh = (cases: Store<CaseFile>): Store<CaseFile> => ({
  name: cases.name,
  async load(tx: Tx, keys: readonly string[]) {
    await tx.query('select 1 from case_file where key = any($1) order by key for update', [keys]);
    await tx.query(NAMED, [keys]);
    await tx.query('update case_file set due_at = null where key = any($1)', [keys]);
    return cases.load(tx, keys);
  },
  async save(tx, changed) {
    const files = [...changed.values()];
    await tx.query(UNNAMED, [files.map(({ key }) => key), files.map(({ due_at }) => due_at)]);
    await cases.save(tx, changed);
  },
});

const REVIEW_DAYS = 7;

/** Plans a forgotten case anew; where that fails, its open debts go to a person. */
export function planAnew(file: CaseFile, now: Date): DecisionOne<CaseFile> {
  // An owner whom nobody finds is none.
  const found = new Map([...file.receivables].map(([id, receivable]) => [id, receivable.owner && !(receivable.owner.queue && receivable.owner.review_date) ? { ...receivable, owner: null } : receivable]));
  try {
    return conclude({ ...file, receivables: found }, `forgotten ${now.toISOString()}`, now);
  } catch (error) {
    const open = [...file.receivables.values()].filter(({ status }) => status === 'open');
    const { owner, task } = entrusted(file, open, { reason: `not planned: ${(error as Error).message}`.slice(0, 80), days: REVIEW_DAYS, cause: now.toISOString() }, now);
    const at = creditorHour(addDays(creditorDay(now), REVIEW_DAYS), '09:00');
    const owned = open.map((receivable) => [receivable.receivable_id, { ...receivable, owner, standing: { kind: 'owner' as const, ...owner, at } }] as const);
    return { next: { ...file, receivables: withEntries(file.receivables, owned), due_at: at }, events: [task] };
  }
}
