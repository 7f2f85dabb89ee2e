import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Clock, WallClock } from '@emdia/clock';
import { InProcessBroker, type Delivery } from '@emdia/messaging';
import { Config, run, type House } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import { billingIngestion } from '../index';
import { Unmappable } from './fields';
import { sources } from './sources';
import { NOW } from '../../test/memory-books';

const ADMIN = 'emdia_spec_0123456789abcdef0123456789abcdef';
const OLD = 'the-old-secret-of-the-platform';
const NEW = 'the-new-secret-of-the-platform';

/** Stands where a test puts it. */
class StillClock extends Clock {
  at = NOW;
  now(): Date {
    return this.at;
  }
}

/** Wall time as the machine tells it, and as far ahead as a test wants: back-off is not waited for. */
class LeapingClock extends WallClock {
  aheadMs = 0;
  override epochMs(): number {
    return super.epochMs() + this.aheadMs;
  }
}

const invoice = (more: object = {}) => ({
  id: 'in_1', object: 'invoice', status: 'open', amount_due: 12_990, amount_paid: 0, currency: 'brl', created: 1_772_366_400, due_date: 1_773_187_200, status_transitions: { finalized_at: 1_772_366_400 }, customer: 'cus_1',
  customer_name: 'Ana Souza', payment_intent: 'pi_1', ...more,
});
const stripeEvent = (id: string, type: string, object: object, created = 1_772_366_400) => JSON.stringify({ id, type, created, api_version: '2024-06-20', data: { object } });

describe('webhooks', () => {
  let server: TestDatabase;
  let sql: Client;
  let house: House;
  let wall: LeapingClock;
  let clock: StillClock;
  let told: Delivery[];
  let ours = '';
  let logged = '';
  let platform: Server;
  let answers: Record<string, unknown> = {};
  let asked: string[] = [];
  let mapping: jest.SpyInstance | undefined;

  const call = async (method: string, path: string, body?: unknown, key = ours) => {
    const response = await fetch(house.url + path, { method, headers: { authorization: `Bearer ${key}`, 'x-emdia-creditor': 'boa-forma', 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const answer = await response.text();
    return { status: response.status, body: (answer ? JSON.parse(answer) : null) as any };
  };
  const put = async (name: string, body: object, key = ours) => call('PUT', `/v1/webhooks/${name}`, { secrets: [OLD, NEW], ...body }, key);
  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(house.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
    const answer = await response.text();
    return { status: response.status, body: (answer ? JSON.parse(answer) : null) as any };
  };
  const signed = (body: string, secret = NEW, t = Math.floor(wall.epochMs() / 1_000)) => ({ 'stripe-signature': `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}` });
  const types = async () => {
    await house.settle();
    return told.splice(0).map(({ body }) => (JSON.parse(body) as { type: string }).type.slice(8, -3)).filter((type) => type !== 'heartbeat');
  };
  const deliveries = async () => (await sql.query('select status, outcome, identity, attempts from billing.webhook_delivery order by received_at, id')).rows as { status: string; outcome: string; identity: string; attempts: number }[];
  const quarantined = async () => ((await call('GET', '/v1/quarantine')).body.items as { reason: string; detail: string; event_id: string; source: string; position: string; id: string }[]);
  const metric = async (line: RegExp) => (await (await fetch(`${house.url}/billing-ingestion/metrics`)).text()).match(line)?.[1];
  const until = async (holds: () => Promise<boolean>) => {
    for (let tries = 0; tries < 200 && !(await holds()); tries++) await new Promise((resolve) => setTimeout(resolve, 25));
  };

  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((logged += String(text)), true));
    platform = createServer(({ url }, response) => {
      asked.push(url!);
      const answer = answers[url!];
      response.writeHead(answer === undefined ? 503 : 200).end(JSON.stringify(answer ?? {}));
    });
    await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve));
    server = await testDatabase('billing_webhooks');
    wall = new LeapingClock();
    clock = new StillClock();
    const broker = new InProcessBroker(new WallClock());
    const config = Config.from({
      DATABASE_URL: server.url, PORT: '0', EMDIA_LOG_LEVEL: 'trace', EMDIA_INTERNAL_TOKEN: 'a-token-for-specs-of-thirty-two-characters', EMDIA_BOOTSTRAP_KEY_SHA256: createHash('sha256').update(ADMIN).digest('hex'),
    });
    house = await run([billingIngestion], 'in-process', { config, clock, wall, broker });
    told = [];
    await broker.subscribe('spec', ['billing.events.v1'], async (batch) => void told.push(...batch));
    sql = new Client({ connectionString: server.url });
    await sql.connect();
    for (const id of ['boa-forma', 'outra']) await call('PUT', `/v1/creditors/${id}`, { name: 'Boa Forma Ltda.', document: '11.222.333/0001-81', address: 'Rua das Flores, 100, São Paulo, SP' }, ADMIN);
    ours = (await call('POST', '/v1/api-keys', { creditor_id: 'boa-forma', scopes: ['sources:write', 'quarantine:read', 'quarantine:write', 'invoices:read'], actor: 'spec' }, ADMIN)).body.key as string;
  });
  afterAll(async () => {
    await sql?.end();
    await house?.stop();
    await server?.drop();
    await new Promise((resolve) => platform.close(resolve));
    jest.restoreAllMocks();
  });
  beforeEach(async () => {
    await house.settle();
    await sql.query('set search_path = billing; truncate quarantine, refund, payment, invoice, customer, upstream_event, webhook_delivery, webhook');
    told.splice(0);
    answers = {};
    asked = [];
    clock.at = NOW;
  });
  afterEach(() => mapping?.mockRestore());

  it('are registered per creditor, under an address that stays; secrets and credentials are sealed and told to nobody', async () => {
    const first = await put('loja', { kind: 'stripe' });
    expect(first).toEqual({ status: 200, body: { name: 'loja', kind: 'stripe', webhook_id: expect.any(String), creditor_id: 'boa-forma', path: `/webhooks/${first.body.webhook_id}`, secrets: 2, zone: 'America/Sao_Paulo', due_days: 0, ask_base_url: null } });
    expect((await put('loja', { kind: 'stripe', secrets: [NEW], ask: { base_url: 'https://api.stripe.com', headers: { authorization: 'Bearer sk_of_ours' } } })).body).toEqual({ ...first.body, secrets: 1, ask_base_url: 'https://api.stripe.com' });
    expect((await put('loja', { kind: 'asaas' })).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:other-kind' });
    const { body: vindi } = await put('vindi', { kind: 'vindi' });
    expect(vindi.path).toBe(`/webhooks/${vindi.webhook_id}/{secret}`);
    expect((await call('GET', '/v1/webhooks')).body.items.map(({ name }: { name: string }) => name)).toEqual(['loja', 'vindi']);
    const stored = JSON.stringify((await sql.query('select * from webhook')).rows);
    for (const secret of [OLD, NEW, 'sk_of_ours', 'api.stripe.com']) expect(stored).not.toContain(secret);
    const theirs = (await call('POST', '/v1/api-keys', { creditor_id: 'outra', scopes: ['sources:write'], actor: 'spec' }, ADMIN)).body.key as string;
    const other = await fetch(`${house.url}/v1/webhooks`, { headers: { authorization: `Bearer ${theirs}` } });
    expect(await other.json()).toEqual({ items: [] });
    expect([(await call('DELETE', '/v1/webhooks/loja')).status, (await call('DELETE', '/v1/webhooks/loja')).status]).toEqual([204, 404]);
    const body = stripeEvent('evt_1', 'invoice.finalized', invoice());
    expect((await post(first.body.path, body, signed(body))).status).toBe(404);
  });

  it('belong to creditors that are registered', async () => {
    const answer = await fetch(`${house.url}/v1/webhooks/loja`, {
      method: 'PUT', headers: { authorization: `Bearer ${ADMIN}`, 'x-emdia-creditor': 'nobody', 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'stripe', secrets: [NEW] }),
    });
    expect(await answer.json()).toMatchObject({ status: 422, type: 'urn:emdia:problem:unknown-creditor' });
  });

  it.each([
    ['vindi', { secrets: ['a secret with blanks'] }, '422 invalid-secret'],
    ['stripe', { zone: 'America/Nowhere' }, '422 unknown-zone'],
    ['iugu', {}, '422 ask-missing'],
    ['kill-bill', { ask: { base_url: 'http://10.0.0.1:8080', headers: {} } }, '403 missing-scope'],
    ['lago', { ask: { base_url: 'https://api.getlago.com', headers: { host: 'x' } } }, '422 unknown-header'],
    ['stripe', { secrets: [] }, '400 invalid-request'],
    ['stripe', { secrets: ['short'] }, '400 invalid-request'],
    ['stripe', { ask: { base_url: 'file:///etc/passwd', headers: {} } }, '400 invalid-request'],
  ])('of %s are refused with %j: %s', async (kind, more, expected) => {
    const { status, body } = await put('loja', { kind, ...more });
    expect(`${status} ${String(body.type).replace('urn:emdia:problem:', '')}`).toBe(expected);
  });

  it('keep nothing that no secret vouches for, and count it', async () => {
    const { path } = (await put('loja', { kind: 'stripe' })).body;
    const body = stripeEvent('evt_1', 'invoice.finalized', invoice());
    const old = Math.floor(wall.epochMs() / 1_000) - 301;
    for (const headers of [{}, signed(body, 'another-secret-altogether'), signed(`${body} `), signed(body, NEW, old)])
      expect(await post(path, body, headers)).toMatchObject({ status: 401, body: { type: 'urn:emdia:problem:wrong-signature', status: 401 } });
    expect(await post(`/webhooks/${randomUUID()}`, body, signed(body))).toMatchObject({ status: 404, body: { type: 'urn:emdia:problem:not-found' } });
    expect(await post('/webhooks/not-an-id', body, signed(body))).toMatchObject({ status: 404 });
    const long = `"${'x'.repeat(1_100_000)}"`;
    expect(await post(path, long, signed(long))).toMatchObject({ status: 413, body: { type: 'urn:emdia:problem:too-large' } });
    expect((await post(path, body, { ...signed(body), 'content-encoding': 'gzip' })).status).toBe(415);
    expect(await deliveries()).toEqual([]);
    expect(await metric(/emdia_webhooks_total\{kind="stripe",outcome="refused"\} (\d+)/)).toBe('4');
  });

  it('are answered at once, kept sealed, and come to the same facts however often and in whatever order they come', async () => {
    const { path } = (await put('loja', { kind: 'stripe' })).body;
    const paid = stripeEvent('evt_2', 'invoice.paid', invoice({ status: 'paid', amount_paid: 12_990, status_transitions: { paid_at: 1_773_100_800 } }), 1_773_100_800);
    const failed = stripeEvent('evt_3', 'invoice.payment_failed', invoice(), 1_773_187_300);
    const issued = stripeEvent('evt_1', 'invoice.finalized', invoice());
    for (const body of [paid, issued, paid, failed, issued]) for (const secret of [OLD, NEW]) expect(await post(path, body, signed(body, secret))).toEqual({ status: 200, body: null });
    expect((await types()).sort()).toEqual(['charge-declined', 'customer-changed', 'invoice-issued', 'payment-reported']);
    expect((await deliveries()).map(({ identity, status }) => [identity, status])).toEqual(expect.arrayContaining([['evt_1', 'taken'], ['evt_2', 'taken'], ['evt_3', 'taken']]));
    expect(await deliveries()).toHaveLength(3);
    expect(await quarantined()).toEqual([]);
    // A late failure never reopens what is paid.
    expect((await sql.query('select status, credit_date::text from payment')).rows).toEqual([{ status: 'received', credit_date: '2026-03-09' }]);
    expect(JSON.stringify((await sql.query('select * from webhook_delivery')).rows)).not.toMatch(/Souza|cus_1/);
  });

  it('hold what contradicts itself under one id: by what it means, not by its bytes', async () => {
    const { path } = (await put('loja', { kind: 'stripe' })).body;
    const send = async (id: string, type: string, object: object) => {
      const body = stripeEvent(id, type, object);
      expect((await post(path, body, signed(body))).status).toBe(200);
      return types();
    };
    expect(await send('evt_1', 'invoice.finalized', invoice())).toEqual(['customer-changed', 'invoice-issued']);
    expect(await send('evt_1', 'invoice.finalized', invoice({ pending_webhooks: 2 }))).toEqual([]);
    expect(await quarantined()).toEqual([]);
    expect(await send('evt_1', 'invoice.finalized', invoice({ amount_due: 1 }))).toEqual(['event-rejected']);
    expect(await send('evt_1', 'plan.created', {})).toEqual(['event-rejected']);
    expect((await quarantined()).map(({ reason, event_id }) => [reason, event_id])).toEqual([['conflicting-content', 'evt_1'], ['conflicting-content', 'evt_1']]);
    expect((await call('GET', '/v1/invoices/in_1')).body).toMatchObject({ amount_cents: 12_990 });
  });

  it('ignore what nobody needs, and set aside with its reason what cannot be told', async () => {
    const { path } = (await put('loja', { kind: 'asaas', secrets: [NEW] })).body;
    const send = (body: object | string) => post(path, typeof body === 'string' ? body : JSON.stringify(body), { 'asaas-access-token': NEW });
    expect((await send({ id: 'evt_1', event: 'PAYMENT_OVERDUE', dateCreated: '2026-03-12 10:00:00', payment: {} })).status).toBe(200);
    expect((await send({ id: 'evt_2', event: 'PAYMENT_RECEIVED', dateCreated: '2026-03-12 10:00:00', payment: { id: 'pay_1', customer: 'cus_1', value: 1.005, clientPaymentDate: '2026-03-12' } })).status).toBe(200);
    expect((await send('{"id": ')).status).toBe(200);
    expect(await types()).toEqual(['event-rejected', 'event-rejected']);
    expect((await deliveries()).map(({ status }) => status).sort()).toEqual(['ignored', 'quarantined', 'quarantined']);
    const entries = await quarantined();
    const [entry, other] = ['evt_2', 'x'].map((id) => entries.find(({ event_id }) => (event_id === 'evt_2') === (id === 'evt_2')));
    // Whom it is about is not written to while it lies there.
    expect(entry).toMatchObject({ reason: 'unmappable', detail: '`value` is no amount of whole cents.', customer_id: 'cus_1', source: null, position: expect.stringMatching(/^webhook loja delivery /) });
    // Nobody knows whom this is about: what the source tells is not whole until somebody has looked.
    expect(other).toMatchObject({ reason: 'unmappable', detail: 'The body is not a JSON object.', customer_id: null, source: 'loja' });
    const corrected = { specversion: '1.0', id: 'x', source: '/person', type: 'upstream.payment-received.v1', data: { payment_id: 'pay_1', source: 'loja', amount_cents: 101, currency: 'BRL', paid_date: '2026-03-12' } };
    expect((await call('POST', `/v1/quarantine/${entry!.id}/replay`, { event: corrected })).body).toMatchObject({ status: 'replayed' });
  });

  it('take what a platform keeps in the path, without a word of it in any log', async () => {
    const { path } = (await put('vindi', { kind: 'vindi' })).body;
    const address = (path as string).replace('{secret}', NEW);
    const bill = { id: 11, amount: '19.9', status: 'pending', created_at: '2026-03-01T10:00:00.000-03:00', due_at: '2026-03-10T23:59:59.000-03:00', charges: [], customer: { id: 5, name: 'Ana Souza' } };
    const body = JSON.stringify({ event: { type: 'bill_created', created_at: '2026-03-01T10:00:00.000-03:00', data: { bill } } });
    expect((await post(address, body)).status).toBe(200);
    expect((await post(address.replace(NEW, 'wrong-secret-of-nobody'), body)).status).toBe(401);
    expect((await post((path as string).replace('/{secret}', ''), body)).status).toBe(401);
    expect((await post(`${address}/more`, body)).status).toBe(404);
    expect((await post(address.replace(NEW, '%ff'), body)).status).toBe(400);
    // What is served to GET names the methods, and nothing of the path.
    expect(await (await fetch(house.url + address)).text()).not.toContain(NEW);
    expect(await types()).toEqual(['customer-changed', 'invoice-issued']);
    expect((await call('GET', '/v1/invoices/vindi-11')).body).toMatchObject({ due_date: '2026-03-10', amount_cents: 1_990 });
    // One statement of a table that is not there: what goes wrong on our side is logged whole.
    await sql.query('alter table billing.webhook rename to elsewhere');
    expect((await post(address, body)).status).toBe(500);
    await sql.query('alter table billing.elsewhere rename to webhook');
    expect(logged).toContain('/webhooks/:webhook_id/:secret');
    for (const text of [NEW, OLD, 'Souza', path.split('/')[2]]) expect([text, logged.includes(text)]).toEqual([text, false]);
    expect(await (await fetch(`${house.url}/billing-ingestion/metrics`)).text()).not.toContain(NEW);
  });

  it('ask a thin platform, again while it does not answer, and take a repetition for news', async () => {
    const base_url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
    const { path } = (await put('assinaturas', { kind: 'kill-bill', due_days: 9, ask: { base_url, headers: { authorization: 'Basic x' } } }, ADMIN)).body;
    const address = (path as string).replace('{secret}', OLD);
    const [account, object] = ['a', 'b'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`) as [string, string];
    const notice = (eventType: string) => JSON.stringify({ eventType, accountId: account, objectType: 'INVOICE', objectId: object, metaData: null });
    const invoiceOf = (amount: number) => ({ invoiceId: object, amount, creditAdj: 0, currency: 'BRL', status: 'COMMITTED', invoiceDate: '2026-03-01' });
    expect((await post(address, notice('INVOICE_CREATION'))).status).toBe(200);
    await until(async () => (await deliveries())[0]?.attempts === 1 && (await deliveries())[0]?.outcome !== null);
    // It waits to be asked for: the same words a second time add nothing.
    expect((await deliveries())[0]).toMatchObject({ status: 'waiting', outcome: expect.stringMatching(/answered 503\.$/) });
    expect(await metric(/emdia_webhook_deliveries_waiting (\d+)/)).toBe('1');
    answers = { [`/1.0/kb/invoices/${object}`]: invoiceOf(129.9), [`/1.0/kb/accounts/${account}`]: { accountId: account, externalKey: 'aluno-17' } };
    wall.aheadMs += 2_000;
    expect(await types()).toEqual(['customer-changed', 'invoice-issued']);
    expect(asked).toContain(`/1.0/kb/accounts/${account}`);
    // Twice the same notice of an adjustment, and between them the invoice has changed again.
    for (const amount of [99.9, 79.9]) {
      answers[`/1.0/kb/invoices/${object}`] = invoiceOf(amount);
      expect((await post(address, notice('INVOICE_ADJUSTMENT'))).status).toBe(200);
      expect(await types()).toEqual(['invoice-amended']);
      expect((await call('GET', `/v1/invoices/${object}`)).body).toMatchObject({ amount_cents: Math.round(amount * 100), due_date: '2026-03-10' });
    }
    expect((await post(address, notice('OVERDUE_CHANGE'))).status).toBe(200);
    expect(await types()).toEqual([]);
    expect((await deliveries()).map(({ status }) => status)).toEqual(expect.arrayContaining(['taken', 'taken', 'taken', 'ignored']));
  });

  it('give up asking after half an hour, and tell somebody', async () => {
    const base_url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
    const { path } = (await put('assinaturas', { kind: 'kill-bill', ask: { base_url, headers: {} } }, ADMIN)).body;
    const id = 'c'.repeat(8) + '-0000-4000-8000-000000000000';
    await post((path as string).replace('{secret}', OLD), JSON.stringify({ eventType: 'INVOICE_PAYMENT_FAILED', accountId: id, objectId: id, metaData: null }));
    await until(async () => (await deliveries())[0]?.attempts === 1 && (await deliveries())[0]?.outcome !== null);
    await sql.query('update billing.webhook_delivery set attempts = 13');
    wall.aheadMs += 2_000;
    expect(await types()).toEqual(['event-rejected']);
    expect(await quarantined()).toMatchObject([{ reason: 'unanswered', source: 'assinaturas', detail: expect.stringMatching(/answered 503\. It was asked 14 times/) }]);
  });

  it('of Pix are taken where the PSP posts them, whatever it appends, and one that cannot be read keeps no other out', async () => {
    const { path } = (await put('psp', { kind: 'pix', secrets: [NEW] })).body;
    const address = (path as string).replace('{secret}', NEW);
    const bare = address.replace(`/${NEW}`, '');
    const E2E = (n: number) => `E0000000020260309120000000000000${n}`;
    const pix = (n: number, more: object = {}) => ({ endToEndId: E2E(n), txid: `academiasol202603090000000000${n}`, valor: '129.90', horario: '2026-03-09T12:00:00Z', ...more });
    const send = async (url: string, body: unknown, headers: Record<string, string> = {}) => (await post(url, JSON.stringify(body), headers)).status;
    expect([await send(`${address}/pix`, { pix: [pix(1)] }), await send(`${bare}?hmac=${NEW}&ignorar=/pix`, [pix(2)]), await send(`${bare}/pix?token=${NEW}`, { pix: [pix(1), pix(2)] }), await send(`${bare}?token=${NEW}/pix`, pix(3))]).toEqual([200, 200, 200, 200]);
    expect([await send(`${address}/rec`, { recs: [] }), await send(`${address}/cobr`, { cobsr: [] }), await send(`${bare}/pix`, [], { authorization: `Basic ${Buffer.from(`psp:${NEW}`).toString('base64')}` })]).toEqual([200, 200, 200]);
    expect([await send(bare, []), await send(`${bare}/pix`, []), await send(`${bare}?token=${OLD}`, []), await send(`${bare}?token[]=${NEW}`, []), await send(`${address}/other`, [])]).toEqual([401, 401, 401, 401, 404]);
    expect(await types()).toEqual(['payment-reported', 'payment-reported', 'payment-reported']);
    expect((await sql.query('select payment_id, reference, source, amount_cents from payment order by 1')).rows[0]).toEqual({ payment_id: E2E(1), reference: pix(1).txid, source: 'psp', amount_cents: '12990' });
    expect(await send(`${address}/pix`, { pix: [pix(4), pix(5, { valor: 129.9 }), pix(1, { valor: '9.90' })] })).toBe(200);
    expect((await types()).sort()).toEqual(['event-rejected', 'event-rejected', 'payment-reported']);
    expect((await quarantined()).map(({ reason, event_id }) => [reason, event_id]).sort()).toEqual([['conflicting-content', `pix:${E2E(1)}`], ['unmappable', expect.any(String)]]);
    expect((await call('GET', '/v1/webhooks/psp/deliveries')).body.items).toMatchObject([{ event_type: 'pix', status: 'quarantined', reason: expect.stringContaining('conflicting-content, A Pix has no endToEndId') }]);
    // Mapped again it is what it was: what lay there still does.
    expect((await call('POST', '/v1/webhooks/psp/deliveries/map-again')).body).toEqual({ deliveries: 1 });
    expect([await types(), (await quarantined()).length]).toEqual([[], 2]);
    for (const text of [NEW, OLD, E2E(5)]) expect([text, logged.includes(text)]).toEqual([text, false]);
  });

  const failing = () => {
    mapping = jest.spyOn(sources.stripe, 'map').mockImplementation(() => {
      throw new Unmappable('`amount_due` is missing or of another kind.');
    });
  };
  const listed = async (query = '') => (await call('GET', `/v1/webhooks/loja/deliveries${query}`)).body as { items: { delivery_id: string; reason: string; body_kept: boolean }[]; next_cursor: string | null };

  it('that could not be mapped are listed with the reason, and mapped again once that is mended: nothing happens twice', async () => {
    const { path } = (await put('loja', { kind: 'stripe' })).body;
    const bodies = [1, 2, 3].map((n) => stripeEvent(`evt_${n}`, 'invoice.finalized', invoice({ id: `in_${n}` })));
    failing();
    for (const body of bodies) await post(path, body, signed(body));
    expect(await types()).toEqual(['event-rejected', 'event-rejected', 'event-rejected']);
    const { items } = await listed();
    expect(items).toMatchObject([1, 2, 3].map(() => ({ event_type: 'invoice.finalized', status: 'quarantined', reason: '`amount_due` is missing or of another kind.', attempts: 1, body_kept: true })));
    const page = await listed('?limit=2');
    expect([page.items.length, (await listed(`?limit=2&cursor=${page.next_cursor!}`)).items]).toEqual([2, [items[2]]]);
    // Still not mended: it stays where it lies, as the one entry that it is.
    const one = `/v1/webhooks/loja/deliveries/${items[0]!.delivery_id}/map-again`;
    expect(await call('POST', one)).toEqual({ status: 202, body: { deliveries: 1 } });
    expect(await types()).toEqual([]);
    expect(await quarantined()).toHaveLength(3);
    mapping!.mockRestore();
    await call('POST', one);
    expect(await types()).toEqual(['customer-changed', 'invoice-issued', 'event-resolved']);
    expect((await quarantined()).length).toBe(2);
    expect((await call('POST', one)).status).toBe(404);
    expect((await call('POST', '/v1/webhooks/loja/deliveries/map-again')).body).toEqual({ deliveries: 2 });
    expect((await types()).sort()).toEqual(['event-resolved', 'event-resolved', 'invoice-issued', 'invoice-issued']);
    expect([await quarantined(), (await listed()).items, (await call('POST', '/v1/webhooks/loja/deliveries/map-again')).body]).toEqual([[], [], { deliveries: 0 }]);
    expect((await call('GET', '/v1/quarantine?status=replayed')).body.items[0]).toMatchObject({ resolution: 'mapped again by spec' });
    // As if they had never been mapped: what was taken in is known.
    await sql.query(`update webhook_delivery set status = 'quarantined'`);
    await call('POST', '/v1/webhooks/loja/deliveries/map-again');
    expect(await types()).toEqual([]);
    expect(await deliveries()).toMatchObject([1, 2, 3].map(() => ({ status: 'taken' })));
    const theirs = (await call('POST', '/v1/api-keys', { creditor_id: 'outra', scopes: ['quarantine:write', 'quarantine:read'], actor: 'spec' }, ADMIN)).body.key as string;
    expect((await fetch(house.url + one, { method: 'POST', headers: { authorization: `Bearer ${theirs}` } })).status).toBe(404);
  });

  it('are forgotten ninety days after they came, but never before they are mapped or a person has looked after them', async () => {
    const { path } = (await put('loja', { kind: 'stripe' })).body;
    const send = async (id: string) => {
      const body = stripeEvent(id, 'invoice.finalized', invoice({ id: `in_${id}` }));
      await post(path, body, signed(body));
      await types();
    };
    const kept = async () => Object.fromEntries((await sql.query('select identity, body_sealed is not null as kept from webhook_delivery')).rows.map(({ identity, kept: is }: { identity: string; kept: boolean }) => [identity, is]));
    const after = async (days: number) => {
      clock.at = new Date(NOW.getTime() + days * 86_400_000);
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      await house.settle();
    };
    await send('evt_1');
    failing();
    await send('evt_2');
    mapping!.mockRestore();
    await after(60);
    await send('evt_3');
    await after(90 - 1 / 86_400);
    expect(await kept()).toEqual({ evt_1: true, evt_2: true, evt_3: true });
    await after(90);
    expect(await kept()).toEqual({ evt_1: false, evt_2: true, evt_3: true });
    await after(149);
    expect(await kept()).toEqual({ evt_1: false, evt_2: true, evt_3: true });
    const [entry] = await quarantined();
    expect((await call('GET', `/v1/quarantine/${entry!.id}`)).body.body).toContain('evt_2');
    await call('POST', `/v1/quarantine/${entry!.id}/discard`, { reason: 'uma cobrança de teste' });
    await after(150);
    expect(await kept()).toEqual({ evt_1: false, evt_2: false, evt_3: false });
    expect((await call('GET', `/v1/quarantine/${entry!.id}`)).body).toMatchObject({ status: 'discarded', body: null });
    expect((await listed()).items).toMatchObject([{ body_kept: false }]);
    expect((await call('POST', '/v1/webhooks/loja/deliveries/map-again')).body).toEqual({ deliveries: 0 });
    // What comes again is new to nobody.
    await send('evt_1');
    expect(await deliveries()).toHaveLength(3);
  });

  it('are not lost when their process ends before they are handled', async () => {
    const { path } = (await put('loja', { kind: 'stripe' })).body;
    const body = stripeEvent('evt_1', 'invoice.finalized', invoice());
    await sql.query('alter table billing.book_lock rename to elsewhere');
    expect((await post(path, body, signed(body))).status).toBe(200);
    await until(async () => (await deliveries())[0]?.attempts === 1);
    // Claimed by a process that is no more: its lease runs out.
    await sql.query('alter table billing.elsewhere rename to book_lock');
    await house.restart('billing-ingestion');
    wall.aheadMs += 61_000;
    expect(await types()).toEqual(['customer-changed', 'invoice-issued']);
    expect(await deliveries()).toMatchObject([{ status: 'taken' }]);
  });
});
