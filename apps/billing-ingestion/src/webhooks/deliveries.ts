import { Injectable } from '@nestjs/common';
import { Clock, WallClock } from '@emdia/clock';
import { derivedId } from '@emdia/contracts';
import { failureOf } from '@emdia/database';
import { Runner } from '@emdia/messaging';
import { Metrics, Sweeps } from '@emdia/runtime';
import { PinoLogger } from 'nestjs-pino';
import { resolving } from '../quarantine/quarantine';
import type { Receipt } from '../upstream/mapping';
import type { Arrival, Concerns, Reading } from '../upstream/reading';
import { changeInPieces } from '../upstream/pieces';
import { wrong, type Wrong } from '../upstream/reasons';
import { Upstream } from '../upstream/upstream';
import { Asking, Unanswered } from './asking';
import { reference, Unmappable } from './fields';
import { Queue, type Delivery, type Status } from './queue';
import type { About, Context, Fact, Untold } from './source';
import { sources } from './sources';

const AT_ONCE = 8;
/** A payout of Stripe is told by the hundred. */
const ROUNDS_MAX = 20;
const LOOK_WAIT_MS = 1_000;
const BACK_OFF_MS_MAX = 300_000;
/** About half an hour of asking; then somebody must know. */
const ATTEMPTS_MAX = 14;

const backOffMs = (attempts: number): number => Math.min(1_000 * 2 ** (attempts - 1), BACK_OFF_MS_MAX);

interface Told {
  readonly contents: readonly Fact[];
  readonly untold: readonly Untold[];
  /** Why there are none. */
  readonly ignored: string;
  readonly asked: boolean;
}

/** Maps what was stored and hands it to the one mapping; what cannot be mapped goes to quarantine. */
@Injectable()
export class Deliveries {
  private readonly counted;
  /** As many additions to the queue as there were when nothing waited in it. */
  private quietSince = -1;
  private lookAgainAtMs = 0;

  constructor(
    private readonly queue: Queue,
    private readonly asking: Asking,
    private readonly upstream: Upstream,
    private readonly runner: Runner,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly logger: PinoLogger,
    sweeps: Sweeps,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('emdia_webhook_deliveries_total', 'Stored webhook deliveries handled, by kind and what became of them.', ['kind', 'outcome']);
    metrics.gauge('emdia_webhook_deliveries_waiting', 'Stored webhook deliveries not yet brought to an end.', () => queue.waiting());
    // Nothing here waits for business time: a delivery is due when it is stored, a retry in wall time.
    sweeps.register({ name: 'webhook-deliveries', limit: AT_ONCE, nextDueAt: async () => null, run: (_, limit) => this.run(limit), busy: async () => this.quietSince !== queue.additions });
  }

  private async run(limit: number): Promise<number> {
    const { additions } = this.queue;
    // Sweeps look after every commit of the service. What other processes leave behind is found every second.
    if (this.quietSince === additions && this.wall.monotonicMs() < this.lookAgainAtMs) return 0;
    const claimed = await this.queue.claim(this.wall.epochMs(), Math.min(limit, AT_ONCE));
    const ended = await Promise.allSettled(claimed.map((delivery) => this.handle(delivery)));
    const broken = ended.find((each) => each.status === 'rejected');
    // An outage: the sweep backs off, and what was claimed is due again when its lease is over.
    if (broken) throw broken.reason;
    if (claimed.length > 0) this.quietSince = -1;
    else if ((await this.queue.waiting()) === 0) [this.quietSince, this.lookAgainAtMs] = [additions, this.wall.monotonicMs() + LOOK_WAIT_MS];
    return claimed.length;
  }

  private async handle(delivery: Delivery): Promise<void> {
    const { kind } = delivery.webhook;
    try {
      const { status, outcome } = await this.take(delivery);
      await this.queue.done(delivery.id, status, outcome, this.clock.now());
      this.counted.inc({ kind, outcome: status });
    } catch (error) {
      if (failureOf(error) === 'outage') throw error;
      await this.failed(delivery, error as Error);
    }
  }

  private async failed(delivery: Delivery, error: Error): Promise<void> {
    const { id, attempts, webhook: { kind, name } } = delivery;
    const known = error instanceof Unmappable || error instanceof Unanswered;
    const said = known ? error.message : 'Handling it failed on our side.';
    if (!known) this.logger.error({ err: error, webhook_kind: kind, delivery_id: id }, 'A webhook delivery could not be handled.');
    if (!(error instanceof Unmappable) && attempts < ATTEMPTS_MAX) {
      this.logger.warn({ webhook_kind: kind, delivery_id: id, attempts, said }, 'A webhook delivery will be tried again.');
      this.counted.inc({ kind, outcome: 'retried' });
      return this.queue.later(id, said, this.wall.epochMs() + backOffMs(attempts));
    }
    await this.setAside(delivery, error instanceof Unanswered ? wrong('unanswered', `${said} It was asked ${attempts} times for what webhook ${name} left out.`) : wrong('unmappable', said));
    await this.queue.done(id, 'quarantined', said, this.clock.now());
    this.counted.inc({ kind, outcome: 'quarantined' });
  }

  private async take(delivery: Delivery): Promise<{ status: Status; outcome: string }> {
    const { contents, untold, ignored, asked } = await this.told(delivery);
    const steps = contents.map((content, index) => this.upstream.step(this.upstream.read(this.arrival(delivery, cloudEvent(delivery, content, index, asked)))));
    const receipts: Receipt[] = await changeInPieces(this.runner, steps);
    for (const each of untold) receipts.push(await this.setAside(delivery, wrong('unmappable', each.reason), each));
    // The same id said something before that mattered, and now says nothing: that is a contradiction, too.
    if (receipts.length === 0 && (await this.queue.isTaken(originOf(delivery), delivery.identity)))
      receipts.push(await this.setAside(delivery, wrong('conflicting-content', 'An event with this id was taken in before, with other content.')));
    const refused = receipts.filter((receipt) => receipt.outcome === 'rejected');
    await this.release(delivery, refused.map(({ quarantine_id }) => quarantine_id));
    const said = (words: readonly string[]) => [...new Set(words)].join(', ');
    if (refused.length > 0) return { status: 'quarantined', outcome: said(refused.map(({ wrong: { reason, detail } }) => (reason === 'unmappable' ? detail : reason))) };
    return receipts.length > 0 ? { status: 'taken', outcome: said(receipts.map(({ outcome }) => outcome)) } : { status: 'ignored', outcome: ignored };
  }

  /** What lay in quarantine of a delivery that was mapped again, and does so no more, needs nobody. */
  private async release(delivery: Delivery, stays: readonly (string | null)[]): Promise<void> {
    if (delivery.mapped_again_by === null) return;
    const gone = (await this.queue.openEntries(positionOf(delivery))).filter((id) => !stays.includes(id));
    await this.runner.changeAll(gone.map((id) => resolving(this.upstream.books, id, 'replayed', `mapped again by ${delivery.mapped_again_by!}`)));
  }

  /** What the delivery says, after asking for what it leaves out. */
  private async told({ webhook, body, currency }: Delivery): Promise<Told> {
    const { name, kind, zone, due_days, address } = webhook;
    const answers = new Map<string, unknown>();
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const context: Context = { body, source: name, zone, currency, due_days, asks: address !== null, answers, as_of: this.clock.now().toISOString() };
      const mapped = sources[kind].map(context);
      if ('contents' in mapped) return { contents: mapped.contents, untold: mapped.untold ?? [], ignored: 'It says nothing new.', asked: answers.size > 0 };
      if ('ignored' in mapped) return { contents: [], untold: [], ignored: mapped.ignored, asked: answers.size > 0 };
      if (!address) throw new Unmappable('The platform must be asked, and the webhook says neither where nor how.');
      for (const path of mapped.ask) answers.set(path, await this.asking.ask(address, path));
    }
    throw new Unmappable('The platform was asked again and again.');
  }

  private arrival(delivery: Delivery, body: unknown): Arrival {
    const { webhook: { creditor_id } } = delivery;
    return { origin: originOf(delivery), platform: null, creditor_id, position: positionOf(delivery), body, identified: true, refused: 'quarantine' };
  }

  /** Keeps what cannot be mapped, the whole or a part, with its raw body; the coverage of its source waits for somebody to look. */
  private async setAside(delivery: Delivery, found: Wrong, part?: Untold): Promise<Receipt> {
    const { webhook: { creditor_id, name, kind }, identity, event_type, body } = delivery;
    const arrival = this.arrival(delivery, part?.body ?? body.toString('utf8'));
    const { content_hash } = this.upstream.read(arrival);
    const { customer_id, references } = part?.about ?? aboutOf(delivery);
    const concerns: Concerns = { creditor_id, customer_id: this.upstream.customerId(customer_id), references: references.map(reference).filter((each) => each !== null), payment: { source: name, payment_id: null } };
    const reading: Reading = { arrival: { ...arrival, identified: false }, event_id: identity, event_type: `${kind}:${event_type}`, content_hash, concerns, wrong: found };
    return this.runner.change(this.upstream.step(reading));
  }
}

function aboutOf({ webhook: { kind }, body }: Delivery): About {
  try {
    return sources[kind].about(body);
  } catch (error) {
    if (error instanceof Unmappable) return { customer_id: null, references: [] };
    throw error;
  }
}

const originOf = ({ webhook: { webhook_id } }: Delivery): string => `webhook:${webhook_id}`;
const positionOf = ({ webhook: { name }, id }: Delivery): string => `webhook ${name} delivery ${id}`;

/** What a platform was asked is true as of then and may differ the next time; what it sent under one id may not. */
function cloudEvent({ identity, webhook: { kind, creditor_id } }: Delivery, { id: own, type, data }: Fact, index: number, asked: boolean): unknown {
  const id = asked ? derivedId('asked', own ?? identity, type, JSON.stringify(data)) : own ?? (index === 0 ? identity : `${identity}/${index}`);
  return { specversion: '1.0', id, source: `/webhooks/${kind}`, type, data: { creditor_id, ...data } };
}
