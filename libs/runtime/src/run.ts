import { setFlagsFromString } from 'node:v8';
import { Clock, DrivenClock, SystemClock, WallClock } from '@emdia/clock';
import { InProcessBroker, KafkaBroker, type Broker } from '@emdia/messaging';
import { Config, ConfigError, EXIT_CONFIG } from './config';
import { House } from './house';
import type { Service } from './service';
import { Sweeps } from './sweeps';

export type BrokerKind = 'in-process' | 'kafka';

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

function clockOf({ clock }: Config): Clock {
  return clock.kind === 'driven' ? new DrivenClock(clock.start) : new SystemClock(clock.offset_ms);
}

function brokerOf(kind: BrokerKind, config: Config, wall: WallClock, fatal: (error: Error) => void): Broker {
  if (kind === 'in-process') return new InProcessBroker(wall);
  if (config.kafkaBrokers.length === 0) throw new ConfigError(['KAFKA_BROKERS must list at least one host:port.']);
  return new KafkaBroker({
    brokers: config.kafkaBrokers,
    clientId: 'emdia',
    wall,
    partitions: config.kafkaPartitions,
    replicationFactor: config.kafkaReplicationFactor,
    prefix: config.kafkaPrefix,
    fatal,
    failed: (error) => say(JSON.stringify({ level: 40, service: 'kafka', message: error.message })),
  });
}

/**
 * Opens a house of services over a broker: the only place that knows whether they share a process. Rejects with
 * ConfigError when a setting is wrong.
 */
export async function run(
  services: readonly Service[],
  kind: BrokerKind,
  options: { config: Config; clock?: Clock; wall?: WallClock; broker?: Broker; sweeps?: typeof Sweeps; fatal?: (error: Error) => void },
): Promise<House> {
  const wall = options.wall ?? new WallClock();
  const fatal = options.fatal ?? ((error: Error) => {
    say(`Emdia ends: ${error.message}`);
    process.exit(1);
  });
  const { config } = options;
  const broker = options.broker ?? brokerOf(kind, config, wall, fatal);
  return House.open(services, { config, clock: options.clock ?? clockOf(config), wall, broker, sweeps: options.sweeps ?? Sweeps, fatal });
}

/**
 * By how much of what lives the heap may grow before it is cleared. Left to itself V8 lets it grow fourfold: batches that
 * wait for Postgres outlive its young generation, and a service with a backlog took 470 MB to hold 75. At 100 percent it
 * would take 30 MB less than at 150, for a fifth more CPU.
 */
const HEAP_GROWTH_PERCENT = 150;

/** The `main` of a service: settings from the environment, Kafka, and a stop in under 10 s on SIGTERM or SIGINT. */
export async function start(services: readonly Service[], kind: BrokerKind = 'kafka'): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  try {
    const house = await run(services, kind, { config: Config.from(process.env) });
    say(`Emdia (${services.map(({ name }) => name).join(', ')}) listens on port ${house.port}.`);
    stopOnSignal(() => house.stop());
  } catch (error) {
    say(error instanceof ConfigError ? error.message : `Emdia cannot start: ${(error as Error).stack}`);
    process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
  }
}

/** Runs `stop` once at the first SIGTERM or SIGINT and exits; a second signal exits at once. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const end = () => {
    if (stopping) process.exit(1);
    stopping = true;
    void stop().then(
      () => process.exit(0),
      (error: Error) => {
        say(`Emdia did not stop cleanly: ${error.message}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}
