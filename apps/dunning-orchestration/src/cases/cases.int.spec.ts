import { setTimeout as pause } from 'node:timers/promises';
import { DrivenClock, WallClock } from '@emdia/clock';
import { BillingCustomerChanged, derivedId, NotificationsContactRuleSet } from '@emdia/contracts';
import { Database, type Tx } from '@emdia/database';
import { DeadLetters, fold, messagingMigrations, Runner, Seal, step, type Step } from '@emdia/messaging';
import { Sweeps } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import type { QueryRunner } from 'typeorm';
import { creditor_id, customer_id, eventOf, key, PERSON, receivableId, Story } from '../../test/story';
import { liftHold, placeHold } from '../holds/hold';
import { holdOf, liftOf, ofCustomer } from '../holds/person';
import { dunningOrchestration } from '../index';
import { ChargedUnsaid1700000009500 } from '../migrations/1700000009500-charged-unsaid';
import { onContactRule } from '../reguas/contact-rules';
import { act } from './act';
import type { CaseFile } from './case-file';
import { Cases } from './cases';
import { tellCause } from './cause';
import { DueCases } from './due-cases';
import { DUE_SLOTS, dueSlot } from './due-slot';
import { heldKey, kinOf, toldKey } from './kin';

const noon = new Date('2026-02-02T15:00:00Z');

/** A case in which every table has a row and every kind of standing occurs. */
function everything(): CaseFile {
  const s = new Story(noon).customer('AC', true, 1, { segment: 'vip', score: 0 });
  s.owes('late', '2026-01-05', { instruments: [{ rail: 'BOLETO' }] }).owes('silent', '2026-02-06', { collectability: 'disputed' }).owes('old', '2020-01-05').owes('agreed', '2026-01-02');
  s.until('2026-02-02T16:00:00Z').owes('next', '2026-02-06').agrees(['agreed'], ['2026-03-12']).until('2026-02-03T12:00:00Z');
  s.answer = 'silence';
  s.until('2026-02-03T16:00:00Z');
  s.take((file, now) => placeHold(file, { hold_id: derivedId('h'), receivable_ids: [receivableId('late')], reason: 'illness', review_date: '2026-02-20', actor: 'ana' }, now));
  const back = { hold_id: derivedId('back'), kind: 'dispute' as const, receivable_ids: [receivableId('agreed')], reason: 'unknown', begin_date: '2026-01-20', placed_with: derivedId('h'), actor: 'ana' };
  s.take((file, now) => placeHold(file, back, now));
  s.take((file, now) => liftHold(file, back.hold_id, { reason: 'found', actor: 'ana' }, now));
  s.owes('charged', '2026-02-20', { instruments: [{ rail: 'CARD' }, { rail: 'PIX_AUTO', reference: 'txid-1' }] }).declines('charged', 'soft', { network_code: '51', next_attempt_at: '2026-02-25T12:00:00Z' }).declines('charged', 'hard', { network_code: '43', amount_cents: 10_000 });
  s.take((file, now) => tellCause(file, { cause: 'forgot', receivable_ids: [], actor: 'ana', request_id: 'r' }, now));
  return s.file;
}

/** A case of another customer whose D-3 is due at ten on 3 February. */
function dueFile(of: string): CaseFile {
  const file = new Story(noon).customer('SP').owes('x', '2026-02-06').file;
  const mine = { ...[...file.receivables.values()][0]!, receivable_id: derivedId(of) };
  return { ...file, key: of, customer_id: of.split('/')[1]!, case_id: derivedId('case', of), receivables: new Map([[mine.receivable_id, mine]]) };
}

describe('the store of cases', () => {
  let test: TestDatabase;
  let database: Database;
  const cases = new Cases();

  beforeAll(async () => {
    test = await testDatabase('dunning-cases', async (url) => {
      const schema = new Database({ url, schema: 'dunning' });
      await schema.migrate([...messagingMigrations('dunning'), ...dunningOrchestration.migrations]).finally(() => schema.close());
    });
    database = new Database({ url: test.url, schema: 'dunning' });
  });
  afterEach(() => clear());
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const clear = async () => {
    for (const table of ['contact_rule', 'charge_attempt', 'due_action', 'agreement', 'hold', 'covered_step', 'notice', 'case_receivable', 'case_file']) await database.query(`delete from ${table}`);
  };
  const load = async (of = key) => (await database.transaction((tx) => cases.load(tx, [of]))).get(of)!;
  const change = (decide: (file: CaseFile, now: Date) => CaseFile, now = noon, of = key) =>
    database.transaction((tx) => fold(tx, [[step(cases, of, (file) => ({ next: decide(file, now) }))]], now));

  /** A case along another régua, where a person has one step to do, did another, and is to do a third. */
  function called(): CaseFile {
    const s = new Story(noon).customer('SP').owes('had', '2026-01-23').owes('has', '2026-02-06').owes('will', '2026-02-04').follows('alto-valor-1').until('2026-02-11T18:00:00Z').owes('next', '2026-03-20');
    return s.until('2026-02-12T03:00:00Z').file;
  }

  it.each([['of every kind', everything, ['action', 'end', 'hold', 'hold', 'hold', 'waiting']], ['along another régua', called, ['action', 'owner', 'owner', 'task']]])('gives back a case %s as it was saved', async (_, make, wanted) => {
    const file = make();
    const kinds = [...file.receivables.values()].map(({ standing }) => standing!.kind).sort();
    expect(kinds).toEqual(wanted);
    await change((loaded) => ({ ...file, key: loaded.key }));
    const byId = <V>(map: ReadonlyMap<string, V>) => Object.fromEntries(map);
    const plain = ({ receivables, covers, holds, agreements, asked, ...rest }: CaseFile) => ({ ...rest, receivables: byId(receivables), covers: byId(covers), holds: byId(holds), agreements: byId(agreements) });
    expect(plain(await load())).toEqual(plain(file));
  });

  it('of open debts of before anybody told how they are charged nobody has said it', async () => {
    await change(() => everything());
    await database.query('update case_receivable set charged = null');
    const rails = async () => Object.fromEntries([...(await load()).receivables.values()].map((receivable) => [receivable.receivable_id, receivable.rails]));
    await database.query(`update case_receivable set status = 'settled' where receivable_id = $1`, [receivableId('next')]);
    expect(new Set(Object.values(await rails()).flat())).toEqual(new Set());
    await new ChargedUnsaid1700000009500().up({ query: (sql: string) => database.query(sql) } as unknown as QueryRunner);
    expect(await rails()).toMatchObject({ [receivableId('late')]: null, [receivableId('charged')]: null, [receivableId('next')]: [] });
  });

  it('writes only rows that changed', async () => {
    await change(() => everything());
    const statements: string[] = [];
    await database.transaction((tx) => {
      const spied: Tx = { query: (sql, values) => (statements.push(sql), tx.query(sql, values)) };
      return fold(spied, [[step(cases, key, (file) => ({ next: { ...file, status: 'closed' as const } }))]], noon);
    });
    expect(statements.filter((sql) => /^(insert|delete|update)/.test(sql.trim())).map((sql) => /^(?:insert into|update) (\w+)/.exec(sql.trim())?.[1])).toEqual(['case_file', 'case_file']);
  });

  it('brings the weekdays, hours and counts of its creditor, by the newest word', async () => {
    const tell = (version: number, weekdays: number[], hours?: { from: string; to: string }, contacts_in_7_days = 2) => database.transaction((tx) =>
      fold(tx, [[onContactRule(eventOf(NotificationsContactRuleSet, { creditor_id, version, weekdays, ...(hours ? { hours } : {}), contacts_in_7_days, contacts_in_30_days: 6 }, noon))]], noon));
    const brought = () => database.transaction(async (tx) => (await cases.load(tx, [key])).get(key)!).then(({ own_weekdays, own_hours, own_budgets }) => [own_weekdays, own_hours, own_budgets]);
    const budgets = (inAWeek: number) => [{ days: 7, contacts_max: inAWeek }, { days: 30, contacts_max: 6 }];
    expect(await brought()).toEqual([undefined, undefined, undefined]);
    await tell(2, [2, 4], { from: '10:00', to: '16:00' });
    await tell(1, [1]);
    expect(await brought()).toEqual([[2, 4], { from: '10:00', to: '16:00' }, budgets(2)]);
    await tell(3, [5], undefined, 5);
    expect(await brought()).toEqual([[5], undefined, budgets(5)]);
  });

  it('a reloaded case plans nothing new: its standings compare equal', async () => {
    await change(() => everything());
    const before = await load();
    const s = new Story(new Date('2026-02-03T16:00:00Z'));
    s.file = before;
    s.customer('AC', true, 2, { segment: 'vip', score: 0 });
    for (const [id, receivable] of s.file.receivables) expect(receivable).toBe(before.receivables.get(id));
  });

  it('keeps one due row per case, in the partition of its day', async () => {
    const due = () => database.query<{ due_slot: number; due_at: Date }>('select due_slot, due_at from due_action');
    for (const due_at of [noon, new Date('2026-02-04T15:00:00Z'), new Date('2026-02-04T16:00:00Z'), null]) {
      await change((file) => ({ ...file, due_at }));
      expect(await due()).toEqual(due_at ? [{ due_slot: dueSlot(due_at), due_at }] : []);
    }
    expect(dueSlot(new Date(noon.getTime() + DUE_SLOTS * 86_400_000))).toBe(dueSlot(noon));
  });

  it('two batches that touch the same cases in opposite orders both go through', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `${creditor_id}/P-${index}`);
    const batch = (order: string[]) => database.transaction((tx) => fold(tx, order.map((of) => [step(cases, of, (file) => ({ next: { ...file, status: 'open' as const } }))]), noon));
    await Promise.all([batch(keys), batch([...keys].reverse()), batch(keys)]);
    expect(await database.query('select count(*)::int as n from case_file where status = $1', ['open'])).toEqual([{ n: 40 }]);
  });

  const customer = (of: string, person_key = PERSON, source_version = 1): [Step] => {
    const event = eventOf(BillingCustomerChanged, { creditor_id, customer_id: of, person_key, document_key: null, state: 'SP', has_email: true, source_version }, noon);
    return [ofCustomer(cases, { ...event, key: `${creditor_id}/${of}` })];
  };
  const held: [Step] = [holdOf(cases, key, { hold_id: derivedId('dead'), kind: 'deceased', receivable_ids: [], reason: 'x', actor: 'ana' })];
  const owes = () => change(() => new Story(noon).owes('x', '2026-02-06').file);
  const commit = (...items: [Step][]) => database.transaction((tx) => fold(tx, items, noon));

  /** Two transactions of which the second begins while the first is under way. */
  const meanwhile = async (first: [Step], second: [Step]) => {
    let begun!: () => void;
    const inside = new Promise<void>((resolve) => (begun = resolve));
    const one = database.transaction(async (tx) => {
      await fold(tx, [first], noon);
      begun();
      await pause(300);
    });
    await inside;
    await Promise.all([one, commit(second)]);
  };

  it.each<[string, () => Promise<unknown>, [Step], [Step]]>([
    ['one case is told while the person is held', () => commit(customer(customer_id)), customer('later'), held],
    ['two are told of which one is held already', async () => (await owes(), commit(held)), customer(customer_id), customer('later')],
    ['a case is held while it is told whose it is', async () => (await owes(), commit(customer('later'))), customer(customer_id), held],
    ['a case is held while its person is corrected', () => commit(customer(customer_id, 'b'.repeat(64)), customer('later')), customer(customer_id, PERSON, 2), held],
  ])('all cases of a person stand still: %s, in either order', async (_, before, one, other) => {
    for (const [first, second] of [[one, other], [other, one]] as const) {
      await clear();
      await before();
      await meanwhile(first, second);
      for (const each of [customer_id, 'later']) expect([...(await load(`${creditor_id}/${each}`)).holds.values()]).toMatchObject([{ kind: 'deceased', lifted: null }]);
    }
  });

  it('no case of a person stands still any more: one is told while the hold is lifted, in either order', async () => {
    const lifted: [Step] = [liftOf(cases, { key, hold_id: derivedId('dead'), kind: 'deceased', placed_with: null }, [`${creditor_id}/earlier`], { reason: 'a mistake', actor: 'ana' })];
    for (const told of [true, false]) {
      await clear();
      await commit(customer(customer_id), customer('earlier'));
      await commit(held);
      await meanwhile(...(told ? [customer('later'), lifted] as const : [lifted, customer('later')] as const));
      expect(await database.query(`select key, lift_reason from hold order by key`)).toEqual(
        [customer_id, 'earlier', ...(told ? ['later'] : [])].map((each) => ({ key: `${creditor_id}/${each}`, lift_reason: 'a mistake' })));
    }
  });

  it('one that is told brings those along for which the person is held, and not all that the person has', async () => {
    await commit(customer(customer_id), customer('2'), customer('3', 'b'.repeat(64)));
    await commit(held);
    const kin = async (...keys: string[]) => (await database.transaction((tx) => kinOf(tx, keys))).sort();
    expect(await kin(toldKey(`${creditor_id}/4`, PERSON))).toEqual([key]);
    expect(await kin(toldKey(key, PERSON))).toEqual([key]);
    // What it is held for is held for all of whoever it turns out to be of, and all is lifted.
    expect(await kin(toldKey(key, 'b'.repeat(64)))).toEqual([`${creditor_id}/3`]);
    expect(await kin(heldKey(key))).toEqual([`${creditor_id}/2`, key]);
  });

  it('whatever is asked of the holds of a case finds them by its key', async () => {
    const plan = await database.transaction(async (tx) => {
      await tx.query('set local enable_seqscan = off');
      return tx.query<{ 'QUERY PLAN': string }>(`explain select 1 from hold where key = 'x' and ended_by_itself and decided_at is null`);
    });
    expect(plan.map((row) => row['QUERY PLAN']).join()).toContain('hold_key');
  });

  it('changes of one case at the same time follow one another', async () => {
    const count = (file: CaseFile) => file.person?.source_version ?? 0;
    const person = { person_key: 'p', state: null, has_email: true, segment: null, score: null, changed_at: noon };
    await Promise.all(Array.from({ length: 12 }, () => change((file) => ({ ...file, person: { ...person, source_version: count(file) + 1 } }))));
    expect(count(await load())).toBe(12);
  });

  it("the api role neither sees nor writes another creditor's case", async () => {
    await change(() => everything());
    const seen = await database.transactionOf('other', (tx) => tx.query('select key from case_file union all select key from case_receivable union all select key from due_action'));
    expect(seen).toEqual([]);
    const touch = (creditor: string) => database.transactionOf(creditor, (tx) => fold(tx, [[step(cases, key, (file) => ({ next: { ...file, status: 'closed' as const, due_at: noon } }))]], noon));
    await expect(touch('other')).rejects.toThrow(/row-level security/);
    await expect(touch(creditor_id)).resolves.toBeDefined();
  });

  const due = new Date('2026-02-03T13:00:00Z');
  const wall = new WallClock();
  const sweepOf = (change: (runner: Runner) => Pick<Runner, 'changeAll'> = (runner) => runner) => {
    const observer = { committed: () => undefined, handled: () => undefined, setAside: () => undefined };
    const clock = new DrivenClock(due);
    const runner = new Runner({ service: 'dunning-orchestration', database, clock, wall, deadLetters: new DeadLetters(database, new Seal('test', 'dead-letters')), observer });
    return new DueCases(database, change(runner) as Runner, cases, wall, new Sweeps(clock, wall, () => undefined));
  };
  const makeDue = async (...names: string[]) => {
    for (const name of names) await change((file) => dueFile(file.key), noon, `${creditor_id}/${name}`);
  };

  it('a case that cannot act stops no other', async () => {
    const now = due;
    const sweep = sweepOf();
    await makeDue('1', '2', '3');
    await database.query(`update case_file set person_key = 'not a key' where customer_id = '2'`);

    await expect(sweep.run(now, 10)).rejects.toThrow('1 failures among 3 due cases.');
    expect(await database.query('select key from notice order by key')).toEqual([{ key: 'acme/1' }, { key: 'acme/3' }]);
    expect(await sweep.nextDueAt()).toEqual(now);
    await database.query(`update case_file set person_key = $1 where customer_id = '2'`, ['b'.repeat(64)]);
    expect([await sweep.run(now, 10), await sweep.run(now, 10), await sweep.nextDueAt()]).toEqual([1, 0, new Date('2026-02-03T22:01:00Z')]);
  });

  it('a row of the schedule that no case names is taken off it once it is due, and what cases name stays', async () => {
    const sweep = sweepOf();
    await makeDue('named', 'stray');
    for (const at of ['2026-01-30T12:00:00Z', '2026-02-03T12:59:00Z'])
      await database.query(`insert into due_action (due_slot, key, creditor_id, due_at) select $1, key, creditor_id, $2 from case_file`, [dueSlot(new Date(at)), at]);
    // A case acts where the first of its rows is taken, and the row that made it do so is seen to be no case's after that.
    expect([await sweep.run(due, 10), await sweep.run(due, 10), await sweep.run(due, 10)]).toEqual([6, 2, 0]);
    expect(await database.query('select d.key, d.due_at = c.due_at as named from due_action d left join case_file c using (key) order by 1')).toEqual([{ key: 'acme/named', named: true }, { key: 'acme/stray', named: true }]);
    expect(await database.query('select key from notice order by key')).toEqual([{ key: 'acme/named' }, { key: 'acme/stray' }]);
  });

  it('reads on behind the last case taken, and finds what came to be due before it all the same', async () => {
    const sweep = sweepOf();
    await makeDue('b', 'c', 'd');
    expect(await sweep.run(due, 2)).toBe(2);
    await makeDue('a');
    expect(await sweep.run(due, 2)).toBe(1);
    expect(await database.query('select key from notice order by key')).toEqual(['b', 'c', 'd'].map((name) => ({ key: `${creditor_id}/${name}` })));
    expect([await sweep.run(due, 2), await sweep.run(due, 2)]).toEqual([1, 0]);
  });

  it('finds what is due however long it has to look', async () => {
    await makeDue('slow');
    const other = new Client({ connectionString: test.url });
    await other.connect();
    await other.query('begin; lock table dunning.due_action in access exclusive mode');
    const taken = sweepOf().run(due, 10);
    await pause(1_300);
    await other.query('commit').finally(() => other.end());
    expect(await taken).toBe(1);
  });

  it('takes fewer at once after a connection was lost, for a batch too slow is cut so, and more again when it goes well', async () => {
    const sizes: number[] = [];
    const sweep = sweepOf((runner) => ({
      changeAll: async (steps) => {
        sizes.push(steps.length);
        if (sizes.length === 1) throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
        return runner.changeAll(steps);
      },
    }));
    await makeDue(...Array.from({ length: 200 }, (_, index) => `s-${index}`));
    await expect(sweep.run(due, 200)).rejects.toThrow('1 failures among 200 due cases.');
    expect([await sweep.run(due, 200), await sweep.run(due, 200)]).toEqual([200, 0]);
    expect(sizes).toEqual([200, 125, 75]);
  });

  it('does what is due for a full batch well inside the time a transaction may take', async () => {
    const keys = Array.from({ length: 200 }, (_, index) => `${creditor_id}/S-${String(index).padStart(4, '0')}`);
    const due = new Date('2026-02-03T13:00:00Z');
    await database.transaction((tx) => fold(tx, keys.map((of) => [step(cases, of, () => ({ next: dueFile(of) }))]), noon));
    const outcomes = await database.transaction((tx) => fold(tx, keys.map((of) => [step(cases, of, act)]), due));
    expect(outcomes.flatMap((outcome) => ('events' in outcome ? outcome.events.map(({ contract }) => contract.type) : [outcome.error.message]))).toEqual(keys.map(() => 'dunning.notice-requested.v1'));
    expect(await database.query(`select count(*)::int as n, min(due_at) as next from due_action`)).toEqual([{ n: 200, next: new Date('2026-02-03T22:01:00Z') }]);
    expect(await database.query(`select outcome, count(*)::int as n from covered_step group by 1`)).toEqual([{ outcome: 'asked', n: 200 }]);
  });
});
