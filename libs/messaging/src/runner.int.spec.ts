import { decode, derivedId } from '@emdia/contracts';
import { failureOf } from '@emdia/database';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import { add, added, Toy, toyMigrations } from '../test/toy';
import type { Delivery } from './broker';
import { IdempotencyConflict, type Reactions } from './runner';
import { Forbidden, Outdated, step } from './store';

const KEY = 'acme/customer-1';
const OTHER = 'acme/customer-2';

describe('runner', () => {
  let test: TestDatabase;
  let toy: Toy;
  let admin: Client;

  beforeEach(async () => {
    test = await testDatabase('toy', async (url) => {
      const template = new Toy(url);
      await template.database.migrate(toyMigrations);
      await template.database.close();
    });
    toy = new Toy(test.url);
    admin = new Client({ connectionString: process.env.EMDIA_TEST_ADMIN_URL! });
    admin.on('error', () => undefined);
    await admin.connect();
  });
  afterEach(async () => {
    await toy.database.close();
    await admin.end();
    await test.drop();
  });

  const database = () => new URL(test.url).pathname.slice(1);
  const cutConnections = () => admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [database()]);
  const change = (key: string, amount: number, options: { creditorId?: string; idempotencyKey?: string } = {}) =>
    toy.runner.change(step(toy.sums, key, (state, now) => add(state, amount, 'rest', now)), options);

  describe('a batch', () => {
    it('is one transaction: states, inbox and outbox appear together, in order of decision per key', async () => {
      const transactions = new Set<string>();
      toy.sums.beforeLoad = async (_, tx) => void transactions.add((await tx.query<{ id: string }>('select pg_current_xact_id()::text as id'))[0]!.id);
      await toy.batch([added(KEY, 1), added(OTHER, 10), added(KEY, 2), added(KEY, 3), added(OTHER, 20)]);
      expect(transactions.size).toBe(1);
      expect([await toy.sumOf(KEY), await toy.sumOf(OTHER)]).toEqual([6, 30]);
      const sums = (key: string) => toy.sent().then((events) => events.filter((event) => event.key === key).map(({ data }) => data.sum));
      expect(await sums(KEY)).toEqual([1, 3, 6]);
      expect(await sums(OTHER)).toEqual([10, 30]);
      const written = await toy.database.query(`select distinct xmin::text from (select xmin from sum union all select xmin from inbox union all select xmin from outbox) as rows`);
      expect(written).toHaveLength(1);
      expect(toy.told.handled).toBe(5);
    });

    it('gives a duplicate its effect once, within a batch and across batches, whatever the case of its id', async () => {
      const event = added(KEY, 5);
      const shouted = { ...event, body: event.body.replace(decode(event.body).id, decode(event.body).id.toUpperCase()) };
      await toy.batch([event, added(OTHER, 1), event]);
      await toy.batch([shouted, event]);
      expect(await toy.sumOf(KEY)).toBe(5);
      await toy.batch([added(KEY, 1, { id: derivedId('fresh').toUpperCase() })]);
      expect(await toy.sumOf(KEY)).toBe(6);
    });

    it('reads what strangers wrote only once the inbox has called it new, and does not check again what its reader checked', async () => {
      const read: string[] = [];
      const reactions: Reactions = {
        ...toy.reactions,
        identify: ({ topic, body }) => (topic === 'strange' ? derivedId('strange', body) : null),
        read: ({ body }) => {
          read.push(body);
          if (body === 'broken') throw new Error('not to be read');
          if (body === 'own') return { steps: [step(toy.sums, OTHER, (state, now) => add(state, 7, 'own', now))] };
          return { event: decode(added(KEY, Number(body)).body) };
        },
      };
      const strange = (body: string): Delivery => ({ topic: 'strange', partition: 0, key: '', position: '1', body });
      await toy.runner.batch([strange('2'), strange('2'), strange('own'), added(OTHER, 1), strange('broken')], reactions);
      await toy.runner.batch([strange('own'), strange('2'), strange('broken'), strange('3'), strange('0.5')], reactions);
      expect(read).toEqual(['2', 'own', 'broken', '3', '0.5']);
      expect([await toy.sumOf(KEY), await toy.sumOf(OTHER)]).toEqual([5, 8]);
      // Not `invalid`: the reader had vouched for the half.
      expect((await toy.letters()).map(({ reason, detail }) => `${reason} ${detail}`).sort()).toEqual(['decision-failed toy.summed.v1 would go out invalid: /sum must be integer', 'unreadable not to be read']);
    });

    it('keeps the trace of what caused an event, with a span of its own', async () => {
      const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
      await toy.batch([added(KEY, 1, { traceparent: `00-${trace}-00f067aa0ba902b7-01` }), added(OTHER, 1)]);
      const [traced, untraced] = await toy.sent();
      expect(traced!.traceparent).toMatch(new RegExp(`^00-${trace}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`));
      expect(untraced!.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(untraced!.traceparent).not.toContain(trace);
    });

    it('leaves alone what does not concern the service', async () => {
      await toy.batch([added(KEY, 1, { type: 'toy.summed.v1' }), added(KEY, 1, { type: 'stranger.thing.v1' })]);
      expect([await toy.letters(), await toy.sent()]).toEqual([[], []]);
    });

    it('takes back every step of an item of which one fails, and nothing of the items around it', async () => {
      toy.handler = (event) => [KEY, OTHER].map((key) => step(toy.sums, key, (state, now) => add(state, key === OTHER ? (event.data as { amount: number }).amount : 7, event.id, now)));
      await toy.batch([added(KEY, 1), added(KEY, 13), added(KEY, 2)]);
      expect([await toy.sumOf(KEY), await toy.sumOf(OTHER)]).toEqual([14, 3]);
      expect((await toy.sent()).filter(({ type }) => type === 'toy.summed.v1')).toHaveLength(4);
    });

    it('starts over when a load finds its keys outdated, and does not give an event up that stays so', async () => {
      let outdated = 2;
      toy.sums.beforeLoad = async () => {
        if (outdated-- > 0) throw new Outdated();
      };
      await toy.batch([added(KEY, 1), added(KEY, 2)]);
      expect(await toy.sumOf(KEY)).toBe(3);
      outdated = 1_000;
      await expect(toy.batch([added(KEY, 4)])).rejects.toThrow(Outdated);
      expect(await toy.letters()).toEqual([]);
    });
  });

  describe('a poison event is set aside in the transaction of its batch, and the others proceed', () => {
    const poison: [string, string, () => ReturnType<typeof added>][] = [
      ['a decision that throws', 'decision-failed', () => added(KEY, 13)],
      ['a decision that forbids', 'too-evil', () => added(KEY, 66)],
      ['data that break the contract', 'invalid', () => added(KEY, 0.5)],
      ['a version nobody here knows', 'unknown-version', () => added(KEY, 5, { type: 'toy.added.v2' })],
      ['a body that is no JSON', 'unreadable', () => ({ ...added(KEY, 5), body: '{"name": "Ana Souza", ' })],
      ['a body that is no CloudEvent', 'unreadable', () => ({ ...added(KEY, 5), body: '{"data":{}}' })],
      ['an id that is no UUID', 'unreadable', () => added(KEY, 5, { id: 'not-a-uuid' })],
      ['a creditor id that no contract knows', 'invalid', () => added('ACME!!/x', 0.5)],
      ['a key with NUL in it', 'constraint', () => added('acme/\0', 5)],
      ['text that no id can be derived from', 'decision-failed', () => added('acme/\ud800', 5, { source: '\0' })],
      ['a key too long for an index', 'constraint', () => added(`acme/${Array.from({ length: 900 }, (_, n) => derivedId(n)).join('')}`, 5)],
    ];
    it.each(poison)('%s', async (_, reason, offender) => {
      const bad = offender();
      await toy.batch([added(KEY, 1), bad, added(OTHER, 2)]);
      expect([await toy.sumOf(KEY), await toy.sumOf(OTHER)]).toEqual([1, 2]);
      const letters = await toy.letters();
      expect(letters.map((letter) => letter.reason)).toEqual([reason]);
      const rejected = (await toy.sent()).filter(({ type }) => type === 'toy.event-rejected.v1');
      expect(rejected.map(({ data }) => [data.rejection_id, data.reason])).toEqual([[letters[0]!.id, reason]]);
      expect(toy.told.setAside).toEqual([reason]);
      await toy.batch([bad]);
      expect(await toy.letters()).toHaveLength(1);
      expect((await toy.sent()).filter(({ type }) => type === 'toy.event-rejected.v1')).toHaveLength(1);
    });

    it('says whom it concerns, under its key, and keeps the body sealed and quoted nowhere', async () => {
      const { body } = added(KEY, 13, { data: { creditor_id: 'acme', customer_id: 'customer-1', amount: 13, note: 'Ana Souza' } });
      await toy.batch([{ ...added(KEY, 1), body }, { ...added(KEY, 1), body: '{"name": "Ana Souza", ' }]);
      const letter = (await toy.letters()).find(({ reason }) => reason === 'decision-failed');
      expect(letter).toMatchObject({ key: KEY, creditor_id: 'acme', customer_id: 'customer-1', status: 'open', recorded_at: toy.clock.now() });
      const stored = JSON.stringify(await toy.database.query('select * from dead_letter'));
      expect(stored).not.toContain('Ana');
      expect(await toy.database.transaction((tx) => toy.deadLetters.take(tx, letter!.id))).toMatchObject({ body });
    });

    it('finds the offender of a constraint by halves, and sets only it aside', async () => {
      const batch = Array.from({ length: 40 }, (_, n) => added(`acme/customer-${n}`, n === 23 ? 1_000 : 1));
      await toy.batch(batch);
      expect((await toy.letters()).map(({ key, detail }) => [key, detail])).toEqual([['acme/customer-23', 'Postgres refused it with 23514 (sum_sum_check).']]);
      expect(await toy.database.query('select count(*)::int as n from sum where sum = 1')).toEqual([{ n: 39 }]);
    });

    it('finds the event whose state cannot be loaded', async () => {
      toy.sums.beforeLoad = async (keys) => {
        if (keys.includes(OTHER)) throw new TypeError('cannot read properties of undefined');
      };
      await toy.batch([added(KEY, 1), added(OTHER, 1), added(KEY, 2)]);
      expect([await toy.sumOf(KEY), (await toy.letters()).map(({ key, reason }) => [key, reason])]).toEqual([3, [[OTHER, 'defect']]]);
    });
  });

  describe('an outage of Postgres sets nothing aside', () => {
    const nothingHappened = async () => {
      toy.sums.beforeSave = toy.sums.beforeLoad = async () => undefined;
      expect([await toy.sumOf(KEY), await toy.letters(), await toy.sent()]).toEqual([0, [], []]);
    };

    it.each(['beforeLoad', 'beforeSave'] as const)('when the connections break %s', async (moment) => {
      const batch = [added(KEY, 1), added(KEY, 2)];
      toy.sums[moment] = async () => void (await cutConnections());
      const error = await toy.batch(batch).catch((thrown: unknown) => thrown);
      expect(failureOf(error)).toBe('outage');
      await nothingHappened();
      await toy.batch(batch);
      expect(await toy.sumOf(KEY)).toBe(3);
    });

    it('when no connection is to be had', async () => {
      const batch = [added(KEY, 1), added(KEY, 13)];
      await admin.query(`alter database "${database()}" allow_connections false`);
      await cutConnections();
      expect(failureOf(await toy.batch(batch).catch((thrown: unknown) => thrown))).toBe('outage');
      await admin.query(`alter database "${database()}" allow_connections true`);
      await nothingHappened();
      await toy.batch(batch);
      expect([await toy.sumOf(KEY), (await toy.letters()).length]).toEqual([1, 1]);
    });

    it('when a table lacks, which is the fault of the deployment', async () => {
      toy.sums.beforeLoad = async (_, tx) => void (await tx.query('select * from lacking'));
      await expect(toy.batch([added(KEY, 1), added(KEY, 2)])).rejects.toThrow('relation "lacking" does not exist');
      await nothingHappened();
    });

    it('when a transaction takes too long: it is cut and tried by halves', async () => {
      const loads: number[] = [];
      toy.sums.beforeLoad = async (keys, tx) => {
        loads.push(keys.length);
        await tx.query('select pg_sleep($1)', [keys.length * 0.25]);
      };
      await toy.batch(Array.from({ length: 6 }, (_, n) => added(`acme/customer-${n}`, 1)));
      expect(loads).toEqual([6, 3, 3]);
      expect([await toy.letters(), await toy.database.query('select count(*)::int as n from sum')]).toEqual([[], [{ n: 6 }]]);
    });
  });

  describe('a dead letter', () => {
    const resolved = async () => (await toy.sent()).filter(({ type }) => type === 'toy.event-resolved.v1').map(({ key, data }) => [key, data.rejection_id, data.outcome]);
    const forgive = () => {
      toy.handler = (event) => step(toy.sums, event.key, (state, now) => add(state, (event.data as { amount: number }).amount + 100, event.id, now));
    };

    it('is replayed as it was kept once the reason is gone, and only once', async () => {
      await toy.batch([added(KEY, 13)]);
      const [letter] = await toy.letters();
      await expect(toy.runner.replay(letter!.id, toy.reactions)).rejects.toThrow(new Forbidden('decision-failed', 'thirteen brings bad luck'));
      expect([await toy.sumOf(KEY), await resolved()]).toEqual([0, []]);
      forgive();
      expect(await toy.runner.replay(letter!.id, toy.reactions)).toBe(true);
      expect([await toy.sumOf(KEY), await resolved(), await toy.letters()]).toEqual([113, [[KEY, letter!.id, 'replayed']], []]);
      expect(await toy.runner.replay(letter!.id, toy.reactions)).toBe(false);
      expect(await toy.sumOf(KEY)).toBe(113);
    });

    it('is replayed with a corrected body', async () => {
      const { body } = added(KEY, 0.5);
      await toy.batch([{ ...added(KEY, 1), body }]);
      const [letter] = await toy.letters();
      await expect(toy.runner.replay(letter!.id, toy.reactions)).rejects.toThrow('/amount must be integer');
      expect(await toy.runner.replay(letter!.id, toy.reactions, body.replace('0.5', '50'))).toBe(true);
      expect([await toy.sumOf(KEY), await resolved()]).toEqual([50, [[KEY, letter!.id, 'replayed']]]);
    });

    it('cannot bring an event in again that was taken in by itself', async () => {
      const taken = added(KEY, 1);
      await toy.batch([taken, { ...added(KEY, 1), body: 'torn' }]);
      const [letter] = await toy.letters();
      await expect(toy.runner.replay(letter!.id, toy.reactions, taken.body)).rejects.toThrow('taken in before');
      expect(await toy.runner.replay(letter!.id, toy.reactions, added(KEY, 10).body)).toBe(true);
      expect(await toy.sumOf(KEY)).toBe(11);
    });

    it('of an unknown version has its effect once, though it is delivered again when the version is known', async () => {
      const early = added(KEY, 5);
      const { consumes } = toy.reactions;
      const older = { ...toy.reactions, consumes: new Map([['toy.added.v0', [...consumes.values()][0]!]]) };
      await toy.runner.batch([early], older);
      await toy.batch([early]);
      expect(await toy.sumOf(KEY)).toBe(0);
      const [letter] = await toy.letters();
      await toy.runner.replay(letter!.id, toy.reactions);
      await toy.batch([early]);
      expect(await toy.sumOf(KEY)).toBe(5);
    });

    it('is discarded for good', async () => {
      await toy.batch([added(KEY, 13)]);
      const [letter] = await toy.letters();
      expect(await toy.runner.discard(letter!.id)).toBe(true);
      expect([await toy.runner.discard(letter!.id), await toy.runner.replay(letter!.id, toy.reactions)]).toEqual([false, false]);
      expect([await resolved(), (await toy.letters('discarded')).length, await toy.sumOf(KEY)]).toEqual([[[KEY, letter!.id, 'discarded']], 1, 0]);
    });
  });

  describe('a change asked for by REST', () => {
    it('answers with the result of its decision, and leaves nothing behind when it is forbidden', async () => {
      expect(await change(KEY, 5)).toBe(5);
      await expect(change(KEY, 66)).rejects.toThrow(Forbidden);
      expect([await toy.sumOf(KEY), (await toy.sent()).length]).toEqual([5, 1]);
    });

    it('applies all steps or none', async () => {
      const steps = [KEY, OTHER].map((key) => step(toy.sums, key, (state, now) => add(state, key === OTHER ? 13 : 5, 'rest', now)));
      await expect(toy.runner.changeAll(steps)).rejects.toThrow('bad luck');
      expect(await toy.sumOf(KEY)).toBe(0);
    });

    it('gives the first answer to a repetition, and refuses another request under the same key', async () => {
      expect(await change(KEY, 5, { idempotencyKey: 'k1 body-a' })).toBe(5);
      expect(await change(KEY, 5, { idempotencyKey: 'k1 body-a' })).toBe(5);
      await expect(change(KEY, 7, { idempotencyKey: 'k1 body-b' })).rejects.toThrow(IdempotencyConflict);
      expect(await change(KEY, 5, { idempotencyKey: 'k1 body-b', creditorId: 'acme' })).toBe(10);
      expect(await toy.sumOf(KEY)).toBe(10);
    });

    it('does not remember the key of a request that failed', async () => {
      await expect(change(KEY, 66, { idempotencyKey: 'k2 body' })).rejects.toThrow(Forbidden);
      expect(await change(KEY, 6, { idempotencyKey: 'k2 body' })).toBe(6);
    });

    it('has one effect when the same key comes several times at once', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => change(KEY, 5, { idempotencyKey: 'k3 body' })));
      expect([answers, await toy.sumOf(KEY)]).toEqual([Array(8).fill(5), 5]);
    });

    it('for one creditor cannot write the row of another', async () => {
      await change('other/customer-1', 5);
      await expect(change('other/customer-1', 5, { creditorId: 'acme' })).rejects.toThrow('row-level security');
      await expect(change('other/customer-2', 5, { creditorId: 'acme' })).rejects.toThrow('row-level security');
      expect(await change(KEY, 5, { creditorId: 'acme' })).toBe(5);
      expect([await toy.sumOf('other/customer-1'), await toy.sumOf(KEY)]).toEqual([5, 5]);
    });
  });

  it('does not deadlock when two runners take the same keys in opposite order', async () => {
    // Else the transaction would be cut before Postgres looks for a deadlock, and tried again by halves.
    await admin.query(`alter database "${database()}" set deadlock_timeout = '20ms'`);
    const other = new Toy(test.url);
    const keys = Array.from({ length: 250 }, (_, n) => `acme/customer-${n}`);
    for (let turn = 0; turn < 25; turn++) {
      const [shared, own, others] = [keys, keys, keys].map((list) => list.map((key) => added(key, 1))) as [Delivery[], Delivery[], Delivery[]];
      await Promise.all([toy.batch([...shared, ...own]), other.batch([...others, ...shared].reverse())]);
    }
    expect(await toy.database.query('select min(sum) as least, max(sum) as most from sum')).toEqual([{ least: 75, most: 75 }]);
    await other.database.close();
  });
});
