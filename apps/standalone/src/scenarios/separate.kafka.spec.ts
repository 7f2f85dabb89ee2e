import { setTimeout as pause } from 'node:timers/promises';
import { describeKafka } from '@emdia/testing';
import { OwnProcess, until } from './own-process';
import { PLATFORM, SeparateHouse, type Name, type Told } from './separate-house';
import { CREDITOR } from './story';

/** A Tuesday; what was due on the Monday is asked for today. */
const NOW = '2026-03-17 10:30';
const DUE = '2026-03-16';
const CUSTOMERS = 60;
/** How many invoices later one is paid. */
const LATE = 12;
/** How long it takes to publish them all: longer than it takes to kill every service. */
const LOAD_MS = 5_000;
/** A relay looks once a second, a consumer waits 200 ms for more. */
const ON_ITS_WAY_MS_MAX = 2_000;
const SCHEMAS = ['billing', 'reconciliation', 'dunning', 'negotiation', 'notifications'];

const invoice = (n: number): Told => ({
  id: `e-inv-${n}`,
  type: 'invoice-issued',
  customer_id: `c${n}`,
  data: {
    invoice_id: `inv-${n}`, issue_date: '2026-03-01', due_date: DUE, amount_cents: 10_000 + n, currency: 'BRL',
    customer: { customer_id: `c${n}`, name: 'Ana Lima', email: `c${n}@cliente.invalid`, state: 'SP' },
  },
});
const payment = (n: number, amount_cents: number): Told => ({
  id: `e-pay-${n}`,
  type: 'payment-received',
  customer_id: `c${n}`,
  data: { payment_id: `pay-${n}`, reference: `inv-${n}`, amount_cents, currency: 'BRL', paid_date: '2026-03-17', credit_date: '2026-03-17' },
});

/** Every third customer pays all of it, every third a part, the rest nothing; the first is the quiet letter's. */
const paidCents = (n: number): number => (n === 0 ? 0 : [10_000 + n, 4_000, 0][n % 3]!);

describeKafka('services in processes of their own', (brokers) => {
  let house: SeparateHouse;

  beforeAll(async () => {
    house = await SeparateHouse.open(brokers, NOW);
    for (const name of house.names) house.start(name);
    await house.ready();
  }, 90_000);
  afterAll(() => house?.close(), 30_000);

  it('ask once for an invoice that a platform published to Kafka', async () => {
    await house.call('billing-ingestion', 'PUT', `/v1/creditors/${CREDITOR}`, { name: 'Academia Sol Ltda', document: '11222333000181', address: 'Rua das Flores 10, São Paulo, SP' });
    await house.call('billing-ingestion', 'PUT', `/v1/platforms/${PLATFORM}`, { creditors: [CREDITOR] });
    await house.call('billing-ingestion', 'PUT', '/v1/sources/upstream', { rails: ['PIX_COB', 'BOLETO'], lag_business_days: 1 });
    await house.call('billing-ingestion', 'POST', '/v1/sources/upstream/checked', { covered_until: DUE });
    await house.publish([invoice(0)]);
    await until('a letter came', 30_000, () => house.mail.count() > 0);
    await until('nothing more is under way', 20_000, () => atRest(house));
    expect(house.mail.messages().map(({ to }) => to)).toEqual([['c0@cliente.invalid']]);
  }, 60_000);

  it('lose nothing and do nothing twice when each is killed under load', async () => {
    const numbers = Array.from({ length: CUSTOMERS }, (_, n) => n + 1);
    const load = publishSteadily(house, numbers);
    // From the end of the way to its beginning: what comes before still hands on, so each dies with work in its hands.
    for (const name of [...house.names].reverse()) {
      await pause(700);
      await house.running.get(name)!.kill();
      house.start(name);
    }
    await load;
    // Platforms repeat themselves, too.
    await house.publish(numbers.flatMap((n) => [invoice(n), ...payments([n])]));
    await house.ready();
    let broken: unknown[] = [];
    await until('the house is at rest and the laws hold', 60_000, async () => {
      const { laws } = await house.call<{ laws: { law: number; checked: number; violations: number }[] }>('auditor', 'GET', '/v1/audit?still=true');
      broken = laws.filter(({ violations }) => violations > 0);
      return laws.length === 5 && broken.length === 0 && (await took(house, numbers)) && (await atRest(house));
    }).catch((error: Error) => Promise.reject(new Error(`${error.message} ${JSON.stringify(broken, null, 1)}`)));
    await expectFacts(house, numbers);
    for (const [name, { output }] of house.running) expect([name, output]).toEqual([name, expect.not.stringMatching(/was set aside|Emdia ends/)]);
  }, 120_000);

  it('stop when asked, in under 10 s', async () => {
    const stops = await Promise.all([...house.running].map(async ([name, each]) => ({ name, ...(await each.stop()) })));
    expect(stops.map(({ name, code }) => [name, code])).toEqual(house.names.map((name) => [name, 0]));
    expect(Math.max(...stops.map(({ ms }) => ms))).toBeLessThan(10_000);
  }, 30_000);

  it('name a setting that is wrong, and end with 78', async () => {
    const wrong: [Name, string, string][] = [
      ['billing-ingestion', 'EMDIA_CLOCK', 'yesterday'],
      ['payment-reconciliation', 'KAFKA_BROKERS', ''],
      ['notifications', 'EMDIA_SMTP_URL', 'mail'],
      ['auditor', 'DATABASE_URL', 'mysql://elsewhere'],
    ];
    await Promise.all(wrong.map(async ([name, setting, value]) => {
      const each = new OwnProcess(`apps/${name}/src/main.ts`, { ...house.env, PORT: '0', [setting]: value });
      expect([name, await each.ended, each.output]).toEqual([name, 78, expect.stringContaining(setting)]);
    }));
  }, 30_000);
});

const payments = (of: readonly number[]): Told[] => of.filter((n) => paidCents(n) > 0).map((n) => payment(n, paidCents(n)));

/** An invoice every now and then, and its payment when letters may already be on their way. */
async function publishSteadily(house: SeparateHouse, numbers: readonly number[]): Promise<void> {
  for (const [index, n] of numbers.entries()) {
    await house.publish([invoice(n), ...payments(index < LATE ? [] : [numbers[index - LATE]!])]);
    await pause(LOAD_MS / numbers.length);
  }
  await house.publish(payments(numbers.slice(-LATE)));
}

/** What was published has arrived at the ledger. */
async function took(house: SeparateHouse, numbers: readonly number[]): Promise<boolean> {
  const [row] = await house.query<{ invoices: number; payments: number }>(
    `select (select count(*)::int from reconciliation.receivable where status <> 'unissued') as invoices, (select count(*)::int from reconciliation.payment where received_cents > 0) as payments`,
  );
  return row!.invoices === numbers.length + 1 && row!.payments === numbers.filter((n) => paidCents(n) > 0).length;
}

/** At rest, and so again after longer than anything takes on its way: what Kafka has and nobody has fetched is nobody's yet. */
const atRest = async (house: SeparateHouse): Promise<boolean> => (await looksAtRest(house)) && (await pause(ON_ITS_WAY_MS_MAX, true)) && (await looksAtRest(house));

/** No service has anything to read, to hand on or to send now, as far as it knows. */
async function looksAtRest(house: SeparateHouse): Promise<boolean> {
  const states = await Promise.all(house.names.map(async (name) => (await fetch(`${house.urlOf(name)}/health/ready`)).json() as Promise<{ ready: boolean; services: Record<string, { parts: { consumer?: { lag: number } } }> }>));
  const lag = states.flatMap(({ services }) => Object.values(services)).reduce((sum, { parts }) => sum + (parts.consumer?.lag ?? 0), 0);
  const outboxes = SCHEMAS.map((schema) => `select 1 from ${schema}.outbox where type not like '%.heartbeat.v1'`).join(' union all ');
  const [row] = await house.query<{ rows: number; sends: number; actions: number }>(
    `select (select count(*)::int from (${outboxes}) o) as rows,
       (select count(*)::int from notifications.delivery where status in ('claimed', 'sending') or due_at <= $1) as sends,
       (select count(*)::int from dunning.due_action where due_at <= $1) as actions`,
    [new Date(Date.now() + Number(house.env.EMDIA_CLOCK!.slice('shifted:'.length)))],
  );
  return states.every(({ ready }) => ready) && lag === 0 && row!.rows + row!.sends + row!.actions === 0;
}

async function expectFacts(house: SeparateHouse, numbers: readonly number[]): Promise<void> {
  const receivables = await house.query<{ invoice_id: string; open_cents: number }>(`select invoice_id, open_cents::int from reconciliation.receivable`);
  expect(new Map(receivables.map(({ invoice_id, open_cents }) => [invoice_id, open_cents]))).toEqual(new Map([0, ...numbers].map((n) => [`inv-${n}`, 10_000 + n - paidCents(n)])));
  const accounts = await house.query<{ account: string; cents: number }>(`select account, sum(amount_cents)::int as cents from reconciliation.posting group by 1`);
  const cents = Object.fromEntries(accounts.map((each) => [each.account, each.cents]));
  expect(cents).toMatchObject({
    cash: numbers.reduce((sum, n) => sum + paidCents(n), 0),
    receivable: [0, ...numbers].reduce((sum, n) => sum + 10_000 + n - paidCents(n), 0),
  });
  expect(Object.values(cents).reduce((sum, each) => sum + each, 0)).toBe(0);
  for (const schema of SCHEMAS) expect([schema, await house.query(`select event_type, reason, detail from ${schema}.dead_letter`)]).toEqual([schema, []]);
  // Who owes has been asked once; only where a sender died in the call may nobody know whether the letter left.
  const letters = await house.letters();
  expect([...letters].filter(([, count]) => count > 1)).toEqual([]);
  const deliveries = await house.query<{ customer_id: string; status: string }>(`select customer_id, status from notifications.delivery where purpose = 'collection' and status in ('sent', 'unknown')`);
  for (const { customer_id, status } of deliveries) if (status === 'sent') expect([customer_id, letters.get(`${customer_id}@cliente.invalid`)]).toEqual([customer_id, 1]);
  const asked = new Set(deliveries.map(({ customer_id }) => customer_id));
  const unasked = numbers.filter((n) => paidCents(n) < 10_000 && !asked.has(`c${n}`)).map((n) => `c${n}`);
  // Where it fails, it says how far each came.
  const whereabouts = await house.query(
    `select c.customer_id, c.due_at as case_due_at, d.status, d.due_at, d.reason, d.history from dunning.case_file c
     left join notifications.delivery d using (creditor_id, customer_id) where c.customer_id = any($1)`,
    [unasked],
  );
  expect(whereabouts).toEqual([]);
  expect(unasked).toEqual([]);
}
