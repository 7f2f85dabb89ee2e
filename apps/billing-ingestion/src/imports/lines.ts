import { PassThrough, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const FIRST_LINE_BYTES_MAX = 64 * 1024;

/** The separator that the header row uses, comma or semicolon (as Brazilian spreadsheets write), and the stream whole again. */
export async function delimiterOf(stream: Readable): Promise<{ first: ',' | ';'; rest: Readable }> {
  const rest = new PassThrough();
  const chunks: Buffer[] = [];
  let size = 0;
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) break;
    const chunk = Buffer.from(value as Buffer);
    chunks.push(chunk);
    size += chunk.length;
    if (chunk.includes(10) || size > FIRST_LINE_BYTES_MAX) break;
  }
  const head = Buffer.concat(chunks);
  const line = head.toString('utf8').split('\n', 1)[0]!;
  void pump(head, iterator, rest);
  return { first: line.split(';').length > line.split(',').length ? ';' : ',', rest };
}

async function pump(head: Buffer, iterator: AsyncIterator<Buffer | string>, rest: PassThrough): Promise<void> {
  try {
    rest.write(head);
    for (let next = await iterator.next(); !next.done; next = await iterator.next())
      if (!rest.write(next.value)) await new Promise<void>((resolve) => rest.once('drain', resolve).once('close', resolve));
    rest.end();
  } catch (error) {
    rest.destroy(error as Error);
  }
}

/** The lines of a stream; one longer than the limit is handed on cut, in pieces of at most the limit, and will not parse. */
export async function* linesOf(stream: Readable, bytesMax: number): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let held = '';
  for await (const chunk of stream as AsyncIterable<Buffer | string>) {
    held += typeof chunk === 'string' ? chunk : decoder.write(chunk);
    const lines = held.split('\n');
    held = lines.pop()!;
    yield* lines.map((line) => line.replace(/^\uFEFF/, ''));
    while (held.length > bytesMax) {
      yield held.slice(0, bytesMax);
      held = held.slice(bytesMax);
    }
  }
  held += decoder.end();
  if (held !== '') yield held.replace(/^\uFEFF/, '');
}
