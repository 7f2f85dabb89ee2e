import type { Measurement } from '../measurement';
import { hop } from './hop';
import { relay } from './relay';
import { peak } from './peak';
import { queue } from './queue';
import { sweepFlat } from './sweep-flat';
import { sweepPinned } from './sweep-pinned';
import { validate } from './validate';

/** Every measurement, in the order of the table. */
export const measurements: readonly Measurement[] = [
  hop,
  sweepFlat,
  sweepPinned,
  queue,
  relay,
  validate,
  peak,
  // backlog
  // memory
  // whole
];
