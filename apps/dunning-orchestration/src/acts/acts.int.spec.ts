import { createHmac } from 'node:crypto';
import { derivedId } from '@emdia/contracts';
import { ActHouse, type Process } from '../../test/act-house';
import { creditor_id, key, receivableId, Story } from '../../test/story';
import type { CaseFile } from '../cases/case-file';
import { ACT_KINDS } from './outward-act';

const SECRETS = ['s'.repeat(32), 'old-'.repeat(8)];
const DUE = '2026-03-30T14:00:00Z';
const A = receivableId('A');

let house: ActHouse;
let one: Process;

/** A debt due on Friday 6 March 2026 whose service is to be limited at eleven on the 30th. */
const late = (): CaseFile => new Story(new Date('2026-02-20T03:00:00Z')).customer('SP').owes('A', '2026-03-06').follows('atraso-habitual-1').until('2026-03-30T13:59:00Z').file;
function another(n: number): CaseFile {
  const file = late();
  const [mine] = [...file.receivables.values()];
  const of = `${creditor_id}/P-${String(n).padStart(3, '0')}`;
  const receivable = { ...mine!, receivable_id: derivedId('of', of) };
  const covers = [...file.covers.values()].map((cover) => ({ ...cover, notice_id: derivedId(cover.notice_id, of), receivable_id: receivable.receivable_id }));
  return { ...file, key: of, customer_id: of.split('/')[1]!, case_id: derivedId('case', of), receivables: new Map([[receivable.receivable_id, receivable]]), covers: new Map(covers.map((cover) => [`${cover.notice_id}/${cover.receivable_id}`, cover])) };
}
const acts = () => house.rows<{ act_id: string; status: string; reason: string | null; change: string; attempt: number; retry_at_epoch_ms: string | null; undoes: string | null }>('select * from outward_act order by planned_at, act_id');
const queue = () => house.rows<{ act_id: string; attempts: number; due_at: Date; last_answer: string | null }>('select * from act_delivery order by due_at, act_id');
const kinds = async () => (await house.told()).map(({ type, data }) => `${type.split('.')[1]}${data.change ? ` ${String(data.change)}` : ''}`);
const gone = 'service-change-requested limit';
/** The money came, as the case hears of it. */
const paid = async () => {
  const { file } = await loaded();
  const receivable = file.receivables.get(A)!;
  await house.put({ ...file, receivables: new Map([[A, { ...receivable, version: receivable.version + 1, status: 'settled', collectability: 'settled', open_cents: 0, paid_cents: 10_000, settled_on: '2026-03-30' }]]), due_at: house.clock.now() });
};
const loaded = async () => ({ file: (await house.database.transaction((tx) => house.cases.load(tx, [key]))).get(key)! });

beforeAll(async () => {
  house = await new ActHouse().open();
});
afterAll(() => house.close());
beforeEach(async () => {
  await house.clear();
  one = house.process();
  await house.carriers.carryOut(creditor_id, ACT_KINDS, 'ana');
  // Time never goes back: every spec but the first begins with the act due.
  await house.put(late());
  if (house.clock.now() < new Date(DUE)) house.clock.jumpTo(new Date(DUE));
});

describe('an act on its way', () => {
  it('is planned, asked about, asked for: once', async () => {
    await house.sweep(one.cases);
    expect(await acts()).toMatchObject([{ status: 'planned', change: 'limit' }]);
    expect([await one.acts.nextDueAt(), await kinds()]).toEqual([house.clock.now(), []]);
    await house.sweep(one.acts, one.acts);
    expect(await acts()).toMatchObject([{ status: 'requested' }]);
    const [event] = await house.told();
    expect(event).toMatchObject({ type: 'dunning.service-change-requested.v1', id: derivedId('act-requested', (await acts())[0]!.act_id), data: { change: 'limit', receivable_id: A, invoice_id: 'inv' } });
    expect([await kinds(), await queue(), await one.acts.nextDueAt(), await one.acts.busy()]).toEqual([[gone], [], null, false]);
    expect(house.asks).toMatchObject([[{ purpose: 'collection', customer_id: 'C-1', receivable_id: A, contact_day: '2026-03-30', due_date: '2026-03-06', step: 'D+22' }]]);
    const { file } = await loaded();
    expect([...file.acts.values()]).toMatchObject([{ status: 'requested', verdict: { as_of_epoch_ms: 1, version: 1, invoice_id: 'inv', open_cents: 10_000 }, call_began_at: house.clock.now(), task: null }]);
  });
  it('is never asked for where the debt was paid', async () => {
    await house.sweep(one.cases);
    house.refusals.set(A, 'settled');
    await house.sweep(one.acts, one.cases, one.acts);
    expect([await acts(), await kinds()]).toMatchObject([[{ status: 'refused', reason: 'settled' }], []]);
  });
  it('goes with others in one batch, and what fails alone stops no other', async () => {
    await house.put(...Array.from({ length: 60 }, (_, n) => another(n)));
    await house.sweep(one.cases);
    await house.alter(`alter table outward_act add constraint refuses_one check (status = 'planned' or key <> '${creditor_id}/P-007')`);
    await expect(house.sweep(one.acts)).rejects.toThrow('1 failures among 61 due acts.');
    await house.alter('alter table outward_act drop constraint refuses_one');
    expect((await kinds()).length).toBe(60);
    await house.sweep(one.acts);
    expect(await house.rows('select status, count(*)::int as n from outward_act group by 1')).toEqual([{ status: 'requested', n: 61 }]);
    expect([(await kinds()).length, house.asks[0]!.length]).toEqual([61, 61]);
  });
  it('is not to be seen by another creditor', async () => {
    await house.carriers.tell(creditor_id, { url: 'https://example.com/', secrets: SECRETS }, 'ana');
    await house.live(one);
    const seen = (of: string) => house.database.transactionOf(of, (tx) => tx.query('select creditor_id from outward_act union all select creditor_id from act_carrier union all select creditor_id from act_delivery'));
    expect([(await seen('other')).length, (await seen(creditor_id)).length > 1]).toEqual([0, true]);
    expect(JSON.stringify(await house.rows('select * from act_carrier'))).not.toContain(SECRETS[0]);
  });
});

describe('a crash', () => {
  it('after the gate was asked: somebody else asks, and the late one finds it gone', async () => {
    await house.sweep(one.cases);
    let open: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      house.beforeGate = () => {
        house.beforeGate = () => undefined;
        resolve();
        return new Promise<void>((done) => (open = done));
      };
    });
    const slow = one.acts.run(house.clock.now(), 10);
    await asked;
    await house.sweep(house.process().acts);
    open();
    await slow;
    expect([(await acts()).map(({ status }) => status), await kinds()]).toEqual([['requested'], [gone]]);
  });
  it('within the transaction: nothing has happened', async () => {
    await house.sweep(one.cases);
    await house.alter('alter table outbox add constraint refuses_all check (false) not valid');
    await expect(one.acts.run(house.clock.now(), 10)).rejects.toThrow();
    await house.alter('alter table outbox drop constraint refuses_all');
    expect([(await acts()).map(({ status }) => status), await kinds()]).toEqual([['planned'], []]);
    await house.sweep(house.process().acts);
    expect([(await acts()).map(({ status }) => status), await kinds()]).toEqual([['requested'], [gone]]);
  });
  it('while the case is being planned: it is planned once', async () => {
    await Promise.all([house.sweep(one.cases), house.sweep(house.process().cases)]);
    expect(await acts()).toHaveLength(1);
    const copy = `insert into outward_act select (jsonb_populate_record(a, jsonb_build_object('act_id', $1::text))).* from outward_act a`;
    await expect(house.rows(copy, [derivedId('twin')])).rejects.toThrow(/outward_act_once/);
    // As long as it was not rejected without anybody to do it instead.
    await house.rows(`update outward_act set status = 'rejected', reason = 'answered 422', due_at = null, call_began_at = planned_at, verdict = '{}'`);
    await house.rows(copy, [derivedId('twin')]);
  });
  it('between the call and its record: it is posted again under its id, and counts once', async () => {
    await house.carriers.tell(creditor_id, { url: `${house.url}/hook`, secrets: SECRETS }, 'ana');
    await house.sweep(one.cases, one.acts);
    await house.alter(`alter table outward_act add constraint refuses_all check (status <> 'accepted') not valid`);
    await expect(one.deliveries.run(house.clock.now(), 10)).rejects.toThrow();
    await house.alter('alter table outward_act drop constraint refuses_all');
    const heir = house.process();
    await house.sweep(heir.deliveries);
    expect([house.heard.length, await heir.deliveries.busy()]).toEqual([1, true]);
    house.wall.pushedMs += 30_001;
    await house.sweep(heir.deliveries);
    expect(house.heard.map(({ headers }) => headers['emdia-act-id'])).toEqual(Array(2).fill((await acts())[0]!.act_id));
    expect([(await acts()).map(({ status }) => status), await queue(), await kinds()]).toEqual([['accepted'], [], [gone]]);
  });
});

describe('a verdict', () => {
  it('that grew old before anything was stored lets nothing go', async () => {
    await house.sweep(one.cases);
    house.beforeGate = () => void (house.wall.pushedMs += 1_000);
    await house.sweep(one.acts);
    expect([await acts(), await kinds(), await one.acts.busy()]).toMatchObject([[{ status: 'planned', reason: 'too-old', attempt: 2 }], [], true]);
    house.beforeGate = () => undefined;
    house.wall.pushedMs += 1_001;
    await house.sweep(one.acts);
    expect(await kinds()).toEqual([gone]);
  });
  it('that grows old while the transaction waits is cut with it', async () => {
    await house.sweep(one.cases);
    const other = await house.admin();
    await other.query('begin');
    await other.query('select from case_file where key = $1 for update', [key]);
    house.beforeGate = () => void (house.wall.pushedMs += 600);
    const began = performance.now();
    await expect(one.acts.run(house.clock.now(), 10)).rejects.toThrow();
    // 350 ms were left of it, where any other transaction has a second.
    expect(performance.now() - began).toBeLessThan(900);
    await other.query('commit').finally(() => other.end());
    expect([(await acts()).map(({ status }) => status), await kinds()]).toEqual([['planned'], []]);
    house.beforeGate = () => undefined;
    await house.sweep(one.acts);
    expect(await kinds()).toEqual([gone]);
  });
});

describe('the webhook', () => {
  beforeEach(() => house.carriers.tell(creditor_id, { url: `${house.url}/hook`, secrets: SECRETS }, 'ana').then(() => undefined));
  const tries = async (from = one) => {
    await house.sweep(from.deliveries);
    return house.heard.length;
  };

  it('hears of an act once, signed', async () => {
    await house.live(one);
    await house.sweep(one.deliveries);
    expect(house.heard).toHaveLength(1);
    const [{ headers, body }] = house.heard as [ActHouse['heard'][number]];
    const [t, ...signed] = (headers['emdia-signature'] as string).split(',');
    expect(signed).toEqual(SECRETS.map((secret) => `v1=${createHmac('sha256', secret).update(`${t!.slice(2)}.${body}`).digest('hex')}`));
    expect([t, headers['emdia-act-id'], headers['content-type']]).toEqual([`t=${Math.floor(house.wall.epochMs() / 1_000)}`, (await acts())[0]!.act_id, 'application/cloudevents+json']);
    expect(JSON.parse(body)).toMatchObject({ specversion: '1.0', type: 'dunning.service-change-requested.v1', data: (await house.told())[0]!.data });
    expect([await acts(), await queue()]).toMatchObject([[{ status: 'accepted' }], []]);
    expect((await loaded()).file.has_webhook).toBe(true);
  });
  it('that is not there is tried until the act would begin too late; then a person is told', async () => {
    house.answer = 503;
    await house.live(one);
    for (let n = 0; n < 40 && (await queue()).length > 0; n++) {
      house.wall.pushedMs += 2_000;
      await tries();
    }
    expect(house.heard.length).toBeGreaterThan(5);
    expect(await acts()).toMatchObject([{ status: 'unanswered', reason: 'nobody took it in time' }]);
    expect((await house.told()).at(-1)).toMatchObject({ type: 'dunning.task-requested.v1', data: { reason: 'D+22: limit may be done, look first: nobody took it in time', receivable_ids: [A] } });
  });
  it('is not called once valid_until has passed in business time, either', async () => {
    await house.sweep(one.cases, one.acts);
    await house.rows(`update act_delivery set valid_until = $1`, [house.clock.now()]);
    expect(await tries()).toBe(0);
    expect(await acts()).toMatchObject([{ status: 'unanswered' }]);
  });
  it.each([422, 307])('that answers %d has the last word, and a person is told why', async (status) => {
    house.answer = status;
    await house.live(one);
    house.wall.pushedMs += 60_000;
    expect([await tries(), await acts(), await queue()]).toMatchObject([1, [{ status: 'rejected', reason: `answered ${status}` }], []]);
    expect((await house.told()).at(-1)).toMatchObject({ type: 'dunning.task-requested.v1', data: { reason: `D+22: limit not done: answered ${status}` } });
  });
  it('tells of nothing more that is against a debt once it has ended, and gives back without end: hourly, and a person is told once', async () => {
    house.answer = 503;
    await house.live(one);
    await paid();
    await house.sweep(one.cases);
    expect((await acts()).map(({ change, status }) => `${change} ${status}`).sort()).toEqual(['limit requested', 'restore requested']);
    const calls = async () => house.heard.map(({ body }) => (JSON.parse(body) as { data: { change: string } }).data.change);
    await tries();
    expect(await calls()).toEqual(['limit']);
    house.wall.pushedMs += 1_001;
    await tries();
    expect(await acts()).toContainEqual(expect.objectContaining({ change: 'limit', status: 'unanswered', reason: 'debt-ended' }));
    for (let n = 0; n < 20; n++) {
      house.wall.pushedMs += 17_000;
      await tries();
    }
    const [waiting] = await queue();
    expect(waiting).toMatchObject({ attempts: 6, last_answer: 'answered 503', due_at: new Date(house.clock.now().getTime() + 3_600_000) });
    expect(await one.deliveries.busy()).toBe(false);
    expect(new Set((await calls()).slice(1))).toEqual(new Set(['restore']));
    expect(await kinds()).not.toContain('task-requested');
    await house.rows('update act_delivery set attempts = 11, due_at = $1', [house.clock.now()]);
    await tries();
    expect((await house.told()).at(-1)).toMatchObject({ data: { reason: 'D+22: restore not done: answered 503' } });
    house.answer = 404;
    await house.rows('update act_delivery set due_at = $1', [house.clock.now()]);
    await tries();
    expect((await kinds()).filter((kind) => kind === 'task-requested')).toHaveLength(1);
    house.answer = 200;
    await house.rows('update act_delivery set due_at = $1', [house.clock.now()]);
    await tries();
    expect((await acts()).map(({ change, status }) => `${change} ${status}`).sort()).toEqual(['limit unanswered', 'restore accepted']);
    expect(await queue()).toEqual([]);
  });
  it.each([['write-off', 'accepted'], ['service', 'unanswered']])('is told of a debt that was given up where that is what the act asks for: %s', async (kind, status) => {
    await house.sweep(one.cases, one.acts);
    await house.rows('update outward_act set kind = $1', [kind]);
    await house.rows(`update case_receivable set status = 'written-off'`);
    await tries();
    expect(await acts()).toMatchObject([{ status }]);
  });
  it('that was taken away is told nothing more, and nothing waits for it', async () => {
    await house.sweep(one.cases, one.acts);
    await house.carriers.tell(creditor_id, null, 'ana');
    expect([await tries(), await queue(), await acts()]).toMatchObject([0, [], [{ status: 'requested', reason: 'no-webhook' }]]);
  });
});
