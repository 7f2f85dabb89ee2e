import { once as eventOf } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { owe, returnOf } from '../bank-file/day';
import { CREDITOR } from '../balance-events';
import { Worked } from '../house/worked';
import type { Measurement, Sample } from '../measurement';
import { type Child, pause, until } from '../processes';
import type { Bench } from '../surroundings';

const LINES = 100_000;
const WAIT_MS_MAX = 5 * 60_000;
/** The process has begun to consume and its first heartbeats are out. */
const SETTLED_MS = 3_000;
const OVER = ['posted', 'needs-confirmation', 'refused'];

const CALLER = { key_id: 'bench', creditor_id: CREDITOR, scopes: ['bank-files:read', 'bank-files:write'], actor: 'bench' };
const PROOF = `
  select (select count(*)::int from reconciliation.receivable where status = 'settled') as settled, (select count(*)::int from reconciliation.payment) as payments,
    (select count(*)::int from reconciliation.bank_row where state = 'posted') as rows, (select count(*)::int from reconciliation.confirmed_payer) as payers,
    (select coalesce(sum(amount_cents), 0)::float8 from reconciliation.posting where account = 'unapplied') as unapplied_cents`;

/** Stands for billing-ingestion, which knows whose key it is. */
async function keys(): Promise<Server> {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(CALLER))).listen(0, '127.0.0.1');
  await eventOf(server, 'listening');
  return server;
}

async function handOver(port: number, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/bank-files?source=itau&name=CB231126.RET`, {
    method: 'POST', headers: { authorization: 'Bearer emdia_bench_key', 'content-type': 'application/octet-stream' }, body: bytes,
  });
  if (response.status !== 202) throw new Error(`The file was answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { file_id: string }).file_id;
}

/** Hands the file over to a running service and looks on until it is posted. */
async function measured(bench: Bench, child: Child, sql: Client, port: number, bytes: Uint8Array<ArrayBuffer>): Promise<Readonly<Record<string, Sample>>> {
  const before = child.memoryMb();
  const stood = () => child.ask<number>('how long');
  await stood();
  const mark = () => ({ at: performance.now(), cpu: child.cpuMs(), postgres: bench.postgresCpuMs(), kafka: bench.kafkaCpuMs() });
  const began = mark();
  const file_id = await handOver(port, bytes);
  const received = performance.now();
  const status = async (): Promise<string> => {
    child.alive();
    return (await sql.query<{ status: string }>('select status from reconciliation.bank_file where file_id = $1', [file_id])).rows[0]!.status;
  };
  const standstill_received = await stood();
  await until('the file is read', WAIT_MS_MAX, async () => ((await status()) === 'received' ? null : true));
  const [read, memoryRead, standstill_read] = [performance.now(), child.memoryMb().peak, await stood()];
  await until('its rows are posted', WAIT_MS_MAX, async () => ((await status()) === 'posting' ? null : true));
  const posted = performance.now();
  const end = await until('the file is over', WAIT_MS_MAX, async () => ((found) => (OVER.includes(found) ? found : null))(await status()));
  const after = mark();
  const standstill_posted = await stood();
  const { peak } = child.memoryMb();
  await until('everything is published', WAIT_MS_MAX, async () => ((await sql.query('select 1 from reconciliation.outbox limit 1')).rowCount === 0 ? true : null), 100);
  const published = performance.now();
  const { rows: [proof] } = await sql.query<Record<string, number>>(PROOF);
  const wanted = { settled: LINES, payments: LINES, rows: LINES, payers: LINES, unapplied_cents: 0 };
  if (end !== 'posted' || JSON.stringify(proof) !== JSON.stringify(wanted)) throw new Error(`The file is ${end}, and ${JSON.stringify(proof)} is not ${JSON.stringify(wanted)}.`);
  const each = (ms: number): number => (ms * 1_000) / LINES;
  const cpu = each(after.cpu - began.cpu);
  return {
    'bank-file': {
      value: (after.at - began.at) / 1_000, cpu_us_per_event: cpu,
      beside: {
        'handed over after s': (received - began.at) / 1_000, 'read after s': (read - began.at) / 1_000, 'rows posted after s': (posted - began.at) / 1_000, 'published after s': (published - began.at) / 1_000,
        'Node CPU µs': cpu, 'PostgreSQL CPU µs': each(after.postgres - began.postgres), 'broker CPU µs': each(after.kafka - began.kafka),
        'event loop blocked at most, handing over ms': standstill_received, 'reading ms': standstill_read, 'posting ms': standstill_posted,
      },
    },
    'bank-file-memory': { value: peak, cpu_us_per_event: null, beside: { 'before MB': before.peak, 'once read MB': memoryRead } },
  };
}

async function once(bench: Bench, worked: Worked, bytes: Uint8Array<ArrayBuffer>): Promise<Readonly<Record<string, Sample>>> {
  const database = await worked.fresh();
  const sql = new Client({ connectionString: database.url });
  await sql.connect();
  const billing = await keys();
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const child = worked.start(database, port, { env: { BILLING_INGESTION_URL: `http://127.0.0.1:${(billing.address() as AddressInfo).port}` }, nodeFlags: ['-r', './bench/bank-file/loop-watch.cjs'] });
  try {
    await until('the service is up', WAIT_MS_MAX, async () => {
      child.alive();
      return (await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => null))?.ok ? true : null;
    });
    await pause(SETTLED_MS);
    return await measured(bench, child, sql, port, bytes);
  } finally {
    await child.stop();
    billing.close();
    billing.closeAllConnections();
    await sql.end();
    await database.drop();
  }
}

/** A large biller's day: a return of a hundred thousand payments, from handing over to the last cent applied. */
export const bankFile: Measurement = {
  rows: [
    {
      id: 'bank-file', title: 'a bank\'s return of 100,000 payments read and posted', unit: 's', better: 'lower', target: 30, floor: 45, large: true,
      notes:
        `CNAB 400 of Itaú, ${LINES.toLocaleString('en-US')} settled lines (40 MB) with payers' names, each paying the open receivable of another customer by nosso número. From the first byte of the upload (POST /v1/bank-files) to status \`posted\`: kept sealed, read, every row in the ledger, every receivable settled, every payer confirmed; checked by count afterwards. ` +
        'One process of payment-reconciliation, just started, over Kafka and PostgreSQL (fsync on), all sharing the cores; the 200,000 events that tell of it are published meanwhile, the last of them shortly after.',
    },
    {
      id: 'bank-file-memory', title: 'resident memory of that process, at its most', unit: 'MB', better: 'lower', target: 300, floor: 450, large: true,
      notes: 'Same runs: peak resident memory (VmHWM) when the file is posted, when it has just been read, and before it came. It includes Nest, and no compiler: what runs was compiled before, as in the image.',
    },
  ],
  async open(bench) {
    const worked = await Worked.open(bench, 'payment-reconciliation', 0, async (sql, url) => {
      await owe(url, LINES);
      await sql.query('vacuum (analyze)');
    });
    const bytes = returnOf(LINES);
    return { repeat: () => once(bench, worked, bytes), close: () => worked.close() };
  },
};
