import { BadArguments, readArguments } from './arguments';
import { WANTED, wantedOf, type Wanted } from './creditor-systems';
import { FAULTS, noFaults, type Counts } from './faults';
import { faultsOf, inWords, resultOf, together } from './report';
import type { Totals } from './simulation';

const every = Object.fromEntries(FAULTS.map((fault) => [fault, 2])) as Counts;
const acts = Object.fromEntries(WANTED.map((wanted) => [wanted, 3])) as Wanted;
const totals = (more: Partial<Totals> = {}): Totals => ({
  seeds: 100, steps: 10, days: 30, case_days: 300, audits: 5, compared: 4, not_compared: 1, faults: every, acts,
  laws: new Map([[4, { law: 4, name: 'Nothing is lost', checked: 7, violations: 0 }]]), hashes: new Map(), failures: [], ...more,
});

describe('report', () => {
  it('stands where every kind of fault happened and nothing broke', () => {
    const result = resultOf(totals(), 1, 3);
    expect([faultsOf(result), result.case_days_per_second]).toEqual([[], 100]);
    expect(inWords(result)).toContain('No law is broken');
  });

  it('is void where a kind of fault never happened in a run long enough', () => {
    const lacking = { ...every, crashed: 0 };
    expect(faultsOf(resultOf(totals({ faults: lacking }), 1, 3))).toEqual(['The run is void: crashed never happened.']);
    expect(faultsOf(resultOf(totals({ faults: lacking, seeds: 10 }), 1, 3))).toEqual([]);
    expect(faultsOf(resultOf(totals({ acts: { ...acts, removal: 0 } }), 1, 3))).toEqual(['The run is void: removal never happened.']);
  });

  it('adds up what processes shared, and tells a broken seed', () => {
    const failure = { seed: 101, what: 'a law is broken', examples: [], trace_hash: 'x', program: { seed: 1, by_night: true, carries: 'nothing' as const, customers: 1, opening: [], steps: [] }, shrunk: 0, last: [] };
    const both = together([resultOf(totals(), 1, 3), resultOf(totals({ faults: noFaults(), acts: wantedOf([{ kind: 'service', change: 'limit' }]), failures: [failure] }), 101, 3)], 4);
    expect(both).toMatchObject({ seeds: 200, first_seed: 1, case_days: 600, case_days_per_second: 150, missing: [], acts: { retry: 3, limit: 4 }, laws: [{ law: 4, checked: 14, violations: 0 }] });
    expect(faultsOf(both)).toEqual(['Seed 101: a law is broken.']);
  });
});

describe('arguments', () => {
  it('plays 20 seeds, or the one that is named', () => {
    expect(readArguments([])).toMatchObject({ seeds: 20, first: 1, jobs: 2 });
    expect(readArguments(['--seed', '7'])).toMatchObject({ seeds: 1, first: 7, jobs: 1 });
    expect(readArguments(['--seed', '7', '--seeds', '200', '--jobs', '4'])).toMatchObject({ seeds: 200, first: 7, jobs: 4 });
    expect(readArguments(['--help'])).toBeNull();
  });
  it.each([[['--seeds', '0']], [['--seed', 'x']], [['--fast']]])('refuses %j', (argv) => expect(() => readArguments(argv)).toThrow(BadArguments));
});
