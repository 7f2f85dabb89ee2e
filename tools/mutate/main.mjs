#!/usr/bin/env node
// `npm run mutate [-- --only TEXT]`: takes the guards away, one at a time, in a copy of the repository, and shows that
// the suites turn red. Ends with 1 where a guard's suite stays green, or was red with the guard in place.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../libs/embedded/embedded-postgres.mjs';

/**
 * What is taken away: `find` stands in the file exactly once, `put` stands there without the guard, and `specs` must
 * turn red.
 */
const mutations = JSON.parse(fs.readFileSync(new URL('mutations.json', import.meta.url), 'utf8'));
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const chosen = mutations.filter(({ guard }) => guard.includes(values.only));
if (chosen.length === 0) {
  console.error(`No guard is called ${values.only}; there are: ${mutations.map(({ guard }) => guard).join(', ')}.`);
  process.exit(64);
}

// Jest takes no file from a folder whose name begins with a dot, and resolves links: the copy has a plain, real path.
const copy = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'emdia-mutate-'));
process.on('exit', () => fs.rmSync(copy, { recursive: true, force: true }));

/** What git knows of, as it stands here: a commit is not needed to try a guard. */
function copyRepository() {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (listed.status !== 0) throw new Error(`git could not list the files: ${listed.stderr}`);
  for (const file of new Set(listed.stdout.split('\0').filter(Boolean))) {
    if (!fs.existsSync(path.join(root, file))) continue;
    fs.mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    fs.copyFileSync(path.join(root, file), path.join(copy, file));
  }
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
}

/** Runs specs of the copy; resolves with the names of the tests that failed, and what kept a spec from running at all. */
async function test(specs, databaseUrl) {
  const result = path.join(copy, 'result.json');
  fs.rmSync(result, { force: true });
  const args = ['node_modules/jest/bin/jest.js', '--runTestsByPath', ...specs, '--testTimeout=15000', '--silent', '--reporters=default', '--json', `--outputFile=${result}`];
  let said = '';
  const jest = spawn(process.execPath, args, { cwd: copy, env: { ...process.env, TEST_DATABASE_URL: databaseUrl }, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const channel of [jest.stdout, jest.stderr]) channel.on('data', (chunk) => (said += chunk));
  await new Promise((resolve) => jest.on('close', resolve));
  if (!fs.existsSync(result)) throw new Error(`Jest did not run:\n${said}`);
  const { testResults, numTotalTests } = JSON.parse(fs.readFileSync(result, 'utf8'));
  return {
    total: numTotalTests,
    failed: testResults.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)),
    // A spec that cannot run shows nothing about its guard.
    broken: testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).map(({ name, message }) => `${name}\n${message}`),
  };
}

async function withoutGuard({ guard, file, find, put, specs }, databaseUrl) {
  const text = fs.readFileSync(path.join(copy, file), 'utf8');
  if (text.split(find).length !== 2) throw new Error(`${guard}: not exactly once in ${file}: ${find}`);
  fs.writeFileSync(path.join(copy, file), text.replace(find, () => put));
  const { failed, broken, total } = await test(specs, databaseUrl);
  fs.writeFileSync(path.join(copy, file), text);
  const red = failed.length > 0 && broken.length === 0;
  console.log(`${red ? 'red  ' : 'GREEN'}  ${guard}: ${failed.length} of ${total} tests failed${failed.length > 0 ? `, first: ${failed[0]}` : ''}`);
  for (const each of broken) console.log(`       could not run: ${each}`);
  return red;
}

copyRepository();
const server = await startPostgres({ ephemeral: true });
let green = 0;
try {
  const specs = [...new Set(chosen.flatMap((mutation) => mutation.specs))];
  const { failed, broken, total } = await test(specs, server.url);
  console.log(`With every guard in place: ${total - failed.length} of ${total} tests passed (${specs.length} specs)`);
  for (const each of [...failed, ...broken]) console.log(`       red already: ${each}`);
  if (failed.length + broken.length > 0) process.exitCode = 1;
  for (const mutation of chosen) if (!(await withoutGuard(mutation, server.url))) green++;
} finally {
  await server.stop();
}
console.log(`${chosen.length - green} of ${chosen.length} guards are watched${green > 0 ? `; ${green} can be taken away and no test notices` : ''}.`);
if (green > 0) process.exitCode = 1;
