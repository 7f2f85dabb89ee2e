import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { Mailbox, type Content, type SinkMessage } from './mailbox';
import { mailboxPages } from './pages';

/** Where the sink listens and how much it keeps; ports default to free ones, the host to 127.0.0.1. */
export type MailSinkOptions = {
  smtpPort?: number;
  httpPort?: number;
  host?: string;
  messages_max?: number;
  body_bytes_max?: number;
};

/** A running sink. */
export type MailSink = {
  /** For an SMTP channel. */
  smtpUrl: string;
  /** The mailbox for a person; `/messages` for programs. */
  url: string;
  /** E-mails ever accepted, also those no longer kept. */
  count(): number;
  /** Kept e-mails, oldest first. */
  messages(filter?: { to?: string; after?: number; limit?: number }): SinkMessage[];
  /** Text and HTML of one e-mail; undefined when its body is not kept any more. */
  content(sequence: number): Promise<Content | undefined>;
  /** Stops listening and cuts open connections. */
  stop(): Promise<void>;
};

// Connections at rest in a sender's pool would otherwise hold stop() back for smtp-server's 30 s.
const CLOSE_WAIT_MS = 100;
const MESSAGE_BYTES_MAX = 10 * 1024 * 1024;

/**
 * An SMTP server that accepts every e-mail and delivers none, with a page to read them.
 * Rejects when a port is taken. For demos, tests and development; it never talks to another machine.
 */
export async function startMailSink(options: MailSinkOptions = {}): Promise<MailSink> {
  const host = options.host ?? '127.0.0.1';
  const mailbox = new Mailbox(options.messages_max ?? 50_000, options.body_bytes_max ?? 128 * 1024 * 1024);
  const smtp = smtpServer(mailbox);
  // A client that vanishes is its own affair; without a listener its reset would end this process.
  smtp.on('error', () => undefined);
  const http = createServer(mailboxPages(mailbox));
  const smtpPort = await listening(smtp.server, options.smtpPort ?? 0, host, 'SMTP');
  const httpPort = await listening(http, options.httpPort ?? 0, host, 'HTTP').catch(async (error: unknown) => {
    await closed(smtp);
    throw error;
  });
  const named = host.includes(':') ? `[${host}]` : host;
  return {
    smtpUrl: `smtp://${named}:${smtpPort}?tls=never`,
    url: `http://${named}:${httpPort}`,
    count: () => mailbox.count,
    messages: (filter) => mailbox.list(filter),
    content: (sequence) => mailbox.content(sequence),
    async stop() {
      http.closeAllConnections();
      await Promise.all([closed(smtp), new Promise((resolve) => http.close(resolve))]);
    },
  };
}

function smtpServer(mailbox: Mailbox): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: CLOSE_WAIT_MS,
    size: MESSAGE_BYTES_MAX,
    banner: 'mail sink: accepts all, delivers none',
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anyone' }),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(Object.assign(new Error('message too large'), { responseCode: 552 }));
        const { mailFrom, rcptTo } = session.envelope;
        const { sequence } = mailbox.add(Buffer.concat(chunks), mailFrom ? mailFrom.address : '', rcptTo.map((to) => to.address));
        done(null, `kept as ${sequence}`);
      });
    },
  });
}

function listening(server: Server, port: number, host: string, what: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(new Error(`the mail sink cannot listen for ${what} on ${host}:${port}: ${error.message}`));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

const closed = (smtp: SMTPServer): Promise<void> => new Promise((resolve) => smtp.close(() => resolve()));
