import { contracts, derivedId, outgoing } from '@emdia/contracts';
import type { Clock, WallClock } from '@emdia/clock';
import type { Database } from '@emdia/database';
import { append } from './outbox';

const BEAT_WAIT_MS = 1_000;

/**
 * Says every second, through the service's own outbox and on every partition, that this service is alive and that what
 * it wrote before has gone out. A receiver that hears it late knows that it may not know everything.
 */
export class Heart {
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;

  constructor(
    private readonly options: { service: string; database: Database; clock: Clock; wall: WallClock; partitions: number; beat: () => void; failed: (error: Error) => void },
  ) {}

  start(): void {
    this.running = this.run();
  }
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { wall, failed } = this.options;
    while (!this.stopping.signal.aborted) {
      await this.once().catch(failed);
      await wall.sleep(BEAT_WAIT_MS, this.stopping.signal);
    }
  }

  private async once(): Promise<void> {
    const { service, database, clock, wall, partitions, beat } = this.options;
    const contract = contracts.get(`${database.schema}.heartbeat.v1`)!;
    const at = wall.epochMs();
    const events = Array.from({ length: partitions }, (_, partition) => ({
      event: outgoing(contract, {
        id: derivedId('heartbeat', service, partition, at),
        key: `heartbeat/${partition}`,
        creditor_id: '',
        now: clock.now(),
        data: { partition, wall_epoch_ms: at },
        partition,
      }),
    }));
    await database.transaction((tx) => append(tx, service, events));
    beat();
  }
}
