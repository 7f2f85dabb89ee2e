import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { Random } from '../random';
import type { ProviderFault } from '../schedule';

/** A mail that the provider took: from then on it is on its way to the person, whatever the sender hears of it. */
export interface Accepted {
  readonly notice_id: string;
  readonly to: string;
  /** When the sender named it (MAIL FROM) and when the provider had all of it, in epoch ms. */
  readonly named_epoch_ms: number;
  readonly epoch_ms: number;
}

/** A fault that nobody has felt yet befalls the first call that can feel it, and lasts until then; so long at most. */
const UNFELT_MS_MAX = 60_000;
/** Longer than the services wait for an answer. */
const NO_ANSWER_MS = 30_000;

/** A mail provider that never forgets what it took, and that now and then behaves as providers do. */
export class Provider {
  readonly accepted: Accepted[] = [];
  /** How many calls met each fault. */
  readonly met: Record<string, number> = {};
  private readonly active = new Map<ProviderFault, number>();
  private readonly random: Random;
  private readonly named = new Map<string, number>();
  private readonly server: SMTPServer;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      logger: false,
      onMailFrom: (_address, session, answer) => {
        this.named.set(session.id, Date.now());
        if (this.befalls('provider-try-later', 0.2)) return answer(refusal(421, 'Too many messages, try again later'));
        answer();
      },
      onRcptTo: (_address, _session, answer) => {
        if (this.befalls('provider-try-later', 0.2)) return answer(refusal(450, '4.7.1 Greylisted, try again later'));
        if (this.befalls('provider-refuses', 0.2)) return answer(refusal(550, '5.1.1 No such mailbox'));
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

  /** Behaves badly for a while, and the first time on until somebody has felt it; several ways at once are possible. */
  async misbehave(fault: ProviderFault, forMs: number): Promise<void> {
    const began = Date.now();
    this.active.set(fault, (this.active.get(fault) ?? 0) + 1);
    for (let waited = 0; waited < forMs || (!this.met[fault] && waited < UNFELT_MS_MAX); waited = Date.now() - began) await new Promise((resolve) => setTimeout(resolve, 100));
    const others = this.active.get(fault)! - 1;
    if (others > 0) this.active.set(fault, others);
    else this.active.delete(fault);
  }

  private befalls(fault: ProviderFault, share: number): boolean {
    if (!this.active.has(fault) || (this.met[fault] && !this.random.chance(share))) return false;
    this.met[fault] = (this.met[fault] ?? 0) + 1;
    return true;
  }

  private take(stream: SMTPServerDataStream, session: SMTPServerSession, answer: (error?: Error | null, message?: string) => void): void {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      if (this.befalls('provider-try-later', 0.2)) return answer(refusal(451, '4.3.0 Local error, try again later'));
      if (this.befalls('provider-refuses', 0.2)) return answer(refusal(554, '5.7.1 Not accepted'));
      // Before the mail was taken, or after.
      if (this.befalls('provider-resets', 0.2)) return this.cut(session);
      this.accept(Buffer.concat(chunks).toString('latin1'), session);
      if (this.befalls('provider-resets', 0.2)) return this.cut(session);
      const waitMs = this.befalls('provider-timeout-after-acceptance', 0.2) ? NO_ANSWER_MS : this.befalls('provider-slow', 0.4) ? this.random.whole(1_000, 9_000) : 0;
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
