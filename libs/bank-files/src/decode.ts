// The mark as it is, and as it looks when it was taken for three characters of Latin-1.
const BYTE_ORDER_MARK = /^(?:\uFEFF|\u00EF\u00BB\u00BF)+/;
const SUB = /[\u001A\u0000]/g;

/**
 * The text of a file by its bytes, never by what it declares: UTF-8 where the bytes are that, else Windows-1252 (Latin-1's superset).
 * A byte order mark is dropped; it never throws.
 */
export function decode(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder('windows-1252').decode(bytes);
  }
  return text.replace(BYTE_ORDER_MARK, '');
}

/** One line of a fixed-width file: its physical number, 1 = the first, and its text without the line end. */
export interface Line { number: number; text: string }

/** The lines that hold something; DOS end-of-file marks and NUL are dropped, LF, CRLF and CR end a line. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let number = 0;
  for (let line of text.split(/\r\n|\n|\r/)) {
    number++;
    if (line.includes('\u001A') || line.includes('\u0000')) line = line.replace(SUB, '');
    if (line.trim() !== '') lines.push({ number, text: line });
  }
  return lines;
}

const lengthsOf = (text: string, width: number) => text.split(/\r\n|\n|\r/).filter((line) => line.length === width && /[^\x20-\x7E]/.test(line)).length;

/**
 * A fixed-width text whose characters stand in their columns. Some programs write UTF-8 and count bytes: there each byte is a column,
 * and accented names come out garbled, but the amounts after them do not.
 */
export function inColumns(text: string, bytes: Uint8Array, width: number): string {
  if (!/[^\x00-\x7F]/.test(text)) return text;
  const byByte = new TextDecoder('windows-1252').decode(bytes).replace(BYTE_ORDER_MARK, '');
  return lengthsOf(byByte, width) > lengthsOf(text, width) ? byByte : text;
}
