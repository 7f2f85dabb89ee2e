import type { Bench } from './surroundings';

/** One row of the table, as far as it is known before anything runs. */
export interface RowPlan {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** Null: the row only reports. */
  readonly target: number | null;
  /** The run fails beyond it; null: the row only reports. */
  readonly floor: number | null;
  /** What the other side does that ours does not, and the reverse. */
  readonly notes: string;
  /** Takes minutes a repeat: measured three times at most. */
  readonly large?: boolean;
}

/** What one repeat found for one row. */
export interface Sample {
  readonly value: number;
  /** Of the measured process of ours, in microseconds; null where no events are counted. */
  readonly cpu_us_per_event: number | null;
  /** Figures beside, by name with its unit; their medians stand in the row's notes. */
  readonly beside?: Readonly<Record<string, number>>;
}

/** A measurement that is set up: each repeat measures A and B one after the other, each in processes of its own. */
export interface Measuring {
  /** Samples by row id; `turn` counts from 0, so that A and B may change places. */
  repeat(turn: number): Promise<Readonly<Record<string, Sample>>>;
  close(): Promise<void>;
}

/** One or several rows that come out of the same repeats. */
export interface Measurement {
  readonly rows: readonly RowPlan[];
  /** `wanted` holds the ids asked for; what only other rows need may be left out. */
  open(bench: Bench, wanted: ReadonlySet<string>): Promise<Measuring>;
}
