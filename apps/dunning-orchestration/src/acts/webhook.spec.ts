import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as Dns from 'node:dns';
import { isInside, post, refusalOf, signature } from './webhook';

jest.mock('node:dns', () => {
  const actual = jest.requireActual<typeof Dns>('node:dns');
  const inside = [{ address: '10.0.0.7', family: 4 }];
  const lookup = (name: string, options: Dns.LookupAllOptions, done: (error: null, address: unknown, family: number) => void) =>
    (name === 'inside.example' ? done(null, options.all ? inside : '10.0.0.7', 4) : actual.lookup(name, options, done as never));
  return { ...actual, lookup };
});

it('signs time and body by each secret', () => {
  // openssl dgst -sha256 -hmac <secret> over `1700000000.{"a":1}`
  expect(signature('{"a":1}', ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'], 1_700_000_000)).toBe(
    't=1700000000,v1=f05f2539e3ae1c49aec5f8cfdad75ef6b06480b133973ffbb7ec9e18827af177,v1=986c55563a3593317977ea9e822a11c288f6b65b222f60f84fe6fe2b4733e655');
});

describe('who may be called', () => {
  it.each(['https://api.example.com/emdia?x=1', 'https://8.8.8.8/a', 'https://[2001:4860:4860::8888]/'])('%s', (address) => expect([refusalOf(address, true), refusalOf(address, false)]).toEqual([null, null]));
  it.each(['http://localhost:9/x', 'http://127.0.0.1:9/x', 'https://localhost/'])('%s in development alone', (address) => expect([refusalOf(address, false), refusalOf(address, true)]).toEqual([null, expect.any(String)]));
  it.each([
    'nonsense', 'http://api.example.com/', 'ftp://localhost/', 'https://u:p@example.com/', 'https://example.com/#x', 'https://10.1.2.3/', 'https://169.254.169.254/latest', 'https://[fd00::1]/', 'https://2130706433/', 'https://[::ffff:10.0.0.1]/',
  ])('not %s', (address) => expect(refusalOf(address, true)).toEqual(expect.any(String)));
  it('nobody inside', () => {
    expect(['10.0.0.1', '172.31.255.255', '192.168.1.1', '127.0.0.1', '169.254.169.254', '100.64.0.1', '::1', 'fe80::1', 'fd12::1', '::ffff:10.0.0.1', '224.0.0.1'].map(isInside)).toEqual(Array(11).fill(true));
    expect(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1', '::ffff:8.8.8.8'].map(isInside)).toEqual(Array(5).fill(false));
  });
});

describe('a call', () => {
  let server: Server;
  let answer: { status: number; headers?: Record<string, string> };
  const seen: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  let address: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ url: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(answer.status, answer.headers).end('x'.repeat(100_000));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    [200, { accepted: true }], [204, { accepted: true }], [422, { accepted: false, said: 'answered 422', again: false }], [404, { accepted: false, said: 'answered 404', again: false }],
    [429, { accepted: false, said: 'answered 429', again: true }], [408, { accepted: false, said: 'answered 408', again: true }], [503, { accepted: false, said: 'answered 503', again: true }],
  ])('%d', async (status, called) => {
    answer = { status };
    expect(await post(address, { 'x-test': 'ç'.length.toString() }, '{"ç":1}')).toEqual(called);
    expect(seen.at(-1)).toMatchObject({ url: '/hook', body: '{"ç":1}', headers: { 'x-test': '1' } });
  });
  it('follows no redirect', async () => {
    seen.length = 0;
    answer = { status: 307, headers: { location: '/elsewhere' } };
    expect(await post(address, {}, '{}')).toEqual({ accepted: false, said: 'answered 307', again: false });
    expect(seen.map(({ url }) => url)).toEqual(['/hook']);
  });
  it('that reaches nobody may be made again', async () => {
    expect(await post('http://127.0.0.1:1/', {}, '{}')).toEqual({ accepted: false, said: 'not reached (ECONNREFUSED)', again: true });
  });
  it('is not made where a name leads inside', async () => {
    expect(await post('https://inside.example/', {}, '{}')).toEqual({ accepted: false, said: 'its name leads into a network of ours', again: false });
  });
});
