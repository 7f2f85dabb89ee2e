/** Dunning's sweep in a process of its own, called as the runtime's loop calls it: due cases, the runner, the store, outbox rows. */
import { Sweeps, type Sweep } from '@emdia/runtime';
import { act } from '../../apps/dunning-orchestration/src/cases/act';
import { DueCases } from '../../apps/dunning-orchestration/src/cases/due-cases';
import { DUE_AT, FIRST_DUE_DATES, openCase, RECORDED_AT } from '../dunning-book';
import { serve } from '../processes';
import { Dunning } from './dunning';

export type SweepAsk = { readonly url: string } | { readonly cases: number } | { readonly decisions: number };
export interface SweepAnswer {
  readonly cases: number;
  readonly wall_ms: number;
}

let open: { dunning: Dunning; sweep: Sweep } | null = null;

/** Connects to a book; its sweep is the one that the product registers. */
async function connect(url: string): Promise<void> {
  await open?.dunning.database.close();
  const dunning = new Dunning(url);
  const sweeps = new Sweeps(dunning.clock, dunning.wall, (_, error) => { throw error; });
  const registered: Sweep[] = [];
  sweeps.register = (sweep) => void registered.push(sweep);
  new DueCases(dunning.database, dunning.runner, dunning.cases, dunning.wall, sweeps);
  open = { dunning, sweep: registered[0]! };
}

const acted = async (): Promise<number> => Number((await open!.dunning.database.query<{ n: string }>('select count(*) as n from notice'))[0]!.n);

/** Does so many due cases; throws where there are fewer. */
async function sweep(cases: number): Promise<SweepAnswer> {
  const { dunning: { clock }, sweep: dueCases } = open!;
  const end = (await acted()) + cases;
  const began = performance.now();
  for (let left = cases; left > 0; ) {
    try {
      const done = await dueCases.run(clock.now(), Math.min(left, dueCases.limit!));
      if (done === 0) throw new Error(`${left} of ${cases} cases were not due.`);
      left -= done;
    } catch (error) {
      // As the runtime's loop does: a batch that the second for a transaction did not suffice comes again, smaller.
      if (!(error instanceof AggregateError)) throw error;
      left = end - (await acted());
    }
  }
  return { cases, wall_ms: performance.now() - began };
}

/** What due cases cost in the decision alone: no database, the case in memory, the events validated. */
function decide(decisions: number): SweepAnswer {
  const files = Array.from({ length: decisions }, (_, number) => openCase(number, FIRST_DUE_DATES[number % FIRST_DUE_DATES.length]!, RECORDED_AT));
  const began = performance.now();
  for (const file of files) if ('ignored' in act(file, DUE_AT)) throw new Error(`${file.key} is not due.`);
  return { cases: decisions, wall_ms: performance.now() - began };
}

serve(async (ask: SweepAsk): Promise<SweepAnswer> => {
  if ('decisions' in ask) return decide(ask.decisions);
  if ('cases' in ask) return sweep(ask.cases);
  await connect(ask.url);
  return { cases: 0, wall_ms: 0 };
});
