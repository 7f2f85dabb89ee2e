/**
 * The other side of the hop: what one would write in an afternoon with kafkajs and pg alone, for the same topics and
 * tables. It believes what it reads. Its statements are the product's own, told to it at the start.
 */
import { createHash, randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners, type EachBatchPayload, type Producer } from 'kafkajs';
import { Client, Pool, type PoolConfig } from 'pg';
import { pause, serve } from '../processes';
import { BILLING, UPSTREAM } from './backlog';

export interface BareStart {
  readonly brokers: string;
  readonly prefix: string;
  readonly group: string;
  readonly url: string;
  readonly statements: readonly (readonly string[])[];
}

interface Invoice {
  readonly id: string;
  readonly data: Record<string, unknown> & { creditor_id: string; invoice_id: string; number: string; customer: Record<string, unknown> & { customer_id: string } };
}

const BATCH_MAX = 500;
const pair = (creditor_id: string, id: string): string => `${creditor_id}/${id}`;
const nameOf = (text: string): string => createHash('sha1').update(text).digest('base64url');

/** A batch under way: what each statement is asked with, and what the answers change. */
class Batch {
  private fresh: readonly Invoice[];
  private readonly inboxIds: Map<string, string>;
  private known = new Set<string>();
  private readonly references: [string, string][];
  private readonly customers: Map<string, Invoice>;

  constructor(events: readonly Invoice[]) {
    this.inboxIds = new Map(events.map((event) => [randomUUID(), event.id]));
    this.fresh = events;
    this.references = events.flatMap(({ data }): [string, string][] => [[data.creditor_id, data.invoice_id], [data.creditor_id, data.number]]);
    this.customers = new Map(events.map((event) => [pair(event.data.creditor_id, event.data.customer.customer_id), event]));
  }

  take(text: string, rows: Record<string, unknown>[]): void {
    if (text.startsWith('insert into inbox')) {
      const ids = new Set(rows.map(({ event_id }) => this.inboxIds.get(event_id as string)));
      this.fresh = this.fresh.filter(({ id }) => ids.has(id));
    }
    if (text.includes('from customer where')) this.known = new Set(rows.map(({ creditor_id, customer_id }) => pair(creditor_id as string, customer_id as string)));
  }

  values(text: string): unknown[] {
    const found = Object.entries(this.parameters).find(([part]) => text.includes(part));
    if (!found) throw new Error(`The product has a statement that the bare script does not know: ${text}`);
    return found[1](text);
  }

  private readonly parameters: Record<string, (text: string) => unknown[]> = {
    'insert into inbox': () => [[...this.inboxIds.keys()].sort(), Date.now()],
    'insert into book_lock': () => [this.keys()],
    'from book_lock': () => [this.keys()],
    'from platform_creditor': () => [[...new Set(this.fresh.map(({ data }) => data.creditor_id))]],
    'insert into upstream_event': () => [this.fresh.map(() => 'loja'), this.fresh.map(({ id }) => id), this.fresh.map(() => 'no hash'), this.fresh.map(({ data }) => data.creditor_id)],
    'from upstream_event': () => [this.fresh.map(() => 'loja'), this.fresh.map(({ id }) => id)],
    'from quarantine': () => [this.fresh.map(() => randomUUID())],
    'insert into customer': (text) => columnsOf(text, [...this.customers.values()].map(customerRow)),
    'from customer where': () => [[...this.customers.values()].map(({ data }) => data.creditor_id), [...this.customers.values()].map(({ data }) => data.customer.customer_id)],
    'insert into invoice': (text) => columnsOf(text, this.fresh.map(invoiceRow)),
    'join invoice on': () => [this.references.map(([creditor_id]) => creditor_id), this.references.map(([, reference]) => reference)],
    'insert into outbox': () => this.outgoing(),
  };

  private keys(): string[] {
    return [...new Set([...this.customers.keys(), ...this.references.map(([creditor_id, reference]) => `${creditor_id}/#ref:${reference}`)])].sort();
  }

  private outgoing(): unknown[] {
    const rows = this.fresh.flatMap((event) => {
      const { creditor_id, customer, ...data } = event.data;
      const key = pair(creditor_id, customer.customer_id);
      const isNew = !this.known.has(key);
      this.known.add(key);
      const { customer_id, state } = customer;
      return [
        ...(isNew ? [{ type: 'billing.customer-changed.v1', key, data: { creditor_id, customer_id, person_key: key, document_key: null, state, has_email: true, source_version: 1 } }] : []),
        { type: 'billing.invoice-issued.v1', key, data: { creditor_id, customer_id, receivable_id: event.id, charge_policy: null, ...data, source_version: 1 } },
      ];
    });
    const bodies = rows.map(({ type, key, data }) =>
      JSON.stringify({ specversion: '1.0', id: randomUUID(), source: '/bare', type, time: new Date().toISOString(), datacontenttype: 'application/json', partitionkey: key, creditorid: data.creditor_id, data }),
    );
    return [rows.map(() => BILLING), rows.map(({ type }) => type), rows.map(({ key }) => key), rows.map(() => null), bodies];
  }
}

/** One array per column that the statement names. */
function columnsOf(text: string, rows: readonly Record<string, unknown>[]): unknown[][] {
  const names = /\(([^)]*)\)/.exec(text)![1]!.split(', ');
  return names.map((name) => rows.map((row) => (typeof row[name] === 'object' && row[name] !== null ? JSON.stringify(row[name]) : row[name])));
}

function customerRow({ id, data }: Invoice): Record<string, unknown> {
  const { customer_id, state, ...contact } = data.customer;
  const rank = { source_version: null, occurred_at: data.occurred_at, event_id: id, explicit: false };
  return {
    creditor_id: data.creditor_id, customer_id, person_key: customer_id, document_key: null, state, has_email: true, email_invalid: false, contact_sealed: JSON.stringify(contact), version: 1,
    told_by: [[rank, 'name', 'document', 'email', 'phone', 'state']],
  };
}

function invoiceRow({ id, data }: Invoice): Record<string, unknown> {
  const { customer, due_date, amount_cents, occurred_at, ...rest } = data;
  const rank = { source_version: null, occurred_at, event_id: id };
  return {
    ...rest, receivable_id: randomUUID(), status: 'open', customer_id: customer.customer_id, issued_due_date: due_date, issued_amount_cents: amount_cents, due_date, amount_cents, charge_policy: null,
    cancelled: false, cancel_reason: null, content_hash: 'no hash', issue_rank: rank, due_date_rank: null, amount_rank: null, source_version: 1,
  };
}

async function transact(pool: Pool, events: readonly Invoice[], statements: BareStart['statements']): Promise<void> {
  const client = await pool.connect();
  client.query('begin').catch(() => undefined);
  const batch = new Batch(events);
  for (const group of statements) {
    await Promise.all(group.map(async (text) => batch.take(text, (await client.query({ name: nameOf(text), text, values: batch.values(text) })).rows as Record<string, unknown>[])));
  }
  await client.query('commit');
  client.release();
}

/** Publishes and deletes what the outbox holds, in order. */
async function relay(settings: PoolConfig, producer: Producer, topic: string): Promise<void> {
  const client = new Client(settings);
  await client.connect();
  for (let watermark = '0'; ; ) {
    const { rows } = await client.query<{ id: string; key: string; body: string }>({ name: 'read', text: 'select id, topic, type, key, partition, body from outbox where id > $1 order by id limit 500', values: [watermark] });
    if (rows.length === 0) {
      await pause(10);
      // What a slower transaction committed below the watermark is found from the head.
      watermark = '0';
      continue;
    }
    await producer.send({ topic, acks: -1, messages: rows.map(({ key, body }) => ({ key, value: body })) });
    await client.query({ name: 'forget', text: 'delete from outbox where id = any($1::bigint[])', values: [rows.map(({ id }) => id)] });
    watermark = rows.at(-1)!.id;
  }
}

serve(async ({ brokers, prefix, group, url, statements }: BareStart): Promise<'started'> => {
  const settings = { connectionString: url, options: '-c role=emdia_billing_stream -c search_path=billing' };
  const pool = new Pool({ ...settings, max: 4, pipeline: true } as PoolConfig);
  const kafka = new Kafka({ clientId: 'bare', brokers: brokers.split(','), logLevel: logLevel.ERROR });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId: group, sessionTimeout: 6_000, heartbeatInterval: 1_500, maxWaitTimeInMs: 200, maxBytesPerPartition: 4_194_304 });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [prefix + UPSTREAM], fromBeginning: true });
  const fail = (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  };
  relay(settings, producer, prefix + BILLING).catch(fail);
  await consumer.run({
    autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 3,
    eachBatch: async ({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, uncommittedOffsets }: EachBatchPayload) => {
      for (let from = 0; from < batch.messages.length; from += BATCH_MAX) {
        const chunk = batch.messages.slice(from, from + BATCH_MAX);
        await transact(pool, chunk.map(({ value }) => JSON.parse(value!.toString('utf8')) as Invoice), statements).catch(fail);
        resolveOffset(chunk.at(-1)!.offset);
        await heartbeat();
        await commitOffsetsIfNecessary(uncommittedOffsets());
      }
    },
  });
  return 'started';
});
