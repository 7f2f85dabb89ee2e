import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

/**
 * What became of one message. `not_accepted` is certain: `retry` says whether trying again may help.
 * `unknown` means that the server may have taken it, so it must never be sent again.
 */
export type Outcome =
  | { outcome: 'accepted'; provider_id: string }
  | { outcome: 'not_accepted'; retry: boolean; reason: string }
  | { outcome: 'unknown'; reason: string };

/** How a line is opened: host and port, TLS, account; from the channel's URL. */
export type LineOptions = SMTPConnection.Options & { host: string; port: number };

// About our account, not about this person: refusing the message for good would fail the whole day's letters.
const ACCOUNT_CODES = new Set([530, 534, 535, 538]);
const REASON_CHARS_MAX = 300;

/** A server's words without the address it repeats: reasons are stored and logged, addresses are not. */
const cleaned = (words: string): string =>
  words.replace(/[^\s<>"]+@[^\s<>"]+/g, 'address').replace(/\s+/g, ' ').trim().slice(0, REASON_CHARS_MAX);

const certainlyNot = (reason: string, retry = true): Outcome => ({ outcome: 'not_accepted', retry, reason: cleaned(reason) });

/**
 * One SMTP connection that carries one message at a time and knows, at any instant, whether the server may have taken it.
 * nodemailer's own pool does not: when a connection closes it queues the message again, also after its body was sent.
 */
export class Line {
  /** Messages carried so far. */
  carried = 0;
  /** False as soon as the connection may not carry another message. */
  usable = true;
  private interrupt: (error: SMTPConnection.SMTPError) => void = () => undefined;

  private constructor(private readonly connection: SMTPConnection) {
    const broken = (error: SMTPConnection.SMTPError) => {
      this.usable = false;
      this.interrupt(error);
    };
    connection.on('error', broken);
    connection.on('end', () => broken(new Error('the connection was closed')));
  }

  /** Connects, negotiates TLS and logs in, within `timeout_ms`; an Outcome instead of a line says why it could not. */
  static async open(options: LineOptions, timeout_ms: number): Promise<Line | Outcome> {
    const { auth, ...rest } = options;
    const line = new Line(new SMTPConnection({ ...rest, connectionTimeout: timeout_ms, greetingTimeout: timeout_ms }));
    const failure = await line.within<SMTPConnection.SMTPError | undefined>(timeout_ms, (done) => {
      line.interrupt = done;
      line.connection.connect((refused) => {
        if (refused) return done(refused);
        // The end of a message is a small write behind a large one: Nagle would hold it back for up to 40 ms.
        line.connection._socket.setNoDelay(true);
        if (!auth) return done(undefined);
        line.connection.login(auth as SMTPConnection.Credentials, (denied) => done(denied ?? undefined));
      });
    }, () => new Error(`no connection within ${Math.round(timeout_ms)} ms`));
    if (!failure) return line;
    line.close();
    // Whatever went wrong here, no message was even named yet.
    return certainlyNot(`connect: ${failure.message}`);
  }

  /** Hands one message over, within `timeout_ms`; afterwards `usable` says whether the line may carry another. */
  async carry(from: string, to: string, message: Buffer, timeout_ms: number): Promise<Outcome> {
    this.carried++;
    let bodyOffered = false;
    const body = new Readable({
      read() {
        // From the first byte on the server may hold the whole message, whatever we hear or do not hear of it.
        bodyOffered = true;
        this.push(message);
        this.push(null);
      },
    });
    const outcome = await this.within<Outcome>(timeout_ms, (done) => {
      this.interrupt = (error) => done(classify(error, bodyOffered));
      this.connection.send({ from, to: [to] }, body, (error, info) =>
        done(error ? classify(error, bodyOffered) : { outcome: 'accepted', provider_id: replyText(info.response) }));
    }, () => {
      // Closed in the same turn as the verdict: a "354 go ahead" that is already here must find nobody to act on it.
      this.close();
      return bodyOffered
        ? { outcome: 'unknown', reason: 'no answer after the message was sent' }
        : certainlyNot('time-out before the message was sent');
    });
    this.interrupt = () => undefined;
    // After any refusal the state of the dialogue is not worth guessing at.
    if (outcome.outcome !== 'accepted') this.close();
    return outcome;
  }

  /** Ends the connection at once; what was not yet sent will not be sent. */
  close(): void {
    this.usable = false;
    const socket = this.connection._socket as unknown as import('node:net').Socket | false;
    this.connection.close();
    // close() only ends our half, and a server that has stopped answering would keep the other half for ever.
    if (socket) socket.destroy();
  }

  private within<T>(timeout_ms: number, begin: (done: (value: T) => void) => void, late: () => T): Promise<T> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(late()), Math.max(0, timeout_ms));
      begin((value) => {
        clearTimeout(timer);
        resolve(value);
      });
    });
  }
}

/** Only a reply to the envelope or to the finished body is the server's word; all else is a guess, by whether it had the body. */
function classify(error: SMTPConnection.SMTPError, bodyOffered: boolean): Outcome {
  const code = error.responseCode ?? 0;
  const final = code >= 500 && code < 600 && !ACCOUNT_CODES.has(code);
  if (error.code === 'EENVELOPE') return certainlyNot(error.message, error.response ? !final : false);
  if (error.code === 'EMESSAGE' && code >= 400 && code < 600) return certainlyNot(error.message, !final);
  if (bodyOffered) return { outcome: 'unknown', reason: cleaned(error.message) };
  return certainlyNot(error.message);
}

/** The server's own words for the acceptance, usually with its queue id, without the codes. */
const replyText = (response: string): string =>
  cleaned(response.replace(/^\d{3}[ -]?(\d\.\d+\.\d+ )?/, '')) || 'accepted';
