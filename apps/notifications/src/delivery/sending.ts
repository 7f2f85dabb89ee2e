import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, WallClock } from '@emdia/clock';
import { customerKey } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { VERDICT_MS_MAX } from '@emdia/gate';
import { Runner, step, type Step } from '@emdia/messaging';
import { Metrics, Sweeps, type Sweep } from '@emdia/runtime';
import { PinoLogger } from 'nestjs-pino';
import { Post } from '../channels/post';
import type { Mail } from '../channels/smtp';
import type { Addressee } from '../contact/addressee';
import { Addressees } from '../contact/addressees';
import { Scope } from '../contact/scope';
import { PublicLinks } from '../public-links';
import { byTheClock } from './admission';
import { Claims } from './claims';
import { mailOf } from './correspondence';
import { Deliveries } from './deliveries';
import type { Claimed, Delivery, Sending as SendingDelivery, Verdict } from './delivery';
import { Departures, type Cleared } from './departures';
import { CLAIM_MS_MAX, end, endOf, recover, type End } from './ending';
import { Gate, type Judged } from './gate';

/** Messages claimed together: at some 400 a second a batch leaves within half the second that its verdict is good for. */
const BATCH_MAX = 100;
/** A batch is given up well before others take its claims for dead. */
const HOLD_MS_MAX = CLAIM_MS_MAX - 10_000;

interface Letter {
  readonly judged: Judged & { weight: { to: 'go' } };
  readonly addressee: Addressee;
  readonly mail: Mail;
}

interface Ready {
  readonly delivery: SendingDelivery;
  readonly asked_at_ms: number;
  readonly mail: Mail;
}

/**
 * How a message leaves, in batches: (a) claim it with the person's day; (b) ask the gate, no transaction open; (c) mark
 * it `sending` and take its triples; (d) call the provider within 1 s of asking; (e) record what came of it.
 */
@Injectable()
export class Sending implements OnModuleInit, Sweep {
  readonly name = 'deliveries';
  private readonly owner = randomUUID();
  private readonly unrecorded: End[] = [];
  private readonly ended: { inc(labels: { how: string }): void };

  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly deliveries: Deliveries,
    private readonly addressees: Addressees,
    private readonly gate: Gate,
    private readonly post: Post,
    private readonly links: PublicLinks,
    private readonly scope: Scope,
    private readonly sweeps: Sweeps,
    private readonly logger: PinoLogger,
    metrics: Metrics,
  ) {
    this.ended = metrics.counter('emdia_deliveries_ended_total', 'Attempts to send a message, by how they ended.', ['how']);
  }

  onModuleInit(): void {
    this.sweeps.register(this);
  }

  async nextDueAt(): Promise<Date | null> {
    const [row] = await this.database.query<{ at: Date | null }>(
      `select min(due_at) as at from delivery where status = 'due' and (retry_at_epoch_ms is null or retry_at_epoch_ms <= $1)`,
      [this.wall.epochMs()],
    );
    return row!.at;
  }

  /** True while wall time heals something: a claim under way, a back-off. */
  async busy(): Promise<boolean> {
    const [row] = await this.database.query<{ busy: boolean }>(
      `select exists (select 1 from delivery where status in ('claimed', 'sending'))
           or exists (select 1 from delivery where status = 'due' and retry_at_epoch_ms is not null) as busy`,
    );
    return row!.busy;
  }

  async run(now: Date, limit: number): Promise<number> {
    await this.flush();
    const recovered = await this.recover();
    const { looked, claimed } = await this.claim(now, Math.min(limit, BATCH_MAX));
    await this.depart(claimed);
    return recovered + looked;
  }

  /** (a) One transaction for the batch; the look-up of names and addresses comes before it. */
  private async claim(now: Date, limit: number): Promise<{ looked: number; claimed: Claimed[] }> {
    const by = { owner: this.owner, epoch_ms: this.wall.epochMs() };
    const due = await this.database.look<{ notice_id: string; creditor_id: string; customer_id: string }>(
      `select notice_id, creditor_id, customer_id from delivery
       where status = 'due' and due_at <= $1 and (retry_at_epoch_ms is null or retry_at_epoch_ms <= $2) order by due_at, notice_id limit $3`,
      [now, by.epoch_ms, limit],
    );
    if (due.length === 0) return { looked: 0, claimed: [] };
    const people = await this.addressees.find(due).catch(() => new Map<string, Addressee | null>());
    const known = due.flatMap(({ notice_id, creditor_id, customer_id }) => {
      const addressee = people.get(customerKey(creditor_id, customer_id));
      return addressee === undefined ? [] : [[notice_id, addressee] as const];
    });
    const claims = new Claims(this.deliveries, { now, by, scopeOf: (creditor_id) => this.scope.of(creditor_id), addressees: new Map(known) });
    const after = await this.apply(due.map(({ notice_id }) => claims.step(notice_id)));
    return { looked: after.length, claimed: after.filter((delivery) => delivery.status === 'claimed') };
  }

  /** (b) to (e), again for those whose verdict grew too old before their turn came. */
  private async depart(claimed: readonly Claimed[]): Promise<void> {
    const until_ms = this.wall.monotonicMs() + HOLD_MS_MAX;
    for (let batch: (Claimed | SendingDelivery)[] = [...claimed]; batch.length > 0; ) {
      if (this.wall.monotonicMs() > until_ms) {
        await this.record(batch.map((delivery) => ({ delivery, kind: 'returned', reason: 'too-slow', again: 'house' })));
        return;
      }
      const { letters, ends } = await this.write(batch);
      const ready = await this.begin(letters, ends);
      const again: SendingDelivery[] = [];
      await this.send(ready, ends, again);
      await this.record(ends);
      batch = again;
    }
  }

  /** (b) The gate, and a letter for each message that it lets go. */
  private async write(batch: readonly (Claimed | SendingDelivery)[]): Promise<{ letters: Letter[]; ends: End[] }> {
    const people = await this.addressees.find(batch).catch(() => null);
    if (!people) return { letters: [], ends: batch.map((delivery) => ({ delivery, kind: 'returned', reason: 'no-answer', again: 'house' })) };
    const letters: Letter[] = [];
    const ends: End[] = [];
    for (const judged of await this.gate.judge(batch, this.clock.now())) {
      const { delivery, weight } = judged;
      const addressee = people.get(customerKey(delivery.creditor_id, delivery.customer_id));
      if (weight.to === 'refuse') ends.push({ delivery, kind: 'refused', reason: weight.reason, verdict: weight.verdict });
      else if (weight.to !== 'go') ends.push({ delivery, kind: 'returned', reason: weight.reason, again: weight.to === 'wait' ? 'hour' : 'house' });
      else if (!addressee?.email) ends.push({ delivery, kind: 'refused', reason: 'no-address', verdict: weight.verdict });
      else if (addressee.contact_point_key !== delivery.contact_point_key) ends.push({ delivery, kind: 'returned', reason: 'address-changed', again: 'at-once' });
      else {
        const mail = this.letter(delivery, weight.verdict, addressee);
        if (mail) letters.push({ judged: { ...judged, weight }, addressee, mail });
        else ends.push({ delivery, kind: 'refused', reason: 'expired', verdict: weight.verdict });
      }
    }
    return { letters, ends };
  }

  /** The e-mail; null for a letter that contradicts itself, which must never go out and which a person has to look into. */
  private letter(delivery: Delivery, verdict: Verdict, addressee: Addressee): Mail | null {
    try {
      return mailOf(delivery, verdict, addressee, { from: this.post.from, stop_url: this.links.stop(addressee), cause_url: this.links.cause(delivery) }, this.clock.now());
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.logger.error({ notice_id: delivery.notice_id, creditor_id: delivery.creditor_id, reason: error.message }, 'a letter cannot be written');
      return null;
    }
  }

  /** (c) One transaction for the batch; what is not `sending` after it does not go. */
  private async begin(letters: readonly Letter[], ends: End[]): Promise<Ready[]> {
    if (letters.length === 0) return [];
    const byId = new Map(letters.map((letter) => [letter.judged.delivery.notice_id, letter]));
    const cleared = new Map(letters.map(({ judged: { delivery, weight } }): [string, Cleared] => [delivery.notice_id, { delivery, verdict: weight.verdict }]));
    const departures = new Departures(this.deliveries, cleared, this.wall);
    let after: Delivery[];
    try {
      after = await this.apply([...cleared.keys()].map((id) => departures.step(id)));
    } catch {
      // It may have been committed: whatever the rows say, nothing was sent, so they come back.
      for (const { judged } of letters) ends.push({ delivery: judged.delivery, kind: 'returned', reason: 'not-recorded', again: 'house' });
      return [];
    }
    const sending = after.filter((delivery) => delivery.status === 'sending');
    return sending.flatMap((delivery) => {
      const { judged, addressee, mail } = byId.get(delivery.notice_id)!;
      const written = sameCovers(delivery.verdict, judged.weight.verdict) ? mail : this.letter(delivery, delivery.verdict, addressee);
      if (!written) ends.push({ delivery, kind: 'returned', reason: 'letter', again: 'house' });
      return written ? [{ delivery, asked_at_ms: judged.asked_at_ms, mail: written }] : [];
    });
  }

  /** (d) As many calls at a time as the channel has connections. */
  private async send(ready: readonly Ready[], ends: End[], again: SendingDelivery[]): Promise<void> {
    const queue = [...ready].reverse();
    const caller = async () => {
      for (let next = queue.pop(); next; next = queue.pop()) {
        const answer = this.call(next);
        if (answer === 'too-old') again.push(next.delivery);
        else ends.push(await answer);
      }
    };
    await Promise.all(Array.from({ length: this.post.width }, caller));
  }

  /** Synchronous up to the call itself: an `await` here would let the verdict grow old unseen. */
  private call({ delivery, asked_at_ms, mail }: Ready): Promise<End> | 'too-old' {
    if (this.wall.monotonicMs() - asked_at_ms > VERDICT_MS_MAX) return 'too-old';
    const began = { at: this.clock.now(), epoch_ms: this.wall.epochMs() };
    if (byTheClock(delivery, began.at).to !== 'admit') return Promise.resolve({ delivery, kind: 'returned', reason: 'hours', again: 'at-once' });
    return this.post.send(mail).then(
      (answer) => endOf(delivery, answer, began),
      (error: Error): End =>
        error instanceof RangeError
          ? { delivery, kind: 'returned', reason: error.message.slice(0, 200), again: 'provider' }
          : { delivery, kind: 'concluded', ending: { outcome: 'unknown', reason: error.message.slice(0, 200) }, began },
    );
  }

  /** (e) One transaction for the batch. What the database does not take now stays here and is tried again before anything else. */
  private async record(ends: readonly End[]): Promise<void> {
    this.unrecorded.push(...ends);
    await this.flush();
  }

  private async flush(): Promise<void> {
    const ends = this.unrecorded;
    if (ends.length === 0) return;
    const stepOf = (what: End): Step =>
      step(this.deliveries, what.delivery.notice_id, (row, now) => end(row, what, this.wall.epochMs(), now));
    const recorded = (each: End) => {
      this.unrecorded.splice(this.unrecorded.indexOf(each), 1);
      this.ended.inc({ how: each.kind === 'concluded' ? each.ending.outcome : each.kind });
    };
    try {
      await this.runner.changeAll(ends.map(stepOf));
      for (const each of [...ends]) recorded(each);
    } catch {
      // One that cannot be recorded must not keep the others from it.
      let failure: unknown = null;
      for (const each of [...ends]) await this.runner.change(stepOf(each)).then(() => recorded(each), (error: unknown) => (failure = error));
      if (failure) throw failure;
    }
  }

  /** Claims and calls that a crash left behind. Runs of one process follow each other, so none of them is of this one. */
  private async recover(): Promise<number> {
    const epochMs = this.wall.epochMs();
    const rows = await this.database.look<{ notice_id: string }>(
      `select notice_id from delivery where status in ('claimed', 'sending') and claimed_at_epoch_ms < $1 and coalesce(call_began_epoch_ms, 0) < $1 limit $2`,
      [epochMs - CLAIM_MS_MAX, BATCH_MAX],
    );
    if (rows.length === 0) return 0;
    await this.runner.changeAll(rows.map(({ notice_id }) => step(this.deliveries, notice_id, (row, now) => recover(row, epochMs, now))));
    return rows.length;
  }

  private async apply(steps: readonly Step[]): Promise<Delivery[]> {
    const after = (await this.runner.changeAll(steps)) as (Delivery | undefined)[];
    return after.filter((delivery) => delivery !== undefined);
  }
}

const sameCovers = (one: Verdict, other: Verdict): boolean => one.covers.every(({ goes }, index) => goes === other.covers[index]!.goes);
