import { randomBytes } from 'node:crypto';
import { serviceNames, type ServiceName } from '@emdia/contracts';

export type ServiceId = ServiceName | 'auditor';

/** The exit code of a process whose configuration is wrong (EX_CONFIG of sysexits.h). */
export const EXIT_CONFIG = 78;

export type ClockSetting = { readonly kind: 'system'; readonly offset_ms: number } | { readonly kind: 'driven'; readonly start: Date };

/** What was wrong, one line per setting. */
export class ConfigError extends Error {
  constructor(readonly lines: readonly string[]) {
    super(`The configuration cannot be used:\n${lines.map((line) => `  - ${line}`).join('\n')}`);
  }
}

type Env = Readonly<Record<string, string | undefined>>;

const envName = (service: ServiceId): string => service.toUpperCase().replaceAll('-', '_');

/** Settings, read and checked once at start; `Config.from` throws ConfigError that names every bad value. */
export class Config {
  private constructor(
    private readonly values: Env,
    readonly production: boolean,
    /** Keys the HMAC of documents and contact points, and seals stored bodies; changing it orphans both. */
    readonly installationKey: string,
    /** The credential with which services call each other. */
    readonly internalToken: string,
    readonly host: string,
    readonly port: number,
    readonly logLevel: string,
    readonly clock: ClockSetting,
    readonly kafkaBrokers: readonly string[],
    readonly kafkaPartitions: number,
    readonly kafkaReplicationFactor: number,
    /** Before every topic and group, so that several houses may share a cluster. */
    readonly kafkaPrefix: string,
  ) {}

  static from(values: Env): Config {
    const wrong: string[] = [];
    const production = values.EMDIA_ENV === 'production' || values.NODE_ENV === 'production';
    const check = new Check(values, wrong, production);
    const config = new Config(
      values,
      production,
      check.secret('EMDIA_INSTALLATION_KEY'),
      check.secret('EMDIA_INTERNAL_TOKEN', /^[!-~]*$/),
      values.HOST ?? '127.0.0.1',
      check.integer('PORT', 0, 65_535, 3000),
      check.oneOf('EMDIA_LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
      check.clock(),
      check.brokers(),
      check.integer('EMDIA_KAFKA_PARTITIONS', 1, 1_000, 3),
      check.integer('EMDIA_KAFKA_REPLICATION_FACTOR', 1, 9, 1),
      check.prefix(),
    );
    for (const name of Object.keys(values).filter((key) => key === 'DATABASE_URL' || key.endsWith('_DATABASE_URL'))) check.postgres(name);
    for (const name of [...serviceNames, 'auditor' as const].map((service) => `${envName(service)}_URL`)) check.http(name);
    check.oneOf('EMDIA_BUDGET_SCOPE', ['creditor', 'installation'], 'creditor');
    check.integer('EMDIA_WEBHOOK_BODY_DAYS', 1, 3_650, 90);
    check.bucket();
    if (wrong.length > 0) throw new ConfigError(wrong);
    return config;
  }

  env(name: string): string | undefined {
    return this.values[name];
  }

  /** The database of a service: `<SERVICE>_DATABASE_URL`, else DATABASE_URL; throws ConfigError when neither is set. */
  databaseUrl(service: ServiceId): string {
    const url = this.values[`${envName(service)}_DATABASE_URL`] ?? this.values.DATABASE_URL;
    if (!url) throw new ConfigError([`DATABASE_URL (or ${envName(service)}_DATABASE_URL) must be set to a postgres:// address.`]);
    return url;
  }

  /** Where another service answers, when it runs elsewhere: `<SERVICE>_URL`. */
  urlOf(service: ServiceId): string | undefined {
    return this.values[`${envName(service)}_URL`];
  }
}

class Check {
  constructor(
    private readonly values: Env,
    private readonly wrong: string[],
    private readonly production: boolean,
  ) {}

  integer(name: string, min: number, max: number, otherwise: number): number {
    const text = this.values[name];
    if (text === undefined || text === '') return otherwise;
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    this.wrong.push(`${name} is "${text}"; it must be a whole number from ${min} to ${max}.`);
    return otherwise;
  }

  oneOf(name: string, allowed: readonly string[], otherwise: string): string {
    const text = this.values[name];
    if (text === undefined || text === '') return otherwise;
    if (!allowed.includes(text)) this.wrong.push(`${name} is "${text}"; it must be one of ${allowed.join(', ')}.`);
    return text;
  }

  secret(name: string, allowed = /^/): string {
    const text = this.values[name];
    if (text && text.length >= 32 && allowed.test(text)) return text;
    if (text && text.length >= 32) this.wrong.push(`${name} has characters that no HTTP header can carry; use visible ASCII without blanks.`);
    else if (text) this.wrong.push(`${name} is too short; it needs at least 32 characters (for example: openssl rand -hex 32).`);
    else if (this.production) this.wrong.push(`${name} must be set in production (for example: openssl rand -hex 32).`);
    return randomBytes(32).toString('hex');
  }

  clock(): ClockSetting {
    const text = this.values.EMDIA_CLOCK ?? 'system';
    const shifted = /^shifted:(-?\d+)$/.exec(text);
    const start = text.startsWith('driven:') ? new Date(text.slice(7)) : null;
    if (text !== 'system' && this.production) this.wrong.push(`EMDIA_CLOCK is "${text}"; in production business time is the machine's time.`);
    if (text === 'system') return { kind: 'system', offset_ms: 0 };
    if (shifted) return { kind: 'system', offset_ms: Number(shifted[1]) };
    if (start && !Number.isNaN(start.getTime())) return { kind: 'driven', start };
    this.wrong.push(`EMDIA_CLOCK is "${text}"; it must be system, shifted:<milliseconds> or driven:<RFC 3339 instant>.`);
    return { kind: 'system', offset_ms: 0 };
  }

  brokers(): string[] {
    const list = (this.values.KAFKA_BROKERS ?? '').split(',').map((each) => each.trim()).filter(Boolean);
    for (const each of list) if (!/^[^\s:]+:\d{1,5}$/.test(each)) this.wrong.push(`KAFKA_BROKERS has "${each}"; each must be host:port.`);
    return list;
  }

  prefix(): string {
    const text = this.values.EMDIA_KAFKA_PREFIX ?? '';
    if (!/^[a-z0-9.-]{0,60}$/.test(text)) this.wrong.push(`EMDIA_KAFKA_PREFIX is "${text}"; it must be at most 60 lower-case letters, digits, dots or hyphens.`);
    return text;
  }

  bucket(): void {
    const text = this.values.EMDIA_BANK_FILES_BUCKET;
    if (text && !/^[A-Za-z0-9][\w.-]{1,254}$/.test(text)) this.wrong.push(`EMDIA_BANK_FILES_BUCKET is "${text}"; it must be the name of a bucket, without s3:// or a folder (that is EMDIA_BANK_FILES_BUCKET_PREFIX).`);
    this.http('EMDIA_BANK_FILES_BUCKET_ENDPOINT');
    this.oneOf('EMDIA_BANK_FILES_BUCKET_PATH_STYLE', ['true', 'false'], 'false');
  }

  http(name: string): void {
    const text = this.values[name];
    if (text !== undefined && !/^https?:\/\/[^/\s]+/.test(text)) this.wrong.push(`${name} must begin with http:// or https://.`);
  }

  postgres(name: string): void {
    if (!/^postgres(ql)?:\/\//.test(this.values[name] ?? '')) this.wrong.push(`${name} must begin with postgres:// or postgresql://.`);
  }
}

export const isServiceName = (name: string): name is ServiceName => (serviceNames as string[]).includes(name);
