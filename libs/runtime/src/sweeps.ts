import type { WallClock, Clock } from '@emdia/clock';

/** Something that becomes due. `run` handles at most `limit` due things and says how many; 0 means nothing is due now. */
export interface Sweep {
  readonly name: string;
  /** How many due things `run` is asked for at once; 200 unless said. */
  readonly limit?: number;
  /** The earliest business instant at which something is or becomes due; one indexed look-up. */
  nextDueAt(): Promise<Date | null>;
  /** `stopping` is for those that wait for somebody outside. */
  run(now: Date, limit: number, stopping?: AbortSignal): Promise<number>;
  /** True while something heals by wall time alone (a back-off, a claim that runs out). */
  busy?(): Promise<boolean>;
}

const LIMIT = 200;
const LOOK_WAIT_MS = 1_000;
const BACK_OFF_MS_MAX = 5_000;

class Loop {
  private pending = true;
  private inHand = true;
  private wake: (() => void) | null = null;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(
    readonly sweep: Sweep,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly failed: (error: Error) => void,
  ) {
    this.running = this.loop();
  }

  poke(): void {
    this.pending = true;
    this.wake?.();
  }

  get working(): boolean {
    return this.inHand || this.pending;
  }

  private async loop(): Promise<void> {
    let backOffMs = 50;
    while (!this.stopping.signal.aborted) {
      this.pending = false;
      this.inHand = true;
      try {
        while (!this.stopping.signal.aborted && (await this.sweep.run(this.clock.now(), this.sweep.limit ?? LIMIT, this.stopping.signal)) > 0);
        backOffMs = 50;
        this.inHand = false;
        if (!this.pending && !this.stopping.signal.aborted) await this.idle();
      } catch (error) {
        this.failed(error as Error);
        await this.wall.sleep(backOffMs, this.stopping.signal);
        backOffMs = Math.min(backOffMs * 2, BACK_OFF_MS_MAX);
      }
    }
  }

  private idle(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wake = null;
        resolve();
      };
      const timer = setTimeout(done, LOOK_WAIT_MS);
      this.wake = done;
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake?.();
    await this.running;
  }
}

/** The sweeps of one service: each looks when something was committed, when the clock jumps, and every second. */
export class Sweeps {
  private readonly registered: Sweep[] = [];
  private loops: Loop[] = [];
  /** Counts what was stored besides the runner's commits. */
  stirs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly failed: (name: string, error: Error) => void,
  ) {}

  register(sweep: Sweep): void {
    this.registered.push(sweep);
  }
  start(): void {
    this.loops = this.registered.map((sweep) => new Loop(sweep, this.clock, this.wall, (error) => this.failed(sweep.name, error)));
  }
  poke(): void {
    for (const loop of this.loops) loop.poke();
  }
  /** Told by whoever stores something that a sweep is to find, and the runner did not commit. */
  stir(): void {
    this.stirs++;
    this.poke();
  }

  /** The names of those that run, wait to run or back off after a failure. */
  working(): string[] {
    return this.loops.filter((loop) => loop.working).map(({ sweep }) => sweep.name);
  }

  /** The names of those in whose keeping something heals by wall time. */
  async healing(): Promise<string[]> {
    const states = await Promise.all(this.registered.map(async (sweep) => (await sweep.busy?.()) ?? false));
    return this.registered.filter((_, index) => states[index]).map(({ name }) => name);
  }

  /** The earliest business instant of all, with its sweep's name. */
  async nextDue(): Promise<{ name: string; at: Date } | null> {
    const dues = await Promise.all(this.registered.map(async (sweep) => ({ name: sweep.name, at: await sweep.nextDueAt() })));
    return dues.filter((due): due is { name: string; at: Date } => due.at !== null).sort((a, b) => a.at.getTime() - b.at.getTime())[0] ?? null;
  }

  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }
}
