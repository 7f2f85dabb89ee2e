import type { Admin, Kafka } from 'kafkajs';
import { BILLING_BLOCK } from './inbound';

/** What the order of a service's answers came to. */
export interface Order {
  /** Customers whose answers were looked at. */
  readonly keys: number;
  /** Events that were answered, each counted once. */
  readonly answered: number;
  /** Answers that came before one to an earlier event of the same customer. */
  readonly violations: number;
}

interface Balance {
  readonly type: string;
  readonly partitionkey: string;
  readonly data: { readonly invoice_id: string; readonly version: number };
}

/** Where a topic ends now, by partition. */
export const endsOf = async (admin: Admin, topic: string): Promise<Map<number, bigint>> =>
  new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]));

/** The number of the event to which payment-reconciliation answered with this balance: an invoice, or its payment. */
function answeredBy({ data: { invoice_id, version } }: Balance): number {
  const of = Number(invoice_id.slice('fat-'.length));
  const half = BILLING_BLOCK / 2;
  return Math.floor(of / half) * BILLING_BLOCK + (of % half) + (version > 1 ? half : 0);
}

/** Reads what a service published since `from`, and compares the order per key with that of the events it read. */
export async function orderOf(kafka: Kafka, admin: Admin, topic: string, from: ReadonlyMap<number, bigint>, events: number): Promise<Order> {
  const ends = await endsOf(admin, topic);
  const waiting = new Set([...ends].filter(([partition, end]) => end > (from.get(partition) ?? 0n)).map(([partition]) => partition));
  const seen = new Uint8Array(events);
  const latest = new Map<string, number>();
  let [answered, violations] = [0, 0];
  const look = (text: string): void => {
    const balance = JSON.parse(text) as Balance;
    if (balance.type !== 'reconciliation.balance-changed.v1') return;
    const n = answeredBy(balance);
    if (seen[n]) return;
    seen[n] = 1;
    answered++;
    if (n < (latest.get(balance.partitionkey) ?? -1)) violations++;
    else latest.set(balance.partitionkey, n);
  };
  if (waiting.size > 0) {
    const consumer = kafka.consumer({ groupId: `${topic}-order-${Date.now()}`, maxBytesPerPartition: 4_194_304 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      const eachBatch = async ({ batch }: { batch: { partition: number; messages: { offset: string; value: Buffer | null }[] } }): Promise<void> => {
        for (const { offset, value } of batch.messages) if (BigInt(offset) >= (from.get(batch.partition) ?? 0n)) look(value!.toString('utf8'));
        if (BigInt(batch.messages.at(-1)?.offset ?? -1) + 1n >= ends.get(batch.partition)!) waiting.delete(batch.partition);
        if (waiting.size === 0) resolve();
      };
      consumer.run({ autoCommit: false, eachBatch }).then(() => [...from].forEach(([partition, offset]) => consumer.seek({ topic, partition, offset: String(offset) })), reject);
    }).finally(() => consumer.disconnect());
  }
  return { keys: latest.size, answered, violations };
}
