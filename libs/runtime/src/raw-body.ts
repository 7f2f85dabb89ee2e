import type { IncomingMessage } from 'node:http';
import { problem } from './problem';

const inWords = (bytes: number): string => (bytes >= 2 ** 20 ? `${Math.floor(bytes / 2 ** 20)} MiB` : `${bytes} bytes`);

/** The bytes of a request as they come, for handlers of `raw` paths; a 413 problem where there are more than `bytesMax`. */
export async function* rawParts(request: IncomingMessage, bytesMax: number): AsyncGenerator<Buffer> {
  const tooLarge = (): Error => problem(413, 'too-large', 'The body is too large', `It has at most ${inWords(bytesMax)}.`);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw problem(415, 'unsupported-media-type', 'The body cannot be read', 'Send it without compression.');
  if (Number(request.headers['content-length'] ?? NaN) > bytesMax) throw tooLarge();
  // Not destroyed: the rest flows by unread, so that the answer is not lost in a broken connection.
  const chunks = request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (let bytes = 0; ; ) {
    const { done, value } = await chunks.next().catch(() => {
      throw problem(400, 'unreadable-body', 'The body cannot be read', 'It did not arrive whole. Send it again.');
    });
    if (done) return;
    bytes += value.length;
    if (bytes > bytesMax) {
      await chunks.return?.();
      throw tooLarge();
    }
    yield value;
  }
}

/** The same as a whole. */
export async function rawBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of rawParts(request, bytesMax)) parts.push(part);
  return Buffer.concat(parts);
}
