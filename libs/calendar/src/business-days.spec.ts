import { businessDaysBetween, isWeekday, nextBusinessDay } from './business-days';

describe('businessDaysBetween', () => {
  it('counts after the first day up to and including the last', () => {
    expect([businessDaysBetween('2026-03-13', '2026-03-16'), businessDaysBetween('2026-03-14', '2026-03-17'), businessDaysBetween('2026-03-10', '2026-03-10')]).toEqual([1, 2, 0]);
    expect(businessDaysBetween('2026-03-16', '2026-03-10')).toBe(0);
  });

  it('leaves out bank holidays, which the calendar of weekdays does not know', () => {
    expect([businessDaysBetween('2026-02-13', '2026-02-19'), businessDaysBetween('2026-02-13', '2026-02-19', isWeekday)]).toEqual([2, 4]);
    expect([nextBusinessDay('2026-02-16'), nextBusinessDay('2026-02-16', isWeekday), nextBusinessDay('2026-02-14', isWeekday)]).toEqual(['2026-02-18', '2026-02-16', '2026-02-16']);
  });
});
