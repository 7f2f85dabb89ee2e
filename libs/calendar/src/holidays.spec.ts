import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addBusinessDays, isBusinessDay, nextBusinessDay, previousBusinessDay } from './business-days';
import { addDays, weekday } from './civil-date';
import { easterSunday, holidays, isHoliday } from './holidays';

const data = resolve(process.env.EMDIA_TEST_DATA ?? join(__dirname, '../../../../shared/data'));
const present = existsSync(join(data, 'calendar/anbima.cal'));
if (!present) console.warn(`test data absent, the bank calendar was NOT compared: set EMDIA_TEST_DATA (looked in ${data})`);
const withData = present ? describe : describe.skip;

withData('against the published bank calendar', () => {
  it('every day of 2001-2099', () => {
    const listed = new Set(readFileSync(join(data, 'calendar/anbima.cal'), 'utf8').split(/\s+/));
    const wrong: string[] = [];
    let closed = 0;
    for (let day = '2001-01-01'; day < '2100-01-01'; day = addDays(day, 1)) {
      const expected = !listed.has(day) && weekday(day) % 6 !== 0;
      if (isBusinessDay(day) !== expected || isHoliday(day) !== listed.has(day)) wrong.push(day);
      if (listed.has(day)) closed++;
    }
    expect(wrong).toEqual([]);
    // Twelve a year, thirteen from 2024, less Good Friday of 2079, which is Tiradentes too.
    expect(closed).toBe(99 * 12 + 76 - 1);
  });

  it('the worked examples of Pix validity: roll(roll(due) + days)', () => {
    interface Example { due_date: string; validity_days: number; adjusted_due_date: string; last_accepted_date: string; attempts: { date: string; accepted: boolean }[] }
    const { examples } = JSON.parse(readFileSync(join(data, 'pix/validity.json'), 'utf8')) as { examples: Example[] };
    expect(examples.flatMap((e) => e.attempts)).toHaveLength(56);
    for (const e of examples) {
      const last = nextBusinessDay(addDays(nextBusinessDay(e.due_date), e.validity_days));
      expect([nextBusinessDay(e.due_date), last]).toEqual([e.adjusted_due_date, e.last_accepted_date]);
      for (const a of e.attempts) expect([a.date, a.date <= last]).toEqual([a.date, a.accepted]);
    }
  });
});

describe('holidays', () => {
  it('of 2026 by law and by the bank calendar, each with its source', () => {
    expect(holidays(2026).map((h) => `${h.date} ${h.kind}`)).toEqual([
      '2026-01-01 national', '2026-02-16 bank', '2026-02-17 bank', '2026-04-03 bank', '2026-04-21 national', '2026-05-01 national', '2026-06-04 bank',
      '2026-09-07 national', '2026-10-12 national', '2026-11-02 national', '2026-11-15 national', '2026-11-20 national', '2026-12-25 national',
    ]);
    for (const h of holidays(2026, { uf: 'AL' })) expect([h.name, h.source, h.confidence]).toEqual([expect.any(String), expect.stringMatching(/.{5}/), expect.stringMatching(/^[HML]$/)]);
  });

  it('have 20 November from 2024 everywhere and before only where the state had it', () => {
    expect([isHoliday('2023-11-20'), isHoliday('2024-11-20')]).toEqual([false, true]);
    expect([isHoliday('2023-11-20', 'RJ'), isHoliday('2023-11-20', 'PR'), isHoliday('2001-11-20', 'RJ')]).toEqual([true, false, false]);
    expect(holidays(2079).filter((h) => h.date === '2079-04-21').map((h) => h.kind)).toEqual(['national']);
    expect(holidays(2024, { uf: 'RJ' }).filter((h) => h.date === '2024-11-20').map((h) => h.kind)).toEqual(['national']);
  });

  it('know the days of the states, which close no bank elsewhere', () => {
    expect([isHoliday('2026-07-09', 'SP'), isHoliday('2026-07-09', 'RJ'), isHoliday('2026-07-09'), isHoliday('2026-07-09', 'XX')]).toEqual([true, false, false, false]);
    expect([isHoliday('2026-07-02', 'BA'), isHoliday('2026-09-20', 'RS'), isHoliday('2026-04-23', 'RJ')]).toEqual([true, true, true]);
    expect([isHoliday('2019-04-29', 'ES'), isHoliday('2026-04-13', 'ES')]).toEqual([false, true]);
    expect(isBusinessDay('2026-07-09')).toBe(true);
    const dates = holidays(2026, { uf: 'SP' }).map((h) => h.date);
    expect(dates).toEqual([...dates].sort());
  });

  it('are frozen, for they are shared', () => {
    expect(() => (holidays(2026) as unknown[]).push({})).toThrow(TypeError);
  });

  it('hang on Easter', () => {
    expect([1818, 2000, 2008, 2024, 2025, 2026, 2038, 2285].map(easterSunday)).toEqual(
      ['1818-03-22', '2000-04-23', '2008-03-23', '2024-03-31', '2025-04-20', '2026-04-05', '2038-04-25', '2285-03-22']);
  });
});

describe('business days', () => {
  it('roll only when they have to', () => {
    expect([nextBusinessDay('2026-03-10'), nextBusinessDay('2026-03-14'), nextBusinessDay('2026-02-14'), nextBusinessDay('2026-12-25')]).toEqual(['2026-03-10', '2026-03-16', '2026-02-18', '2026-12-28']);
    expect([previousBusinessDay('2026-03-10'), previousBusinessDay('2026-03-15'), previousBusinessDay('2026-02-17')]).toEqual(['2026-03-10', '2026-03-13', '2026-02-13']);
  });

  it('are counted strictly after or before the date', () => {
    expect(addBusinessDays('2026-03-13', 1)).toBe('2026-03-16');
    expect(addBusinessDays('2026-03-14', 1)).toBe('2026-03-16');
    expect(addBusinessDays('2026-02-13', 5)).toBe('2026-02-24');
    expect(addBusinessDays('2026-03-16', -1)).toBe('2026-03-13');
    expect(addBusinessDays('2026-03-15', -1)).toBe('2026-03-13');
    expect(addBusinessDays('2026-03-15', 0)).toBe('2026-03-15');
    expect(() => addBusinessDays('2026-03-15', 1.5)).toThrow(RangeError);
  });

  it('refuse what is no date', () => {
    for (const f of [isBusinessDay, isHoliday, nextBusinessDay, previousBusinessDay]) expect(() => f('2026-02-30')).toThrow(RangeError);
  });
});
