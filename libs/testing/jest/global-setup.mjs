/**
 * Before the first test: a PostgreSQL and a Kafka, each only where a spec of this run needs one, so that a run of pure
 * specs starts at once. What was found is told to the specs by environment variables, read in `@emdia/testing`.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { findKafka } from '../../../tools/kafka/kafka.mjs';
import { startPostgres } from '../../embedded/embedded-postgres.mjs';

export default async function setUp(globalConfig, { roots }) {
  const specs = matched(globalConfig, roots);
  const needsKafka = specs.some((file) => file.endsWith('.kafka.spec.ts') || /describeKafka/.test(fs.readFileSync(file, 'utf8')));
  const needsDatabase = specs.some((file) => /\.(int|scenario|kafka)\.spec\.ts$/.test(file));
  process.env.EMDIA_TEST_RUN = randomBytes(4).toString('hex');
  globalThis.emdiaTestServers = [];
  // All settled before an error ends the run: one half started would be left behind.
  const outcomes = await Promise.allSettled([needsDatabase && database(), needsKafka && kafka()]);
  const failure = outcomes.find(({ status }) => status === 'rejected');
  if (failure) throw failure.reason;
}

async function database() {
  // DATABASE_URL is never looked at: it may be the one that people live on.
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? { url: given } : await startPostgres({ ephemeral: true });
  process.env.EMDIA_TEST_ADMIN_URL = server.url;
  globalThis.emdiaTestServers.push({ stop: given ? dropDatabases : server.stop });
  if (given) await withClient((client) => client.query('select 1')).catch((error) => {
    throw new Error(`TEST_DATABASE_URL does not answer: ${error.message}`, { cause: error });
  });
}

async function kafka() {
  const found = await findKafka({ ephemeral: true });
  if (found.unavailable) {
    process.env.EMDIA_TEST_KAFKA_SKIP = `${found.unavailable}\n  To enable: ${found.how_to_enable}`;
    return;
  }
  process.env.EMDIA_TEST_KAFKA = found.brokers;
  process.env.EMDIA_TEST_KAFKA_SOURCE = found.source;
  globalThis.emdiaTestServers.push(found);
}

/** A server that was there before gets back as it was. */
function dropDatabases() {
  return withClient(async (client) => {
    const mine = `emdia\\_${process.env.EMDIA_TEST_RUN}\\_%`;
    const { rows } = await client.query('select datname from pg_database where datname like $1', [mine]);
    for (const { datname } of rows) await client.query(`drop database "${datname}" with (force)`);
  });
}

async function withClient(action) {
  const client = new pg.Client({ connectionString: process.env.EMDIA_TEST_ADMIN_URL });
  await client.connect();
  await action(client).finally(() => client.end());
}

/** The specs of this run; all of them where the choice is not by name. */
function matched({ testPathPatterns, runTestsByPath, nonFlagArgs, onlyChanged, findRelatedTests, rootDir }, roots) {
  const all = roots.flatMap((root) => fs.readdirSync(root, { recursive: true }).map((file) => path.join(root, file)))
    .filter((file) => file.endsWith('.spec.ts') && !file.includes('node_modules'));
  if (onlyChanged || findRelatedTests) return all;
  if (runTestsByPath) return all.filter((file) => nonFlagArgs.some((arg) => path.resolve(arg) === file));
  const executor = testPathPatterns.toExecutor({ rootDir });
  return all.filter((file) => executor.isMatch(file));
}
