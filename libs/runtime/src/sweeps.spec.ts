import { DrivenClock, WallClock } from '@emdia/clock';
import { Sweeps } from './sweeps';

const wall = new WallClock();
const START = new Date('2026-03-02T12:00:00Z');

describe('sweeps', () => {
  const failures: string[] = [];
  let clock: DrivenClock;
  let sweeps: Sweeps;
  beforeEach(() => {
    failures.length = 0;
    clock = new DrivenClock(START);
    sweeps = new Sweeps(clock, wall, (name, error) => failures.push(`${name}: ${error.message}`));
  });
  afterEach(() => sweeps.stop());

  const still = async () => {
    for (let tries = 0; sweeps.working().length + (await sweeps.healing()).length > 0; tries++) {
      if (tries > 500) throw new Error('still busy');
      await wall.sleep(5);
    }
  };
  /** A sweep over a list of due instants, which handles at most two at a time. */
  function register(name: string, dues: Date[], more: { busy?: () => Promise<boolean> } = {}): { handled: Date[] } {
    const handled: Date[] = [];
    sweeps.register({
      name,
      nextDueAt: async () => dues[0] ?? null,
      run: async (now) => {
        const due = dues.filter((at) => at <= now).slice(0, 2);
        dues.splice(0, due.length);
        handled.push(...due);
        return due.length;
      },
      ...more,
    });
    return { handled };
  }
  const at = (seconds: number) => new Date(START.getTime() + seconds * 1000);

  it('runs again until nothing is due, and leaves the future alone', async () => {
    const { handled } = register('due', [at(-3), at(-2), at(-1), at(0), at(1)]);
    sweeps.start();
    await still();
    expect(handled).toEqual([at(-3), at(-2), at(-1), at(0)]);
    expect(await sweeps.nextDue()).toEqual({ name: 'due', at: at(1) });
  });

  it('tells a sweep that waits for somebody outside when it has to stop', async () => {
    let ended = false;
    sweeps.register({ name: 'waiting', nextDueAt: async () => null, run: (_now, _limit, stopping) => wall.sleep(60_000, stopping).then(() => ((ended = true), 0)) });
    sweeps.start();
    await wall.sleep(20);
    await sweeps.stop();
    expect(ended).toBe(true);
  });

  it('looks at once when it is poked, and is busy from then on', async () => {
    const dues: Date[] = [];
    const { handled } = register('due', dues);
    sweeps.start();
    await still();
    dues.push(at(0));
    sweeps.poke();
    expect(sweeps.working()).toEqual(['due']);
    await still();
    expect(handled).toEqual([at(0)]);
  });

  it('looks by itself within about a second', async () => {
    const dues: Date[] = [];
    const { handled } = register('due', dues);
    sweeps.start();
    await still();
    dues.push(at(0));
    await wall.sleep(1_300);
    expect(handled).toEqual([at(0)]);
  });

  it('tells the earliest due of all', async () => {
    register('later', [at(9)]);
    register('never', []);
    register('sooner', [at(5)]);
    expect(await sweeps.nextDue()).toEqual({ name: 'sooner', at: at(5) });
  });

  it('is busy while it backs off after a failure, and goes on by itself', async () => {
    let failing = true;
    sweeps.register({
      name: 'failing',
      nextDueAt: async () => null,
      run: async () => {
        if (failing) throw new Error('the database is away');
        return 0;
      },
    });
    sweeps.start();
    await wall.sleep(80);
    expect([sweeps.working(), failures[0]]).toEqual([['failing'], 'failing: the database is away']);
    failing = false;
    await still();
  });

  it('is busy while a sweep says that wall time heals something', async () => {
    let claimed = true;
    register('claims', [], { busy: async () => claimed });
    sweeps.start();
    await wall.sleep(20);
    expect(await sweeps.healing()).toEqual(['claims']);
    claimed = false;
    await still();
  });

  it('ends what is at hand when it stops, begins nothing, and does not wait for the next look', async () => {
    let release = () => undefined as void;
    let runs = 0;
    sweeps.register({
      name: 'slow',
      nextDueAt: async () => null,
      run: () => new Promise((resolve) => (runs++, (release = () => resolve(1)))),
    });
    sweeps.start();
    const began = wall.monotonicMs();
    let stopped = false;
    const stopping = sweeps.stop().then(() => (stopped = true));
    await wall.sleep(30);
    expect(stopped).toBe(false);
    release();
    await stopping;
    expect([runs, wall.monotonicMs() - began < 500]).toEqual([1, true]);
  });
});
