import type { Measurement } from '../measurement';
import { hop } from './hop';
import { validate } from './validate';

/** Every measurement, in the order of the table. */
export const measurements: readonly Measurement[] = [
  hop,
  // sweep-flat
  // sweep-pinned
  // queue: queue-gw, queue-boss
  // relay: relay, relay-cpu
  validate,
  // peak
  // backlog
  // memory
  // whole
];
