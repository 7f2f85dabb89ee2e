import { Clock } from '@emdia/clock';
import { startMailSink, type MailSink } from '@emdia/mail-sink';
import { run, type House } from '@emdia/runtime';
import { notifications } from '../src/index';
import { NOON, type noticeRequested } from './given';
import { GivenHouse } from './given-house';

/** Stands still unless a spec moves it. */
class StillClock extends Clock {
  at = NOON;
  now(): Date {
    return this.at;
  }
}

/** Notifications as it is served, with its neighbours and a mail sink. */
export class ServedHouse {
  readonly given = new GivenHouse();
  readonly clock = new StillClock();
  house!: House;
  sink!: MailSink;

  async open(env: Record<string, string> = {}): Promise<void> {
    this.sink = await startMailSink();
    await this.given.open({ EMDIA_SMTP_URL: this.sink.smtpUrl, ...env });
    this.house = await run([notifications], 'in-process', { config: this.given.config, clock: this.clock });
  }

  async close(): Promise<void> {
    await this.house.stop();
    await this.given.close();
    await this.sink.stop();
  }

  async call(method: string, path: string, options: { as?: string; body?: unknown; key?: string } = {}) {
    const response = await fetch(this.house.url + path, {
      method,
      headers: {
        ...(options.as === undefined ? {} : { authorization: `Bearer emdia_${options.as}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    return { status: response.status, text, json: text.startsWith('{') ? (JSON.parse(text) as Record<string, never>) : {} };
  }

  /** Takes notices in and waits until the house has sent or refused them. */
  async send(...notices: ReturnType<typeof noticeRequested>[]): Promise<void> {
    await this.given.take(...notices);
    for (const { sweeps } of this.house.applications) sweeps.poke();
    await this.house.settle();
  }
}
