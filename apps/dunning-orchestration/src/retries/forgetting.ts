import { Injectable } from '@nestjs/common';
import { Database } from '@emdia/database';
import { Sweeps } from '@emdia/runtime';
import { startOf } from '../cases/contact-days';
import { creditorDay } from '../cases/plan';

const DAY_MS = 86_400_000;

/** Deletes attempts that count in no limit any more, day by day; hard stops stay. */
@Injectable()
export class Forgetting {
  /** Sweeps look after every commit; once a day is often enough for this. */
  private restsUntil = new Date(0);

  constructor(
    private readonly database: Database,
    sweeps: Sweeps,
  ) {
    sweeps.register({ name: 'charge-attempts', nextDueAt: () => this.nextDueAt(), run: (now, limit) => this.forget(now, limit) });
  }

  private async nextDueAt(): Promise<Date | null> {
    const [row] = await this.database.query<{ day: string }>('select forget_on::text as day from charge_attempt where forget_on is not null order by forget_on limit 1');
    return row ? new Date(Math.max(startOf(row.day).getTime(), this.restsUntil.getTime())) : null;
  }

  private async forget(now: Date, limit: number): Promise<number> {
    if (now < this.restsUntil) return 0;
    const gone = await this.database.query(
      'delete from charge_attempt where (key, attempt_id) in (select key, attempt_id from charge_attempt where forget_on <= $1 order by forget_on limit $2 for update skip locked) returning attempt_id', [creditorDay(now), limit]);
    if (gone.length === 0) this.restsUntil = new Date(now.getTime() + DAY_MS);
    return gone.length;
  }
}
