import type { Measurement } from '../measurement';

/** Every measurement, in the order of the table. */
export const measurements: readonly Measurement[] = [
  // hop: hop-cpu, hop-rate, hop-limit, idiom, redelivery
  // sweep-flat
  // sweep-pinned
  // queue: queue-gw, queue-boss
  // relay: relay, relay-cpu
  // validate
  // peak
  // backlog
  // memory
  // whole
];
