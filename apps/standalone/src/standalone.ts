import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Broker } from '@emdia/messaging';
import { Config, run, type BrokerKind, type House } from '@emdia/runtime';
import { startMailSink, type MailSink } from '@emdia/mail-sink';
import { everyService } from './services';

export interface StandaloneOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where Postgres and the secrets are kept; without it everything is temporary. */
  readonly dataDir?: string;
  readonly broker: BrokerKind;
  /** The broker in process itself, for whoever wants to listen to it. */
  readonly carrier?: Broker;
}

export interface Standalone {
  readonly house: House;
  /** The local mailbox, unless EMDIA_SMTP_URL names a server. */
  readonly mail: MailSink | null;
  /** An installation-wide API key; null when an earlier start showed it, or EMDIA_BOOTSTRAP_KEY_SHA256 names another. */
  readonly adminKey: string | null;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

interface Secrets {
  readonly installation_key: string;
  readonly internal_token: string;
  /** Absent until a start got so far that the key could be shown. */
  readonly admin_key_sha256?: string;
}

const random = (bytes: number): string => randomBytes(bytes).toString('hex');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The secrets of a data folder; the admin key itself is kept nowhere. */
class SecretsFile {
  private readonly path: string | null;

  constructor(dataDir: string | undefined) {
    this.path = dataDir ? join(dataDir, 'secrets.json') : null;
  }

  /** Reads the secrets of an earlier start, or makes them. */
  open(): Secrets {
    if (this.path && existsSync(this.path)) return JSON.parse(readFileSync(this.path, 'utf8')) as Secrets;
    return this.keep({ installation_key: random(32), internal_token: random(32) });
  }

  keep(secrets: Secrets): Secrets {
    if (!this.path) return secrets;
    mkdirSync(dirname(this.path), { recursive: true });
    // Written beside and renamed: half a file would lock the data up for good.
    writeFileSync(`${this.path}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
    renameSync(`${this.path}.new`, this.path);
    return secrets;
  }
}

/** All services in one process, with embedded Postgres and a local mailbox wherever no address is given. */
export async function openStandalone(options: StandaloneOptions): Promise<Standalone> {
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const env: Record<string, string | undefined> = { ...options.env };
    const file = new SecretsFile(options.dataDir);
    const kept = file.open();
    const adminKey = env.EMDIA_BOOTSTRAP_KEY_SHA256 || kept.admin_key_sha256 ? null : `emdia_${random(4)}_${random(24)}`;
    env.EMDIA_INSTALLATION_KEY ??= kept.installation_key;
    env.EMDIA_INTERNAL_TOKEN ??= kept.internal_token;
    env.EMDIA_BOOTSTRAP_KEY_SHA256 ||= adminKey ? sha256(adminKey) : kept.admin_key_sha256;
    // Before anything is started; what is added below cannot be wrong.
    Config.from(env);
    if (!env.DATABASE_URL) {
      const { startPostgres } = await import('../../../libs/embedded/embedded-postgres.mjs');
      const postgres = await startPostgres(options.dataDir ? { dataDir: join(options.dataDir, 'postgres') } : { ephemeral: true });
      closing.push(() => postgres.stop());
      env.DATABASE_URL = postgres.url;
    }
    let mail: MailSink | null = null;
    if (!env.EMDIA_SMTP_URL) {
      mail = await startMailSink();
      closing.push(() => mail!.stop());
      env.EMDIA_SMTP_URL = mail.smtpUrl;
    }
    const house = await run(everyService, options.broker, { config: Config.from(env), ...(options.carrier && { broker: options.carrier }) });
    closing.push(() => house.stop());
    // Only now: the key of a start that failed was never shown, and the next one shows another.
    if (adminKey) file.keep({ ...kept, admin_key_sha256: sha256(adminKey) });
    return { house, mail, adminKey, databaseUrl: env.DATABASE_URL, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
