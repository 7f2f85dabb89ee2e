import type { RowPlan, Sample } from './measurement';

/** A row as the JSON has it; `value` is the median. */
export interface Row {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly target: number | null;
  readonly floor: number | null;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly cpu_us_per_event: number | null;
  readonly repeats: number;
  readonly notes: string;
  /** Where, at which commit, and whether others used the machine: rows of one file may be measured one by one. */
  readonly measured: string;
}

/** What a run writes. */
export interface Result {
  readonly machine: string;
  readonly quiet: boolean;
  readonly rows: readonly Row[];
}

/** A run that measured some rows, and what an earlier one had of the others. */
export function together(earlier: Result | null, now: Result): Result {
  const rows = now.quiet ? now.rows : now.rows.map((row) => ({ ...row, measured: `${row.measured}, NOT quiet` }));
  return earlier === null ? { ...now, rows } : { ...now, quiet: earlier.quiet && now.quiet, rows: [...earlier.rows.filter(({ id }) => !rows.some((row) => row.id === id)), ...rows] };
}

/** The middle value, or the mean of the two in the middle; throws where there is none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('There is no median of nothing.');
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Three digits that tell something; whole from a thousand on. */
export const rounded = (value: number): number => (Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3)));

/** What the repeats of one row come to; throws on a value that is no number, as a median would hide it. */
export function rowOf(plan: RowPlan, samples: readonly Sample[], measured: string): Row {
  const { id, unit, better, target, floor, notes } = plan;
  const values = samples.map(({ value }) => value);
  if (!values.every(Number.isFinite)) throw new Error(`${id} measured ${values.join(', ')}.`);
  const cpu = samples.map(({ cpu_us_per_event }) => cpu_us_per_event).filter((each) => each !== null);
  const beside = [...new Set(samples.flatMap((sample) => Object.keys(sample.beside ?? {})))].map((name) => {
    const found = samples.map((sample) => sample.beside?.[name]).filter((each) => each !== undefined);
    return `${name} ${rounded(median(found))}`;
  });
  const middle = rounded(median(values));
  return {
    id, value: middle, unit, better, target, floor,
    median: middle, min: rounded(Math.min(...values)), max: rounded(Math.max(...values)),
    cpu_us_per_event: cpu.length === 0 ? null : rounded(median(cpu)),
    repeats: values.length,
    notes: [notes, ...(beside.length === 0 ? [] : [`Medians: ${beside.join(', ')}.`])].join(' '),
    measured,
  };
}

/** How a row stands to what was promised; `reports` where nothing was. */
export function judged({ value, better, target, floor }: Pick<Row, 'value' | 'better' | 'target' | 'floor'>): 'reports' | 'target' | 'floor' | 'below floor' {
  const reaches = (bound: number): boolean => (better === 'higher' ? value >= bound : value <= bound);
  if (floor !== null && !reaches(floor)) return 'below floor';
  if (target === null) return floor === null ? 'reports' : 'floor';
  return reaches(target) ? 'target' : 'floor';
}

const WORDS = { reports: '–', target: 'holds', floor: 'only the floor', 'below floor': 'BELOW THE FLOOR' };
const inDigits = (value: number | null): string => (value === null ? '–' : value.toLocaleString('en-US', { maximumSignificantDigits: value >= 1_000 ? 9 : 3 }));

/** The table as people read it; the notes follow below it, one paragraph per row. */
export function table(rows: readonly Row[], titles: ReadonlyMap<string, string>): string {
  const head = ['id', 'what', 'median', 'range', 'target', 'floor', 'CPU µs/event', 'n', ''];
  const lines = rows.map((row) => {
    const bound = (value: number | null): string => (value === null ? '–' : `${row.better === 'higher' ? '>=' : '<='} ${inDigits(value)}`);
    return [
      row.id, titles.get(row.id) ?? '', `${inDigits(row.median)} ${row.unit}`, `${inDigits(row.min)} – ${inDigits(row.max)}`, bound(row.target), bound(row.floor),
      inDigits(row.cpu_us_per_event), String(row.repeats), WORDS[judged(row)],
    ];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]!.length)));
  const text = [head, widths.map((width) => '-'.repeat(width)), ...lines].map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`);
  return [...text, '', ...rows.map(({ id, notes }) => `${id}: ${notes}`)].join('\n');
}
