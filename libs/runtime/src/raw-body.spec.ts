import { once } from 'node:events';
import { createServer, request as call, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rawBody } from './raw-body';

const MAX = 200_000;

describe('the bytes of a request', () => {
  let server: Server;
  const outcomes: (number | string)[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      rawBody(request, MAX).then(
        (body) => response.end(String(body.length)),
        (error: Error & { getStatus?: () => number }) => {
          outcomes.push(error.getStatus!());
          response.writeHead(error.getStatus!()).end();
        },
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());

  /** Sends these bytes, so many at a time and without saying how many they are. */
  async function sent(bytes: number, headers: Record<string, string> = {}): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      method: 'POST', headers, duplex: 'half',
      body: new ReadableStream({
        start(controller) {
          for (let left = bytes; left > 0; left -= 10_000) controller.enqueue(new Uint8Array(Math.min(10_000, left)));
          controller.close();
        },
      }),
    } as RequestInit);
    return `${response.status} ${await response.text()}`;
  }

  it('are read whole', async () => {
    expect([await sent(0), await sent(MAX)]).toEqual(['200 0', `200 ${MAX}`]);
  });

  it('are refused with an answer where they are too many, told before or not, or compressed', async () => {
    expect(await sent(MAX + 1)).toBe('413 ');
    expect(await sent(40 * MAX)).toBe('413 ');
    expect((await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { method: 'POST', body: new Uint8Array(MAX + 1) })).status).toBe(413);
    expect(await sent(10, { 'content-encoding': 'gzip' })).toBe('415 ');
  });

  it('are a problem of the sender\'s where they break off', async () => {
    outcomes.length = 0;
    const request = call({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': '1000' } });
    request.on('error', () => undefined);
    request.write('x');
    await once(server, 'request');
    request.destroy();
    while (outcomes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(outcomes).toEqual([400]);
  });
});
