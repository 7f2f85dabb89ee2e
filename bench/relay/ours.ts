/** The product's relay in a process of its own: empties the outbox each time it is asked to, and tells what that took. */
import { WallClock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { KafkaBroker, Relay } from '@emdia/messaging';
import { serve } from '../processes';

export interface DrainAsk {
  readonly url: string;
  readonly brokers: string;
  readonly prefix: string;
  readonly schema: string;
}
export interface DrainAnswer {
  readonly wall_ms: number;
  readonly cpu_us: number;
}

const fatal = (error: Error): never => {
  throw error;
};

serve(async ({ url, brokers, prefix, schema }: DrainAsk): Promise<DrainAnswer> => {
  const wall = new WallClock();
  const database = new Database({ url, schema });
  const broker = new KafkaBroker({ brokers: brokers.split(','), clientId: 'emdia', wall, prefix, fatal, failed: fatal });
  await broker.prepare([`${schema}.events.v1`]);
  const relay = new Relay({ name: schema, database, wall, source: await broker.source(), failed: fatal });
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  relay.start();
  while (!(await relay.drained())) await wall.sleep(20);
  const wall_ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  await relay.stop();
  await Promise.all([broker.close(), database.close()]);
  return { wall_ms, cpu_us: user + system };
});
