import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DrivenClock, WallClock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { DeadLetters, fold, messagingMigrations, Runner, Seal, step } from '@emdia/messaging';
import { Config, InternalClient, Metrics, type Sweep, type Sweeps } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import type { PinoLogger } from 'nestjs-pino';
import { Client } from 'pg';
import { ActDeliveries } from '../src/acts/act-deliveries';
import { Carriers } from '../src/acts/carriers';
import { OutwardActs } from '../src/acts/outward-acts';
import { Cases } from '../src/cases/cases';
import type { CaseFile } from '../src/cases/case-file';
import { DueCases } from '../src/cases/due-cases';
import { dunningOrchestration } from '../src/index';

/** Wall time that stands still until a spec pushes it. */
class PushedWall extends WallClock {
  pushedMs = 0;
  override epochMs(): number {
    return 1_790_000_000_000 + this.pushedMs;
  }
  override monotonicMs(): number {
    return this.pushedMs;
  }
}

type Ask = { ask_id: string; receivable_id: string };
interface Heard {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The sweeps of one process. */
export interface Process {
  readonly cases: DueCases;
  readonly acts: OutwardActs;
  readonly deliveries: ActDeliveries;
}

/** Dunning's acts without their process: a real database, a gate and a creditor's webhook over real HTTP. */
export class ActHouse {
  readonly clock = new DrivenClock(new Date('2026-03-30T13:59:00Z'));
  readonly wall = new PushedWall();
  readonly cases = new Cases();
  /** The gate's refusal by receivable; none owes. */
  refusals = new Map<string, string>();
  asks: Ask[][] = [];
  beforeGate: () => Promise<void> | void = () => undefined;
  heard: Heard[] = [];
  /** What the webhook answers; null: nothing. */
  answer: number | null = 200;
  database!: Database;
  carriers!: Carriers;
  private config!: Config;
  private internal!: InternalClient;
  private server!: Server;
  private cluster!: TestDatabase;
  private readonly databases: Database[] = [];

  async open(): Promise<this> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        if (request.url!.endsWith('/gate')) return void this.gate(JSON.parse(body) as { asks: Ask[] }).then((answer) => response.end(JSON.stringify(answer)));
        this.heard.push({ headers: request.headers, body });
        if (this.answer !== null) response.writeHead(this.answer, { location: '/elsewhere' }).end();
      });
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.cluster = await testDatabase('dunning-acts', async (url) => {
      const schema = new Database({ url, schema: 'dunning' });
      await schema.migrate([...messagingMigrations('dunning'), ...dunningOrchestration.migrations]).finally(() => schema.close());
    });
    this.config = Config.from({ DATABASE_URL: this.cluster.url, PAYMENT_RECONCILIATION_URL: this.url, EMDIA_INSTALLATION_KEY: 'k'.repeat(32), EMDIA_INTERNAL_TOKEN: 't'.repeat(32) });
    this.internal = new InternalClient(this.config);
    this.database = this.connect();
    this.carriers = new Carriers(this.database, this.clock, this.config);
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private connect(): Database {
    const database = new Database({ url: this.cluster.url, schema: 'dunning' });
    this.databases.push(database);
    return database;
  }

  private async gate({ asks }: { asks: Ask[] }): Promise<unknown> {
    this.asks.push(asks);
    const amounts = { number: 'n', description: null, due_date: '2026-03-06', open_cents: 10_000, fine_cents: 0, interest_cents: 0, total_cents: 10_000, days_late: 1, version: 1, instruments: [] };
    const verdicts = asks.map(({ ask_id, receivable_id }) => {
      const reason = this.refusals.get(receivable_id);
      return reason ? { ask_id, receivable_id, owed: false, reason } : { ask_id, receivable_id, owed: true, invoice_id: 'inv', ...amounts };
    });
    await this.beforeGate();
    return { as_of_epoch_ms: 1, verdicts };
  }

  /** A process with a database pool and a memory of its own. */
  process(): Process {
    const database = this.connect();
    const observer = { committed: () => undefined, handled: () => undefined, setAside: () => undefined };
    const runner = new Runner({ service: 'dunning-orchestration', database, clock: this.clock, wall: this.wall, deadLetters: new DeadLetters(database, new Seal('k'.repeat(32), 'dead-letters')), observer });
    const sweeps = { register: () => undefined } as unknown as Sweeps;
    const logger = { error: () => undefined } as unknown as PinoLogger;
    return {
      cases: new DueCases(database, runner, this.cases, this.wall, sweeps),
      acts: new OutwardActs(database, runner, this.cases, this.clock, this.wall, this.internal, sweeps, new Metrics()),
      deliveries: new ActDeliveries(database, runner, this.cases, this.wall, logger, this.config, sweeps, new Metrics()),
    };
  }

  async sweep(...sweeps: Pick<Sweep, 'run'>[]): Promise<void> {
    for (const sweep of sweeps) for (let n = 0; (await sweep.run(this.clock.now(), 500)) > 0; n++) if (n > 50) throw new Error(`${sweep.constructor.name} finds no end`);
  }

  /** Cases, due and so on, sweeps until nothing is due now. */
  async live({ cases, acts, deliveries }: Process, until?: string): Promise<void> {
    if (until) this.clock.jumpTo(new Date(until));
    while ((await cases.run(this.clock.now(), 500)) > 0);
    await this.sweep(acts);
    while ((await cases.run(this.clock.now(), 500)) > 0);
    await this.sweep(deliveries);
  }

  async put(...files: CaseFile[]): Promise<void> {
    await this.database.transaction((tx) => fold(tx, files.map((file) => [step(this.cases, file.key, (known) => ({ next: { ...file, carries_out: known.carries_out } }))]), this.clock.now()));
  }

  rows<R = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<R[]> {
    return this.database.query<R>(sql, values);
  }

  /** What only the schema's owner may do. */
  async alter(sql: string): Promise<void> {
    const admin = await this.admin();
    await admin.query(sql).finally(() => admin.end());
  }

  async admin(): Promise<Client> {
    const admin = new Client({ connectionString: this.cluster.url, options: '-c search_path=dunning' });
    await admin.connect();
    return admin;
  }

  /** What went into the outbox, messages and openings of cases left out. */
  async told(): Promise<{ type: string; id: string; data: Record<string, unknown> }[]> {
    const rows = await this.rows<{ body: string }>(`select body from outbox where type not like '%notice%' and type not like '%case%' order by id`);
    return rows.map(({ body }) => JSON.parse(body) as { type: string; id: string; data: Record<string, unknown> });
  }

  async clear(): Promise<void> {
    for (const table of ['act_delivery', 'act_carrier', 'outward_act', 'due_action', 'agreement', 'hold', 'covered_step', 'notice', 'case_receivable', 'case_file', 'outbox']) await this.rows(`delete from ${table}`);
    Object.assign(this, { refusals: new Map(), asks: [], heard: [], answer: 200, beforeGate: () => undefined });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    this.internal.close();
    for (const database of this.databases) await database.close();
    await this.cluster.drop();
  }
}
