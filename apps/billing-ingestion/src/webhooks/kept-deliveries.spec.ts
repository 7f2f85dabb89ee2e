import { DrivenClock, WallClock } from '@emdia/clock';
import type { Database } from '@emdia/database';
import { Config, type Sweeps } from '@emdia/runtime';
import { NOW } from '../../test/memory-books';
import { KeptDeliveries } from './kept-deliveries';
import type { Queue } from './queue';

describe('bytes of deliveries', () => {
  it.each([[{}, 90], [{ EMDIA_WEBHOOK_BODY_DAYS: '' }, 90], [{ EMDIA_WEBHOOK_BODY_DAYS: '5' }, 5]])('are kept as long as %j says: %i days', async (env, days) => {
    let nextDueAt: () => Promise<Date | null> = async () => null;
    const sweeps = { register: (sweep: { nextDueAt: () => Promise<Date | null> }) => (nextDueAt = () => sweep.nextDueAt()) } as unknown as Sweeps;
    const database = { query: async () => [{ received_at: NOW }] } as unknown as Database;
    new KeptDeliveries(database, {} as Queue, new DrivenClock(NOW), new WallClock(), sweeps, Config.from(env));
    expect((await nextDueAt())!.getTime() - NOW.getTime()).toBe(days * 86_400_000);
  });
});
