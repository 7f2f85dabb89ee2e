import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** One registry per application; names begin with `emdia_`, units last. */
export class Metrics {
  readonly registry = new Registry();
  readonly handled = new Counter({ name: 'emdia_events_handled_total', help: 'Events taken in, by type.', labelNames: ['type'], registers: [this.registry] });
  readonly setAside = new Counter({ name: 'emdia_events_set_aside_total', help: 'Events set aside (dead letters), by reason.', labelNames: ['reason'], registers: [this.registry] });
  readonly requests = new Histogram({
    name: 'emdia_http_request_seconds',
    help: 'Time to answer a request, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5],
    registers: [this.registry],
  });
  readonly failures = new Counter({ name: 'emdia_failures_total', help: 'Failures that are tried again, by part.', labelNames: ['part'], registers: [this.registry] });

  /** A gauge read at each scrape; a read that fails leaves the value before. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        await Promise.resolve(read()).then(
          (value) => this.set(value),
          () => undefined,
        );
      },
    });
  }

  counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }
}
