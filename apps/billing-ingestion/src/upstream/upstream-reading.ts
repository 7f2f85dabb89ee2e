import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { strangersId, type Delivery, type Fitting, type SelfMade } from '@emdia/messaging';
import type { Reading } from '@emdia/runtime';
import { Upstream, type UpstreamEvent } from './upstream';

/** How the runner reads platforms' topics: nothing there is trusted, and what does not fit goes to quarantine. */
@Injectable()
export class UpstreamReading implements Reading {
  constructor(private readonly upstream: Upstream) {}

  /** The same bytes are one event to the inbox. The same id in other bytes comes through, for the decision to compare the content. */
  identify({ topic, body }: Delivery): string | null {
    return this.upstream.isPlatforms(topic) ? strangersId(topic, hash('sha256', body)) : null;
  }

  read(delivery: Delivery): Fitting | SelfMade {
    const reading = this.upstream.delivered(delivery);
    if ('wrong' in reading) return { steps: [this.upstream.step(reading)] };
    const { event_id, event_type, traceparent, concerns } = reading;
    const event: UpstreamEvent = {
      id: event_id,
      type: event_type,
      source: delivery.topic,
      // Whom it concerns, should its handler fail and a dead letter have to say so.
      key: concerns.customer_id === null ? `${concerns.creditor_id ?? 'unknown'}/` : `${concerns.creditor_id}/${concerns.customer_id}`,
      time: '',
      creditor_id: concerns.creditor_id ?? '',
      ...(traceparent ? { traceparent } : {}),
      data: reading.content.data,
      reading,
    };
    return { event };
  }
}
