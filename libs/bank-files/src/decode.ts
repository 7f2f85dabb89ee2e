import { isAscii, isUtf8 } from 'node:buffer';

// The mark as it is, and as it looks when it was taken for three characters of Latin-1.
const BYTE_ORDER_MARK = /^(?:\uFEFF|\u00EF\u00BB\u00BF)+/;
const SUB = /[\u001A\u0000]/g;
const LINE_END = /\r\n|\n|\r/;
const LINE_FEED = 0x0a;

/** The bytes of a file, part after part, from the first again at each call: so that a large one need not be held as a whole. */
export type Parts = () => Iterable<Uint8Array>;

/** What is read at once: some hundred lines, read in a few milliseconds. */
const STRETCH_BYTES = 64 * 2 ** 10;

/** A file's bytes in stretches that end with a line feed, and so with a whole character of either encoding. */
function* stretchesOf(parts: Parts): Generator<Buffer> {
  let begun: Buffer[] = [];
  for (const part of parts()) {
    for (let from = 0; from < part.length; from += STRETCH_BYTES) {
      const some = Buffer.from(part.buffer, part.byteOffset + from, Math.min(STRETCH_BYTES, part.length - from));
      const end = some.lastIndexOf(LINE_FEED) + 1;
      if (end > 0) {
        yield begun.length === 0 ? some.subarray(0, end) : Buffer.concat([...begun, some.subarray(0, end)]);
        begun = [];
      }
      if (end < some.length) begun.push(some.subarray(end));
    }
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}

const WINDOWS_1252 = new TextDecoder('windows-1252');

/** The text of a file whose bytes come in parts. */
export class Content {
  private constructor(
    private readonly parts: Parts,
    private readonly encoding: 'ascii' | 'utf-8' | 'windows-1252',
  ) {}

  /** By its bytes, never by what it declares: UTF-8 where the bytes are that, else Windows-1252 (Latin-1's superset). A byte order mark is dropped; it never throws. */
  static of(parts: Parts): Content {
    let isPlain = true;
    for (const stretch of stretchesOf(parts)) {
      isPlain &&= isAscii(stretch);
      if (!isPlain && !isUtf8(stretch)) return new Content(parts, 'windows-1252');
    }
    return new Content(parts, isPlain ? 'ascii' : 'utf-8');
  }

  /**
   * Of a fixed-width file, so that its characters stand in their columns. Some programs write UTF-8 and count bytes: there each byte is a column,
   * and accented names come out garbled, but the amounts after them do not.
   */
  inColumns(width: number): Content {
    if (this.encoding !== 'utf-8') return this;
    const byBytes = new Content(this.parts, 'windows-1252');
    return byBytes.whole(width) > this.whole(width) ? byBytes : this;
  }

  /** How many lines with other characters than ASCII are so long. */
  private whole(width: number): number {
    let count = 0;
    for (const text of this.texts()) for (const line of text.split(LINE_END)) if (line.length === width && /[^\x20-\x7E]/.test(line)) count++;
    return count;
  }

  /** Its text in stretches of whole lines, as `\n` ends them. */
  private *texts(): Generator<string> {
    let isFirst = true;
    for (const stretch of stretchesOf(this.parts)) {
      const text = isAscii(stretch) ? stretch.toString('latin1') : this.encoding === 'utf-8' ? stretch.toString('utf8') : WINDOWS_1252.decode(stretch);
      yield isFirst ? text.replace(BYTE_ORDER_MARK, '') : text;
      isFirst = false;
    }
  }

  text(): string {
    return [...this.texts()].join('');
  }

  /** The first characters, so many at least, or all. */
  start(characters: number): string {
    let start = '';
    for (const text of this.texts()) if ((start += text).length >= characters) break;
    return start;
  }

  /** The lines that hold something, in stretches; DOS end-of-file marks and NUL are dropped, LF, CRLF and CR end a line. */
  *lines(): Generator<readonly Line[]> {
    let number = 0;
    for (const text of this.texts()) {
      const lines: Line[] = [];
      const all = text.split(LINE_END);
      // What follows the last line end of a stretch is the next one's first line.
      const whole = text.endsWith('\n') ? all.length - 1 : all.length;
      for (let i = 0; i < whole; i++) {
        let line = all[i]!;
        number++;
        if (line.includes('\u001A') || line.includes('\u0000')) line = line.replace(SUB, '');
        if (line.trim() !== '') lines.push({ number, text: line });
      }
      yield lines;
    }
  }
}

/** One line of a fixed-width file: its physical number, 1 = the first, and its text without the line end. */
export interface Line { number: number; text: string }

/** The text of a file. */
export const decode = (bytes: Uint8Array): string => Content.of(() => [bytes]).text();
