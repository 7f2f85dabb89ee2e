import { migrateDunning, seedBook, type BookPlan } from '../dunning-book';
import { Child } from '../processes';
import type { Bench, BenchDatabase } from '../surroundings';
import type { SweepAnswer } from './main';

/** What some due cases cost. */
export interface Sweeping {
  readonly per_second: number;
  readonly wall_us: number;
  readonly cpu_us: number;
  readonly postgres_us: number;
}

/** A database with a book in it. */
export async function bookOf(bench: Bench, name: string, plan: BookPlan): Promise<BenchDatabase> {
  const database = await bench.database(name);
  await migrateDunning(database.url);
  const began = performance.now();
  await seedBook(database.url, plan);
  bench.say(`  ${plan.cases.toLocaleString('en-US')} open cases in ${Math.round((performance.now() - began) / 1_000)} s`);
  return database;
}

/** Cases that a new process does before it is measured, in a database of their own: its code is compiled then. */
export const WARM_CASES = 6_000;
const DECISIONS = 20_000;

/** A warm process that sweeps one database. */
export class Sweeper {
  private constructor(
    private readonly bench: Bench,
    private readonly child: Child,
  ) {}

  /** `warm` is a book that nobody measures, all of it due; a copy of it is used up. */
  static async open(bench: Bench, warm: BenchDatabase, database: BenchDatabase): Promise<Sweeper> {
    const child = new Child('bench/sweep/main.ts');
    const copy = await bench.database('warm', warm.name);
    await child.ask({ url: copy.url });
    await child.ask({ cases: WARM_CASES });
    await child.ask({ url: database.url });
    await copy.drop();
    return new Sweeper(bench, child);
  }

  /** The warm book that every sweeper may copy. */
  static warm = (bench: Bench, plan: Omit<BookPlan, 'cases'>): Promise<BenchDatabase> => bookOf(bench, 'warm', { ...plan, cases: WARM_CASES });

  /** Does so many due cases. */
  async sweep(cases: number): Promise<Sweeping> {
    const [cpu, postgres] = [this.child.cpuMs(), this.bench.postgresCpuMs()];
    const { wall_ms } = await this.child.ask<SweepAnswer>({ cases });
    const us = (ms: number): number => (ms * 1_000) / cases;
    return { per_second: (cases / wall_ms) * 1_000, wall_us: us(wall_ms), cpu_us: us(this.child.cpuMs() - cpu), postgres_us: us(this.bench.postgresCpuMs() - postgres) };
  }

  /** Microseconds that one due case takes in the decision alone. */
  async decisionUs(): Promise<number> {
    const { cases, wall_ms } = await this.child.ask<SweepAnswer>({ decisions: DECISIONS });
    return (wall_ms * 1_000) / cases;
  }

  close = (): Promise<void> => this.child.kill();
}

/** The figures beside a ratio. */
export const besides = (who: string, { per_second, wall_us, cpu_us, postgres_us }: Sweeping): Record<string, number> => ({
  [`${who}/s`]: per_second, [`${who} wall µs`]: wall_us, [`${who} Node CPU µs`]: cpu_us, [`${who} PostgreSQL CPU µs`]: postgres_us,
});
