import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Random } from '../random';
import type { ReceiverFault } from '../schedule';
import { Moods } from './moods';

/** An act as it was posted to the creditor's systems. */
export interface Posted {
  /** What the header says, by which a receiver drops what it has seen. */
  readonly act_id: string;
  readonly event_id: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly body: string;
  /** When all of it was there, in epoch ms. */
  readonly epoch_ms: number;
}

/** The systems of the creditor that carry out acts: they never forget what they took, and now and then behave as receivers do. */
export class Receiver {
  readonly taken: Posted[] = [];
  readonly moods: Moods<ReceiverFault>;
  private readonly random: Random;
  private readonly server = createServer((request, response) => void this.take(request, response));

  constructor(
    seed: number,
    /** Told of every act when it is taken for the first time. */
    private readonly news: (act: Posted) => void,
  ) {
    this.random = new Random(seed);
    this.moods = new Moods(this.random);
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve) => void this.server.listen(port, '127.0.0.1', resolve));
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const { moods } = this;
    if (moods.befalls('receiver-fails', 0.2)) return void response.writeHead(503).end();
    // Before it was taken, or after.
    if (moods.befalls('receiver-resets', 0.2)) return void request.socket.resetAndDestroy();
    this.accept(String(request.headers['emdia-act-id']), Buffer.concat(chunks).toString());
    if (moods.befalls('receiver-resets', 0.2)) return void request.socket.resetAndDestroy();
    const waitMs = moods.befalls('receiver-slow', 0.4) ? this.random.whole(1_000, 9_000) : 0;
    setTimeout(() => response.writeHead(204).end(), waitMs).unref();
  }

  private accept(act_id: string, body: string): void {
    const { id, data } = JSON.parse(body) as { id: string; data: Record<string, unknown> };
    const act = { act_id, event_id: id, data, body, epoch_ms: Date.now() };
    const isNews = !this.taken.some((each) => each.act_id === act_id);
    this.taken.push(act);
    if (isNews) this.news(act);
  }
}
