import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Clock, WallClock } from '@emdia/clock';
import { encode, outgoing, ReconciliationBalanceChanged } from '@emdia/contracts';
import { InProcessBroker } from '@emdia/messaging';
import { Config, type House, run } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { A, answer, at, B, balanceEvent, CREDITOR, CUSTOMER, STRANGER } from '../test/story';
import { negotiation } from './index';

class HandClock extends Clock {
  time = at('2026-03-10');
  now(): Date {
    return this.time;
  }
}

/** The two services that negotiation calls: who holds an API key, and how receivables stand. */
class Neighbours {
  readonly server: Server;
  readonly asked: { path: string; body: Record<string, unknown> }[] = [];
  standing: ReturnType<typeof answer> | 'down' = 'down';
  scopes = ['promises:write', 'agreements:write', 'disputes:write', 'negotiation:read'];

  constructor() {
    this.server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const body = JSON.parse(text) as Record<string, unknown>;
        const keys = request.url === '/internal/v1/api-keys/verify';
        if (!keys) this.asked.push({ path: request.url!, body });
        const standing = this.standing;
        if (!keys && standing === 'down') return response.writeHead(503).end('{}');
        const told = keys ? { key_id: 'k1', creditor_id: CREDITOR, scopes: this.scopes, actor: 'agent-7' } : { receivables: standing === 'down' ? [] : [...standing.standings.values()] };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told));
      });
    }).listen(0, '127.0.0.1');
  }
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

describe('negotiation in a house', () => {
  const clock = new HandClock();
  const neighbours = new Neighbours();
  const heard: { type: string; data: Record<string, unknown> }[] = [];
  let test: TestDatabase;
  let broker: InProcessBroker;
  let house: House;
  let rows = 0;

  beforeAll(async () => {
    test = await testDatabase('negotiation');
    broker = new InProcessBroker(new WallClock());
    await broker.subscribe('listener', ['negotiation.events.v1'], async (batch) => {
      for (const { body } of batch) {
        const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
        if (!type.includes('heartbeat')) heard.push({ type, data });
      }
    });
    const config = Config.from({ DATABASE_URL: test.url, PORT: '0', EMDIA_LOG_LEVEL: 'silent', BILLING_INGESTION_URL: neighbours.url, PAYMENT_RECONCILIATION_URL: neighbours.url });
    house = await run([negotiation], 'in-process', { config, clock, broker });
  });
  afterAll(async () => {
    await house.stop();
    neighbours.server.close();
    neighbours.server.closeAllConnections();
    await test.drop();
  });

  const publish = async (...events: ReturnType<typeof balanceEvent>[]) => {
    const source = await broker.source('payment-reconciliation', async () => []);
    await source.publish(events.map(({ id, key, data }) => {
      const event = outgoing(ReconciliationBalanceChanged, { id, key, creditor_id: CREDITOR, now: clock.now(), data });
      return { id: String(++rows), topic: 'reconciliation.events.v1', type: ReconciliationBalanceChanged.type, key, partition: null, body: encode(event, 'payment-reconciliation') };
    }), () => undefined);
    await house.settle();
  };
  const jumpTo = async (time: Date) => {
    clock.time = time;
    house.applications[0]!.sweeps.poke();
    await house.settle();
  };
  const call = async (method: 'GET' | 'POST', path: string, body?: object, key?: string) => {
    const headers = { authorization: 'Bearer emdia_k1_secret', 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) };
    const response = await fetch(`${house.url}/v1/${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    return { status: response.status, body: (await response.json()) as Record<string, any> };
  };
  const promise = { customer_id: CUSTOMER, receivable_ids: [A], promised_date: '2026-03-13' };

  it('refuses a promise for a receivable that has not arrived, and takes it once it has', async () => {
    expect(await call('POST', 'promises', promise, 'first')).toMatchObject({ status: 404, body: { type: 'urn:emdia:problem:receivable-unknown', receivable_id: A } });
    await publish(balanceEvent(A, 1), balanceEvent(B, 1));
    const made = await call('POST', 'promises', promise, 'first');
    expect(made).toMatchObject({ status: 201, body: { customer_id: CUSTOMER, receivable_ids: [A], amount_cents: 10_000, promised_date: '2026-03-13', actor: 'agent-7', status: 'active' } });
    expect(await call('POST', 'promises', promise, 'first')).toEqual(made);
    expect(await call('POST', 'promises', { ...promise, receivable_ids: [B] }, 'first')).toMatchObject({ status: 422 });
    expect(await call('POST', 'promises', promise)).toMatchObject({ status: 409, body: { type: 'urn:emdia:problem:already-promised' } });
    expect(await call('GET', `promises/${made.body.promise_id}`)).toEqual({ status: 200, body: made.body });
    await house.settle();
    expect(heard.map(({ type }) => type)).toEqual(['negotiation.promise-made.v1']);
  });

  it('refuses what is no command', async () => {
    for (const wrong of [{ promised_date: '2026-02-30' }, { amount_cents: 1.5 }, { amount_cents: 0 }, { receivable_ids: [] }, { receivable_ids: ['x'] }, { customer_id: 'a b' }, { surplus: 1 }]) {
      expect(await call('POST', 'promises', { ...promise, ...wrong })).toMatchObject({ status: 400, body: { type: 'urn:emdia:problem:invalid-request' } });
    }
    expect(await call('POST', 'agreements', { customer_id: CUSTOMER, receivable_ids: [B], instalments: [{ due_date: '2026-03-13', amount_cents: -1 }] })).toMatchObject({ status: 400 });
    expect(await call('POST', 'disputes', { customer_id: CUSTOMER, receivable_ids: [B], reason: '' })).toMatchObject({ status: 400 });
    expect(await call('GET', `promises/${STRANGER}`)).toMatchObject({ status: 404, body: { type: 'urn:emdia:problem:promise-unknown' } });
    expect(await call('GET', `promises?cursor=${Buffer.from('["x"]').toString('base64url')}`)).toMatchObject({ status: 400, body: { type: 'urn:emdia:problem:invalid-cursor' } });
  });

  it('states the difference of an agreement that does not add up, and pages what it took', async () => {
    const agreement = { customer_id: CUSTOMER, receivable_ids: [B], instalments: [{ due_date: '2026-03-16', amount_cents: 5_000 }, { due_date: '2026-04-13', amount_cents: 4_000 }], waived_cents: 900 };
    expect(await call('POST', 'agreements', agreement)).toMatchObject({ status: 422, body: { type: 'urn:emdia:problem:agreement-sum', open_cents: 10_000, agreed_cents: 9_900, difference_cents: -100 } });
    const first = await call('POST', 'agreements', { ...agreement, waived_cents: 1_000 });
    expect(first).toMatchObject({ status: 201, body: { status: 'active', instalments: [{ number: 1, status: 'open' }, { number: 2, status: 'open' }] } });
    expect(await call('POST', `agreements/${first.body.agreement_id}/cancel`)).toMatchObject({ status: 200, body: { status: 'broken', broken_by: 'request' } });
    clock.time = at('2026-03-10', '12:01');
    const second = await call('POST', 'agreements', { ...agreement, waived_cents: 1_000 });
    const page = await call('GET', `agreements?customer_id=${CUSTOMER}&limit=1`);
    expect(page.body.items).toEqual([second.body]);
    const rest = await call('GET', `agreements?customer_id=${CUSTOMER}&limit=1&cursor=${page.body.next_cursor}`);
    expect(rest.body).toMatchObject({ items: [{ agreement_id: first.body.agreement_id, status: 'broken' }], next_cursor: null });
    expect((await call('GET', 'agreements?customer_id=nobody')).body).toEqual({ items: [], next_cursor: null });
  });

  it('keeps a dispute until somebody resolves it', async () => {
    const raised = await call('POST', 'disputes', { customer_id: CUSTOMER, receivable_ids: [A], reason: 'paid twice', review_date: '2026-03-12' });
    expect(raised).toMatchObject({ status: 201, body: { status: 'open', review_date: '2026-03-12', needs_review: false } });
    await jumpTo(at('2026-03-12', '00:00'));
    expect(await call('GET', `disputes/${raised.body.dispute_id}`)).toMatchObject({ body: { status: 'open', review_date: '2026-03-22', needs_review: true } });
    expect(await call('POST', `disputes/${raised.body.dispute_id}/resolve`, { outcome: 'withdrawn' })).toMatchObject({ status: 200, body: { status: 'resolved', outcome: 'withdrawn' } });
    expect(await call('POST', `disputes/${raised.body.dispute_id}/resolve`, { outcome: 'upheld' })).toMatchObject({ status: 409 });
  });

  it('breaks a promise only when reconciliation answers that its day is covered', async () => {
    const due = at('2026-03-14', '00:00');
    expect(await house.nextDueAt()).toEqual(due);
    clock.time = due;
    house.applications[0]!.sweeps.poke();
    while (neighbours.asked.length < 2) await new Promise(setImmediate);
    expect(await house.nextDueAt()).toEqual(due); // no answer: business time waits, wall time backs off
    neighbours.standing = answer('2026-03-13', { receivable_id: A, version: 1, covered: false });
    await house.settle();
    expect(neighbours.asked[0]).toEqual({ path: '/internal/v1/standing', body: { receivables: [{ creditor_id: CREDITOR, receivable_id: A }], covered_for: '2026-03-13' } });
    expect(await house.nextDueAt()).toEqual(at('2026-03-14', '01:00'));
    heard.length = 0;
    neighbours.standing = answer('2026-03-13', { receivable_id: A, version: 2, paid_cents: 300, covered: true });
    await jumpTo(at('2026-03-14', '01:00'));
    expect(heard).toMatchObject([{ type: 'negotiation.promise-broken.v1', data: { receivable_ids: [A], received_cents: 300 } }]);
  });

  it('tells each instalment, and the agreement when it is completed', async () => {
    heard.length = 0;
    await publish(balanceEvent(B, 2, { paid_cents: 5_000 }));
    await publish(balanceEvent(B, 3, { paid_cents: 9_000 }), balanceEvent(B, 2, { paid_cents: 5_000 }));
    expect(heard).toMatchObject([
      { type: 'negotiation.instalment-paid.v1', data: { number: 1 } },
      { type: 'negotiation.instalment-paid.v1', data: { number: 2 } },
      { type: 'negotiation.agreement-completed.v1', data: { receivable_ids: [B], waived_cents: 1_000 } },
    ]);
    expect(await house.nextDueAt()).toBeNull();
    await publish(balanceEvent(B, 4, { paid_cents: 9_000, waived_cents: 1_000, open_cents: 0, status: 'settled' }));
    expect(await call('POST', 'promises', { ...promise, receivable_ids: [B] })).toMatchObject({ status: 409, body: { type: 'urn:emdia:problem:receivable-not-open' } });
  });
});
