import { activate, defaultPolicy, type Step } from '@emdia/regua';
import { Story } from '../../test/story';
import { ACT_KINDS } from './outward-act';
import { told, type Posted } from './requesting';

const midnight = (day: string) => `${day}T00:00:00-03:00`;
const LIMIT: Step = { step: 'D+5', action: 'service', change: 'limit' };
const GRAVE: Step[] = [{ step: 'D+10', action: 'bureau-notice' }, { step: 'D+21', action: 'bureau-listing', notice_days: 10 }, { step: 'D+25', action: 'protest' }];

/** A debt due on Friday 6 March 2026 along some acts between messages, whose creditor's systems do everything. */
function along(...steps: Step[]): Story {
  const { document } = defaultPolicy('esquecido');
  const s = new Story(new Date(midnight('2026-02-20'))).customer('SP').owes('A', '2026-03-06').carries(...ACT_KINDS);
  s.file = { ...s.file, trial: activate({ ...document, steps: [...document.steps.slice(0, 3), ...steps, ...document.steps.slice(-1)].sort((a, b) => Number(a.step.slice(1)) - Number(b.step.slice(1))) }) };
  return s.owes('A');
}
const tasks = (s: Story) => s.heard<{ reason: string }>('task-requested').map(({ data }) => data.reason);
const back = (s: Story) => tasks(s).filter((reason) => /remove|cancel|restore/.test(reason));
const answer = (s: Story, posted: Posted) => s.take((file, now) => told(file, s.acts[0]!.act_id, posted, now));

describe('an agreement that is being paid', () => {
  it('has the systems take back entry and protest, not the service, once', () => {
    const s = along(LIMIT, ...GRAVE);
    s.until(midnight('2026-06-01')).agrees(['A'], ['2026-06-10', '2026-07-10']).until(midnight('2026-06-08'));
    const undone = () => s.acts.filter(({ undoes }) => undoes).map(({ change }) => change);
    expect(undone()).toEqual([]);
    s.paysInstalment(['A'], 1).until(midnight('2026-06-09'));
    expect([undone(), s.standing('A').kind]).toEqual([['removal', 'cancellation'], 'hold']);
    s.pays('A', '2026-07-15').until(midnight('2026-08-01'));
    expect(undone()).toEqual(['removal', 'cancellation', 'restore']);
  });
  it('has a person take back entry and protest, not the service, once the first instalment of an agreement is paid; again at the end if that is broken', () => {
    const s = along(LIMIT, ...GRAVE).carries().until(midnight('2026-06-01')).agrees(['A'], ['2026-06-10', '2026-07-10']).until(midnight('2026-06-08'));
    expect(back(s)).toEqual([]);
    const both = ['D+21: remove the entry', 'D+25: cancel the protest'];
    expect(back(s.paysInstalment(['A'], 1).until(midnight('2026-06-20')))).toEqual(both);
    s.breaks(['A'], 2).until(midnight('2026-07-15'));
    expect(back(s)).toEqual(both);
    expect(back(s.pays('A', '2026-07-15').until(midnight('2026-08-01'))).sort()).toEqual(['D+21: remove the entry', ...both, 'D+25: cancel the protest', 'D+5: restore the service']);
  });
  it('has it done once where it is kept to its end', () => {
    const s = along(...GRAVE).carries().until(midnight('2026-06-01')).agrees(['A'], ['2026-06-10', '2026-07-10']).paysInstalment(['A'], 1).until(midnight('2026-07-10'));
    expect(back(s.paysInstalment(['A'], 2).pays('A', '2026-07-10').until(midnight('2026-08-01')))).toHaveLength(2);
  });
});

describe('an act that its receiver would not have', () => {
  const limited = () => along({ step: 'D+22', action: 'service', change: 'limit' }).until('2026-03-30T12:00:00-03:00');
  const REFUSED = { outcome: 'rejected', reason: 'answered 422' } as const;
  const again = (s: Story) => s.acts.filter(({ undoes }) => undoes === null).map(({ step, status }) => `${step} ${status}`);
  it.each<[string, (s: Story) => unknown, (s: Story) => unknown]>([
    ['held', (s) => s.holds('manual'), (s) => s.lifts([...s.file.holds.keys()][0]!)],
    ['agreed', (s) => s.agrees(['A'], ['2026-05-06']), (s) => s.breaks(['A'], 1)],
    ['disputed', (s) => s.owes('A', undefined, { collectability: 'disputed' }), (s) => s.owes('A', undefined, { collectability: 'owed' })],
    ['paid', (s) => s.pays('A', '2026-03-30'), (s) => s.owes('A', undefined, { status: 'open', collectability: 'owed', open_cents: 10_000, settled_on: null })],
  ])('no, about a debt that is %s by then, gives nobody anything to do, and the step comes again once it is not', (_, happens, ends) => {
    const s = limited();
    happens(s);
    expect(answer(s, REFUSED)).toBe('rejected');
    s.until(midnight('2026-04-02'));
    expect([again(s), tasks(s)]).toEqual([['D+22 rejected'], []]);
    ends(s);
    s.until(midnight('2026-04-04'));
    expect([again(s), tasks(s)]).toEqual([['D+22 rejected', 'D+22 requested'], []]);
  });
  it('what may have been done is looked at though its debt is held', () => {
    const s = limited();
    s.holds('manual');
    answer(s, { outcome: 'unanswered', reason: 'x' });
    expect(tasks(s)).toEqual(['D+22: limit may be done, look first: x']);
  });
});
