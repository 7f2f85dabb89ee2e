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

describe('whom no own régua fits, where the creditor gives them to people', () => {
  const most = own('quase-todos', { priority: 1, unless: { segments: ['parceiro'] } });
  const named = own('todos-menos-um', { priority: 1, unless: { customers: [customer_id] } });
  const left = (of: { segment?: string }, ...active: Policy[]) => new Story(at('2026-02-20')).has(...active).leaves('task').customer('SP', true, 1, of).owes('A', '2026-03-06');

  it.each<[string, { segment?: string }, Policy[], string]>([
    ['nothing is published', {}, [], 'sem-regua-1'],
    ['none is for them', {}, [own('vip', { priority: 1, when: { segments: ['vip'] } })], 'sem-regua-1'],
    ['the only one leaves their segment out', { segment: 'parceiro' }, [most], 'sem-regua-1'],
    ['the only one leaves out whom it names', {}, [named], 'sem-regua-1'],
    ['another is for them', {}, [named, own('resto', { priority: 0 })], 'resto-1'],
    ['it is for them', { segment: 'basico' }, [most], 'quase-todos-1'],
  ])('follows where %s', (_, of, active, version) => expect(left(of, ...active).file.regua_version).toBe(version));

  it('is the house\'s affair where the creditor says so, or nothing', () => {
    for (const unfitted of ['house', undefined] as const) expect(new Story(at('2026-02-20')).has(named).leaves(unfitted).customer().owes('A', '2026-03-06').file.regua_version).toBe('esquecido-1');
  });

  it('has no message, and a person from the day after its due date on', () => {
    const s = left({}, named).until('2026-06-15T00:00:00-03:00');
    expect(s.calendar).toEqual([
      '2026-03-09 D+1: fora da régua, uma pessoa cuida', '2026-03-16 regua-ended', '2026-03-23 regua-ended', '2026-04-22 regua-ended', '2026-05-22 regua-ended',
    ]);
    expect(s.standing('A')).toMatchObject({ kind: 'owner', queue: 'cobranca' });
    expect(s.pays('A', '2026-06-15').until('2026-07-01T00:00:00-03:00').notices).toEqual([]);
  });
  it('is dated before, so that nothing is forgotten', () => expect(left({}, named).standing('A')).toMatchObject({ kind: 'task', step: 'D+1', at: new Date('2026-03-09T13:00:00Z') }));
  it('is reminded of no instalment', () => expect(left({}, named).until('2026-03-10T00:00:00-03:00').agrees(['A'], ['2026-03-20', '2026-04-20']).until('2026-04-21T00:00:00-03:00').notices).toEqual([]));
  it('stays with people whatever the cause', () => {
    for (const cause of ['no-money', 'forgot', 'payment-method'] as const) {
      const s = left({}, named);
      s.tells(cause);
      expect(s.file.regua_version).toBe('sem-regua-1');
      expect(s.until('2026-05-01T00:00:00-03:00').notices).toEqual([]);
    }
  });
  it('goes to people for a cause that the own régua leaves out, and to the house\'s path where that is for them', () => {
    const unlucky = own('nossa', { priority: 1, unless: { causes: ['no-money'] } });
    const told = (...active: Policy[]) => {
      const s = left({}, ...active);
      s.tells('no-money');
      return s.file.regua_version;
    };
    expect([told(unlucky), told(own('nossa', { priority: 1 }))]).toEqual(['sem-regua-1', 'bom-pagador-1']);
  });
  it('says which facts it was chosen by', () => {
    const [change, ...rest] = left({ segment: 'basico' }, most, named).changes;
    expect([change, rest]).toEqual([expect.objectContaining({ what: 'regua', before: null, after: 'quase-todos-1', actor: 'dunning-orchestration', reason: 'opened', facts: expect.objectContaining({ segment: 'basico', score: null, reached: [] }) }), []]);
    expect(left({}, named).changes).toMatchObject([{ after: 'sem-regua-1', reason: 'opened; no own régua writes to them' }]);
    expect(new Story(at('2026-02-20')).customer().owes('A', '2026-03-06').changes).toEqual([]);
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
