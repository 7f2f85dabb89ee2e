import { isToProcess, LINKS, required, schedule } from './schedule';

describe('the schedule of faults', () => {
  it('is the same for the same seed and another for another', () => {
    expect(schedule(7, 3)).toEqual(schedule(7, 3));
    expect(schedule(8, 3)).not.toEqual(schedule(7, 3));
  });

  it.each([3, 10])('has a tenth more faults than a run of %s minutes must have, whatever the seed', (minutes) => {
    for (let seed = 0; seed < 50; seed++) {
      const faults = schedule(seed, minutes);
      expect(faults.length).toBeGreaterThan(required(minutes).faults * 1.1);
      expect(faults.filter(({ kind }) => isToProcess(kind)).length).toBeGreaterThan(required(minutes).to_processes * 1.1);
      expect(faults.every(({ at_ms, for_ms }) => at_ms + for_ms <= minutes * 60_000)).toBe(true);
    }
    expect(required(10)).toEqual({ faults: 300, to_processes: 40 });
  });

  it('moves the clocks of those alone whose books a jump cannot make look like a breach', () => {
    const jumps = Array.from({ length: 20 }, (_, seed) => schedule(seed, 10)).flat().filter(({ kind }) => kind === 'clock-jump');
    expect([...new Set(jumps.map(({ target }) => target))].sort()).toEqual(['billing-ingestion', 'notifications']);
  });

  it('befalls every link, and every kind comes within 10 minutes', () => {
    const faults = schedule(1, 10);
    expect(new Set(faults.filter(({ kind }) => kind.startsWith('link-')).map(({ target }) => target))).toEqual(new Set(LINKS));
    expect([...new Set(faults.map(({ kind }) => kind))].sort()).toMatchSnapshot();
  });
});
