import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { wholeResponses } from './kafka-socket';

const plain = ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }) => connect({ host, port }, onConnect);
const response = (...body: number[]): Buffer => {
  const bytes = Buffer.alloc(4 + body.length);
  bytes.writeInt32BE(body.length);
  bytes.set(body, 4);
  return bytes;
};

describe('a socket to Kafka', () => {
  let server: Server;
  const accepted: Socket[] = [];
  beforeAll(async () => {
    server = createServer((socket) => void accepted.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
  });
  const port = () => (server.address() as AddressInfo).port;

  it('hands on whole responses, however the network cuts and joins them', async () => {
    const sent = Buffer.concat([response(1, 2, 3), response(), response(4), response(...Array.from({ length: 300 }, (_, n) => n % 256))]);
    for (const size of [1, 2, 3, 5, 7, 1000]) {
      const chunks: Buffer[] = [];
      const socket = wholeResponses({ host: '127.0.0.1', port: port(), ssl: undefined as never, onConnect: () => undefined }).on('data', (chunk: Buffer) => chunks.push(chunk));
      // As the network does, without waiting for it to cut as wanted.
      for (let from = 0; from < sent.length; from += size) socket.push(sent.subarray(from, from + size));
      await pause(5);
      expect([size, Buffer.concat(chunks)]).toEqual([size, sent]);
      for (const chunk of chunks) {
        let at = 0;
        while (at < chunk.length) at += 4 + chunk.readInt32BE(at);
        expect(at).toBe(chunk.length);
      }
      socket.destroy();
    }
  });

  // Of kafkajs itself, so that a version that needs no help is noticed.
  it.each<[string, object, number[]]>([
    ['understands the next connection', { socketFactory: wholeResponses }, [7]],
    ['would take its bytes for the rest of a response that broke off', { socketFactory: plain }, []],
  ])('%s', async (_, options, understood) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- kafkajs does not export its connection
    const Connection = require('kafkajs/src/network/connection');
    const connection = new Connection({ ...options, host: '127.0.0.1', port: port(), connectionTimeout: 500, logger: { namespace: () => ({ debug: () => undefined, error: () => undefined }) } });
    const heard: number[] = [];
    connection.requestQueue.fulfillRequest = ({ correlationId }: { correlationId: number }) => void heard.push(correlationId);
    accepted.length = 0;
    await connection.connect();
    await pause(20);
    accepted[0]!.end(response(0, 0, 0, 6, 1, 2, 3).subarray(0, 9));
    await pause(50);
    await connection.connect();
    await pause(20);
    accepted[1]!.write(response(0, 0, 0, 7, 1, 2, 3));
    await pause(50);
    expect(heard.filter((id) => id === 7)).toEqual(understood);
    await connection.disconnect();
  });
});
