import { connect } from 'node:net';
import { createTransport } from 'nodemailer';
import { startMailSink, type MailSink, type MailSinkOptions } from './index';

describe('the mail sink', () => {
  let sink: MailSink;
  const transports: { close(): void }[] = [];
  afterEach(async () => {
    for (const transport of transports.splice(0)) transport.close();
    await sink.stop();
  });

  async function given(options: MailSinkOptions = {}) {
    sink = await startMailSink(options);
    const transport = createTransport({ url: sink.smtpUrl.split('?')[0]!, ignoreTLS: true, pool: true, maxConnections: 1 });
    transports.push(transport);
    return (changes: Record<string, unknown> = {}) => transport.sendMail({
      from: 'Padaria São João <contato@padaria.invalid>',
      to: 'Maria@Cliente.invalid',
      subject: 'Ação: lembrete de vencimento para você, que é uma linha longa o bastante para ser dobrada',
      text: 'Olá, Maria.',
      html: '<p>Olá, <b>Maria</b>.</p><script>alert(1)</script>',
      messageId: '<notice-1@emdia.invalid>',
      headers: { 'X-Emdia-Notice': 'notice-1', 'X-Emdia-Purpose': 'collection', 'X-Other': 'no' },
      ...changes,
    });
  }

  test('keeps what it accepts, with the headers read at reception', async () => {
    const send = await given();
    await send({ date: new Date('2025-06-12T13:00:00Z') });
    expect(sink.count()).toBe(1);
    expect(sink.messages()).toEqual([{
      sequence: 1,
      message_id: '<notice-1@emdia.invalid>',
      from: 'contato@padaria.invalid',
      to: ['maria@cliente.invalid'],
      subject: 'Ação: lembrete de vencimento para você, que é uma linha longa o bastante para ser dobrada',
      date: 'Thu, 12 Jun 2025 13:00:00 +0000',
      emdia: { 'x-emdia-notice': 'notice-1', 'x-emdia-purpose': 'collection' },
      bytes: expect.any(Number),
    }]);
    expect(await sink.content(1)).toEqual({ text: 'Olá, Maria.', html: expect.stringContaining('<b>Maria</b>') });
  });

  test('the envelope says where a message went, not its headers', async () => {
    const send = await given();
    await send({ envelope: { from: 'a@b.invalid', to: ['x@y.invalid', 'z@y.invalid'] } });
    expect(sink.messages()[0]).toMatchObject({ from: 'a@b.invalid', to: ['x@y.invalid', 'z@y.invalid'] });
  });

  test('headers stay bounded, the count stays exact', async () => {
    const send = await given({ messages_max: 5 });
    for (let i = 1; i <= 12; i++) await send({ to: `c${i}@x.invalid` });
    expect(sink.count()).toBe(12);
    expect(sink.messages().map((message) => message.sequence)).toEqual([8, 9, 10, 11, 12]);
    expect(sink.messages({ after: 10 }).map((message) => message.to[0])).toEqual(['c11@x.invalid', 'c12@x.invalid']);
    expect(sink.messages({ to: 'C9@x' })).toHaveLength(1);
    expect(await sink.content(7)).toBeUndefined();
  });

  test('bodies stay under their cap, oldest go first, the newest always stays', async () => {
    const send = await given({ body_bytes_max: 30_000 });
    for (let i = 1; i <= 5; i++) await send({ text: 'x'.repeat(9_000), html: undefined });
    expect(sink.messages()).toHaveLength(5);
    const kept = (sequences: number[]) => Promise.all(sequences.map(async (n) => (await sink.content(n)) !== undefined));
    expect(await kept([1, 2, 3, 4, 5])).toEqual([false, false, true, true, true]);
    await send({ text: 'x'.repeat(90_000), html: undefined });
    expect(await kept([5, 6])).toEqual([false, true]);
    expect((await fetch(`${sink.url}/messages/1/html`)).status).toBe(410);
    expect(await (await fetch(`${sink.url}/messages/1`)).text()).toContain('já deu lugar');
  });

  test('programs read it as JSON, page by page', async () => {
    const send = await given();
    for (let i = 1; i <= 5; i++) await send({ to: `${i % 2 ? 'odd' : 'even'}@x.invalid` });
    type Answer = { count: number; messages: { sequence: number }[] };
    const read = async (query: string) => (await fetch(`${sink.url}/messages${query}`)).json() as Promise<Answer>;
    expect((await read('')).count).toBe(5);
    expect((await read('?to=odd@')).messages.map((message) => message.sequence)).toEqual([1, 3, 5]);
    expect((await read('?after=1&limit=2')).messages.map((message) => message.sequence)).toEqual([2, 3]);
    expect((await read('?after=nonsense')).messages).toHaveLength(5);
  });

  test('people read it as pages that a letter cannot break out of', async () => {
    const send = await given();
    await send({ subject: '<img src=x onerror=alert(1)> "é"' });
    const list = await (await fetch(`${sink.url}/?to=${encodeURIComponent('"><script>')}`)).text();
    expect(list).toContain('Nenhuma mensagem para este endereço');
    expect(list).not.toContain('<script>');
    expect(await (await fetch(sink.url)).text()).toContain('&lt;img src=x onerror=alert(1)&gt;');
    const one = await (await fetch(`${sink.url}/messages/1`)).text();
    expect(one).toMatch(/<iframe[^>]* sandbox src="\/messages\/1\/html">/);
    expect(one).toContain('<pre>Olá, Maria.</pre>');
    expect(one).not.toContain('<img');
    const letter = await fetch(`${sink.url}/messages/1/html`);
    expect(letter.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
    expect(await letter.text()).toContain('<b>Maria</b>');
  });

  test('what is not there, and what may not be done', async () => {
    await given();
    expect((await fetch(`${sink.url}/messages/1`)).status).toBe(404);
    expect((await fetch(`${sink.url}/etc/passwd`)).status).toBe(404);
    expect((await fetch(sink.url, { method: 'POST' })).status).toBe(405);
    expect(await (await fetch(sink.url)).text()).toContain('Ainda não chegou nenhuma mensagem');
  });

  test('a message over the size limit is refused and not counted', async () => {
    const send = await given();
    const raw = `Subject: big\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(155_000)}`;
    await expect(send({ raw, envelope: { from: 'a@b.invalid', to: 'x@y.invalid' } })).rejects.toThrow(/552|size/i);
    expect(sink.count()).toBe(0);
  });

  test('a taken port is said plainly, and nothing stays open', async () => {
    await given();
    const port = Number(new URL(sink.url).port);
    await expect(startMailSink({ httpPort: port })).rejects.toThrow(`the mail sink cannot listen for HTTP on 127.0.0.1:${port}`);
    await expect(startMailSink({ smtpPort: port })).rejects.toThrow('the mail sink cannot listen for SMTP');
  });

  test('stops although senders hold connections open', async () => {
    await given();
    const socket = connect(Number(new URL(sink.smtpUrl).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('data', resolve));
    const begun_ms = performance.now();
    await sink.stop();
    expect(performance.now() - begun_ms).toBeLessThan(2000);
    sink = await startMailSink();
  });
});
