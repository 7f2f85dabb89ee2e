import type { IncomingMessage } from 'node:http';
import { problem } from './problem';

const inWords = (bytes: number): string => (bytes >= 2 ** 20 ? `${Math.floor(bytes / 2 ** 20)} MiB` : `${bytes} bytes`);

/** The bytes of a request as they were sent, for handlers of `raw` paths; a 413 problem where there are more than `bytesMax`. */
export function rawBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const tooLarge = (): Error => problem(413, 'too-large', 'The body is too large', `It has at most ${inWords(bytesMax)}.`);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw problem(415, 'unsupported-media-type', 'The body cannot be read', 'Send it without compression.');
  const length = Number(request.headers['content-length'] ?? NaN);
  if (length > bytesMax) throw tooLarge();
  return new Promise((resolve, reject) => {
    // Where its length was told, which Node holds it to, a large body does not stand there twice while it is put together.
    const whole = Number.isNaN(length) ? null : Buffer.allocUnsafe(length);
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      whole?.set(chunk, bytes);
      bytes += chunk.length;
      if (whole) return;
      if (bytes <= bytesMax) chunks.push(chunk);
      // The rest flows by unread, so that the answer is not lost in a broken connection.
      else reject(tooLarge());
    });
    request.on('end', () => resolve(whole ?? Buffer.concat(chunks)));
    request.on('error', () => reject(problem(400, 'unreadable-body', 'The body cannot be read', 'It did not arrive whole. Send it again.')));
    request.on('aborted', () => reject(problem(400, 'unreadable-body', 'The body cannot be read', 'It did not arrive whole. Send it again.')));
  });
}
