/** Dunning's sweep in a process of its own, called as the runtime's loop calls it: due cases, the runner, the store, outbox rows. */
import { DrivenClock, WallClock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { DeadLetters, Runner, Seal } from '@emdia/messaging';
import { Sweeps, type Sweep } from '@emdia/runtime';
import { act } from '../../apps/dunning-orchestration/src/cases/act';
import { Cases } from '../../apps/dunning-orchestration/src/cases/cases';
import { DueCases } from '../../apps/dunning-orchestration/src/cases/due-cases';
import { DUE_AT, FIRST_DUE_DATES, openCase, RECORDED_AT } from '../dunning-book';
import { serve } from '../processes';

export type SweepAsk = { readonly url: string } | { readonly cases: number } | { readonly decisions: number };
export interface SweepAnswer {
  readonly cases: number;
  readonly wall_ms: number;
}

const clock = new DrivenClock(DUE_AT);
const wall = new WallClock();
let open: { database: Database; sweep: Sweep } | null = null;

/** Connects to a book and does its first few due cases, so that every connection has its plans. */
async function connect(url: string): Promise<void> {
  await open?.database.close();
  const database = new Database({ url, schema: 'dunning' });
  const observer = { committed: () => undefined, handled: () => undefined, setAside: () => undefined };
  const runner = new Runner({ service: 'dunning-orchestration', database, clock, wall, deadLetters: new DeadLetters(database, new Seal('bench', 'dead-letters')), observer });
  const sweeps = new Sweeps(clock, wall, (_, error) => { throw error; });
  const registered: Sweep[] = [];
  sweeps.register = (sweep) => void registered.push(sweep);
  new DueCases(database, runner, new Cases(), wall, sweeps);
  open = { database, sweep: registered[0]! };
}

const acted = async (): Promise<number> => Number((await open!.database.query<{ n: string }>('select count(*) as n from notice'))[0]!.n);

/** Does so many due cases; throws where there are fewer. */
async function sweep(cases: number): Promise<SweepAnswer> {
  const { sweep: dueCases } = open!;
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
