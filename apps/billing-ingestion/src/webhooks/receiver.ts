import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, WallClock } from '@emdia/clock';
import { Metrics, problem, Sweeps } from '@emdia/runtime';
import { Unmappable } from './fields';
import { Queue } from './queue';
import type { Incoming, Source } from './source';
import { sources } from './sources';
import { Webhooks } from './webhooks';

const PRINTABLE = /^[!-~]{1,120}$/;

/** Lets in what its secret vouches for, stores it, and leaves the rest to the sweep. */
@Injectable()
export class Receiver {
  private readonly counted;

  constructor(
    private readonly webhooks: Webhooks,
    private readonly queue: Queue,
    private readonly sweeps: Sweeps,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('emdia_webhooks_total', 'Webhook calls, by kind and what became of them.', ['kind', 'outcome']);
  }

  /** Resolves once it is kept. Throws the problem to answer with; then nothing was kept. */
  async take(webhookId: string, incoming: Incoming): Promise<void> {
    const webhook = await this.webhooks.one(webhookId);
    if (!webhook) {
      this.counted.inc({ kind: 'none', outcome: 'unknown' });
      throw problem(404, 'not-found', 'No such webhook', 'Nothing is registered under this address; it may have been deleted.');
    }
    const { kind } = webhook;
    const source = sources[kind];
    if (!source.verify(incoming, webhook.secrets, this.wall.epochMs())) {
      this.counted.inc({ kind, outcome: 'refused' });
      throw problem(401, 'wrong-signature', 'The signature or token is wrong', 'Nothing was kept. Compare the secret with the one registered here, and the sender\'s clock with ours.');
    }
    const { identity, type } = identified(source, incoming);
    const stored = await this.queue.add({
      webhook_id: webhookId, creditor_id: webhook.creditor_id, identity, event_type: type, body: incoming.body, looks_again: source.asks === 'always', now: this.clock.now(), epochMs: this.wall.epochMs(),
    });
    this.counted.inc({ kind, outcome: stored ? 'stored' : 'repeated' });
    if (stored) this.sweeps.stir();
  }
}

/** What was signed and cannot be read is kept all the same, under the hash of its bytes: its mapping will say why. */
function identified(source: Source, incoming: Incoming): { identity: string; type: string } {
  const hash = (value: string | Buffer) => createHash('sha256').update(value).digest('hex');
  try {
    const { identity, type } = source.identify(incoming);
    return { identity: PRINTABLE.test(identity) ? identity : hash(identity), type: PRINTABLE.test(type) ? type : 'unreadable' };
  } catch (error) {
    if (!(error instanceof Unmappable)) throw error;
    return { identity: hash(incoming.body), type: 'unreadable' };
  }
}
