/** One side of `validate` in a process of its own: reads and checks bodies, and tells what one took. */
import { decode, invalid, ReconciliationBalanceChanged } from '@emdia/contracts';
import { serve } from '../processes';
import { balanceBody, wrongBodies } from '../balance-events';
import { accepts as dtoAccepts } from './dto';

export interface ValidateAsk {
  readonly side: 'contract' | 'class';
  readonly events: number;
}
export interface ValidateAnswer {
  readonly cpu_us_per_event: number;
  readonly bytes: number;
}

/** As the runner does with each delivery. */
function contractAccepts(body: string): boolean {
  try {
    return invalid(ReconciliationBalanceChanged, decode(body).data) === null;
  } catch {
    return false;
  }
}

const BODIES = 1_000;
const WARM_SHARE = 0.25;

serve(async ({ side, events }: ValidateAsk): Promise<ValidateAnswer> => {
  const accepts = side === 'contract' ? contractAccepts : dtoAccepts;
  const bodies = Array.from({ length: BODIES }, (_, n) => balanceBody(n));
  for (const body of bodies) if (!accepts(body)) throw new Error(`${side} refuses a good body: ${body}`);
  for (const body of wrongBodies()) if (accepts(body)) throw new Error(`${side} accepts a wrong body: ${body}`);
  const take = (count: number) => {
    for (let n = 0; n < count; n++) if (!accepts(bodies[n % BODIES]!)) throw new Error(`${side} refuses what it accepted before.`);
  };
  take(events * WARM_SHARE);
  const before = process.cpuUsage();
  take(events);
  const { user, system } = process.cpuUsage(before);
  return { cpu_us_per_event: (user + system) / events, bytes: bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / BODIES };
});
