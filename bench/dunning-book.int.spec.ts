import { Database } from '@emdia/database';
import { fold, step } from '@emdia/messaging';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import type { CaseFile } from '../apps/dunning-orchestration/src/cases/case-file';
import { Cases } from '../apps/dunning-orchestration/src/cases/cases';
import { CREDITOR, customerOf, FIRST_DUE_DATES, migrateDunning, openCase, RECORDED_AT, seedBook } from './dunning-book';

describe('a book written by SQL', () => {
  const CASES = 40;
  let test: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    test = await testDatabase('dunning-book', migrateDunning);
    database = new Database({ url: test.url, schema: 'dunning' });
    await seedBook(test.url, { cases: CASES, due_dates: FIRST_DUE_DATES, now: RECORDED_AT });
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const keys = Array.from({ length: CASES }, (_, number) => `${CREDITOR}/${customerOf(number)}`);
  const rows = async (of: readonly string[]) => Object.fromEntries(await Promise.all(['case_file', 'case_receivable', 'due_action', 'notice', 'covered_step', 'outbox'].map(async (table) =>
    [table, await database.query(`select * from ${table} where key = any($1) order by key`, [of])])));

  it('holds the cases, and the very rows, that the decisions and the store make', async () => {
    const cases = new Cases();
    const loaded = await database.transaction((tx) => cases.load(tx, keys));
    const made = new Map<string, CaseFile>();
    for (const [number, key] of keys.entries()) {
      const file = loaded.get(key)!;
      made.set(key, openCase(number, [...file.receivables.values()][0]!.original_due_date, RECORDED_AT));
      expect(file).toEqual(made.get(key));
    }
    const seeded = await rows(keys);
    for (const table of ['due_action', 'case_receivable', 'case_file']) await database.query(`delete from ${table} where key = any($1)`, [keys]);
    await database.transaction((tx) => fold(tx, keys.map((key) => [step(cases, key, () => ({ next: made.get(key)! }))]), RECORDED_AT));
    expect(await rows(keys)).toEqual(seeded);
  });

  it('spreads over the due dates, in another order than that of its keys', async () => {
    expect(await database.query('select distinct original_due_date::text as day from case_receivable order by 1')).toEqual(FIRST_DUE_DATES.map((day) => ({ day })));
    const other = await testDatabase('dunning-book', migrateDunning);
    const fresh = new Database({ url: other.url, schema: 'dunning' });
    await seedBook(other.url, { cases: CASES, due_dates: FIRST_DUE_DATES, now: RECORDED_AT });
    const order = (await fresh.query<{ key: string }>('select key from case_file order by ctid')).map(({ key }) => key);
    expect([...order].sort()).toEqual(keys);
    expect(order).not.toEqual(keys);
    await fresh.close();
    await other.drop();
  });
});
