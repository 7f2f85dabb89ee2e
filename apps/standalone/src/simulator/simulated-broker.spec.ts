import type { Delivery, Row } from '@emdia/messaging';
import { Faults, FAULTS } from './faults';
import { SimulatedBroker, type SimulatedGroup } from './simulated-broker';

const TOPIC = 'toy.events.v1';
const row = (id: number, key: string, partition: number | null = null): Row => ({ id: String(id), topic: TOPIC, type: 'toy.said.v1', key, partition, body: JSON.stringify({ id: `e${id}` }) });

describe('SimulatedBroker', () => {
  let faults: Faults;
  let broker: SimulatedBroker;
  let taken: Delivery[];

  beforeEach(async () => {
    faults = new Faults(false);
    broker = new SimulatedBroker(() => faults);
    taken = [];
    await broker.subscribe('readers', [TOPIC], async (batch) => void taken.push(...batch));
  });

  const publish = async (rows: Row[]) => {
    const source = await broker.source('toy');
    await source.publish(rows, () => undefined);
    broker.admit();
  };
  const drain = async () => {
    for (let [group] = broker.waiting(); group; [group] = broker.waiting()) await group.deliver();
  };
  const firsts = (): number[] => [...new Set(taken.map(({ body }) => Number(JSON.parse(body).id.slice(1))))];

  it('hands over everything, each key in order by first occurrence, whatever goes wrong', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      faults.reseed(seed);
      broker.forget();
      taken = [];
      const rows = Array.from({ length: 100 }, (_, n) => row(n, `k${n % 7}`));
      await publish(rows);
      await drain();
      expect(firsts().sort((a, b) => a - b)).toEqual(rows.map((_, n) => n));
      for (let key = 0; key < 7; key++) {
        const ofKey = firsts().filter((n) => n % 7 === key);
        expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
      }
    }
    for (const fault of ['reordered', 'delayed', 'duplicated', 'acknowledgement-dropped'] as const) expect([fault, faults.counts[fault] > 0]).toEqual([fault, true]);
  });

  it.each([1, 2, 3, 4])('lets nothing be overtaken by what vouches for it (seed %i)', async (seed) => {
    faults.reseed(seed);
    const partition = broker.partitionOf(TOPIC, 'k');
    const keys = Array.from({ length: 40 }, (_, n) => `k${n}`).filter((key) => broker.partitionOf(TOPIC, key) === partition).slice(0, 10);
    await publish([...keys.map((key, n) => row(n, key)), row(99, 'coverage', partition)]);
    await drain();
    expect(firsts().indexOf(99)).toBe(keys.length);
  });

  it('hands a batch over again that failed, and nothing twice when nothing goes wrong', async () => {
    faults = new Faults(true);
    let isDown = true;
    await broker.subscribe('others', [TOPIC], async () => {
      if (isDown) throw new Error('down');
    });
    await publish([row(1, 'a'), row(2, 'b')]);
    const [others, readers] = broker.waiting() as [SimulatedGroup, SimulatedGroup];
    expect(await others.deliver()).toMatchObject({ taken: false });
    expect(others.pending).toHaveLength(2);
    isDown = false;
    expect(await others.deliver()).toMatchObject({ taken: true, names: ['toy.said.v1 e1', 'toy.said.v1 e2'] });
    await readers.deliver();
    expect([broker.waiting(), taken]).toEqual([[], [expect.anything(), expect.anything()]]);
    expect(FAULTS.filter((fault) => faults.counts[fault] > 0)).toEqual([]);
  });

  it('repeats what was not answered after its relay began anew, and tells the relay once of what was', async () => {
    faults = new Faults(true);
    const source = await broker.source('toy');
    const settled: string[] = [];
    await source.publish([row(1, 'a')], (ids) => void settled.push(...ids));
    broker.admit();
    expect(settled).toEqual(['1']);
    await source.publish([row(2, 'a')], (ids) => void settled.push(...ids));
    await source.rebuild();
    await source.publish([row(2, 'a')], (ids) => void settled.push(...ids));
    broker.admit();
    broker.admit();
    await drain();
    expect(settled).toEqual(['1', '2']);
    expect(firsts()).toEqual([1, 2]);
  });
});
