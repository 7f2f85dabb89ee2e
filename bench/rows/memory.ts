import { serviceNames, services, type ServiceName } from '@emdia/contracts';
import { Client } from 'pg';
import { balanceBody } from '../balance-events';
import { Worked } from '../house/worked';
import type { Measurement } from '../measurement';
import { pause, until } from '../processes';

const OUTBOX_ROWS = 1_000_000;
/** More than any service takes in within the time. */
const EVENTS = 200_000;
const MEASURED_MS = 25_000;
/** Below this it did not do what it is measured at. */
const MOVED_MIN = 2_000;

const fill = (name: ServiceName) => (sql: Client) =>
  sql.query(
    `insert into ${services[name].schema}.outbox (topic, type, key, body) select $1, 'reconciliation.balance-changed.v1', 'boa-forma/cliente-' || n % 100000, $2 from generate_series(1, $3::int) n`,
    [`${services[name].schema}.events.v1`, balanceBody(1), OUTBOX_ROWS],
  );

interface Peak {
  readonly mb: number;
  /** How much of it came in the second half. */
  readonly late_mb: number;
}

async function peakOf(worked: Worked): Promise<Peak> {
  const database = await worked.fresh();
  const sql = new Client({ connectionString: database.url });
  await sql.connect();
  const child = worked.start(database);
  try {
    await until(`${worked.name} consumes`, 60_000, async () => {
      child.alive();
      return (await worked.consumed()) > 0 ? true : null;
    });
    await pause(MEASURED_MS / 2);
    const half = child.memoryMb();
    await pause(MEASURED_MS / 2);
    const { peak } = child.memoryMb();
    const moved = { consumed: await worked.consumed(), left: (await sql.query<{ n: number }>(`select count(*)::int as n from ${worked.schema}.outbox where id <= ${OUTBOX_ROWS}`)).rows[0]!.n };
    if (moved.consumed < MOVED_MIN || moved.left > OUTBOX_ROWS - MOVED_MIN) throw new Error(`${worked.name} hardly worked: ${JSON.stringify(moved)}`);
    return { mb: peak, late_mb: peak - half.peak };
  } finally {
    await child.stop();
    await sql.end();
    await database.drop();
  }
}

/** The most memory that any service takes while it has all too much to do. */
export const memory: Measurement = {
  rows: [
    {
      id: 'memory', title: 'resident memory of a service with a backlog of a million, the worst', unit: 'MB', better: 'lower', target: 300, floor: 450, large: true,
      notes:
        `Peak resident memory (VmHWM) of each service's process, started on a million rows in its outbox and ${EVENTS.toLocaleString('en-US')} events on its topic, more than it takes in within the ${MEASURED_MS / 1_000} s measured; both are worked off at once. ` +
        'What it reads ahead is bounded in bytes and rows, so that a longer backlog fills no more: the growth within the second half of the time is told beside. It includes Nest, and no compiler: what runs was compiled before, as in the image.',
    },
  ],
  async open(bench) {
    const all: Worked[] = [];
    const close = async (): Promise<void> => {
      for (const worked of all) await worked.close();
    };
    try {
      for (const name of serviceNames) all.push(await Worked.open(bench, name, EVENTS, fill(name)));
    } catch (error) {
      await close();
      throw error;
    }
    return {
      async repeat() {
        const beside: Record<string, number> = {};
        const peaks: Peak[] = [];
        for (const worked of all) {
          const peak = await peakOf(worked);
          peaks.push(peak);
          beside[`${worked.name} MB`] = peak.mb;
        }
        beside['most growth in the second half MB'] = Math.max(...peaks.map(({ late_mb }) => late_mb));
        return { memory: { value: Math.max(...peaks.map(({ mb }) => mb)), cpu_us_per_event: null, beside } };
      },
      close,
    };
  },
};
