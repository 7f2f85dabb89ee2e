import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DrivenClock, WallClock } from '@emdia/clock';
import { derivedId } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { DeadLetters, fold, messagingMigrations, Runner, Seal, step } from '@emdia/messaging';
import { Health, Metrics, Sweeps } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { creditor_id, Story } from '../../test/story';
import { placeHold } from '../holds/hold';
import { dunningOrchestration } from '../index';
import type { CaseFile } from './case-file';
import { Cases } from './cases';
import { planAnew } from './forgotten';
import { HourlyProof } from './hourly-proof';

const noon = new Date('2026-02-02T15:00:00Z');
const HOUR_MS = 3_600_000;
const hours = (count: number) => new Date(noon.getTime() + count * HOUR_MS);

/** A case of another customer, made by a story. */
function as(name: string, { file }: Story): CaseFile {
  const key = `${creditor_id}/${name}`;
  const receivables = new Map([...file.receivables.values()].map((each) => [derivedId(name, each.receivable_id), { ...each, receivable_id: derivedId(name, each.receivable_id) }]));
  const holds = new Map([...file.holds.values()].map((each) => [derivedId(name, each.hold_id), { ...each, hold_id: derivedId(name, each.hold_id) }]));
  return { ...file, key, customer_id: name, case_id: derivedId('case', key), receivables, holds, covers: new Map() };
}

describe('every hour it is proven that no debt is forgotten', () => {
  let test: TestDatabase;
  let database: Database;
  const cases = new Cases();
  const wall = new WallClock();

  beforeAll(async () => {
    test = await testDatabase('dunning-proof', async (url) => {
      const schema = new Database({ url, schema: 'dunning' });
      await schema.migrate([...messagingMigrations('dunning'), ...dunningOrchestration.migrations]).finally(() => schema.close());
    });
    database = new Database({ url: test.url, schema: 'dunning' });
  });
  beforeEach(async () => {
    for (const table of ['debt_proof', 'due_action', 'hold', 'covered_step', 'notice', 'case_receivable', 'case_file', 'outbox']) await database.query(`delete from ${table}`);
    const held = new Story(noon).customer('SP').owes('x', '2026-02-06');
    held.take((file, now) => placeHold(file, { hold_id: derivedId('h'), receivable_ids: [], reason: 'illness', actor: 'ana' }, now));
    const owned = new Story(noon).customer('SP', false).owes('x', '2026-01-05').until('2026-02-02T15:00:00Z');
    for (const [name, story] of Object.entries({ acts: new Story(noon).customer('SP').owes('x', '2026-02-06').owes('old', '2020-01-02'), held, owned, paid: new Story(noon).customer('SP').owes('x', '2026-02-06').pays('x', '2026-02-02') }))
      await database.transaction((tx) => fold(tx, [[step(cases, `${creditor_id}/${name}`, () => ({ next: as(name, story) }))]], noon));
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const observer = { committed: () => undefined, handled: () => undefined, setAside: () => undefined };
  const make = () => {
    const clock = new DrivenClock(noon);
    const [metrics, health, said] = [new Metrics(), new Health(), [] as { told: Record<string, unknown>; message: string }[]];
    const logger = { error: (told: Record<string, unknown>, message: string) => said.push({ told, message }) };
    const runner = new Runner({ service: 'dunning-orchestration', database, clock, wall, deadLetters: new DeadLetters(database, new Seal('test', 'dead-letters')), observer });
    let ms = 0;
    const driven = { monotonicMs: () => ms } as WallClock;
    const proof = new HourlyProof(database, runner, cases, clock, driven, logger as never, new Sweeps(clock, wall, () => undefined), metrics, health);
    const metric = async (name: string) => (await metrics.registry.getSingleMetric(name)!.get()).values[0]?.value;
    return { proof, clock, said, metric, wait: (seconds: number) => void (ms += 1_000 * seconds), names: () => metrics.registry.getMetricsAsArray().map(({ name }) => name), detail: async () => (await health.ready()).parts['no-debt-forgotten'] };
  };
  const proofs = () => database.query('select cases::int, debts::int, late::int, forgotten::int, healed::int from debt_proof order by hour');
  const standing = async (name: string) => (await database.query('select standing, next_step, next_action_at, owner_queue, hold_review_date, d.due_at, c.due_at as looked_at from case_receivable r join case_file c using (key) left join due_action d using (key) where r.key = $1 and r.standing_reason is distinct from $2', [`${creditor_id}/${name}`, 'prescribed']))[0];

  it('finds nothing where nothing is wrong, once an hour and in one process only', async () => {
    const [one, other] = [make(), make()];
    for (const { proof } of [one, other, one]) expect(await proof.run(noon, 200)).toBe(0);
    expect(await proofs()).toEqual([{ cases: 4, debts: 4, late: 0, forgotten: 0, healed: 0 }]);
    await other.proof.run(hours(1), 200);
    expect(await proofs()).toHaveLength(2);
    expect([one.said, await one.metric('emdia_debts_forgotten_total'), await one.detail()]).toEqual([[], 0, { ok: true, last: expect.objectContaining({ debts: 4, proven_at: hours(1) }) }]);
  });

  it.each<[string, string, string]>([
    ['acts', 'nothing has a date', `update case_receivable set next_action_at = null where key like '%/acts' and standing = 'action'`],
    ['acts', 'its next action is none', `update case_receivable set next_step = null where key like '%/acts' and standing = 'action'`],
    ['acts', 'its date is on no schedule', `delete from due_action where key like '%/acts'`],
    ['acts', 'its case is looked at too late', `with c as (update case_file set due_at = due_at + interval '1 day' where key like '%/acts') update due_action set due_at = due_at + interval '1 day', due_slot = (due_slot + 1) % 64 where key like '%/acts'`],
    ['acts', 'its case is looked at too late', `update case_file set due_at = null where key like '%/acts'`],
    ['acts', 'it ended though it is open', `update case_receivable set standing = 'end', standing_reason = 'settled' where key like '%/acts' and standing = 'action'`],
    ['held', 'it is held without a reason or a review date', `update case_receivable set hold_review_date = null where key like '%/held'`],
    ['owned', 'it has an owner without a queue or a review date', `update case_receivable set owner_queue = null where key like '%/owned'`],
  ])('a case of %s of which %s is alarmed and planned anew', async (name, what, breaking) => {
    const before = await standing(name);
    await database.query(breaking);
    expect(await standing(name)).not.toEqual(before);
    const { proof, said, metric, detail } = make();
    await proof.run(noon, 200);
    expect(said).toEqual([{ message: 'Debts were forgotten; their cases are planned anew.', told: { count: 1, debts: [{ creditor_id, receivable_id: expect.stringMatching(/^[0-9a-f-]{36}$/), what }] } }]);
    expect(await proofs()).toEqual([{ cases: 4, debts: 4, late: 0, forgotten: 1, healed: 1 }]);
    expect([await metric('emdia_debts_forgotten_total'), await metric('emdia_debts_not_healed'), await detail()]).toEqual([1, 0, { ok: true, last: expect.objectContaining({ forgotten: 1, healed: 1 }) }]);
    if (name === 'owned') expect(await standing(name)).toMatchObject({ standing: 'task', next_action_at: noon, due_at: noon });
    else expect(await standing(name)).toEqual(before);
    await proof.run(hours(1), 200);
    expect((await proofs())[1]).toMatchObject({ forgotten: 0 });
  });

  it('tells what is more than an hour late, and leaves it to the sweep that is behind', async () => {
    const { proof, said, metric } = make();
    await proof.run(new Date('2026-02-03T13:59:00Z'), 200);
    expect(said).toEqual([]);
    await proof.run(new Date('2026-02-03T14:01:00Z'), 200);
    expect([said, await metric('emdia_debts_late')]).toEqual([[{ told: { count: 1 }, message: expect.stringContaining('more than an hour late') }], 1]);
    expect((await proofs())[1]).toMatchObject({ late: 1, forgotten: 0 });
  });

  it('is told alike by every process, whichever did it, and its age goes on where none does it any more', async () => {
    const [one, other] = [make(), make()];
    const age = ({ metric }: typeof one) => metric('emdia_debt_proof_age_seconds');
    expect([await age(other), await other.detail()]).toEqual([0, { ok: true, last: null }]);
    await one.proof.run(hours(24), 200);
    other.clock.jumpTo(hours(26));
    // As it was within the minute; before any was told it is as old as the process.
    expect([await other.metric('emdia_debts_late'), await age(other)]).toEqual([0, 26 * 3_600]);
    other.wait(60);
    expect([await other.metric('emdia_debts_late'), await other.metric('emdia_debts_not_healed'), await age(other), await other.detail()]).toEqual([1, 0, 7_200, { ok: true, last: { cases: 4, debts: 4, late: 1, forgotten: 0, healed: 0, proven_at: hours(24) } }]);
    other.wait(60);
    other.clock.jumpTo(hours(27));
    const query = jest.spyOn(database, 'query').mockRejectedValueOnce(new Error('the connection is lost'));
    expect([await age(other), await other.metric('emdia_debts_late')]).toEqual([10_800, 1]);
    query.mockRestore();
  });

  it('is watched by rules that name what is measured', () => {
    const rules = readFileSync(join(__dirname, '../../../../deploy/alerts.yml'), 'utf8').split('  - name: ').find((group) => group.startsWith('emdia-debts'))!;
    const named = new Set(rules.match(/\bemdia_\w+/g));
    expect(named.size).toBe(4);
    expect(make().names()).toEqual(expect.arrayContaining([...named]));
  });

  it('rests after it failed, too', async () => {
    const { proof, wait } = make();
    const look = jest.spyOn(database, 'look').mockImplementationOnce(async () => (wait(1), Promise.reject(new Error('too slow'))));
    await expect(proof.run(noon, 200)).rejects.toThrow('too slow');
    wait(49);
    await proof.run(noon, 200);
    expect(look).toHaveBeenCalledTimes(1);
    wait(1);
    await proof.run(noon, 200);
    look.mockRestore();
    expect(await proofs()).toMatchObject([{ cases: 4 }]);
  });

  it('that is slow is taken for killed by nobody while it goes on; where another has taken it, it stops', async () => {
    await database.query(`insert into case_file (key, creditor_id, customer_id, case_id, status) select 'acme/z' || n, 'acme', 'z' || n, gen_random_uuid(), 'new' from generate_series(1, 5001) n`);
    const [slow, other] = [make(), make()];
    const minutes = (count: number) => new Date(noon.getTime() + count * 60_000);
    const takeOver = () => (other.wait(120), other.proof.run(slow.clock.now(), 200));
    const real = database.look.bind(database);
    let part = 0;
    const look = jest.spyOn(database, 'look').mockImplementation(async (sql, values) => {
      // The first part takes ten minutes, the second as many: by then another process looks whether it was killed.
      const looked = await real(sql, values);
      if (++part > 2) return looked as never;
      slow.clock.jumpTo(minutes(10 * part));
      if (part === 2) await takeOver();
      return looked as never;
    });
    await slow.proof.run(noon, 200);
    expect([part, await proofs()]).toMatchObject([3, [{ cases: 5_005 }]]);

    await database.query('delete from debt_proof');
    const [late, faster] = [make(), make()];
    part = 0;
    look.mockImplementation(async (sql, values) => {
      const looked = await real(sql, values);
      if (++part === 1) {
        late.clock.jumpTo(minutes(16));
        await faster.proof.run(minutes(16), 200);
      }
      return looked as never;
    });
    await late.proof.run(noon, 200);
    look.mockRestore();
    // One part of the one that was late, all three of the other.
    expect([part, await database.query('select ended_at from debt_proof')]).toEqual([4, [{ ended_at: minutes(16) }]]);
  });

  it('is tried again within the hour where it failed', async () => {
    const { proof } = make();
    const look = jest.spyOn(database, 'look').mockRejectedValueOnce(new Error('the connection is lost'));
    await expect(proof.run(noon, 200)).rejects.toThrow('the connection is lost');
    expect(await proofs()).toMatchObject([{ cases: null }]);
    await proof.run(noon, 200);
    look.mockRestore();
    expect(await proofs()).toMatchObject([{ cases: 4 }]);
  });

  it('is done by another process where the one that claimed the hour was killed', async () => {
    const [killed, other] = [make(), make()];
    const look = jest.spyOn(database, 'look').mockRejectedValueOnce(new Error('killed'));
    await expect(killed.proof.run(noon, 200)).rejects.toThrow('killed');
    look.mockRestore();
    let ms = 0;
    (other.proof as unknown as { wall: { monotonicMs: () => number } }).wall.monotonicMs = () => ms;
    const later = (minutes: number) => ((ms += 120_000), other.proof.run(new Date(noon.getTime() + minutes * 60_000), 200));
    await later(14);
    expect(await proofs()).toMatchObject([{ cases: null }]);
    await later(15);
    expect(await proofs()).toMatchObject([{ cases: 4 }]);
  });

  it('rests for five minutes at most', async () => {
    const { proof } = make();
    let ms = 0;
    (proof as unknown as { wall: { monotonicMs: () => number } }).wall.monotonicMs = () => (ms += 60_000);
    await proof.run(noon, 200);
    ms += 300_000;
    await proof.run(hours(1), 200);
    expect(await proofs()).toHaveLength(2);
  });

  it('goes on behind the last case of a part, and rests after it has looked', async () => {
    await database.query(`insert into case_file (key, creditor_id, customer_id, case_id, status) select 'acme/z' || n, 'acme', 'z' || n, gen_random_uuid(), 'new' from generate_series(1, 5001) n`);
    const { proof } = make();
    let ms = 0;
    (proof as unknown as { wall: { monotonicMs: () => number } }).wall.monotonicMs = () => (ms += 10);
    await proof.run(noon, 200);
    expect(await proofs()).toMatchObject([{ cases: 5_005 }]);
    await proof.run(hours(1), 200);
    expect(await proofs()).toHaveLength(1);
    ms += 10_000;
    await proof.run(hours(1), 200);
    expect(await proofs()).toHaveLength(2);
  });

  it('gives the debts of a case that cannot be planned to a person', () => {
    const { file } = new Story(noon).customer('SP').owes('x', '2026-02-06');
    const [debt] = [...file.receivables.values()];
    const broken = { ...file, receivables: new Map([[debt!.receivable_id, { ...debt!, original_due_date: 'never' }]]) };
    const decided = planAnew(broken, noon);
    expect(decided).toMatchObject({ next: { due_at: new Date('2026-02-09T12:00:00Z') }, events: [{ contract: { type: 'dunning.task-requested.v1' }, data: { queue: 'cobranca', reason: expect.stringMatching(/^not planned: /), receivable_ids: [debt!.receivable_id] } }] });
    expect([...(decided as { next: CaseFile }).next.receivables.values()][0]!.standing).toMatchObject({ kind: 'owner', queue: 'cobranca', review_date: '2026-02-09' });
  });
});
