import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';

interface Started {
  child: ChildProcess;
  brokers: string;
  pid: number;
  dataDir: string;
}

const children: ChildProcess[] = [];

/** A process of its own, as it must survive being killed: prints what it started, then waits. */
function start(options: object): Promise<Started> {
  const script = `
    const { startKafka } = await import(${JSON.stringify(path.join(__dirname, 'kafka.mjs'))});
    const broker = await startKafka(${JSON.stringify(options)});
    console.log(JSON.stringify(broker));
    process.stdin.on('data', async () => { await broker.stop(); process.exit(0); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.stdout.on('data', (chunk) => resolve({ child, ...JSON.parse(String(chunk)) }));
    child.on('exit', () => reject(new Error(errors)));
  });
}

async function topics({ brokers }: Started, create?: string): Promise<string[]> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry: { retries: 2 } }).admin();
  await admin.connect();
  if (create) await admin.createTopics({ topics: [{ topic: create }], waitForLeaders: true });
  return admin.listTopics().finally(() => admin.disconnect());
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function until(what: string, condition: () => boolean) {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 300) throw new Error(`still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function stop({ child }: Started): Promise<unknown> {
  const end = new Promise((resolve) => child.on('exit', resolve));
  child.stdin?.write('stop\n');
  return end;
}

// Only where the broker of this run came from Maven too: with another, Java may be missing.
(process.env.EMDIA_TEST_KAFKA_SOURCE === 'Maven' ? describe : describe.skip)('a Kafka from its jars', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'emdia-spec-'));
  afterAll(() => {
    // After a failed expectation too: a process that waits would keep the whole run waiting.
    for (const child of children) child.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('keeps durable data over a kill and a stop, and lends it to one process at a time', async () => {
    const dataDir = path.join(folder, 'durable');
    const first = await start({ dataDir });
    await topics(first, 'kept');
    await expect(start({ dataDir })).rejects.toThrow(`in use by process ${first.child.pid}`);
    first.child.kill('SIGKILL');
    await new Promise((resolve) => first.child.on('exit', resolve));
    const second = await start({ dataDir });
    expect(await topics(second)).toEqual(['kept']);
    await stop(second);
    const third = await start({ dataDir });
    expect(await topics(third)).toEqual(['kept']);
    await stop(third);
  });

  it('ends and removes an ephemeral broker when its process is killed', async () => {
    const broker = await start({});
    broker.child.kill('SIGKILL');
    await until('the folder is removed', () => !fs.existsSync(broker.dataDir));
    expect(() => process.kill(broker.pid, 0)).toThrow('ESRCH');
  });

  it('opens further doors, each of which sends clients back through what stands before it', async () => {
    const [port, advertised] = [await freePort(), await freePort()];
    const broker = await start({ listeners: [{ port, advertised }] });
    const before = createServer((client) => void client.pipe(connect(port, '127.0.0.1')).pipe(client)).listen(advertised, '127.0.0.1');
    let passed = 0;
    before.on('connection', () => passed++);
    expect(await topics({ ...broker, brokers: `127.0.0.1:${port}` }, 'behind')).toEqual(['behind']);
    expect(passed).toBeGreaterThan(0);
    before.close();
    await stop(broker);
  });

  it('refuses a port that is taken', async () => {
    const other = await start({});
    const port = Number(other.brokers.split(':')[1]);
    await expect(start({ port })).rejects.toThrow(`Kafka did not start: listen EADDRINUSE: address already in use 127.0.0.1:${port}`);
    await stop(other);
  });

  it('says what the broker said when it does not come up', async () => {
    const dataDir = path.join(folder, 'broken');
    fs.mkdirSync(path.join(dataDir, 'data'), { recursive: true });
    fs.writeFileSync(path.join(dataDir, 'data', 'meta.properties'), 'version=1\nnode.id=99\ncluster.id=another\n');
    await expect(start({ dataDir })).rejects.toThrow(/Kafka did not start: it ended by itself[^]*node.?id/i);
  });
});
