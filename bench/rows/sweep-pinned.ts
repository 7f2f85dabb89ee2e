import { Client } from 'pg';
import { FIRST_DUE_DATES, RECORDED_AT } from '../dunning-book';
import type { Measurement } from '../measurement';
import { besides, bookOf, Sweeper } from '../sweep/sweeper';

const DUE_CASES = 1_000_000;
const REPEATS = 5;

/** A transaction that looks at one snapshot and does nothing, as a forgotten console does. */
async function snapshot(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('begin isolation level repeatable read');
  await client.query('select count(*) from dunning.migration');
  return client;
}

/** A million due cases swept in turns, with an old snapshot open and without. */
export const sweepPinned: Measurement = {
  rows: [
    {
      id: 'sweep-pinned', title: 'the sweep with an idle snapshot open, against without', unit: 'x', better: 'higher', target: 0.9, floor: 0.75,
      notes:
        'Due actions per second of two copies of one book with a million due cases. In one of them an idle repeatable-read snapshot is open from before the first to after the last repeat, so that nothing done since can be cleaned away; each repeat does the next 200,000 of either, and the last one has 800,000 dead rows behind it. The range tells whether it decays.',
    },
  ],
  async open(bench) {
    const plan = { due_dates: FIRST_DUE_DATES, now: RECORDED_AT };
    const warm = await Sweeper.warm(bench, plan);
    const free = await bookOf(bench, 'million', { ...plan, cases: DUE_CASES });
    const pinned = await bench.database('pinned', free.name);
    const idle = await snapshot(pinned.url);
    const sweepers = { free: await Sweeper.open(bench, warm, free), pinned: await Sweeper.open(bench, warm, pinned) };
    const sweep = async (which: 'free' | 'pinned') => {
      await bench.checkpoint();
      return sweepers[which].sweep(DUE_CASES / REPEATS);
    };
    return {
      async repeat(turn) {
        const first = turn % 2 === 1 ? await sweep('pinned') : null;
        const without = await sweep('free');
        const held = first ?? (await sweep('pinned'));
        return { 'sweep-pinned': { value: held.per_second / without.per_second, cpu_us_per_event: held.cpu_us, beside: { ...besides('pinned', held), ...besides('free', without) } } };
      },
      async close() {
        await Promise.all([sweepers.free.close(), sweepers.pinned.close()]);
        await idle.end();
        await Promise.all([warm, free, pinned].map((database) => database.drop()));
      },
    };
  },
};
