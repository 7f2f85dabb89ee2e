import { Seeded } from '../demo/seeded';
import type { Faults } from './faults';

/** What of a letter the provider looks at. */
export interface Letter {
  readonly to: string;
  readonly idempotency_key: string;
}

/** As the SMTP channel answers. */
export type Answer =
  | { readonly outcome: 'accepted'; readonly provider_id: string }
  | { readonly outcome: 'not_accepted'; readonly retry: boolean; readonly reason: string }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** A number from a text, for drawing from. */
export const hashOf = (text: string): number => [...text].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0, 7);

/**
 * Stands where letters leave the house, and keeps what it accepted. What becomes of a letter depends on its key and on
 * how often it came, so that two runs of one story meet the same provider.
 */
export class SimulatedProvider {
  readonly from = 'avisos@emdia.invalid';
  readonly width = 1;
  /** How often each letter was accepted, by its idempotency key. */
  readonly accepted = new Map<string, number>();
  private tries = new Map<string, number>();
  private seed = 0;

  constructor(
    private readonly faults: () => Faults,
    private readonly before: () => void,
  ) {}

  begin(seed: number): void {
    this.accepted.clear();
    this.tries = new Map();
    this.seed = seed;
  }

  reaches(): boolean {
    return true;
  }

  async send({ idempotency_key }: Letter): Promise<Answer> {
    this.before();
    const times = (this.tries.get(idempotency_key) ?? 0) + 1;
    this.tries.set(idempotency_key, times);
    const letter = new Seeded(hashOf(`${this.seed} ${idempotency_key} ${times}`));
    if (this.faults().meets('provider-busy', letter)) return { outcome: 'not_accepted', retry: true, reason: 'simulated: 451 try again later' };
    if (this.faults().meets('provider-refused', letter)) return { outcome: 'not_accepted', retry: false, reason: 'simulated: 550 not here' };
    this.accepted.set(idempotency_key, (this.accepted.get(idempotency_key) ?? 0) + 1);
    if (this.faults().meets('provider-silent', letter)) return { outcome: 'unknown', reason: 'simulated: the answer was lost' };
    return { outcome: 'accepted', provider_id: `simulated-${times}` };
  }
}
