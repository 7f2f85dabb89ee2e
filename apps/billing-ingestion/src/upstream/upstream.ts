import { Injectable } from '@nestjs/common';
import type { Event } from '@emdia/contracts';
import type { Delivery, Step } from '@emdia/messaging';
import { Books } from './books';
import { upstreamStep, type Receipt, type Replay } from './mapping';
import { customerIdOf, read, type Arrival, type Reading } from './reading';
import type { State } from './state';

/** An event read from a platform's topic, with what the mapping made of it. */
export type UpstreamEvent = Event & { readonly reading: Reading };

const TOPIC = /^upstream\.(.+)\.events\.v1$/;

/** The one way in: whatever the door, an arrival is read and becomes a step on the books. */
@Injectable()
export class Upstream {
  constructor(
    readonly books: Books,
    private readonly installationKey: string,
  ) {}

  read(arrival: Arrival): Reading {
    return read(arrival, this.installationKey);
  }

  /** The id under which a customer is known here; null where it is none. */
  customerId(given: string | null): string | null {
    return customerIdOf(given, this.installationKey);
  }

  step(reading: Reading, replay?: Replay): Step<State, Receipt> {
    return upstreamStep(this.books, reading, this.installationKey, replay);
  }

  /** Whether platforms write to a topic; the others are the house's own. */
  isPlatforms(topic: string): boolean {
    return TOPIC.test(topic);
  }

  /** Reads a delivery of a platform's topic. */
  delivered({ topic, partition, position, body }: Delivery): Reading {
    const platform = TOPIC.exec(topic)![1]!;
    return this.read({ origin: platform, platform, creditor_id: null, position: `${topic}/${partition}/${position}`, body, identified: true, refused: 'quarantine' });
  }

  /** The step of an event that was read here. */
  take(event: Event): Step<State, Receipt> {
    return this.step((event as UpstreamEvent).reading);
  }
}
