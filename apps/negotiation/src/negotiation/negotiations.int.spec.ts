import { customerKey, derivedId } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { fold, messagingMigrations, step } from '@emdia/messaging';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { A, AGREEMENT, agreed, answer, at, B, balance, CREDITOR, CUSTOMER, type Deed, DISPUTE, disputed, PROMISE, promised, tell } from '../../test/story';
import { cancelAgreement } from '../agreements/agreement';
import { resolveDispute } from '../disputes/dispute';
import { judgePromise } from '../due/due';
import { CreateNegotiation1700000000001 } from '../migrations/1-create-negotiation';
import { withReceivable } from './balance';
import { type Negotiation, noNegotiation, type Receivable } from './negotiation';
import { Negotiations } from './negotiations';
import { read } from './rows';

const KEY = customerKey(CREDITOR, CUSTOMER);
const ON_MONDAY = agreed({ receivable_ids: [B], instalments: [{ due_date: '2026-03-16', amount_cents: 4_000 }, { due_date: '2026-04-13', amount_cents: 5_000 }], waived_cents: 1_000 });
const everything: Deed[] = [balance(A, 1, { paid_cents: 500 }), balance(B, 1), promised(), ON_MONDAY, disputed(), balance(B, 2, { paid_cents: 4_000 })];

describe('the store of negotiations', () => {
  let test: TestDatabase;
  let database: Database;
  let negotiations: Negotiations;

  beforeAll(async () => {
    const migrate = async (url: string) => {
      const schema = new Database({ url, schema: 'negotiation' });
      await schema.migrate([...messagingMigrations('negotiation'), CreateNegotiation1700000000001]).finally(() => schema.close());
    };
    test = await testDatabase('negotiations', migrate);
    database = new Database({ url: test.url, schema: 'negotiation' });
  });
  beforeEach(async () => {
    negotiations = new Negotiations();
    await empty();
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const empty = async () => {
    for (const table of ['cover', 'dispute', 'instalment', 'agreement', 'promise', 'receivable', 'negotiation_lock']) await database.query(`delete from ${table}`);
  };
  const load = async (key = KEY): Promise<Negotiation> => (await database.transaction((tx) => negotiations.load(tx, [key]))).get(key)!;
  /** Does deeds as the runner does: several in one transaction, or one by one. */
  const run = (deeds: readonly Deed[], now: Date, key = KEY) =>
    database.transaction((tx) => fold(tx, deeds.map((deed) => [step(negotiations, key, (state) => (deed as Exclude<Deed, Date>)(state, now))]), now));

  it('gives back what was saved, whole, one by one or in one batch', async () => {
    const expected = tell(everything).state;
    for (const deed of everything) await run([deed], at('2026-03-10'));
    expect(await load()).toEqual(expected);
    await empty();
    const outcomes = await run(everything, at('2026-03-10'));
    expect(outcomes.filter((outcome) => 'error' in outcome)).toEqual([]);
    expect(await load()).toEqual(expected);
  });

  it('knows nothing of a customer that it has never heard of', async () => {
    expect(await load('acme/c-9')).toEqual(noNegotiation('acme', 'c-9'));
  });

  it('leaves out what has ended, and keeps it for readers', async () => {
    await run(everything, at('2026-03-10'));
    const later = at('2026-03-14');
    await run([
      (state, now) => judgePromise(state, PROMISE, answer('2026-03-13', { receivable_id: A, version: 1, covered: true }), now),
      (state, now) => cancelAgreement(state, AGREEMENT, now),
      (state, now) => resolveDispute(state, { dispute_id: DISPUTE, outcome: 'upheld', actor: 'agent-8' }, now),
    ], later);
    const { promises, agreements, disputes, receivables } = await load();
    expect([promises.size, agreements.size, disputes.size, receivables.size]).toEqual([0, 0, 0, 2]);
    await database.transaction(async (tx) => {
      const where = { where: 'creditor_id = $1', values: [CREDITOR] };
      const owner = { creditor_id: CREDITOR, customer_id: CUSTOMER };
      expect(await read(tx, 'promise', where)).toEqual([{
        ...owner, promise_id: PROMISE, amount_cents: 9_500, promised_date: '2026-03-13', actor: 'agent-7', made_at: at('2026-03-10'), status: 'broken', broken_by: 'date',
        ended_at: later, covers: [{ receivable_id: A, baseline_paid_cents: 500 }],
      }]);
      expect(await read(tx, 'agreement', where)).toMatchObject([{ ...owner, agreement_id: AGREEMENT, status: 'broken', broken_by: 'request', waived_cents: 1_000, instalments: [{ status: 'paid' }, { status: 'open' }] }]);
      expect(await read(tx, 'dispute', where)).toMatchObject([{ ...owner, dispute_id: DISPUTE, status: 'resolved', outcome: 'upheld', resolved_by: 'agent-8', ended_at: later }]);
    });
  });

  it('loads a closed receivable where something rests on it, and for commands', async () => {
    await run([balance(A, 1), balance(B, 1), promised({ receivable_ids: [A, B] }), balance(A, 2, { paid_cents: 10_000 })], at('2026-03-10'));
    expect((await load()).receivables.size).toBe(2);
    await run([balance(B, 2, { paid_cents: 10_000 })], at('2026-03-10'));
    expect((await load()).receivables.size).toBe(0);
    expect((await database.transaction((tx) => negotiations.withClosed.load(tx, [KEY]))).get(KEY)!.receivables.size).toBe(2);
  });

  it('turns down an outdated balance of a receivable that is closed', async () => {
    await run([balance(A, 3, { paid_cents: 10_000 })], at('2026-03-10'));
    await run([balance(A, 2, { paid_cents: 4_000 })], at('2026-03-10'));
    expect(await database.query('select version, status from receivable')).toEqual([{ version: 3, status: 'settled' }]);
    await run([balance(A, 4, { paid_cents: 4_000 })], at('2026-03-10'));
    expect((await load()).receivables.get(A)).toMatchObject({ version: 4, status: 'open', open_cents: 6_000 });
  });

  it('writes only what changed', async () => {
    await run(everything, at('2026-03-10'));
    const writers = () => database.query<{ what: string; xmin: string }>(
      `select receivable_id::text as what, xmin::text from receivable union all select promise_id::text, xmin::text from promise
       union all select instalment_id::text, xmin::text from instalment order by what`);
    const before = await writers();
    await run([balance(A, 2, { paid_cents: 600 })], at('2026-03-11'));
    const rewritten = (await writers()).filter(({ xmin }, index) => xmin !== before[index]!.xmin);
    expect(rewritten.map(({ what }) => what)).toEqual([A]);
  });

  it('keeps customers of one batch apart, and one creditor from another', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => customerKey(index % 2 ? 'acme' : 'globex', `c-${index}`)).sort();
    await database.transaction((tx) => fold(tx, keys.map((key) => [step(negotiations, key, (state) => {
      const receivable: Receivable = { receivable_id: derivedId('receivable', key), version: 1, status: 'open', collectability: 'owed', open_cents: 5, paid_cents: 0, effective_due_date: '2026-02-20' };
      return { next: withReceivable(state, receivable) };
    })]), at('2026-03-10')));
    const states = await database.transaction((tx) => negotiations.load(tx, keys));
    for (const key of keys) expect([...states.get(key)!.receivables.keys()]).toEqual([derivedId('receivable', key)]);
    const seen = await database.transactionOf('globex', (tx) => tx.query<{ creditor_id: string }>('select distinct creditor_id from receivable'));
    expect(seen).toEqual([{ creditor_id: 'globex' }]);
    await expect(database.transactionOf('globex', (tx) => negotiations.load(tx, ['acme/c-1']))).rejects.toThrow(/row-level security/);
  });

  it('serialises two changes of one customer', async () => {
    await run([balance(A, 1)], at('2026-03-10'));
    const promise = (name: string) => run([promised({ promise_id: derivedId('test', name) })], at('2026-03-10'));
    const outcomes = (await Promise.all(['one', 'two'].map(promise))).flat();
    expect(outcomes.filter((outcome) => 'error' in outcome)).toMatchObject([{ error: { reason: 'already-promised' } }]);
  });
});
