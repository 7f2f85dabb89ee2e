#!/usr/bin/env node
// `node tools/launch.mjs ENTRY [ARGS]`: runs an entry of this repository, installing what it needs first. Plain Node, so
// that `npm test`, `npm start` and `npm run demo` work on a bare clone.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node 20.19 or newer is needed; this is ${process.versions.node}.`);
  process.exit(1);
}

// npm writes this file last, so a tree whose install broke off counts as absent.
const installed = join(root, 'node_modules', '.package-lock.json');
const lock = join(root, 'package-lock.json');
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  console.log('Installing what it needs (once)...');
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (error) console.error(`npm could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

const [entry, ...args] = process.argv.slice(2);
const run = spawn(process.execPath, [...(entry.endsWith('.ts') ? ['-r', '@swc-node/register'] : []), entry, ...args], { cwd: root, stdio: 'inherit' });
// A terminal sends Ctrl-C to both: this one waits until the other has stopped what it started.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => run.kill('SIGTERM'));
run.on('error', (error) => {
  console.error(`${entry} could not be started: ${error.message}`);
  process.exit(1);
});
run.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
