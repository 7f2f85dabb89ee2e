import { createHash, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { Child, pause, until } from '../processes';
import type { Bench, BenchDatabase } from '../surroundings';
import { BILLING, CREDITOR, PLATFORM, Topics, UPSTREAM } from './backlog';
import type { BareStart } from './bare';
import type { LimitAnswer, LimitAsk } from './limit';
import { productStatements } from './product-statements';

const ADMIN_KEY = 'emdia_bench_0123456789abcdef0123456789abcdef';
const OUT_OF_REFERENCE = 'reference.events.v1';
const WAIT_MS_MAX = 180_000;
const REFERENCE_MS = { warm: 4_000, measured: 8_000 };

/** What one side took for so many events. */
export interface Cost {
  readonly events: number;
  readonly per_second: number;
  readonly cpu_us: number;
  readonly postgres_us: number;
  readonly kafka_us: number;
}

interface Mark {
  readonly at: number;
  readonly cpu: number;
  readonly postgres: number;
  readonly kafka: number;
}

/** The sides of the hop: product, bare script, the reference service and the one statement, over one backlog. */
export class Sides {
  private statements: string[][] = [];
  private readonly secret = randomUUID() + randomUUID();
  private template: BenchDatabase | null = null;

  private constructor(
    private readonly bench: Bench,
    private readonly topics: Topics,
    /** Events in the backlog, and how many of them only warm a process up. */
    readonly backlog: { readonly events: number; readonly warm: number },
  ) {}

  static async open(bench: Bench, backlog: { events: number; warm: number }): Promise<Sides> {
    const topics = await Topics.open(await bench.brokers(), `hop-${randomUUID().slice(0, 8)}.`);
    const sides = new Sides(bench, topics, backlog);
    sides.statements = await productStatements();
    await sides.register();
    await topics.create(OUT_OF_REFERENCE);
    await topics.fill(UPSTREAM, 0, backlog.events, backlog.events);
    return sides;
  }

  private service(database: BenchDatabase, port: number): Child {
    return new Child('apps/billing-ingestion/src/main.ts', {
      NODE_ENV: 'development', PORT: String(port), DATABASE_URL: database.url, KAFKA_BROKERS: this.topics.brokers, EMDIA_KAFKA_PREFIX: this.topics.prefix,
      EMDIA_INSTALLATION_KEY: this.secret, EMDIA_INTERNAL_TOKEN: this.secret, EMDIA_BOOTSTRAP_KEY_SHA256: createHash('sha256').update(ADMIN_KEY).digest('hex'), EMDIA_LOG_LEVEL: 'warn',
    });
  }

  /** Registers creditor and platform as an administrator does; the database it leaves is every repeat's beginning. */
  private async register(): Promise<void> {
    this.template = await this.bench.database('hop');
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const service = this.service(this.template, port);
    const put = async (path: string, body: object): Promise<void> => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/${path}`, { method: 'PUT', headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`PUT ${path} answered ${response.status}: ${await response.text()}`);
    };
    try {
      await until('the service is up', WAIT_MS_MAX, async () => {
        service.alive();
        return (await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => null))?.ok ? true : null;
      });
      await put(`creditors/${CREDITOR}`, { name: 'Academia Boa Forma Ltda.', document: '11.222.333/0001-81', address: 'Rua das Flores, 100, São Paulo, SP' });
      await put(`platforms/${PLATFORM}`, { creditors: [CREDITOR] });
    } finally {
      await service.stop();
    }
    // Its own heartbeats may still stand there.
    await asSuperuser(this.template.url, 'delete from billing.outbox');
  }

  /** A group of its own for each run of a side that is killed: the broker takes its member for alive a while longer. */
  private fresh(side: string): string {
    return this.topics.wire(`${side}-${randomUUID().slice(0, 8)}`);
  }

  private mark(child: Child): Mark {
    return { at: performance.now(), cpu: child.cpuMs(), postgres: this.bench.postgresCpuMs(), kafka: this.bench.kafkaCpuMs() };
  }

  private cost(child: Child, from: Mark, events: number): Cost {
    const to = this.mark(child);
    const each = (ms: number): number => (ms * 1_000) / events;
    return { events, per_second: events / ((to.at - from.at) / 1_000), cpu_us: each(to.cpu - from.cpu), postgres_us: each(to.postgres - from.postgres), kafka_us: each(to.kafka - from.kafka) };
  }

  /** From where the process is warm to the last event committed and, where it publishes, published. */
  private async drained(child: Child, group: string, database: BenchDatabase): Promise<Cost> {
    const { events, warm } = this.backlog;
    const consumed = (): Promise<number> => {
      child.alive();
      return this.topics.consumed(group, UPSTREAM);
    };
    const before = await until('the process is warm', WAIT_MS_MAX, async () => {
      const found = await consumed();
      return found >= warm ? found : null;
    }, 20);
    const from = this.mark(child);
    await until('everything is consumed', WAIT_MS_MAX, async () => ((await consumed()) >= events ? true : null), 40);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const left = async () => (await client.query<{ n: number }>(`select count(*)::int as n from billing.outbox where type not like '%.heartbeat.%'`)).rows[0]!.n;
    await until('everything is published', WAIT_MS_MAX, async () => ((await left()) === 0 ? true : null), 10).finally(() => client.end());
    return this.cost(child, from, events - before);
  }

  /** The product, on fresh events; then, in a new process, on the same events again. */
  async product(again: boolean): Promise<{ fresh: Cost; duplicates: Cost | null }> {
    const database = await this.bench.database('hop', this.template!.name);
    const group = this.topics.wire('emdia.billing-ingestion');
    const once = async (): Promise<Cost> => {
      await this.topics.rewind(group);
      await this.bench.checkpoint();
      const child = this.service(database, 0);
      try {
        return await this.drained(child, group, database);
      } finally {
        await child.stop();
      }
    };
    try {
      const fresh = await once();
      await this.check(database);
      return { fresh, duplicates: again ? await once() : null };
    } finally {
      await database.drop();
    }
  }

  async bare(): Promise<Cost> {
    const database = await this.bench.database('hop', this.template!.name);
    const group = this.fresh('bare');
    await this.bench.checkpoint();
    const child = new Child('bench/hop/bare.ts');
    try {
      await child.ask({ brokers: this.topics.brokers, prefix: this.topics.prefix, group, url: database.url, statements: this.statements } satisfies BareStart);
      const cost = await this.drained(child, group, database);
      await this.check(database);
      return cost;
    } finally {
      await child.kill();
      await database.drop();
    }
  }

  /** Both sides must have done the same work, or their costs mean nothing. */
  private async check(database: BenchDatabase): Promise<void> {
    const { events } = this.backlog;
    const [found] = await asSuperuser(database.url, 'select (select count(*) from billing.invoice)::int as invoices, (select count(*) from billing.inbox)::int as inbox, (select count(*) from billing.upstream_event)::int as ids');
    if (found!.invoices !== events || found!.inbox !== events || found!.ids !== events) throw new Error(`Of ${events} events this side has ${JSON.stringify(found)}.`);
  }

  /** One statement per batch, from memory. */
  async limit(): Promise<{ per_second: number; cpu_us: number; postgres_us: number }> {
    const database = await this.bench.database('hop', this.template!.name);
    await this.bench.checkpoint();
    const child = new Child('bench/hop/limit.ts');
    try {
      const events = this.backlog.events - (this.backlog.events % 500);
      const postgres = this.bench.postgresCpuMs();
      const { wall_ms, cpu_us } = await child.ask<LimitAnswer>({ url: database.url, events } satisfies LimitAsk);
      return { per_second: events / (wall_ms / 1_000), cpu_us: cpu_us / events, postgres_us: ((this.bench.postgresCpuMs() - postgres) * 1_000) / events };
    } finally {
      await child.kill();
      await database.drop();
    }
  }

  /** The reference service, for a while: a whole backlog would take it minutes. */
  async reference(): Promise<Cost> {
    const database = await this.bench.database('reference');
    const group = this.fresh('reference');
    await this.bench.checkpoint();
    const out = this.topics.wire(OUT_OF_REFERENCE);
    const published = async (): Promise<number> => (await this.topics.admin.fetchTopicOffsets(out)).reduce((sum, { high }) => sum + Number(high), 0);
    const start = await published();
    const child = new Child('bench/reference/main.ts', { IN_TOPIC: this.topics.wire(UPSTREAM), OUT_TOPIC: out, GROUP: group, KAFKA_BROKERS: this.topics.brokers, DATABASE_URL: database.url });
    try {
      await until('the reference service publishes', WAIT_MS_MAX, async () => {
        child.alive();
        return (await published()) > start ? true : null;
      });
      await pause(REFERENCE_MS.warm);
      const [before, from] = [await published(), this.mark(child)];
      await pause(REFERENCE_MS.measured);
      const events = (await published()) - before;
      if (events === 0) throw new Error(`The reference service published nothing:\n${child.output}`);
      return this.cost(child, from, events);
    } finally {
      await child.kill();
      await database.drop();
    }
  }

  async close(): Promise<void> {
    await this.topics.admin.deleteTopics({ topics: [UPSTREAM, BILLING, OUT_OF_REFERENCE].map(this.topics.wire) }).catch(() => undefined);
    await this.topics.close();
    await this.template?.drop();
  }
}

async function asSuperuser(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client.query(statement).then(({ rows }) => rows as Record<string, unknown>[]).finally(() => client.end());
}
