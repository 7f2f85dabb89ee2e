/** pg-transactional-outbox's polling listener in a process of its own, with a handler that publishes by kafkajs; runs for a while and counts. */
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { getDisabledLogger, initializePollingMessageListener } from 'pg-transactional-outbox';
import { pause, serve } from '../processes';

export interface PollAsk {
  readonly url: string;
  readonly brokers: string;
  readonly topic: string;
  readonly schema: string;
  readonly batch_rows: number;
  readonly warm_ms: number;
  readonly measured_ms: number;
}
export interface PollAnswer {
  readonly rows: number;
  readonly wall_ms: number;
  readonly cpu_us: number;
}

serve(async ({ url, brokers, topic, schema, batch_rows, warm_ms, measured_ms }: PollAsk): Promise<PollAnswer> => {
  const producer = new Kafka({ clientId: 'theirs', brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer({ allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  let sent = 0;
  const connection = { connectionString: url, max: batch_rows + 1 };
  const [shutdown] = initializePollingMessageListener(
    {
      outboxOrInbox: 'outbox',
      dbListenerConfig: connection,
      dbHandlerConfig: connection,
      settings: {
        dbSchema: schema, dbTable: 'outbox', enableMaxAttemptsProtection: false, enablePoisonousMessageProtection: false,
        nextMessagesFunctionSchema: schema, nextMessagesFunctionName: 'next_outbox_messages', nextMessagesBatchSize: batch_rows, nextMessagesPollingIntervalInMs: 250,
      },
    },
    {
      handle: async ({ segment, payload }) => {
        await producer.send({ topic, acks: -1, messages: [{ key: segment ?? null, value: JSON.stringify(payload) }] });
        sent++;
      },
    },
    getDisabledLogger(),
  );
  await pause(warm_ms);
  const [before, cpu, began] = [sent, process.cpuUsage(), performance.now()];
  await pause(measured_ms);
  const answer = { rows: sent - before, wall_ms: performance.now() - began };
  const { user, system } = process.cpuUsage(cpu);
  await shutdown();
  await producer.disconnect();
  return { ...answer, cpu_us: user + system };
});
