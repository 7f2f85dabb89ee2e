/** Recomputing cases in a process of its own: in the decision alone, or in batches whose statements are counted. */
import { addDays, type CivilDate } from '@emdia/calendar';
import { step } from '@emdia/messaging';
import { act } from '../../apps/dunning-orchestration/src/cases/act';
import type { CaseFile } from '../../apps/dunning-orchestration/src/cases/case-file';
import { conclude } from '../../apps/dunning-orchestration/src/cases/conclude';
import { plan } from '../../apps/dunning-orchestration/src/cases/plan';
import { Story } from '../../apps/dunning-orchestration/test/story';
import { customerKey } from '@emdia/contracts';
import { CREDITOR, customerOf } from '../dunning-book';
import { serve } from '../processes';
import { Dunning } from '../sweep/dunning';

export type CaseAsk = { readonly receivables: number; readonly decisions: number } | { readonly url: string; readonly first: number; readonly batch: number; readonly cases: number };
export interface DecisionAnswer {
  readonly conclude_us: number;
  readonly plan_us: number;
}
export interface BatchAnswer {
  /** Of each transaction, without begin and commit; the largest. */
  readonly statements: number;
  readonly wall_us: number;
  readonly cpu_us: number;
}

const FILES = 400;
const WARM_SHARE = 0.5;
const BEGINS: CivilDate = '2026-01-05';
const LOOKED_AT = '2026-03-18T15:00:00Z';
const FIRST_DUE: CivilDate = '2026-01-12';
const DUE_WITHIN_DAYS = 75;
const STATES = ['SP', 'AC', 'BA', null];

/** A case whose debts fell due one after the other, the last of them in the days to come, lived through with every notice sent. */
function lived(number: number, receivables: number): CaseFile {
  const story = new Story(new Date(`${BEGINS}T12:00:00Z`)).customer(STATES[number % STATES.length]!);
  const apart_days = DUE_WITHIN_DAYS / receivables;
  for (let n = 0; n < receivables; n++) story.owes(`f-${n}`, addDays(FIRST_DUE, Math.round(n * apart_days) + (number % Math.max(1, Math.floor(apart_days)))));
  return story.until(LOOKED_AT).file;
}

const cpuUs = (work: () => void, count: number): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
};

/** What it takes to plan cases anew from their facts, as every event and every due action does; everything in memory. */
function decide(receivables: number, decisions: number): DecisionAnswer {
  const files = Array.from({ length: FILES }, (_, number) => lived(number, receivables));
  const now = new Date(LOOKED_AT);
  for (const file of files) if (file.status !== 'open' || file.receivables.size !== receivables || file.covers.size === 0) throw new Error('A case is not what it should be.');
  const all = (of: (file: CaseFile) => unknown) => (count: number) => {
    for (let n = 0; n < count; n++) if (!of(files[n % FILES]!)) throw new Error('Nothing was planned.');
  };
  const [concluding, planning] = [all((file) => conclude(file, 'bench', now).next.due_at), all((file) => plan(file, now).due_at)];
  for (const each of [concluding, planning]) each(decisions * WARM_SHARE);
  return { conclude_us: cpuUs(() => concluding(decisions), decisions), plan_us: cpuUs(() => planning(decisions), decisions) };
}

let open: { readonly url: string; readonly dunning: Dunning } | null = null;
let counted = 0;

/** The product's runner and store, whose every statement within a transaction is counted. */
async function connect(url: string): Promise<Dunning> {
  if (open?.url === url) return open.dunning;
  await open?.dunning.database.close();
  const dunning = new Dunning(url, 1);
  const { database } = dunning;
  const transaction = database.transaction.bind(database);
  database.transaction = (work) => transaction((tx) => work({ ...tx, query: (text, values) => (counted++, tx.query(text, values)) }));
  open = { url, dunning };
  return dunning;
}

/** Does due cases in batches, one after the other. */
async function inBatches(url: string, first: number, batch: number, cases: number): Promise<BatchAnswer> {
  const { runner, cases: store } = await connect(url);
  let statements = 0;
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  for (let from = first; from < first + cases; from += batch) {
    counted = 0;
    await runner.changeAll(Array.from({ length: batch }, (_, index) => step(store.known, customerKey(CREDITOR, customerOf(from + index)), act)));
    statements = Math.max(statements, counted);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { statements, wall_us: ((performance.now() - began) * 1_000) / cases, cpu_us: (user + system) / cases };
}

serve(async (ask: CaseAsk): Promise<DecisionAnswer | BatchAnswer> => ('decisions' in ask ? decide(ask.receivables, ask.decisions) : inBatches(ask.url, ask.first, ask.batch, ask.cases)));
