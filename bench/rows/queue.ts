import { FIRST_DUE_DATES, migrateDunning, RECORDED_AT } from '../dunning-book';
import type { Measurement } from '../measurement';
import { Child } from '../processes';
import type { QueueAnswer, QueueAsk, Side } from '../queue/main';
import { bookOf, Sweeper, WARM_CASES, type Sweeping } from '../sweep/sweeper';

const ACTIONS = { usual: 40_000, quick: 20_000 };

const OURS =
  'Ours is the whole product path: each due action locks its case, reads it, decides, writes state, notice and covered step, moves to its next due time and writes its event, validated, exactly once, 250 cases to a transaction. A job of theirs does the same due action on the same book, with the decision and the statements of the product, one case to a transaction: it can fail alone and be tried again, which is what one takes a queue for. Ours tries a case alone once its batch has failed.';

/** Due actions with their outbox rows, against jobs of two queues. */
export const queue: Measurement = {
  rows: [
    {
      id: 'queue-gw', title: 'due actions dispatched with their outbox row, against graphile-worker batched', unit: 'x', better: 'higher', target: 3, floor: 2,
      notes: `Per second. ${OURS} graphile-worker 0.17.3 with local queue and batched completion, 24 jobs at once on 10 connections; a job's work and its completion are separate commits, so that a crash between them does it twice were the case not its own judge; it also keeps attempts, priorities and named queues, which ours has no use for.`,
    },
    {
      id: 'queue-boss', title: 'same, against pg-boss batched', unit: 'x', better: 'higher', target: 6, floor: 4,
      notes: 'Same runs, same job. pg-boss 10.4.2: jobs fetched and completed 500 at a time by two fetchers, worked at on 10 connections; also in separate commits, and it keeps each finished job until maintenance archives it.',
    },
    {
      id: 'queue-boss-bare', title: 'same, against pg-boss with a job that looks at no case', unit: 'x', better: 'higher', target: null, floor: null,
      notes: 'Same runs. A job of theirs inserts one outbox row and does nothing else: no case is locked, read, decided or moved to its next due time.',
    },
    {
      id: 'queue-boss-bulk', title: 'same, against pg-boss used as a buffer', unit: 'x', better: 'higher', target: null, floor: null,
      notes: 'Same runs. The bare rows of 500 jobs in one statement: the fastest that pg-boss can be driven, and none of the 500 can fail alone. It does a small part of the work of a due action, so that it is faster than ours.',
    },
  ],
  async open(bench, wanted) {
    const actions = bench.quick ? ACTIONS.quick : ACTIONS.usual;
    const plan = { due_dates: FIRST_DUE_DATES, now: RECORDED_AT };
    const warm = await Sweeper.warm(bench, plan);
    const book = await bookOf(bench, 'queue', { ...plan, cases: actions });
    const empty = await bench.database('empty');
    await migrateDunning(empty.url);
    const ours = async (): Promise<Sweeping> => {
      const database = await bench.database('ours', book.name);
      const sweeper = await Sweeper.open(bench, warm, database);
      await bench.checkpoint();
      return sweeper.sweep(actions).finally(async () => sweeper.close().then(() => database.drop()));
    };
    const theirs = async (side: Side, actsOnCases: boolean): Promise<Sweeping> => {
      const database = await bench.database('theirs', actsOnCases ? book.name : empty.name);
      const used = actsOnCases ? await bench.database('warm', warm.name) : null;
      const child = new Child('bench/queue/main.ts');
      try {
        await child.ask({ side, url: database.url, jobs: actions, warm: used && { url: used.url, cases: WARM_CASES } } satisfies QueueAsk);
        await bench.checkpoint();
        const [cpu, postgres] = [child.cpuMs(), bench.postgresCpuMs()];
        const { wall_ms } = await child.ask<QueueAnswer>('go' satisfies QueueAsk);
        const us = (ms: number): number => (ms * 1_000) / actions;
        return { per_second: (actions / wall_ms) * 1_000, wall_us: us(wall_ms), cpu_us: us(child.cpuMs() - cpu), postgres_us: us(bench.postgresCpuMs() - postgres) };
      } finally {
        await child.kill();
        await Promise.all([database.drop(), used?.drop()]);
      }
    };
    const told = (mine: Sweeping, other: Sweeping) => ({
      value: mine.per_second / other.per_second,
      cpu_us_per_event: mine.cpu_us,
      beside: { 'ours/s': mine.per_second, 'theirs/s': other.per_second, 'ours Node + PostgreSQL CPU µs': mine.cpu_us + mine.postgres_us, 'theirs Node + PostgreSQL CPU µs': other.cpu_us + other.postgres_us },
    });
    return {
      async repeat(turn) {
        const first = turn % 2 === 0 ? await ours() : null;
        const graphile = wanted.has('queue-gw') ? await theirs('graphile-worker', true) : null;
        const bulk = wanted.has('queue-boss-bulk') ? await theirs('pg-boss bulk', false) : null;
        const bare = wanted.has('queue-boss-bare') ? await theirs('pg-boss bare', false) : null;
        const boss = wanted.has('queue-boss') ? await theirs('pg-boss', true) : null;
        const mine = first ?? (await ours());
        return {
          ...(graphile ? { 'queue-gw': told(mine, graphile) } : {}), ...(boss ? { 'queue-boss': told(mine, boss) } : {}),
          ...(bare ? { 'queue-boss-bare': told(mine, bare) } : {}), ...(bulk ? { 'queue-boss-bulk': told(mine, bulk) } : {}),
        };
      },
      close: () => Promise.all([warm, book, empty].map((database) => database.drop())).then(() => undefined),
    };
  },
};
