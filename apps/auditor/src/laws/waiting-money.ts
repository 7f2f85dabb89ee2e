import type { Finding } from '../finding';
import type { Snapshot } from '../snapshot';

/** Money that quoted nothing known, what became of it, and what the ledger has of it. */
export interface WaitingMoney {
  readonly creditor_id: string;
  readonly source: string;
  readonly payment_id: string;
  readonly status: string;
  readonly holds: boolean;
  /** Whose word placed it; null where nobody said so. */
  readonly accepted_by: string | null;
  readonly received_cents: number | null;
  readonly unapplied_cents: number;
  /** Who applied it to anything. */
  readonly actors: readonly string[];
}

const WAITING = `
  select w.creditor_id, w.source, w.payment_id, w.status, w.held <> '[]' as holds,
    (select v ->> 'actor' from jsonb_array_elements(w.words) v where v ->> 'verdict' = 'accepted' limit 1) as accepted_by,
    (select sum(p.received_cents)::float8 from reconciliation.payment p where (p.creditor_id, p.source, p.payment_id) = (w.creditor_id, w.source, w.payment_id)) as received_cents,
    (select coalesce(sum(p.unapplied_cents), 0)::float8 from reconciliation.payment p where (p.creditor_id, p.source, p.payment_id) = (w.creditor_id, w.source, w.payment_id)) as unapplied_cents,
    array(select distinct a.actor from reconciliation.application a where (a.creditor_id, a.source, a.payment_id) = (w.creditor_id, w.source, w.payment_id)) as actors
  from reconciliation.waiting_money w`;

// What money holds, by its own word and by the standstills of the people held.
const HOLDS = `
  select creditor_id, customer_id, ids, coalesce(h.n, 0)::int as by_money, coalesce(s.n, 0)::int as standing
  from (select creditor_id, h ->> 'customer_id' as customer_id, array(select jsonb_array_elements_text(h -> 'receivable_ids') order by 1) as ids, count(*) as n
          from reconciliation.waiting_money cross join lateral jsonb_array_elements(held) h group by 1, 2, 3) h
  full join (select creditor_id, customer_id, array(select r::text from unnest(receivable_ids) r order by 1) as ids, count(*) as n
          from reconciliation.standstill where kind = 'money' and begun and not ended group by 1, 2, 3) s using (creditor_id, customer_id, ids)`;

/** Law 5 for money that somebody had to place: it is there, whoever placed it is known, and nobody is held by it but those it names. */
export async function waitingMoney(snapshot: Snapshot, finding: Finding, { still }: { readonly still: boolean }): Promise<void> {
  await snapshot.each<WaitingMoney>('reconciliation', WAITING, (row) => judgeWaiting(finding, row, still));
  type Hold = { readonly creditor_id: string; readonly customer_id: string; readonly ids: string[]; readonly by_money: number; readonly standing: number };
  await snapshot.each<Hold>('reconciliation', HOLDS, ({ creditor_id, customer_id, ids, by_money, standing }) =>
    finding.check(by_money === standing ? null : { what: `${by_money} payments that wait name these debts, ${standing} holds stand on them`, creditor_id, ids: { customer_id, receivable_ids: ids.join(' ') } }));
}

/** Checks one; that it has found its place by another road is noticed within seconds, so only a house at rest is asked. */
export function judgeWaiting(finding: Finding, { creditor_id, source, payment_id, status, holds, accepted_by, received_cents, unapplied_cents, actors }: WaitingMoney, still: boolean): void {
  const waits = status !== 'placed' && status !== 'withdrawn';
  const isThere = (received_cents ?? 0) > 0;
  const wrong: string[] = [];
  if (received_cents === null) wrong.push('the ledger has no such payment');
  if (waits && still && isThere && unapplied_cents === 0) wrong.push('it waits for a person, and nothing of it is unapplied');
  if (!waits && holds) wrong.push(`it is ${status} and still holds somebody`);
  if (status === 'placed' && isThere && actors.length === 0) wrong.push('it is placed, and nobody applied it');
  if (status === 'placed' && isThere && accepted_by !== null && !actors.includes(accepted_by)) wrong.push(`${accepted_by} accepted it, and did not apply it`);
  finding.check(wrong.length ? { what: wrong.join('; '), creditor_id, ids: { source, payment_id } } : null);
}
