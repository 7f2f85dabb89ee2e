import { createHash } from 'node:crypto';
import { Clock, WallClock } from '@emdia/clock';
import { InProcessBroker, type Delivery, type Handler, type Subscription } from '@emdia/messaging';
import { Config, run, type House } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import { billingIngestion } from './index';
import { INVOICE, NOW, PAYMENT } from '../test/memory-books';

const ADMIN = 'emdia_spec_0123456789abcdef0123456789abcdef';
const INTERNAL = 'a-token-for-specs-of-thirty-two-characters';
class StillClock extends Clock {
  now(): Date {
    return NOW;
  }
}
const TOPIC = 'upstream.plataforma.events.v1';

/** In process nobody publishes to platforms' topics; here somebody does. */
class PlatformBroker extends InProcessBroker {
  outage = false;
  override async prepare(): Promise<void> {
    if (this.outage) throw new Error('no node answers');
  }
  override subscribe(name: string, topics: readonly string[], handler: Handler): Promise<Subscription> {
    return super.subscribe(name, topics.map((topic) => (topic.includes('<platform>') ? TOPIC : topic)), handler);
  }
}
const CSV = 'text/csv';
const EVENT = { specversion: '1.0', id: 'e-1', source: '/p', type: 'upstream.invoice-issued.v1', data: { creditor_id: 'boa-forma', ...INVOICE } };

describe('billing-ingestion by REST', () => {
  let server: TestDatabase;
  let sql: Client;
  let broker: PlatformBroker;
  let house: House;
  let told: Delivery[];
  let ours = '';

  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(house.url + path, {
      method,
      headers: { authorization: `Bearer ${ours || ADMIN}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: text }),
    });
    const answer = await response.text();
    return { status: response.status, type: response.headers.get('content-type') ?? '', body: (answer ? JSON.parse(answer) : null) as any };
  };
  const as = (key: string) => ({ authorization: `Bearer ${key}` });
  const types = async () => {
    await house.settle();
    return told.splice(0).map(({ body }) => (JSON.parse(body) as { type: string }).type.slice(8, -3)).filter((type) => type !== 'heartbeat');
  };
  const publish = async (...bodies: string[]) => {
    const source = await broker.source('plataforma', async () => []);
    let left = bodies.length;
    await new Promise<void>((resolve, reject) => {
      const rows = bodies.map((body, index) => ({ id: String(index + 1), topic: TOPIC, type: 'upstream', key: 'k', partition: null, body }));
      source.publish(rows, (ids) => (left -= ids.length) === 0 && resolve()).catch(reject);
    });
    await source.close();
  };

  beforeAll(async () => {
    server = await testDatabase('billing_rest');
    broker = new PlatformBroker(new WallClock());
    const config = Config.from({
      DATABASE_URL: server.url, PORT: '0', EMDIA_LOG_LEVEL: 'silent', EMDIA_INTERNAL_TOKEN: INTERNAL,
      EMDIA_BOOTSTRAP_KEY_SHA256: createHash('sha256').update(ADMIN).digest('hex'),
    });
    house = await run([billingIngestion], 'in-process', { config, clock: new StillClock(), broker });
    told = [];
    await broker.subscribe('spec', ['billing.events.v1'], async (batch) => void told.push(...batch));
    sql = new Client({ connectionString: server.url });
    await sql.connect();
    for (const id of ['boa-forma', 'outra']) await call('PUT', `/v1/creditors/${id}`, { name: 'Boa Forma Ltda.', document: '11.222.333/0001-81', address: 'Rua das Flores, 100, São Paulo, SP' });
    await call('PUT', '/v1/platforms/plataforma', { creditors: ['boa-forma'] });
    const scopes = ['events:write', 'invoices:read', 'invoices:write', 'payments:write', 'customers:read', 'customers:write', 'quarantine:read', 'quarantine:write', 'sources:write', 'ledger:read'];
    const issued = await call('POST', '/v1/api-keys', { creditor_id: 'boa-forma', scopes, actor: 'spec' });
    expect(issued).toMatchObject({ status: 201 });
    ours = issued.body.key as string;
    expect(ours).toMatch(/^emdia_[0-9a-f]+_/);
  });
  afterAll(async () => {
    await sql?.end();
    await house?.stop();
    await server?.drop();
  });
  beforeEach(async () => {
    await house.settle();
    await sql.query('set search_path = billing; truncate quarantine, refund, payment, invoice, customer, upstream_event, payment_source, source_seen, idempotency, inbox');
    told.splice(0);
  });

  it('takes an event in, and the same one again without effect', async () => {
    expect(await call('POST', '/v1/events', EVENT, { 'content-type': 'application/cloudevents+json' })).toMatchObject({ status: 202, body: { accepted: [{ id: 'e-1', outcome: 'accepted' }], rejected: [] } });
    expect(await types()).toEqual(['customer-changed', 'invoice-issued']);
    expect((await call('POST', '/v1/events', EVENT)).body.accepted).toEqual([{ index: 0, id: 'e-1', outcome: 'unchanged' }]);
    const conflict = await call('POST', '/v1/events', { ...EVENT, data: { ...EVENT.data, amount_cents: 1 } });
    expect(conflict).toMatchObject({ status: 409, type: expect.stringContaining('application/problem+json'), body: { type: 'urn:emdia:problem:conflicting-content', status: 409 } });
    expect(await types()).toEqual([]);
    expect((await call('GET', '/v1/quarantine')).body.items).toEqual([]);
  });

  it('answers a list item by item', async () => {
    const list = [INVOICE, { ...INVOICE, invoice_id: 'FAT-2', amount_cents: 1.5 }, { ...INVOICE, invoice_id: 'FAT-3', creditor_id: 'outra' }];
    const { status, body } = await call('POST', '/v1/invoices', list);
    expect([status, body.accepted]).toEqual([202, [{ index: 0, id: 'FAT-1', outcome: 'accepted' }]]);
    expect(body.rejected).toMatchObject([{ index: 1, problem: { status: 422, type: 'urn:emdia:problem:contract-violation' } }, { index: 2, problem: { status: 403 } }]);
    expect((await call('POST', '/v1/invoices', list[2])).status).toBe(403);
    expect((await call('POST', '/v1/invoices', Array(501).fill(INVOICE))).status).toBe(413);
    expect((await call('POST', '/v1/invoices', [])).status).toBe(400);
    expect((await call('POST', '/v1/events', EVENT, { 'content-type': 'application/cloudevents-batch+json' })).status).toBe(400);
    expect((await call('POST', '/v1/invoices', { ...INVOICE, note: 'x'.repeat(300_000) })).status).toBe(413);
    expect((await call('POST', '/v1/invoices', INVOICE, as(ADMIN))).body).toMatchObject({ status: 422, detail: expect.stringContaining('creditor_id') });
  });

  it('gives the first answer to a repetition, and refuses the key for another request', async () => {
    const key = { 'idempotency-key': 'k-1' };
    const first = await call('POST', '/v1/payments', PAYMENT, key);
    expect((await call('POST', '/v1/payments', PAYMENT, key)).body).toEqual(first.body);
    expect((await call('POST', '/v1/payments', { ...PAYMENT, amount_cents: 5 }, key)).status).toBe(422);
    expect(await types()).toEqual(['payment-reported']);
  });

  it('takes refunds and customers, and shows what it knows to its creditor only', async () => {
    await call('POST', '/v1/customers', { customer_id: 'ana', name: 'Ana Souza', email: 'ana@exemplo.com.br' });
    await call('POST', '/v1/invoices', INVOICE);
    await call('POST', '/v1/payments', PAYMENT);
    await call('POST', '/v1/refunds', { refund_id: 'EST-1', payment_id: 'PAG-1', amount_cents: 5, currency: 'BRL', refunded_date: '2026-03-10' });
    expect(await types()).toEqual(['customer-changed', 'invoice-issued', 'payment-reported', 'refund-reported']);
    expect((await call('GET', '/v1/customers/ana')).body).toMatchObject({ name: 'Ana Souza', email: 'ana@exemplo.com.br' });
    expect((await call('GET', '/v1/invoices?limit=1')).body).toMatchObject({ items: [{ invoice_id: 'FAT-1', status: 'open', amount_cents: 12_990 }], next_cursor: null });
    expect((await call('GET', '/v1/invoices/FAT-1', undefined, { ...as(ADMIN), 'x-emdia-creditor': 'outra' })).status).toBe(404);
    expect((await call('GET', '/v1/customers/ana', undefined, as(ADMIN))).body).toMatchObject({ status: 400, type: 'urn:emdia:problem:creditor-missing' });
  });

  it('quarantines what a platform sends and does not fit; it is listed, opened, corrected and replayed', async () => {
    const bad = { ...EVENT, id: 'bad', data: { ...EVENT.data, due_date: '2026-02-30' } };
    await publish('{"no": ', JSON.stringify(bad), JSON.stringify({ ...EVENT, id: 'good' }), JSON.stringify({ ...EVENT, id: 'x', type: 'upstream.what.v1' }), JSON.stringify({ ...EVENT, id: 'good', data: { ...EVENT.data, amount_cents: 3 } }));
    expect((await types()).sort()).toEqual(['customer-changed', 'event-rejected', 'event-rejected', 'event-rejected', 'event-rejected', 'invoice-issued']);
    const { items } = (await call('GET', '/v1/quarantine')).body;
    expect(items.map((item: { reason: string }) => item.reason).sort()).toEqual(['conflicting-content', 'contract-violation', 'unknown-type']);
    expect((await call('GET', '/v1/quarantine?limit=200', undefined, as(ADMIN))).body.items).toHaveLength(4);
    expect((await sql.query('select count(*)::int as n from dead_letter')).rows).toEqual([{ n: 0 }]);
    const id = items.find((item: { event_id: string }) => item.event_id === 'bad').id as string;
    expect((await call('GET', `/v1/quarantine/${id}`)).body).toMatchObject({ status: 'open', body: JSON.stringify(bad), position: expect.stringContaining('upstream.plataforma.events.v1/') });
    expect((await call('POST', `/v1/quarantine/${id}/replay`, {})).status).toBe(422);
    expect((await call('POST', `/v1/quarantine/${id}/replay`, { event: { ...bad, data: { ...bad.data, invoice_id: 'FAT-7', due_date: '2026-03-01' } } })).body).toMatchObject({ status: 'replayed', outcome: 'accepted' });
    expect(await types()).toEqual(['invoice-issued', 'event-resolved']);
    expect((await call('POST', `/v1/quarantine/${id}/discard`, { reason: 'engano' })).status).toBe(404);
    const other = items.find((item: { reason: string }) => item.reason === 'unknown-type').id as string;
    expect((await call('POST', `/v1/quarantine/${other}/discard`, { reason: 'engano' })).body).toMatchObject({ status: 'discarded' });
    expect(await types()).toEqual(['event-resolved']);
    const metrics = await (await fetch(`${house.url}/billing-ingestion/metrics`)).text();
    expect(metrics).toMatch(/emdia_conflicting_content_total [1-9]/);
  });

  it('hides one creditor\'s quarantine from another', async () => {
    await publish(JSON.stringify({ ...EVENT, id: 'bad', data: { ...EVENT.data, amount_cents: 0 } }));
    const theirs = (await call('POST', '/v1/api-keys', { creditor_id: 'outra', scopes: ['quarantine:read', 'quarantine:write'], actor: 'spec' }, as(ADMIN))).body.key as string;
    const [{ id }] = (await call('GET', '/v1/quarantine')).body.items;
    expect((await call('GET', '/v1/quarantine', undefined, as(theirs))).body.items).toEqual([]);
    expect((await call('GET', `/v1/quarantine/${id}`, undefined, as(theirs))).status).toBe(404);
    expect((await call('POST', `/v1/quarantine/${id}/discard`, { reason: 'meu' }, as(theirs))).status).toBe(404);
  });

  it('takes files, says what became of them in words, and changes nothing the second time', async () => {
    const file = ['\uFEFFinvoice_id;issue_date;due_date;currency;amount_cents;customer_id;name;cor', 'F-1;2026-03-01;2026-03-20;BRL;1000;ana;"Souza; Ana";azul', 'F-2;2026-03-01;2026-02-30;BRL;1000;bia;;', 'F-3;2026-03-01;2026-03-20;BRL;10,00;bia;;', ''].join('\r\n');
    const first = await call('POST', '/v1/imports?kind=invoices', file, { 'content-type': CSV });
    expect(first).toMatchObject({ status: 200, body: { rows: 3, accepted: 1, unchanged: 0, rejected: 2, unread_columns: ['cor'], problems: [{ row: 3, reason: 'contract-violation' }, { row: 4, reason: 'contract-violation' }] } });
    expect(first.body.report).toContain('3 rows read: 1 taken in, 0 known already, 2 refused.');
    expect((await call('POST', '/v1/imports?kind=invoices', file, { 'content-type': CSV })).body).toMatchObject({ accepted: 0, unchanged: 1, rejected: 2 });
    expect((await call('GET', '/v1/quarantine')).body.items).toHaveLength(2);
    expect((await call('GET', '/v1/customers/ana')).body).toMatchObject({ name: 'Souza; Ana' });
    expect(await call('POST', '/v1/imports?kind=payments', 'payment_id,paid_date\n1,2\n', { 'content-type': CSV })).toMatchObject({ status: 422, body: { type: 'urn:emdia:problem:unreadable-file', detail: expect.stringContaining('amount_cents, currency') } });
    const lines = [JSON.stringify(PAYMENT), 'isto não é JSON', JSON.stringify({ ...PAYMENT, payment_id: 'PAG-2', creditor_id: 'outra' })].join('\n');
    expect((await call('POST', '/v1/imports?kind=payments', lines, { 'content-type': 'application/x-ndjson' })).body).toMatchObject({ accepted: 1, rejected: 2, problems: [{ row: 2, reason: 'not-an-event' }, { row: 3, reason: 'not-its-creditor' }] });
    expect((await call('POST', '/v1/imports?kind=payments', {})).status).toBe(415);
  });

  it('takes what réguas ask of a customer, by REST and in files, tells it on, and keeps it from those who write to them', async () => {
    const told1 = async () => {
      await house.settle();
      return told.splice(0).map(({ body }) => JSON.parse(body) as { type: string; data: object }).filter(({ type }) => type === 'billing.customer-changed.v1').map(({ data }) => data);
    };
    await call('POST', '/v1/customers', { customer_id: 'ana', email: 'ana@exemplo.com.br', segment: 'vip', score: 0 });
    expect(await told1()).toMatchObject([{ customer_id: 'ana', segment: 'vip', score: 0 }]);
    expect((await call('GET', '/v1/customers/ana')).body).toMatchObject({ segment: 'vip', score: 0 });
    for (const wrong of [{ segment: 'VIP' }, { segment: '' }, { score: 1_001 }, { score: -1 }, { score: 0.5 }])
      expect(await call('POST', '/v1/customers', { customer_id: 'ana', ...wrong })).toMatchObject({ status: 422, body: { type: 'urn:emdia:problem:contract-violation' } });
    const file = 'invoice_id,customer_id,issue_date,due_date,amount_cents,currency,segment,score\nF-1,bia,2026-03-01,2026-03-10,100,BRL,basico,431\nF-2,caio,2026-03-01,2026-03-10,100,BRL,,\n';
    expect((await call('POST', '/v1/imports?kind=invoices', file, { 'content-type': CSV })).body).toMatchObject({ accepted: 2, unread_columns: [] });
    expect(await told1()).toEqual([expect.objectContaining({ customer_id: 'bia', segment: 'basico', score: 431 }), expect.not.objectContaining({ segment: expect.anything() })]);
    expect((await call('GET', '/v1/customers/caio')).body).toMatchObject({ segment: null, score: null });
    const { body } = await call('POST', '/internal/v1/customers', { customers: [{ creditor_id: 'boa-forma', customer_id: 'ana' }] }, as(INTERNAL));
    expect(Object.keys(body.customers[0])).not.toEqual(expect.arrayContaining(['score']));
    // What they were before, nobody says anew: the name alone changes nothing that others may know.
    await call('POST', '/v1/customers', { customer_id: 'ana', name: 'Ana' });
    expect(await told1()).toEqual([]);
    await call('POST', '/v1/customers', { customer_id: 'ana', segment: 'basico' });
    expect(await told1()).toMatchObject([{ segment: 'basico', score: 0 }]);
  });

  it('takes a file of many rows in batches', async () => {
    const rows = Array.from({ length: 1_203 }, (_, n) => `P-${n},${n + 1},BRL,2026-03-09,pix`);
    const report = (await call('POST', '/v1/imports?kind=payments', ['payment_id,amount_cents,currency,paid_date,source', ...rows].join('\n'), { 'content-type': CSV })).body;
    expect(report).toMatchObject({ rows: 1_203, accepted: 1_203, rejected: 0, problems: [] });
    expect(await types()).toHaveLength(1_203);
  });

  it('declares sources, covers them, and waits for what is unread', async () => {
    await call('POST', '/v1/payments', { ...PAYMENT, source: 'boleto' });
    expect((await call('POST', '/v1/sources/pix/checked', { covered_until: '2026-03-09' })).status).toBe(409);
    expect((await call('PUT', '/v1/sources/pix', { rails: ['PIX_COB'] })).body).toMatchObject({ lag_business_days: 1, covered_until: null });
    await publish(JSON.stringify({ ...EVENT, id: 'p', type: 'upstream.payment-received.v1', data: { creditor_id: 'boa-forma', ...PAYMENT, source: 'pix', amount_cents: 0 } }));
    const held = await call('POST', '/v1/sources/pix/checked', { covered_until: '2026-03-09' });
    const [{ id }] = (await call('GET', '/v1/quarantine')).body.items;
    expect(held).toMatchObject({ status: 409, body: { type: 'urn:emdia:problem:unread-payments', quarantine_ids: [id] } });
    await call('POST', `/v1/quarantine/${id}/discard`, { reason: 'teste da plataforma' });
    expect((await call('POST', '/v1/sources/pix/checked', { covered_until: '2026-03-09' })).body).toMatchObject({ covered_until: '2026-03-09' });
    expect((await call('POST', '/v1/sources/pix/checked', { covered_until: '2026-02-30' })).status).toBe(400);
    expect((await call('GET', '/v1/sources')).body.items).toEqual([
      { source: 'boleto', declared: false, rails: [], lag_business_days: null, covered_until: null },
      { source: 'pix', declared: true, rails: ['PIX_COB'], lag_business_days: 1, covered_until: '2026-03-09' },
    ]);
  });

  it('answers the other services', async () => {
    await call('POST', '/v1/customers', { customer_id: 'ana', name: 'Ana', email: 'ana@exemplo.com.br', state: 'SP', city_code: '3550308' });
    const internal = as(INTERNAL);
    const { body } = await call('POST', '/internal/v1/customers', { customers: [{ creditor_id: 'boa-forma', customer_id: 'ana' }, { creditor_id: 'boa-forma', customer_id: 'ninguem' }] }, internal);
    expect(body.customers).toEqual([{ creditor_id: 'boa-forma', customer_id: 'ana', person_key: expect.stringMatching(/^[0-9a-f]{64}$/), name: 'Ana', email: 'ana@exemplo.com.br', phone: null, state: 'SP', city_code: '3550308', version: 1 }]);
    expect(body.creditors).toMatchObject([{ creditor_id: 'boa-forma', document: '11222333000181', sender_name: 'Boa Forma Ltda.', default_queue: 'cobranca' }]);
    expect((await call('POST', '/internal/v1/customers', { customers: [] })).status).toBe(403);
    expect((await call('POST', '/internal/v1/api-keys/verify', { key_sha256: '0'.repeat(64) }, internal)).status).toBe(404);
  });

  it('revokes keys and keeps administration to administrators', async () => {
    expect((await call('PUT', '/v1/creditors/nova', { name: 'N', document: '11.222.333/0001-81', address: 'Rua A, 1' })).status).toBe(403);
    const admin = as(ADMIN);
    expect((await call('PUT', '/v1/creditors/nova', { name: 'N', document: '11.222.333/0001-82', address: 'Rua A, 1' }, admin)).status).toBe(422);
    expect((await call('PUT', '/v1/creditors/outra', { name: 'N', document: '11.222.333/0001-81', address: 'Rua A, 1', currency: 'USD' }, admin)).status).toBe(409);
    expect((await call('PUT', '/v1/platforms/loja', { creditors: ['ninguem'] }, admin)).body).toMatchObject({ status: 422, creditors: ['ninguem'] });
    broker.outage = true;
    expect((await call('PUT', '/v1/platforms/loja', { creditors: ['boa-forma'] }, admin)).body).toMatchObject({ status: 503, type: 'urn:emdia:problem:broker-unavailable' });
    expect((await call('GET', '/v1/platforms/loja', undefined, admin)).body).toEqual({ platform: 'loja', creditors: [] });
    broker.outage = false;
    const { key_id } = (await call('POST', '/v1/api-keys', { creditor_id: null, scopes: ['audit:read'], actor: 'spec' }, admin)).body;
    expect((await call('DELETE', `/v1/api-keys/${key_id}`, undefined, admin)).status).toBe(204);
    expect((await call('DELETE', `/v1/api-keys/${key_id}`, undefined, admin)).status).toBe(404);
    expect((await fetch(`${house.url}/billing-ingestion/openapi.json`)).status).toBe(200);
  });
});
