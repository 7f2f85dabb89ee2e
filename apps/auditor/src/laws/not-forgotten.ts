import { instantAt } from '@emdia/calendar';
import { Finding, type Proof } from '../finding';
import type { Snapshot } from '../snapshot';

/** An open receivable by the ledger's word. */
export interface OpenReceivable {
  readonly receivable_id: string;
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly changed_at: Date;
}

/** How the case keeps it from being forgotten. */
export interface Kept {
  readonly receivable_id: string;
  readonly status: string;
  readonly standing: 'action' | 'waiting' | 'task' | 'hold' | 'owner' | 'end';
  readonly standing_reason: string | null;
  readonly next_action_at: Date | null;
  readonly next_step: string | null;
  readonly hold_review_date: string | null;
  readonly owner_queue: string | null;
  readonly owner_review_date: string | null;
  readonly is_scheduled: boolean;
}

const ZONE = 'America/Sao_Paulo';
// A sweep that is behind is late, not forgetful; a day is.
const LATE_MS_MAX = 24 * 3_600_000;
const YOUNG_MS = 60_000;

const OPEN = `
  select r.receivable_id, r.creditor_id, r.customer_id, c.recorded_at as changed_at
  from reconciliation.receivable r join reconciliation.collectability_change c using (receivable_id, version) where r.status = 'open'`;
// The dated look that the sweep will really take: a date in the case's row alone wakes nobody.
const KEPT = `
  select r.receivable_id, r.status, r.standing, r.standing_reason, r.next_action_at, r.next_step, r.hold_review_date::text as hold_review_date,
         r.owner_queue, r.owner_review_date::text as owner_review_date,
         coalesce(d.due_at <= r.next_action_at, false) as is_scheduled
  from dunning.case_receivable r left join (select key, min(due_at) as due_at from dunning.due_action group by key) d using (key)
  where r.status = 'open'`;

const PROOF = `
  select to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as proven_at, debts::int, late::int, forgotten::int, healed::int
  from dunning.debt_proof where ended_at is not null order by hour desc limit 1`;

/** Law 3: what the ledger calls open, against what the cases and their schedule hold. */
export async function notForgotten(snapshot: Snapshot, options: { still: boolean; now: Date }): Promise<Finding> {
  const kept = new Map<string, Kept>();
  await snapshot.each<Kept>('dunning', KEPT, (row) => kept.set(row.receivable_id, row));
  const finding = new Finding(3, 'No debt is forgotten');
  finding.proof = (await snapshot.all<Proof>('dunning', PROOF))[0] ?? null;
  await snapshot.each<OpenReceivable>('reconciliation', OPEN, (row) => judgeOpen(finding, row, kept.get(row.receivable_id), options));
  return finding;
}

/** Checks one open receivable; on a running house what changed within the last minute is too young. */
export function judgeOpen(finding: Finding, open: OpenReceivable, kept: Kept | undefined, { still, now }: { still: boolean; now: Date }): void {
  if (!still && now.getTime() - open.changed_at.getTime() < YOUNG_MS) {
    finding.tooYoung++;
    return;
  }
  const what = forgotten(kept, now);
  const { receivable_id, creditor_id, customer_id } = open;
  finding.check(what === null ? null : { what, creditor_id, ids: { receivable_id, customer_id, standing: kept?.standing ?? null } });
}

function forgotten(kept: Kept | undefined, now: Date): string | null {
  if (!kept) return 'no case knows it as open';
  switch (kept.standing) {
    case 'end':
      return kept.standing_reason === 'prescribed' || kept.standing_reason === 'written-off' ? null : `its case ended (${kept.standing_reason ?? 'no reason'}) though it is open`;
    case 'action':
    case 'waiting':
    case 'task':
      return undated(kept, now) ?? (kept.next_step ? null : 'its next action is none');
    case 'hold':
      if (!kept.standing_reason || !kept.hold_review_date) return 'it is held without a reason or a review date';
      return longPast(instantAt(kept.hold_review_date, '00:00', ZONE), now) ? `its hold should have been looked at on ${kept.hold_review_date}` : undated(kept, now);
    case 'owner':
      if (!kept.owner_queue || !kept.owner_review_date) return 'it has an owner without a queue or a review date';
      return longPast(instantAt(kept.owner_review_date, '00:00', ZONE), now) ? `its owner should have been asked on ${kept.owner_review_date}` : undated(kept, now);
  }
}

const longPast = (at: Date, now: Date): boolean => now.getTime() - at.getTime() > LATE_MS_MAX;

function undated({ next_action_at, is_scheduled }: Kept, now: Date): string | null {
  if (!next_action_at) return 'nothing has a date';
  if (longPast(next_action_at, now)) return `its next action was due at ${next_action_at.toISOString()}`;
  return is_scheduled ? null : 'its date is on no schedule';
}
