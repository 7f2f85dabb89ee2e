import { WANTED, type Wanted } from './creditor-systems';
import { FAULTS, type Counts, type Fault } from './faults';
import type { Failure, Totals } from './simulation';

/** The result as `--json` writes it; durations in seconds. */
export interface Result {
  readonly seeds: number;
  readonly first_seed: number;
  readonly seconds: number;
  readonly days: number;
  readonly case_days: number;
  readonly case_days_per_second: number;
  readonly steps: number;
  readonly audits: number;
  readonly compared: number;
  readonly not_compared: number;
  readonly laws: readonly { readonly law: number; readonly name: string; readonly checked: number; readonly violations: number }[];
  readonly faults: Counts;
  /** What the creditor's systems took, by what it asks for. */
  readonly acts: Wanted;
  /** Kinds of faults and acts that never happened: with any, the run says nothing. */
  readonly missing: readonly (Fault | keyof Wanted)[];
  readonly failures: readonly Failure[];
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** What one process's seeds add up to. */
export function resultOf(totals: Totals, first_seed: number, seconds: number): Result {
  const { laws, ...sums } = totals;
  return completed({ ...sums, first_seed, laws: [...laws.values()].sort((a, b) => a.law - b.law) }, seconds);
}

type Sums = Omit<Result, 'seconds' | 'case_days_per_second' | 'missing'>;

const completed = (sums: Sums, seconds: number): Result => {
  const { seeds, first_seed, days, case_days, steps, audits, compared, not_compared, laws, faults, acts, failures } = sums;
  return {
    seeds, first_seed, seconds: rounded(seconds), days, case_days, case_days_per_second: rounded(case_days / seconds), steps, audits, compared, not_compared, laws, faults, acts,
    missing: [...FAULTS.filter((fault) => faults[fault] === 0), ...WANTED.filter((wanted) => acts[wanted] === 0 && wanted !== RARE)],
    failures,
  };
};

/** The results of processes that shared the seeds, as one of `seconds`. */
export function together(results: readonly Result[], seconds: number): Result {
  const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0);
  return completed(
    {
      seeds: sum((each) => each.seeds), first_seed: Math.min(...results.map((each) => each.first_seed)), days: sum((each) => each.days), case_days: sum((each) => each.case_days),
      steps: sum((each) => each.steps), audits: sum((each) => each.audits), compared: sum((each) => each.compared), not_compared: sum((each) => each.not_compared),
      laws: results[0]!.laws.map(({ law, name }) => {
        const of = (what: 'checked' | 'violations') => sum((each) => each.laws.find((found) => found.law === law)?.[what] ?? 0);
        return { law, name, checked: of('checked'), violations: of('violations') };
      }),
      faults: Object.fromEntries(FAULTS.map((fault) => [fault, sum((each) => each.faults[fault])])) as Counts,
      acts: Object.fromEntries(WANTED.map((wanted) => [wanted, sum((each) => each.acts[wanted])])) as Wanted,
      failures: results.flatMap((each) => each.failures),
    },
    seconds,
  );
}

/** An entry needs a notice that was taken ten days before, which few short stories come to: a run without one tells still. */
const RARE = 'listing';

/** Whether a run of so many seeds is long enough for each kind of fault to happen; below that nothing is concluded from one missing. */
export const SEEDS_TELLING = 100;

/** What is wrong with a run, in words; nothing where it stands. */
export function faultsOf({ failures, missing, seeds }: Result): string[] {
  return [
    ...failures.map(({ seed, what }) => `Seed ${seed}: ${what}.`),
    ...(missing.length > 0 && seeds >= SEEDS_TELLING ? [`The run is void: ${missing.join(', ')} never happened.`] : []),
  ];
}

const row = (name: string, value: string | number, more = ''): string => `  ${name.padEnd(36)} ${String(value).padStart(12)}  ${more}`.trimEnd();

export function inWords(result: Result): string {
  const { seeds, first_seed, seconds, days, case_days, case_days_per_second, steps, audits, compared, not_compared, laws, faults, acts } = result;
  return [
    '',
    row('seeds', seeds, `${first_seed} to ${first_seed + seeds - 1}, in ${seconds} s`),
    row('simulated days', days),
    row('case-days', case_days, `${case_days_per_second} a second`),
    row('steps chosen', steps),
    row('audits', audits),
    row('settled steps compared', compared, `with the same story in order; ${not_compared} not (by day, or after a crash amid a send)`),
    '',
    ...FAULTS.map((fault) => row(fault, faults[fault])),
    '',
    ...WANTED.map((wanted) => row(`act: ${wanted}`, acts[wanted])),
    '',
    ...laws.map(({ law, name, checked, violations }) => row(`${law}. ${name}`, violations, `of ${checked} checked`)),
    '',
    ...(faultsOf(result).length > 0 ? faultsOf(result) : ['No law is broken, and the order of delivery makes no difference.']),
  ].join('\n');
}

/** A failure for whoever looks into it. */
export function failureInWords({ seed, what, examples, trace_hash, program, shrunk, last }: Failure, long: boolean): string {
  return [
    '',
    `Seed ${seed}: ${what} (trace ${trace_hash})`,
    ...examples.slice(0, 8).map((example) => `  ${example}`),
    `The shortest story found in ${shrunk} steps, and the end of its trace:`,
    JSON.stringify(program, null, 1),
    ...last.slice(-15).map((line) => `  ${line}`),
    `Replay: npm run simulate -- --seed ${seed}${long ? ' --long' : ''}`,
  ].join('\n');
}
