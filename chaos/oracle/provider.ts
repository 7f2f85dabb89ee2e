import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { Random } from '../random';
import type { ProviderFault } from '../schedule';
import { Moods } from './moods';

/** A mail that the provider took: from then on it is on its way to the person, whatever the sender hears of it. */
export interface Accepted {
  readonly notice_id: string;
  readonly to: string;
  /** When the sender named it (MAIL FROM) and when the provider had all of it, in epoch ms. */
  readonly named_epoch_ms: number;
  readonly epoch_ms: number;
}

/** Longer than the services wait for an answer. */
const NO_ANSWER_MS = 30_000;

/** A mail provider that never forgets what it took, and that now and then behaves as providers do. */
export class Provider {
  readonly accepted: Accepted[] = [];
  readonly moods: Moods<ProviderFault>;
  private readonly random: Random;
  private readonly named = new Map<string, number>();
  private readonly server: SMTPServer;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.moods = new Moods(this.random);
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      logger: false,
      onMailFrom: (_address, session, answer) => {
        this.named.set(session.id, Date.now());
        if (this.moods.befalls('provider-try-later', 0.2)) return answer(refusal(421, 'Too many messages, try again later'));
        answer();
      },
      onRcptTo: (_address, _session, answer) => {
        if (this.moods.befalls('provider-try-later', 0.2)) return answer(refusal(450, '4.7.1 Greylisted, try again later'));
        if (this.moods.befalls('provider-refuses', 0.2)) return answer(refusal(550, '5.1.1 No such mailbox'));
        answer();
      },
      onData: (stream, session, answer) => this.take(stream, session, answer),
    });
    this.server.on('error', () => undefined);
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve) => void this.server.listen(port, '127.0.0.1', resolve));
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(resolve));
  }

  private take(stream: SMTPServerDataStream, session: SMTPServerSession, answer: (error?: Error | null, message?: string) => void): void {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      if (this.moods.befalls('provider-try-later', 0.2)) return answer(refusal(451, '4.3.0 Local error, try again later'));
      if (this.moods.befalls('provider-refuses', 0.2)) return answer(refusal(554, '5.7.1 Not accepted'));
      // Before the mail was taken, or after.
      if (this.moods.befalls('provider-resets', 0.2)) return this.cut(session);
      this.accept(Buffer.concat(chunks).toString('latin1'), session);
      if (this.moods.befalls('provider-resets', 0.2)) return this.cut(session);
      const waitMs = this.moods.befalls('provider-timeout-after-acceptance', 0.2) ? NO_ANSWER_MS : this.moods.befalls('provider-slow', 0.4) ? this.random.whole(1_000, 9_000) : 0;
      if (waitMs === 0) answer(null, 'accepted');
      else setTimeout(() => answer(null, 'accepted'), waitMs).unref();
    });
  }

  private accept(mail: string, session: SMTPServerSession): void {
    const to = session.envelope.rcptTo.map(({ address }) => address).join();
    const notice_id = /^X-Emdia-Notice: *(\S+)/im.exec(mail)?.[1] ?? `none of its own: ${to}`;
    this.accepted.push({ notice_id, to, named_epoch_ms: this.named.get(session.id) ?? 0, epoch_ms: Date.now() });
  }

  private cut(session: SMTPServerSession): void {
    for (const connection of (this.server as unknown as { connections: Set<{ id: string; _socket: import('node:net').Socket }> }).connections)
      if (connection.id === session.id) connection._socket.resetAndDestroy();
  }
}

const refusal = (responseCode: number, words: string): Error => Object.assign(new Error(words), { responseCode });
