import { backOffMs } from '@emdia/gate';

/** Longest wait between two tries, in ms of wall time: a service of the house is back soon, a provider asks for patience. */
const RETRY_DELAY_MS_MAX = { house: 15_000, provider: 300_000 } as const;

/** Wall-time back-off after the n-th attempt: 1 s, doubled each time, up to the limit of what failed. */
export const retryDelayMs = (attempt: number, what: keyof typeof RETRY_DELAY_MS_MAX): number =>
  backOffMs(attempt, RETRY_DELAY_MS_MAX[what]);
