import type { Readable } from 'node:stream';
import type { GetObjectCommandInput, ListObjectsV2CommandInput, S3Client } from '@aws-sdk/client-s3';
import type { Config } from '@emdia/runtime';
import { isInPlace, type Lying, PART_FILES, type Place } from './places';

const CONNECT_MS_MAX = 3_000;
const ATTEMPTS_MAX = 3;

/** How long one page, and one file of 64 MiB, may take with all that is tried again. */
const LIMITS = { list_ms: 10_000, read_ms: 60_000 };

/** A bucket of any S3-compatible storage, and where in it the files lie. */
export interface BucketSettings {
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  readonly region: string;
  /** Null for Amazon's own. */
  readonly endpoint: string | null;
  readonly pathStyle: boolean;
}

/** The bucket that the settings name; null where they name none. */
export function bucketOf(config: Config): BucketSettings | null {
  const [bucket, prefix, region, endpoint, pathStyle] = ['', '_PREFIX', '_REGION', '_ENDPOINT', '_PATH_STYLE'].map((rest) => config.env(`EMDIA_BANK_FILES_BUCKET${rest}`) || null);
  if (!bucket) return null;
  const under = (prefix ?? '').replace(/^\/+|\/+$/g, '');
  return { bucket, prefix: under && `${under}/`, region: region ?? config.env('AWS_REGION') ?? 'us-east-1', endpoint: endpoint ?? null, pathStyle: pathStyle === 'true' };
}

/** The SDK is loaded at the first look: a house without a bucket pays nothing for it. */
const sdk = () => import('@aws-sdk/client-s3');

/** Files in a bucket. An object is whole as soon as it is listed, and is known by its ETag. */
export class Bucket implements Place {
  readonly name = 'bucket';
  private client: S3Client | null = null;

  constructor(
    private readonly settings: BucketSettings,
    private readonly limits = LIMITS,
  ) {}

  async *list(stopping: AbortSignal): AsyncIterable<readonly Lying[]> {
    const { bucket, prefix } = this.settings;
    const { ListObjectsV2Command } = await sdk();
    let next: string | undefined;
    do {
      // Keys as URLs: XML cannot carry every key that a bucket can, and one of those would hide all others.
      const input: ListObjectsV2CommandInput = { Bucket: bucket, Prefix: prefix, MaxKeys: PART_FILES, EncodingType: 'url', ContinuationToken: next };
      const page = await this.within(this.limits.list_ms, stopping, 'The bucket', async (client, abortSignal) => client.send(new ListObjectsV2Command(input), { abortSignal }));
      const keyOf = (key: string) => (page.EncodingType === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key);
      yield (page.Contents ?? [])
        .map(({ Key = '', Size = 0, ETag = '' }) => ({ path: keyOf(Key).slice(prefix.length), size_bytes: Size, version: ETag, whole: true }))
        .filter(({ path }) => isInPlace(path));
      next = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (next !== undefined);
  }

  async read({ path, size_bytes, version }: Lying, stopping: AbortSignal): Promise<Buffer | null> {
    const { GetObjectCommand } = await sdk();
    const input: GetObjectCommandInput = { Bucket: this.settings.bucket, Key: `${this.settings.prefix}${path}`, IfMatch: version };
    return this.within(this.limits.read_ms, stopping, 'The file', async (client, abortSignal) => {
      const got = await client.send(new GetObjectCommand(input), { abortSignal }).catch((error: Refused) => {
        if (error.$metadata?.httpStatusCode === 412 || error.name === 'NoSuchKey') return null;
        throw error;
      });
      if (!got) return null;
      const body = got.Body as Readable;
      // Not every storage heeds If-Match.
      if (bare(got.ETag) !== bare(version)) {
        body.destroy();
        return null;
      }
      return wholeOf(body, size_bytes);
    });
  }

  /** Waits for an answer so long and no longer; what goes wrong is told in words that hold no address, header or key. */
  private async within<T>(ms: number, stopping: AbortSignal, what: string, ask: (client: S3Client, signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = AbortSignal.timeout(ms);
    try {
      return await ask((this.client ??= await this.connected()), AbortSignal.any([stopping, late]));
    } catch (error) {
      throw new Error(late.aborted ? `${what} did not come within ${ms / 1_000} s.` : `${what} cannot be read: ${inWords(error as Refused)}.`);
    }
  }

  private async connected(): Promise<S3Client> {
    const { region, endpoint, pathStyle } = this.settings;
    const { S3Client } = await sdk();
    return new S3Client({
      region,
      ...(endpoint === null ? {} : { endpoint }),
      forcePathStyle: pathStyle,
      maxAttempts: ATTEMPTS_MAX,
      requestHandler: { connectionTimeout: CONNECT_MS_MAX },
      // Other storages than Amazon's know no checksums of this kind.
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }
}

/** An ETag without what one storage puts around it in one answer and leaves out in another. */
const bare = (etag = ''): string => etag.replaceAll(/^W\/|"/g, '');

/** Rejects where the body ends early, or goes on: no more is read than was listed, whatever is sent. */
async function wholeOf(body: Readable, size_bytes: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size_bytes);
  let at = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (at + chunk.length > size_bytes) throw new OtherLength();
    at += chunk.copy(bytes, at);
  }
  if (at < size_bytes) throw new OtherLength();
  return bytes;
}

/** A body that is not as long as it was listed. */
class OtherLength extends Error {
  override readonly name = 'OtherLength';
}

/** What the SDK throws; its message may hold what was signed. */
interface Refused extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const inWords = ({ name, code, $metadata }: Refused): string => [name, code, $metadata?.httpStatusCode].filter((each) => /^[\w.-]{1,60}$/.test(String(each ?? ''))).join(' ');
