import type { Finding, LawReport } from './finding';
import { explained } from './laws/explained';
import { leftAlone } from './laws/left-alone';
import { notForgotten } from './laws/not-forgotten';
import { type BudgetScope, notHarassed } from './laws/not-harassed';
import { nothingLost } from './laws/nothing-lost';
import { reading, type Snapshot, type Urls } from './snapshot';

export interface AuditOptions {
  readonly urls: Urls;
  /** One law only; all five without it. */
  readonly law?: number | undefined;
  /** A house at rest: nothing is left out for being young. */
  readonly still: boolean;
  /** Business time, by which reviews are late and facts are young. */
  readonly now: Date;
  readonly budget_scope: BudgetScope;
  /** Resolves after so many milliseconds of wall time. */
  sleep(wait_ms: number): Promise<void>;
}

/** Recomputes the laws from the stored facts, as of one instant; rejects when a schema cannot be read. */
export async function audit({ urls, law, still, now, budget_scope, sleep }: AuditOptions): Promise<{ laws: LawReport[] }> {
  const again = async <T>(wait_ms: number, read: (snapshot: Snapshot) => Promise<T>): Promise<T> => {
    await sleep(wait_ms);
    return reading(urls, read);
  };
  return reading(urls, async (snapshot) => {
    const judges = [
      () => leftAlone(snapshot),
      () => notHarassed(snapshot, budget_scope),
      () => notForgotten(snapshot, { still, now }),
      () => nothingLost(snapshot, { still, now, again }),
      () => explained(snapshot, { still }),
    ];
    const findings: Finding[] = [];
    for (const judge of law === undefined ? judges : [judges[law - 1]!]) findings.push(await judge());
    return { laws: findings.map((finding) => finding.report()) };
  });
}
