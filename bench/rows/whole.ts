import { WholeHouse } from '../house/whole-house';
import type { Measurement, Sample } from '../measurement';
import type { Bench } from '../surroundings';

const WARM_CUSTOMERS = 500;
const CUSTOMERS = 5_000;
const WAIT_MS_MAX = 10 * 60_000;

async function once(bench: Bench): Promise<Sample> {
  const house = await WholeHouse.open(bench);
  try {
    await house.publish(0, WARM_CUSTOMERS);
    await house.done(WARM_CUSTOMERS, WAIT_MS_MAX);
    const [services, postgres, kafka, began] = [house.cpuMs(), bench.postgresCpuMs(), bench.kafkaCpuMs(), performance.now()];
    const events = await house.publish(WARM_CUSTOMERS, WARM_CUSTOMERS + CUSTOMERS);
    await house.done(WARM_CUSTOMERS + CUSTOMERS, WAIT_MS_MAX);
    const [ms, after] = [performance.now() - began, house.cpuMs()];
    const each = (cpuMs: number): number => (cpuMs * 1_000) / events;
    const beside = { 'PostgreSQL CPU µs': each(bench.postgresCpuMs() - postgres), 'broker CPU µs': each(bench.kafkaCpuMs() - kafka) };
    const byService = [...after].map(([name, cpu]) => [name, each(cpu - services.get(name)!)] as const);
    const { letters } = await house.check();
    return {
      value: events / (ms / 1_000),
      cpu_us_per_event: byService.reduce((sum, [, cpu]) => sum + cpu, 0),
      beside: { ...Object.fromEntries(byService.map(([name, cpu]) => [`${name} CPU µs`, cpu])), ...beside, 'upstream events': events, 'letters, the warm ones too': letters },
    };
  } finally {
    await house.close();
  }
}

/** From a platform's topic to money settled and letters delivered, with every service as it runs in production. */
export const whole: Measurement = {
  rows: [
    {
      id: 'whole', title: 'upstream topic to settled or delivered, all services, Kafka', unit: 'events/s', better: 'higher', target: null, floor: null, large: true,
      notes:
        `Upstream events per second, from the moment the first is published to the moment the last of ${CUSTOMERS.toLocaleString('en-US')} customers is settled or has a letter: each has an invoice due the day before, every second pays. ` +
        'Six processes (the auditor too), Kafka, PostgreSQL with fsync, and the mailbox that takes the letters by SMTP share the machine. CPU per event is the sum of all services, per upstream event; by service below. ' +
        'An upstream event becomes up to ten more on the way. After each repeat the auditor must find no law broken.',
    },
  ],
  open: async (bench) => ({ repeat: async () => ({ whole: await once(bench) }), close: async () => undefined }),
};
