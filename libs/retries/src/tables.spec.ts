import { given } from '../test/given';
import { checkTables, HOUSE_RULES, nextRetry, rulesOf, STOPS } from './index';

const { attempt, at, facts } = given;

it('every item of the house has a source', () => {
  for (const { what, source, confidence } of [...STOPS, ...HOUSE_RULES.limits]) expect([what, source, confidence]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./), expect.stringMatching(/^[HML]$/)]);
  expect([checkTables({}), checkTables({ limits: { 'visa-30-days': { attempts_max: 15, margin: 0 } } })]).toEqual([[], []]);
});

it.each([
  [{ limits: { 'visa-30-days': { attempts_max: 21 } } }, 'limits.visa-30-days.attempts_max', 21, 'Give at most 20.'],
  [{ limits: { 'visa-30-days': { attempts_max: 4 } } }, 'limits.visa-30-days.attempts_max', 4, expect.stringContaining('margin below 4')],
  [{ limits: { 'visa-30-days': { margin: 0 } } }, 'limits.visa-30-days.margin', 0, 'Give a margin of at least 5.'],
  [{ limits: { 'visa-30-days': { attempts_max: 18, margin: 2 } } }, 'limits.visa-30-days.margin', 2, 'Give a margin of at least 3.'],
  [{ limits: { 'visa-30-days': { margin: 20 } } }, 'limits.visa-30-days.margin', 20, expect.stringContaining('margin below 20')],
  [{ limits: { visa: { margin: 1 } } }, 'limits.visa', { margin: 1 }, expect.stringContaining('`visa-30-days`')],
  [{ paydays: [{ day: 32 }] }, 'paydays[0].day', 32, expect.stringContaining('<= 31')],
  [{ hour: '9h' }, 'hour', '9h', expect.stringContaining('HH:mm')],
  [{ table: [{ reason: 'mood', after_hours: 1, on: 'any-day' }] }, 'table[0].reason', 'mood', expect.stringContaining('`no-funds`')],
  [{ ladder: [1] }, 'ladder', [1], expect.stringContaining('`ladder_days`')],
  ['', '', '', expect.stringContaining('set of named values')],
])('refuses %j with path, value and remedy', (tables, path, value, remedy) => {
  expect(checkTables(tables)).toEqual([expect.objectContaining({ severity: 'refuse', path, value, remedy })]);
});

it('what a creditor sets takes the place of the house\'s', () => {
  const own = rulesOf({ limits: { 'debt-60-days': { attempts_max: 2 } }, table: [{ reason: 'no-funds', after_hours: 1, on: 'any-day', weekdays: ['thu'], hour: '20:00' }], ladder_days: [2] });
  expect(own.paydays).toEqual(HOUSE_RULES.paydays);
  const tries = [attempt({ at: at('2026-03-03T10:00'), network_code: '51' })];
  expect(nextRetry(facts({ attempts: tries }), own, at('2026-03-03T10:00'))).toMatchObject({ at: at('2026-03-05T20:00'), by: 'table' });
  expect(nextRetry(facts({ attempts: [...tries, attempt({ attempt_id: 'b', at: at('2026-03-05T10:00') })] }), own, at('2026-03-05T11:00'))).toMatchObject({ at: at('2026-05-02T10:00'), by: 'ladder' });
});
