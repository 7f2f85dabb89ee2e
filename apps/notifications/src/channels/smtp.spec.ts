import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { simpleParser } from 'mailparser';
import { createSmtpChannel, type Mail, type SmtpChannel, type SmtpOptions } from './smtp';

/** What the server does at one point of the dialogue: say this, hang up, say nothing, or say this without an end and hang up. */
type Act = string | { drop: true } | { silence: true } | { half: string } | { later_ms: number; say: string };
type Point = 'greeting' | 'ehlo' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body';

const POLITE: Record<Point, Act> = {
  greeting: '220 ready',
  ehlo: '250 scripted',
  auth: '235 welcome',
  mail: '250 ok',
  rcpt: '250 ok',
  data: '354 go ahead',
  body: '250 2.0.0 queued as Q1',
};

/** A real SMTP server whose every word is given; keeps what it heard. */
class ScriptedServer {
  readonly bodies: string[] = [];
  readonly commands: string[] = [];
  connections = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(private readonly acts: Record<Point, Act>) {
    this.server = createServer((socket) => this.serve(socket));
  }

  async url(suffix = '', login = ''): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `smtp://${login}127.0.0.1:${(this.server.address() as AddressInfo).port}${suffix}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    let inBody = false;
    let heard = '';
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (chunk) => {
      heard += chunk.toString('utf8');
      for (;;) {
        const mark = inBody ? '\r\n.\r\n' : '\r\n';
        const end = heard.indexOf(mark);
        if (end < 0) return;
        const said = heard.slice(0, end);
        heard = heard.slice(end + mark.length);
        if (inBody) {
          inBody = false;
          this.bodies.push(said);
          this.act(socket, 'body');
          continue;
        }
        this.commands.push(said);
        const point = ({ EHLO: 'ehlo', AUTH: 'auth', MAIL: 'mail', RCPT: 'rcpt', DATA: 'data' } as const)[said.slice(0, 4)];
        if (point === 'data') inBody = typeof this.acts.data === 'string' && this.acts.data.startsWith('354');
        if (point) this.act(socket, point);
        else socket.write(said === 'STARTTLS' ? '502 no\r\n' : '250 ok\r\n');
      }
    });
    this.act(socket, 'greeting');
  }

  private act(socket: Socket, point: Point): void {
    const act = this.acts[point];
    if (typeof act === 'string') socket.write(`${act}\r\n`);
    else if ('half' in act) socket.end(act.half);
    else if ('drop' in act) socket.destroy();
    else if ('later_ms' in act) setTimeout(() => socket.writable && socket.write(`${act.say}\r\n`), act.later_ms);
  }
}

const mail = (changes: Partial<Mail> = {}): Mail => ({
  from: { name: 'Padaria São João', address: 'contato@padaria.invalid' },
  to: 'maria@cliente.invalid',
  subject: 'Padaria São João: lembrete',
  text: 'Olá, Maria.\n.\nAté logo.\n',
  html: '<p>Olá, Maria.</p>',
  idempotency_key: 'notice-1',
  ...changes,
});

describe('the SMTP channel', () => {
  const open: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.stop();
  });

  async function given(acts: Partial<Record<Point, Act>> = {}, options: Partial<SmtpOptions> = {}) {
    const server = new ScriptedServer({ ...POLITE, ...acts });
    const channel = channelTo(await server.url('?tls=never'), options);
    open.push({ stop: () => server.stop() });
    return { server, channel };
  }

  function channelTo(url: string, options: Partial<SmtpOptions> = {}): SmtpChannel {
    const channel = createSmtpChannel({ url, message_id_domain: 'emdia.invalid', ...options });
    open.push({ stop: () => channel.close() });
    return channel;
  }

  const send = (channel: SmtpChannel, changes: Partial<Mail> = {}, timeout_ms = 5000) => channel.send(mail(changes), { timeout_ms });

  test('an accepted message gives the words of the server as provider id', async () => {
    const { channel, server } = await given();
    expect(await send(channel)).toEqual({ outcome: 'accepted', provider_id: 'queued as Q1' });
    expect(server.bodies).toHaveLength(1);
    expect(server.commands).toEqual(expect.arrayContaining(['MAIL FROM:<contato@padaria.invalid>', 'RCPT TO:<maria@cliente.invalid>']));
  });

  describe('certainly not accepted, worth another try', () => {
    const cases: [string, Partial<Record<Point, Act>>][] = [
      ['421 as greeting', { greeting: '421 too many connections' }],
      ['554 as greeting: the server, not the person', { greeting: '554 go away' }],
      ['hang-up instead of a greeting', { greeting: { drop: true } }],
      ['451 to MAIL', { mail: '451 try later' }],
      ['530 to MAIL: our account', { mail: '530 authentication required' }],
      ['450 to RCPT', { rcpt: '450 greylisted' }],
      ['421 to RCPT', { rcpt: '421 closing' }],
      ['452 to DATA', { data: '452 no room' }],
      ['451 to the body', { body: '451 could not queue' }],
      ['421 to the body', { body: '421 shutting down, not accepted' }],
      ['hang-up at MAIL', { mail: { drop: true } }],
      ['hang-up at RCPT', { rcpt: { drop: true } }],
      ['hang-up at DATA, before the body', { data: { drop: true } }],
    ];
    test.each(cases)('%s', async (_name, acts) => {
      const { channel } = await given(acts);
      expect(await send(channel)).toMatchObject({ outcome: 'not_accepted', retry: true });
    });

    test('nobody listens', async () => {
      const server = new ScriptedServer(POLITE);
      const url = await server.url('?tls=never');
      await server.stop();
      const outcome = await send(channelTo(url));
      expect(outcome).toMatchObject({ outcome: 'not_accepted', retry: true, reason: expect.stringContaining('ECONNREFUSED') });
    });

    test.each<[string, Partial<Record<Point, Act>>]>([
      ['no greeting', { greeting: { silence: true } }],
      ['no answer to MAIL', { mail: { silence: true } }],
      ['no answer to DATA', { data: { silence: true } }],
    ])('time-out: %s', async (_name, acts) => {
      const { channel, server } = await given(acts);
      expect(await send(channel, {}, 150)).toMatchObject({ outcome: 'not_accepted', retry: true });
      expect(server.bodies).toHaveLength(0);
    });

    test('after a time-out a late "go ahead" finds nobody: what was told as not accepted is never sent', async () => {
      const { channel, server } = await given({ data: { later_ms: 250, say: '354 go ahead' } });
      expect(await send(channel, {}, 100)).toMatchObject({ outcome: 'not_accepted', retry: true });
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(server.commands.filter((said) => !/^(EHLO|MAIL|RCPT|DATA)/.test(said))).toEqual([]);
      expect(server.bodies).toHaveLength(0);
    });
  });

  test.each<[string, Partial<Record<Point, Act>>]>([
    ['550 to RCPT', { rcpt: '550 5.1.1 no such user' }],
    ['550 to MAIL', { mail: '550 sender refused' }],
    ['554 to DATA', { data: '554 no valid recipients' }],
    ['554 to the body', { body: '554 refused as spam' }],
  ])('final refusal: %s', async (_name, acts) => {
    const { channel } = await given(acts);
    expect(await send(channel)).toMatchObject({ outcome: 'not_accepted', retry: false });
  });

  describe('unknown: the server had the body and did not say a clear word', () => {
    test.each<[string, Act]>([
      ['hang-up', { drop: true }],
      ['silence', { silence: true }],
      ['half a reply, then hang-up', { half: '250 2.0.0 qu' }],
      ['half a refusal, then hang-up', { half: '55' }],
      ['a reply that is none', '999 what'],
    ])('%s', async (_name, body) => {
      const { channel, server } = await given({ body });
      expect(await send(channel, {}, 300)).toMatchObject({ outcome: 'unknown' });
      expect(server.bodies).toHaveLength(1);
    });

    test('it is never sent again by the channel itself, not even over the next connection', async () => {
      const { channel, server } = await given({ body: { drop: true } });
      await send(channel);
      await send(channel, { idempotency_key: 'notice-2' });
      const ids = server.bodies.map((body) => /^Message-ID: (.*)$/m.exec(body)?.[1]?.trim());
      expect(ids).toEqual(['<notice-1@emdia.invalid>', '<notice-2@emdia.invalid>']);
    });
  });

  test('reasons do not carry the address that a server repeats', async () => {
    const { channel } = await given({ rcpt: '550 5.1.1 <maria@cliente.invalid> unknown' });
    const outcome = await send(channel);
    expect(JSON.stringify(outcome)).toContain('unknown');
    expect(JSON.stringify(outcome)).not.toContain('maria@');
  });

  test('what is not one plain address reaches no server', async () => {
    const { channel, server } = await given();
    for (const to of ['a@b.invalid, c@d.invalid', 'a@b.invalid\r\nBcc: x@y.invalid', '<a@b.invalid>', 'a b@c.invalid', 'nobody', ''])
      expect(await send(channel, { to })).toMatchObject({ outcome: 'not_accepted', retry: false });
    expect(server.connections).toBe(0);
  });

  test('line breaks forge no header, wherever they come from', async () => {
    const { channel, server } = await given();
    const evil = 'x\r\nBcc: victim@other.invalid\r\n\r\nbody';
    await send(channel, {
      from: { name: evil, address: 'contato@padaria.invalid' }, subject: evil, idempotency_key: evil,
      headers: { 'X-Emdia-Notice': evil }, stop: { email: `stop@emdia.invalid${evil}` },
    });
    const parsed = await simpleParser(server.bodies[0]!);
    expect([...parsed.headers.keys()].sort()).toEqual([
      'auto-submitted', 'content-type', 'date', 'from', 'list', 'message-id', 'mime-version', 'subject', 'to', 'x-emdia-notice',
    ]);
    await expect(send(channel, { headers: { 'X-A: b\r\nBcc': 'victim@other.invalid' } })).rejects.toThrow(RangeError);
  });

  test('the message: both bodies whole, its id from the key, its date from business time, its way to stop', async () => {
    const { channel, server } = await given();
    await send(channel, {
      sent_at: new Date('2025-06-12T13:00:00Z'),
      stop: { email: 'parar@emdia.invalid', url: 'https://emdia.invalid/parar/abc' },
      headers: { 'Reply-To': 'financeiro@padaria.invalid', 'X-Emdia-Purpose': 'collection' },
      html: `<p>${'Ação é útil à você. '.repeat(500)}</p>`,
    });
    const parsed = await simpleParser(server.bodies[0]!);
    expect(parsed.text).toBe('Olá, Maria.\n.\nAté logo.\n');
    expect(parsed.html).toBe(`<p>${'Ação é útil à você. '.repeat(500)}</p>`);
    expect(parsed.from?.value).toEqual([{ name: 'Padaria São João', address: 'contato@padaria.invalid' }]);
    expect(parsed.messageId).toBe('<notice-1@emdia.invalid>');
    expect(parsed.date?.toISOString()).toBe('2025-06-12T13:00:00.000Z');
    expect(parsed.replyTo?.text).toBe('financeiro@padaria.invalid');
    expect(parsed.headers.get('x-emdia-purpose')).toBe('collection');
    expect(server.bodies[0]!.replace(/\r\n\s+/g, ' ')).toContain(
      'List-Unsubscribe: <mailto:parar@emdia.invalid?subject=parar>, <https://emdia.invalid/parar/abc>\r\n',
    );
    for (const line of server.bodies[0]!.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  });

  describe('the pool', () => {
    test('keeps one connection for messages in a row, and changes it after its share', async () => {
      const { channel, server } = await given({}, { messages_per_connection_max: 3 });
      for (let i = 0; i < 6; i++) expect(await send(channel)).toMatchObject({ outcome: 'accepted' });
      expect(server.connections).toBe(2);
    });

    test('opens no more than its maximum, and everyone gets through', async () => {
      const { channel, server } = await given({}, { connections_max: 3 });
      const outcomes = await Promise.all(Array.from({ length: 40 }, (_, i) => send(channel, { idempotency_key: `n-${i}` })));
      expect(outcomes.every((outcome) => outcome.outcome === 'accepted')).toBe(true);
      expect(server.connections).toBe(3);
      expect(new Set(server.bodies.map((body) => /^Message-ID: (.*)$/m.exec(body)?.[1])).size).toBe(40);
    });

    test('whoever waits too long for a connection was not sent, now or later', async () => {
      const { channel, server } = await given({ body: { later_ms: 400, say: '250 ok' } }, { connections_max: 1, wait_ms_max: 100 });
      const [first, second] = await Promise.all([send(channel), send(channel, { idempotency_key: 'notice-2' })]);
      expect(first).toMatchObject({ outcome: 'accepted' });
      expect(second).toMatchObject({ outcome: 'not_accepted', retry: true });
      expect(server.bodies).toHaveLength(1);
      expect(await send(channel, { idempotency_key: 'notice-3' })).toMatchObject({ outcome: 'accepted' });
    });

    test('a resting connection that the server closed is replaced', async () => {
      const server = new ScriptedServer(POLITE);
      const channel = channelTo(await server.url('?tls=never'));
      await send(channel);
      for (const socket of server['sockets']) socket.end('421 idle too long\r\n');
      await new Promise((resolve) => setTimeout(resolve, 50));
      open.push({ stop: () => server.stop() });
      expect(await send(channel)).toMatchObject({ outcome: 'accepted' });
      expect(server.connections).toBe(2);
    });

    test('close lets the message under way finish, and takes no more', async () => {
      const { channel, server } = await given({ body: { later_ms: 150, say: '250 ok' } });
      const underWay = send(channel);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const closing = channel.close();
      expect(await send(channel)).toMatchObject({ outcome: 'not_accepted', retry: true, reason: 'the channel is closed' });
      expect(await underWay).toMatchObject({ outcome: 'accepted' });
      await closing;
      expect(server.bodies).toHaveLength(1);
    });
  });

  describe('accounts', () => {
    const withAuth = { ehlo: '250-scripted\r\n250 AUTH PLAIN' };

    test('logs in before sending', async () => {
      const server = new ScriptedServer({ ...POLITE, ...withAuth });
      open.push({ stop: () => server.stop() });
      const channel = channelTo(await server.url('?tls=never', 'ana:s%40nha@'));
      expect(await send(channel)).toMatchObject({ outcome: 'accepted' });
      expect(server.commands).toContain(`AUTH PLAIN ${Buffer.from('\0ana\0s@nha').toString('base64')}`);
    });

    test('a refused password is about us: the letter may be tried again', async () => {
      const server = new ScriptedServer({ ...POLITE, ...withAuth, auth: '535 wrong' });
      open.push({ stop: () => server.stop() });
      expect(await send(channelTo(await server.url('?tls=never', 'ana:x@')))).toMatchObject({ outcome: 'not_accepted', retry: true });
    });

    test('a password never crosses a connection without TLS unless the URL says so', async () => {
      const server = new ScriptedServer({ ...POLITE, ...withAuth });
      open.push({ stop: () => server.stop() });
      expect(await send(channelTo(await server.url('', 'ana:x@')))).toMatchObject({ outcome: 'not_accepted', retry: true });
      expect(server.commands.filter((said) => /^(AUTH|MAIL)/.test(said))).toEqual([]);
    });
  });

  test('a URL that cannot work is refused at once', () => {
    for (const url of ['http://localhost', 'smtp://localhost?tls=maybe', 'localhost:25'])
      expect(() => createSmtpChannel({ url, message_id_domain: 'x.invalid' })).toThrow(TypeError);
  });
});
