import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Link, type LinkFault } from './link';

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 300) throw new Error(`Not within 3 s: ${String(condition)}`);
    await pause(10);
  }
}

describe('a link', () => {
  let echo: Server;
  let link: Link;
  const atServer: Socket[] = [];
  beforeAll(async () => {
    echo = createServer((socket) => {
      atServer.push(socket);
      socket.on('error', () => undefined).on('data', (chunk) => socket.write(chunk));
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    // The first target refuses: the link goes on to the next.
    link = await Link.open('spec', 0, [1, (echo.address() as AddressInfo).port]);
  });
  afterAll(() => {
    link.close();
    echo.close();
    for (const socket of atServer) socket.destroy();
  });

  async function opened() {
    const socket = connect(((link as unknown as { server: Server }).server.address() as AddressInfo).port, '127.0.0.1');
    const heard = { text: '', error: '', closed: false };
    socket.on('data', (chunk) => (heard.text += String(chunk))).on('error', (error: NodeJS.ErrnoException) => (heard.error = error.code ?? '')).on('close', () => (heard.closed = true));
    socket.write('hello ');
    await until(() => heard.text === 'hello ');
    return { socket, heard };
  }

  it('carries bytes both ways, and an end', async () => {
    const { socket, heard } = await opened();
    socket.end();
    await until(() => heard.closed);
    expect(heard).toEqual({ text: 'hello ', error: '', closed: true });
  });

  it.each<[LinkFault, object]>([
    ['delay', { text: 'hello ', error: '', closed: false }],
    ['reset', { text: 'hello ', error: 'ECONNRESET', closed: true }],
    ['half-open', { text: 'hello ', error: '', closed: false }],
    ['cut', { text: 'hello ', error: 'ECONNRESET', closed: true }],
    ['silence', { text: 'hello ', error: '', closed: false }],
  ])('%s: what is said then', async (fault, expected) => {
    const { socket, heard } = await opened();
    const heal = link.fault(fault, 0.49);
    await pause(10);
    if (!socket.destroyed) socket.write('world');
    await pause(60);
    if (fault === 'reset' || fault === 'cut') await until(() => heard.closed);
    expect(heard).toEqual(expected);
    heal();
    socket.destroy();
  });

  it('keeps the order of what a delay or a silence held back', async () => {
    for (const fault of ['delay', 'silence'] as const) {
      const { socket, heard } = await opened();
      const heal = link.fault(fault, 0.5);
      socket.write('1');
      await pause(20);
      socket.write('2');
      heal();
      await pause(5);
      socket.write('3');
      await until(() => heard.text === 'hello 123');
      socket.destroy();
    }
  });

  it('leaves one side of a half-open connection in the belief that all is well', async () => {
    const { socket, heard } = await opened();
    const heal = link.fault('half-open', 0.9);
    await until(() => heard.closed);
    expect(atServer.at(-1)!.destroyed).toBe(false);
    heal();
    await until(() => atServer.at(-1)!.destroyed);
    socket.destroy();
  });
});
