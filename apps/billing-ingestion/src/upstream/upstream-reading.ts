import { Injectable } from '@nestjs/common';
import { decode, type Event } from '@emdia/contracts';
import { strangersId, type Delivery, type SelfMade } from '@emdia/messaging';
import type { Reading } from '@emdia/runtime';
import { Upstream, type UpstreamEvent } from './upstream';

/** How the runner reads platforms' topics: nothing there is trusted, and what does not fit goes to quarantine. */
@Injectable()
export class UpstreamReading implements Reading {
  constructor(private readonly upstream: Upstream) {}

  read(delivery: Delivery): Event | SelfMade {
    const reading = this.upstream.delivered(delivery);
    if (!reading) return decode(delivery.body);
    const { event_id, event_type, content_hash, traceparent, concerns } = reading;
    if ('wrong' in reading) return { inbox_id: strangersId(delivery.topic, event_id, content_hash), steps: [this.upstream.step(reading)] };
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
    return event;
  }

  /** The same id with the same content is one event to the inbox; with other content it is another, for the decision to judge. */
  identify(event: Event, { topic }: Delivery): string {
    return 'reading' in event ? strangersId(topic, event.id, (event as UpstreamEvent).reading.content_hash) : event.id;
  }
}
