import { createHash, randomUUID } from 'node:crypto';
import { startMailSink, type MailSink } from '@emdia/mail-sink';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { Client } from 'pg';
import { fixedPorts } from '../../apps/standalone/src/scenarios/own-process';
import { everyService } from '../../apps/standalone/src/services';
import { Child, until } from '../processes';
import type { Bench, BenchDatabase } from '../surroundings';

const ADMIN_KEY = 'emdia_bench_0123456789abcdef0123456789abcdef';
const CREDITOR = 'academia-sol';
const PLATFORM = 'loja';
/** A Tuesday morning within contact hours; what was due on the Monday is asked for now. */
const NOW = new Date('2026-03-17T10:30:00-03:00');
const DUE = '2026-03-16';
const NAMES = everyService.map(({ name }) => name);
type Name = (typeof NAMES)[number];
const UP_MS_MAX = 60_000;
const BATCH_ROWS = 500;

/** Whether this customer pays; every second does. */
const pays = (n: number): boolean => n % 2 === 0;

function invoice(n: number): object {
  return {
    id: `e-inv-${n}`, type: 'upstream.invoice-issued.v1',
    data: {
      creditor_id: CREDITOR, invoice_id: `inv-${n}`, issue_date: '2026-03-01', due_date: DUE, amount_cents: 9_900, currency: 'BRL',
      customer: { customer_id: `c${n}`, name: 'Ana Lima', email: `c${n}@cliente.invalid`, state: 'SP' },
    },
  };
}
const payment = (n: number): object => ({
  id: `e-pay-${n}`, type: 'upstream.payment-received.v1',
  data: { creditor_id: CREDITOR, payment_id: `pay-${n}`, reference: `inv-${n}`, amount_cents: 9_900, currency: 'BRL', paid_date: '2026-03-17', credit_date: '2026-03-17' },
});

/** Every service in a process of its own over one Kafka and one Postgres, as docker-compose.yml runs them, and a mailbox that takes what is sent. */
export class WholeHouse {
  private readonly children = new Map<Name, Child>();

  private constructor(
    private readonly database: BenchDatabase,
    private readonly sql: Client,
    private readonly producer: Producer,
    private readonly mail: MailSink,
    private readonly ports: ReadonlyMap<Name, number>,
    private readonly prefix: string,
  ) {}

  static async open(bench: Bench): Promise<WholeHouse> {
    const [brokers, database, mail, free] = await Promise.all([bench.brokers(), bench.database('whole'), startMailSink(), fixedPorts(NAMES.length)]);
    const ports = new Map(NAMES.map((name, index) => [name, free[index]!]));
    const prefix = `whole-${randomUUID().slice(0, 8)}.`;
    const producer = new Kafka({ clientId: PLATFORM, brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
    const sql = new Client({ connectionString: database.url });
    await Promise.all([sql.connect(), producer.connect()]);
    const house = new WholeHouse(database, sql, producer, mail, ports, prefix);
    const secret = randomUUID() + randomUUID();
    const env = {
      NODE_ENV: 'development', DATABASE_URL: database.url, KAFKA_BROKERS: brokers, EMDIA_KAFKA_PREFIX: prefix, EMDIA_INSTALLATION_KEY: secret, EMDIA_INTERNAL_TOKEN: secret,
      EMDIA_BOOTSTRAP_KEY_SHA256: createHash('sha256').update(ADMIN_KEY).digest('hex'), EMDIA_SMTP_URL: mail.smtpUrl, EMDIA_MAIL_FROM: 'avisos@emdia.invalid',
      EMDIA_CLOCK: `shifted:${NOW.getTime() - Date.now()}`, EMDIA_LOG_LEVEL: 'warn',
      ...Object.fromEntries(NAMES.map((name) => [`${name.toUpperCase().replaceAll('-', '_')}_URL`, `http://127.0.0.1:${ports.get(name)}`])),
    };
    for (const name of NAMES) house.children.set(name, new Child(`apps/${name}/src/main.ts`, { ...env, PORT: String(ports.get(name)) }));
    try {
      await house.prepare();
    } catch (error) {
      await house.close();
      throw error;
    }
    return house;
  }

  private async prepare(): Promise<void> {
    for (const [name, child] of this.children) {
      await until(`${name} is ready`, UP_MS_MAX, async () => {
        child.alive();
        return (await fetch(`http://127.0.0.1:${this.ports.get(name)}/health/ready`).catch(() => null))?.ok ? true : null;
      }, 200);
    }
    await this.call('billing-ingestion', 'PUT', `/v1/creditors/${CREDITOR}`, { name: 'Academia Sol Ltda', document: '11222333000181', address: 'Rua das Flores 10, São Paulo, SP' });
    await this.call('billing-ingestion', 'PUT', `/v1/platforms/${PLATFORM}`, { creditors: [CREDITOR] });
    await this.call('billing-ingestion', 'PUT', '/v1/sources/upstream', { rails: ['PIX_COB', 'BOLETO'], lag_business_days: 1 });
    await this.call('billing-ingestion', 'POST', '/v1/sources/upstream/checked', { covered_until: DUE });
  }

  private async call<T>(name: Name, method: string, path: string, body?: object): Promise<T> {
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'x-emdia-creditor': CREDITOR, ...(body ? { 'content-type': 'application/json' } : {}) };
    return until(`${method} ${path} is answered`, 30_000, async () => {
      const response = await fetch(`http://127.0.0.1:${this.ports.get(name)}${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
      // What waits for another service that is only just up.
      if (response.status === 503) return null;
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as T;
    }, 500);
  }

  /** Publishes the invoices of these customers and the payments of every second, as a platform does, and tells how many events that were. */
  async publish(from: number, to: number): Promise<number> {
    let events = 0;
    for (let first = from; first < to; first += BATCH_ROWS) {
      const customers = Array.from({ length: Math.min(BATCH_ROWS, to - first) }, (_, index) => first + index);
      const told = customers.flatMap((n) => [invoice(n), ...(pays(n) ? [payment(n)] : [])].map((event) => ({ key: `${CREDITOR}/c${n}`, value: JSON.stringify({ specversion: '1.0', source: `/${PLATFORM}`, ...event }) })));
      await this.producer.send({ topic: `${this.prefix}upstream.${PLATFORM}.events.v1`, acks: -1, messages: told });
      events += told.length;
    }
    return events;
  }

  /** Resolves when of the first so many customers all who paid are settled and all others have their letter. */
  async done(customers: number, waitMsMax: number): Promise<void> {
    const paying = Math.ceil(customers / 2);
    await until('all are settled or have their letter', waitMsMax, async () => {
      for (const child of this.children.values()) child.alive();
      const { rows } = await this.sql.query<{ settled: number; letters: number }>(
        `select (select count(*)::int from reconciliation.receivable where status = 'settled') as settled,
           (select count(distinct customer_id)::int from notifications.delivery where purpose = 'collection' and status = 'sent' and substr(customer_id, 2)::int % 2 = 1) as letters`,
      );
      return rows[0]!.settled === paying && rows[0]!.letters === customers - paying ? true : null;
    }, 200);
  }

  /** Throws when the auditor finds a law broken, or a letter that the mailbox does not have. */
  async check(): Promise<{ letters: number }> {
    const { laws } = await this.call<{ laws: { law: number; violations: number }[] }>('auditor', 'GET', '/v1/audit');
    const broken = laws.filter(({ violations }) => violations > 0);
    if (laws.length !== 5 || broken.length > 0) throw new Error(`Laws broken: ${JSON.stringify(broken)}`);
    const { rows } = await this.sql.query<{ sent: number }>(`select count(*)::int as sent from notifications.delivery where status = 'sent'`);
    if (this.mail.count() < rows[0]!.sent) throw new Error(`${rows[0]!.sent} letters are told as sent, ${this.mail.count()} arrived.`);
    return { letters: this.mail.count() };
  }

  /** CPU time of each service so far, in milliseconds. */
  cpuMs(): Map<Name, number> {
    return new Map([...this.children].map(([name, child]) => [name, child.cpuMs()]));
  }

  async close(): Promise<void> {
    await Promise.all([...this.children.values()].map((child) => child.stop()));
    await Promise.all([this.producer.disconnect(), this.sql.end(), this.mail.stop()]);
    await this.database.drop();
  }
}
