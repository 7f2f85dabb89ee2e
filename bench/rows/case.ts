import type { BatchAnswer, CaseAsk, DecisionAnswer } from '../case/main';
import { FIRST_DUE_DATES, RECORDED_AT } from '../dunning-book';
import type { Measurement, Sample } from '../measurement';
import { Child } from '../processes';
import { bookOf } from '../sweep/sweeper';

const RECEIVABLES = { 'case-decision': 3, 'case-decision-12': 12 } as const;
const DECISIONS = 60_000;

const notes = (receivables: number): string =>
  `CPU of making a case's plan anew and writing it into the case (conclude), as every event and every due action does, in one warm process, nothing stored: ${receivables} open receivables whose due dates lie over 75 days, past and to come, in four time zones, with every notice so far sent; 400 such cases in turn. The plan alone is told beside.`;

/** What it takes to decide on a case: pure CPU. */
export const caseDecision: Measurement = {
  rows: [
    { id: 'case-decision', title: 'a case of 3 open receivables planned anew', unit: 'µs', better: 'lower', target: 50, floor: 75, notes: notes(RECEIVABLES['case-decision']) },
    { id: 'case-decision-12', title: 'same, of 12', unit: 'µs', better: 'lower', target: 50, floor: 75, notes: notes(RECEIVABLES['case-decision-12']) },
  ],
  async open(_bench, wanted) {
    const cost = async (receivables: number): Promise<Sample> => {
      const child = new Child('bench/case/main.ts');
      try {
        const { conclude_us, plan_us } = await child.ask<DecisionAnswer>({ receivables, decisions: DECISIONS } satisfies CaseAsk);
        return { value: conclude_us, cpu_us_per_event: conclude_us, beside: { 'plan alone µs': plan_us } };
      } finally {
        await child.kill();
      }
    };
    return {
      async repeat() {
        const found: Record<string, Sample> = {};
        for (const [id, receivables] of Object.entries(RECEIVABLES)) if (wanted.has(id)) found[id] = await cost(receivables);
        return found;
      },
      close: async () => undefined,
    };
  },
};

/** Batch sizes with how many cases are done in them; the first of each size are not measured. */
const BATCHES = [{ batch: 1, cases: 400, warm: 100 }, { batch: 50, cases: 2_500, warm: 500 }, { batch: 500, cases: 5_000, warm: 1_500 }] as const;
const CASES = BATCHES.reduce((sum, { cases, warm }) => sum + cases + warm, 0);

/** What it takes to store them. */
export const caseStore: Measurement = {
  rows: [
    {
      id: 'case-store', title: 'statements of a batch of 500 due cases, against a batch of one', unit: 'x', better: 'lower', target: 1, floor: 1,
      notes:
        'Statements within the transaction, counted at the connection (begin and commit apart): lock and case, receivables, covered steps, holds, agreements, réguas; then notice, covered step, case, receivable, due action out and in, outbox. Each case of one receivable is due, asks for a message and moves on. ' +
        'Times are of one connection that waits for each commit, so that a batch of one is mostly that.',
    },
  ],
  async open(bench) {
    const book = await bookOf(bench, 'case_store', { cases: CASES, due_dates: FIRST_DUE_DATES, now: RECORDED_AT });
    return {
      async repeat() {
        const database = await bench.database('case_store_run', book.name);
        const child = new Child('bench/case/main.ts');
        try {
          const found: BatchAnswer[] = [];
          let first = 0;
          for (const { batch, cases, warm } of BATCHES) {
            await child.ask({ url: database.url, first, batch, cases: warm } satisfies CaseAsk);
            found.push(await child.ask<BatchAnswer>({ url: database.url, first: first + warm, batch, cases } satisfies CaseAsk));
            first += warm + cases;
          }
          const beside = Object.fromEntries(found.flatMap(({ statements, wall_us, cpu_us }, index) => {
            const of = `batch of ${BATCHES[index]!.batch}:`;
            return [[`${of} statements`, statements], [`${of} wall µs per case`, wall_us], [`${of} Node CPU µs per case`, cpu_us]];
          }));
          const [one, , many] = found as [BatchAnswer, BatchAnswer, BatchAnswer];
          return { 'case-store': { value: Math.max(...found.map(({ statements }) => statements)) / one.statements, cpu_us_per_event: many.cpu_us, beside } };
        } finally {
          await child.kill();
          await database.drop();
        }
      },
      close: () => book.drop(),
    };
  },
};
