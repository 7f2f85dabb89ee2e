import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { UpstreamEvent } from './fact';
import { type Publish, PLATFORM } from './inputs';

const TOPIC = `upstream.${PLATFORM}.events.v1`;

/** A platform of its own, outside the house, that publishes to its topic. */
export interface Platform {
  readonly publish: Publish;
  stop(): Promise<void>;
}

/** Whose order an event keeps: its customer's where it names one. */
function keyOf({ data }: UpstreamEvent): string {
  const { customer_id } = (data.customer ?? data) as { customer_id?: string };
  return `${String(data.creditor_id)}/${customer_id ?? String(data.invoice_id ?? data.payment_id)}`;
}

/** Creates the platform's topic where it lacks, and connects. Call it before the house starts, which then finds the topic at once. */
export async function openPlatform(brokers: string): Promise<Platform> {
  const kafka = new Kafka({ clientId: 'demo-platform', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  if (!(await admin.listTopics()).includes(TOPIC)) await admin.createTopics({ waitForLeaders: true, topics: [{ topic: TOPIC, numPartitions: 3, replicationFactor: 1 }] });
  await admin.disconnect();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  return {
    publish: async (events) => {
      await producer.send({ topic: TOPIC, acks: -1, messages: events.map((event) => ({ key: keyOf(event), value: JSON.stringify(event) })) });
    },
    stop: () => producer.disconnect(),
  };
}
