import type { BillingHeartbeat, EventOf } from '@emdia/contracts';
import { type DecisionOne, type Step, step, type Store } from '@emdia/messaging';

/** The services whose silence makes the gate refuse: what they have not said may be a reason not to ask. */
export const HEARD = ['billing', 'dunning', 'negotiation'] as const;
export type Heard = (typeof HEARD)[number];

/** Epoch wall time of the newest heartbeat, in milliseconds; 0 before the first. */
export type Beat = number;

export const STALE_MS = 3_000;
export const FUTURE_MS_MAX = 1_000;

/** Whether a heartbeat is neither older than 3 s nor from further ahead than clocks may differ. */
export const isFresh = (beat: Beat, wallEpochMs: number): boolean => beat >= wallEpochMs - STALE_MS && beat <= wallEpochMs + FUTURE_MS_MAX;

export const heartbeatKey = (service: Heard, partition: number): string => `${service}/${partition}`;

export const applyHeartbeat = (known: Beat, { wall_epoch_ms }: { wall_epoch_ms: number }): DecisionOne<Beat> =>
  wall_epoch_ms > known ? { next: wall_epoch_ms } : { ignored: 'older' };

export const onHeartbeat = (store: Store<Beat>, service: Heard, { data }: EventOf<typeof BillingHeartbeat>): Step<Beat> =>
  step(store, heartbeatKey(service, data.partition), (known) => applyHeartbeat(known, data));
