import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config, run, type BrokerKind, type House } from '@emdia/runtime';
import { startMailSink, type MailSink } from '@emdia/mail-sink';
import { everyService } from './services';

export interface StandaloneOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where Postgres and the secrets are kept; without it everything is temporary. */
  readonly dataDir?: string;
  readonly broker: BrokerKind;
}

export interface Standalone {
  readonly house: House;
  /** The local mailbox, unless EMDIA_SMTP_URL names a server. */
  readonly mail: MailSink | null;
  /** An installation-wide API key; null when the house was started before and it was printed then. */
  readonly adminKey: string | null;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

interface Secrets {
  installation_key: string;
  internal_token: string;
  admin_key_sha256: string;
}

const random = (bytes: number): string => randomBytes(bytes).toString('hex');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Reads the secrets of an earlier start, or makes them; the admin key itself is kept nowhere. */
function secrets(dataDir: string | undefined): { kept: Secrets; adminKey: string | null } {
  const file = dataDir && join(dataDir, 'secrets.json');
  if (file && existsSync(file)) return { kept: JSON.parse(readFileSync(file, 'utf8')) as Secrets, adminKey: null };
  const adminKey = `emdia_${random(4)}_${random(24)}`;
  const kept = { installation_key: random(32), internal_token: random(32), admin_key_sha256: sha256(adminKey) };
  if (file) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, JSON.stringify(kept, null, 2), { mode: 0o600 });
  }
  return { kept, adminKey };
}

/** All services in one process, with embedded Postgres and a local mailbox wherever no address is given. */
export async function openStandalone(options: StandaloneOptions): Promise<Standalone> {
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const env: Record<string, string | undefined> = { ...options.env };
    const { kept, adminKey } = secrets(options.dataDir);
    env.EMDIA_INSTALLATION_KEY ??= kept.installation_key;
    env.EMDIA_INTERNAL_TOKEN ??= kept.internal_token;
    env.EMDIA_BOOTSTRAP_KEY_SHA256 ??= kept.admin_key_sha256;
    if (!env.DATABASE_URL) {
      const { startPostgres } = await import('../../../libs/testing/embedded-postgres.mjs');
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
    const house = await run(everyService, options.broker, { config: Config.from(env) });
    closing.push(() => house.stop());
    return { house, mail, adminKey, databaseUrl: env.DATABASE_URL, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
