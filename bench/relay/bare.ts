/** kafkajs alone: publishes rows from memory, with the settings and in the batches of the product's relay. */
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { balanceBody, keyOf } from '../balance-events';
import { serve } from '../processes';
import type { DrainAnswer } from './ours';

export interface ProduceAsk {
  readonly brokers: string;
  readonly topic: string;
  readonly rows: number;
  readonly customers: number;
}

const BATCH_ROWS = 500;

serve(async ({ brokers, topic, rows, customers }: ProduceAsk): Promise<DrainAnswer> => {
  const messages = Array.from({ length: rows }, (_, n) => ({ key: keyOf(n % customers), value: balanceBody(n, n % customers) }));
  const producer = new Kafka({ clientId: 'bare', brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer({
    idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner,
  });
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  await producer.connect();
  for (let from = 0; from < rows; from += BATCH_ROWS) await producer.send({ topic, acks: -1, messages: messages.slice(from, from + BATCH_ROWS) });
  const wall_ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  await producer.disconnect();
  return { wall_ms, cpu_us: user + system };
});
