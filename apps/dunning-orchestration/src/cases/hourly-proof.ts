import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { Counter } from 'prom-client';
import { Clock, WallClock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { Runner, step, type Step, type Store } from '@emdia/messaging';
import { Health, Metrics, Sweeps } from '@emdia/runtime';
import type { CaseFile } from './case-file';
import { Cases } from './cases';
import { afresh, type Forgotten, LATE, LOOK, LOOK_AT, planAnew } from './forgotten';

const HOUR_MS = 3_600_000;
/** Cases looked at by one statement, and healed by one transaction. */
const PART_CASES = 5_000;
const BATCH_CASES = 100;
const NAMED_MAX = 20;
// On a driven clock hours go by in milliseconds; proving then takes a fiftieth of the time and no more.
const REST = 50;
const REST_MS_MAX = 300_000;
/** Who claimed an hour and has not gone on for so long was killed; so often it is looked whether that is so, and what the last proof found. */
const KILLED_AFTER_MS = 900_000;
const LOOK_AGAIN_MS = 60_000;

const CLAIM = `
  with claimed as (
    insert into debt_proof as p (hour, began_at) values ($1, $2)
    on conflict (hour) do update set began_at = excluded.began_at where p.ended_at is null and p.began_at <= $3 returning hour)
  select exists (select from claimed) as ours, exists (select from debt_proof where hour = $1 and ended_at is not null) as proven`;

/** Says of an hour that its proof goes on; no row where another process has taken it. */
const RENEW = 'update debt_proof set began_at = $3 where hour = $1 and began_at = $2 and ended_at is null returning hour';
const END = 'update debt_proof set ended_at = $3, cases = $4, debts = $5, late = $6, forgotten = $7, healed = $8 where hour = $1 and began_at = $2 and ended_at is null';
const NEWEST = 'select ended_at as proven_at, cases::float8, debts::float8, late::float8, forgotten::float8, healed::float8 from debt_proof where ended_at is not null order by hour desc limit 1';

interface Round {
  cases: number;
  debts: number;
  /** On the schedule, which is more than an hour behind. */
  late: number;
  forgotten: number;
  /** Of those, how many have a date again. */
  healed: number;
}

type Last = (Round & { readonly proven_at: Date }) | null;

/** What one part came to; `last` is the key of its last case, null where it has none. */
interface Looked extends Record<string, unknown> {
  readonly last: string | null;
  readonly cases: number;
  readonly debts: number;
  readonly found: readonly Forgotten[];
}

/** Law 3, proven every hour of business time: every open debt has a date on the schedule, a hold with a review date, or an owner. What has none is alarmed and planned anew. */
@Injectable()
export class HourlyProof {
  readonly name = 'no-debt-forgotten';
  private last: Promise<Last> = Promise.resolve(null);
  private readAfterMs = 0;
  private provenHour: number | null = null;
  private claimed: { readonly hour: number; readonly at: Date } | null = null;
  private restUntilMs = 0;
  private readonly found: Counter;
  private readonly afresh: Store<CaseFile>;

  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    cases: Cases,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly logger: PinoLogger,
    sweeps: Sweeps,
    metrics: Metrics,
    health: Health,
  ) {
    this.afresh = afresh(cases.known);
    this.found = metrics.counter('emdia_debts_forgotten_total', 'Open debts that the hourly proof found without a date, hold or owner; each is planned anew.');
    const since = clock.now();
    const gauge = (name: string, help: string, of: (last: Last) => number) => metrics.gauge(name, help, async () => of(await this.newest()));
    gauge('emdia_debts_late', 'Open debts whose action was more than an hour late at the last hourly proof.', (last) => last?.late ?? 0);
    gauge('emdia_debts_not_healed', 'Forgotten debts of the last hourly proof that planning anew did not give a date.', (last) => (last ? last.forgotten - last.healed : 0));
    gauge('emdia_debt_proof_age_seconds', 'Business time since the last hourly proof ended; since this process began where none ever did.', (last) => (clock.now().getTime() - (last?.proven_at ?? since).getTime()) / 1_000);
    // Whoever has forgotten debts must go on working at them, so this is told and makes nobody unready.
    health.add({ name: 'no-debt-forgotten', check: async () => ({ ok: true, last: await this.newest() }) });
    sweeps.register(this);
  }

  /** Nothing waits for it, so a driven clock does not stop for it. */
  async nextDueAt(): Promise<Date | null> {
    return null;
  }

  /** Proves once an hour, in one of all processes. */
  async run(now: Date, _limit: number, stopping?: AbortSignal): Promise<number> {
    const hour = Math.floor(now.getTime() / HOUR_MS);
    if (hour === this.provenHour || this.wall.monotonicMs() < this.restUntilMs) return 0;
    const began = this.wall.monotonicMs();
    let waitMs = 0;
    try {
      const whose = await this.claim(hour, now);
      const round = whose === 'ours' ? await this.prove(now, stopping) : null;
      if (round) await this.conclude(round, now);
      if (round || whose === 'proven') this.provenHour = hour;
      else waitMs = LOOK_AGAIN_MS;
    } finally {
      // Where it fails, too: what was too slow once must not be all that the database does.
      const ended = this.wall.monotonicMs();
      this.restUntilMs = Math.max(began + waitMs, ended + Math.min(REST * (ended - began), REST_MS_MAX));
    }
    return 0;
  }

  /** The last proof, whichever process did it, read at most once a minute; the one before where it cannot be read, so that its age is told all the same. */
  private newest(): Promise<Last> {
    const nowMs = this.wall.monotonicMs();
    if (nowMs >= this.readAfterMs) {
      this.readAfterMs = nowMs + LOOK_AGAIN_MS;
      const before = this.last;
      this.last = this.database.query<NonNullable<Last> & Record<string, unknown>>(NEWEST).then(([row]) => row ?? null, () => before);
    }
    return this.last;
  }

  /** Who proves the hour: this process, which tries again where it failed, or another; of one that was killed the hour is taken over. */
  private async claim(hour: number, now: Date): Promise<'ours' | 'others' | 'proven'> {
    if (this.claimed?.hour === hour) return 'ours';
    const [row] = await this.database.query<{ ours: boolean; proven: boolean }>(CLAIM, [new Date(hour * HOUR_MS), now, new Date(now.getTime() - KILLED_AFTER_MS)]);
    if (row!.ours) this.claimed = { hour, at: now };
    return row!.ours ? 'ours' : row!.proven ? 'proven' : 'others';
  }

  /** Says that the proof of the hour goes on, part for part, so that nobody takes a slow one for a killed one; false where somebody did. */
  private async renew(): Promise<boolean> {
    const { hour, at } = this.claimed!;
    const renewed = this.clock.now();
    const held = await this.database.query(RENEW, [new Date(hour * HOUR_MS), at, renewed]);
    this.claimed = held.length > 0 ? { hour, at: renewed } : null;
    return held.length > 0;
  }

  /** Looks at every case, part by part; null where it was stopped before the end, or another process has taken the hour. */
  private async prove(now: Date, stopping?: AbortSignal): Promise<Round | null> {
    const round: Round = { cases: 0, debts: 0, late: 0, forgotten: 0, healed: 0 };
    const due = new Date(now.getTime() - HOUR_MS);
    for (let after: string | null = ''; after !== null; ) {
      if (stopping?.aborted || !(await this.renew())) return null;
      const { last, cases, debts, found } = await this.look(LOOK, [due, after, PART_CASES]);
      const forgotten = found.filter(({ what }) => what !== LATE);
      round.cases += cases;
      round.debts += debts;
      round.late += found.length - forgotten.length;
      round.forgotten += forgotten.length;
      if (forgotten.length > 0) round.healed += await this.heal(forgotten, due);
      after = last;
    }
    return round;
  }

  /** Alarms, plans the cases anew, and looks whether that did it; how many debts have a date again. */
  private async heal(forgotten: readonly Forgotten[], due: Date): Promise<number> {
    this.found.inc(forgotten.length);
    this.logger.error({ count: forgotten.length, debts: forgotten.slice(0, NAMED_MAX).map(({ creditor_id, receivable_id, what }) => ({ creditor_id, receivable_id, what })) }, 'Debts were forgotten; their cases are planned anew.');
    const keys = [...new Set(forgotten.map(({ key }) => key))];
    for (let at = 0; at < keys.length; at += BATCH_CASES) {
      const steps = keys.slice(at, at + BATCH_CASES).map((key): Step => step(this.afresh, key, planAnew));
      await this.runner.changeAll(steps).catch(() => this.oneByOne(steps));
    }
    const { found } = await this.look(LOOK_AT, [due, keys]);
    const left = new Set(found.filter(({ what }) => what !== LATE).map(({ receivable_id }) => receivable_id));
    return forgotten.filter(({ receivable_id }) => !left.has(receivable_id)).length;
  }

  private async look(sql: string, values: unknown[]): Promise<Looked> {
    const [looked] = await this.database.look<Looked>(sql, values);
    return looked!;
  }

  private async oneByOne(steps: readonly Step[]): Promise<void> {
    for (const each of steps) await this.runner.change(each).catch((error: Error) => this.logger.error({ reason: error.message }, 'A forgotten case could not be planned anew.'));
  }

  private async conclude(round: Round, now: Date): Promise<void> {
    const { cases, debts, late, forgotten, healed } = round;
    const { hour, at } = this.claimed!;
    await this.database.query(END, [new Date(hour * HOUR_MS), at, now, cases, debts, late, forgotten, healed]);
    this.readAfterMs = 0;
    if (late > 0) this.logger.error({ count: late }, 'Debts are more than an hour late: what is due is not done in time.');
    if (forgotten > healed) this.logger.error({ count: forgotten - healed }, 'Forgotten debts are without a date still.');
  }
}
