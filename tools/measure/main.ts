/**
 * `npm run measure [-- --no-commit --only bench,chaos --rows hop-cpu,peak]`: the full set by hand: benchmark, ten minutes
 * of chaos, the simulator, the guards, matching, mutated files and the réguas of the house. Writes the results and the tables of the README, and commits them with their
 * date. `--rows` measures these rows of the benchmark anew, beside the others of the same day.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { backtestTable, benchTable, between, chaosTable, fuzzTable, matchingTable, simulateTable } from './tables';

const root = path.resolve(__dirname, '../..');
const { values } = parseArgs({ options: { 'no-commit': { type: 'boolean' }, only: { type: 'string' }, rows: { type: 'string' } } });

interface Part {
  readonly name: string;
  readonly args: readonly string[];
  /** Null: its exit code is its result. */
  readonly table: ((result: never) => string) | null;
}

const PARTS: readonly Part[] = [
  { name: 'bench', args: values.rows ? ['--rows', values.rows] : [], table: benchTable },
  { name: 'chaos', args: ['--minutes', '10', '--seed', '1'], table: chaosTable },
  // The 200 short stories are told at every landing; here are wide ones.
  { name: 'simulate', args: ['--long', '--seeds', '24', '--seed', '1'], table: simulateTable },
  { name: 'mutate', args: [], table: null },
  { name: 'matching', args: ['--seed', '1'], table: matchingTable },
  { name: 'fuzz', args: ['--inputs', '100000', '--seed', '1'], table: fuzzTable },
  { name: 'backtest', args: ['--seed', '1'], table: backtestTable },
];

const git = (...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  return stdout.trim();
};

/** Runs one command of package.json; true when it ended well. */
function run(part: Part, folder: string): boolean {
  const result = path.join(folder, `${part.name}.json`);
  const args = ['run', '--silent', part.name, '--', ...part.args, ...(part.table ? ['--json', result] : [])];
  console.log(`\n=== npm ${args.join(' ')}`);
  const began = performance.now();
  const ok = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
  console.log(`--- ${part.name}: ${ok ? 'ended well' : 'FAILED'} after ${((performance.now() - began) / 60_000).toFixed(1)} min`);
  if (part.table && fs.existsSync(result)) {
    const page = path.join(root, 'README.md');
    fs.writeFileSync(page, between(fs.readFileSync(page, 'utf8'), part.name, part.table(JSON.parse(fs.readFileSync(result, 'utf8')) as never)));
  }
  return ok;
}

function main(): number {
  const only = values.only?.split(',') ?? PARTS.map(({ name }) => name);
  const unknown = only.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}; there are ${PARTS.map(({ name }) => name).join(', ')}.`);
  // Figures belong to a commit: with changes lying about nobody could repeat them.
  if (!values['no-commit'] && git('status', '--porcelain', '-uno') !== '') throw new Error('Commit your changes first (or pass --no-commit): the figures belong to a commit.');
  const day = new Date().toISOString().slice(0, 10);
  const folder = path.join(root, 'bench/results', day);
  fs.mkdirSync(folder, { recursive: true });
  const failed = PARTS.filter(({ name }) => only.includes(name)).filter((part) => !run(part, folder)).map(({ name }) => name);
  if (!values['no-commit']) {
    git('add', 'bench/results', 'README.md');
    git('commit', '-q', '-m', `docs: measured on ${day}: ${only.join(', ')}${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}`);
  }
  if (failed.length > 0) console.log(`FAILED: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 64;
}
