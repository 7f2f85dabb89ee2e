import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Clock, WallClock } from '@emdia/clock';
import { BillingChargeDeclined, BillingCustomerChanged, derivedId, encode, outgoing, ReconciliationBalanceChanged, type Contract, type DataOf } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { InProcessBroker } from '@emdia/messaging';
import { Config, type House, run } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { bill, creditor_id, customer_id, key, PERSON, receivableId } from '../../test/story';
import { dunningOrchestration } from '../index';

class HandClock extends Clock {
  time = new Date('2026-03-06T12:00:00-03:00');
  now(): Date {
    return this.time;
  }
}

describe('retries in a house', () => {
  const clock = new HandClock();
  const caller = { key_id: 'k1', creditor_id: creditor_id as string, scopes: ['cases:read', 'reguas:write'], actor: 'agent-7' };
  const billing = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(caller))).listen(0, '127.0.0.1');
  let test: TestDatabase;
  let broker: InProcessBroker;
  let house: House;
  let database: Database;
  let events = 0;

  beforeAll(async () => {
    test = await testDatabase('dunning-retries');
    broker = new InProcessBroker(new WallClock());
    const config = Config.from({ DATABASE_URL: test.url, PORT: '0', EMDIA_LOG_LEVEL: 'silent', BILLING_INGESTION_URL: `http://127.0.0.1:${(billing.address() as AddressInfo).port}` });
    house = await run([dunningOrchestration], 'in-process', { config, clock, broker });
    database = new Database({ url: test.url, schema: 'dunning' });
  });
  afterAll(async () => {
    await house?.stop();
    await database?.close();
    billing.close();
    billing.closeAllConnections();
    await test.drop();
  });

  const publish = async <C extends Contract>(contract: C, data: DataOf<C>, of = key) => {
    const source = await broker.source('test', async () => []);
    const event = outgoing(contract, { id: derivedId('test', ++events), key: of, creditor_id, now: clock.now(), data });
    await source.publish([{ id: String(events), topic: contract.topic, type: contract.type, key: of, partition: null, body: encode(event, 'test') } as never], () => undefined);
    await house.settle();
    await source.close();
  };
  const declined = (attempt_id: string, more: Partial<DataOf<typeof BillingChargeDeclined>> = {}, of = key) =>
    publish(BillingChargeDeclined, { creditor_id, customer_id, payment_id: attempt_id, source: 's', reference: 'A', attempt_id: derivedId('x', attempt_id), attempted_at: clock.now().toISOString(), rail: 'CARD', card_key: 'c'.repeat(64), brand: 'visa', network_code: '51', ...more }, of);
  const call = async (method: string, path: string, body?: object, whose = creditor_id) => {
    caller.creditor_id = whose;
    const response = await fetch(`${house.url}/v1/${path}`, { method, headers: { authorization: `Bearer emdia_k1_${whose}`, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) });
    return { status: response.status, body: (await response.json()) as Record<string, any> };
  };
  const kept = async () => (await database.query<{ attempt_id: string }>('select attempt_id from charge_attempt')).length;

  it('shows the budget of a debt: every attempt on its card, whoever was charged, and those that waited for it', async () => {
    await publish(BillingCustomerChanged, { creditor_id, customer_id, person_key: PERSON, document_key: null, state: 'SP', has_email: true, source_version: 1 });
    await publish(ReconciliationBalanceChanged, bill('A', '2026-03-05'));
    await declined('a1');
    await declined('a1', { network_code: undefined, next_attempt_at: '2026-03-08T12:00:00Z' } as object);
    await declined('b1', { customer_id: 'C-2', reference: 'OTHER' }, `${creditor_id}/C-2`);
    await declined('w1', { customer_id: null, reference: 'txid-9', rail: 'PIX_AUTO', card_key: undefined, brand: undefined, network_code: undefined, retry_policy: 'PERMITE_3R_7D' } as object, `${creditor_id}/#ref:txid-9`);
    await publish(ReconciliationBalanceChanged, { ...bill('P', '2026-03-05'), instruments: [{ rail: 'PIX_AUTO', reference: 'txid-9' }] });

    const { body } = await call('GET', `cases/${customer_id}`);
    const of = (name: string) => body.retries.find((each: { receivable_id: string }) => each.receivable_id === receivableId(name));
    expect(of('A')).toMatchObject({
      attempts: 1, next: { at: '2026-03-13T12:00:00.000Z', rail: 'CARD', by: 'table' }, never: null,
      // One attempt of its own, one of the other customer, and those that the platform has announced.
      budgets: expect.arrayContaining([{ limit: 'visa-30-days', attempts: 3, attempts_max: 15, days: 30 }, { limit: 'debt-60-days', attempts: 2, attempts_max: 8, days: 60 }]),
    });
    expect(of('P')).toMatchObject({ attempts: 1, next: { rail: 'PIX_AUTO', at: '2026-03-07T12:00:00.000Z' } });
    expect(await database.query(`select count(*)::int as n from case_file where key like '%#ref%'`)).toEqual([{ n: 0 }]);
  });

  it('tells the rules with their sources, and takes stricter tables of a creditor alone', async () => {
    const { body: rules } = await call('GET', 'retries/rules');
    expect(rules).toMatchObject({ own: null, stops: expect.arrayContaining([expect.objectContaining({ brands: ['visa'], confidence: 'H' })]), pix_automatico: { attempts_max: 3, days: 7 }, timing: { ladder_days: [1, 3, 5, 7] } });
    const loose = await call('PUT', 'retries/tables', { tables: { limits: { 'visa-30-days': { attempts_max: 21 } } } });
    expect(loose).toMatchObject({ status: 422, body: { findings: [{ path: 'limits.visa-30-days.attempts_max', value: 21, remedy: 'Give at most 20.' }] } });
    expect(await call('PUT', 'retries/tables', { tables: { limits: { 'visa-30-days': { attempts_max: 10, margin: 2 } }, hour: '11:00' } })).toMatchObject({ status: 200, body: { set_by: 'agent-7' } });
    expect((await call('GET', 'retries/rules')).body).toMatchObject({ own: { tables: { hour: '11:00' } }, limits: expect.arrayContaining([expect.objectContaining({ name: 'visa-30-days', attempts_max: 10, margin: 2, days: 30 })]), timing: { hour: '11:00' } });
    expect((await call('GET', 'retries/rules', undefined, 'other')).body).toMatchObject({ own: null });
    const { body } = await call('GET', `cases/${customer_id}`);
    expect(body.retries.find((each: { receivable_id: string }) => each.receivable_id === receivableId('A')).budgets).toContainEqual({ limit: 'visa-30-days', attempts: 3, attempts_max: 8, days: 30 });
  });

  it('forgets what counts in no limit any more, and keeps hard stops', async () => {
    await declined('h1', { network_code: '43', reference: 'OLD' });
    expect(await kept()).toBe(4);
    clock.time = new Date('2026-05-20T12:00:00-03:00');
    house.applications[0]!.sweeps.poke();
    await house.settle();
    expect(await database.query('select network_code from charge_attempt')).toEqual([{ network_code: '43' }]);
  });
});
