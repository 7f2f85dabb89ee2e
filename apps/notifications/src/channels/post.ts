import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Config, ConfigError } from '@emdia/runtime';
import { isAddress } from './mime';
import { createSmtpChannel, type Mail, type Outcome, type SmtpChannel } from './smtp';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);
const SEND_TIMEOUT_MS = 20_000;

/** How letters leave this house: settings, the SMTP channel behind them, and which addresses it reaches. */
@Injectable()
export class Post implements OnModuleDestroy {
  /** The sender's address of every letter (`EMDIA_MAIL_FROM`). */
  readonly from: string;
  /** Calls under way at a time (`EMDIA_SMTP_CONNECTIONS`, default 8). */
  readonly width: number;
  private readonly local: boolean;
  private readonly channel: SmtpChannel;

  constructor(config: Config) {
    const url = config.env('EMDIA_SMTP_URL');
    if (!url) throw new ConfigError(['EMDIA_SMTP_URL must be set to the server that letters leave by, as smtp://user:password@host:587.']);
    this.local = LOOPBACK.has(hostOf(url));
    const from = config.env('EMDIA_MAIL_FROM') ?? (this.local ? 'avisos@emdia.invalid' : undefined);
    if (!from || !isAddress(from)) throw new ConfigError(['EMDIA_MAIL_FROM must be the one e-mail address that letters come from.']);
    this.from = from;
    this.width = Number(config.env('EMDIA_SMTP_CONNECTIONS') ?? 8);
    if (!Number.isInteger(this.width) || this.width < 1 || this.width > 100) throw new ConfigError(['EMDIA_SMTP_CONNECTIONS must be a whole number from 1 to 100.']);
    this.channel = createSmtpChannel({ url, message_id_domain: from.split('@')[1]!, connections_max: this.width });
  }

  /** Whether an address can be written to: those under `.invalid` (RFC 2606) exist for a local sink only. */
  reaches(email: string): boolean {
    return this.local || !/\.invalid$/i.test(email.trim());
  }

  /** Begins the call at once; it never rejects for what a server or network does. */
  send(mail: Mail): Promise<Outcome> {
    return this.channel.send(mail, { timeout_ms: SEND_TIMEOUT_MS });
  }

  async onModuleDestroy(): Promise<void> {
    await this.channel.close();
  }
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    throw new ConfigError(['EMDIA_SMTP_URL is not a URL; give it as smtp://user:password@host:587.']);
  }
}
