import { Injectable } from '@nestjs/common';
import { WallClock } from '@emdia/clock';
import { columnsOf, Database, unnested, type Column } from '@emdia/database';
import { anHourLater, backOffMs } from '@emdia/gate';
import { Runner, Seal, step, type Step } from '@emdia/messaging';
import { Config, Metrics, Sweeps, type Sweep } from '@emdia/runtime';
import { PinoLogger } from 'nestjs-pino';
import { Cases } from '../cases/cases';
import { SECRETS } from './carriers';
import { told, type Posted } from './requesting';
import { post, signature, type Called } from './webhook';

/** Calls at a time. */
const WIDTH = 50;
/** Whoever took one may take so long; afterwards it is anybody's again, and is posted once more under the same id. */
const LEASE_MS = 30_000;
/** Wall time in which an act may be tried; business time may stand still. */
const VALID_MS = 60_000;
/** What gives something back is tried so often quickly, then every hour; after so many tries a person is told. */
const QUICK_TRIES = 6;
const TROUBLED_TRIES = 12;
const QUICK_MS_MAX = 16_000;

interface Delivery {
  readonly act_id: string;
  readonly key: string;
  readonly undoes: string | null;
  readonly body: string;
  readonly valid_until: Date | null;
  /** The present one included. */
  readonly attempts: number;
  readonly first_epoch_ms: number;
  readonly url: string | null;
  readonly secrets_sealed: string | null;
  /** Whether its debt has ended, otherwise than by the act itself. */
  readonly has_ended: boolean;
}

/** An act as it is to be recorded: ended, or tried again. */
interface Outcome {
  readonly delivery: Delivery;
  readonly posted: Posted | null;
  readonly again: { readonly due_at: Date; readonly due_epoch_ms: number; readonly last_answer: string } | null;
}

// What gives something back waits until what it takes back has been told, or not.
const CLAIM = `
  with due as (
    select act_id from act_delivery d where due_at <= $1 and due_epoch_ms <= $2 and (undoes is null or not exists (select from act_delivery u where u.act_id = d.undoes))
    order by attempts, due_at, act_id limit $3 for update skip locked
  ), claimed as (
    update act_delivery d set attempts = d.attempts + 1, due_epoch_ms = $4, first_epoch_ms = coalesce(d.first_epoch_ms, $2) from due where d.act_id = due.act_id returning d.*
  )
  select act_id, c.key, c.undoes, c.body, c.valid_until, c.attempts, c.first_epoch_ms::float8 as first_epoch_ms, k.url, k.secrets_sealed, r.status <> 'open' and not (a.kind = 'write-off' and r.status = 'written-off') as has_ended
  from claimed c join outward_act a using (act_id) join case_receivable r on r.key = c.key and r.receivable_id = a.receivable_id left join act_carrier k on k.creditor_id = c.creditor_id order by c.due_at, act_id`;

const AGAIN: readonly Column<Outcome>[] = [
  ['act_id', 'uuid', ({ delivery }) => delivery.act_id], ['due_at', 'timestamptz', ({ again }) => again!.due_at],
  ['due_epoch_ms', 'bigint', ({ again }) => again!.due_epoch_ms], ['last_answer', 'text', ({ again }) => again!.last_answer],
];
const PUT_OFF = `update act_delivery d set due_at = r.due_at, due_epoch_ms = r.due_epoch_ms, last_answer = r.last_answer from ${unnested(AGAIN)} where d.act_id = r.act_id`;

/**
 * Tells the creditor's webhook what its systems are to do, signed, at least once and each under its own id. An act is
 * tried until it would begin too late, what gives something back without end; a final no and silence go to a person.
 */
@Injectable()
export class ActDeliveries implements Sweep {
  readonly name = 'act-deliveries';
  readonly limit = WIDTH;
  private readonly seal: Seal;
  private readonly calls: { inc(labels: { how: string }): void };

  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly cases: Cases,
    private readonly wall: WallClock,
    private readonly logger: PinoLogger,
    { installationKey }: Config,
    sweeps: Sweeps,
    metrics: Metrics,
  ) {
    this.seal = new Seal(installationKey, SECRETS);
    this.calls = metrics.counter('emdia_act_calls_total', 'Calls of creditors\' webhooks, by what came of them.', ['how']);
    sweeps.register(this);
  }

  async nextDueAt(): Promise<Date | null> {
    const [row] = await this.database.query<{ at: Date | null }>('select min(due_at) as at from act_delivery where due_epoch_ms <= $1', [this.wall.epochMs()]);
    return row!.at;
  }

  /** True while wall time heals something: a call under way, a back-off. */
  async busy(): Promise<boolean> {
    const [row] = await this.database.query<{ busy: boolean }>('select exists (select from act_delivery where due_epoch_ms > $1) as busy', [this.wall.epochMs()]);
    return row!.busy;
  }

  async run(now: Date, limit: number): Promise<number> {
    const epochMs = this.wall.epochMs();
    const claimed = await this.database.query<Delivery>(CLAIM, [now, epochMs, Math.min(limit, WIDTH), epochMs + LEASE_MS]);
    if (claimed.length === 0) return 0;
    await this.record(await Promise.all(claimed.map((delivery) => this.tell(delivery, now))));
    return claimed.length;
  }

  private async tell(delivery: Delivery, now: Date): Promise<Outcome> {
    const { url, secrets_sealed, valid_until, first_epoch_ms, has_ended, body } = delivery;
    if (url === null || secrets_sealed === null) return { delivery, posted: { outcome: 'unheard' }, again: null };
    if (valid_until && has_ended) return { delivery, posted: { outcome: 'withdrawn' }, again: null };
    const epochMs = this.wall.epochMs();
    if (valid_until && (now >= valid_until || epochMs - first_epoch_ms >= VALID_MS)) return { delivery, posted: { outcome: 'unanswered', reason: 'nobody took it in time' }, again: null };
    const t = Math.floor(epochMs / 1_000);
    const secrets = JSON.parse(this.seal.open(secrets_sealed)) as string[];
    const called = await post(url, { 'content-type': 'application/cloudevents+json', 'user-agent': 'Emdia', 'emdia-act-id': delivery.act_id, 'emdia-signature': signature(body, secrets, t) }, body);
    this.calls.inc({ how: called.accepted ? 'accepted' : called.again ? 'again' : 'rejected' });
    return this.outcome(delivery, called, now);
  }

  private outcome(delivery: Delivery, called: Called, now: Date): Outcome {
    if (called.accepted) return { delivery, posted: { outcome: 'accepted' }, again: null };
    const { said, again } = called;
    const { attempts, act_id, valid_until } = delivery;
    if (valid_until !== null && !again) return { delivery, posted: { outcome: 'rejected', reason: said }, again: null };
    const troubled = valid_until === null && (!again || attempts >= TROUBLED_TRIES);
    if (troubled) this.logger.error({ act_id, attempts, said }, 'What was to be given back has not been taken by the creditor\'s webhook.');
    const isSlow = valid_until === null && (!again || attempts >= QUICK_TRIES);
    const later = isSlow ? { due_at: anHourLater(now), due_epoch_ms: 0 } : { due_at: now, due_epoch_ms: this.wall.epochMs() + backOffMs(attempts, QUICK_MS_MAX) };
    return { delivery, posted: troubled ? { outcome: 'troubled', reason: said } : null, again: { ...later, last_answer: said } };
  }

  /** Ends leave the queue with the change of their case; what was not recorded comes back after its lease. */
  private async record(outcomes: readonly Outcome[]): Promise<void> {
    const again = outcomes.filter((each) => each.again !== null);
    if (again.length > 0) await this.database.query(PUT_OFF, columnsOf(AGAIN, again));
    const steps = outcomes.flatMap(({ delivery, posted }): Step[] => (posted ? [step(this.cases.known, delivery.key, (file, now) => told(file, delivery.act_id, posted, now))] : []));
    try {
      await this.runner.changeAll(steps);
    } catch {
      const failures: unknown[] = [];
      for (const each of steps) await this.runner.change(each).catch((failure: unknown) => failures.push(failure));
      if (failures.length > 0) throw new AggregateError(failures, `${failures.length} answers of webhooks were not recorded.`);
    }
  }
}
