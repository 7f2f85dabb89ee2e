import { Injectable } from '@nestjs/common';
import { WallClock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { Runner } from '@emdia/messaging';
import { type Sweep, Sweeps } from '@emdia/runtime';
import { Placing } from './placing';
import type { Waiting } from './waiting';

const LOOK_WAIT_MS = 5_000;

const FOUND = `
  select w.creditor_id, w.source, w.payment_id from waiting_money w
  where w.status not in ('placed', 'withdrawn')
    and exists (select from payment p where p.creditor_id = w.creditor_id and p.payment_id = w.payment_id and p.source = w.source and p.received_cents > 0)
    and not exists (select from payment p where p.creditor_id = w.creditor_id and p.payment_id = w.payment_id and p.source = w.source and p.unapplied_cents > 0 and p.customer_id is null)
  limit $1`;

/** Lets go of money that waits for nobody any more (an invoice that it quotes came, a person applied it, it went back): else whom it held would be held until somebody noticed. */
@Injectable()
export class LettingGo implements Sweep {
  readonly name = 'waiting-money';
  private nextAtMs = 0;

  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly wall: WallClock,
    private readonly placing: Placing,
    sweeps: Sweeps,
  ) {
    sweeps.register(this);
  }

  async nextDueAt(): Promise<Date | null> {
    return null;
  }

  /** A house is not at rest while somebody is held for nothing. */
  async busy(): Promise<boolean> {
    return (await this.database.look(FOUND, [1])).length > 0;
  }

  async run(_now: Date, limit: number): Promise<number> {
    if (this.wall.monotonicMs() < this.nextAtMs) return 0;
    const found = await this.database.look<Pick<Waiting, 'creditor_id' | 'source' | 'payment_id'>>(FOUND, [limit]);
    for (const each of found) await this.runner.changeAll(await this.placing.lettingGo(each, [each.payment_id]));
    if (found.length === 0) this.nextAtMs = this.wall.monotonicMs() + LOOK_WAIT_MS;
    return found.length;
  }
}
