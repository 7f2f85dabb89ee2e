import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Config, ConfigError } from './config';

const linesOf = (values: Record<string, string>): readonly string[] => {
  try {
    Config.from(values);
    return [];
  } catch (error) {
    return (error as ConfigError).lines;
  }
};
const SECRETS = { EMDIA_INSTALLATION_KEY: 'i'.repeat(32), EMDIA_INTERNAL_TOKEN: 't'.repeat(32) };

describe('config', () => {
  it('has defaults that suit one machine', () => {
    const config = Config.from({});
    expect(config).toMatchObject({ production: false, host: '127.0.0.1', port: 3000, logLevel: 'info', clock: { kind: 'system', offset_ms: 0 }, kafkaBrokers: [], kafkaPartitions: 3 });
    expect(Config.from({}).internalToken).not.toBe(config.internalToken);
  });

  it.each([
    ['PORT', '70000', 'PORT is "70000"; it must be a whole number from 0 to 65535.'],
    ['PORT', '80.5', 'PORT is "80.5"'],
    ['PORT', 'http', 'PORT is "http"'],
    ['EMDIA_LOG_LEVEL', 'loud', 'EMDIA_LOG_LEVEL is "loud"; it must be one of fatal, error,'],
    ['EMDIA_CLOCK', 'tomorrow', 'EMDIA_CLOCK is "tomorrow"; it must be system, shifted:<milliseconds> or driven:<RFC 3339 instant>.'],
    ['EMDIA_CLOCK', 'driven:never', 'EMDIA_CLOCK is "driven:never"'],
    ['EMDIA_CLOCK', 'shifted:1.5', 'EMDIA_CLOCK is "shifted:1.5"'],
    ['KAFKA_BROKERS', 'one:9092,two', 'KAFKA_BROKERS has "two"; each must be host:port.'],
    ['EMDIA_KAFKA_PARTITIONS', '0', 'EMDIA_KAFKA_PARTITIONS is "0"'],
    ['EMDIA_KAFKA_REPLICATION_FACTOR', '-1', 'EMDIA_KAFKA_REPLICATION_FACTOR is "-1"'],
    ['EMDIA_KAFKA_PREFIX', 'Mine_', 'EMDIA_KAFKA_PREFIX is "Mine_"'],
    ['DATABASE_URL', 'mysql://localhost', 'DATABASE_URL must begin with postgres:// or postgresql://.'],
    ['NEGOTIATION_DATABASE_URL', 'localhost', 'NEGOTIATION_DATABASE_URL must begin with'],
    ['BILLING_INGESTION_URL', 'localhost:3000', 'BILLING_INGESTION_URL must begin with http:// or https://.'],
    ['EMDIA_INSTALLATION_KEY', 'short', 'EMDIA_INSTALLATION_KEY is too short'],
    ['EMDIA_INTERNAL_TOKEN', 'two words and more than 32 characters', 'EMDIA_INTERNAL_TOKEN has characters'],
    ['EMDIA_BUDGET_SCOPE', 'everybody', 'EMDIA_BUDGET_SCOPE is "everybody"'],
    ['EMDIA_WEBHOOK_BODY_DAYS', '0', 'EMDIA_WEBHOOK_BODY_DAYS is "0"'],
    ['EMDIA_BANK_FILES_BUCKET', 's3://returns', 'EMDIA_BANK_FILES_BUCKET is "s3://returns"; it must be the name of a bucket'],
    ['EMDIA_BANK_FILES_BUCKET_ENDPOINT', 'minio:9000', 'EMDIA_BANK_FILES_BUCKET_ENDPOINT must begin with http:// or https://.'],
    ['EMDIA_BANK_FILES_BUCKET_PATH_STYLE', 'yes', 'EMDIA_BANK_FILES_BUCKET_PATH_STYLE is "yes"; it must be one of true, false.'],
  ])('refuses %s=%s and says what is wrong', (name, value, line) => {
    expect(linesOf({ [name]: value })).toEqual([expect.stringContaining(line)]);
  });

  it('names everything that is wrong at once', () => {
    expect(linesOf({ PORT: 'x', EMDIA_CLOCK: 'y', DATABASE_URL: 'z' })).toHaveLength(3);
  });

  it('wants secrets and the time of the machine in production', () => {
    expect(linesOf({ EMDIA_ENV: 'production' })).toEqual([expect.stringContaining('EMDIA_INSTALLATION_KEY must be set'), expect.stringContaining('EMDIA_INTERNAL_TOKEN must be set')]);
    expect(linesOf({ ...SECRETS, NODE_ENV: 'production' })).toEqual([]);
    for (const clock of ['shifted:1000', 'driven:2026-01-01T00:00:00Z']) {
      expect(linesOf({ ...SECRETS, EMDIA_ENV: 'production', EMDIA_CLOCK: clock })).toEqual([expect.stringContaining('in production business time is the machine')]);
    }
  });

  it('reads a clock that is shifted or driven, and the database of each service', () => {
    expect(Config.from({ EMDIA_CLOCK: 'shifted:-5000' }).clock).toEqual({ kind: 'system', offset_ms: -5000 });
    expect(Config.from({ EMDIA_CLOCK: 'driven:2026-01-01T00:00:00Z' }).clock).toEqual({ kind: 'driven', start: new Date('2026-01-01T00:00:00Z') });
    const config = Config.from({ DATABASE_URL: 'postgres://all', NEGOTIATION_DATABASE_URL: 'postgres://own' });
    expect([config.databaseUrl('negotiation'), config.databaseUrl('notifications')]).toEqual(['postgres://own', 'postgres://all']);
    expect(() => Config.from({}).databaseUrl('negotiation')).toThrow('DATABASE_URL (or NEGOTIATION_DATABASE_URL) must be set');
  });
});

describe('the main of a service', () => {
  const root = path.resolve(__dirname, '../../..');
  const start = (env: Record<string, string>) =>
    spawnSync(process.execPath, ['-r', '@swc-node/register', '-e', `require(${JSON.stringify(path.join(__dirname, 'index.ts'))}).start([])`], { cwd: root, env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' });

  it('ends with exit code 78 and says why when its configuration is wrong', () => {
    const { status, stderr } = start({ PORT: 'x', EMDIA_CLOCK: 'y' });
    expect(stderr).toMatch(/The configuration cannot be used:\n {2}- PORT is "x"[^\n]*\n {2}- EMDIA_CLOCK is "y"/);
    expect(status).toBe(78);
  });

  it('does so when no broker is told', () => {
    const { status, stderr } = start({});
    expect([status, stderr]).toEqual([78, expect.stringContaining('KAFKA_BROKERS must list at least one host:port.')]);
  });
});
