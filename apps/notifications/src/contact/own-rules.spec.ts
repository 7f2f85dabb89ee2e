import fc from 'fast-check';
import { ownRule } from '../../test/given';
import { fits, ROLLING_LIMITS } from './budget';
import { limitsOf, OwnRules, type OwnRule, type OwnRuleWanted } from './own-rules';

const NOW = new Date('2026-03-10T12:00:00Z');
const WANTED: OwnRuleWanted = { weekdays: [5, 1, 5], contacts_in_7_days: 2, contacts_in_30_days: 6, reason: 'política' };
const DECISION = { decided_by: 'Ana Maria Souza', role: 'diretora de crédito', reason: 'clientes pediram lembretes diários' };
const LOOSER = { contacts_in_7_days: 6, contacts_in_30_days: 20, decision: DECISION };

const set = (known: OwnRule | null, more: Partial<OwnRuleWanted> = {}, scope = 'acme') => new OwnRules().set('acme', { ...WANTED, ...more }, 'key acme', scope).decide(new Map([['acme', known]]), NOW);

function findings(more: Partial<OwnRuleWanted>, scope?: string): { path: string; value: unknown; remedy: string }[] {
  try {
    set(null, more, scope);
  } catch (refusal) {
    return (refusal as { details: { findings: { path: string; value: unknown; remedy: string }[] } }).details.findings;
  }
  return [];
}
const paths = (more: Partial<OwnRuleWanted>, scope?: string) => findings(more, scope).map(({ path }) => path);

function kept(more: Partial<OwnRuleWanted>): OwnRule {
  const decision = set(null, more);
  if ('ignored' in decision) throw new Error(decision.ignored);
  return decision.next.get('acme')!;
}

const told = (decision: ReturnType<typeof set>) => ('ignored' in decision ? [] : decision.events);

describe('a creditor\'s own rule', () => {
  it('is told to whoever plans, each version once', () => {
    const first = set(null);
    if ('ignored' in first) throw new Error(first.ignored);
    expect(first.events).toMatchObject([{ contract: { type: 'notifications.contact-rule-set.v1' }, key: 'acme/', data: { creditor_id: 'acme', version: 1, weekdays: [1, 5], contacts_in_7_days: 2, contacts_in_30_days: 6 } }]);
    expect(first.events![0]!.data).not.toHaveProperty('hours');
    const known = first.next.get('acme')!;
    expect(set(known)).toMatchObject({ ignored: 'in-force' });
    expect(set(known, { weekdays: [2] })).toMatchObject({ events: [{ data: { version: 2, weekdays: [2] } }] });
  });
  it('tells its hours, and changes with them', () => {
    const hours = { from: '10:00', to: '16:00' };
    const known = kept({ hours });
    expect(set(known, { hours: { to: '16:00', from: '10:00' } })).toMatchObject({ ignored: 'in-force' });
    expect(set(known, { hours: null })).toMatchObject({ events: [{ data: { version: 2 } }] });
    expect(set(null, { hours })).toMatchObject({ events: [{ data: { hours } }] });
  });
});

describe('own hours', () => {
  it('leave every place an hour, else it is told which does not have it', () => {
    expect(findings({ hours: { from: '09:00', to: '11:30' } })).toEqual([{ path: 'hours', value: { from: '09:00', to: '11:30' }, remedy: expect.stringMatching(/60 minutes of 11:00 to 18:00.*unknown state/) }]);
    expect(findings({ hours: { from: '18:30', to: '23:00' } })).toEqual([expect.objectContaining({ remedy: expect.stringMatching(/09:00 to 19:00.*known state/) }), expect.objectContaining({ remedy: expect.stringMatching(/unknown/) })]);
    expect(findings({ hours: { from: '16:00', to: '10:00' } })).toHaveLength(2);
    expect(findings({ hours: { from: '09:00', to: '12:00' } })).toEqual([]);
  });
  it.each([['9:00', 'hours.from'], ['24:00', 'hours.from'], ['nine', 'hours.from']])('are hours: not %s', (from, path) => {
    expect(findings({ hours: { from, to: '17:00' } })).toEqual([{ path, value: from, remedy: expect.stringContaining('HH:mm') }]);
  });
});

describe('more contacts than the house makes', () => {
  it('are a named person\'s decision, which is kept with the version', () => {
    const known = kept({ ...LOOSER, decision: { ...DECISION, decided_by: '  Ana  Maria Souza ', legal_basis: 'cláusula 9 do contrato' } });
    expect(known).toMatchObject({ contacts_in_7_days: 6, contacts_in_30_days: 20, set_by: 'key acme', decision: { ...DECISION, legal_basis: 'cláusula 9 do contrato' } });
    expect(set(known, { ...LOOSER, decision: { ...DECISION, legal_basis: 'cláusula 9 do contrato' } })).toMatchObject({ ignored: 'in-force' });
    expect(set(known, { ...LOOSER, decision: { ...DECISION, decided_by: 'João da Silva' } })).toMatchObject({ events: [{ data: { version: 2 } }] });
    // A person is nobody's business on a topic.
    expect(JSON.stringify(told(set(null, LOOSER)))).not.toContain('Ana');
  });
  it('are refused without one, each number with its remedy', () => {
    expect(findings({ ...LOOSER, decision: null })).toEqual([
      { path: 'contacts_in_7_days', value: 6, remedy: expect.stringMatching(/1 to 4.*decided_by/) }, { path: 'contacts_in_30_days', value: 20, remedy: expect.stringMatching(/1 to 12.*decided_by/) },
    ]);
    // What was decided once is not decided for the next rule.
    expect(() => set(kept(LOOSER), { contacts_in_7_days: 5 })).toThrow(expect.objectContaining({ reason: 'looser-than-the-house' }));
  });
  it.each<[Partial<OwnRuleWanted>, string]>([[{ contacts_in_7_days: 8 }, 'contacts_in_7_days'], [{ contacts_in_30_days: 31 }, 'contacts_in_30_days'], [{ weekdays: [6] }, 'weekdays[0]'], [{ weekdays: [7] }, 'weekdays[0]']])(
    'no decision goes beyond one contact a day, or to another day: %j', (more, path) => expect(paths({ ...LOOSER, ...more })).toEqual([path]));
  it.each<[Partial<typeof DECISION> & { legal_basis?: string }, string]>([
    [{ decided_by: 'Ana' }, 'decided_by'], [{ decided_by: 'ana@acme.example dois' }, 'decided_by'], [{ decided_by: 'Equipe 7' }, 'decided_by'], [{ decided_by: 'A B' }, 'decided_by'], [{ decided_by: '  ' }, 'decided_by'],
    [{ role: '' }, 'role'], [{ reason: 'porque sim' }, 'reason'], [{ legal_basis: ' ' }, 'legal_basis'],
  ])('a decision says who, as what and why: %j', (more, path) => expect(paths({ ...LOOSER, decision: { ...DECISION, ...more } })).toEqual([`decision.${path}`]));
  it('nothing is decided where nothing is looser', () => expect(paths({ decision: DECISION })).toEqual(['decision']));
  it('are refused where all creditors share one budget, and not counted where they came to share it later', () => {
    expect(findings(LOOSER, 'installation')).toEqual([
      { path: 'contacts_in_7_days', value: 6, remedy: expect.stringContaining('EMDIA_BUDGET_SCOPE') }, { path: 'contacts_in_30_days', value: 20, remedy: expect.stringContaining('EMDIA_BUDGET_SCOPE') },
    ]);
    expect(paths({}, 'installation')).toEqual([]);
    const max = (rule: Partial<OwnRule>, scope: string) => limitsOf(ownRule(rule), scope).map(({ contacts_max }) => contacts_max);
    expect([max(kept(LOOSER), 'acme'), max(kept(LOOSER), 'installation'), max(kept({}), 'installation')]).toEqual([[6, 20], [4, 12], [2, 6]]);
    expect(limitsOf(null, 'acme')).toBe(ROLLING_LIMITS);
  });
  it('whatever is wanted: no rule is kept that is looser than its decision, or than one contact a day', () => {
    const seen = { kept: 0, decided: 0, refused: 0 };
    const wanted = fc.record({
      weekdays: fc.subarray([1, 3, 5, 6], { minLength: 1, maxLength: 2 }), contacts_in_7_days: fc.integer({ min: 0, max: 9 }), contacts_in_30_days: fc.integer({ min: 0, max: 34 }), reason: fc.constant('política'),
      decision: fc.constantFrom(null, DECISION, DECISION, { ...DECISION, decided_by: 'Ana' }),
    });
    fc.assert(fc.property(wanted, fc.constantFrom('acme', 'installation'), (each, scope) => {
      if (findings(each, scope).length > 0) return void seen.refused++;
      const { weekdays, contacts_in_7_days: week, contacts_in_30_days: month, decision } = kept(each);
      const isLooser = week > 4 || month > 12;
      seen[isLooser ? 'decided' : 'kept']++;
      expect([week <= 7 && month <= 30 && week <= month, decision !== null, weekdays.every((day) => day <= 5)]).toEqual([true, isLooser, true]);
      if (isLooser) expect(scope).toBe('acme');
    }), { numRuns: 4_000 });
    expect(Math.min(seen.kept, seen.decided, seen.refused)).toBeGreaterThan(50);
  });
  it('fit into the days that a creditor with none would not get', () => {
    const week = ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'];
    expect([fits(week, '2026-03-06', limitsOf(null, 'acme')), fits(week, '2026-03-06', limitsOf(ownRule(LOOSER as Partial<OwnRule>), 'acme'))]).toEqual([false, true]);
  });
});
