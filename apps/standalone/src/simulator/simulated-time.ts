import { DrivenClock, WallClock } from '@emdia/clock';

interface Sleeper {
  readonly until_ms: number;
  readonly wake: () => void;
}

const BEGAN_EPOCH_MS = Date.UTC(2026, 0, 1);

/** Wall time that stands still until the simulator lets some of it pass; who sleeps wakes then and not before. */
export class SimulatedWall extends WallClock {
  private passed_ms = 0;
  private sleepers: Sleeper[] = [];
  /** How many have been woken so far. */
  woken = 0;

  override epochMs(): number {
    return BEGAN_EPOCH_MS + this.passed_ms;
  }
  override monotonicMs(): number {
    return this.passed_ms;
  }
  override sleep(waitMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        this.sleepers = this.sleepers.filter((each) => each !== sleeper);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const sleeper: Sleeper = { until_ms: this.passed_ms + waitMs, wake: done };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  /** Time passes and nobody notices yet: a process that is frozen, or that is busy with one thing. */
  freeze(wait_ms: number): void {
    this.passed_ms += wait_ms;
  }

  /** Wakes whoever has slept long enough, in the order in which they should have woken. */
  wake(): void {
    const due = this.sleepers.filter(({ until_ms }) => until_ms <= this.passed_ms).sort((a, b) => a.until_ms - b.until_ms);
    this.woken += due.length;
    for (const { wake } of due) wake();
  }
}

/** Business time that is driven, and put back to a start for the next run in the same house. */
export class RewoundClock extends DrivenClock {
  private back_ms = 0;

  override now(): Date {
    return new Date(super.now().getTime() - this.back_ms);
  }
  override jumpTo(instant: Date): void {
    super.jumpTo(new Date(instant.getTime() + this.back_ms));
  }

  /** The next run begins at an instant, which may lie in the past of the last one. */
  rewindTo(start: Date): void {
    this.back_ms += this.now().getTime() - start.getTime();
  }
}
