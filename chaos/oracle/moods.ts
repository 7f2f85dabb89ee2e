import type { Random } from '../random';

/** A fault that nobody has felt yet befalls the first call that can feel it, and lasts until then; so long at most. */
const UNFELT_MS_MAX = 60_000;

/** In which ways somebody outside behaves badly now, and who has felt it. */
export class Moods<Fault extends string> {
  /** How many calls met each fault. */
  readonly met: Partial<Record<Fault, number>> = {};
  private readonly active = new Map<Fault, number>();

  constructor(private readonly random: Random) {}

  /** Behaves badly for a while, and the first time on until somebody has felt it; several ways at once are possible. */
  async misbehave(fault: Fault, forMs: number): Promise<void> {
    const began = Date.now();
    this.active.set(fault, (this.active.get(fault) ?? 0) + 1);
    for (let waited = 0; waited < forMs || (!this.met[fault] && waited < UNFELT_MS_MAX); waited = Date.now() - began) await new Promise((resolve) => setTimeout(resolve, 100));
    const others = this.active.get(fault)! - 1;
    if (others > 0) this.active.set(fault, others);
    else this.active.delete(fault);
  }

  /** Whether a call meets a fault now: the first always, later ones in a share of 0 to 1. */
  befalls(fault: Fault, share: number): boolean {
    if (!this.active.has(fault) || (this.met[fault] && !this.random.chance(share))) return false;
    this.met[fault] = (this.met[fault] ?? 0) + 1;
    return true;
  }
}
