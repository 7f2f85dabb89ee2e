import { activate, defaultPolicy, type Condition, type Policy, type Regua } from '@emdia/regua';
import { NotificationsContactMade } from '@emdia/contracts';
import { creditor_id, customer_id, eventOf, receivableId, Story } from '../../test/story';
import { applyContactMade } from '../cases/facts';
import { factsOf } from './policy';

const at = (day: string) => new Date(`${day}T00:00:00-03:00`);
const { document } = defaultPolicy('esquecido');
/** A régua of the creditor that is for some customers. */
const own = (regua: string, of: NonNullable<Regua['for']>, more: Partial<Regua> = {}): Policy => activate({ ...document, regua, for: of, ...more });
const opened = (of: { segment?: string; score?: number }, ...active: Policy[]) => new Story(at('2026-02-20')).has(...active).customer('SP', true, 1, of).owes('A', '2026-03-06');

describe('the régua that a case opens with', () => {
  const vip = own('vip', { priority: 2, when: { segments: ['vip', 'ouro'] } });
  const risky = own('risco', { priority: 1, when: { score: { max: 400 } } });

  it.each([
    ['the segment', { segment: 'ouro' }, 'vip-1'],
    ['the score', { score: 0 }, 'risco-1'],
    ['both, by their priority', { segment: 'vip', score: 400 }, 'vip-1'],
    ['another segment', { segment: 'basico', score: 401 }, 'esquecido-1'],
    ['what nobody told', {}, 'esquecido-1'],
  ])('is chosen by %s', (_, of, version) => expect(opened(of, vip, risky).file.regua_version).toBe(version));

  it('is kept where the segment changes, and chosen anew where it opens again', () => {
    const s = opened({}, vip).customer('SP', true, 2, { segment: 'vip' });
    expect(s.file).toMatchObject({ person: { segment: 'vip', score: null }, regua_version: 'esquecido-1' });
    expect(s.pays('A', '2026-02-21').owes('B', '2026-04-10').file.regua_version).toBe('vip-1');
  });
  it('forgets a segment that is told no more', () => {
    expect(opened({ segment: 'vip', score: 7 }, vip).customer('SP', true, 2).file.person).toMatchObject({ segment: null, score: null });
  });
  it('is not what leaves the customer out', () => {
    expect(opened({ segment: 'basico' }, own('quase-todos', { priority: 1, unless: { segments: ['vip'] } })).file.regua_version).toBe('quase-todos-1');
    expect(opened({ segment: 'vip' }, own('quase-todos', { priority: 1, unless: { segments: ['vip'] } })).file.regua_version).toBe('esquecido-1');
  });
});

describe('a step', () => {
  const asking = (when: Condition) => activate({ ...document, regua: 'nossa', steps: document.steps.map((step) => (step.step === 'D+7' ? { ...step, when } : step)) });
  const next = (s: Story) => s.until('2026-03-10T00:00:00-03:00').standing('A');

  it.each([
    [{ segment: 'vip', score: 700 }, 'D+7'], [{ segment: 'vip', score: 699 }, 'D+15'], [{ segment: 'basico', score: 900 }, 'D+15'], [{ segment: 'vip' }, 'D+15'], [{ score: 900 }, 'D+15'], [{}, 'D+15'],
  ])('is for %j or not', (of, step) => expect(next(opened(of, asking({ segments: ['vip'], score: { min: 700 } })))).toMatchObject({ step }));

  it('is for what they are by then', () => {
    const s = opened({}, asking({ segments: ['vip'] })).until('2026-03-05T00:00:00-03:00').customer('SP', true, 2, { segment: 'vip' });
    expect(next(s)).toMatchObject({ step: 'D+7' });
  });

  it('is for whom a message reached on its channel, whichever that was', () => {
    const s = opened({}, own('nossa', { priority: 1 })).until('2026-03-03T13:00:00Z');
    expect(factsOf(s.file).reached).toEqual(['email']);
    const by = (certainty: 'sent' | 'unknown', step: string, channel = 'whatsapp') => {
      const data = { creditor_id, customer_id, case_id: s.file.case_id, notice_id: receivableId(`${channel}-${step}`), purpose: 'collection' as const, local_day: '2026-03-04', covers: [{ receivable_id: receivableId('A'), due_date: '2026-03-06', step }], step, certainty, channel: channel as 'email', call_began_at: s.now.toISOString() };
      s.take((file, now) => applyContactMade(file, eventOf(NotificationsContactMade, data, now), now));
    };
    by('unknown', 'D0');
    expect(factsOf(s.file).reached).toEqual(['email']);
    by('sent', 'D+1');
    expect([...factsOf(s.file).reached].sort()).toEqual(['email', 'whatsapp']);
    // What was said of an earlier due date, or of a debt that is paid, does not count.
    expect(factsOf(s.owes('A', '2026-05-05').file).reached).toEqual([]);
  });
});
