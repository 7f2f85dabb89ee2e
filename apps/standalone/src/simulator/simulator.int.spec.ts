import { Runner } from '@emdia/messaging';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import { Laws } from './laws';
import { Simulation, type Failure } from './simulation';
import type { Stage } from './stage';
import type { Unlawful } from './unlawful';

/**
 * The simulator finds what a removed guard lets through, within a few seeds, and the seed that it prints shows the same
 * again; with every guard in place the same seeds break nothing.
 */

/** Which guards are taken away; the mocks below look at it. */
const mockRemoved = { gate: false, dunningSees: false, rank: false, actsGate: false, limits: false, takesBack: false };

jest.mock('../../../payment-reconciliation/src/gate/gate', () => jest.requireActual('../scenarios/blind-gate').blindGate(() => mockRemoved.gate));

// Dunning that does not hear of promises and disputes: a fault, not a guard. The gate alone then stands between it and the debtor.
jest.mock('../../../dunning-orchestration/src/cases/facts', () => {
  const real = jest.requireActual('../../../dunning-orchestration/src/cases/facts');
  const deaf = (event: { data: { status: string } }) => (event.data.status === 'open' ? { ...event, data: { ...event.data, collectability: 'owed', review_date: null } } : event);
  return { ...real, applyBalance: (file: unknown, event: never, now: unknown) => real.applyBalance(file, mockRemoved.dunningSees ? deaf(event) : event, now) };
});

// Acts that go whatever the gate says.
jest.mock('../../../dunning-orchestration/src/acts/requesting', () => {
  const real = jest.requireActual('../../../dunning-orchestration/src/acts/requesting');
  type File = { acts: Map<string, { receivable_id: string }>; receivables: Map<string, { version: number; open_cents: number }> };
  const granted = (file: File, act_id: string, word: { answer: { owed: boolean } | null }) => {
    const { version, open_cents } = file.receivables.get(file.acts.get(act_id)!.receivable_id)!;
    return word.answer?.owed === false ? { ...word, answer: { owed: true, version, invoice_id: 'any', open_cents } } : word;
  };
  return { ...real, request: (file: File, act_id: string, word: never, now: Date) => real.request(file, act_id, mockRemoved.actsGate ? granted(file, act_id, word) : word, now) };
});
// Nothing is taken back.
jest.mock('../../../dunning-orchestration/src/acts/planning', () => {
  const real = jest.requireActual('../../../dunning-orchestration/src/acts/planning');
  return { ...real, toTakeBack: (...args: unknown[]) => (mockRemoved.takesBack ? null : real.toTakeBack(...args)) };
});
// Whatever was tried or asked before does not count.
jest.mock('../../../../libs/retries/src/next-retry', () => {
  const real = jest.requireActual('../../../../libs/retries/src/next-retry');
  const forgetful = (facts: object) => (mockRemoved.limits ? { ...facts, attempts: [], asked: [] } : facts);
  return { ...real, nextRetry: (facts: object, ...more: unknown[]) => real.nextRetry(forgetful(facts), ...more) };
});

// Who comes last wins, whatever the platform says of its order.
jest.mock('../../../billing-ingestion/src/upstream/rank', () => {
  const real = jest.requireActual('../../../billing-ingestion/src/upstream/rank');
  return { ...real, replaces: (...ranks: unknown[]) => mockRemoved.rank || real.replaces(...ranks) };
});

const SEEDS = 10;
const SIZE = { steps: 6, customers: 16, opening: 30, deeds: 20 };

describe('the simulator', () => {
  let database: TestDatabase;
  let simulation: Simulation;

  beforeEach(async () => {
    database = await testDatabase('simulator');
    simulation = new Simulation(database.url, SIZE, 0);
  });
  afterEach(async () => {
    Object.assign(mockRemoved, { gate: false, dunningSees: false, rank: false, actsGate: false, limits: false, takesBack: false });
    jest.restoreAllMocks();
    await simulation.close();
    await database.drop();
  });

  async function sql(text: string): Promise<void> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(text).finally(() => client.end());
  }

  async function found(): Promise<Failure | null> {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const failure = await simulation.seed(seed);
      if (failure) return failure;
    }
    return null;
  }

  /** Finds a failure, and the same again from its seed alone, in a house opened anew. */
  async function foundAgain(): Promise<Failure> {
    const failure = await found();
    expect(failure).not.toBeNull();
    const again = await simulation.seed(failure!.seed);
    expect([again?.trace_hash, again?.what]).toEqual([failure!.trace_hash, failure!.what]);
    return failure!;
  }

  it('goes the same way twice for one seed, another for another, and breaks nothing', async () => {
    const hashes: (string | undefined)[] = [];
    for (const seed of [3, 4, 3]) {
      const run = new Simulation(database.url, SIZE, 0);
      expect(await run.seed(seed)).toBeNull();
      hashes.push(run.totals.hashes.get(seed));
      await run.close();
    }
    expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(hashes[2]).toBe(hashes[0]);
    expect(hashes[1]).not.toBe(hashes[0]);
  }, 240_000);

  it('finds who is asked though they promised or contest it, once the gate is gone', async () => {
    Object.assign(mockRemoved, { gate: true, dunningSees: true });
    const { what, examples } = await foundAgain();
    expect([what, examples.join()]).toEqual(['a law is broken', expect.stringContaining('law 1')]);
  }, 240_000);

  it('finds an act on a debt that was promised or is contested, once it is asked for whatever the gate says', async () => {
    Object.assign(mockRemoved, { actsGate: true, dunningSees: true });
    const { what, examples } = await foundAgain();
    expect([what, examples.join()]).toEqual(['a law is broken', expect.stringMatching(/law 1.*"act_id":"/)]);
  }, 240_000);

  it('finds more retries than a rail allows, once those before do not count', async () => {
    mockRemoved.limits = true;
    const { what, examples } = await foundAgain();
    expect([what, examples.join()]).toEqual(['a law is broken', expect.stringContaining('goes beyond the limit of')]);
  }, 240_000);

  it('finds what stands on a debt that has ended, once nothing is taken back', async () => {
    mockRemoved.takesBack = true;
    const { what, examples } = await foundAgain();
    expect([what, examples.join()]).toEqual(['a law is broken', expect.stringContaining('was not taken back')]);
  }, 240_000);

  it.each([[9, false], [11, true]])('thanks that leave %i minutes after the person was held break a law: %s', async (minutes, breaks) => {
    expect(await simulation.seed(1)).toBeNull();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query(`update dunning.notice set asked_at = '2000-01-01', purpose = 'service'`);
      const placed = await client.query(`insert into dunning.hold (hold_id, key, creditor_id, receivable_ids, kind, reason, actor, placed_at, begin_date, review_date, look_date, stops_clock, ended_by_itself, lifted_at)
        select gen_random_uuid(), key, creditor_id, '{}', 'deceased', 'x', 'ana', call_began_at - $1 * interval '1 minute', local_day, local_day, local_day, true, false, call_began_at + interval '1 second'
        from notifications.delivery where status = 'sent' order by notice_id limit 1`, [minutes]);
      expect(placed.rowCount).toBe(1);
      const silent = { query: async (text: string) => (await client.query(text)).rows, call: async () => ({ status: 200, body: { laws: [] } }), house: { applications: [] }, provider: { accepted: new Map() }, systems: { taken: new Map(), broken: [] } };
      const checked = new Laws(silent as unknown as Stage).check().then(() => false, ({ examples }: Unlawful) => /^notice .* thanked the person more than ten minutes after they were held: deceased$/.test(examples.join()));
      expect(await checked).toBe(breaks);
    } finally {
      await client.end();
    }
  }, 120_000);

  it('finds a second letter on one day, once the day index is gone', async () => {
    // The two accounts that are one person by day have to be much of the book.
    simulation = new Simulation(database.url, { ...SIZE, customers: 4 }, 0);
    expect(await simulation.seed(1)).toBeNull();
    await sql('drop index notifications.contact_day_person, notifications.contact_day_contact_point');
    const { what, examples } = await foundAgain();
    expect([what, examples.join()]).toEqual(['a law is broken', expect.stringContaining('law 2')]);
  }, 240_000);

  it('finds money booked twice, once the inbox and the cause key are gone', async () => {
    expect(await simulation.seed(1)).toBeNull();
    await sql('alter table reconciliation.entry drop constraint entry_cause');
    jest.spyOn(Runner.prototype as unknown as { inbox: (tx: unknown, ids: string[]) => Promise<Set<string>> }, 'inbox').mockImplementation(async (_tx, ids) => new Set(ids));
    const { what, examples } = await foundAgain();
    expect(`${what}: ${examples.join()}`).toContain('law 4');
  }, 240_000);

  it('finds that the order of delivery makes a difference, once versions are not compared', async () => {
    mockRemoved.rank = true;
    // Two changes of one thing have to meet in one step.
    simulation = new Simulation(database.url, { steps: 2, customers: 4, opening: 6, deeds: 80 }, 0);
    const { what } = await foundAgain();
    expect(what).toBe('the order of delivery makes a difference');
  }, 240_000);
});
