import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { derivedId, encode, outgoing, ReconciliationBalanceChanged } from '@emdia/contracts';
import { DrivenClock, WallClock } from '@emdia/clock';
import { InProcessBroker, type Row } from '@emdia/messaging';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import { levers, toyService } from '../test/toy-service';
import { Config, NotStill, run, type House, type Principal } from './index';

const TOKEN = 'an-internal-token-of-at-least-32-characters';
const KEYS: Record<string, Principal> = {
  'emdia_acme_secret': { key_id: 'acme', creditor_id: 'acme', scopes: ['notes:read', 'notes:write'], actor: 'key acme' },
  'emdia_other_secret': { key_id: 'other', creditor_id: 'other', scopes: ['notes:read', 'notes:write'], actor: 'key other' },
  'emdia_reader_secret': { key_id: 'reader', creditor_id: 'acme', scopes: ['notes:read'], actor: 'key reader' },
  'emdia_admin_secret': { key_id: 'admin', creditor_id: null, scopes: ['admin'], actor: 'admin' },
};

/** Wall time that can be pushed on, so that nobody waits 30 s for a time-out. */
class PushedWall extends WallClock {
  ahead_ms = 0;
  override monotonicMs = () => performance.now() + this.ahead_ms;
}

/** Answers as billing-ingestion does when a key is checked; `asked` counts. */
function keyServer(): Promise<{ server: Server; url: string; asked: () => number }> {
  let asked = 0;
  const bySha = new Map(Object.entries(KEYS).map(([key, principal]) => [createHash('sha256').update(key).digest('hex'), principal]));
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      asked++;
      const principal = bySha.get(JSON.parse(body).key_sha256);
      response.writeHead(principal && request.headers.authorization === `Bearer ${TOKEN}` ? 200 : 404).end(JSON.stringify(principal ?? {}));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked })));
}

let count = 0;
function balance(customer: string): Row {
  const id = String(++count);
  const data = {
    creditor_id: 'acme', customer_id: customer, receivable_id: derivedId('r', id), version: 1, invoice_id: id, number: id, description: null, currency: 'BRL',
    issue_date: '2026-01-01', original_due_date: '2026-02-01', effective_due_date: '2026-02-01', amount_cents: 1, paid_cents: 0, waived_cents: 0, open_cents: 1,
    status: 'open' as const, collectability: 'owed' as const, review_date: null, charge_policy: null, instruments: [], settled_on: null,
  };
  const key = `acme/${customer}`;
  const event = outgoing(ReconciliationBalanceChanged, { id: derivedId('b', id), key, creditor_id: 'acme', now: new Date('2026-01-01T00:00:00Z'), data });
  return { id, topic: 'reconciliation.events.v1', type: ReconciliationBalanceChanged.type, key, partition: null, body: encode(event, 'payment-reconciliation') };
}

describe('house', () => {
  let test: TestDatabase;
  let keys: Awaited<ReturnType<typeof keyServer>>;
  let broker: InProcessBroker;
  let wall: PushedWall;
  let house: House | null = null;
  let logged = '';

  beforeAll(async () => {
    keys = await keyServer();
    test = await testDatabase('house');
  });
  afterAll(async () => {
    keys.server.closeAllConnections();
    keys.server.close();
    await test.drop();
  });
  beforeEach(async () => {
    logged = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((logged += String(text)), true));
    Object.assign(levers, { handlerWaits: null, leavesDue: false, requestWaits: null });
    wall = new PushedWall();
    broker = new InProcessBroker(wall);
    house = await open();
  });
  afterEach(async () => {
    await house?.stop();
    jest.restoreAllMocks();
  });

  const settings = (more: Record<string, string> = {}) =>
    Config.from({
      DATABASE_URL: test.url,
      BILLING_INGESTION_URL: keys.url,
      PORT: '0',
      EMDIA_INTERNAL_TOKEN: TOKEN,
      EMDIA_INSTALLATION_KEY: 'an-installation-key-of-at-least-32-characters',
      EMDIA_LOG_LEVEL: 'trace',
      ...more,
    });
  const open = (more: Record<string, string> = {}) => run([toyService], 'in-process', { config: settings(more), broker, wall });
  const call = async (path: string, key: string | null = 'emdia_acme_secret', init: { method?: string; body?: unknown; headers?: Record<string, string> } = {}) => {
    const response = await fetch(house!.url + path, {
      method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
      headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), ...(init.body === undefined ? {} : { 'content-type': 'application/json' }), ...init.headers },
      ...(init.body === undefined ? {} : { body: typeof init.body === 'string' ? init.body : JSON.stringify(init.body) }),
    });
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type')?.split(';')[0], body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text, headers: response.headers };
  };
  const problem = async (answer: ReturnType<typeof call>) => {
    const { status, type, body } = await answer;
    expect([type, body.status]).toEqual(['application/problem+json', status]);
    expect(body.detail).toEqual(expect.any(String));
    return `${status} ${body.type.replace('urn:emdia:problem:', '')}`;
  };
  const publish = async (...rows: Row[]) => {
    const source = await broker.source('reconciliation', async () => []);
    await source.publish(rows, () => undefined);
  };
  function gate(): { shut: Promise<void>; open: () => void } {
    let release = () => undefined as void;
    return { shut: new Promise<void>((resolve) => (release = resolve)), open: () => release() };
  }
  const query = async (text: string) => {
    const client = new Client({ connectionString: process.env.EMDIA_TEST_ADMIN_URL! });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };

  describe('stillness', () => {
    it('settle() waits until handlers and sweeps have done what an event asks for', async () => {
      await publish(balance('settle-1'), balance('settle-1'));
      await house!.settle();
      const { body } = await call('/v1/notes?limit=200');
      expect(body.items).toContainEqual({ key: 'acme/settle-1', count: 102 });
    });

    it('is not still while a handler is at work', async () => {
      const { shut, open } = gate();
      levers.handlerWaits = shut;
      await publish(balance('settle-2'));
      let settled = false;
      const settling = house!.settle().then(() => (settled = true));
      await wall.sleep(300);
      expect(settled).toBe(false);
      open();
      await settling;
    });

    it('says after 30 s who is busy', async () => {
      const { shut, open } = gate();
      levers.requestWaits = shut;
      const request = call('/v1/notes');
      await wall.sleep(100);
      const settling = house!.settle().catch((error: unknown) => error);
      await wall.sleep(50);
      wall.ahead_ms += 31_000;
      const error = await settling;
      expect(error).toBeInstanceOf(NotStill);
      expect(error).toMatchObject({ busy: ['1 requests'] });
      open();
      await request;
    });

    it('calls it an error when something due now is left', async () => {
      levers.leavesDue = true;
      // A run that began before the lever was turned would still clear what comes now.
      await house!.settle();
      await publish(balance('settle-3'));
      await expect(house!.settle()).rejects.toThrow('Sweep due-notes left something due');
    });

    it('refuses a driven clock where a service is missing', async () => {
      const clock = new DrivenClock(new Date('2026-01-01T00:00:00Z'));
      await expect(run([toyService], 'in-process', { config: settings(), clock })).rejects.toThrow(/needs every service.*billing-ingestion.*lack/);
    });

    it('refuses two services that want the same path, and a service whose database is not told', async () => {
      await expect(run([toyService, { ...toyService, name: 'notifications' }], 'in-process', { config: settings() })).rejects.toThrow('Both negotiation and notifications want the path v1/notes.');
      const { DATABASE_URL: _, ...rest } = { DATABASE_URL: '', PORT: '0' };
      await expect(run([toyService], 'in-process', { config: Config.from(rest) })).rejects.toThrow('DATABASE_URL (or NEGOTIATION_DATABASE_URL) must be set');
    });
  });

  describe('who may call', () => {
    it.each([
      ['no key', '/v1/notes', null, {}, '401 unauthorised'],
      ['an unknown key', '/v1/notes', 'emdia_unknown_secret', {}, '401 unauthorised'],
      ['a key without the scope', '/v1/notes', 'emdia_reader_secret', { body: { customer_id: 'x', count: 1 } }, '403 missing-scope'],
      ['a handler that says nothing', '/v1/notes/unmarked', 'emdia_admin_secret', {}, '403 missing-scope'],
      ['a key of another creditor', '/v1/notes', 'emdia_acme_secret', { headers: { 'X-Emdia-Creditor': 'other' } }, '403 not-your-creditor'],
      ['an API key inside', '/internal/v1/notes/a', 'emdia_admin_secret', { body: {} }, '403 forbidden'],
      ['a key for dead letters', '/negotiation/v1/dead-letters', 'emdia_acme_secret', {}, '403 missing-scope'],
    ] as const)('refuses %s', async (_, path, key, init, expected) => {
      expect(await problem(call(path, key, init))).toBe(expected);
    });

    it('lets services call each other with their credential, in one process too', async () => {
      expect((await call('/internal/v1/notes/a', TOKEN, { body: {} })).body).toEqual({ key: 'a' });
      expect((await call('/v1/notes/around')).body).toEqual({ key: 'here' });
    });

    it('lets an installation-wide key act for the creditor it names', async () => {
      const headers = { 'X-Emdia-Creditor': 'other' };
      expect((await call('/v1/notes', 'emdia_admin_secret', { body: { customer_id: 'admin', count: 1 }, headers })).status).toBe(201);
      expect((await call('/v1/notes', 'emdia_other_secret')).body.items).toContainEqual({ key: 'other/admin', count: 1 });
    });

    it('asks about a key once a minute, by either clock', async () => {
      await call('/v1/notes');
      const before = keys.asked();
      await call('/v1/notes');
      expect(keys.asked()).toBe(before);
      wall.ahead_ms += 61_000;
      await call('/v1/notes');
      expect(keys.asked()).toBe(before + 1);
    });

    it('shows a creditor its own rows, though the query asks for all', async () => {
      await call('/v1/notes', 'emdia_acme_secret', { body: { customer_id: 'mine', count: 1 } });
      await call('/v1/notes', 'emdia_other_secret', { body: { customer_id: 'theirs', count: 1 } });
      const { items } = (await call('/v1/notes?limit=200')).body;
      expect(items).toContainEqual({ key: 'acme/mine', count: 1 });
      expect(items.filter(({ key }: { key: string }) => !key.startsWith('acme/'))).toEqual([]);
    });
  });

  describe('what is answered', () => {
    it.each([
      ['a path that nobody serves', '/v1/nothing', {}, '404 not-found'],
      ['a path that its service does not serve', '/v1/notes/1/2/3', {}, '404 not-found'],
      ['a body that is no JSON', '/v1/notes', { body: '{"customer_id": "Ana' }, '400 unreadable-body'],
      ['fields that are wrong', '/v1/notes', { body: { customer_id: 5, count: 'one', surplus: true } }, '400 invalid-request'],
      ['a limit beyond the most', '/v1/notes?limit=201', {}, '400 invalid-request'],
      ['a cursor of somebody else', '/v1/notes?cursor=abc', {}, '400 invalid-cursor'],
      ['an idempotency key with blanks', '/v1/notes', { body: { customer_id: 'x', count: 1 }, headers: { 'idempotency-key': 'a b' } }, '400 invalid-request'],
      ['what the rules forbid', '/v1/notes', { body: { customer_id: 'x', count: -1 } }, '409 negative'],
      ['an oversized body', '/v1/notes', { body: JSON.stringify({ customer_id: 'x'.repeat(9_000_000), count: 1 }) }, '413 too-large'],
      ['a failure of ours', '/v1/notes/broken', { body: {} }, '500 internal'],
      ['a dead letter that is not there', `/negotiation/v1/dead-letters/${derivedId('none')}/replay`, { body: {}, key: 'emdia_admin_secret' }, '404 not-found'],
    ] as const)('is a problem for %s', async (_, path, init, expected) => {
      expect(await problem(call(path, 'key' in init ? init.key : undefined, init))).toBe(expected);
    });

    it('names every field that is wrong', async () => {
      const { body } = await call('/v1/notes', undefined, { body: { count: 'one', surplus: true } });
      expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(['count', 'customer_id', 'customer_id', 'surplus']);
    });

    it('goes through pages without a gap or a repetition', async () => {
      for (const customer_id of ['page-1', 'page-2', 'page-3', 'page-4', 'page-5']) await call('/v1/notes', undefined, { body: { customer_id, count: 1 } });
      const all = (await call('/v1/notes?limit=200')).body;
      expect(all.next_cursor).toBeNull();
      const seen: unknown[] = [];
      for (let cursor = ''; cursor !== null; ) {
        const page: { items: unknown[]; next_cursor: string } = (await call(`/v1/notes?limit=2${cursor && `&cursor=${cursor}`}`)).body;
        expect(page.items.length).toBeLessThanOrEqual(2);
        seen.push(...page.items);
        cursor = page.next_cursor;
      }
      expect(seen).toEqual(all.items);
    });

    it('is the first answer when a request is repeated under its key, and a problem when it is another', async () => {
      const write = (count: number) => call('/v1/notes', undefined, { body: { customer_id: 'repeated', count }, headers: { 'idempotency-key': 'k-1' } });
      expect([(await write(1)).body, (await write(1)).body]).toEqual([{ count: 1 }, { count: 1 }]);
      expect(await problem(write(2))).toBe('422 idempotency-conflict');
    });

    it('carries a request id, documents itself and counts requests by route', async () => {
      const { headers } = await call('/v1/notes', undefined, { headers: { 'x-request-id': 'mine-1' } });
      expect(headers.get('x-request-id')).toBe('mine-1');
      const { paths } = (await call('/negotiation/openapi.json', null)).body;
      expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/v1/notes', '/negotiation/v1/dead-letters']));
      expect((await call('/negotiation/docs', null)).status).toBe(200);
      const metrics = (await call('/negotiation/metrics', null)).body;
      expect(metrics).toMatch(/emdia_http_request_seconds_count\{method="GET",route="\/v1\/notes",status="200"\} [1-9]/);
      expect(metrics).toMatch(/emdia_consumer_lag_events 0/);
    });
  });

  it('keeps personal data out of the logs, whatever goes wrong', async () => {
    const person = { name: 'Ana Souza', email: 'ana@example.com', document: '529.982.247-25' };
    await call('/v1/notes?email=ana@example.com', undefined, { body: { customer_id: 5, ...person } });
    await call('/v1/notes', undefined, { body: `{"name": "Ana Souza", "email": ana@example.com` });
    await publish({ ...balance('logs'), body: '{"name": "Ana Souza", "email": ana@example.com' });
    await publish({ ...balance('logs'), body: balance('logs').body.replace('"amount_cents":1', '"amount_cents":"Ana Souza"') });
    await house!.settle();
    expect(logged).toContain('was set aside');
    expect(logged).not.toMatch(/Souza|ana@|529\.982|emdia_acme_secret|an-internal-token/);
  });

  describe('health', () => {
    const ready = () => call('/negotiation/health/ready', null);
    const becomesReady = async () => {
      for (let tries = 0; (await ready()).status !== 200 && tries < 100; tries++) await wall.sleep(100);
      expect(await ready()).toMatchObject({ status: 200, body: { ready: true } });
    };
    const live = async () => [(await call('/negotiation/health/live', null)).status, (await call('/health/live', null)).status];

    it('turns not ready when the database goes away, stays alive, and heals by itself', async () => {
      await becomesReady();
      const database = new URL(test.url).pathname.slice(1);
      await query(`alter database "${database}" allow_connections false`);
      await query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`);
      const { status, body } = await ready();
      expect([status, body.parts.database.ok, await live()]).toEqual([503, false, [200, 200]]);
      expect((await call('/health/ready', null)).status).toBe(503);
      expect(await problem(call('/v1/notes'))).toBe('503 unavailable');
      await query(`alter database "${database}" allow_connections true`);
      await becomesReady();
      await publish(balance('healed'));
      await house!.settle();
    });

    it('turns not ready when a batch does not end, and stays alive', async () => {
      const { shut, open } = gate();
      levers.handlerWaits = shut;
      await publish(balance('stuck'));
      await wall.sleep(100);
      wall.ahead_ms += 11_000;
      const { status, body } = await ready();
      expect([status, body.parts.consumer, await live()]).toEqual([503, { ok: false, lag: 1 }, [200, 200]]);
      open();
      await house!.settle();
      expect((await ready()).status).toBe(200);
    });
  });

  it('opens one service anew behind the same address: it serves, consumes, publishes and sweeps on', async () => {
    const [before] = house!.applications;
    await house!.restart('negotiation');
    expect(house!.applications).toHaveLength(1);
    expect(house!.applications[0]).not.toBe(before);
    await publish(balance('restarted'));
    await house!.settle();
    const { items } = (await call('/v1/notes?limit=200')).body;
    expect(items).toContainEqual({ key: 'acme/restarted', count: 101 });
    await expect(house!.restart('nobody')).rejects.toThrow('There is no nobody in this house.');
  });

  describe('stop', () => {
    it('lets requests and batches at hand end, and takes well under 10 s', async () => {
      const [request, batch] = [gate(), gate()];
      levers.requestWaits = request.shut;
      levers.handlerWaits = batch.shut;
      await publish(balance('stopping'));
      const answer = call('/v1/notes');
      await wall.sleep(100);
      const at = wall.monotonicMs();
      const stopping = house!.stop();
      expect(await call('/negotiation/health/ready', null)).toMatchObject({ status: 503, body: { ready: false, parts: { process: 'stopping' } } });
      await wall.sleep(100);
      batch.open();
      await wall.sleep(100);
      request.open();
      expect((await answer).status).toBe(200);
      await stopping;
      expect(wall.monotonicMs() - at).toBeLessThan(3_000);
      house = await open();
      expect((await call('/v1/notes?limit=200')).body.items.map(({ key }: { key: string }) => key)).toContain('acme/stopping');
    });

    it('cuts what does not end, within 10 s', async () => {
      levers.requestWaits = new Promise(() => undefined);
      const answer = call('/v1/notes').catch((error: Error) => error);
      await wall.sleep(100);
      const at = wall.monotonicMs();
      await house!.stop();
      expect(wall.monotonicMs() - at).toBeLessThan(10_000);
      expect(await answer).toHaveProperty('message', 'fetch failed');
      house = null;
    });
  });
});
