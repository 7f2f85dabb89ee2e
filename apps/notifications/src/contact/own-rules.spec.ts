import { OwnRules, type OwnRule } from './own-rules';

const NOW = new Date('2026-03-10T12:00:00Z');
const WANTED = { weekdays: [5, 1, 5], contacts_in_7_days: 2, contacts_in_30_days: 6, reason: 'política' };
const set = (known: OwnRule | null, more: Partial<typeof WANTED> = {}) => new OwnRules().set('acme', { ...WANTED, ...more }, 'ana').decide(new Map([['acme', known]]), NOW);

describe('a creditor\'s own rule', () => {
  it('is told to whoever plans, each version once', () => {
    const first = set(null);
    if ('ignored' in first) throw new Error(first.ignored);
    expect(first.events).toMatchObject([{ contract: { type: 'notifications.contact-rule-set.v1' }, key: 'acme/', data: { creditor_id: 'acme', version: 1, weekdays: [1, 5], contacts_in_7_days: 2, contacts_in_30_days: 6 } }]);
    const known = first.next.get('acme')!;
    expect(set(known)).toMatchObject({ ignored: 'in-force' });
    expect(set(known, { weekdays: [2] })).toMatchObject({ events: [{ data: { version: 2, weekdays: [2] } }] });
  });
});
