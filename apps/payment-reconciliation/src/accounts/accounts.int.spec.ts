import { Database, failureOf } from '@emdia/database';
import { fold, type Outcome, Outdated } from '@emdia/messaging';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { migrate } from '../../test/schema';
import {
  agreed, amended, applied, at, balances, cancelled, completed, credited, CREDITOR, disputed, failed, held, instalmentId, issued, KEY, lifted, nothing, NOW, paid, pending, POLICY, receivableId,
  refunded, tell, type Told,
} from '../../test/story';
import type { Account } from './account';
import { Accounts } from './accounts';

const unknown = { customer_id: null };
const STORY: Told[] = [
  issued('A', { number: 'NF-1', description: 'Plan', charge_policy: POLICY, instruments: [{ rail: 'BOLETO', reference: '0001' }, { rail: 'PIX_COB', code: 'x' }] }),
  amended('B', 2, 9_000, '2026-03-04'), cancelled('D', 3), paid('q', 'B', unknown), paid('p', '0001', { paid_date: '2026-03-12', amount_cents: 10_500 }),
  issued('B'), issued('C'), issued('D'), pending('w', 'C'), failed('w', 'C'), pending('v', null),
  held(['C']), disputed(['B']), lifted(), refunded('q', 'r1', 2_000, 'B', unknown), paid('x', 'typo', unknown), applied('x', 'typo', 'C', { ...unknown, amount_cents: 4_000 }),
  agreed(['B', 'C'], [3_000, 4_000], 1_000), paid('i1', instalmentId(1), { amount_cents: 3_000 }), refunded('i1', 'r2', 500, instalmentId(1)), completed(['B', 'C'], 1_000),
  paid('early', 'A', { paid_date: '2026-03-01' }), paid('t', 'A', { credit_date: '2026-03-12', fee_cents: 290, discount_cents: 100 }), credited('t', 'A', '2026-03-12', { fee_cents: 300 }),
  issued('E', { charge_policy: { ...POLICY, discounts: [{ until: '2026-03-04', percent: '5' }] } }), paid('e', 'E', { amount_cents: 9_500, credit_date: '2026-03-12' }),
  refunded('before', 'r3', 700, 'E'), issued('F', { charge_policy: POLICY }), paid('f', 'F', { paid_date: '2026-03-12', amount_cents: 10_263, charges: { fine_cents: 200, interest_cents: 63 } }),
];

describe('the accounts in the database', () => {
  let test: TestDatabase;
  let database: Database;
  let accounts: Accounts;

  beforeAll(async () => {
    test = await testDatabase('reconciliation-accounts', migrate);
    database = new Database({ url: test.url, schema: 'reconciliation' });
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });
  beforeEach(async () => {
    accounts = new Accounts();
    const owner = new Database({ url: test.url, schema: 'reconciliation' });
    await owner.transaction(async (tx) => {
      await tx.query('set local role none');
      await tx.query('truncate account, allocation_policy, receivable, payment, application, allocation, standstill, instalment, collectability_change, entry, posting');
    });
    await owner.close();
  });

  const take = (things: readonly Told[], now = NOW): Promise<Outcome[]> => database.transaction((tx) => fold(tx, things.map(({ stepOn }) => [stepOn(accounts)]), now));
  const load = async (...keys: string[]) => database.transaction((tx) => accounts.load(tx, keys.sort()));
  const sums = async () => Object.fromEntries((await database.query<{ account: string; cents: number }>(
    'select account, sum(amount_cents)::float8 as cents from posting group by account having sum(amount_cents) <> 0')).map(({ account, cents }) => [account, cents]));
  const bare = ({ unsaved: _, loaded: __, ...account }: Account) => ({ ...account, payments: new Map([...account.payments].map(([key, payment]) => [key, { ...payment, allocations: byId(payment.allocations) }])) });
  const byId = <T extends { receivable_id: string }>(list: readonly T[]) => [...list].sort((a, b) => (a.receivable_id < b.receivable_id ? -1 : 1));

  it.each([['one by one', 1], ['in batches', 4], ['all at once', STORY.length]])('come back as they were saved, taken in %s', async (_, size) => {
    for (let from = 0; from < STORY.length; from += size) for (const outcome of await take(STORY.slice(from, from + size))) expect(outcome).not.toHaveProperty('error');
    const world = tell(nothing, STORY);
    const keys = [...world.accounts.keys()];
    const loaded = await load(...keys);
    for (const key of keys) expect(bare(loaded.get(key)!)).toEqual(bare(world.accounts.get(key)!));
    expect(await sums()).toEqual(balances(world));
    const [{ entries, versions }] = (await database.query('select (select count(*)::int from entry) as entries, (select count(*)::int from collectability_change) as versions')) as [{ entries: number; versions: number }];
    const unsaved = [...world.accounts.values()].map((account) => account.unsaved);
    expect(entries).toBe(unsaved.flatMap((each) => each.entries).length);
    expect(versions).toBe(unsaved.flatMap((each) => each.changes).length);
  });

  it('refuse a payment that is taken in twice: its cause is posted', async () => {
    await take([issued('A'), paid('p', 'A')]);
    const again = take([paid('p', 'A')]);
    await expect(again).rejects.toMatchObject({ code: '23505', constraint: 'entry_cause' });
    expect(failureOf(await again.catch((error: unknown) => error))).toBe('constraint');
    await expect(take([paid('q', 'A'), paid('q', 'A')])).rejects.toMatchObject({ constraint: 'entry_cause' });
    await take([refunded('p', 'r', 100, 'A')]);
    await expect(take([refunded('p', 'r', 100, 'A')])).rejects.toMatchObject({ constraint: 'entry_cause' });
    expect(await sums()).toEqual({ cash: 9_900, receivable: 100, revenue: -10_000 });
  });

  it('follow their creditor\'s order of allocation, and nobody else\'s', async () => {
    const invoice = issued('A', { charge_policy: POLICY });
    const half = paid('p', 'A', { paid_date: '2026-03-12', amount_cents: 5_120 });
    const interest = async () => (await sums()).interest_income ?? 0;
    const order = (creditor: string, valid_from: string, parts: string) =>
      database.transactionOf(creditor, (tx) => tx.query(`insert into allocation_policy values ($1, $2, $3, 'agent-7', '2026-03-01')`, [creditor, valid_from, parts.split(' ')]));
    await order('other', '2026-01-01', 'principal costs interest');
    await order(CREDITOR, '2026-03-13', 'principal costs interest');
    await take([invoice, half]);
    expect(await interest()).toBe(-20);
    await order(CREDITOR, '2026-03-12', 'principal costs interest');
    await take([held(['A'])]);
    expect(await interest()).toBe(0);
  });

  it('let two creditors have a payment of the same name', async () => {
    await take([paid('p', 'A')]);
    const other = paid('p', 'A');
    Object.assign(other.event.data as object, { creditor_id: 'other' });
    await take([other]);
    expect(await sums()).toEqual({ cash: 20_000, unapplied: -20_000 });
  });

  it('start over where a reference was claimed between look-up and lock', async () => {
    await take([issued('A')]);
    const blind = Object.assign(new Accounts(), { also: async () => [] });
    await expect(database.transaction((tx) => fold(tx, [[paid('p', 'A', unknown).stepOn(blind)]], NOW))).rejects.toBeInstanceOf(Outdated);
    await take([paid('p', 'A', unknown)]);
    expect((await load(KEY)).get(KEY)!.receivables.get(receivableId('A'))!.position).toMatchObject({ status: 'settled' });
  });

  it('keep every version of a receivable with the time of its decision', async () => {
    await take([issued('A')]);
    await take([held(['A'])], at('2026-03-11'));
    expect(await database.query('select version, collectability, status, open_cents::int, recorded_at from collectability_change order by version')).toEqual([
      { version: 1, collectability: 'owed', status: 'open', open_cents: 10_000, recorded_at: NOW },
      { version: 2, collectability: 'held', status: 'open', open_cents: 10_000, recorded_at: at('2026-03-11') },
    ]);
  });

  describe('guard the ledger', () => {
    const post = (lines: number[]) => (tx: { query: (sql: string, values?: unknown[]) => Promise<unknown> }) => Promise.all([
      tx.query(`insert into entry values ('0190a000-0000-7000-8000-000000000001', 'acme', 'BRL', 'by-hand', 'e', 'acme/C-1', '2026-03-10')`),
      tx.query(`insert into posting select '0190a000-0000-7000-8000-000000000001', n, 'acme', 'cash', null, null, null, cents from unnest($1::bigint[]) with ordinality as l (cents, n)`, [lines]),
    ]);

    it('refuses an entry that does not balance, from either role', async () => {
      await expect(database.transaction(post([100, -99]))).rejects.toMatchObject({ constraint: 'entry_balanced' });
      await expect(database.transactionOf('acme', post([100, -99]))).rejects.toMatchObject({ constraint: 'entry_balanced' });
      await database.transaction(post([100, -100]));
    });

    it('refuses lines that only later ones would balance, and more lines on an entry that balances', async () => {
      const later = (cents: number, line: number) => (tx: { query: (sql: string, values?: unknown[]) => Promise<unknown> }) =>
        tx.query(`insert into posting values ('0190a000-0000-7000-8000-000000000001', $1, 'acme', 'cash', null, null, null, $2)`, [line, cents]);
      await expect(database.transaction(post([100]))).rejects.toMatchObject({ constraint: 'entry_balanced' });
      await database.transaction(post([100, -100]));
      await expect(database.transaction(later(1, 3))).rejects.toMatchObject({ constraint: 'entry_balanced' });
    });

    it('refuses lines of no entry, or of another creditor\'s, from either role', async () => {
      const lines = (creditor: string, first: number) => (tx: { query: (sql: string) => Promise<unknown> }) =>
        tx.query(`insert into posting select '0190a000-0000-7000-8000-000000000001', n, '${creditor}', 'cash', null, null, null, cents from (values (${first}, 5), (${first + 1}, -5)) as l (n, cents)`);
      await expect(database.transaction(lines('acme', 3))).rejects.toMatchObject({ code: '23503', constraint: 'posting_entry' });
      await database.transaction(post([100, -100]));
      await database.transaction(lines('acme', 3));
      await expect(database.transaction(lines('other', 5))).rejects.toMatchObject({ constraint: 'posting_entry' });
      await expect(database.transactionOf('other', lines('other', 5))).rejects.toMatchObject({ constraint: 'posting_entry' });
    });

    it.each(['update entry set cause = cause', 'delete from entry', 'update posting set line = line', 'delete from posting', 'truncate posting', 'update collectability_change set version = version',
      'delete from collectability_change', 'alter table posting disable trigger entry_balanced'])('refuses: %s', async (sql) => {
      await take([issued('A')]);
      await expect(database.transaction((tx) => tx.query(sql))).rejects.toMatchObject({ code: '42501' });
      await expect(database.transactionOf(CREDITOR, (tx) => tx.query(sql))).rejects.toMatchObject({ code: '42501' });
    });
  });

  it.each(['account', 'receivable', 'payment', 'application', 'allocation', 'standstill', 'instalment', 'entry', 'posting', 'collectability_change'])(
    'show the api role one creditor of %s only', async (table) => {
      await take(STORY);
      const count = async (creditor: string) => (await database.transactionOf(creditor, (tx) => tx.query<{ n: number }>(`select count(*)::int as n from ${table}`)))[0]!.n;
      expect(await count(CREDITOR)).toBeGreaterThan(0);
      expect(await count('other')).toBe(0);
    });
});
