import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { Clock, WallClock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { fold, Forbidden, InProcessBroker } from '@emdia/messaging';
import { Config, type House, run } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { bytesOf, lines400, type Title } from '../../../../libs/bank-files/test/synthetic';
import { CREDITOR, issued, NOW } from '../../test/story';
import { Accounts } from '../accounts/accounts';
import { paymentReconciliation } from '../index';
import { SLICE_ROWS } from './packed-file';
import { type TakenBatch, TAKEN_OVER } from './stored-file';
import { Batches, batchKey } from './stored-files';

class HandClock extends Clock {
  now(): Date {
    return NOW;
  }
}

const SOURCE = 'bradesco';
const ROWS = 5 * SLICE_ROWS;
/** Invoices put there at once: more would take longer than a transaction may on a busy machine. */
const AT_ONCE = 100;
const INSTALLATION = 'installation-key-of-this-test-which-is-long-enough';
const caller = { key_id: 'k1', creditor_id: CREDITOR, scopes: ['bank-files:read', 'bank-files:write'], actor: 'agent-7' };
const ourNumber = (n: number): string => `${n}`.padStart(12, '0');
const titleOf = (n: number, more: Partial<Title> = {}): Title => ({ code: '06', number: ourNumber(n), title: 10_000, paid: 10_000, on: '2026-03-02', due: '2026-03-02', credit: '2026-03-03', ...more });

/** What a file came to, as its view tells it. */
interface Come {
  readonly status: string;
  readonly rows_done: number;
  readonly counts: Record<string, number>;
}

describe('two workers with one large file', () => {
  const billing = createServer(({ url }, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(url?.endsWith('/payers') ? { customers: [], next_after: null } : caller))).listen(0, '127.0.0.1');
  let test: TestDatabase;
  let houses: House[];
  let database: Database;
  let admin: Client;

  beforeAll(async () => {
    test = await testDatabase('reconciliation-taking-in');
    const url = `http://127.0.0.1:${(billing.address() as AddressInfo).port}`;
    const config = Config.from({ DATABASE_URL: test.url, PORT: '0', EMDIA_LOG_LEVEL: 'silent', BILLING_INGESTION_URL: url, EMDIA_INTERNAL_TOKEN: INSTALLATION, EMDIA_INSTALLATION_KEY: INSTALLATION });
    const start = () => run([paymentReconciliation], 'in-process', { config, clock: new HandClock(), broker: new InProcessBroker(new WallClock()) });
    houses = [await start(), await start()];
    database = new Database({ url: test.url, schema: 'reconciliation' });
    admin = new Client({ connectionString: test.url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin?.end();
    await database?.close();
    for (const house of houses ?? []) await house.stop();
    billing.close();
    billing.closeAllConnections();
    await test.drop();
  });

  const call = async <T>(path: string, body?: Uint8Array): Promise<T> => {
    const headers = { authorization: 'Bearer emdia_k1_x', 'content-type': 'application/octet-stream' };
    return (await (await fetch(`${houses[0]!.url}/v1/bank-files${path}`, { headers, ...(body ? { method: 'POST', body: Buffer.from(body) } : {}) })).json()) as T;
  };
  const send = async (titles: Title[]) => (await call<{ file_id: string }>(`?source=${SOURCE}&name=CB.RET`, bytesOf(lines400('237', titles)))).file_id;
  /** Slips of invoices that are known, from one number on. */
  const owed = async (first: number, rows: number): Promise<Title[]> => {
    const numbers = Array.from({ length: rows }, (_, n) => first + n);
    const accounts = new Accounts();
    for (let from = 0; from < rows; from += AT_ONCE) {
      const told = numbers.slice(from, from + AT_ONCE).map((n) => issued(`I-${n}`, { customer_id: `C-${n}`, instruments: [{ rail: 'BOLETO', reference: ourNumber(n), code: `237${'9'.repeat(41)}` }] }));
      await database.transaction((tx) => fold(tx, told.map(({ stepOn }) => [stepOn(accounts)]), NOW));
    }
    return numbers.map((n) => titleOf(n));
  };
  /** Does something again and again until the file is posted. */
  const until = async (file_id: string, meanwhile: (done: number) => Promise<unknown>): Promise<Come> => {
    for (;;) {
      const file = await call<Come>(`/${file_id}`);
      if (file.status === 'posted') return file;
      await meanwhile(file.rows_done);
      await pause(20);
    }
  };
  const sums = async (file_id: string) => (await database.query(
    `select count(distinct e.cause)::int as entries, sum(p.amount_cents)::float8 as cents, (select sum(rows)::int from bank_file_batch where file_id = $1) as batches
     from bank_row r join entry e on e.creditor_id = r.creditor_id and e.cause = 'payment:' || r.source || ':' || r.payment_id join posting p on p.entry_id = e.id and p.account = 'cash' where r.file_id = $1`, [file_id]))[0];

  it('post each row once, whoever has the lease', async () => {
    const file_id = await send(await owed(1_000_000, ROWS));
    // It is taken away from whoever works on it, so that the other begins as well.
    const file = await until(file_id, () => database.query('update bank_file set lease_epoch_ms = 0 where file_id = $1', [file_id]));
    expect(file).toMatchObject({ rows_done: ROWS, counts: { posted: ROWS, known: 0, left: 0 } });
    expect(await sums(file_id)).toEqual({ entries: ROWS, cents: ROWS * 10_000, batches: ROWS });
  }, 120_000);

  it('go on after a crash where the last commits were, with nothing half done', async () => {
    const file_id = await send(await owed(2_000_000, ROWS));
    let crashes = 0;
    const file = await until(file_id, async (done) => {
      if (crashes > 2 || done < (crashes + 1) * SLICE_ROWS) return;
      crashes++;
      await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'emdia-reconciliation-stream'`);
      await admin.query('update reconciliation.bank_file set lease_epoch_ms = 0 where file_id = $1', [file_id]);
    });
    expect(crashes).toBeGreaterThan(0);
    expect(file).toMatchObject({ rows_done: ROWS, counts: { posted: ROWS, known: 0, left: 0 } });
    expect(await sums(file_id)).toEqual({ entries: ROWS, cents: ROWS * 10_000, batches: ROWS });
  }, 120_000);

  it('go on within a slice that was taken in in halves, of which the second was not', async () => {
    const file_id = await send(await owed(4_000_000, SLICE_ROWS + 1));
    await until(file_id, async () => undefined);
    await database.query(`update bank_file_batch set rows = 200, counts = '{"posted": 200}' where file_id = $1 and from_row = 0`, [file_id]);
    await database.query(`update bank_file set status = 'posting' where file_id = $1`, [file_id]);
    expect(await until(file_id, async () => undefined)).toMatchObject({ rows_done: SLICE_ROWS + 1, counts: { posted: 201, known: SLICE_ROWS - 200 } });
    expect(await database.query('select from_row, rows from bank_file_batch where file_id = $1 order by 1', [file_id])).toEqual([{ from_row: 0, rows: 200 }, { from_row: 200, rows: SLICE_ROWS - 200 }, { from_row: SLICE_ROWS, rows: 1 }]);
  }, 120_000);

  it('go on after more rows than a slice has, taken in together when slices were larger', async () => {
    const file_id = await send(await owed(5_000_000, 2 * SLICE_ROWS + 1));
    await until(file_id, async () => undefined);
    await database.query('delete from bank_file_batch where file_id = $1 and from_row > 0', [file_id]);
    await database.query(`update bank_file_batch set rows = $2, counts = jsonb_build_object('posted', $2::int) where file_id = $1`, [file_id, 2 * SLICE_ROWS]);
    await database.query(`update bank_file set status = 'posting' where file_id = $1`, [file_id]);
    expect(await until(file_id, async () => undefined)).toMatchObject({ rows_done: 2 * SLICE_ROWS + 1, counts: { posted: 2 * SLICE_ROWS, known: 1 } });
  }, 120_000);

  it('take a payment back only after those before it, and before those after it', async () => {
    const paid = await owed(3_000_000, SLICE_ROWS + 1);
    const file_id = await send([...paid.slice(0, SLICE_ROWS), titleOf(3_000_000, { code: '22' }), ...paid.slice(SLICE_ROWS)]);
    expect(await until(file_id, async () => undefined)).toMatchObject({ counts: { posted: SLICE_ROWS + 1, returned: 1, left: 0 } });
  }, 120_000);

  it('write nothing of rows that the other has written', async () => {
    const batch = (line: number): TakenBatch => ({
      file: { file_id: '00000000-0000-4000-8000-000000000001', creditor_id: CREDITOR, source: 'other', pass: 0 }, from_row: 0, rows: 1, counts: { left: 1 }, posted_cents: 0,
      kept: [{ row_id: '00000000-0000-4000-8000-000000000002', file_id: '00000000-0000-4000-8000-000000000001', line, our_number: null, state: 'left', payment_id: null, reference: null, amount_cents: null, paid_date: null, credit_date: null, reason: 'no-date', others: [], version: null }],
    });
    const save = (line: number) => database.transaction((tx) => new Batches().save(tx, new Map([[batchKey(batch(line)), batch(line)]])));
    const ended = await Promise.allSettled([save(1), save(2)]);
    const [refused] = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason as Forbidden] : []));
    expect([ended.filter(({ status }) => status === 'fulfilled').length, refused?.reason]).toEqual([1, TAKEN_OVER]);
    const first = ended.findIndex(({ status }) => status === 'fulfilled') + 1;
    expect(await database.query(`select line from bank_row where source = 'other'`)).toEqual([{ line: first }]);
  });
});
