import { isHeartbeat } from '@emdia/contracts';
import type { PartitionerArgs, Producer } from 'kafkajs';
import type { Row, Source } from './broker';
import type { KafkaBroker } from './kafka-broker';
import { partitionOfKey } from './partitioner';

/** Idempotent, acks=all, one request in flight; after an error the producer is thrown away, as its sequence is unknown. */
export class KafkaSource implements Source {
  private producer: Promise<Producer> | null = null;

  constructor(private readonly broker: KafkaBroker) {}

  private connect(): Promise<Producer> {
    this.producer ??= (async () => {
      const producer = this.broker.kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        createPartitioner: () => ({ message, partitionMetadata }: PartitionerArgs) => message.partition ?? partitionOfKey(message.key as Buffer, partitionMetadata.length),
      });
      await producer.connect();
      return producer;
    })();
    return this.producer;
  }

  async publish(rows: readonly Row[], settled: (ids: readonly string[]) => void): Promise<void> {
    const producer = await this.connect();
    const byTopic = new Map<string, Row[]>();
    for (const row of rows) {
      const list = byTopic.get(row.topic);
      if (list) list.push(row);
      else byTopic.set(row.topic, [row]);
    }
    const metadata = await producer.sendBatch({
      acks: -1,
      topicMessages: [...byTopic].map(([topic, list]) => ({
        topic: this.broker.wire(topic),
        messages: list.map(({ key, body, partition }) => ({ key: Buffer.from(key), value: body, ...(partition === null ? {} : { partition }) })),
      })),
    });
    // Heartbeats alone are no work; a send that carries anything else counts whole.
    if (rows.some(({ type }) => !isHeartbeat(type))) {
      for (const { topicName, partition } of metadata) this.broker.published(this.broker.unwire(topicName), partition);
    }
    settled(rows.map(({ id }) => id));
  }

  async rebuild(): Promise<void> {
    const old = this.producer;
    this.producer = null;
    await (await old?.catch(() => undefined))?.disconnect().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.rebuild();
  }
}
