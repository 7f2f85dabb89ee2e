import { Client } from 'pg';
import { endsOf, orderOf } from '../house/order';
import { Worked } from '../house/worked';
import type { Measurement, Sample } from '../measurement';
import { until } from '../processes';
import type { Bench } from '../surroundings';

/** An hour at a thousand events a second. */
const OUTAGE_EVENTS = 3_600_000;
/** What a repeat drains; `BENCH_BACKLOG_EVENTS=3600000` drains the hour itself. A multiple of the pattern's 10,000. */
const EVENTS = Number(process.env.BENCH_BACKLOG_EVENTS ?? 300_000);
const WARM_EVENTS = Math.min(30_000, EVENTS / 5);
const WAIT_MS_MAX = 40 * 60_000;

async function drain(bench: Bench, worked: Worked): Promise<Sample> {
  const database = await worked.fresh();
  const from = await endsOf(worked.admin, worked.outgoing);
  const sql = new Client({ connectionString: database.url });
  await sql.connect();
  const child = worked.start(database);
  const consumed = (): Promise<number> => {
    child.alive();
    return worked.consumed();
  };
  try {
    const warm = await until('the process is warm', WAIT_MS_MAX, async () => ((await consumed()) >= WARM_EVENTS ? worked.consumed() : null));
    const mark = () => ({ at: performance.now(), cpu: child.cpuMs(), postgres: bench.postgresCpuMs(), kafka: bench.kafkaCpuMs() });
    const before = mark();
    await until('everything is consumed', WAIT_MS_MAX, async () => ((await consumed()) >= EVENTS ? true : null));
    await until('everything is published', WAIT_MS_MAX, async () => ((await sql.query(`select 1 from ${worked.schema}.outbox limit 1`)).rowCount === 0 ? true : null), 20);
    const after = mark();
    const measured = EVENTS - warm;
    const perSecond = (measured * 1_000) / (after.at - before.at);
    const each = (ms: number): number => (ms * 1_000) / measured;
    const order = await orderOf(worked.kafka, worked.admin, worked.outgoing, from, EVENTS);
    if (order.answered !== EVENTS) throw new Error(`Of ${EVENTS} events ${order.answered} were answered.`);
    if (order.violations > 0) throw new Error(`${order.violations} answers overtook an earlier one of the same customer.`);
    return {
      value: OUTAGE_EVENTS / perSecond / 60,
      cpu_us_per_event: each(after.cpu - before.cpu),
      beside: {
        'events/s': perSecond, 'PostgreSQL CPU µs': each(after.postgres - before.postgres), 'broker CPU µs': each(after.kafka - before.kafka), 'customers in order': order.keys,
        'order violations': order.violations, 'peak MB': child.memoryMb().peak,
      },
    };
  } finally {
    await child.stop();
    await sql.end();
    await database.drop();
  }
}

/** An hour of outage taken in by the service whose lateness costs most. */
export const backlog: Measurement = {
  rows: [
    {
      id: 'backlog', title: 'an hour of outage at 1,000 events/s drained by one service', unit: 'min', better: 'lower', target: 8, floor: 15, large: true,
      notes:
        'payment-reconciliation, since while it is behind nobody knows who has paid; its hop is also the dearest (double entry, matching). Half the events are invoices, half their payments 5,000 events later, three receivables a customer, 3 partitions, one process. ' +
        `${EVENTS === OUTAGE_EVENTS ? 'The whole hour was drained.' : `EXTRAPOLATED: ${EVENTS.toLocaleString('en-US')} events are drained, the first ${WARM_EVENTS.toLocaleString('en-US')} warm it up, and the rate of the rest, to the last row published, is taken for 3.6 million; BENCH_BACKLOG_EVENTS=3600000 drains them all.`} ` +
        'After each repeat the outgoing topic is read: every event has its answer, and each customer\'s answers come in the order of the customer\'s events.',
    },
  ],
  async open(bench) {
    const worked = await Worked.open(bench, 'payment-reconciliation', EVENTS);
    return { repeat: async () => ({ backlog: await drain(bench, worked) }), close: () => worked.close() };
  },
};
