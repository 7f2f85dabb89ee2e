import { services } from '@emdia/contracts';
import { Config, run, type Application, type House, type Service } from '@emdia/runtime';
import { Client } from 'pg';
import { everyService } from '../services';
import { CreditorSystems } from './creditor-systems';
import { Faults } from './faults';
import { MishapLine } from './mishaps';
import { RepeatableIds, sha256 } from './repeatable-ids';
import { SimulatedBroker } from './simulated-broker';
import { SimulatedProvider } from './simulated-provider';
import { RewoundClock, SimulatedWall } from './simulated-time';
import { SweepsInTurn, type Turn } from './sweeps-in-turn';
import { Unlawful } from './unlawful';

const KEY = 'emdia_simulator_0123456789abcdef0123456789abcdef';
const SCHEMAS = ['billing', 'reconciliation', 'dunning', 'negotiation', 'notifications'] as const;
/** Between two runs in one house: longer than anything is remembered by wall time. */
const BETWEEN_RUNS_MS = 86_400_000;
const START = new Date('2026-03-02T03:00:00Z');

/** An answer of the house to a request. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** The notifications service with the simulated provider where letters leave it. */
function withProvider(service: Service, provider: SimulatedProvider): Service {
  if (service.name !== 'notifications') return service;
  const providers = (Reflect.getMetadata('providers', service.module) as (new () => object)[]).map((each) => (each.name === 'Post' ? { provide: each, useValue: provider } : each));
  const Module = class SimulatedNotifications {};
  for (const key of Reflect.getMetadataKeys(service.module) as string[]) Reflect.defineMetadata(key, Reflect.getMetadata(key, service.module), Module);
  Reflect.defineMetadata('providers', providers, Module);
  return { ...service, module: Module };
}

/** The standalone house in which runs are played, one after another: clocks, broker, provider and ids are the simulator's. */
export class Stage {
  readonly wall = new SimulatedWall();
  readonly clock = new RewoundClock(START);
  readonly ids = new RepeatableIds();
  faults = new Faults(true);
  /** True while a step that the simulator chose is under way: faults may strike. */
  armed = false;
  readonly broker = new SimulatedBroker(() => this.faults);
  readonly provider = new SimulatedProvider(() => this.faults, () => this.dieAt('notifications'));
  readonly systems = new CreditorSystems(() => this.faults, () => this.dieAt('dunning-orchestration'));
  house!: House;
  private sql!: Client;
  private tables: string[] = [];
  private seen = '';
  private readonly lines = new Map<string, MishapLine>();

  private constructor() {}

  static async open(databaseUrl: string): Promise<Stage> {
    const stage = new Stage();
    const config = Config.from({
      DATABASE_URL: databaseUrl,
      PORT: '0',
      EMDIA_LOG_LEVEL: process.env.EMDIA_LOG_LEVEL ?? 'fatal',
      EMDIA_CLOCK: `driven:${START.toISOString()}`,
      // Fixed: what is derived from them has to be the same in every run.
      EMDIA_INSTALLATION_KEY: sha256('installation'),
      EMDIA_INTERNAL_TOKEN: sha256('internal'),
      EMDIA_BOOTSTRAP_KEY_SHA256: sha256(KEY),
    });
    const { wall, clock, broker, provider } = stage;
    stage.sql = new Client({ connectionString: databaseUrl });
    try {
      await stage.systems.open();
      await stage.sql.connect();
      stage.house = await run(everyService.map((service) => withProvider(service, provider)), 'in-process', { config, clock, wall, broker, sweeps: SweepsInTurn });
    } catch (error) {
      await stage.systems.close();
      await stage.sql.end();
      stage.ids.close();
      throw error;
    }
    for (const application of stage.house.applications) stage.wire(application);
    stage.tables = await stage.tablesOf();
    return stage;
  }

  private wire(application: Application): void {
    this.lines.set(application.service.name, new MishapLine(application, { wall: this.wall, faults: () => this.faults, armed: () => this.armed }));
  }

  /** The process that calls may die after the other end took a letter or an act, before anybody wrote that down. */
  private dieAt(service: string): void {
    if (this.armed && this.faults.draws('crashed')) this.lines.get(service)!.die();
  }

  /** What every run begins with: empty tables and topics, the same day. */
  async clear(): Promise<void> {
    this.faults = new Faults(true);
    // First everything that beats by itself has beaten and gone to sleep, at one and the same moment in every run.
    await this.quiet();
    this.wall.freeze(BETWEEN_RUNS_MS);
    this.wall.wake();
    await this.quiet();
    this.broker.admit();
    this.broker.forget();
    await this.drain();
    const filled = await this.query<{ name: string }>(this.tables.map((name) => `select '${name}' as name where exists (select from ${name})`).join(' union all '));
    if (filled.length > 0) await this.sql.query(`truncate ${filled.map(({ name }) => name).join(', ')} cascade`);
    this.clock.rewindTo(START);
    for (const { turn } of this.turns()) turn.poke();
    this.seen = '';
  }

  private async tablesOf(): Promise<string[]> {
    const rows = await this.query<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables where schemaname = any($1) and tablename not in ('migration', 'api_key')
       and not exists (select from pg_partitioned_table p where p.partrelid = (quote_ident(schemaname) || '.' || quote_ident(tablename))::regclass) order by 1`,
      [SCHEMAS],
    );
    return rows.map(({ name }) => name);
  }

  async query<R>(sql: string, values: unknown[] = []): Promise<R[]> {
    return (await this.sql.query(sql, values)).rows as R[];
  }

  /** A request to the house's public REST interface, for one creditor. */
  async call(method: string, path: string, creditor_id: string, body?: unknown, idempotencyKey?: string): Promise<Answered> {
    const response = await fetch(this.house.url + path, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        'x-emdia-creditor': creditor_id,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  }

  /** The sweeps that look when told to, service by service. */
  turns(): { name: string; turn: Turn }[] {
    return this.house.applications.flatMap(({ service, sweeps }) => (sweeps as SweepsInTurn).turns.map((turn) => ({ name: `${service.name} ${turn.sweep.name}`, turn })));
  }

  /** Opens anew what died in the step before; returns its name, null where nothing did. */
  async raise(): Promise<string | null> {
    const dead = [...this.lines.values()].find(({ isDead }) => isDead);
    if (!dead) return null;
    const { name } = dead.application.service;
    this.wire(await this.house.restart(name));
    await this.quiet();
    return name;
  }

  /** Resolves when nothing runs and everything committed stands at the broker's door; the next step is then free to choose. */
  async quiet(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.house.applications.some(({ database }) => database.busy > 0));
    // Most looks find nothing and commit nothing; then no outbox has changed.
    const seen = this.traces();
    if (seen === this.seen) return;
    const patience = new Patience();
    for (let late = await this.late(); late.length > 0; late = await this.late()) {
      patience.ends(`rows stay in the outbox of ${late.map(({ service }) => service.name).join(', ')}`);
      // A commit whose answer was lost wakes no relay; asking whether it is done does.
      await Promise.all(late.map((application) => application.underWay()));
    }
    this.seen = seen;
  }

  /** Changes whenever something may have been committed. */
  private traces(): string {
    const { 'commit-unanswered': unanswered, crashed, 'relay-died': died } = this.faults.counts;
    const commits = this.house.applications.map((application) => application.commits).join();
    return [commits, this.wall.woken, unanswered, crashed, died, [...this.broker.sources.values()].map(({ rebuilt }) => rebuilt).join()].join(' ');
  }

  /** The services whose outbox has rows that the broker has not been handed. */
  private async late(): Promise<Application[]> {
    const newest = await this.query<{ schema: string; id: string | null }>(SCHEMAS.map((schema) => `select '${schema}' as schema, max(id) as id from ${schema}.outbox`).join(' union all '));
    const late = newest.filter(({ schema, id }) => id !== null && this.broker.sources.get(serviceOf(schema))!.highest < BigInt(id)).map(({ schema }) => serviceOf(schema));
    return this.house.applications.filter(({ service }) => late.includes(service.name));
  }

  /** Waits until relays have deleted the rows that were answered; true when something else came out meanwhile. */
  async drain(): Promise<boolean> {
    for (const patience = new Patience(); ; patience.ends('rows that the broker has are not deleted')) {
      const left = await this.query<{ schema: string; rows: number }>(SCHEMAS.map((schema) => `select '${schema}' as schema, count(*)::int as rows from ${schema}.outbox`).join(' union all '));
      if (left.every(({ schema, rows }) => rows <= this.broker.sources.get(serviceOf(schema))!.held)) return this.broker.offered;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Ends the connection by which a relay leads; it begins anew at its oldest row. Returns how many rows come again. */
  async killRelay(service: string): Promise<number> {
    const source = this.broker.sources.get(service)!;
    const { rebuilt } = source;
    // Rows that were answered are deleted beside the steps; which of them come again must not be a matter of luck.
    await this.drain();
    // It may still be on its way back from its last death.
    for (const patience = new Patience(); !(await this.cutLeader(service)); patience.ends(`no relay leads for ${service}`)) await new Promise((resolve) => setTimeout(resolve, 1));
    this.seen = '';
    for (const patience = new Patience(); source.rebuilt === rebuilt; patience.ends(`the relay of ${service} does not begin anew`)) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setImmediate(resolve));
    this.wall.freeze(5_000);
    this.wall.wake();
    await this.quiet();
    return source.arrived.length;
  }

  private async cutLeader(service: string): Promise<boolean> {
    const cut = await this.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
       and (classid::bigint << 32 | objid::bigint) = hashtextextended($1, 0)`,
      [`emdia-relay-${service}`],
    );
    return cut.length > 0;
  }

  async close(): Promise<void> {
    await this.house.stop();
    await this.systems.close();
    await this.sql.end();
    this.ids.close();
  }
}

/** What runs without being chosen takes milliseconds; where it takes half a minute, it will not come. */
class Patience {
  private readonly until_ms = performance.now() + 30_000;

  ends(what: string): void {
    if (performance.now() > this.until_ms) throw new Unlawful(what, []);
  }
}

const names = new Map(Object.entries(services).map(([name, { schema }]) => [schema as string, name]));
const serviceOf = (schema: string): string => names.get(schema)!;
