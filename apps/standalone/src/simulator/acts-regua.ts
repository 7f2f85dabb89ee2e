import { defaultPolicy, offsetOf, type Regua, type Step } from '@emdia/regua';

/** Every act that a creditor's systems may carry out, close together, so that a short story comes to all of them; more retries than a rail allows. */
const ACTS: readonly Step[] = [
  ...['D+2', 'D+4', 'D+5', 'D+6'].map((step): Step => ({ step, action: 'retry' })),
  { step: 'D+8', action: 'service', change: 'limit' },
  { step: 'D+9', action: 'bureau-notice' },
  { step: 'D+10', action: 'retry' },
  { step: 'D+11', action: 'service', change: 'suspend' },
  { step: 'D+13', action: 'protest' },
  { step: 'D+20', action: 'bureau-listing', notice_days: 10 },
  { step: 'D+24', action: 'write-off' },
];

/** The régua of a creditor whose own systems carry out acts, between the messages of the house's first. */
export function actsRegua(): Regua {
  const { document } = defaultPolicy('esquecido');
  return { ...document, regua: 'firme', version: 1, steps: [...document.steps, ...ACTS].sort((a, b) => offsetOf(a.step) - offsetOf(b.step)) };
}
