import { Injectable } from '@nestjs/common';
import { Database } from '@emdia/database';
import { Runner, step, type Step } from '@emdia/messaging';
import { Sweeps } from '@emdia/runtime';
import { act } from './act';
import { Cases } from './cases';

/** Does what has become due, case by case, the longest due first. */
@Injectable()
export class DueCases {
  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly cases: Cases,
    sweeps: Sweeps,
  ) {
    sweeps.register({ name: 'due-cases', nextDueAt: () => this.nextDueAt(), run: (now, limit) => this.run(now, limit) });
  }

  async nextDueAt(): Promise<Date | null> {
    const [row] = await this.database.query<{ due_at: Date }>('select due_at from due_action order by due_at limit 1');
    return row?.due_at ?? null;
  }

  /** Handles at most `limit` due cases and says how many; a case that fails is tried alone, so that it stops no other. */
  async run(now: Date, limit: number): Promise<number> {
    const due = await this.database.query<{ key: string }>('select key from due_action where due_at <= $1 order by due_at, key limit $2', [now, limit]);
    const steps = due.map(({ key }): Step => step(this.cases, key, act));
    if (steps.length === 0) return 0;
    try {
      await this.runner.changeAll(steps);
    } catch (error) {
      if (steps.length === 1) throw error;
      const failures = await this.oneByOne(steps);
      if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${steps.length} due cases failed.`);
    }
    return steps.length;
  }

  private async oneByOne(steps: readonly Step[]): Promise<unknown[]> {
    const failures: unknown[] = [];
    for (const each of steps) await this.runner.changeAll([each]).catch((error: unknown) => failures.push(error));
    return failures;
  }
}
