/**
 * A real Apache Kafka (KRaft, one process that is broker and controller) without Docker, from its jars on Maven
 * Central, and the choice where a broker comes from: `KAFKA_BROKERS`, else Maven, else a Docker engine that answers.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import kafkajs from 'kafkajs';
import {
  claim, freePort, identify, isAlive, once, readClaim, releaseClaim, sweep, untilSignal, watchdog, writeClaim,
} from '../../libs/embedded/processes.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const VERSION = fs.readFileSync(path.join(HERE, 'pom.xml'), 'utf8').match(/<kafka.version>(.+)<\/kafka.version>/)[1];
/** Confluent's packaging of Apache Kafka 4.0, the image that testcontainers knows how to start. */
const IMAGE = 'confluentinc/cp-kafka:8.0.0';
const PREFIX = 'emdia-kafka-';
const JAVA_VERSION_MIN = 17;
const START_SECONDS_MAX = 60;
const DOWNLOAD_SECONDS_MAX = 300;
const HOW_TO_ENABLE =
  `install Java ${JAVA_VERSION_MIN} or later and mvn (Debian: apt-get install openjdk-17-jre-headless maven), ` +
  'or start Docker, or set KAFKA_BROKERS=host:port to a Kafka that may be used';

/**
 * A broker to use: `{ brokers, source, stop }`, where `stop` does nothing to one that was there before; or, when none
 * can be had, `{ unavailable, how_to_enable }` with the reason of every source tried. With EMDIA_REQUIRE_KAFKA=1 that
 * is an error. `options` are those of `startKafka`.
 */
export async function findKafka(options = {}) {
  const brokers = process.env.KAFKA_BROKERS;
  const sources = brokers
    ? { KAFKA_BROKERS: () => existing(brokers) }
    : { Maven: () => startKafka(options), Docker: startContainer };
  const reasons = [];
  for (const [source, start] of Object.entries(sources)) {
    try {
      return { source, ...(await start()) };
    } catch (error) {
      reasons.push(`${source}: ${error?.message ?? error}`);
    }
  }
  const unavailable = reasons.join('; ');
  if (process.env.EMDIA_REQUIRE_KAFKA === '1') {
    throw new Error(`Kafka is required (EMDIA_REQUIRE_KAFKA=1) and cannot be had. ${unavailable}. To enable: ${HOW_TO_ENABLE}`);
  }
  return { unavailable, how_to_enable: HOW_TO_ENABLE };
}

async function existing(brokers) {
  await answers(brokers.split(','), { seconds: 10 });
  return { brokers, stop: async () => undefined };
}

/**
 * Starts Kafka on 127.0.0.1 and resolves, with `{ brokers, pid, dataDir, stop }`, when it answers. `ephemeral` (default
 * where no `dataDir` is given) puts the data in a temporary folder that `stop()` removes. The first start ever fetches
 * 45 MB of jars. `listeners` are further doors, each with the `port` it opens and the port of 127.0.0.1 that it tells
 * clients to use (`advertised`), where something stands in between. Rejects with the end of the broker's log when it
 * does not come up.
 */
export async function startKafka({ dataDir, port, ephemeral = !dataDir, listeners = [] } = {}) {
  if (!ephemeral && !dataDir) throw new Error('startKafka: a durable broker needs a dataDir');
  const java = findJava();
  const jars = await fetchJars();
  if (ephemeral) sweep(os.tmpdir(), PREFIX, stopOrphan);
  const root = ephemeral ? fs.mkdtempSync(path.join(os.tmpdir(), PREFIX)) : path.resolve(dataDir);
  fs.mkdirSync(root, { recursive: true });
  try {
    const orphan = readClaim(root);
    claim(root);
    if (isAlive(orphan.server)) kill(orphan.server);
    const ports = { broker: await freePort(port), controller: await freePort() };
    configure(root, ports, listeners);
    format(root, java, jars);
    const broker = await launch(root, java, jars, ports.broker, ephemeral);
    return { brokers: `127.0.0.1:${ports.broker}`, dataDir: root, ...broker };
  } catch (error) {
    if (ephemeral) fs.rmSync(root, { recursive: true, force: true });
    throw new Error(`Kafka did not start: ${error?.message ?? error}`, { cause: error });
  }
}

function findJava() {
  const java = process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const { status, stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error('no Java found');
  const version = Number(stderr.match(/version "(?:1\.)?(\d+)/)?.[1]);
  if (!(version >= JAVA_VERSION_MIN)) throw new Error(`Java ${version} is too old, Kafka needs ${JAVA_VERSION_MIN}`);
  return java;
}

/** The folder of the jars, fetched by mvn where the cache has none. */
async function fetchJars() {
  const cache = process.env.EMDIA_CACHE ?? path.join(os.homedir(), '.cache', 'emdia');
  const jars = path.join(cache, `kafka-${VERSION}`);
  if (fs.existsSync(jars)) return jars;
  if (spawnSync('mvn', ['-v']).status !== 0) throw new Error('no mvn found to fetch the broker with');
  // Fetched beside and renamed, so that an interrupted download is never taken for a whole one.
  const beside = `${jars}.${randomUUID()}`;
  const args = ['-B', '-q', '-f', path.join(HERE, 'pom.xml'), 'dependency:copy-dependencies',
    '-DincludeScope=runtime', `-DoutputDirectory=${beside}`];
  const { status, output } = await mvn(args);
  if (status !== 0) throw new Error(`mvn could not fetch Kafka ${VERSION}: ${lastLines(output, 3)}`);
  try {
    fs.renameSync(beside, jars);
  } catch (error) {
    // Another process was faster, and its copy is as good.
    if (!fs.existsSync(jars)) throw error;
    fs.rmSync(beside, { recursive: true });
  }
  return jars;
}

function mvn(args) {
  console.warn(`Fetching Apache Kafka ${VERSION} from Maven Central, once ...`);
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: DOWNLOAD_SECONDS_MAX * 1000 });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject).on('close', (status) => resolve({ status, output }));
  });
}

/** The end of a log, without the stack frames that would push the reason out of it. */
const lastLines = (text, count) =>
  text.trim().split('\n').filter((line) => !/^\s+(at |\.\.\. )/.test(line)).slice(-count).join('\n');

function configure(root, ports, doors) {
  const names = doors.map((_, index) => `DOOR${index}`);
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': ['PLAINTEXT', 'CONTROLLER', ...names].map((name) => `${name}:PLAINTEXT`).join(),
    listeners: [`PLAINTEXT://127.0.0.1:${ports.broker}`, `CONTROLLER://127.0.0.1:${ports.controller}`,
      ...doors.map((door, index) => `${names[index]}://127.0.0.1:${door.port}`)].join(),
    'advertised.listeners': [`PLAINTEXT://127.0.0.1:${ports.broker}`,
      ...doors.map(({ advertised }, index) => `${names[index]}://127.0.0.1:${advertised}`)].join(),
    'log.dirs': path.join(root, 'data'),
    // Topics come from the contracts; one made by a misspelt name would hide the mistake.
    'auto.create.topics.enable': false,
    // The default waits 3 s for more members at each group's first join.
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.replication.factor': 1,
    // 50 by default, each with its own files, made at the first group's first join.
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  fs.writeFileSync(path.join(root, 'server.properties'), `${lines.join('\n')}\n`);
  fs.writeFileSync(path.join(root, 'log4j2.properties'), [
    'appender.file.type=File', 'appender.file.name=file', `appender.file.fileName=${path.join(root, 'server.log')}`,
    'appender.file.layout.type=PatternLayout', 'appender.file.layout.pattern=%d %p %m (%c)%n%rEx{3}',
    'rootLogger.level=WARN', 'rootLogger.appenderRef.file.ref=file', '',
  ].join('\n'));
}

const javaArgs = (root, jars, ...args) => [
  '-Xmx512m', '-XX:+UseSerialGC', '-Djava.awt.headless=true',
  `-Dlog4j2.configurationFile=${path.join(root, 'log4j2.properties')}`, '-cp', path.join(jars, '*'), ...args,
];

function format(root, java, jars) {
  if (fs.existsSync(path.join(root, 'data', 'meta.properties'))) return;
  // A cluster id may not begin with a dash, which the tool would read as an option.
  const clusterId = `E${randomBytes(16).toString('base64url').slice(1)}`;
  const args = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', path.join(root, 'server.properties')];
  const { status, stdout, stderr } = spawnSync(java, javaArgs(root, jars, ...args), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`its storage could not be formatted: ${lastLines(stdout + stderr, 3)}`);
}

async function launch(root, java, jars, port, ephemeral) {
  const output = fs.openSync(path.join(root, 'output.log'), 'w');
  const args = javaArgs(root, jars, 'kafka.Kafka', path.join(root, 'server.properties'));
  // In a session of its own, so that Ctrl-C does not reach it before the services have drained.
  const child = spawn(java, args, { stdio: ['ignore', output, output], detached: true, cwd: root });
  fs.closeSync(output);
  child.unref();
  const exited = new Promise((resolve) => child.on('exit', resolve).on('error', resolve));
  const release = watch(child.pid, root, ephemeral);
  writeClaim(root, { ...readClaim(root), server: identify(child.pid) });
  const stop = once(async () => {
    child.ref();
    await Promise.all([release(), exited]);
    releaseClaim(root);
  });
  try {
    const clusterId = fs.readFileSync(path.join(root, 'data', 'meta.properties'), 'utf8').match(/^cluster.id=(.+)$/m)[1];
    await answers([`127.0.0.1:${port}`], { clusterId, seconds: START_SECONDS_MAX, unless: exited });
  } catch (error) {
    const said = ['server.log', 'output.log'].map((name) => path.join(root, name)).filter((file) => fs.existsSync(file))
      .map((file) => lastLines(fs.readFileSync(file, 'utf8'), 5)).join('\n');
    await stop();
    throw new Error(`${error.message}\n${said}`, { cause: error });
  }
  return { pid: child.pid, stop };
}

/** A durable broker is asked to stop, so that its next start needs no recovery; an ephemeral one is killed at once. */
function watch(pid, root, ephemeral) {
  const script =
    'kill "$2" "$1" 2>/dev/null; n=0; while kill -0 "$1" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done; ' +
    'kill -9 "$1" 2>/dev/null; [ -z "$3" ] || rm -rf "$3"';
  return watchdog(script, [String(pid), ephemeral ? '-9' : '-15', ephemeral ? root : '']);
}

function stopOrphan(root) {
  const { server } = readClaim(root);
  if (isAlive(server)) kill(server);
}

function kill({ pid }) {
  process.kill(pid, 'SIGKILL');
  for (let tries = 0; startsStill(pid) && tries < 100; tries += 1) spawnSync('sleep', ['0.1']);
}

const startsStill = (pid) => identify(pid).start !== undefined;

/**
 * Resolves when the cluster describes itself (as `clusterId`, where given: on a port that was taken, it is another's
 * broker that answers); rejects after `seconds`, or as soon as `unless` resolves.
 */
async function answers(brokers, { clusterId, seconds, unless = new Promise(() => undefined) }) {
  let over = false;
  const timer = new Promise((resolve) => setTimeout(resolve, seconds * 1000).unref()).then(() => {
    throw new Error(`${brokers} did not answer within ${seconds} s`);
  });
  const gone = unless.then((code) => {
    throw new Error(`it ended by itself (${code instanceof Error ? code.message : `exit code ${code}`})`);
  });
  const poll = async () => {
    while (!over) {
      const client = new kafkajs.Kafka({
        brokers, clientId: 'emdia-probe', logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 0 }, connectionTimeout: 1000,
      });
      const admin = client.admin();
      try {
        await admin.connect();
        const cluster = await admin.describeCluster();
        if (!clusterId || cluster.clusterId === clusterId) return;
      } catch {
        // Not yet, and the deadline is another promise's.
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await Promise.race([poll(), timer, gone]).finally(() => (over = true));
}

async function startContainer() {
  const { getContainerRuntimeClient } = await import('testcontainers');
  await getContainerRuntimeClient().catch((error) => {
    throw new Error(`no engine answers (${error.message})`, { cause: error });
  });
  const { KafkaContainer } = await import('@testcontainers/kafka');
  const container = await new KafkaContainer(IMAGE).withEnvironment({
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
  }).start();
  const brokers = `${container.getHost()}:${container.getMappedPort(9093)}`;
  return { brokers, stop: once(async () => void (await container.stop())) };
}

/** `npm run kafka [-- --port 9092 --data FOLDER]` runs one in the foreground; without `--data` it forgets everything. */
async function inTheForeground() {
  const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
  const wanted = Number(values.port ?? 9092);
  const port = values.port ? wanted : await freePort(wanted).catch(() => freePort());
  const broker = await startKafka({ dataDir: values.data, port });
  console.log(`Apache Kafka ${VERSION}, process ${broker.pid}, data in ${broker.dataDir}. Ctrl-C ends it.`);
  console.log(`KAFKA_BROKERS=${broker.brokers}`);
  untilSignal(broker.stop);
}

// Not awaited: what is compiled to CommonJS (the demo) cannot load a module with a top-level await.
if (process.argv[1] === fileURLToPath(import.meta.url)) void inTheForeground();
