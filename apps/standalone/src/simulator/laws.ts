import { Unlawful } from './unlawful';
import type { Stage } from './stage';
import { CREDITOR } from './world';

interface Law {
  readonly law: number;
  readonly name: string;
  readonly checked: number;
  readonly violations: number;
  readonly examples: readonly object[];
}

/** What became of one law over all audits of a run. */
export interface LawCount {
  readonly law: number;
  readonly name: string;
  checked: number;
  violations: number;
}

/** Asks the auditor, and looks at what the auditor cannot see; adds up what was checked. */
export class Laws {
  readonly counts = new Map<number, LawCount>();
  audits = 0;

  constructor(private readonly stage: Stage) {}

  /** Throws Unlawful where a law is broken. */
  async check(): Promise<void> {
    const { status, body } = await this.stage.call('GET', '/v1/audit?still=true', CREDITOR);
    if (status !== 200) throw new Error(`The auditor answered ${status}: ${JSON.stringify(body)}`);
    this.audits++;
    const broken: string[] = [];
    for (const { law, name, checked, violations, examples } of (body as { laws: Law[] }).laws) {
      const count = this.counts.get(law) ?? { law, name, checked: 0, violations: 0 };
      this.counts.set(law, count);
      count.checked += checked;
      count.violations += violations;
      if (violations > 0) broken.push(...examples.map((example) => `law ${law}: ${JSON.stringify(example)}`));
    }
    // Of what the provider took, which no table tells: the same letter twice.
    for (const [key, times] of this.stage.provider.accepted) if (times > 1) broken.push(`letter ${key} was taken ${times} times`);
    if (broken.length > 0) throw new Unlawful('a law is broken', broken);
  }
}
