import fc from 'fast-check';
import { addDays, daysBetween, isCivilDate, weekday } from './civil-date';

const ms = (date: string) => Date.parse(`${date}T00:00:00Z`);
const anyDate = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((d) => d.toISOString().slice(0, 10));

describe('isCivilDate', () => {
  it.each(['2026-02-28', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31', '2149-06-07'])('accepts %s', (s) => expect(isCivilDate(s)).toBe(true));
  it.each(['2026-02-30', '2026-02-29', '1900-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00', '2026-1-01', '26-01-01', '2026-01-01T00:00',
    '2026/01/01', '0000-01-01', '+2026-01-1', '2026-01-1 ', '', '2026-0a-01', '２０２６-01-01'])('refuses %j', (s) => expect(isCivilDate(s)).toBe(false));
  it('refuses what is no text', () => expect([isCivilDate(20260101), isCivilDate(null), isCivilDate(new Date(0))]).toEqual([false, false, false]));
});

describe('arithmetic', () => {
  it('crosses months, leap days and years', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(daysBetween('2024-01-01', '2025-01-01')).toBe(366);
    expect(daysBetween('2026-03-02', '2026-03-01')).toBe(-1);
    expect(weekday('2026-03-01')).toBe(0);
    expect(weekday('1969-12-31')).toBe(3);
  });

  it('agrees with the platform on every date', () => {
    fc.assert(fc.property(anyDate, anyDate, fc.integer({ min: -40_000, max: 40_000 }), (a, b, n) => {
      expect(daysBetween(a, b)).toBe((ms(b) - ms(a)) / 86_400_000);
      expect(weekday(a)).toBe(new Date(ms(a)).getUTCDay());
      const moved = new Date(ms(a) + n * 86_400_000);
      if (moved.getUTCFullYear() >= 1 && moved.getUTCFullYear() <= 9999) expect(addDays(a, n)).toBe(moved.toISOString().slice(0, 10));
    }), { numRuns: 2_000 });
  });

  it('refuses what is no date, no whole number of days, or leaves the calendar', () => {
    expect(() => addDays('2026-02-30', 1)).toThrow(RangeError);
    expect(() => daysBetween('2026-01-01', 'x')).toThrow(RangeError);
    expect(() => addDays('2026-01-01', 0.5)).toThrow(RangeError);
    expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
    expect(() => addDays('0001-01-01', -1)).toThrow(RangeError);
  });
});
