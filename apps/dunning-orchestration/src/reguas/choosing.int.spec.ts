import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Clock, WallClock } from '@emdia/clock';
import { BillingCustomerChanged, derivedId, encode, outgoing, ReconciliationBalanceChanged, type Contract, type DataOf } from '@emdia/contracts';
import { InProcessBroker } from '@emdia/messaging';
import { defaultPolicy } from '@emdia/regua';
import { Config, type House, run } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { bill, creditor_id } from '../../test/story';
import { dunningOrchestration } from '../index';

class HandClock extends Clock {
  time = new Date('2026-03-13T12:00:00-03:00');
  now(): Date {
    return this.time;
  }
}

/** Who goes by which régua, in a house: by what upstream told of them, and by whom the creditor leaves out. */
describe('choosing a régua in a house', () => {
  const clock = new HandClock();
  const caller = { key_id: 'k1', creditor_id: creditor_id as string, scopes: ['cases:read', 'reguas:write'], actor: 'agent-7' };
  const billing = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(caller))).listen(0, '127.0.0.1');
  const heard: { type: string; data: Record<string, unknown> }[] = [];
  let test: TestDatabase;
  let broker: InProcessBroker;
  let house: House;
  let events = 0;

  beforeAll(async () => {
    test = await testDatabase('dunning-choosing');
    broker = new InProcessBroker(new WallClock());
    await broker.subscribe('listener', ['dunning.events.v1'], async (batch) => void heard.push(...batch.map(({ body }) => JSON.parse(body) as (typeof heard)[number]).filter(({ type }) => !type.includes('heartbeat'))));
    const config = Config.from({ DATABASE_URL: test.url, PORT: '0', EMDIA_LOG_LEVEL: 'silent', BILLING_INGESTION_URL: `http://127.0.0.1:${(billing.address() as AddressInfo).port}` });
    house = await run([dunningOrchestration], 'in-process', { config, clock, broker });
  });
  afterAll(async () => {
    await house?.stop();
    billing.close();
    billing.closeAllConnections();
    await test.drop();
  });

  const publish = async <C extends Contract>(contract: C, data: DataOf<C>, of: string) => {
    const source = await broker.source('test', async () => []);
    const event = outgoing(contract, { id: derivedId('test', ++events), key: of, creditor_id, now: clock.now(), data });
    await source.publish([{ id: String(events), topic: contract.topic, type: contract.type, key: of, partition: null, body: encode(event, 'test') } as never], () => undefined);
    await house.settle();
    await source.close();
  };
  const call = async (method: string, path: string, body?: object, whose = creditor_id) => {
    caller.creditor_id = whose;
    const response = await fetch(`${house.url}/v1/${path}`, { method, headers: { authorization: `Bearer emdia_k1_${whose}`, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) });
    return { status: response.status, body: (await response.json()) as Record<string, any> };
  };
  const caseOf = async (of: string) => (await call('GET', `cases/${of}`)).body;
  /** A customer of whom something is told owes a debt that is due on Friday 20 March. */
  const opens = async (of: string, more: { segment?: string; score?: number } = {}) => {
    await publish(BillingCustomerChanged, { creditor_id, customer_id: of, person_key: derivedId(of).replace(/-/g, '').padEnd(64, '0'), document_key: null, state: 'SP', has_email: true, source_version: 1, ...more }, `${creditor_id}/${of}`);
    await publish(ReconciliationBalanceChanged, { ...bill(of, '2026-03-20'), customer_id: of }, `${creditor_id}/${of}`);
  };
  const { document } = defaultPolicy('esquecido');

  it('goes by segment and score, and says in the case which they are', async () => {
    expect(await call('POST', 'reguas/check', { document: { ...document, regua: 'vip', for: { priority: 9, when: { segments: ['VIP'] } } } })).toMatchObject({ body: { refused: true, findings: [{ path: 'for.when.segments[0]', value: 'VIP' }] } });
    expect(await call('POST', 'reguas', { document: { ...document, regua: 'vip', version: 1, for: { priority: 9, when: { segments: ['vip'], score: { min: 600 } } } } })).toMatchObject({ status: 201 });
    await opens('ana', { segment: 'vip', score: 600 });
    await opens('bia', { segment: 'vip' });
    await opens('caio');
    expect(await caseOf('ana')).toMatchObject({ regua_version: 'vip-1', segment: 'vip', score: 600 });
    expect(await caseOf('bia')).toMatchObject({ regua_version: 'esquecido-1', segment: 'vip', score: null });
    expect(await caseOf('caio')).toMatchObject({ regua_version: 'esquecido-1', segment: null, score: null });
  });
});
