import { fork } from 'node:child_process';
import path from 'node:path';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { AUDITOR_ROLE, Database, failureOf, fence, roleOf, TRANSACTION_MS_MAX, wasCut } from './index';

const tableOf = (schema: string) =>
  class CreateSecret1700000000001 implements MigrationInterface {
    name = 'CreateSecret1700000000001';
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(`create table secret (creditor_id text not null, word text not null); ${fence(schema, 'secret')}`);
    }
    async down(): Promise<void> {}
  };

describe('roles', () => {
  let test: TestDatabase;
  let ours: Database;
  let theirs: Database;

  beforeAll(async () => {
    test = await testDatabase('roles');
    [ours, theirs] = [new Database({ url: test.url, schema: 'ours' }), new Database({ url: test.url, schema: 'theirs' })];
    await ours.migrate([tableOf('ours')]);
    await theirs.migrate([tableOf('theirs')]);
    for (const database of [ours, theirs]) await database.query(`insert into secret values ('acme', 'one'), ('other', 'two')`);
  });
  afterAll(async () => {
    await Promise.all([ours.close(), theirs.close()]);
    await test.drop();
  });

  async function as(role: string, sql: string): Promise<unknown[]> {
    const client = new Client({ connectionString: test.url, options: `-c role=${role}` });
    await client.connect();
    return client.query(sql).then(({ rows }) => rows).finally(() => client.end());
  }

  it.each(['select * from theirs.secret', `insert into theirs.secret values ('acme', 'x')`, 'create table theirs.mine (a int)', 'truncate theirs.secret'])(
    'refuse another schema: %s',
    async (sql) => {
      for (const part of ['stream', 'api', 'owner'] as const) await expect(as(roleOf('ours', part), sql)).rejects.toThrow('permission denied for schema theirs');
    },
  );

  it('let only the owner change tables', async () => {
    for (const part of ['stream', 'api'] as const) {
      await expect(as(roleOf('ours', part), 'create table ours.more (a int)')).rejects.toThrow('permission denied');
      await expect(as(roleOf('ours', part), 'alter table ours.secret disable row level security')).rejects.toThrow('must be owner');
    }
  });

  const words = (database: Database, creditor: string) => database.transactionOf(creditor, (tx) => tx.query<{ word: string }>('select word from secret')).then((rows) => rows.map(({ word }) => word));

  it('show the api role its creditor only, without any where clause, and the stream role all', async () => {
    expect([await words(ours, 'acme'), await words(ours, 'other'), await words(ours, 'nobody')]).toEqual([['one'], ['two'], []]);
    expect(await ours.query('select word from secret order by 1')).toEqual([{ word: 'one' }, { word: 'two' }]);
  });

  it('show the api role nothing when no creditor was told, even on a connection that had one', async () => {
    const client = new Client({ connectionString: test.url, options: `-c role=${roleOf('ours', 'api')} -c search_path=ours` });
    await client.connect();
    expect((await client.query('select * from secret')).rows).toEqual([]);
    await client.query(`begin; select set_config('emdia.creditor_id', 'acme', true); commit`);
    expect((await client.query('select * from secret')).rows).toEqual([]);
    await client.end();
  });

  it('refuse the api role to write or move a row of another creditor', async () => {
    const write = (sql: string) => ours.transactionOf('acme', (tx) => tx.query(sql));
    await expect(write(`insert into secret values ('other', 'x')`)).rejects.toThrow('row-level security');
    await expect(write(`update secret set creditor_id = 'other'`)).rejects.toThrow('row-level security');
    expect(await write(`update secret set word = 'x' where creditor_id = 'other' returning word`)).toEqual([]);
    await expect(write('delete from secret')).rejects.toThrow('permission denied');
  });

  it('let the auditor read every schema and write none', async () => {
    for (const schema of ['ours', 'theirs']) {
      expect(await as(AUDITOR_ROLE, `select * from ${schema}.secret`)).toHaveLength(2);
      for (const sql of [`insert into ${schema}.secret values ('acme', 'x')`, `update ${schema}.secret set word = ''`, `delete from ${schema}.secret`, `create table ${schema}.more (a int)`]) {
        await expect(as(AUDITOR_ROLE, sql)).rejects.toThrow('permission denied');
      }
    }
  });

  it('cut a transaction after a second', async () => {
    const error = await ours.transaction((tx) => tx.query('select pg_sleep(3)')).catch((thrown: unknown) => thrown);
    expect([wasCut(error), failureOf(error), TRANSACTION_MS_MAX]).toEqual([true, 'outage', 1_000]);
    expect(await ours.query('select 1 as one')).toEqual([{ one: 1 }]);
    expect(ours.busy).toBe(0);
  });

  it('let a look for what is due take longer, and cut the next transaction all the same', async () => {
    expect(await ours.look(`select pg_sleep(1.3), 'found' as found`)).toMatchObject([{ found: 'found' }]);
    await Promise.all(Array.from({ length: 4 }, () => expect(ours.query('select pg_sleep(1.3)')).rejects.toThrow('transaction timeout')));
  });

  it.each([
    ['computes', async () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_400)],
    ['waits', () => new Promise<void>((resolve) => setTimeout(resolve, 1_400))],
  ])('say that they were cut when this process %s longer than a second between two statements', async (_, passTime) => {
    const error = await ours.transaction(async (tx) => {
      await tx.query('select 1');
      await passTime();
      await Promise.all([tx.query('select 1'), tx.query('select 2')]);
      return tx.query('select 3');
    }).catch((thrown: unknown) => thrown);
    expect([wasCut(error), failureOf(error)]).toEqual([true, 'outage']);
    expect(await ours.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('survive that connections break while transactions hold them, and while they are idle', async () => {
    const error = await ours.transaction(async (tx) => {
      await tx.query('select 1');
      await cutAll(test.url);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return tx.query('select 1');
    }).catch((thrown: unknown) => thrown);
    expect(failureOf(error)).toBe('outage');
    await cutAll(test.url);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await ours.transaction((tx) => tx.query('select 1 as one'))).toEqual([{ one: 1 }]);
  });

  /** A process that makes its schema, and how it ended. */
  const prepare = (...args: string[]) =>
    new Promise<string>((resolve) => {
      const child = fork(path.join(__dirname, '../test/migrate.ts'), args, { execArgv: ['-r', '@swc-node/register'], cwd: path.resolve(__dirname, '../../..'), silent: true });
      let said = '';
      child.stderr!.on('data', (text) => (said += text));
      child.on('exit', (code) => resolve(`${code} ${said}`));
    });

  it('say what was wrong when the connection of a start breaks while migrations run', async () => {
    const other = await testDatabase('roles-cut');
    expect(await prepare(other.url, 'cut')).toMatch(/^1 (?!.*Unhandled).*connection/is);
    expect(await prepare(other.url)).toBe('0 ');
    await other.drop();
  }, 60_000);

  it('are made once, and migrations run once, when many processes start at the same time on two databases', async () => {
    const other = await testDatabase('roles');
    const ends = await Promise.all([test.url, other.url, test.url, other.url].map((url) => prepare(url)));
    expect(ends).toEqual(['0 ', '0 ', '0 ', '0 ']);
    expect(await as(roleOf('crowd', 'owner'), 'select name from crowd.migration')).toHaveLength(1);
    await other.drop();
  }, 90_000);
});

async function cutAll(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'emdia-ours-%'`);
  await client.end();
}

describe('failureOf', () => {
  const coded = (code: string) => Object.assign(new Error('it failed'), { code });
  it.each([
    ['23505', 'constraint'], ['22P02', 'constraint'], ['54000', 'constraint'],
    ['57P01', 'outage'], ['25P04', 'outage'], ['40P01', 'outage'], ['08006', 'outage'], ['53300', 'outage'],
    ['ECONNREFUSED', 'outage'], ['EPIPE', 'outage'], ['EAI_AGAIN', 'outage'],
    ['42P01', 'defect'], ['42501', 'defect'], ['ERR_INVALID_ARG_TYPE', 'defect'],
  ])('sorts %s as %s', (code, failure) => expect(failureOf(coded(code))).toBe(failure));

  it('knows a broken connection by its words, and takes any other error for a defect', () => {
    expect(failureOf(new Error('Connection terminated unexpectedly'))).toBe('outage');
    expect(failureOf(new TypeError('x is not a function'))).toBe('defect');
  });
});
