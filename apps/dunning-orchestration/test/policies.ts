import * as fc from 'fast-check';
import { activate, defaultPolicy, HOUSE_REGUAS, RefusedRegua, type Policy, type Regua } from '@emdia/regua';
import { cleanSteps, regua } from '../../../libs/regua/test/given';

function passing(document: Regua): Policy | null {
  try {
    return activate(document);
  } catch (error) {
    if (error instanceof RefusedRegua) return null;
    throw error;
  }
}

/** Any régua that lint lets pass: those of the house, and made-up ones. */
export const anyPolicy: fc.Arbitrary<Policy> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...HOUSE_REGUAS).map(defaultPolicy) },
  { weight: 2, arbitrary: fc.record({
      steps: cleanSteps, weekdays: fc.constantFrom<Regua['contact']['weekdays'][]>(undefined, undefined, ['tue', 'thu', 'fri'], ['wed']), hour: fc.constantFrom('09:00', '10:00', '17:30'),
      first_review_days: fc.integer({ min: 1, max: 15 }), later_review_days: fc.integer({ min: 1, max: 60 }), last_step_refusals_max: fc.integer({ min: 1, max: 12 }),
    }).map(({ steps, weekdays, hour, ...end }) => regua({ steps, contact: { hour, channels: ['email'], ...(weekdays ? { weekdays } : {}) }, end: { queue: 'cobranca', ...end } }))
      .map(passing).filter((policy) => policy !== null) },
);
