import { createHash, randomUUID } from 'node:crypto';
import { services, type ServiceName } from '@emdia/contracts';
import { Kafka, logLevel, Partitioners, type Admin } from 'kafkajs';
import { Client } from 'pg';
import { CREDITOR } from '../balance-events';
import { forgetGroup, PLATFORM, UPSTREAM } from '../hop/backlog';
import { Child, until } from '../processes';
import type { Bench, BenchDatabase } from '../surroundings';
import { inboundOf } from './inbound';

const ADMIN_KEY = 'emdia_bench_0123456789abcdef0123456789abcdef';
const UP_MS_MAX = 60_000;
const BATCH_ROWS = 1_000;

/** A service with a backlog before it: its topic filled, its database ready to be copied for every repeat. */
export class Worked {
  private readonly secret = randomUUID() + randomUUID();
  private readonly prefix: string;
  private template: BenchDatabase | null = null;

  private constructor(
    private readonly bench: Bench,
    readonly name: ServiceName,
    readonly events: number,
    private readonly brokers: string,
    readonly kafka: Kafka,
    readonly admin: Admin,
  ) {
    this.prefix = `${name}-${randomUUID().slice(0, 8)}.`;
  }

  /** `prepare` may add to the database that every repeat begins with. */
  static async open(bench: Bench, name: ServiceName, events: number, prepare: (sql: Client, url: string) => Promise<unknown> = async () => undefined): Promise<Worked> {
    const brokers = await bench.brokers();
    const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 8 } });
    const admin = kafka.admin();
    await admin.connect();
    const worked = new Worked(bench, name, events, brokers, kafka, admin);
    await worked.register(prepare);
    await worked.fill();
    return worked;
  }

  get schema(): string {
    return services[this.name].schema;
  }
  /** The name on the wire. */
  wire = (name: string): string => this.prefix + name;
  get outgoing(): string {
    return this.wire(`${this.schema}.events.v1`);
  }
  private get group(): string {
    return this.wire(`emdia.${this.name}`);
  }

  /** The service as it runs in production, on a copy of the prepared database. */
  start(database: BenchDatabase, port = 0, { env = {}, nodeFlags = [] }: { env?: Readonly<Record<string, string>>; nodeFlags?: readonly string[] } = {}): Child {
    return new Child(`apps/${this.name}/src/main.ts`, {
      NODE_ENV: 'development', PORT: String(port), DATABASE_URL: database.url, KAFKA_BROKERS: this.brokers, EMDIA_KAFKA_PREFIX: this.prefix, EMDIA_LOG_LEVEL: 'warn',
      EMDIA_INSTALLATION_KEY: this.secret, EMDIA_INTERNAL_TOKEN: this.secret, EMDIA_BOOTSTRAP_KEY_SHA256: createHash('sha256').update(ADMIN_KEY).digest('hex'),
      // Nothing leaves: whom it would ask, and the post, are away.
      EMDIA_SMTP_URL: 'smtp://127.0.0.1:9', EMDIA_MAIL_FROM: 'avisos@emdia.invalid', ...env,
    }, nodeFlags);
  }

  /** Migrates, and registers creditor and platform as an administrator does. */
  private async register(prepare: (sql: Client, url: string) => Promise<unknown>): Promise<void> {
    this.template = await this.bench.database(this.name);
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const service = this.start(this.template, port);
    const put = async (path: string, body: object): Promise<void> => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/${path}`, { method: 'PUT', headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`PUT ${path} answered ${response.status}: ${await response.text()}`);
    };
    try {
      await until(`${this.name} is up`, UP_MS_MAX, async () => {
        service.alive();
        return (await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => null))?.ok ? true : null;
      });
      if (this.name === 'billing-ingestion') {
        await put(`creditors/${CREDITOR}`, { name: 'Academia Boa Forma Ltda.', document: '11.222.333/0001-81', address: 'Rua das Flores, 100, São Paulo, SP' });
        await put(`platforms/${PLATFORM}`, { creditors: [CREDITOR] });
      }
    } finally {
      await service.stop();
    }
    const sql = new Client({ connectionString: this.template.url });
    await sql.connect();
    // Its own heartbeats may still stand there.
    await sql.query(`delete from ${this.schema}.outbox`);
    await prepare(sql, this.template.url).finally(() => sql.end());
  }

  private async fill(): Promise<void> {
    const { topics, event } = inboundOf[this.name];
    // A service makes its own topics; a platform's is made by who registers it.
    const existing = new Set(await this.admin.listTopics());
    const lacking = topics.map(this.wire).filter((topic) => !existing.has(topic));
    await this.admin.createTopics({ waitForLeaders: true, topics: lacking.map((topic) => ({ topic, numPartitions: 3, replicationFactor: 1 })) });
    const producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (let from = 0; from < this.events; from += BATCH_ROWS) {
      const sent = Array.from({ length: Math.min(BATCH_ROWS, this.events - from) }, (_, i) => event(from + i, this.events));
      const topicMessages = topics.map((topic) => ({ topic: this.wire(topic), messages: sent.filter((each) => each.topic === topic).map(({ key, body }) => ({ key, value: body })) }));
      await producer.sendBatch({ acks: -1, topicMessages: topicMessages.filter(({ messages }) => messages.length > 0) });
    }
    await producer.disconnect();
  }

  /** A fresh database, and a group that has taken nothing in yet. */
  async fresh(): Promise<BenchDatabase> {
    await forgetGroup(this.admin, this.group);
    const database = await this.bench.database(this.name, this.template!.name);
    await this.bench.checkpoint();
    return database;
  }

  /** How many events the group has committed. */
  async consumed(): Promise<number> {
    const found = await this.admin.fetchOffsets({ groupId: this.group, topics: inboundOf[this.name].topics.map(this.wire) });
    return found.flatMap(({ partitions }) => partitions).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }

  async close(): Promise<void> {
    const mine = (await this.admin.listTopics()).filter((topic) => topic.startsWith(this.prefix) && topic !== this.wire(UPSTREAM));
    await this.admin.deleteTopics({ topics: [...mine, ...(inboundOf[this.name].topics.includes(UPSTREAM) ? [this.wire(UPSTREAM)] : [])] }).catch(() => undefined);
    await this.admin.disconnect();
    await this.template?.drop();
  }
}
