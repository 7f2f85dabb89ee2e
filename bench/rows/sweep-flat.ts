import { addDays } from '@emdia/calendar';
import { FIRST_DUE_DATES, RECORDED_AT } from '../dunning-book';
import type { Measurement } from '../measurement';
import { besides, bookOf, Sweeper } from '../sweep/sweeper';

const SMALL_CASES = 10_000;
const LARGE_CASES = 5_000_000;
const SPREAD_DAYS = 60;

/** Due actions of the large book and of the small one, as many of each and each at its first step. */
export const sweepFlat: Measurement = {
  rows: [
    {
      id: 'sweep-flat', title: 'a due action among five million open cases, against ten thousand', unit: 'x', better: 'lower', target: 1.2, floor: 1.5,
      notes:
        'Wall time per due action, 10,000 on each side and repeat, each side in a warm process right after a checkpoint, so that every page it changes first goes to the log whole. All of the small book is due; of the large one, made in random order of its keys and spread over 60 due dates, the 250,000 whose step falls on the first Friday. ' +
        'Sweep, runner, store, decisions and outbox rows are the product\'s own; no relay. The books are written by SQL with every index in place, as the decisions make the rows (bench/dunning-book.int.spec.ts), then vacuumed; through events five million would take an hour, and would leave rows that were updated once.',
    },
  ],
  async open(bench) {
    const small = { due_dates: FIRST_DUE_DATES, now: RECORDED_AT };
    const warm = await Sweeper.warm(bench, small);
    const template = await bookOf(bench, 'ten_thousand', { ...small, cases: SMALL_CASES });
    const large = await bookOf(bench, 'five_million', { now: RECORDED_AT, cases: LARGE_CASES, due_dates: Array.from({ length: SPREAD_DAYS }, (_, day) => addDays(FIRST_DUE_DATES[0]!, day)) });
    const onSmall = async () => {
      const database = await bench.database('small', template.name);
      const sweeper = await Sweeper.open(bench, warm, database);
      const decision_us = await sweeper.decisionUs();
      await bench.checkpoint();
      const found = await sweeper.sweep(SMALL_CASES).finally(async () => sweeper.close().then(() => database.drop()));
      return { ...found, decision_us };
    };
    const onLarge = async () => {
      const sweeper = await Sweeper.open(bench, warm, large);
      await bench.checkpoint();
      return sweeper.sweep(SMALL_CASES).finally(() => sweeper.close());
    };
    return {
      async repeat(turn) {
        const first = turn % 2 === 1 ? await onLarge() : null;
        const few = await onSmall();
        const many = first ?? (await onLarge());
        return { 'sweep-flat': { value: many.wall_us / few.wall_us, cpu_us_per_event: many.cpu_us, beside: { ...besides('five million', many), ...besides('ten thousand', few), 'decision alone µs': few.decision_us } } };
      },
      close: () => Promise.all([warm, template, large].map((database) => database.drop())).then(() => undefined),
    };
  },
};
