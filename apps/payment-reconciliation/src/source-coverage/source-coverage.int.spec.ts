import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Clock, WallClock } from '@emdia/clock';
import { BillingHeartbeat, BillingPaymentReported, BillingSourceCovered, type Contract, type DataOf, derivedId, DunningHeartbeat, encode, NegotiationHeartbeat, outgoing, type Outgoing } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { InProcessBroker, type Row } from '@emdia/messaging';
import { Config, type House, run } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { PinoLogger } from 'nestjs-pino';
import { bytesOf, lines400 } from '../../../../libs/bank-files/test/synthetic';
import { at, CREDITOR, CUSTOMER, issued, KEY, receivableId } from '../../test/story';
import { paymentReconciliation } from '../index';

class HandClock extends Clock {
  at = at('2026-03-10');
  now(): Date {
    return this.at;
  }
}

class LateClock extends WallClock {
  lateMs = 0;
  override monotonicMs(): number {
    return super.monotonicMs() + this.lateMs;
  }
}

interface Standing { readonly source: string; readonly declared: boolean; readonly covered_until: string | null; readonly expected_until: string | null; readonly late: boolean; readonly held_back: string[] }

const TOKEN = 'internal-token-of-this-test-which-is-long-enough';
const SOURCE = 'bradesco';

describe('sources of payments', () => {
  const clock = new HandClock();
  const wall = new LateClock();
  let creditor = CREDITOR;
  const billing = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(
    JSON.stringify({ key_id: creditor, creditor_id: creditor, scopes: ['ledger:read', 'bank-files:read', 'bank-files:write'], actor: 'agent-7', customers: [], next_after: null }))).listen(0, '127.0.0.1');
  let test: TestDatabase;
  let broker: InProcessBroker;
  let house: House;
  let database: Database;
  let told: jest.SpyInstance;
  let rows = 0;

  beforeAll(async () => {
    told = jest.spyOn(PinoLogger.prototype, 'warn').mockImplementation();
    test = await testDatabase('reconciliation-source-coverage');
    broker = new InProcessBroker(new WallClock());
    const url = `http://127.0.0.1:${(billing.address() as AddressInfo).port}`;
    house = await run([paymentReconciliation], 'in-process', { config: Config.from({ DATABASE_URL: test.url, PORT: '0', EMDIA_LOG_LEVEL: 'silent', BILLING_INGESTION_URL: url, EMDIA_INTERNAL_TOKEN: TOKEN }), clock, wall, broker });
    database = new Database({ url: test.url, schema: 'reconciliation' });
    const { event } = issued('A', { instruments: [{ rail: 'BOLETO', reference: '1' }] });
    await publish({ ...event, key: KEY, contract: { type: event.type, topic: 'billing.events.v1' } as Contract });
  });
  afterAll(async () => {
    told.mockRestore();
    await database?.close();
    await house?.stop();
    billing.close();
    billing.closeAllConnections();
    await test.drop();
  });

  const made = <C extends Contract>(contract: C, data: DataOf<C>): Outgoing => outgoing(contract, { id: derivedId('test', ++rows), key: KEY, creditor_id: CREDITOR, now: clock.now(), data });
  const publish = async (...events: Outgoing[]) => {
    const source = await broker.source('test', async () => []);
    await new Promise<void>((resolve) => void source.publish(events.map((event): Row => ({ id: String(++rows), topic: event.contract.topic, type: event.contract.type, key: event.key, partition: null, body: encode(event, 'test') })), () => resolve()));
    await house.settle();
    await source.close();
  };
  const declare = (source: string, covered_until: string | null = null, lag_business_days = 1) =>
    publish(made(BillingSourceCovered, { creditor_id: CREDITOR, source, partition: 0, rails: ['BOLETO'], lag_business_days, covered_until, checked_at: clock.now().toISOString() }));
  const call = async <T>(method: string, path: string, body?: Uint8Array | object) => {
    const raw = body instanceof Uint8Array;
    const response = await fetch(`${house.url}/${path}`, {
      method, headers: { authorization: `Bearer ${path.startsWith('internal') ? TOKEN : `emdia_k1_${creditor}`}`, 'content-type': raw ? 'application/octet-stream' : 'application/json' },
      ...(body ? { body: raw ? Buffer.from(body) : JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as T };
  };
  /** A return without a payment, made on a day of March. */
  const send = async (day: string, source = SOURCE) => {
    const [header, ...rest] = lines400('237', []);
    return hand(bytesOf([`${header!.slice(0, 94)}${day}0326${header!.slice(100)}`, ...rest]), source);
  };
  const hand = async (bytes: Uint8Array, source = SOURCE) => {
    const { body } = await call<{ file_id: string }>('POST', `v1/bank-files?source=${source}&name=CB.RET`, bytes);
    await house.settle();
    return body.file_id;
  };
  const listed = async () => (await call<{ today: string; items: Standing[] }>('GET', 'v1/source-coverage')).body;
  const standing = async (source = SOURCE) => (await listed()).items.find((each) => each.source === source);
  const gate = async (contact_day = '2026-03-10') => {
    await database.query('delete from heartbeat');
    await publish(...[BillingHeartbeat, DunningHeartbeat, NegotiationHeartbeat].map((each) => made(each, { partition: 0, wall_epoch_ms: wall.epochMs() })));
    const ask = { ask_id: 'x', purpose: 'collection', creditor_id: CREDITOR, customer_id: CUSTOMER, receivable_id: receivableId('A'), contact_day };
    const { verdicts } = (await call<{ verdicts: { owed: boolean; reason?: string }[] }>('POST', 'internal/v1/gate', { asks: [ask] })).body;
    return verdicts[0]!.owed ? 'owed' : verdicts[0]!.reason;
  };
  const metrics = async () => (await fetch(`${house.url}/payment-reconciliation/metrics`)).text();
  /** What operations see a minute later: late and held back sources, and what the log said. */
  const alarms = async () => {
    told.mockClear();
    wall.lateMs += 60_000;
    await publish(made(BillingHeartbeat, { partition: 0, wall_epoch_ms: wall.epochMs() }));
    const text = await metrics();
    const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)![1]);
    return { late: value('emdia_sources_late'), held_back: value('emdia_sources_held_back'), said: told.mock.calls.map(([about]) => (about as { sources: { source: string }[] }).sources.map(({ source }) => source)) };
  };

  it('that declared nothing refuse nothing, and are listed', async () => {
    expect([await gate(), await listed()]).toEqual(['owed', { today: '2026-03-10', items: [] }]);
    await send('10', 'sicoob');
    const money = { creditor_id: CREDITOR, customer_id: CUSTOMER, currency: 'BRL', paid_date: '2026-03-09', credit_date: '2026-03-10' };
    await publish(...['loja', 'posto'].map((source) => made(BillingPaymentReported, { ...money, source, payment_id: `${source}-1`, reference: 'A', amount_cents: 100 })),
      made(BillingPaymentReported, { ...money, customer_id: null, source: 'feira', payment_id: 'feira-1', reference: 'unknown', amount_cents: 100 }));
    const { items } = await listed();
    expect(items.map(({ source, declared, late }) => [source, declared, late])).toEqual(['feira', 'loja', 'posto', 'sicoob'].map((source) => [source, false, false]));
    expect(await alarms()).toEqual({ late: 0, held_back: 0, said: [] });
  });

  it('that are behind keep everybody from being asked, and operations are told', async () => {
    await declare(SOURCE);
    expect([await gate(), await standing()]).toMatchObject(['not_covered', { declared: true, covered_until: null, expected_until: '2026-03-09', late: true }]);
    expect(await alarms()).toEqual({ late: 1, held_back: 0, said: [[SOURCE]] });
    await send('09');
    expect([await gate(), await standing()]).toMatchObject(['not_covered', { covered_until: '2026-03-08', late: true }]);
    // Said once.
    expect(await alarms()).toEqual({ late: 1, held_back: 0, said: [] });
    await send('10');
    expect([await gate(), await standing()]).toMatchObject(['owed', { covered_until: '2026-03-09', late: false, held_back: [] }]);
    expect(await alarms()).toEqual({ late: 0, held_back: 0, said: [] });
  });

  it('are late when the next business day has come without a file, not over a weekend', async () => {
    // Friday's return covers Thursday.
    for (const [day, what] of [['2026-03-11', 'late'], ['2026-03-13', 'sent'], ['2026-03-13', 'near'], ['2026-03-14', 'near'], ['2026-03-15', 'near'], ['2026-03-16', 'late']] as const) {
      clock.at = at(day);
      if (what === 'sent') await send('13');
      else expect([day, await gate(day), (await standing())!.late]).toEqual([day, what === 'late' ? 'not_covered' : 'owed', what === 'late']);
    }
    clock.at = at('2026-03-10');
  });

  it('of which a file was refused cover nothing until somebody has seen it, whatever comes later', async () => {
    const refused = await hand(Buffer.from('cut off'));
    await send('11');
    expect([await gate(), await standing()]).toMatchObject(['not_covered', { late: false, held_back: ['refused-file'] }]);
    expect(await alarms()).toEqual({ late: 0, held_back: 1, said: [[SOURCE]] });
    expect((await call<{ report: string }>('GET', `v1/bank-files/${refused}`)).body.report).toContain(`nobody is asked for what can be paid through ${SOURCE}.`);
    expect((await call('POST', `v1/bank-files/${refused}/undo`)).body).toMatchObject({ status: 'refused', decided_by: 'agent-7' });
    expect([await gate(), (await standing())!.held_back]).toEqual(['owed', []]);
    expect(await alarms()).toMatchObject({ held_back: 0 });
    for (const what of ['undo', 'confirm', 'match']) expect((await call('POST', `v1/bank-files/${refused}/${what}`)).status).toBe(409);
  });

  it('are no further than before a file that was undone, whatever files came after it', async () => {
    clock.at = at('2026-03-20');
    const [, second] = [await send('16'), await send('17'), await send('18')];
    expect((await standing())!.covered_until).toBe('2026-03-17');
    await call('POST', `v1/bank-files/${second}/undo`);
    await house.settle();
    expect((await standing())!.covered_until).toBe('2026-03-15');
    await send('19');
    expect((await standing())!.covered_until).toBe('2026-03-18');
    clock.at = at('2026-03-10');
  });

  it('are as far as the partition that knows least, and their creditor\'s alone', async () => {
    await database.query(`insert into coverage (creditor_id, source, partition, lag_business_days, rails, checked_at) values ($1, 'itau', 5, 0, '{}', $2)`, [CREDITOR, clock.now()]);
    expect(await standing('itau')).toMatchObject({ covered_until: null, expected_until: '2026-03-10', late: true });
    creditor = 'other';
    try {
      expect((await listed()).items).toEqual([]);
    } finally {
      creditor = CREDITOR;
    }
  });

  it('are watched by rules that name what is measured', async () => {
    const rules = readFileSync(join(__dirname, '../../../../deploy/alerts.yml'), 'utf8').split('  - name: ').find((group) => group.startsWith('emdia-money'))!;
    const named = new Set(rules.match(/\bemdia_\w+/g));
    const text = await metrics();
    expect(named.size).toBeGreaterThan(3);
    for (const name of named) expect([name, text.includes(`# TYPE ${name} `)]).toEqual([name, true]);
  });
});
