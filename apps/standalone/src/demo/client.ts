const PAUSE_MS = 200;
const TRIES_MAX = 5;

/** An answer that was not a success; the message tells the problem as the service told it. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
    where: string,
  ) {
    const { title, detail } = (body ?? {}) as { title?: string; detail?: string };
    super(`${where} answered ${status}${title ? `: ${title}. ${detail ?? ''}` : ''}`);
  }
}

/** The public REST interface as one creditor uses it; connections are kept and reused. */
export class Client {
  constructor(
    private readonly url: string,
    private readonly key: string,
    private readonly creditor_id: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }
  /** `idempotencyKey` makes a repetition harmless where an answer was lost. */
  post<T>(path: string, body: unknown, idempotencyKey?: string): Promise<T> {
    return this.call<T>('POST', path, { type: 'application/json', text: JSON.stringify(body) }, idempotencyKey);
  }
  /** Sends a file as it is. */
  upload<T>(path: string, type: string, text: string): Promise<T> {
    return this.call<T>('POST', path, { type, text });
  }
  put<T>(path: string, body: unknown): Promise<T> {
    return this.call<T>('PUT', path, { type: 'application/json', text: JSON.stringify(body) });
  }

  /** Every item of a list, page by page. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: T[]; next_cursor: string | null } = await this.get(`${path}${path.includes('?') ? '&' : '?'}limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
      items.push(...page.items);
      cursor = page.next_cursor;
    }
    return items;
  }

  private async call<T>(method: string, path: string, body?: { type: string; text: string }, idempotencyKey?: string): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.key}`,
          'x-emdia-creditor': this.creditor_id,
          ...(body ? { 'content-type': body.type } : {}),
          ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
        },
        ...(body ? { body: body.text } : {}),
      });
      const text = await response.text();
      const answer: unknown = text && /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
      if (response.ok) return answer as T;
      // Busy or restarting: everything sent here may be sent again.
      if (response.status !== 503 || attempt === TRIES_MAX) throw new Refused(response.status, answer, `${method} ${path}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
    }
  }
}
