import { Seeded } from '../demo/seeded';

/** How often each fault is drawn, 0 to 1, wherever it could happen. */
const LIKELIHOOD = {
  /** A batch was taken in and nobody hears of it: it comes again. */
  'acknowledgement-dropped': 0.06,
  /** An event that was taken in comes once more, alone. */
  'duplicated': 0.06,
  /** A key's events wait while those of others go on. */
  'delayed': 0.12,
  /** Events of different keys arrive in another order than they were written. */
  'reordered': 0.7,
  /** Rows that the broker has stay in the outbox for a while, as if its answer had not come yet. */
  'publish-unanswered': 0.1,
  /** The connection of a relay dies: what it has not been told of goes out again. */
  'relay-died': 0.006,
  /** A transaction is rolled back before its commit. */
  'rolled-back': 0.015,
  /** A transaction is committed and the answer lost: who asked for it takes it for failed. */
  'commit-unanswered': 0.015,
  /** A service dies between two statements or right after a commit, and is opened anew. */
  'crashed': 0.0012,
  /** Nothing runs for 1.2 to 6 s of wall time: verdicts and heartbeats grow old. */
  'frozen': 0.01,
  /** The mail provider takes a letter and does not say so. */
  'provider-silent': 0.03,
  /** The mail provider has no time now. */
  'provider-busy': 0.06,
  /** The mail provider says no for good. */
  'provider-refused': 0.03,
  /** The creditor's systems take an act and do not say so. */
  'receiver-silent': 0.08,
  /** The creditor's systems have no time now. */
  'receiver-busy': 0.1,
  /** The creditor's systems say no for good. */
  'receiver-refused': 0.04,
  /** The creditor's systems take an act and never say so, however often they are asked. */
  'receiver-mute': 0.04,
} as const;

export type Fault = keyof typeof LIKELIHOOD;
export const FAULTS = Object.keys(LIKELIHOOD) as Fault[];

/** Counts of what really happened, by kind. */
export type Counts = Record<Fault, number>;
export const noFaults = (): Counts => Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Counts;

/** Draws what goes wrong, from a seed; calm when nothing may. Draws count only once `happened` says that they had an effect. */
export class Faults {
  readonly counts = noFaults();
  random = new Seeded(0);

  constructor(readonly calm: boolean) {}

  /** Each step draws from its own seed, so that a story that is cut shorter keeps the faults of the steps left. */
  reseed(seed: number): void {
    this.random = new Seeded(seed);
  }

  draws(fault: Fault): boolean {
    return !this.calm && this.random.chance(LIKELIHOOD[fault]);
  }
  happened(fault: Fault): void {
    this.counts[fault]++;
  }
  /** Draws, and counts at once what cannot fail to have its effect. */
  strikes(fault: Fault): boolean {
    const drawn = this.draws(fault);
    if (drawn) this.happened(fault);
    return drawn;
  }
  /** Whether a letter or an act meets a fault: by its own name and the number of tries, alike in every run of a story. */
  meets(fault: Fault, letter: Seeded): boolean {
    const drawn = letter.chance(LIKELIHOOD[fault]);
    if (drawn) this.happened(fault);
    return drawn;
  }
}
