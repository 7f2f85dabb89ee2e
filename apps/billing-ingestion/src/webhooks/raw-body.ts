import type { IncomingMessage } from 'node:http';
import { problem } from '@emdia/runtime';

/** Platforms send some kilobytes; an invoice of Stripe with many lines a few hundred. */
export const BODY_BYTES_MAX = 1024 * 1024;

const tooLarge = (): Error => problem(413, 'too-large', 'The body is too large', 'A webhook has at most 1 MiB.');

/** The bytes of a request as they were sent: what was signed is these and no others. */
export function rawBody(request: IncomingMessage): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw problem(415, 'unsupported-media-type', 'The body cannot be read', 'Send it without compression.');
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
      // The rest flows by unread, so that the answer is not lost in a broken connection.
      else reject(tooLarge());
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => reject(problem(400, 'unreadable-body', 'The body cannot be read', 'It did not arrive whole. Send it again.')));
    request.on('aborted', () => reject(problem(400, 'unreadable-body', 'The body cannot be read', 'It did not arrive whole. Send it again.')));
  });
}
