import type { Type } from '@nestjs/common';
import type { MigrationInterface } from 'typeorm';
import type { Broker, Reactions } from '@emdia/messaging';
import type { Clock, WallClock } from '@emdia/clock';
import type { Config, ServiceId } from './config';
import type { Sweeps } from './sweeps';

/** How a service reads deliveries whose envelope and ids strangers chose; `decode` and the event's own id otherwise. */
export type Reading = Pick<Reactions, 'read' | 'identify'>;

/** A service as `run()` takes it. */
export interface Service {
  readonly name: ServiceId;
  readonly module: Type<unknown>;
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** The first segments of its paths (`v1/cases`), unique over the house; `internal/v1/...` too. */
  readonly resources: readonly string[];
  /** Paths as `resources`, for callers who read no documentation of ours; their handlers read the bodies themselves, byte for byte. */
  readonly raw?: readonly string[];
  readonly reading?: Type<Reading>;
}

/** What every service of a house shares. */
export interface Surroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly wall: WallClock;
  readonly broker: Broker;
  /** The class that each service's sweeps are made of: loops of their own, or whatever gives them their turns. */
  readonly sweeps: typeof Sweeps;
  /** Something that cannot be repaired in this process; it should end. */
  readonly fatal: (error: Error) => void;
}
