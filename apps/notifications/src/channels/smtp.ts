import { composeMail, isAddress, type Mail } from './mime';
import { Line, type LineOptions, type Outcome } from './smtp-line';

export type { Mail } from './mime';
export type { Outcome } from './smtp-line';

/** Where and how to send: `url` is smtp://user:password@host:port (smtps: TLS from the start), with `?tls=required` or `?tls=never`. */
export type SmtpOptions = {
  url: string;
  /** The right-hand side of Message-IDs. */
  message_id_domain: string;
  /** Connections kept at most; a caller sends at most this many at a time, or the rest wait. */
  connections_max?: number;
  /** Messages over one connection before it is changed; many providers close after 100. */
  messages_per_connection_max?: number;
  /** Longest wait for a free connection: a letter that waits is a letter whose debt may have been paid meanwhile. */
  wait_ms_max?: number;
  /** A connection that rested longer than this is not trusted any more. */
  rest_ms_max?: number;
};

/** The e-mail channel of deliveries. */
export type SmtpChannel = {
  /** Sends one e-mail; never rejects for what a server or network does. RangeError for a message no server should see. */
  send(mail: Mail, limits: { timeout_ms: number }): Promise<Outcome>;
  /** Closes resting connections at once and busy ones when their message is through. */
  close(): Promise<void>;
};

const CLOSED: Outcome = { outcome: 'not_accepted', retry: true, reason: 'the channel is closed' };

type Resting = { line: Line; since_ms: number };

/** An SMTP channel over a small pool of connections; opens them as needed. Throws TypeError on a URL it cannot read. */
export function createSmtpChannel(options: SmtpOptions): SmtpChannel {
  const pool = new Pool(lineOptions(options.url), {
    connections_max: options.connections_max ?? 8,
    messages_per_connection_max: options.messages_per_connection_max ?? 100,
    wait_ms_max: options.wait_ms_max ?? 1000,
    rest_ms_max: options.rest_ms_max ?? 10_000,
  });
  return {
    async send(mail, { timeout_ms }) {
      if (!isAddress(mail.to)) return { outcome: 'not_accepted', retry: false, reason: 'not one e-mail address' };
      if (!isAddress(mail.from.address)) throw new RangeError('the sender is not one e-mail address');
      const until_ms = performance.now() + timeout_ms;
      const message = composeMail(mail, options.message_id_domain);
      const line = await pool.take(timeout_ms);
      if (!(line instanceof Line)) return line;
      const outcome = await line.carry(mail.from.address, mail.to, message, until_ms - performance.now());
      pool.giveBack(line);
      return outcome;
    },
    close: () => pool.close(),
  };
}

class Pool {
  private readonly resting: Resting[] = [];
  private readonly queue: (() => void)[] = [];
  private taken = 0;
  private closed: (() => void) | undefined;

  constructor(
    private readonly options: LineOptions,
    private readonly limits: Required<Omit<SmtpOptions, 'url' | 'message_id_domain'>>,
  ) {}

  /** A line for one message, or the Outcome that says why there is none. */
  async take(timeout_ms: number): Promise<Line | Outcome> {
    const until_ms = performance.now() + timeout_ms;
    if (this.closed) return CLOSED;
    if (this.taken >= this.limits.connections_max) {
      const free = await this.turn(Math.min(timeout_ms, this.limits.wait_ms_max));
      if (!free) return { outcome: 'not_accepted', retry: true, reason: 'every connection is busy' };
      if (this.closed) {
        this.release();
        return CLOSED;
      }
    } else {
      this.taken++;
    }
    for (let rested = this.resting.pop(); rested; rested = this.resting.pop()) {
      if (rested.line.usable && performance.now() - rested.since_ms <= this.limits.rest_ms_max) return rested.line;
      rested.line.close();
    }
    const line = await Line.open(this.options, until_ms - performance.now());
    if (!(line instanceof Line)) this.release();
    return line;
  }

  /** The line after its message; kept when it may carry another. */
  giveBack(line: Line): void {
    const worn = line.carried >= this.limits.messages_per_connection_max;
    if (line.usable && !worn && !this.closed) this.resting.push({ line, since_ms: performance.now() });
    else line.close();
    this.release();
  }

  async close(): Promise<void> {
    const allBack = new Promise<void>((resolve) => (this.closed = resolve));
    for (const { line } of this.resting.splice(0)) line.close();
    if (this.taken > 0) await allBack;
  }

  private release(): void {
    const next = this.queue.shift();
    // The place passes on without becoming free, or a newcomer could slip in before the one who waited.
    if (next) return next();
    this.taken--;
    if (this.taken === 0) this.closed?.();
  }

  private turn(wait_ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const granted = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.queue.splice(this.queue.indexOf(granted), 1);
        resolve(false);
      }, wait_ms);
      this.queue.push(granted);
    });
  }
}

function lineOptions(url: string): LineOptions {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  if (protocol !== 'smtp:' && protocol !== 'smtps:')
    throw new TypeError(`an SMTP URL begins with smtp:// or smtps://, not ${protocol}//`);
  const tls = searchParams.get('tls') ?? (username ? 'required' : 'offered');
  if (!['required', 'offered', 'never'].includes(tls)) throw new TypeError(`tls is required, offered or never, not ${tls}`);
  const secure = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    // A password never crosses the network in the clear unless the URL says so.
    requireTLS: tls === 'required' && !secure,
    ignoreTLS: tls === 'never',
    ...(username ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
  } as LineOptions;
}
