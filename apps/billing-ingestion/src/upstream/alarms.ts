import { Injectable } from '@nestjs/common';
import { Metrics } from '@emdia/runtime';
import { PinoLogger } from 'nestjs-pino';

/** Wakes somebody up when the same id comes with other content: nothing was overwritten, but two truths are about. */
@Injectable()
export class Alarms {
  private readonly conflicts;

  constructor(
    metrics: Metrics,
    private readonly logger: PinoLogger,
  ) {
    this.conflicts = metrics.counter('emdia_conflicting_content_total', 'Events refused because their id was taken in before with other content.');
  }

  contradicted(eventIds: readonly string[]): void {
    if (eventIds.length === 0) return;
    this.conflicts.inc(eventIds.length);
    this.logger.error({ event_ids: eventIds.slice(0, 20), count: eventIds.length, reason: 'conflicting-content' }, 'The same id came with other content; nothing was overwritten.');
  }
}
