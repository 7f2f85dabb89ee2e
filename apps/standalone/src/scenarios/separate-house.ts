import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { startMailSink, type MailSink } from '@emdia/mail-sink';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { Client } from 'pg';
import { everyService } from '../services';
import { fixedPorts, OwnProcess } from './own-process';
import { ADMIN_KEY, at, CREDITOR } from './story';

export const PLATFORM = 'loja';
const NAMES = everyService.map(({ name }) => name);
export type Name = (typeof NAMES)[number];

/** An event as the platform publishes it; `customer_id` decides the order that is kept. */
export interface Told {
  readonly id: string;
  readonly type: string;
  readonly customer_id: string;
  readonly data: Record<string, unknown>;
}

/** Every service in a process of its own, over one Kafka, as docker-compose.yml runs them; and a platform beside them. */
export class SeparateHouse {
  readonly running = new Map<Name, OwnProcess>();

  private constructor(
    readonly mail: MailSink,
    readonly env: Readonly<Record<string, string>>,
    private readonly ports: ReadonlyMap<Name, number>,
    private readonly database: TestDatabase,
    private readonly sql: Client,
    private readonly producer: Producer,
  ) {}

  /** `now` is when business time begins, as in a story; it runs on with the machine's. */
  static async open(brokers: string, now: string): Promise<SeparateHouse> {
    const [database, mail, free] = await Promise.all([testDatabase('separate'), startMailSink(), fixedPorts(NAMES.length)]);
    const ports = new Map(NAMES.map((name, index) => [name, free[index]!]));
    const secret = (): string => randomUUID() + randomUUID();
    const env = {
      NODE_ENV: 'development',
      DATABASE_URL: database.url,
      KAFKA_BROKERS: brokers,
      EMDIA_KAFKA_PREFIX: `separate-${randomUUID().slice(0, 8)}.`,
      EMDIA_INSTALLATION_KEY: secret(),
      EMDIA_INTERNAL_TOKEN: secret(),
      EMDIA_BOOTSTRAP_KEY_SHA256: createHash('sha256').update(ADMIN_KEY).digest('hex'),
      EMDIA_SMTP_URL: mail.smtpUrl,
      EMDIA_MAIL_FROM: 'avisos@emdia.invalid',
      EMDIA_CLOCK: `shifted:${at(now).getTime() - Date.now()}`,
      EMDIA_LOG_LEVEL: 'warn',
      ...Object.fromEntries(NAMES.map((name) => [`${name.toUpperCase().replaceAll('-', '_')}_URL`, `http://127.0.0.1:${ports.get(name)}`])),
    };
    const sql = new Client({ connectionString: database.url });
    const producer = new Kafka({ clientId: PLATFORM, brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
    await Promise.all([sql.connect(), producer.connect()]);
    return new SeparateHouse(mail, env, ports, database, sql, producer);
  }

  get names(): readonly Name[] {
    return NAMES;
  }

  start(name: Name): void {
    this.running.set(name, new OwnProcess(`apps/${name}/src/main.ts`, { ...this.env, PORT: String(this.ports.get(name)) }));
  }

  async ready(): Promise<void> {
    await Promise.all([...this.running].map(([name, each]) => each.ready(`${this.urlOf(name)}/health/ready`, 40_000)));
  }

  urlOf(name: Name): string {
    return `http://127.0.0.1:${this.ports.get(name)}`;
  }

  async call<T = Record<string, unknown>>(name: Name, method: string, path: string, body?: unknown): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(this.urlOf(name) + path, {
        method,
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'x-emdia-creditor': CREDITOR, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response.ok) return (await response.json()) as T;
      if (response.status !== 503 || attempt === 5) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
      await pause(500);
    }
  }

  /** Publishes as a platform does; the topic must be there, as nothing here makes it. */
  async publish(events: readonly Told[]): Promise<void> {
    const messages = events.map(({ id, type, customer_id, data }) => ({
      key: `${CREDITOR}/${customer_id}`,
      value: JSON.stringify({ specversion: '1.0', id, source: `/${PLATFORM}`, type: `upstream.${type}.v1`, data: { creditor_id: CREDITOR, ...data } }),
    }));
    await this.producer.send({ topic: `${this.env.EMDIA_KAFKA_PREFIX}upstream.${PLATFORM}.events.v1`, acks: -1, messages });
  }

  async query<R>(sql: string, values: unknown[] = []): Promise<R[]> {
    return (await this.sql.query(sql, values)).rows as R[];
  }

  /** How many letters that ask for money each address got, whatever the services remember of them. */
  async letters(): Promise<Map<string, number>> {
    const others = new Set((await this.query<{ notice_id: string }>(`select notice_id from notifications.delivery where purpose <> 'collection'`)).map(({ notice_id }) => notice_id));
    const counts = new Map<string, number>();
    for (const { to, emdia } of this.mail.messages()) {
      if (!others.has(emdia['x-emdia-notice']!)) counts.set(to.join(), (counts.get(to.join()) ?? 0) + 1);
    }
    return counts;
  }

  async close(): Promise<void> {
    await Promise.all([...this.running.values()].map((each) => each.kill()));
    await Promise.all([this.producer.disconnect(), this.sql.end(), this.mail.stop()]);
    await this.database.drop();
  }
}
