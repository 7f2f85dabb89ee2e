import { Injectable } from '@nestjs/common';
import { WallClock } from '@emdia/clock';
import { exactValue, Unmappable } from './fields';

const TIMEOUT_MS = 5_000;
const ATTEMPTS = 2;
const PAUSE_MS = 250;
const ANSWER_BYTES_MAX = 1024 * 1024;

/** Where and with what credentials a platform is asked. */
export interface Address {
  readonly base_url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A platform that was asked and gave nothing to use; the message names status and host, never the answer or a credential. */
export class Unanswered extends Error {}

/** Asks platforms for what their webhooks leave out. */
@Injectable()
export class Asking {
  constructor(private readonly wall: WallClock) {}

  /** The answer in JSON, numbers as texts. Rejects with Unanswered after a second attempt, or at once where a second would get the same. */
  async ask(address: Address, path: string): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const found = await this.once(address, path);
      if ('answer' in found) return found.answer;
      if (!found.again || attempt === ATTEMPTS) throw new Unanswered(`${new URL(address.base_url).host} ${found.said}.`);
      await this.wall.sleep(PAUSE_MS);
    }
  }

  private async once({ base_url, headers }: Address, path: string): Promise<{ answer: unknown } | { said: string; again: boolean }> {
    let response: Response;
    let body: string | null;
    try {
      // A redirect would take the credentials somewhere else.
      response = await fetch(base_url.replace(/\/+$/, '') + path, { headers: { accept: 'application/json', ...headers }, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
      body = await bounded(response);
    } catch (error) {
      const timedOut = (error as Error).name === 'TimeoutError';
      return { said: timedOut ? `did not answer within ${TIMEOUT_MS} ms` : 'could not be reached', again: true };
    }
    if (response.status !== 200) return { said: `answered ${response.status}`, again: response.status === 429 || response.status >= 500 };
    if (body === null) return { said: `answered with more than ${ANSWER_BYTES_MAX} bytes`, again: false };
    try {
      return { answer: exactValue(body) };
    } catch (error) {
      if (error instanceof Unmappable) return { said: 'answered with something that is no JSON', again: false };
      throw error;
    }
  }
}

async function bounded(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > ANSWER_BYTES_MAX) return null;
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}
