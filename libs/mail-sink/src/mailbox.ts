import { simpleParser } from 'mailparser';

/** What the sink knows of one e-mail without parsing it; `sequence` counts from 1 in the order of acceptance. */
export type SinkMessage = {
  sequence: number;
  message_id: string;
  from: string;
  /** Envelope recipients, lower case: where the message really went, whatever its headers say. */
  to: string[];
  subject: string;
  /** The Date header as it came. */
  date: string;
  /** Headers whose name begins with X-Emdia-, names in lower case. */
  emdia: Record<string, string>;
  bytes: number;
};

/** The two readings of an e-mail; empty where it has none. */
export type Content = { text: string; html: string };

type Kept = { message: SinkMessage; raw: Buffer | undefined };

/** E-mails in memory, bounded: the newest `messages_max` headers, the newest bodies up to `body_bytes_max`; `count` stays exact. */
export class Mailbox {
  /** E-mails ever accepted. */
  count = 0;
  private readonly kept: (Kept | undefined)[] = [];
  private bodyBytes = 0;
  private oldestBody = 1;

  constructor(private readonly messages_max: number, private readonly body_bytes_max: number) {}

  /** Takes in one e-mail; only looks at its headers. */
  add(raw: Buffer, from: string, to: string[]): SinkMessage {
    const sequence = ++this.count;
    const headers = headersOf(raw);
    const emdia: Record<string, string> = {};
    for (const [name, value] of headers) if (name.startsWith('x-emdia-')) emdia[name] = decodeWords(value);
    const message: SinkMessage = {
      sequence,
      message_id: headers.get('message-id') ?? '',
      from,
      to: to.map((address) => address.toLowerCase()),
      subject: decodeWords(headers.get('subject') ?? ''),
      date: headers.get('date') ?? '',
      emdia,
      bytes: raw.length,
    };
    this.dropBody(sequence - this.messages_max);
    this.kept[sequence % this.messages_max] = { message, raw };
    this.bodyBytes += raw.length;
    while (this.bodyBytes > this.body_bytes_max && this.oldestBody < sequence) this.dropBody(this.oldestBody++);
    return message;
  }

  /** Kept e-mails after a sequence number, oldest first, at most `limit`; `to` finds recipients that contain it. */
  list({ to = '', after = 0, limit = Infinity }: { to?: string; after?: number; limit?: number } = {}): SinkMessage[] {
    const wanted = to.toLowerCase();
    const found: SinkMessage[] = [];
    for (let sequence = Math.max(after + 1, this.first()); sequence <= this.count && found.length < limit; sequence++) {
      const kept = this.at(sequence);
      if (kept && matches(kept.message, wanted)) found.push(kept.message);
    }
    return found;
  }

  /** Kept e-mails before a sequence number, newest first, at most `limit`. */
  newest({ to = '', before = Infinity, limit }: { to?: string; before?: number; limit: number }): SinkMessage[] {
    const wanted = to.toLowerCase();
    const found: SinkMessage[] = [];
    for (let sequence = Math.min(this.count, before - 1); sequence >= this.first() && found.length < limit; sequence--) {
      const kept = this.at(sequence);
      if (kept && matches(kept.message, wanted)) found.push(kept.message);
    }
    return found;
  }

  /** One kept e-mail; `raw` is undefined once its body made room for newer ones. */
  at(sequence: number): Kept | undefined {
    const kept = this.kept[sequence % this.messages_max];
    return kept?.message.sequence === sequence ? kept : undefined;
  }

  /** What a person reads in the e-mail; undefined when its body is not kept any more. */
  async content(sequence: number): Promise<Content | undefined> {
    const raw = this.at(sequence)?.raw;
    if (!raw) return undefined;
    const parsed = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true });
    return { text: parsed.text ?? '', html: parsed.html || '' };
  }

  private first(): number {
    return Math.max(1, this.count - this.messages_max + 1);
  }

  private dropBody(sequence: number): void {
    const kept = sequence > 0 ? this.at(sequence) : undefined;
    if (!kept?.raw) return;
    this.bodyBytes -= kept.raw.length;
    kept.raw = undefined;
  }
}

const matches = (message: SinkMessage, wanted: string): boolean =>
  wanted === '' || message.to.some((address) => address.includes(wanted));

/** Header fields unfolded, names in lower case, the first of each name. */
function headersOf(raw: Buffer): Map<string, string> {
  const end = raw.indexOf('\r\n\r\n');
  const head = raw.toString('utf8', 0, end < 0 ? raw.length : end).replace(/\r\n[ \t]+/g, ' ');
  const headers = new Map<string, string>();
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

/** RFC 2047 encoded words as text; a word in a charset nobody knows stays as it came. */
function decodeWords(value: string): string {
  if (!value.includes('=?')) return value;
  return value
    .replace(/(\?=)\s+(?==\?)/g, '$1')
    .replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (word, charset: string, encoding: string, content: string) => {
      const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(content, 'base64') : quotedBytes(content);
      try {
        return new TextDecoder(charset.split('*')[0]).decode(bytes);
      } catch {
        return word;
      }
    });
}

const quotedBytes = (content: string): Buffer =>
  Buffer.from(content.replace(/_/g, ' ').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1');
