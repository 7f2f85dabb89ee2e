/**
 * Business time: what decisions take as `now`, and data. It may be driven (demo, tests, backtest) or shifted.
 * Never mix it with WallClock.
 */
export abstract class Clock {
  abstract now(): Date;
}

/** Business time is the machine's time, plus a constant offset in milliseconds (smoke tests and chaos only). */
export class SystemClock extends Clock {
  constructor(private readonly offsetMs = 0) {
    super();
  }
  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }
}

/** Business time that stands still until somebody jumps; it never goes back. */
export class DrivenClock extends Clock {
  private readonly listeners = new Set<() => void>();
  private current: Date;

  constructor(start: Date) {
    super();
    this.current = start;
  }
  now(): Date {
    return this.current;
  }
  /** Throws RangeError when asked to go back. */
  jumpTo(instant: Date): void {
    if (instant < this.current) throw new RangeError(`The clock stands at ${this.current.toISOString()} and cannot go back to ${instant.toISOString()}.`);
    this.current = instant;
    for (const listener of this.listeners) listener();
  }
  onJump(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/**
 * Wall time: monotonic within a process (time-outs, back-off, the age of a verdict), epoch where it crosses processes
 * (heartbeats, leases). Only the simulator replaces it.
 */
export class WallClock {
  /** Milliseconds since the epoch, as the machine tells them. */
  epochMs(): number {
    return Date.now();
  }
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonicMs(): number {
    return performance.now();
  }
  /** Resolves after the wait, or at once when the signal aborts. */
  sleep(waitMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}
