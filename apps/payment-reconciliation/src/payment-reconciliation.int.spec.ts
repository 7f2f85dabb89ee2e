import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Clock, WallClock } from '@emdia/clock';
import {
  BillingEventRejected, BillingHeartbeat, BillingSourceCovered, type Contract, type DataOf, derivedId, DunningHeartbeat, encode, type EventOf, NegotiationHeartbeat, outgoing, type Outgoing,
} from '@emdia/contracts';
import { Database } from '@emdia/database';
import { InProcessBroker, type Row } from '@emdia/messaging';
import { Config, type House, run } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { agreed, credited, CREDITOR, CUSTOMER, disputed, held, instalmentId, issued, NOW, paid, pending, POLICY, promised, receivableId, type Told } from '../test/story';
import { paymentReconciliation } from './index';

class HandClock extends Clock {
  now(): Date {
    return NOW;
  }
}

/** Wall time that can be made to look late. */
class LateClock extends WallClock {
  lateMs = 0;
  override epochMs(): number {
    return super.epochMs() + this.lateMs;
  }
}

/** The parts of answers that these specs look into. */
interface Answer {
  readonly as_of_epoch_ms: number;
  readonly items: readonly Record<string, unknown>[];
  readonly next_cursor: string | null;
  readonly verdicts: readonly { readonly owed: boolean; readonly reason?: string }[];
  readonly receivables: readonly unknown[];
  readonly lines: readonly { readonly account: string; readonly amount_cents: number }[];
}

const TOKEN = 'internal-token-of-this-test-which-is-long-enough';
const about = { creditor_id: CREDITOR, customer_id: CUSTOMER };

describe('reconciliation in a house', () => {
  const wall = new LateClock();
  const caller = { key_id: 'k1', creditor_id: CREDITOR, scopes: ['ledger:read', 'ledger:write', 'unapplied:read', 'unapplied:write'], actor: 'agent-7' };
  // Stands for billing-ingestion, which knows the API keys: the secret is the creditor's name.
  const billing = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(caller))).listen(0, '127.0.0.1');
  const heard: { type: string; data: Record<string, unknown> }[] = [];
  let test: TestDatabase;
  let broker: InProcessBroker;
  let house: House;
  let database: Database;
  let rows = 0;

  beforeAll(async () => {
    test = await testDatabase('reconciliation');
    broker = new InProcessBroker(new WallClock());
    await broker.subscribe('listener', ['reconciliation.events.v1'], async (batch) => {
      for (const { body } of batch) heard.push(JSON.parse(body) as (typeof heard)[number]);
    });
    const url = `http://127.0.0.1:${(billing.address() as AddressInfo).port}`;
    const config = Config.from({ DATABASE_URL: test.url, PORT: '0', EMDIA_LOG_LEVEL: 'silent', BILLING_INGESTION_URL: url, EMDIA_INTERNAL_TOKEN: TOKEN });
    house = await run([paymentReconciliation], 'in-process', { config, clock: new HandClock(), wall, broker });
    database = new Database({ url: test.url, schema: 'reconciliation' });
  });
  afterAll(async () => {
    await database?.close();
    await house?.stop();
    billing.close();
    billing.closeAllConnections();
    await test.drop();
  });
  beforeEach(async () => {
    wall.lateMs = 0;
    await database.query('delete from heartbeat');
    await publish(...(['billing', 'dunning', 'negotiation'] as const).map(beat));
  });

  const made = <C extends Contract>(contract: C, data: DataOf<C>): Outgoing => outgoing(contract, { id: derivedId('test', ++rows), key: 'acme/', creditor_id: CREDITOR, now: NOW, data });
  const beat = (service: 'billing' | 'dunning' | 'negotiation') =>
    made({ billing: BillingHeartbeat, dunning: DunningHeartbeat, negotiation: NegotiationHeartbeat }[service], { partition: 0, wall_epoch_ms: wall.epochMs() });
  const eventOf = (thing: Told | Outgoing): Outgoing => ('event' in thing ? { ...thing.event, contract: contractOf(thing.event) } : thing);
  const contractOf = (event: EventOf<Contract>) => ({ type: event.type, topic: `${event.type.split('.')[0]}.events.v1` }) as Contract;
  const publish = async (...things: (Told | Outgoing)[]) => {
    const source = await broker.source('test', async () => []);
    const list = things.map((thing): Row => {
      const event = eventOf(thing);
      return { id: String(++rows), topic: event.contract.topic, type: event.contract.type, key: event.key, partition: null, body: encode(event, 'test') };
    });
    // Heartbeats are no work that a house waits for; the acknowledgement of every row is.
    await new Promise<void>((resolve) => {
      const left = new Set(list.map(({ id }) => id));
      void source.publish(list, (ids) => {
        for (const id of ids) left.delete(id);
        if (left.size === 0) resolve();
      });
    });
    await house.settle();
    await source.close();
  };
  const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${house.url}/${path}`, {
      method, headers: { authorization: path.startsWith('internal') ? `Bearer ${TOKEN}` : 'Bearer emdia_k1_acme', 'content-type': 'application/json', ...headers }, ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  };
  const gate = async (invoice: string, more: object = {}) => {
    const ask = { ask_id: 'x', purpose: 'collection', ...about, receivable_id: receivableId(invoice), contact_day: '2026-03-10', ...more };
    const { body } = await call('POST', 'internal/v1/gate', { asks: [ask] });
    const [verdict] = body.verdicts;
    return verdict!.owed ? 'owed' : verdict!.reason;
  };
  /** The same things under a customer of their own, so that the stories of this file do not meet. */
  const of = (customer_id: string, ...things: Told[]): Told[] =>
    things.map((thing) => {
      Object.assign(thing.event.data as object, { customer_id });
      Object.assign(thing.event, { key: `${CREDITOR}/${customer_id}`, id: derivedId('test', customer_id, thing.event.id) });
      return thing;
    });

  it('follows an invoice from issue to payment, and explains every line', async () => {
    await publish(issued('A', { charge_policy: POLICY }), paid('p', 'A', { paid_date: '2026-03-12', amount_cents: 10_230 }));
    expect(heard.map(({ type }) => type.replace(/^reconciliation\.|\.v1$/g, ''))).toEqual(['balance-changed', 'balance-changed', 'receivable-settled']);
    const { body } = await call('GET', `v1/receivables/${receivableId('A')}`);
    expect(body).toMatchObject({
      invoice_id: 'A', status: 'settled', open_cents: 0, paid_cents: 10_000, settled_on: '2026-03-12', version: 2,
      payments: [{ source: 'bank', payment_id: 'p', principal_cents: 10_000, fine_cents: 200, interest_cents: 30, paid_date: '2026-03-12' }],
      history: [{ version: 1, collectability: 'owed', open_cents: 10_000 }, { version: 2, collectability: 'settled', open_cents: 0 }],
    });
    expect(body.lines.map(({ account, amount_cents }) => [account, amount_cents])).toEqual([
      ['receivable', 10_000], ['revenue', -10_000], ['receivable', -10_000], ['fine_income', -200], ['interest_income', -30],
    ]);
    expect((await call('GET', 'v1/ledger/balances')).body).toEqual({
      balances: [['cash', 10_230], ['fine_income', -200], ['interest_income', -30], ['receivable', 0], ['revenue', -10_000]].map(([account, balance_cents]) => ({ account, currency: 'BRL', balance_cents })),
    });
    const first = (await call('GET', 'v1/ledger/entries?limit=1')).body;
    const second = (await call('GET', `v1/ledger/entries?limit=1&cursor=${first.next_cursor}`)).body;
    expect([...first.items, ...second.items].map(({ cause }) => String(cause).split(':')[0])).toEqual(['invoice', 'payment']);
    expect(second.next_cursor).toBeNull();
  });

  it('lists receivables by due date in pages, filtered', async () => {
    await publish(...of('C-list', issued('L2', { due_date: '2026-03-05' }), issued('L1', { due_date: '2026-03-04' }), issued('L3', { due_date: '2026-03-06' }), paid('l3', 'L3')));
    const page = (await call('GET', 'v1/receivables?customer_id=C-list&limit=2')).body;
    const rest = (await call('GET', `v1/receivables?customer_id=C-list&limit=2&cursor=${page.next_cursor}`)).body;
    expect([...page.items, ...rest.items].map(({ invoice_id }) => invoice_id)).toEqual(['L1', 'L2', 'L3']);
    expect((await call('GET', 'v1/receivables?customer_id=C-list&status=settled')).body.items).toMatchObject([{ invoice_id: 'L3' }]);
    expect((await call('GET', `v1/receivables/${derivedId('nobody')}`)).status).toBe(404);
    expect((await call('GET', 'v1/receivables?status=lost')).status).toBe(400);
  });

  it('sets a payment aside that comes past the inbox a second time, and lets the rest proceed', async () => {
    await publish(...of('C-twice', issued('T')), ...of('C-twice', paid('t', 'T')));
    await database.query('delete from inbox');
    await publish(...of('C-twice', paid('t', 'T')), ...of('C-twice', issued('U')));
    expect(await database.query(`select event_type, reason from dead_letter where status = 'open'`)).toEqual([{ event_type: 'billing.payment-reported.v1', reason: 'constraint' }]);
    const { items } = (await call('GET', 'v1/receivables?customer_id=C-twice')).body;
    expect(items.map((each) => [each.invoice_id, each.open_cents]).sort()).toEqual([['T', 0], ['U', 10_000]]);
    expect(await gate('U', { customer_id: 'C-twice' })).toBe('unread');
    const [{ id }] = (await database.query<{ id: string }>('select id from dead_letter')) as [{ id: string }];
    await database.query(`update dead_letter set status = 'discarded' where id = $1`, [id]);
    expect(await gate('U', { customer_id: 'C-twice' })).toBe('owed');
  });

  it('books gross, fee and net apart, in transit until the credit is told', async () => {
    await publish(...of('C-fee', issued('F')), ...of('C-fee', paid('fee', 'F', { source: 'acquirer', credit_date: '2026-03-12' })));
    const booked = async () => {
      const { items } = (await call('GET', 'v1/ledger/entries?limit=200')).body as unknown as { items: { cause: string; postings: { account: string; amount_cents: number }[] }[] };
      return items.filter(({ cause }) => cause.endsWith(':acquirer:fee')).map(({ postings }) => postings.map(({ account, amount_cents }) => [account, amount_cents]));
    };
    expect(await booked()).toEqual([[['cash_in_transit', 10_000], ['receivable', -10_000]]]);
    await publish(...of('C-fee', credited('fee', 'F', '2026-03-12', { source: 'acquirer', fee_cents: 290 })));
    expect((await booked())[1]).toEqual([['cash_in_transit', -10_000], ['cash', 9_710], ['fees', 290]]);
  });

  it('keeps a creditor\'s order of allocation, from a day on', async () => {
    expect((await call('GET', 'v1/allocation-policy')).body).toEqual({ default_order: ['costs', 'interest', 'principal'], policies: [] });
    const put = (body: object) => call('PUT', 'v1/allocation-policy', body);
    const principal = { allocation_order: ['principal', 'interest', 'costs'] };
    expect((await put({ ...principal, valid_from: '2026-04-01' })).body).toMatchObject({ policies: [{ valid_from: '2026-04-01', ...principal }] });
    expect((await put({ allocation_order: ['interest', 'costs', 'principal'] })).body).toMatchObject({ policies: [{ valid_from: '2026-04-01' }, { valid_from: '2026-03-10', allocation_order: ['interest', 'costs', 'principal'] }] });
    expect((await put({ ...principal, valid_from: '2026-03-09' })).body).toMatchObject({ status: 422, type: 'urn:emdia:problem:in-the-past' });
    for (const allocation_order of [['principal'], ['principal', 'costs', 'costs'], ['principal', 'costs', 'tip']]) expect((await put({ allocation_order })).status).toBe(400);
    await publish(...of('C-order', issued('O', { charge_policy: POLICY })), ...of('C-order', paid('o', 'O', { paid_date: '2026-04-02', amount_cents: 5_000 })));
    expect((await call('GET', `v1/receivables/${receivableId('O')}`)).body).toMatchObject({ paid_cents: 5_000, payments: [{ principal_cents: 5_000, fine_cents: 0, discount_cents: 0 }] });
  });

  describe('unapplied money', () => {
    it('says why it waits, and is listed by that', async () => {
      await publish(...of('C-twice-paid', issued('D')), ...of('C-twice-paid', paid('d1', 'D'), paid('d2', 'D', { paid_date: '2026-03-03' })));
      expect((await call('GET', 'v1/unapplied?reason=paid-twice')).body.items).toMatchObject([{ payment_id: 'd2', reason: 'paid-twice', unapplied_cents: 10_000 }]);
      expect((await call('GET', 'v1/unapplied?reason=overpaid')).body.items).toEqual([]);
      expect((await call('GET', 'v1/unapplied?reason=lost')).status).toBe(400);
    });

    it('is listed, and placed by a person once per Idempotency-Key', async () => {
      await publish(...of('C-apply', issued('V')), paid('typo', 'V-typo', { customer_id: null, amount_cents: 6_000 }));
      const { body: list } = await call('GET', 'v1/unapplied');
      expect(list.items).toContainEqual({
        source: 'bank', payment_id: 'typo', customer_id: null, reference: 'V-typo', currency: 'BRL', received_cents: 6_000, refunded_cents: 0, unapplied_cents: 6_000, reason: 'unknown-reference', fee_cents: null,
        credited: true, paid_date: '2026-03-02', perhaps_same_as: null,
        recorded_at: NOW.toISOString(),
      });
      const apply = () => call('POST', 'v1/unapplied/typo/apply', { receivable_id: receivableId('V'), amount_cents: 4_000 }, { 'idempotency-key': 'k-1' });
      const answer = { payment_id: 'typo', receivable_id: receivableId('V'), applied_cents: 4_000, unapplied_cents: 2_000, open_cents: 6_000 };
      expect(await apply()).toEqual({ status: 200, body: answer });
      expect(await apply()).toEqual({ status: 200, body: answer });
      expect((await call('POST', 'v1/unapplied/typo/apply', { receivable_id: receivableId('V'), amount_cents: 2_001 })).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:more-than-unapplied' });
      expect((await call('POST', 'v1/unapplied/none/apply', { receivable_id: receivableId('V') })).status).toBe(404);
      expect((await call('POST', 'v1/unapplied/typo/apply', { receivable_id: derivedId('nobody') })).status).toBe(404);
      expect((await call('POST', 'v1/unapplied/typo/apply', { receivable_id: receivableId('V'), amount_cents: 0 })).status).toBe(400);
    });

    it('needs a source where two share a payment id', async () => {
      await publish(...of('C-two', issued('W')), ...of('C-two', paid('same', null), paid('same', null, { source: 'card' })));
      expect((await call('POST', 'v1/unapplied/same/apply', { receivable_id: receivableId('W') })).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:ambiguous-payment' });
      expect((await call('POST', 'v1/unapplied/same/apply', { receivable_id: receivableId('W'), source: 'card' })).body).toMatchObject({ applied_cents: 10_000 });
    });

    it('of another creditor does not exist', async () => {
      await publish(...of('C-mine', paid('mine', null)));
      caller.creditor_id = 'other';
      const token = { authorization: 'Bearer emdia_k2_other' };
      expect((await call('GET', 'v1/unapplied', undefined, token)).body.items).toEqual([]);
      expect((await call('GET', 'v1/receivables', undefined, token)).body.items).toEqual([]);
      expect((await call('POST', 'v1/unapplied/mine/apply', { receivable_id: receivableId('A') }, token)).status).toBe(404);
      caller.creditor_id = CREDITOR;
    });
  });

  it('a receivable is written off and reinstated by a person, once per Idempotency-Key, and refused by the gate meanwhile', async () => {
    await publish(...of('C-lost', issued('L')), ...of('C-lost', paid('l1', 'L', { amount_cents: 4_000 })));
    const path = `v1/receivables/${receivableId('L')}`;
    const writeOff = () => call('POST', `${path}/write-off`, { reason: 'insolvent' }, { 'idempotency-key': 'lost-1' });
    const lost = { receivable_id: receivableId('L'), status: 'written-off', written_off_cents: 6_000, open_cents: 0 };
    expect(await writeOff()).toEqual({ status: 200, body: lost });
    expect(await writeOff()).toEqual({ status: 200, body: lost });
    expect((await call('POST', `${path}/write-off`, { reason: 'insolvent' })).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:receivable-not-open' });
    expect(await gate('L', { customer_id: 'C-lost' })).toBe('settled');
    expect((await call('GET', path)).body).toMatchObject({ status: 'written-off', paid_cents: 4_000, written_off_cents: 6_000, write_offs: [{ written_off: true, reason: 'insolvent', actor: 'agent-7' }] });
    // As it is loaded again: what is lost grew less.
    await publish(...of('C-lost', paid('l2', 'L', { amount_cents: 1_000 })));
    expect((await call('GET', 'v1/receivables?status=written-off')).body.items).toMatchObject([{ invoice_id: 'L', paid_cents: 5_000, written_off_cents: 5_000 }]);
    expect((await call('POST', `${path}/reinstate`, { reason: 'found' })).body).toEqual({ receivable_id: receivableId('L'), status: 'open', written_off_cents: 0, open_cents: 5_000 });
    expect((await call('POST', `${path}/reinstate`, { reason: 'found' })).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:not-written-off' });
    expect((await call('POST', `v1/receivables/${derivedId('nobody')}/write-off`, { reason: 'insolvent' })).status).toBe(404);
    expect((await call('POST', `${path}/write-off`, { reason: '' })).status).toBe(400);
  });

  describe('the gate', () => {
    const fresh = async (name: string, ...things: Told[]) => {
      await publish(...of(`C-${name}`, issued(`G-${name}`, { charge_policy: POLICY }), ...things));
      return (more: object = {}) => gate(`G-${name}`, { customer_id: `C-${name}`, ...more });
    };

    it('is for services only', async () => {
      expect((await call('POST', 'internal/v1/gate', { asks: [] }, { authorization: 'Bearer emdia_k1_acme' })).status).toBe(403);
      expect((await call('POST', 'internal/v1/gate', { asks: [{ ask_id: 'x' }] })).status).toBe(400);
      expect((await call('POST', 'internal/v1/gate', { asks: [] })).body).toEqual({ as_of_epoch_ms: expect.any(Number), verdicts: [] });
    });

    it('says what is owed', async () => {
      const ask = await fresh('owed');
      expect(await ask()).toBe('owed');
      const { body } = await call('POST', 'internal/v1/gate', { asks: [{ ask_id: 'x', purpose: 'collection', creditor_id: CREDITOR, customer_id: 'C-owed', receivable_id: receivableId('G-owed'), contact_day: '2026-03-12', step: 'D+7', due_date: '2026-03-02' }] });
      expect(body.verdicts).toEqual([{
        ask_id: 'x', receivable_id: receivableId('G-owed'), owed: true, open_cents: 10_000, fine_cents: 200, interest_cents: 30, total_cents: 10_230, days_late: 10, version: 1, invoice_id: 'G-owed',
        number: 'G-owed', description: null, due_date: '2026-03-02', effective_due_date: '2026-03-02', instruments: [],
      }]);
    });

    it('says of a customer what may be asked for and why the rest may not, by the same verdicts', async () => {
      const customer = (customer_id: string, creditor_id = CREDITOR) => call('POST', 'internal/v1/gate/customer', { creditor_id, customer_id, contact_day: '2026-03-12' });
      const [one, paidOne, third] = ['K-1', 'K-2', 'K-3'].map((invoice) => receivableId(invoice));
      await publish(...of('C-whole', issued('K-3', { due_date: '2026-03-09' }), issued('K-1', { charge_policy: POLICY }), issued('K-2'), paid('k2', 'K-2'), disputed(['K-3'])));
      const { body } = await customer('C-whole');
      expect(body.as_of_epoch_ms).toEqual(expect.any(Number));
      expect(body.verdicts).toEqual([
        expect.objectContaining({ ask_id: one, receivable_id: one, owed: true, open_cents: 10_000, fine_cents: 200, interest_cents: 30, total_cents: 10_230 }),
        { ask_id: third, receivable_id: third, owed: false, reason: 'disputed' },
      ]);
      expect(JSON.stringify(body)).not.toContain(paidOne);
      await publish(...of('C-whole', held([], derivedId('h', 'whole'))));
      expect((await customer('C-whole')).body.verdicts.map((each) => each.owed || each.reason)).toEqual(['held', 'disputed']);
      for (const [who, whose] of [['C-nobody', CREDITOR], ['C-whole', 'other']] as const) expect((await customer(who, whose)).body.verdicts).toEqual([]);
      expect((await call('POST', 'internal/v1/gate/customer', {})).status).toBe(400);
      expect((await call('POST', 'internal/v1/gate/customer', {}, { authorization: 'Bearer emdia_k1_acme' })).status).toBe(403);
    });

    it.each<[string, (invoice: string) => Told]>([
      ['settled', (invoice) => paid('g1', invoice)],
      ['pending', (invoice) => pending('g2', invoice)],
      ['unmatched', () => paid('g3', null)],
      ['held', () => held([], derivedId('h', 'gate'))],
      ['disputed', (invoice) => disputed([invoice])],
      ['promised', (invoice) => promised([invoice])],
    ])('refuses what is %s', async (reason, thing) => {
      expect(await (await fresh(reason, thing(`G-${reason}`)))()).toBe(reason);
    });

    it('refuses what is agreed, and lets its instalment be asked for', async () => {
      const ask = await fresh('agreed', agreed(['G-agreed'], [4_000, 6_000]));
      expect(await ask()).toBe('agreed');
      expect(await ask({ purpose: 'agreement', instalment_id: instalmentId(2) })).toBe('owed');
      await publish(...of('C-agreed', paid('gi', instalmentId(1), { amount_cents: 4_000 })));
      expect(await ask({ purpose: 'agreement', instalment_id: instalmentId(1) })).toBe('settled');
      expect(await ask({ purpose: 'agreement', instalment_id: derivedId('unknown') })).toBe('stale');
    });

    it('refuses while an event of the customer is unread elsewhere', async () => {
      const ask = await fresh('unread');
      const rejection = { rejection_id: derivedId('r'), creditor_id: CREDITOR, customer_id: 'C-unread', source: null, event_id: 'e', event_type: 'upstream.payment-received.v1', reason: 'r' };
      await publish(made(BillingEventRejected, rejection));
      expect(await ask()).toBe('unread');
    });

    it('refuses when a service has been silent', async () => {
      const ask = await fresh('stale');
      wall.lateMs = 3_500;
      expect(await ask()).toBe('stale');
      await publish(beat('billing'), beat('dunning'));
      expect(await ask()).toBe('stale');
      await publish(beat('negotiation'));
      expect(await ask()).toBe('owed');
    });

    it('refuses what no source has covered, and tells negotiation so', async () => {
      const ask = await fresh('covered');
      const covered = (covered_until: string | null, checked_at: string) =>
        made(BillingSourceCovered, { creditor_id: CREDITOR, source: 'bank', partition: 0, rails: ['BOLETO'], lag_business_days: 1, covered_until, checked_at });
      const stands = async (covered_for: string) =>
        (await call('POST', 'internal/v1/standing', { receivables: [{ creditor_id: CREDITOR, receivable_id: receivableId('G-covered') }, { creditor_id: CREDITOR, receivable_id: derivedId('x') }], covered_for })).body.receivables;
      await publish(covered(null, '2026-03-10T10:00:00Z'));
      expect(await ask()).toBe('not_covered');
      await publish(covered('2026-03-06', '2026-03-10T11:00:00Z'));
      expect(await ask()).toBe('not_covered');
      await publish(covered('2026-03-09', '2026-03-10T12:00:00Z'));
      expect(await ask()).toBe('owed');
      expect(await stands('2026-03-09')).toEqual([
        { receivable_id: receivableId('G-covered'), known: true, status: 'open', open_cents: 10_000, paid_cents: 0, version: 1, collectability: 'owed', covered: true }, { receivable_id: derivedId('x'), known: false },
      ]);
      expect(await stands('2026-03-10')).toMatchObject([{ covered: false }, {}]);
      await database.query('delete from coverage');
    });

    it('answers 500 asks well within its 2 s', async () => {
      const names = Array.from({ length: 500 }, (_, index) => `M-${index}`);
      await publish(...names.map((name) => of(`C-${name}`, issued(name, { charge_policy: POLICY, instruments: [{ rail: 'BOLETO', reference: `bar-${name}`, code: 'x'.repeat(500) }] }))[0]!));
      const asks = names.map((name) => ({ ask_id: name, purpose: 'collection', creditor_id: CREDITOR, customer_id: `C-${name}`, receivable_id: receivableId(name), contact_day: '2026-03-10' }));
      await call('POST', 'internal/v1/gate', { asks });
      await publish(...(['billing', 'dunning', 'negotiation'] as const).map(beat));
      const began = performance.now();
      const { body } = await call('POST', 'internal/v1/gate', { asks });
      const tookMs = performance.now() - began;
      expect(body.verdicts.filter(({ owed }) => owed)).toHaveLength(500);
      expect(tookMs).toBeLessThan(1_000);
      expect((await call('POST', 'internal/v1/gate', { asks: [...asks, asks[0]] })).status).toBe(400);
    });
  });
});
