import { Injectable } from '@nestjs/common';
import { Clock, WallClock } from '@emdia/clock';
import { Database, failureOf } from '@emdia/database';
import { askGate, GATE_ASKS_MAX, VERDICT_MS_MAX, type GateSaid } from '@emdia/gate';
import { Runner, step, type Step, type Store } from '@emdia/messaging';
import { InternalClient, Metrics, Sweeps, type Sweep } from '@emdia/runtime';
import { Cases } from '../cases/cases';
import type { CaseFile } from '../cases/case-file';
import { creditorDay } from '../cases/plan';
import { request } from './requesting';

/** Acts of one transaction: they are decided and stored well within the second that their verdict is good for. */
const BATCH_MAX = Math.min(200, GATE_ASKS_MAX);
/** The time that Postgres may hear late how much is left. */
const MARGIN_MS = 50;

interface Due {
  readonly act_id: string;
  readonly key: string;
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly receivable_id: string;
  readonly due_date: string;
  readonly step: string;
}

const DUE = `
  select a.act_id, a.key, a.creditor_id, substr(a.key, length(a.creditor_id) + 2) as customer_id, a.receivable_id, a.due_date::text, a.step
  from outward_act a where a.status = 'planned' and a.due_at <= $1 and (a.retry_at_epoch_ms is null or a.retry_at_epoch_ms <= $2) order by a.due_at, a.act_id limit $3`;

/**
 * Lets planned acts go: asks the gate with no transaction open, then puts the act and its event into one transaction,
 * which Postgres cuts when the verdict grows a second old before it commits. Nothing has happened until then, and
 * whatever was committed goes out of the outbox, so that no crash loses or doubles an act.
 */
@Injectable()
export class OutwardActs implements Sweep {
  readonly name = 'outward-acts';
  readonly limit = BATCH_MAX;
  /** Fewer after an outage: a batch too slow for its verdict is cut, which looks like a lost connection. */
  private batch = BATCH_MAX;
  private readonly ended: { inc(labels: { how: string }): void };

  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly cases: Cases,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly internal: InternalClient,
    sweeps: Sweeps,
    metrics: Metrics,
  ) {
    this.ended = metrics.counter('emdia_acts_decided_total', 'Outward acts that the gate was asked about, by what became of them.', ['how']);
    sweeps.register(this);
  }

  async nextDueAt(): Promise<Date | null> {
    const [row] = await this.database.query<{ at: Date | null }>(
      `select min(due_at) as at from outward_act where status = 'planned' and (retry_at_epoch_ms is null or retry_at_epoch_ms <= $1)`, [this.wall.epochMs()]);
    return row!.at;
  }

  /** True while wall time heals something. */
  async busy(): Promise<boolean> {
    const [row] = await this.database.query<{ busy: boolean }>(`select exists (select from outward_act where status = 'planned' and retry_at_epoch_ms is not null) as busy`);
    return row!.busy;
  }

  async run(now: Date, limit: number): Promise<number> {
    const due = await this.database.look<Due & Record<string, unknown>>(DUE, [now, this.wall.epochMs(), Math.min(limit, this.batch)]);
    if (due.length === 0) return 0;
    const asked_at_ms = this.wall.monotonicMs();
    const contact_day = creditorDay(this.clock.now());
    const asks = due.map(({ act_id: ask_id, key: _, ...act }) => ({ ...act, ask_id, purpose: 'collection' as const, contact_day }));
    await this.decide(due, await askGate(this.internal, asks), asked_at_ms);
    return due.length;
  }

  /** Together, or each alone where one of them fails: it must stop no other. */
  private async decide(due: readonly Due[], said: GateSaid | null, asked_at_ms: number): Promise<void> {
    try {
      const statuses = await this.runner.changeAll(this.steps(due, said, asked_at_ms));
      this.batch = Math.min(this.batch * 2, BATCH_MAX);
      for (const how of statuses) if (typeof how === 'string') this.ended.inc({ how });
    } catch (error) {
      if (failureOf(error) === 'outage') this.batch = Math.max(1, this.batch >> 1);
      if (failureOf(error) === 'outage' || due.length === 1) throw error;
      const failures: unknown[] = [];
      for (const each of due) await this.decide([each], said, asked_at_ms).catch((failure: unknown) => failures.push(failure));
      if (failures.length > 0) throw new AggregateError(failures, `${failures.length} failures among ${due.length} due acts.`);
    }
  }

  private steps(due: readonly Due[], said: GateSaid | null, asked_at_ms: number): Step[] {
    const leftMs = (): number => Math.floor(asked_at_ms + VERDICT_MS_MAX - MARGIN_MS - this.wall.monotonicMs());
    const store = cutAfter(this.cases.known, leftMs);
    return due.map(({ act_id, key }) =>
      step(store, key, (file, now) => request(file, act_id, { answer: said?.answers.get(act_id) ?? null, as_of_epoch_ms: said?.as_of_epoch_ms ?? 0, fresh: leftMs() > 0, epoch_ms: this.wall.epochMs() }, now)));
  }
}

/** The store, with a transaction that Postgres cuts when so many milliseconds are over before it commits. */
function cutAfter(store: Store<CaseFile>, leftMs: () => number): Store<CaseFile> {
  return {
    name: store.name,
    async load(tx, keys) {
      const left = leftMs();
      // A timer that runs is not set anew by another value, only by none. What is too old already is put off, and needs no hurry.
      const cut = left > 0 ? [tx.query(`select set_config('transaction_timeout', '0', true), set_config('transaction_timeout', $1, true)`, [String(left)])] : [];
      const [loaded] = await Promise.all([store.load(tx, keys), ...cut]);
      return loaded;
    },
    save: (tx, changed) => store.save(tx, changed),
  };
}
