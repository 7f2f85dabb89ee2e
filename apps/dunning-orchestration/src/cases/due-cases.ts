import { Injectable } from '@nestjs/common';
import { WallClock } from '@emdia/clock';
import { Database, failureOf, wasCut } from '@emdia/database';
import { Runner, step, type Step } from '@emdia/messaging';
import { Sweeps } from '@emdia/runtime';
import { act } from './act';
import { Cases } from './cases';
import { dueSlot } from './due-slot';

/** Cases looked up at once, and how many of them one transaction takes. */
const LOOK_CASES = 3_000;
const BATCH_CASES = 250;
/** While Postgres works at one batch and syncs another, the third is decided. */
const LANES = 3;
/** The head is looked at again after so many looks behind the last case taken. */
const HEAD_EVERY = 32;
const SLOW_LOOK_MS = 50;
const HEAD_WAIT_MS_MAX = 15_000;

interface Due {
  readonly key: string;
  readonly due_at: Date;
}

// The partition is a parameter, so that Postgres looks into that one alone. What another process did meanwhile is gone already.
const DELETE_STRAY = `delete from due_action d using unnest($2::timestamptz[], $3::text[]) as r (due_at, key)
  where d.due_slot = $1 and d.due_at = r.due_at and d.key = r.key and not exists (select from case_file c where c.key = d.key and c.due_at = d.due_at)`;

/** Does what has become due, case by case, the longest due first. */
@Injectable()
export class DueCases {
  /** The last case taken: what is due is read behind it, because an old snapshot keeps every case done before it in the index. */
  private last: Due | null = null;
  private looks = 0;
  private headAfterMs = 0;
  /** Fewer after an outage: a batch too slow for the time that a transaction may take ends as a lost connection. */
  private batch = BATCH_CASES;

  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly cases: Cases,
    private readonly wall: WallClock,
    sweeps: Sweeps,
  ) {
    sweeps.register({ name: 'due-cases', limit: LOOK_CASES, nextDueAt: () => this.nextDueAt(), run: (now, limit) => this.run(now, limit) });
  }

  async nextDueAt(): Promise<Date | null> {
    const [row] = await this.database.query<{ due_at: Date }>('select due_at from due_action order by due_at limit 1');
    return row?.due_at ?? null;
  }

  /** Handles at most `limit` due cases and says how many; a case that fails is tried alone, so that it stops no other. */
  async run(now: Date, limit: number): Promise<number> {
    const due = await this.due(now, limit);
    const failures: unknown[] = [];
    let taken = 0;
    const lane = async (): Promise<void> => {
      while (taken < due.length) failures.push(...(await this.handle(due.slice(taken, (taken += this.batch)))));
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} failures among ${due.length} due cases.`);
    return due.length;
  }

  /** The next due cases; none only where a look from the head finds none. */
  private async due(now: Date, limit: number): Promise<readonly Due[]> {
    for (;;) {
      const after = ++this.looks % HEAD_EVERY === 0 ? null : this.last;
      const due = after ? await this.look(now, limit, after) : [];
      if (due.length > 0) return (this.last = due.at(-1)!) && due;
      const waitMs = this.headAfterMs - this.wall.monotonicMs();
      if (waitMs <= 0) return this.fromHead(now, limit);
      await this.wall.sleep(Math.min(waitMs, 250));
    }
  }

  /** Finds what came to be due before the last case taken; where that is slow it is not done at every commit. */
  private async fromHead(now: Date, limit: number): Promise<readonly Due[]> {
    const began = this.wall.monotonicMs();
    const due = await this.look(now, limit, { key: '', due_at: new Date(0) });
    const ended = this.wall.monotonicMs();
    const tookMs = ended - began;
    this.headAfterMs = tookMs < SLOW_LOOK_MS ? 0 : ended + Math.min(10 * tookMs, HEAD_WAIT_MS_MAX);
    this.last = due.at(-1) ?? this.last;
    return due;
  }

  private look(now: Date, limit: number, { due_at, key }: Due): Promise<Due[]> {
    return this.database.look<Due & Record<string, unknown>>(
      'select key, due_at from due_action where due_at <= $1 and (due_at, key) > ($2::timestamptz, $3) order by due_at, key limit $4', [now, due_at, key, limit]);
  }

  /** Handles some cases in one transaction, or one by one where that fails; what failed in the end. */
  private async handle(due: readonly Due[]): Promise<unknown[]> {
    const steps = due.map(({ key }): Step => step(this.cases.known, key, act));
    try {
      await this.unschedule(due, await this.runner.changeAll(steps));
      this.batch = Math.min(this.batch * 2, BATCH_CASES);
      return [];
    } catch (error) {
      if (failureOf(error) === 'outage') this.batch = Math.max(1, this.batch >> 1);
      if (steps.length === 1 || (failureOf(error) === 'outage' && !wasCut(error))) return [error];
      const failures: unknown[] = [];
      for (const [index, each] of steps.entries()) await this.runner.changeAll([each]).then((acted) => this.unschedule([due[index]!], acted)).catch((failure: unknown) => failures.push(failure));
      return failures;
    }
  }

  /** Takes off the schedule what no case names: nobody else would, and it would be found due for ever. */
  private async unschedule(due: readonly Due[], acted: readonly unknown[]): Promise<void> {
    const slots = new Map<number, Due[]>();
    for (const each of due.filter((_, index) => acted[index] === false)) slots.set(dueSlot(each.due_at), [...(slots.get(dueSlot(each.due_at)) ?? []), each]);
    for (const [slot, rows] of slots) await this.database.query(DELETE_STRAY, [slot, rows.map(({ due_at }) => due_at), rows.map(({ key }) => key)]);
  }
}
