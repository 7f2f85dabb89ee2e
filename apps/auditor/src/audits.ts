import { Injectable } from '@nestjs/common';
import { Clock, WallClock } from '@emdia/clock';
import { services, serviceNames } from '@emdia/contracts';
import { Config, Health } from '@emdia/runtime';
import { audit } from './audit';
import type { LawReport } from './finding';
import type { BudgetScope } from './laws/not-harassed';
import { reading, type Urls } from './snapshot';

export interface Report {
  readonly as_of: string;
  readonly still: boolean;
  readonly laws: readonly LawReport[];
}

/** Audits of this installation; whoever asks while one runs gets that one. */
@Injectable()
export class Audits {
  private readonly running = new Map<string, Promise<Report>>();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    health: Health,
  ) {
    health.add({ name: 'schemas', check: () => this.canRead() });
  }

  /** Throws ConfigError where the database of a schema is not known. */
  get urls(): Urls {
    return Object.fromEntries(serviceNames.map((name) => [services[name].schema, this.config.databaseUrl(name)])) as unknown as Urls;
  }

  run(still: boolean, law?: number): Promise<Report> {
    const what = `${still} ${law}`;
    let running = this.running.get(what);
    if (!running) {
      running = this.audit(still, law).finally(() => this.running.delete(what));
      this.running.set(what, running);
    }
    return running;
  }

  private async audit(still: boolean, law: number | undefined): Promise<Report> {
    const now = this.clock.now();
    const budget_scope = (this.config.env('EMDIA_BUDGET_SCOPE') || 'creditor') as BudgetScope;
    return { as_of: now.toISOString(), still, ...(await audit({ urls: this.urls, law, still, now, budget_scope, sleep: (wait_ms) => this.wall.sleep(wait_ms) })) };
  }

  private canRead(): Promise<boolean> {
    return reading(this.urls, async () => true);
  }
}
