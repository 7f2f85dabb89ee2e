/**
 * Servers that never outlive the process that wanted them. Shared by the embedded PostgreSQL and the Kafka broker.
 *
 * A watchdog (a shell in a session of its own) reads a pipe that only this process holds open: when this process ends,
 * even by SIGKILL, the pipe closes and the watchdog stops the server. Where the watchdog was killed too (a container,
 * the whole machine), the next start finds the remains by `owner.json` and clears them away.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

/** When the process began, in whatever unit the system counts; undefined when it is not running (or a zombie). */
export function startOf(pid) {
  if (fs.existsSync('/proc/self/stat')) {
    try {
      // The command's name, in parentheses, may itself hold spaces; what follows it is regular.
      const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined;
}

/** A process to be written down and asked about later with `isAlive`. */
export const identify = (pid) => ({ pid, start: startOf(pid) });

/** False when the process has ended, also where its number has been given to another since. */
export const isAlive = (known) => known?.start !== undefined && startOf(known.pid) === known.start;

/** Notes this process as the user of a folder; throws when another live process is. */
export function claim(root) {
  const { owner } = readClaim(root);
  if (isAlive(owner)) {
    throw new Error(`the data in ${root} is in use by process ${owner.pid}; stop it, or choose another folder`);
  }
  writeClaim(root, { owner: identify(process.pid) });
}

export function writeClaim(root, content) {
  // Written beside and renamed: a kill in between must not leave half a file.
  const file = path.join(root, 'owner.json');
  fs.writeFileSync(`${file}.new`, JSON.stringify(content));
  fs.renameSync(`${file}.new`, file);
}

/** What was written down of the folder's user and server; empty when nobody uses it. */
export function readClaim(root) {
  const file = path.join(root, 'owner.json');
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
}

export const releaseClaim = (root) => fs.rmSync(path.join(root, 'owner.json'), { force: true });

/** Removes the temporary folders of processes that are gone, after `stopOrphan(root)` has stopped their servers. */
export function sweep(base, prefix, stopOrphan) {
  for (const entry of fs.readdirSync(base).filter((name) => name.startsWith(prefix))) {
    const root = path.join(base, entry);
    try {
      // One without a claim is being made or removed at this moment.
      const { owner } = readClaim(root);
      if (!owner || isAlive(owner)) continue;
      stopOrphan(root);
      fs.rmSync(root, { recursive: true, force: true });
    } catch {
      // Another user's: not ours to clear away.
    }
  }
}

/**
 * Runs the shell `script` (with `$1`, `$2`... from `args`) once this process has ended or `release()` was called, which
 * resolves when the script has run. In a session of its own, so that Ctrl-C does not reach it before us.
 */
export function watchdog(script, args, account) {
  const options = { ...account, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' }, detached: true };
  const child = spawn('/bin/sh', ['-c', `cat >/dev/null; ${script}`, 'sh', ...args], {
    ...options,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const gone = new Promise((resolve) => child.on('exit', resolve).on('error', resolve));
  child.stdin.on('error', () => undefined);
  // Neither the child nor its pipe keeps this process alive.
  child.unref();
  child.stdin.unref();
  return function release() {
    child.ref();
    child.stdin.end();
    return gone;
  };
}

/** A TCP port of 127.0.0.1 that is free at this moment. */
export function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().on('error', reject);
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Makes an action that runs at most once; later calls get the first one's result. */
export function once(action) {
  let result;
  return () => (result ??= action());
}

/** Waits for Ctrl-C or SIGTERM, then calls `stop`; for servers run in the foreground. */
export function untilSignal(stop) {
  const keepAlive = setInterval(() => undefined, 60_000);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void stop().then(() => clearInterval(keepAlive)));
  }
}
