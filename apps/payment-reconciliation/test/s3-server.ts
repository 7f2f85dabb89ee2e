import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What the server does instead of its work: answer with a status, say nothing, send half of a body and hang up, send half and nothing more,
 * or send half or twice of it as if it were all.
 */
export type Fault = number | 'silent' | 'cut' | 'stalled' | 'short' | 'long';

export const ACCESS_KEY = 'AKIDOFTHISTEST';
export const SECRET_KEY = 'secret-key-of-this-test/which-is+long';
const LISTED_MAX = 1_000;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const asXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const asUrl = (key: string): string => encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');

/** A storage that speaks as much of S3 as reading needs, addressed by path, and believes only what is signed. */
export class S3Server {
  readonly objects = new Map<string, Buffer>();
  /** Sizes that the list tells otherwise. */
  readonly told = new Map<string, number>();
  /** What was asked: `list`, or the key of an object. */
  readonly asked: string[] = [];
  /** By what was asked; `null` does the work. */
  fault: (asked: string) => Fault | null = () => null;
  heedsIfMatch = true;
  private readonly server: Server;

  constructor(readonly bucket: string) {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  async open(): Promise<this> {
    await once(this.server.listen(0, 'localhost'), 'listening');
    return this;
  }

  get endpoint(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  put(key: string, body: Uint8Array): void {
    this.objects.set(key, Buffer.from(body));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url!, this.endpoint);
    const key = decodeURIComponent(url.pathname.slice(this.bucket.length + 2));
    const isList = key === '' && url.searchParams.get('list-type') === '2';
    this.asked.push(isList ? 'list' : key);
    const fault = this.fault(isList ? 'list' : key);
    if (fault === 'silent') return;
    if (typeof fault === 'number') return refuse(response, fault, fault === 403 ? 'AccessDenied' : 'InternalError');
    if (!isSigned(request)) return refuse(response, 403, 'SignatureDoesNotMatch', `<AWSAccessKeyId>${ACCESS_KEY}</AWSAccessKeyId><StringToSign>${SECRET_KEY}</StringToSign>`);
    if (url.pathname.split('/')[1] !== this.bucket) return refuse(response, 404, 'NoSuchBucket');
    if (isList) return this.list(url.searchParams, response);
    this.get(key, request.headers['if-match'], response, fault);
  }

  private list(query: URLSearchParams, response: ServerResponse): void {
    const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).sort();
    const page = keys.slice(0, Math.min(Number(query.get('max-keys') ?? LISTED_MAX), LISTED_MAX));
    const isUrl = query.get('encoding-type') === 'url';
    const contents = page.map((key) => `<Contents><Key>${isUrl ? asUrl(key) : asXml(key)}</Key><LastModified>2026-03-10T09:00:00.000Z</LastModified><ETag>${asXml(this.etag(key))}</ETag><Size>${
      this.told.get(key) ?? this.objects.get(key)!.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`);
    const more = page.length < keys.length ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${Buffer.from(page.at(-1)!).toString('base64')}</NextContinuationToken>` : '<IsTruncated>false</IsTruncated>';
    response.writeHead(200, { 'content-type': 'application/xml' }).end(
      `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${this.bucket}</Name>${isUrl ? '<EncodingType>url</EncodingType>' : ''}<KeyCount>${page.length}</KeyCount>${more}${contents.join('')}</ListBucketResult>`);
  }

  private get(key: string, ifMatch: string | undefined, response: ServerResponse, fault: Fault | null): void {
    const body = this.objects.get(key);
    if (!body) return refuse(response, 404, 'NoSuchKey');
    if (this.heedsIfMatch && ifMatch !== undefined && ifMatch !== this.etag(key)) return refuse(response, 412, 'PreconditionFailed');
    response.setHeader('etag', this.etag(key));
    if (fault === 'short') return void response.end(body.subarray(0, body.length >> 1));
    if (fault === 'long') return void (response.write(body), response.end(body));
    response.setHeader('content-length', body.length);
    if (fault === null) return void response.end(body);
    response.write(body.subarray(0, body.length >> 1), () => (fault === 'cut' ? response.destroy() : undefined));
  }

  private etag(key: string): string {
    return `"${createHash('md5').update(this.objects.get(key)!).digest('hex')}"`;
  }
}

function refuse(response: ServerResponse, status: number, code: string, more = ''): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}, as ${SECRET_KEY} knows.</Message>${more}</Error>`);
}

/** Signature version 4 as Amazon's manual describes it, counted anew from what came over the wire. */
function isSigned({ method, url, headers }: IncomingMessage): boolean {
  const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? '');
  if (!parts) return false;
  const [, accessKey, scope, signedHeaders, signature] = parts as unknown as [string, string, string, string, string];
  const [path, query = ''] = url!.split('?');
  const signed = signedHeaders.split(';');
  const canonical = [
    method, path, query.split('&').map((pair) => (pair.includes('=') ? pair : `${pair}=`)).sort().join('&'),
    ...signed.map((name) => `${name}:${String(headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}`), '', signedHeaders, headers['x-amz-content-sha256'],
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((derived, part) => hmac(derived, part), `AWS4${SECRET_KEY}`);
  return accessKey === ACCESS_KEY && signed.includes('host') && signed.includes('x-amz-date') && timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'));
}
