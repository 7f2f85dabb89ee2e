import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DrivenClock, WallClock } from '@emdia/clock';
import { DunningNoticeRequested, encode, type EventOf } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { DeadLetters, messagingMigrations, Runner, Seal, step, type Step } from '@emdia/messaging';
import { Config, InternalClient, Metrics, type Sweeps } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import type { PinoLogger } from 'nestjs-pino';
import { Client } from 'pg';
import type { Post } from '../src/channels/post';
import type { Mail, Outcome } from '../src/channels/smtp';
import { Addressees } from '../src/contact/addressees';
import { Scope } from '../src/contact/scope';
import { notifications } from '../src/index';
import { PublicLinks } from '../src/public-links';
import { Deliveries } from '../src/delivery/deliveries';
import { accept } from '../src/delivery/delivery';
import { Gate } from '../src/delivery/gate';
import { amounts, EPOCH_MS, id, NOON } from './given';
import { Sending } from '../src/delivery/sending';

/** Wall time that stands still until a spec pushes it: no verdict grows old because the machine is busy. */
export class PushedWall extends WallClock {
  pushedMs = 0;
  override epochMs(): number {
    return EPOCH_MS + this.pushedMs;
  }
  override monotonicMs(): number {
    return this.pushedMs;
  }
}

type Ask = { ask_id: string; receivable_id: string; purpose: string; contact_day: string };

/** The neighbours over real HTTP: what they answer is the spec's to say. */
export class Neighbours {
  asks: Ask[][] = [];
  lookUps = 0;
  /** The gate's answer by receivable; a text refuses, undefined owes. */
  refusals = new Map<string, string>();
  /** What a customer has open. */
  debtsOf: (customer_id: string) => string[] = () => [id('receivable', 1)];
  beforeGate: () => Promise<void> | void = () => undefined;
  beforeCustomers: () => Promise<void> | void = () => undefined;
  emailOf: (customer_id: string) => string | null = (customer_id) => `${customer_id}@example.invalid`;
  phoneOf: (customer_id: string) => string | null = () => null;
  down = new Set<'gate' | 'customers'>();
  private server!: Server;

  async open(): Promise<string> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const whole = request.url!.endsWith('/gate/customer');
        const gate = whole || request.url!.endsWith('/gate');
        if (this.down.has(gate ? 'gate' : 'customers')) return response.writeHead(503).end();
        const body = JSON.parse(Buffer.concat(chunks).toString()) as never;
        if (request.url!.endsWith('/verify')) return this.verify(body, response);
        void (whole ? this.gate({ asks: this.asksOf(body) }) : gate ? this.gate(body) : this.customers(body)).then((answer) => response.end(JSON.stringify(answer)));
      });
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Every key `emdia_<creditor>` is known, by its hash. */
  private verify({ key_sha256 }: { key_sha256: string }, response: ServerResponse): void {
    const creditor_id = ['acme', 'other'].find((each) => createHash('sha256').update(`emdia_${each}`).digest('hex') === key_sha256);
    if (!creditor_id) return void response.writeHead(404).end('{}');
    response.end(JSON.stringify({ key_id: creditor_id, creditor_id, scopes: ['deliveries:read', 'contacts:write'], actor: `key ${creditor_id}` }));
  }

  private asksOf({ customer_id, contact_day }: { customer_id: string; contact_day: string }): Ask[] {
    return this.debtsOf(customer_id).map((receivable_id) => ({ ask_id: receivable_id, receivable_id, purpose: 'collection', contact_day }));
  }

  private async gate({ asks }: { asks: Ask[] }): Promise<unknown> {
    this.asks.push(asks);
    const verdicts = asks.map(({ ask_id, receivable_id }) => {
      const reason = this.refusals.get(receivable_id);
      return reason ? { ask_id, receivable_id, owed: false, reason } : { ask_id, receivable_id, owed: true, ...amounts };
    });
    await this.beforeGate();
    return { as_of_epoch_ms: 1, verdicts };
  }

  private async customers({ customers }: { customers: { creditor_id: string; customer_id: string }[] }): Promise<unknown> {
    this.lookUps++;
    await this.beforeCustomers();
    const creditors = [...new Set(customers.map(({ creditor_id }) => creditor_id))].map((creditor_id) => ({
      creditor_id, name: 'Acme Ltda', document: '11222333000181', address: 'Rua A, 1, São Paulo', contact_email: 'oi@acme.invalid', contact_phone: null, sender_name: 'Acme',
    }));
    const known = customers.filter(({ customer_id }) => customer_id !== 'nobody');
    return { customers: known.map((each) => ({ ...each, person_key: 'e'.repeat(64), name: 'Ana', email: this.emailOf(each.customer_id), phone: this.phoneOf(each.customer_id), state: 'SP', version: 1 })), creditors };
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A provider that does as it is told; by default it accepts. */
export class ScriptedPost {
  from = 'avisos@emdia.invalid';
  width = 8;
  sent: Mail[] = [];
  answer: (mail: Mail) => Outcome | Promise<Outcome> = (mail) => ({ outcome: 'accepted', provider_id: mail.idempotency_key });
  reaches = (): boolean => true;
  async send(mail: Mail): Promise<Outcome> {
    this.sent.push(mail);
    return this.answer(mail);
  }
}

/** Notifications without its process: a real database, real HTTP neighbours, a provider made up. */
export class GivenHouse<W extends WallClock = PushedWall> {
  readonly clock = new DrivenClock(NOON);
  readonly neighbours = new Neighbours();
  readonly post = new ScriptedPost();
  readonly deliveries = new Deliveries();
  config!: Config;
  database!: Database;
  runner!: Runner;
  private cluster!: TestDatabase;
  private internal!: InternalClient;
  private readonly databases: Database[] = [];

  constructor(readonly wall: W = new PushedWall() as unknown as W) {}

  async open(env: Record<string, string> = {}): Promise<this> {
    const url = await this.neighbours.open();
    this.cluster = await testDatabase('notifications', async (template) => {
      const database = new Database({ url: template, schema: 'notifications' });
      await database.migrate([...messagingMigrations('notifications'), ...notifications.migrations]);
      await database.close();
    });
    this.config = Config.from({
      DATABASE_URL: this.cluster.url, EMDIA_LOG_LEVEL: 'silent', PORT: '0',
      BILLING_INGESTION_URL: url, PAYMENT_RECONCILIATION_URL: url, EMDIA_PUBLIC_URL: 'https://pay.example.invalid',
      EMDIA_INSTALLATION_KEY: 'k'.repeat(32), EMDIA_INTERNAL_TOKEN: 't'.repeat(32), ...env,
    });
    this.internal = new InternalClient(this.config);
    this.database = this.connect();
    this.runner = this.runnerOf(this.database);
    return this;
  }

  private connect(): Database {
    const database = new Database({ url: this.cluster.url, schema: 'notifications' });
    this.databases.push(database);
    return database;
  }

  private runnerOf(database: Database): Runner {
    const observer = { committed: () => undefined, handled: () => undefined, setAside: () => undefined };
    return new Runner({ service: 'notifications', database, clock: this.clock, wall: this.wall, deadLetters: new DeadLetters(database, new Seal('k'.repeat(32), 'dead-letters')), observer });
  }

  addressees(post: Pick<Post, 'reaches'> = this.post): Addressees {
    return new Addressees(this.internal, this.clock, this.wall, this.config, post as unknown as Post);
  }

  /** One process of the sending side, with a run, a database pool and a memory of its own. */
  process(post: ScriptedPost | Post = this.post): Sending {
    const database = this.connect();
    const sweeps = { register: () => undefined } as unknown as Sweeps;
    const logger = { error: () => undefined } as unknown as PinoLogger;
    return new Sending(
      database, this.runnerOf(database), this.clock, this.wall, this.deliveries, this.addressees(post), new Gate(this.internal, this.wall),
      post as Post, new PublicLinks(this.config), new Scope(this.config), sweeps, logger, new Metrics(),
    );
  }

  /** Takes events in as the broker hands them over. */
  async take(...events: EventOf<typeof DunningNoticeRequested>[]): Promise<void> {
    const consumes = new Map([[DunningNoticeRequested.type, DunningNoticeRequested]]);
    const react = async (event: unknown): Promise<Step[]> => {
      const notice = event as EventOf<typeof DunningNoticeRequested>;
      return [step(this.deliveries, notice.data.notice_id, (known, now) => accept(known, notice, now))];
    };
    const batch = events.map((event, index) => ({
      topic: 'dunning.events.v1', partition: 0, key: event.key, position: String(index), body: encode({ ...event, contract: DunningNoticeRequested }, 'dunning-orchestration'),
    }));
    for (let at = 0; at < batch.length; at += 500) await this.runner.batch(batch.slice(at, at + 500), { consumes, react });
  }

  async sweep(sending: Sending): Promise<void> {
    while ((await sending.run(this.clock.now(), 200)) > 0);
  }

  rows<R = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<R[]> {
    return this.database.query<R>(sql, values);
  }

  /** A change of the schema, which no service may make. */
  async alter(sql: string): Promise<void> {
    const admin = new Client({ connectionString: this.cluster.url, options: '-c search_path=notifications' });
    await admin.connect();
    await admin.query(sql).finally(() => admin.end());
  }

  async statuses(): Promise<Record<string, number>> {
    const rows = await this.rows<{ status: string; n: number }>('select status, count(*)::int as n from delivery group by 1');
    return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
  }

  /** What went into the outbox: type without service and version, and data. */
  async told(): Promise<{ what: string; data: Record<string, unknown> }[]> {
    const rows = await this.rows<{ body: string }>('select body from outbox order by id');
    return rows.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> }).map(({ type, data }) => ({ what: type.split('.')[1]!, data }));
  }

  async clear(): Promise<void> {
    await this.rows('delete from delivery_cover');
    for (const table of ['delivery', 'contact_day', 'opt_out', 'closed_contact_point', 'outbox', 'inbox', 'dead_letter']) await this.rows(`delete from ${table}`);
    Object.assign(this.neighbours, { asks: [], lookUps: 0, refusals: new Map(), beforeGate: () => undefined, beforeCustomers: () => undefined, down: new Set(), emailOf: (customer: string) => `${customer}@example.invalid`, phoneOf: () => null });
    Object.assign(this.post, { sent: [], width: 8, answer: (mail: Mail) => ({ outcome: 'accepted', provider_id: mail.idempotency_key }) });
  }

  async close(): Promise<void> {
    this.neighbours.close();
    this.internal.close();
    for (const database of this.databases) await database.close();
    await this.cluster.drop();
  }
}
