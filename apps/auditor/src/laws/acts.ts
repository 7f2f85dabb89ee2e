import type { Finding } from '../finding';
import type { Snapshot } from '../snapshot';
import type { Asked } from './left-alone';

/** Acts asked of creditors' own systems (retries, changes of service, bureau entries, protests, write-offs), by law. */

const ASKED = `
  select null as notice_id, act_id, null as answer_id, creditor_id, substr(key, strpos(key, '/') + 1) as customer_id, receivable_id, call_began_at
  from dunning.outward_act where call_began_at is not null and undoes is null`;

/** Law 1: every act that left; what gives something back is never held up. */
export const eachAct = (snapshot: Snapshot, visit: (asked: Asked) => void): Promise<void> => snapshot.each<Asked>('dunning', ASKED, visit);

// What the receiver would not have, and nobody was asked to do instead, may be asked for again.
const TIMES = `
  select min(creditor_id) as creditor_id, receivable_id, coalesce(undoes::text, due_date::text || ' ' || step) as of, count(*)::int as times, (array_agg(act_id order by act_id))[1:5] as act_ids,
    bool_and(undoes is null or exists (select from dunning.outward_act b where b.act_id = a.undoes and b.call_began_at is not null and b.receivable_id = a.receivable_id)) as has_cause
  from dunning.outward_act a where call_began_at is not null and not (status = 'rejected' and task is null) group by 2, 3`;

// Entries and protests that stand, where the receiver may have made them, or a person may who was not asked to take them back.
const STANDING = `
  select a.act_id, a.creditor_id, a.receivable_id, a.change from dunning.outward_act a
  where a.change in ('listing', 'protest') and a.status in ('requested', 'accepted', 'unanswered') and not exists (
    select from dunning.outward_act u where u.receivable_id = a.receivable_id and u.kind = a.kind and u.undoes is not null and u.call_began_at >= a.call_began_at)
  union all
  select null, r.creditor_id, r.receivable_id, last.change from dunning.case_receivable r cross join lateral (
    select distinct on (e ->> 'change') e ->> 'change' as change, e ->> 'back' as back from jsonb_array_elements(r.acted) with ordinality as x (e, n)
    where e ->> 'change' in ('listing', 'protest') order by e ->> 'change', n desc) last
  where last.back is null`;
// Prescribed debts have ended, too, whether open or given up; dunning takes a day to take back what stands on them.
const ENDED = `select receivable_id from reconciliation.receivable where receivable_id = any($1::uuid[])
  and (status in ('settled', 'cancelled') or (status in ('open', 'written-off') and effective_due_date + interval '5 years' < $2::date - 2))`;

// Entries that the systems were asked for though nobody had heard of a notice of theirs.
const UNNOTICED = `
  select a.act_id, a.creditor_id, a.receivable_id from dunning.outward_act a
  where a.change = 'listing' and a.undoes is null and a.call_began_at is not null and not exists (
    select from dunning.outward_act n where n.receivable_id = a.receivable_id and n.due_date = a.due_date and n.kind = 'bureau-notice' and n.call_began_at < a.call_began_at
      and (n.status = 'accepted' or (n.status = 'requested' and n.reason is null)))`;

/**
 * Law 4: each act of a debt's step once, each taken back once, and only what was there; no entry without its notice; in a house at rest no entry stands on a debt
 * that has ended. `now` is business time.
 */
export async function actsOnce(snapshot: Snapshot, finding: Finding, { still, now }: { readonly still: boolean; readonly now: Date }): Promise<void> {
  type Times = { creditor_id: string; receivable_id: string; of: string; times: number; act_ids: string[]; has_cause: boolean };
  await snapshot.each<Times>('dunning', TIMES, ({ creditor_id, receivable_id, of, times, act_ids, has_cause }) => {
    const what = times > 1 ? `an act was asked for ${times} times` : has_cause ? null : 'something was taken back that was never asked for';
    finding.check(what === null ? null : { what, creditor_id, ids: { receivable_id, of, act_ids: act_ids.join(' ') } });
  });
  for (const { creditor_id, ...ids } of await snapshot.all<{ act_id: string; creditor_id: string; receivable_id: string }>('dunning', UNNOTICED))
    finding.broken({ what: 'a listing was asked for without a notice that anybody heard', creditor_id, ids });
  if (!still) return;
  type Standing = { act_id: string | null; creditor_id: string; receivable_id: string; change: string };
  const standing = await snapshot.all<Standing>('dunning', STANDING);
  const ended = new Set((await snapshot.all<{ receivable_id: string }>('reconciliation', ENDED, [standing.map(({ receivable_id }) => receivable_id), now.toISOString().slice(0, 10)])).map(({ receivable_id }) => receivable_id));
  for (const { act_id, creditor_id, receivable_id, change } of standing)
    finding.check(ended.has(receivable_id) ? { what: `a ${change} still stands on a debt that has ended`, creditor_id, ids: { act_id, receivable_id } } : null);
}

/** An act as dunning keeps it. */
export interface Acted {
  readonly act_id: string;
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly receivable_id: string;
  readonly step: string;
  readonly kind: string;
  readonly undoes: string | null;
  readonly regua_version: string;
  readonly facts: readonly { readonly receivable_id: string; readonly version: number }[];
  readonly status: string;
  readonly reason: string | null;
  readonly verdict: { readonly as_of_epoch_ms: number | null; readonly version: number } | null;
  readonly has_called: boolean;
  readonly has_case: boolean;
  /** Whether the version of the régua that it names has the step; null where it is one of the house, which no schema keeps. */
  readonly has_step: boolean | null;
}

const ACTED = `
  select a.act_id, a.creditor_id, substr(a.key, strpos(a.key, '/') + 1) as customer_id, a.receivable_id, a.step, a.kind, a.undoes, a.regua_version, a.facts, a.status, a.reason, a.verdict,
    a.call_began_at is not null as has_called, f.case_id is not null as has_case,
    case when d.document is null then null else d.document -> 'steps' @> jsonb_build_array(jsonb_build_object('step', a.step, 'action', a.kind)) end as has_step
  from dunning.outward_act a left join dunning.case_file f using (key)
    left join dunning.regua_document d on d.creditor_id = a.creditor_id and d.regua || '-' || d.version = a.regua_version`;

/** Law 5: acts resolve to case, régua version, step, fact versions and verdict, and those that never left tell why. */
export const actsExplained = (snapshot: Snapshot, finding: Finding, versions: ReadonlyMap<string, number>): Promise<void> =>
  snapshot.each<Acted>('dunning', ACTED, (acted) => {
    const wrong = unexplained(acted, versions);
    const { act_id, creditor_id, customer_id, receivable_id } = acted;
    finding.check(wrong.length ? { what: wrong.join('; '), creditor_id, ids: { act_id, customer_id, receivable_id } } : null);
  });

function unexplained({ receivable_id, step, undoes, regua_version, facts, status, reason, verdict, has_called, has_case, has_step }: Acted, versions: ReadonlyMap<string, number>): string[] {
  const wrong: string[] = [];
  if (!has_case) wrong.push('an act of no case');
  if (!/^[a-z][a-z0-9-]*-\d+$/.test(regua_version)) wrong.push('its régua version is none');
  if (!/^D(0|[+-]\d+)$/.test(step) || has_step === false) wrong.push('its step is not in its régua');
  if (!facts.some((fact) => fact.receivable_id === receivable_id)) wrong.push('no fact stands behind its debt');
  for (const fact of facts) {
    const newest = versions.get(fact.receivable_id);
    if (newest === undefined || fact.version < 1 || fact.version > newest) wrong.push(`version ${fact.version} of receivable ${fact.receivable_id} is not in the ledger`);
  }
  if (has_called && !verdict) wrong.push('it went without a verdict');
  if (has_called && verdict && undoes === null && verdict.as_of_epoch_ms === null) wrong.push('the gate was not asked');
  if (has_called && verdict && verdict.version > (versions.get(receivable_id) ?? 0)) wrong.push('its verdict is on facts that the ledger does not have');
  if ((status === 'refused' || status === 'expired' || status === 'rejected' || status === 'unanswered') && !reason) wrong.push(`it is ${status} without a reason`);
  return wrong;
}
