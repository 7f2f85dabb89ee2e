import type { Measurement } from '../measurement';
import { backlog } from './backlog';
import { bankFile } from './bank-file';
import { caseDecision, caseStore } from './case';
import { caseSize } from './case-size';
import { hop } from './hop';
import { memory } from './memory';
import { relay } from './relay';
import { peak } from './peak';
import { queue } from './queue';
import { sweepFlat } from './sweep-flat';
import { sweepPinned } from './sweep-pinned';
import { validate } from './validate';
import { whole } from './whole';

/** Every measurement, in the order of the table. */
export const measurements: readonly Measurement[] = [
  hop,
  caseDecision,
  caseStore,
  caseSize,
  sweepFlat,
  sweepPinned,
  queue,
  relay,
  validate,
  peak,
  backlog,
  bankFile,
  memory,
  whole,
];
