import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EmbeddedPostgres } from '../libs/embedded/embedded-postgres.mjs' with { 'resolution-mode': 'import' };
import type { StartedKafka } from '../tools/kafka/kafka.mjs' with { 'resolution-mode': 'import' };
import { Link } from './link';
import { Member } from './member';
import { LINKS, SERVICES } from './schedule';

/** A Tuesday on which nobody rests. */
const BEGIN = '2026-03-17T10:00:00-03:00';
export const TODAY = BEGIN.slice(0, 10);
const ADMIN_KEY = `emdia_chaos_${randomUUID().replaceAll('-', '')}`;
/** Two replicas of those whose death in the act is the most delicate; the second also stands ready to relay. */
const TWICE = ['payment-reconciliation', 'notifications'];

/** What the oracle needs to know of the house: addresses, and how to speak to it. */
export interface Whereabouts {
  readonly postgres_url: string;
  readonly brokers: string;
  readonly prefix: string;
  readonly smtp_port: number;
  /** Where the creditor's systems listen, and where the house finds them: behind a proxy. */
  readonly receiver_port: number;
  readonly receiver_url: string;
  readonly urls: Readonly<Record<string, string>>;
  readonly admin_key: string;
  readonly today: string;
  readonly offset_ms: number;
  readonly seed: number;
}

type Kafka = StartedKafka & { pid: number };

/** Everything that runs but the oracle: broker, database, the services in processes of their own, a proxy on each link. */
export class House {
  readonly links = new Map<string, Link>();
  readonly members: Member[] = [];
  readonly witnessFile: string;
  private kafka!: Kafka;
  private postgres!: EmbeddedPostgres;
  private readonly kafkaOptions;
  private readonly ports: Ports;
  private readonly underRepair = new Set<string>();
  whereabouts!: Whereabouts;

  private constructor(
    private readonly folder: string,
    ports: readonly number[],
    private readonly seed: number,
  ) {
    this.ports = new Ports(ports);
    this.witnessFile = join(folder, 'witness');
    writeFileSync(this.witnessFile, '');
    this.kafkaOptions = {
      dataDir: join(folder, 'kafka'),
      port: this.ports.of('kafka'),
      listeners: SERVICES.map((service) => ({ port: this.ports.of(`door ${service}`), advertised: this.ports.of(`${service}|kafka`) })),
    };
  }

  static async open(seed: number): Promise<House> {
    const folder = mkdtempSync(join(tmpdir(), 'emdia-chaos-'));
    // The database may have to run as another user.
    chmodSync(folder, 0o755);
    const house = new House(folder, await freePorts(60), seed);
    await Promise.all([house.startKafka(), house.startPostgres()]);
    await house.connect();
    return house;
  }

  private async startKafka(): Promise<void> {
    const { startKafka } = await import('../tools/kafka/kafka.mjs');
    this.kafka = await startKafka(this.kafkaOptions);
  }

  private async startPostgres(): Promise<void> {
    const { startPostgres } = await import('../libs/embedded/embedded-postgres.mjs');
    this.postgres = await startPostgres({ dataDir: join(this.folder, 'postgres'), port: this.ports.of('postgres') });
  }

  private async connect(): Promise<void> {
    const targets = (name: string): number[] => {
      const [from, to] = name.split('|') as [string, string];
      if (to === 'kafka') return [this.ports.of(`door ${from}`)];
      if (to === 'postgres' || to === 'smtp' || to === 'receiver') return [this.ports.of(to)];
      return [to, ...(TWICE.includes(to) ? [`${to} 2`] : [])].map((member) => this.ports.of(member));
    };
    for (const name of LINKS) this.links.set(name, await Link.open(name, this.ports.of(name), targets(name)));
    const offset_ms = Date.parse(BEGIN) - Date.now();
    const secret = (): string => randomUUID() + randomUUID();
    const shared = {
      NODE_ENV: 'development',
      CHAOS_WITNESS: this.witnessFile,
      EMDIA_KAFKA_PREFIX: 'chaos.',
      EMDIA_INSTALLATION_KEY: secret(),
      EMDIA_INTERNAL_TOKEN: secret(),
      EMDIA_BOOTSTRAP_KEY_SHA256: createHash('sha256').update(ADMIN_KEY).digest('hex'),
      EMDIA_SMTP_URL: `smtp://127.0.0.1:${this.ports.of('notifications|smtp')}`,
      EMDIA_MAIL_FROM: 'avisos@emdia.invalid',
      EMDIA_LOG_LEVEL: 'warn',
    };
    const names = [...SERVICES, ...TWICE.map((name) => `${name} 2`), 'auditor'];
    for (const name of names) this.members.push(new Member(name, name.replace(' 2', ''), this.ports.of(name), { ...shared, ...this.wayOf(name.replace(' 2', '')) }, offset_ms));
    this.whereabouts = {
      postgres_url: this.postgres.url,
      brokers: this.kafka.brokers,
      prefix: shared.EMDIA_KAFKA_PREFIX,
      smtp_port: this.ports.of('smtp'),
      receiver_port: this.ports.of('receiver'),
      receiver_url: `http://127.0.0.1:${this.ports.of('dunning-orchestration|receiver')}/emdia`,
      urls: Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:${this.ports.of(name)}`])),
      admin_key: ADMIN_KEY,
      today: TODAY,
      offset_ms,
      seed: this.seed,
    };
  }

  /** Where a service finds the others: behind its own proxies. The auditor is no party; nobody stands in its way. */
  private wayOf(service: string): Record<string, string> {
    const behind = (link: string) => this.ports.of(this.links.has(link) ? link : link.split('|')[1]!);
    const database = new URL(this.postgres.url);
    database.port = String(behind(`${service}|postgres`));
    return {
      DATABASE_URL: database.href,
      KAFKA_BROKERS: `127.0.0.1:${behind(`${service}|kafka`)}`,
      ...Object.fromEntries(SERVICES.map((other) => [`${other.toUpperCase().replaceAll('-', '_')}_URL`, `http://127.0.0.1:${behind(`${service}|${other}`)}`])),
    };
  }

  /** Starts every process; rejects when one is not ready in time. */
  async start(): Promise<void> {
    for (const member of this.members) member.start();
    await this.allReady(60_000);
  }

  async allReady(waitMsMax: number): Promise<void> {
    const ready = await Promise.all(this.members.map(async (member) => ({ member, ready: await member.ready(waitMsMax) })));
    const late = ready.find((each) => !each.ready);
    if (late) throw new Error(`${late.member.name} is not ready within ${waitMsMax} ms. ${late.member.ownEnds.at(-1)?.output ?? ''}`);
  }

  /** The replicas of a service. */
  of(service: string): Member[] {
    return this.members.filter((member) => member.service === service);
  }

  /** False where it is being started anew. */
  async pauseBroker(forMs: number): Promise<boolean> {
    return this.alone('kafka', async () => {
      process.kill(this.kafka.pid, 'SIGSTOP');
      await pause(forMs);
      process.kill(this.kafka.pid, 'SIGCONT');
    });
  }

  async killBroker(): Promise<boolean> {
    return this.alone('kafka', async () => {
      process.kill(this.kafka.pid, 'SIGKILL');
      await this.kafka.stop();
      await this.startKafka();
    });
  }

  /** The server dies as if its machine had lost its mind; what was not synced is lost. */
  async killPostgres(): Promise<boolean> {
    return this.alone('postgres', async () => {
      process.kill(this.postgres.pid, 'SIGKILL');
      await this.postgres.stop();
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.startPostgres();
        } catch (error) {
          // Until the last of its backends has noticed.
          if (attempt === 20) throw error;
          await pause(250);
        }
      }
    });
  }

  private async alone(server: string, work: () => Promise<void>): Promise<boolean> {
    if (this.underRepair.has(server)) return false;
    this.underRepair.add(server);
    await work().finally(() => this.underRepair.delete(server));
    return true;
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((member) => member.end()));
    for (const link of this.links.values()) link.close();
    await Promise.allSettled([this.kafka?.stop(), this.postgres?.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Ports by what they are for. */
class Ports {
  private readonly named = new Map<string, number>();
  constructor(private readonly free: readonly number[]) {}

  of(name: string): number {
    let port = this.named.get(name);
    if (port === undefined) this.named.set(name, (port = this.free[this.named.size]!));
    return port;
  }
}

/** Ports that nobody listens on, below those that systems give to outgoing connections: such a one could take the port of what is down. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)));
    if (free) await new Promise((resolve) => probe.close(resolve));
    if (free) ports.add(port);
  }
  return [...ports];
}
