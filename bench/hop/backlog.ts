import { Kafka, logLevel, Partitioners, type Admin } from 'kafkajs';
import { until } from '../processes';

export const CREDITOR = 'boa-forma';
export const PLATFORM = 'loja';
export const UPSTREAM = `upstream.${PLATFORM}.events.v1`;
export const BILLING = 'billing.events.v1';

/** Of three invoices each; the order of a customer's own is that of the numbers. */
const INVOICES_PER_CUSTOMER = 3;

const LEFT_MS_MAX = 60_000;

/** Forgets what a group took in, once the broker does not count the process of the last repeat in any more: who is killed has not left. */
export async function forgetGroup(admin: Admin, group: string): Promise<void> {
  const { groups } = await admin.listGroups();
  if (groups.some(({ groupId }) => groupId === group)) await until(`${group} is empty`, LEFT_MS_MAX, () => admin.deleteGroups([group]).then(() => true, () => null), 500);
}

/** How many customers stand behind so many invoices. */
export const customersOf = (events: number): number => Math.ceil(events / INVOICES_PER_CUSTOMER);

/** The n-th invoice of a backlog, as a platform publishes it: about 900 bytes. */
export function invoiceEvent(n: number, events: number): { key: string; id: string; body: string } {
  const customer = `cliente-${n % customersOf(events)}`;
  const id = `evt-${n}`;
  const body = {
    specversion: '1.0', id, source: `/${PLATFORM}`, type: 'upstream.invoice-issued.v1', datacontenttype: 'application/json',
    traceparent: `00-${(n + 1).toString(16).padStart(32, '0')}-${(n + 1).toString(16).padStart(16, '0')}-01`,
    data: {
      creditor_id: CREDITOR, invoice_id: `fat-${n}`, number: `2026/${n}`, description: 'Mensalidade do plano anual, academia', issue_date: '2026-11-01', due_date: '2026-11-28',
      currency: 'BRL', amount_cents: 9_900 + (n % 500), occurred_at: new Date(Date.UTC(2026, 10, 1, 9) + n).toISOString(),
      customer: {
        customer_id: customer, name: `Maria Aparecida de Souza ${n % customersOf(events)}`, document: '529.982.247-25', email: `${customer}@exemplo.invalid`, phone: '+5511987654321', state: 'SP',
      },
      instruments: [
        { rail: 'PIX_COB', reference: `pix-${n}`, code: '00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000' },
        { rail: 'BOLETO', reference: `bol-${n}`, code: '23793381286000000000300000000401984340000009900' },
      ],
    },
  };
  return { key: `${CREDITOR}/${customer}`, id, body: JSON.stringify(body) };
}

/** The platform's side and the measuring side of Kafka. */
export class Topics {
  private constructor(
    readonly brokers: string,
    readonly prefix: string,
    private readonly kafka: Kafka,
    readonly admin: Admin,
  ) {}

  static async open(brokers: string, prefix: string): Promise<Topics> {
    const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 8 } });
    const admin = kafka.admin();
    await admin.connect();
    return new Topics(brokers, prefix, kafka, admin);
  }

  /** The name on the wire. */
  wire = (name: string): string => this.prefix + name;

  async create(...topics: readonly string[]): Promise<void> {
    const existing = new Set(await this.admin.listTopics());
    const lacking = topics.map(this.wire).filter((topic) => !existing.has(topic));
    await this.admin.createTopics({ waitForLeaders: true, topics: lacking.map((topic) => ({ topic, numPartitions: 3, replicationFactor: 1 })) });
  }

  /** Publishes invoices `from` to `to` of a backlog, with durable acknowledgement. */
  async fill(topic: string, from: number, to: number, events: number): Promise<void> {
    const producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (let n = from; n < to; n += 1_000) {
      const messages = Array.from({ length: Math.min(1_000, to - n) }, (_, i) => invoiceEvent(n + i, events)).map(({ key, body }) => ({ key, value: body }));
      await producer.send({ topic: this.wire(topic), acks: -1, messages });
    }
    await producer.disconnect();
  }

  /** How many records of a topic a group has committed. */
  async consumed(group: string, topic: string): Promise<number> {
    const [found] = await this.admin.fetchOffsets({ groupId: group, topics: [this.wire(topic)] });
    return found!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }

  /** Forgets what a group took in; its process must have ended. */
  rewind(group: string): Promise<void> {
    return forgetGroup(this.admin, group);
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }
}
