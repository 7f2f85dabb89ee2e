import { report, verdict, type Run } from './report';

const run = (more: Partial<Run> = {}): Run => ({
  seed: 7, minutes: 1, began: Date.now(), machine: 'spec', faults: { 'kill after-commit': 5, 'link-reset': 25 },
  reached: ['SIGKILL after-commit', 'SIGKILL after-publish', 'SIGKILL provider-accepted', 'SIGSTOP within-send', 'SIGKILL post-answered', 'SIGKILL within-post'].map((each, number) => ({ number, signal: each.split(' ')[0]!, point: each.split(' ')[1]!, pid: 1, epoch_ms: 1 })),
  ends: [], alarms: [], judgement: { events: 10, rested_ms: 100, witnesses: { 'duplicate refused': 1 }, invariants: [{ name: 'ledger', checked: 3, violations: [] }] }, ...more,
});
const complaints = (more: Partial<Run>) => verdict(run(more)).complaints.join('\n');

describe('the verdict', () => {
  it('is good where nothing is violated, every witness was seen and the faults suffice', () => {
    const good = verdict(run());
    expect([good.complaints, good.isVoid]).toEqual([[], false]);
    expect(good.json).toEqual({
      seconds: expect.any(Number), events: 10, faults: { 'kill after-commit': 5, 'link-reset': 25 },
      witnesses: { 'committed but not acknowledged': 1, 'published but not deleted': 1, 'accepted by the provider but not recorded': 1, 'taken by the receiver but not recorded': 1, 'killed within a post': 1, 'frozen within a send': 1, 'duplicate refused': 1 },
      invariants: [{ name: 'ledger', checked: 3, violations: 0 }, { name: 'no service broke down or gave up by itself', checked: 5, violations: 0 }],
    });
    expect(report(run(), good)).toContain('0 violations in 5 kills bounds the rate below 0.600 a kill');
  });

  it('names seed, time and rows of a violation', () => {
    const { judgement } = run();
    expect(complaints({ judgement: { ...judgement, invariants: [{ name: 'ledger', checked: 3, violations: [{ at: '12:00', rows: { cents: 1 } }] }] } })).toMatch(/ledger.*seed 7.*\n.*12:00.*cents/);
    expect(complaints({ ends: [{ member: 'negotiation', code: 1, epoch_ms: 1, said: false, output: 'TypeError' }] })).toContain('TypeError');
    expect(complaints({ alarms: ['dunning: An event was set aside {"reason":"decision-failed"}'] })).toContain('decision-failed');
  });

  it('is void where a witness was not seen, nothing was checked or the faults do not suffice', () => {
    const { judgement } = run();
    expect([verdict(run({ reached: [] })).isVoid, verdict(run({ reached: [], alarms: ['dunning: An event was set aside'] })).isVoid]).toEqual([true, false]);
    expect(complaints({ reached: [] })).toContain('void: "frozen within a send" was never seen');
    expect(complaints({ judgement: { ...judgement, witnesses: { 'duplicate refused': 0 } } })).toContain('void: "duplicate refused" was never seen');
    expect(complaints({ judgement: { ...judgement, invariants: [{ name: 'ledger', checked: 0, violations: [] }] } })).toContain('void: nothing was checked for "ledger"');
    expect(complaints({ faults: { 'kill after-commit': 3, 'link-reset': 26 } })).toMatch(/29 faults of 30[^]*3 faults to processes of 4/);
  });
});
