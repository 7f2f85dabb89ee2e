import { Injectable } from '@nestjs/common';
import { WallClock } from '@emdia/clock';
import { Metrics, type Sweep, Sweeps } from '@emdia/runtime';
import { PinoLogger } from 'nestjs-pino';
import { type SourceStanding, SourceStandings } from './source-standings';

const LOOK_WAIT_MS = 60_000;
const NAMED_MAX = 20;

type Named = Pick<SourceStanding, 'creditor_id' | 'source' | 'covered_until' | 'expected_until' | 'held_back'>;

/** Tells operations which sources keep people from being asked: the gate only refuses, and a file that does not come says nothing. */
@Injectable()
export class LateSources implements Sweep {
  readonly name = 'late-sources';
  private late = new Map<string, Named>();
  private heldBack = new Map<string, Named>();
  private nextAtMs = 0;

  constructor(
    private readonly standings: SourceStandings,
    private readonly wall: WallClock,
    private readonly logger: PinoLogger,
    sweeps: Sweeps,
    metrics: Metrics,
  ) {
    metrics.gauge('emdia_sources_late', 'Declared payment sources that are further behind than they declared: nobody is asked for what can be paid through them.', () => this.late.size);
    metrics.gauge('emdia_sources_held_back', 'Declared payment sources whose coverage counts for nothing, because a payment or a file of them could not be read.', () => this.heldBack.size);
    sweeps.register(this);
  }

  async nextDueAt(): Promise<Date | null> {
    return null;
  }

  async run(): Promise<number> {
    if (this.wall.monotonicMs() < this.nextAtMs) return 0;
    this.nextAtMs = this.wall.monotonicMs() + LOOK_WAIT_MS;
    const all = await this.standings.declared();
    this.late = this.tell(this.late, all.filter(({ late }) => late), 'Payment sources are late; nobody is asked for debts payable through them.');
    this.heldBack = this.tell(this.heldBack, all.filter(({ held_back }) => held_back.length > 0), 'Payment sources are held back by what could not be read; nobody is asked for debts payable through them.');
    return 0;
  }

  /** Says once what was not so at the last look. */
  private tell(before: ReadonlyMap<string, Named>, standings: readonly SourceStanding[], message: string): Map<string, Named> {
    const now = new Map(standings.map(({ creditor_id, source, covered_until, expected_until, held_back }) => [JSON.stringify([creditor_id, source]), { creditor_id, source, covered_until, expected_until, held_back }]));
    const fresh = [...now].filter(([key]) => !before.has(key)).map(([, named]) => named);
    if (fresh.length > 0) this.logger.warn({ count: fresh.length, sources: fresh.slice(0, NAMED_MAX) }, message);
    return now;
  }
}
