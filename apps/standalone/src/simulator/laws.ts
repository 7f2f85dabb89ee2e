import { Unlawful } from './unlawful';
import type { Stage } from './stage';
import { CREDITOR } from './world';

interface Law {
  readonly law: number;
  readonly name: string;
  readonly checked: number;
  readonly violations: number;
  readonly examples: readonly object[];
}

/** What became of one law over all audits of a run. */
export interface LawCount {
  readonly law: number;
  readonly name: string;
  checked: number;
  violations: number;
}

// Billing and reconciliation commit every day, since sources vouch for it; what comes of that is decided in these.
const DECIDING = ['dunning-orchestration', 'negotiation', 'notifications'];

// In whichever of their cases the person was held, and until somebody decided where the hold ended by itself.
const ofHeld = (at: string, after: string) => `
  select n.notice_id, h.kind from dunning.hold h join dunning.case_file held using (key)
    join dunning.case_file c on c.creditor_id = held.creditor_id and c.person_key = held.person_key join dunning.notice n on n.key = c.key
    left join notifications.delivery d using (notice_id)
  where h.kind in ('over-indebtedness', 'deceased') and h.placed_with is null and ${at} > ${after}
    and ${at} < coalesce(case when h.ended_by_itself then h.decided_at else h.lifted_at end, 'infinity')`;
const ASKED_OF_HELD = ofHeld('n.asked_at', 'h.placed_at');
// Nobody is asked about thanks when they leave, so what was asked for before may go for ten minutes.
const THANKED_OF_HELD = ofHeld(`case when n.purpose = 'service' then d.call_began_at end`, `h.placed_at + interval '10 minutes'`);

// More than was open at any time in the seconds in which nobody had to know better.
const RETRIED_TOO_MUCH = `
  select a.act_id, a.retry ->> 'amount_cents' as cents from dunning.outward_act a
  where a.kind = 'retry' and a.call_began_at is not null and (a.retry ->> 'amount_cents')::bigint > coalesce((
    select max(open_cents) from reconciliation.collectability_change c where c.receivable_id = a.receivable_id and c.recorded_at <= a.call_began_at
      and c.version >= coalesce((select max(version) from reconciliation.collectability_change b where b.receivable_id = a.receivable_id and b.recorded_at <= a.call_began_at - interval '5 s'), 0)), 0)`;

// The auditor looks at bureau entries and protests; service alone is left to what its régua says, and here that says so.
const STILL_WITHOUT = `
  select a.act_id, a.change from dunning.outward_act a join reconciliation.receivable r using (receivable_id)
  where a.change in ('limit', 'suspend') and a.undoes is null and a.status in ('requested', 'accepted', 'unanswered') and r.status in ('settled', 'cancelled') and not exists (
    select from dunning.outward_act u where u.receivable_id = a.receivable_id and u.kind = 'service' and u.undoes is not null and u.call_began_at >= a.call_began_at)`;

const ACTS = `select act_id, status, call_began_at is not null as has_left from dunning.outward_act`;

/** Asks the auditor, and looks at what the auditor cannot see; adds up what was checked. */
export class Laws {
  readonly counts = new Map<number, LawCount>();
  audits = 0;
  private checkedAt = '';

  constructor(private readonly stage: Stage) {}

  /**
   * After a day: as `check`, unless no service that decides anything committed anything since the last. Facts that did
   * not change break no law anew but by growing late, which the check at the end of the step sees.
   */
  async checkDay(): Promise<void> {
    if (this.commits() !== this.checkedAt) await this.check();
  }

  private commits(): string {
    return this.stage.house.applications.filter(({ service }) => DECIDING.includes(service.name)).map(({ commits }) => commits).join();
  }

  /** Throws Unlawful where a law is broken. */
  async check(): Promise<void> {
    this.checkedAt = this.commits();
    const { status, body } = await this.stage.call('GET', '/v1/audit?still=true', CREDITOR);
    if (status !== 200) throw new Error(`The auditor answered ${status}: ${JSON.stringify(body)}`);
    this.audits++;
    const broken: string[] = [];
    for (const { law, name, checked, violations, examples } of (body as { laws: Law[] }).laws) {
      const count = this.counts.get(law) ?? { law, name, checked: 0, violations: 0 };
      this.counts.set(law, count);
      count.checked += checked;
      count.violations += violations;
      if (violations > 0) broken.push(...examples.map((example) => `law ${law}: ${JSON.stringify(example)}`));
    }
    for (const [sql, what] of [[ASKED_OF_HELD, 'was asked for while the person was held'], [THANKED_OF_HELD, 'thanked the person more than ten minutes after they were held']] as const) {
      const found = await this.stage.query<{ notice_id: string; kind: string }>(sql);
      broken.push(...found.map(({ notice_id, kind }) => `notice ${notice_id} ${what}: ${kind}`));
    }
    // Of what the provider took, which no table tells: the same letter twice.
    for (const [key, times] of this.stage.provider.accepted) if (times > 1) broken.push(`letter ${key} was taken ${times} times`);
    broken.push(...(await this.ofActs()));
    if (broken.length > 0) throw new Unlawful('a law is broken', broken);
  }

  /** Acts, by what the creditor's systems took and by what dunning keeps of them. */
  private async ofActs(): Promise<string[]> {
    const { stage } = this;
    const { taken, broken } = stage.systems;
    const kept = new Map((await stage.query<{ act_id: string; status: string; has_left: boolean }>(ACTS)).map((act) => [act.act_id, act]));
    return [
      ...broken,
      ...(await stage.query<{ act_id: string; cents: string }>(RETRIED_TOO_MUCH)).map(({ act_id, cents }) => `retry ${act_id} is for ${cents} cents, more than was open`),
      ...(await stage.query<{ act_id: string; change: string }>(STILL_WITHOUT)).map(({ act_id, change }) => `a debt has ended, and act ${act_id} was not taken back: ${change}`),
      ...[...taken.keys()].filter((act_id) => !kept.get(act_id)?.has_left).map((act_id) => `act ${act_id} was told and not asked for`),
      ...[...kept.values()].filter(({ act_id, status }) => status === 'accepted' && !taken.has(act_id)).map(({ act_id }) => `act ${act_id} counts as accepted and was not taken`),
    ];
  }
}
