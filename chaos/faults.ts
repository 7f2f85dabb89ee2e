import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import type { House } from './house';
import type { LinkFault } from './link';
import type { Member } from './member';
import type { Fault } from './schedule';

/** A line of the witness file: a process ended or froze itself at a point. */
export interface Reached {
  readonly number: number;
  readonly point: string;
  readonly signal: string;
  readonly pid: number;
  readonly epoch_ms: number;
}

const POINT_WAIT_MS = 15_000;
/** Letters and acts do not leave at every moment: not while the gate cannot be sure. */
const SEND_WAIT_MS = 90_000;
const OF_SENDING = new Set(['before-call', 'within-send', 'provider-accepted', 'before-post', 'within-post', 'post-answered']);
const JUMP_MS_MAX = 20 * 60_000;
const CONNECTIONS_MAX = 220;

/** Brings faults over the house and counts those that happened. */
export class Faults {
  readonly counts: Record<string, number> = {};
  private readonly jumped = new Set<Member>();
  private number = 0;

  constructor(
    private readonly house: House,
    /** Has the mail provider or the creditor's systems behave badly. */
    private readonly outsider: (kind: string, forMs: number) => Promise<void>,
    /** When the run ends, in epoch ms: nobody dies later. */
    private readonly until: number,
  ) {}

  /** What the processes wrote down of themselves. */
  reached(): Reached[] {
    return readFileSync(this.house.witnessFile, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Reached);
  }

  /** Carries a fault out from beginning to end; what cannot happen now (its victim is down already) is not counted. */
  async befall(fault: Fault): Promise<void> {
    const { kind, target, for_ms, amount } = fault;
    if (kind.startsWith('link-')) return this.onLink(fault);
    if (/^(provider|receiver)-/.test(kind)) return this.counted(kind, this.outsider(kind, for_ms));
    const replicas = this.house.of(target).filter((member) => member.isRunning);
    const member = replicas[Math.floor(amount * replicas.length)];
    const [what, point] = kind.split(' ') as [string, string | undefined];
    if (point) return this.atPoint(fault, what === 'kill' ? 'SIGKILL' : 'SIGSTOP', point);
    switch (what) {
      case 'kill':
        return void (member?.kill() && this.count(kind));
      case 'stop':
        return void (member && this.counted(kind, member.freeze(for_ms)));
      case 'clock-jump':
        return void (member && this.jump(member, amount));
      default:
        return this.onInfrastructure(fault);
    }
  }

  private count(kind: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  private async counted(kind: string, happening: Promise<unknown>): Promise<void> {
    this.count(kind);
    await happening;
  }

  /** Whichever replica comes to the point first; one that dies before is replaced by its successor. */
  private async atPoint({ kind, target, for_ms }: Fault, signal: 'SIGKILL' | 'SIGSTOP', point: string): Promise<void> {
    const until = Math.min(this.until, Date.now() + (OF_SENDING.has(point) ? SEND_WAIT_MS : POINT_WAIT_MS));
    const number = ++this.number;
    let somebody = false;
    const wait = async (member: Member): Promise<void> => {
      while (!somebody && Date.now() < until) {
        const { pid } = member;
        const reached = () => {
          const here = this.reached().some((line) => line.number === number && line.pid === pid);
          somebody ||= here;
          return here;
        };
        if (await member.failAt(point, signal, number, { until: () => somebody || Date.now() > until, forMs: for_ms, reached })) this.count(kind);
        else await pause(250);
      }
    };
    await Promise.all(this.house.of(target).map(wait));
  }

  private async onLink({ kind, target, for_ms, amount }: Fault): Promise<void> {
    const heal = this.house.links.get(target)!.fault(kind.slice('link-'.length) as LinkFault, amount);
    this.count(kind);
    await pause(for_ms);
    heal();
  }

  /**
   * One process is started anew with another offset, within the day. Only in directions in which what it writes down
   * cannot look like a breach where there is none: who silences is late, who sends is early. The oracle itself judges by
   * wall time.
   */
  private jump(member: Member, amount: number): void {
    const back = member.service === 'notifications' || (member.service === 'billing-ingestion' && amount < 0.5);
    const by_ms = this.jumped.has(member) ? 0 : Math.round((back ? -0.5 : 1) * amount * JUMP_MS_MAX);
    member.offsetMs = member.baseOffsetMs + by_ms;
    if (by_ms === 0) this.jumped.delete(member);
    else this.jumped.add(member);
    if (member.kill()) this.count('clock-jump');
  }

  /** Ends what is left over: nobody stays frozen, clocks are put right. */
  end(): void {
    for (const member of this.house.members) member.thaw();
    for (const member of this.jumped) {
      member.offsetMs = member.baseOffsetMs;
      member.kill();
    }
    this.jumped.clear();
  }

  private async onInfrastructure({ kind, target, for_ms }: Fault): Promise<void> {
    switch (kind) {
      case 'broker-paused':
        return void ((await this.house.pauseBroker(for_ms)) && this.count(kind));
      case 'broker-killed':
        return void ((await this.house.killBroker()) && this.count(kind));
      case 'postgres-killed':
        return void ((await this.house.killPostgres()) && this.count(kind));
      case 'rebalances-forced':
        return this.counted(kind, this.rebalance(for_ms));
      case 'backends-terminated':
        return this.asAdmin(kind, async (sql) => {
          const schema = { 'billing-ingestion': 'billing', 'payment-reconciliation': 'reconciliation', 'dunning-orchestration': 'dunning' }[target] ?? target;
          await sql.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like $1`, [`emdia-${schema}-%`]);
        });
      case 'backend-killed':
        // As the kernel does when memory runs out: the whole server starts over.
        return this.asAdmin(kind, async (sql) => {
          const { rows } = await sql.query<{ pid: number }>(`select pid from pg_stat_activity where application_name like 'emdia-%' order by state_change desc limit 1`);
          if (rows[0]) process.kill(rows[0].pid, 'SIGKILL');
        });
      case 'long-snapshot':
        return this.asAdmin(kind, async (sql) => {
          await sql.query('begin isolation level repeatable read');
          await sql.query('select count(*) from pg_class');
          await pause(for_ms);
        });
      case 'connections-exhausted':
        return this.counted(kind, this.exhaust(for_ms));
      default:
        throw new Error(`Nobody knows how to make ${kind}.`);
    }
  }

  /** Does something at the database itself; where it is down already there is nothing to count. */
  private async asAdmin(kind: string, work: (sql: Client) => Promise<void>): Promise<void> {
    const sql = new Client({ connectionString: this.house.whereabouts.postgres_url, application_name: 'chaos' });
    sql.on('error', () => undefined);
    try {
      await sql.connect();
      this.count(kind);
      await work(sql);
    } catch {
      // Its own connection may break under another fault.
    } finally {
      await Promise.race([sql.end().catch(() => undefined), pause(1_000)]);
    }
  }

  private async exhaust(forMs: number): Promise<void> {
    const taken: Client[] = [];
    let full = false;
    while (!full && taken.length < CONNECTIONS_MAX) {
      const some = Array.from({ length: 20 }, () => new Client({ connectionString: this.house.whereabouts.postgres_url, application_name: 'chaos' }));
      await Promise.all(some.map((client) => client.on('error', () => undefined).connect().then(() => taken.push(client), () => (full = true))));
    }
    // Those who hold one keep it: they must come back to feel that none is left.
    await taken[0]?.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'emdia-%' and random() < 0.5`).catch(() => undefined);
    await pause(forMs);
    await Promise.all(taken.map((client) => Promise.race([client.end().catch(() => undefined), pause(1_000)])));
  }

  /** A stranger joins and leaves each group every 2 s, reading what it is given and acknowledging nothing. */
  private async rebalance(forMs: number): Promise<void> {
    const { brokers, prefix } = this.house.whereabouts;
    const kafka = new Kafka({ clientId: 'chaos', brokers: [brokers], logLevel: logLevel.NOTHING, retry: { retries: 1 } });
    const groups = { 'billing-ingestion': 'notifications', 'payment-reconciliation': 'billing', 'dunning-orchestration': 'reconciliation', negotiation: 'reconciliation', notifications: 'dunning' };
    for (const end = Date.now() + forMs; Date.now() < end; ) {
      await Promise.all(Object.entries(groups).map(async ([service, schema]) => {
        const stranger = kafka.consumer({ groupId: `${prefix}emdia.${service}`, sessionTimeout: 6_000, rebalanceTimeout: 4_000, maxWaitTimeInMs: 200, allowAutoTopicCreation: false });
        try {
          await stranger.connect();
          await stranger.subscribe({ topics: [`${prefix}${schema}.events.v1`], fromBeginning: true });
          await stranger.run({ autoCommit: false, eachMessage: async () => undefined });
          await pause(2_000);
        } catch {
          // The broker may be away, too.
        } finally {
          await Promise.race([stranger.disconnect().catch(() => undefined), pause(3_000)]);
        }
      }));
    }
  }
}
