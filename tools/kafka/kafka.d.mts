export interface KafkaOptions {
  dataDir?: string;
  port?: number;
  ephemeral?: boolean;
  listeners?: readonly { port: number; advertised: number }[];
}
export interface StartedKafka {
  /** As in KAFKA_BROKERS: host:port, separated by commas. */
  brokers: string;
  stop(): Promise<void>;
}
export function startKafka(options?: KafkaOptions): Promise<StartedKafka & { pid: number; dataDir: string }>;
export function findKafka(
  options?: KafkaOptions,
): Promise<(StartedKafka & { source: 'KAFKA_BROKERS' | 'Maven' | 'Docker' }) | { unavailable: string; how_to_enable: string }>;
