import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stopOnSignal } from '@emdia/runtime';
import { BadArguments, readArguments, USAGE, type Arguments } from './arguments';
import { LONG, SHORT } from './program';
import { failureInWords, faultsOf, inWords, resultOf, together, type Result } from './report';
import { Simulation } from './simulation';

const EXIT_FAULT = 1;
const EXIT_USAGE = 64;
/** Some broken stories are enough to look into; the next would be the same again. */
const FAILURES_MAX = 2;
const SHRINK_MS = 60_000;
const TELL_EVERY = 10;

const say = (line = ''): boolean => process.stdout.write(`${line}\n`);
const secondsSince = (began_ms: number): number => (performance.now() - began_ms) / 1_000;

/** Plays the seeds one after another in this process, on a server of its own. */
async function alone(wanted: Arguments): Promise<Result> {
  const { startPostgres } = await import('../../../../libs/embedded/embedded-postgres.mjs');
  const postgres = await startPostgres({ ephemeral: true });
  stopOnSignal(() => postgres.stop());
  // Whoever shared the seeds out has gone: nobody waits for this part.
  if (wanted.part) process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  const simulation = new Simulation(postgres.url, wanted.long ? LONG : SHORT, SHRINK_MS, wanted.trace ? say : undefined);
  const began_ms = performance.now();
  try {
    for (let seed = wanted.first; seed < wanted.first + wanted.seeds && simulation.totals.failures.length < FAILURES_MAX; seed++) {
      const failure = await simulation.seed(seed);
      if (failure) say(failureInWords(failure, wanted.long));
      else if (wanted.seeds === 1) say(`Seed ${seed}: nothing is broken (trace ${simulation.totals.hashes.get(seed)})`);
      else if (simulation.totals.seeds % TELL_EVERY === 0) say(`${simulation.totals.seeds} of ${wanted.seeds} seeds from ${wanted.first} on, ${Math.round(secondsSince(began_ms))} s`);
    }
    const result = resultOf(simulation.totals, wanted.first, secondsSince(began_ms));
    await simulation.close();
    return result;
  } finally {
    await postgres.stop();
  }
}

/** Shares the seeds among processes: one house runs one thing at a time, and leaves most of two cores idle. */
async function shared(wanted: Arguments): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'emdia-simulator-'));
  const began_ms = performance.now();
  const share = (job: number): number => Math.floor(((job + 1) * wanted.seeds) / wanted.jobs) - Math.floor((job * wanted.seeds) / wanted.jobs);
  try {
    const jobs = Array.from({ length: wanted.jobs }, (_, job) => {
      const first = wanted.first + Math.floor((job * wanted.seeds) / wanted.jobs);
      const json = join(folder, `${job}.json`);
      const child = fork(__filename, ['--seeds', String(share(job)), '--seed', String(first), '--jobs', '1', '--json', json, '--part', ...(wanted.long ? ['--long'] : [])]);
      return new Promise<Result>((done, failed) =>
        child.once('error', failed).once('exit', (code) => (code === 0 ? done(JSON.parse(readFileSync(json, 'utf8')) as Result) : failed(new Error(`A process of the simulator ended with ${code}.`)))));
    });
    return together(await Promise.all(jobs), secondsSince(began_ms));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function simulate(wanted: Arguments): Promise<number> {
  const result = wanted.jobs > 1 ? await shared(wanted) : await alone(wanted);
  if (wanted.json) writeFileSync(resolve(wanted.json), `${JSON.stringify(result, null, 2)}\n`);
  if (wanted.part) return 0;
  say(inWords(result));
  return faultsOf(result).length > 0 ? EXIT_FAULT : 0;
}

async function main(): Promise<void> {
  try {
    const wanted = readArguments(process.argv.slice(2));
    if (!wanted) return void say(USAGE);
    process.exit(await simulate(wanted));
  } catch (error) {
    const isUsage = error instanceof BadArguments;
    process.stderr.write(`${isUsage ? `${error.message}\n\n${USAGE}` : `The simulator failed: ${(error as Error).stack}`}\n`);
    process.exit(isUsage ? EXIT_USAGE : EXIT_FAULT);
  }
}

void main();
