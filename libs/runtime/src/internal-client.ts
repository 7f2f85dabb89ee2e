import { Agent, request } from 'node:http';
import type { Config, ServiceId } from './config';

/** A call to another service that brought no answer to use; `status` is null when there was none at all. */
export class InternalFailure extends Error {
  constructor(
    readonly service: ServiceId,
    readonly status: number | null,
    detail: string,
  ) {
    super(`${service} ${status === null ? 'did not answer' : `answered ${status}`}: ${detail}`);
  }
}

/** Calls other services over HTTP with the service credential, in the same process too. */
export class InternalClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });
  private local: { services: ReadonlySet<string>; url: string } = { services: new Set(), url: '' };

  constructor(private readonly config: Config) {}

  /** Told by run(): which services answer in this process, and where. */
  serveLocally(services: ReadonlySet<string>, url: string): void {
    this.local = { services, url };
  }

  /** Rejects with InternalFailure on a time-out, an unreachable service or any status but 2xx. */
  post<T>(service: ServiceId, path: string, body: unknown, options: { timeout_ms: number }): Promise<T> {
    const base = this.local.services.has(service) ? this.local.url : this.config.urlOf(service);
    if (!base) return Promise.reject(new InternalFailure(service, null, `its address is not known; set ${service.toUpperCase().replaceAll('-', '_')}_URL`));
    const payload = Buffer.from(JSON.stringify(body));
    return new Promise<T>((resolve, reject) => {
      const fail = (status: number | null, detail: string) => reject(new InternalFailure(service, status, detail));
      const call = request(
        new URL(path, base),
        {
          method: 'POST',
          agent: this.agent,
          signal: AbortSignal.timeout(options.timeout_ms),
          headers: { authorization: `Bearer ${this.config.internalToken}`, 'content-type': 'application/json', 'content-length': payload.length },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', (error) => fail(null, error.message));
          response.on('end', () => {
            const status = response.statusCode ?? 0;
            const text = Buffer.concat(chunks).toString('utf8');
            if (status < 200 || status > 299) return fail(status, text.slice(0, 200));
            try {
              resolve(JSON.parse(text) as T);
            } catch {
              fail(status, 'the answer is not JSON');
            }
          });
        },
      );
      call.on('error', (error) => fail(null, error.message));
      call.end(payload);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
