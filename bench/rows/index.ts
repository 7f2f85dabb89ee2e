import type { Measurement } from '../measurement';
import { hop } from './hop';
import { relay } from './relay';
import { validate } from './validate';

/** Every measurement, in the order of the table. */
export const measurements: readonly Measurement[] = [
  hop,
  // sweep-flat
  // sweep-pinned
  // queue: queue-gw, queue-boss
  relay,
  validate,
  // peak
  // backlog
  // memory
  // whole
];
