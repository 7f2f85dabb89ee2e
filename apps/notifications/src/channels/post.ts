import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '@emdia/runtime';
import { createSmtpChannel, type Mail, type Outcome, type SmtpChannel } from './smtp';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);
const SEND_TIMEOUT_MS = 20_000;

/** How letters leave this house: settings, the SMTP channel behind them, and which addresses it reaches. */
@Injectable()
export class Post implements OnApplicationShutdown {
  /** The sender's address of every letter (`EMDIA_MAIL_FROM`). */
  readonly from: string;
  /** Calls under way at a time (`EMDIA_SMTP_CONNECTIONS`, default 8). */
  readonly width: number;
  private readonly local: boolean;
  private readonly channel: SmtpChannel;

  constructor(config: Config) {
    const url = config.env('EMDIA_SMTP_URL');
    if (!url) throw new Error('EMDIA_SMTP_URL is not set: give the SMTP server that letters leave by, as smtp://user:password@host:587.');
    this.from = config.env('EMDIA_MAIL_FROM') ?? 'cobranca@emdia.invalid';
    this.width = Number(config.env('EMDIA_SMTP_CONNECTIONS') ?? 8);
    this.local = LOOPBACK.has(new URL(url).hostname);
    this.channel = createSmtpChannel({ url, message_id_domain: this.from.split('@').at(-1)!, connections_max: this.width });
  }

  /** Whether an address can be written to: those under `.invalid` (RFC 2606) exist for a local sink only. */
  reaches(email: string): boolean {
    return this.local || !/\.invalid$/i.test(email.trim());
  }

  /** Begins the call at once; it never rejects for what a server or network does. */
  send(mail: Mail): Promise<Outcome> {
    return this.channel.send(mail, { timeout_ms: SEND_TIMEOUT_MS });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.channel.close();
  }
}
