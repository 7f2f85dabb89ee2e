import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { cpuMs } from './processes';

/** As durable as production (fsync and synchronous commit stay on), with memory for the large tables and no checkpoint storm within a repeat. */
const SETTINGS = { shared_buffers: '2GB', max_wal_size: '8GB', checkpoint_timeout: '15min', autovacuum_naptime: '15s' };

/** A server that was started here. */
interface Server {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  stop(): Promise<void>;
}

/** A database of one measurement. */
export interface BenchDatabase {
  readonly name: string;
  /** Superuser. */
  readonly url: string;
  drop(): Promise<void>;
}

/** The servers that measurements share; each is started when the first asks for it. */
export class Bench {
  private postgresServer: Promise<Server> | null = null;
  private kafkaServer: Promise<{ brokers: string; pid: number | null; stop(): Promise<void> }> | null = null;
  private readonly folders: string[] = [];
  private readonly pids = new Map<'postgres' | 'kafka', number>();

  constructor(
    readonly quick: boolean,
    readonly say: (line: string) => void,
  ) {}

  /** The address of the superuser on a PostgreSQL with fsync on. */
  async adminUrl(): Promise<string> {
    return (await (this.postgresServer ??= this.startPostgres())).url;
  }

  /** As in KAFKA_BROKERS; rejects where no broker can be had. */
  async brokers(): Promise<string> {
    return (await (this.kafkaServer ??= this.startKafka())).brokers;
  }

  private async startPostgres(): Promise<Server> {
    const { startPostgres } = await import('../libs/embedded/embedded-postgres.mjs');
    const dataDir = mkdtempSync(join(tmpdir(), 'emdia-bench-'));
    this.folders.push(dataDir);
    const first = await startPostgres({ dataDir });
    const admin = new Client({ connectionString: first.url });
    await admin.connect();
    for (const [name, value] of Object.entries(SETTINGS)) await admin.query(`alter system set ${name} = '${value}'`);
    await admin.end();
    await first.stop();
    const server = await startPostgres({ dataDir });
    this.folders.push(server.dataDir);
    this.pids.set('postgres', server.pid);
    return server;
  }

  private async startKafka(): Promise<{ brokers: string; pid: number | null; stop(): Promise<void> }> {
    const { findKafka } = await import('../tools/kafka/kafka.mjs');
    const found = await findKafka({ ephemeral: true });
    if ('unavailable' in found) throw new Error(`No Kafka: ${found.unavailable}. ${found.how_to_enable}`);
    const pid = 'pid' in found ? (found.pid as number) : null;
    if (pid !== null) this.pids.set('kafka', pid);
    return { brokers: found.brokers, pid, stop: () => found.stop() };
  }

  /** The processes that count as the benchmark's own besides its children. */
  get servers(): readonly number[] {
    return [...this.pids.values()];
  }

  /** CPU time of PostgreSQL so far, all its processes, in milliseconds. */
  postgresCpuMs(): number {
    return cpuMs(this.pids.get('postgres')!);
  }

  /** CPU time of the broker so far, in milliseconds; NaN where it is not ours to look at. */
  kafkaCpuMs(): number {
    return this.pids.has('kafka') ? cpuMs(this.pids.get('kafka')!) : NaN;
  }

  /** A new database, empty or a copy of one to which nobody is connected. */
  async database(name: string, template = 'template0'): Promise<BenchDatabase> {
    const admin = await this.adminUrl();
    const unique = `bench_${name.replace(/\W/g, '_')}_${randomBytes(4).toString('hex')}`;
    await asAdmin(admin, `create database "${unique}" template "${template}" strategy file_copy`);
    const url = new URL(admin);
    url.pathname = `/${unique}`;
    return { name: unique, url: url.toString(), drop: () => asAdmin(admin, `drop database if exists "${unique}" with (force)`) };
  }

  /** Writes out what is dirty, so that one side does not pay for the other's pages; vacuums nothing. */
  async checkpoint(): Promise<void> {
    if (this.postgresServer) await asAdmin(await this.adminUrl(), 'checkpoint');
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.postgresServer?.then((server) => server.stop()), this.kafkaServer?.then((server) => server.stop())]);
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
