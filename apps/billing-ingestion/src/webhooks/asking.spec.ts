import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WallClock } from '@emdia/clock';
import { Asking, Unanswered } from './asking';

class PatientClock extends WallClock {
  readonly waits: number[] = [];
  override async sleep(waitMs: number): Promise<void> {
    this.waits.push(waitMs);
  }
}

describe('asking a platform', () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse, count: number) => void;
  let asked: IncomingMessage[];
  let wall: PatientClock;
  const ask = (path = '/v1/invoices/1') => new Asking(wall).ask({ base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, headers: { authorization: 'Bearer token-of-ours' } }, path);

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response, asked.push(request)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    asked = [];
    wall = new PatientClock();
  });

  it('sends its credentials and keeps amounts as they are written', async () => {
    answer = (_, response) => response.end('{"amount": 10.10}');
    expect(await ask()).toEqual({ amount: '10.10' });
    expect(asked.map(({ url, headers }) => [url, headers.authorization])).toEqual([['/v1/invoices/1', 'Bearer token-of-ours']]);
  });

  it('tries again after a fault of the platform, once', async () => {
    answer = (_, response, count) => response.writeHead(count === 1 ? 503 : 200).end('[]');
    expect(await ask()).toEqual([]);
    answer = (_, response) => response.writeHead(500).end('Ana Souza');
    await expect(ask()).rejects.toThrow(/answered 500\.$/);
    expect([asked.length, wall.waits]).toEqual([4, [250, 250]]);
  });

  it.each([
    ['answered 404', (response: ServerResponse) => response.writeHead(404).end()],
    ['answered 302', (response: ServerResponse) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['answered with something that is no JSON', (response: ServerResponse) => response.end('<html>Ana Souza</html>')],
    ['answered with more than 1048576 bytes', (response: ServerResponse) => response.end(`"${'x'.repeat(1_100_000)}"`)],
  ])('says what came instead, at once and without a word of it: %s', async (said, send) => {
    answer = (_, response) => void send(response);
    const error: Error = await ask().then(() => new Error('it answered'), (failed: Error) => failed);
    expect(error).toBeInstanceOf(Unanswered);
    expect(error.message).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+ ${said}\\.$`));
    expect(asked).toHaveLength(1);
  });

  it('says that nobody is there', async () => {
    await expect(new Asking(wall).ask({ base_url: 'http://127.0.0.1:1', headers: {} }, '/')).rejects.toThrow('127.0.0.1:1 could not be reached.');
    expect(wall.waits).toEqual([250]);
  });
});
