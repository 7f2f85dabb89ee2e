/** A job queue in a process of its own: as many jobs as there are due actions. */
import { addDays } from '@emdia/calendar';
import { step } from '@emdia/messaging';
import { customerKey, derivedId, DunningNoticeRequested, encode, type Outgoing } from '@emdia/contracts';
import { run, type Runner } from 'graphile-worker';
import { Pool } from 'pg';
import PgBoss from 'pg-boss';
import { act } from '../../apps/dunning-orchestration/src/cases/act';
import { CREDITOR, customerOf, DUE_AT, PERSON_KEY } from '../dunning-book';
import { pause, serve } from '../processes';
import { Dunning } from '../sweep/dunning';

/**
 * A job of the first two does what a due action does, by the product's own decision and statements. `pg-boss bare` looks at
 * no case and inserts one outbox row per job. `pg-boss bulk` is no queue of jobs any more: one statement for the rows of
 * a whole fetch, none of them fails alone.
 */
export type Side = 'graphile-worker' | 'pg-boss' | 'pg-boss bare' | 'pg-boss bulk';
/** With `warm` a job acts on a case; those of that database are used up first, so that the code is compiled and what is measured is not. */
export type QueueAsk = { readonly side: Side; readonly url: string; readonly jobs: number; readonly warm: Warm | null } | 'go';
interface Warm {
  readonly url: string;
  readonly cases: number;
}
export interface QueueAnswer {
  readonly wall_ms: number;
}

interface Job {
  readonly customer_id: string;
  readonly receivable_id: string;
  readonly due_date: string;
}

const QUEUE = 'due-actions';
const INSERT_CHUNK_ROWS = 2_000;
const BOSS = { fetchers: 2, batchSize: 500 };
/** Connections for the jobs' own statements, on both sides. */
const CONNECTIONS = 10;
const GRAPHILE = { concurrentJobs: 24, maxPoolSize: CONNECTIONS, localQueue: { size: 500 }, completeJobBatchDelay: 5 };

const jobOf = (number: number): Job => ({ customer_id: customerOf(number), receivable_id: derivedId('receivable', CREDITOR, `I-${number}`), due_date: addDays(DUE_AT.toISOString().slice(0, 10), 3) });

/** The same event as dunning sends, made without any look at the case. */
function eventOf({ customer_id, receivable_id, due_date }: Job): Outgoing {
  const key = customerKey(CREDITOR, customer_id);
  const case_id = derivedId('case', CREDITOR, customer_id);
  const local_day = DUE_AT.toISOString().slice(0, 10);
  const notice_id = derivedId('notice', case_id, 'collection', local_day);
  const data = {
    case_id, creditor_id: CREDITOR, customer_id, notice_id, person_key: PERSON_KEY, state: 'SP', local_day, not_before: DUE_AT.toISOString(), valid_until: DUE_AT.toISOString(),
    regua_version: 'padrao-1', facts: [{ receivable_id, version: 1 }], purpose: 'collection', step: 'D-3', covers: [{ receivable_id, due_date, step: 'D-3' }],
    instalment_id: null, turned_down: [], next_step: { step: 'D0', planned_day: due_date },
  };
  return { contract: DunningNoticeRequested, id: derivedId('notice-requested', notice_id), key, creditor_id: CREDITOR, time: DUE_AT.toISOString(), data };
}

const INSERT = `insert into dunning.outbox (topic, type, key, partition, body)
  select topic, type, key, null, body from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as e (topic, type, key, body)`;
const valuesOf = (jobs: readonly Job[]): unknown[][] => {
  const events = jobs.map(eventOf);
  return [events.map(({ contract }) => contract.topic), events.map(({ contract }) => contract.type), events.map(({ key }) => key), events.map((event) => encode(event, 'dunning-orchestration'))];
};

/** Does some jobs; which of them together is the side's choice. */
type Work = (jobs: readonly Job[]) => Promise<unknown>;

const insertRows = (pool: Pool): Work => (jobs) => pool.query({ name: 'insert', text: INSERT, values: valuesOf(jobs) });

/** The due action of each job's case: locked, read, decided and written, its event in the same commit. */
const actOnCases = ({ runner, cases }: Dunning): Work => (jobs) => runner.changeAll(jobs.map(({ customer_id }) => step(cases.known, customerKey(CREDITOR, customer_id), act)));

/** Due actions on a database, after some on another. */
async function warmDueActions(url: string, warm: Warm): Promise<Work> {
  const first = new Dunning(warm.url, CONNECTIONS);
  const act = actOnCases(first);
  for (let done = 0; done < warm.cases; done += CONNECTIONS) await Promise.all(Array.from({ length: CONNECTIONS }, (_, lane) => act([jobOf(done + lane)])));
  await first.database.close();
  return actOnCases(new Dunning(url, CONNECTIONS));
}

/** A side that is ready; `go` resolves when every job is done and acknowledged. */
type Ready = () => Promise<void>;

async function pgBoss(url: string, jobs: readonly Job[], work: Work, bulk: boolean): Promise<Ready> {
  const boss = new PgBoss({ connectionString: url, max: BOSS.fetchers + 1, supervise: false, schedule: false });
  boss.on('error', (error) => { throw error; });
  await boss.start();
  await boss.createQueue(QUEUE);
  for (let from = 0; from < jobs.length; from += INSERT_CHUNK_ROWS) await boss.insert(jobs.slice(from, from + INSERT_CHUNK_ROWS).map((data) => ({ name: QUEUE, data })));
  const fetcher = async (): Promise<void> => {
    for (;;) {
      const found = await boss.fetch<Job>(QUEUE, { batchSize: BOSS.batchSize });
      if (found.length === 0) return;
      const parts = bulk ? [found] : found.map((job) => [job]);
      await Promise.all(parts.map((part) => work(part.map(({ data }) => data))));
      await boss.complete(QUEUE, found.map(({ id }) => id));
    }
  };
  return async () => void (await Promise.all(Array.from({ length: BOSS.fetchers }, fetcher)));
}

async function graphileWorker(url: string, jobs: readonly Job[], pool: Pool, work: Work): Promise<Ready> {
  let left = jobs.length;
  const ended = async (): Promise<void> => {
    while (left > 0 || (await pool.query('select from graphile_worker._private_jobs limit 1')).rowCount! > 0) await pause(2);
  };
  const start = (): Promise<Runner> => run({
    preset: { worker: { connectionString: url, ...GRAPHILE, pollInterval: 100 } },
    noHandleSignals: true,
    taskList: {
      [QUEUE]: async (payload) => {
        await work([payload as Job]);
        left--;
      },
    },
  });
  // Made and migrated, and stopped again until the jobs are there.
  await (await start()).stop();
  for (let from = 0; from < jobs.length; from += INSERT_CHUNK_ROWS)
    await pool.query(`select graphile_worker.add_job($1, j) from json_array_elements($2::json) j`, [QUEUE, JSON.stringify(jobs.slice(from, from + INSERT_CHUNK_ROWS))]);
  return async () => {
    const runner = await start();
    await ended();
    void runner;
  };
}

let ready: Ready | null = null;
let sent: { pool: Pool; jobs: number } | null = null;
serve(async (ask: QueueAsk): Promise<QueueAnswer> => {
  if (ask !== 'go') {
    const pool = new Pool({ connectionString: ask.url, max: CONNECTIONS });
    const jobs = Array.from({ length: ask.jobs }, (_, number) => jobOf(number));
    const work = ask.warm ? await warmDueActions(ask.url, ask.warm) : insertRows(pool);
    ready = ask.side === 'graphile-worker' ? await graphileWorker(ask.url, jobs, pool, work) : await pgBoss(ask.url, jobs, work, ask.side === 'pg-boss bulk');
    await pool.query('vacuum (analyze)');
    sent = { pool, jobs: jobs.length };
    return { wall_ms: 0 };
  }
  const began = performance.now();
  await ready!();
  const wall_ms = performance.now() - began;
  const { rows } = await sent!.pool.query<{ n: number }>('select count(*)::int as n from dunning.outbox');
  if (rows[0]!.n !== sent!.jobs) throw new Error(`${rows[0]!.n} outbox rows of ${sent!.jobs} jobs.`);
  return { wall_ms };
});
