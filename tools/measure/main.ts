/**
 * `npm run measure [-- --no-commit --only bench,chaos --rows hop-cpu,peak]`: the full set by hand: benchmark, ten minutes
 * of chaos, the simulator, the guards, matching, mutated files and the réguas of the house. Writes the results and the tables of the README, and commits them with their
 * date. `--rows` measures these rows of the benchmark anew, beside the others of the same day. The receivables file of the
 * backtest lies in the folder that EMDIA_TEST_DATA names (else ../shared/data beside the repository).
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_REGUAS } from '@emdia/regua';
import { backtestTables, benchTable, between, chaosTable, fuzzTable, matchingTable, reguasTable, simulateTable } from './tables';

const root = path.resolve(__dirname, '../..');
const { values } = parseArgs({ options: { 'no-commit': { type: 'boolean' }, only: { type: 'string' }, rows: { type: 'string' } } });

interface Part {
  readonly name: string;
  /** The script of package.json where its name is another. */
  readonly script?: string;
  /** The arguments of each of its runs. */
  readonly runs: readonly (readonly string[])[];
  /** Of the results in the order of the runs; null: its exit code is its result. */
  readonly table: ((...results: never[]) => string) | null;
}

const givenBook = path.join(process.env.EMDIA_TEST_DATA ?? path.join(root, '../shared/data'), 'receivables/ibm-accounts-receivable.csv');
/** Tried on a part of the file, so that all réguas take minutes. */
const GIVEN_DEBTS = '1000';

const PARTS: readonly Part[] = [
  { name: 'bench', runs: [values.rows ? ['--rows', values.rows] : []], table: benchTable },
  { name: 'chaos', runs: [['--minutes', '10', '--seed', '1']], table: chaosTable },
  // The short stories are told at every landing; here are wide ones.
  { name: 'simulate', runs: [['--long', '--seeds', '24', '--seed', '1']], table: simulateTable },
  { name: 'mutate', runs: [[]], table: null },
  { name: 'matching', runs: [['--seed', '1']], table: matchingTable },
  { name: 'fuzz', runs: [['--inputs', '100000', '--seed', '1']], table: fuzzTable },
  { name: 'backtest', runs: [['--seed', '1'], ...(fs.existsSync(givenBook) ? [['--seed', '1', '--book', givenBook, '--debts', GIVEN_DEBTS]] : [])], table: backtestTables },
  { name: 'reguas', script: 'demo', runs: DEFAULT_REGUAS.map((regua) => ['--regua', regua, '--customers', '200', '--months', '6', '--seed', '1', '--exit']), table: reguasTable },
];

const git = (...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  return stdout.trim();
};

/** Runs one command of package.json, as often as its part says; true when all of it ended well. */
function run({ name, script = name, runs, table }: Part, folder: string): boolean {
  const results = runs.map((_, index) => path.join(folder, `${name}${index === 0 ? '' : `-${index + 1}`}.json`));
  let ok = true;
  for (const [index, more] of runs.entries()) {
    const args = ['run', '--silent', script, '--', ...more, ...(table ? ['--json', results[index]!] : [])];
    console.log(`\n=== npm ${args.join(' ')}`);
    const began = performance.now();
    const ended = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
    console.log(`--- ${name}: ${ended ? 'ended well' : 'FAILED'} after ${((performance.now() - began) / 60_000).toFixed(1)} min`);
    ok &&= ended;
  }
  if (table && results.every((result) => fs.existsSync(result))) {
    const page = path.join(root, 'README.md');
    fs.writeFileSync(page, between(fs.readFileSync(page, 'utf8'), name, table(...results.map((result) => JSON.parse(fs.readFileSync(result, 'utf8')) as never))));
  }
  return ok;
}

function main(): number {
  const only = values.only?.split(',') ?? PARTS.map(({ name }) => name);
  const unknown = only.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}; there are ${PARTS.map(({ name }) => name).join(', ')}.`);
  // Figures belong to a commit: with changes lying about nobody could repeat them.
  if (!values['no-commit'] && git('status', '--porcelain', '-uno') !== '') throw new Error('Commit your changes first (or pass --no-commit): the figures belong to a commit.');
  if (only.includes('backtest') && !fs.existsSync(givenBook)) console.warn(`NO GIVEN BOOK: ${givenBook} is absent, so that the backtest is measured on the generated book alone. Set EMDIA_TEST_DATA to the folder of test data.`);
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
