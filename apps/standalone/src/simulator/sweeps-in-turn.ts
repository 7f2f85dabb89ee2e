import type { Clock, WallClock } from '@emdia/clock';
import { Sweeps, type Sweep } from '@emdia/runtime';

const LIMIT = 200;
const BACK_OFF_MS = 50;
const BACK_OFF_MS_MAX = 5_000;

/** A sweep that runs when it is told to. */
export class Turn {
  private pending = true;
  private failures = 0;
  /** Monotonic wall time before which it backs off after a failure. */
  not_before_ms = 0;

  constructor(
    readonly sweep: Sweep,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly failed: (name: string, error: Error) => void,
  ) {}

  poke(): void {
    this.pending = true;
  }
  get wanted(): boolean {
    return this.pending;
  }
  get ready(): boolean {
    return this.pending && this.not_before_ms <= this.wall.monotonicMs();
  }

  /** One look, as the loop of a running service takes it; how many due things were handled, null after a failure. */
  async take(): Promise<number | null> {
    this.pending = false;
    try {
      const handled = await this.sweep.run(this.clock.now(), LIMIT);
      this.failures = 0;
      if (handled > 0) this.pending = true;
      return handled;
    } catch (error) {
      this.failed(this.sweep.name, error as Error);
      this.pending = true;
      this.not_before_ms = this.wall.monotonicMs() + Math.min(BACK_OFF_MS * 2 ** this.failures++, BACK_OFF_MS_MAX);
      return null;
    }
  }
}

/** The sweeps of a service without loops of their own: the simulator decides which looks next. */
export class SweepsInTurn extends Sweeps {
  readonly turns: Turn[] = [];

  constructor(
    private readonly time: Clock,
    private readonly walls: WallClock,
    private readonly report: (name: string, error: Error) => void,
  ) {
    super(time, walls, report);
  }

  override register(sweep: Sweep): void {
    super.register(sweep);
    this.turns.push(new Turn(sweep, this.time, this.walls, this.report));
  }
  override start(): void {}
  override poke(): void {
    for (const turn of this.turns) turn.poke();
  }
  override working(): string[] {
    return this.turns.filter(({ wanted }) => wanted).map(({ sweep }) => sweep.name);
  }
  override async stop(): Promise<void> {}
}
