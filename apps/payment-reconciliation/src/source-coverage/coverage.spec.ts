import { addBusinessDays, addDays, isBusinessDay, weekday } from '@emdia/calendar';
import { expectedUntil, isNear } from './coverage';

const days = (from: string, count: number) => Array.from({ length: count }, (_, n) => addDays(from, n));

describe('what a source must have covered', () => {
  it('is as many business days behind as it declared: the first day that is near enough', () => {
    for (const day of days('2026-01-01', 366)) {
      for (const lag of [0, 1, 2, 10]) {
        const until = expectedUntil(day, lag);
        // Said the other way round: one business day more than the lag leads past the day of contact.
        expect([day, lag, addBusinessDays(until, lag + 1) > day, addBusinessDays(addDays(until, -1), lag + 1) > day]).toEqual([day, lag, true, false]);
        expect([isNear(day)(until, lag), isNear(day)(addDays(until, -1), lag)]).toEqual([true, false]);
      }
    }
  });

  it('counts no weekend and no bank holiday', () => {
    // Carnival of 2026 is on the 16th and 17th of February; the Friday before it is the 13th.
    expect(['2026-02-13', '2026-02-14', '2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19'].map((day) => expectedUntil(day, 1))).toEqual(
      ['2026-02-12', '2026-02-12', '2026-02-12', '2026-02-12', '2026-02-13', '2026-02-18']);
    expect(expectedUntil('2026-02-18', 0)).toBe('2026-02-18');
  });

  // A return covers the day before it was made. Banks make one on business days, and none on others.
  it.each([
    ['in the morning of each business day', 1, (day: string) => isBusinessDay(day)],
    ['in the evening of each business day', 2, () => false],
  ])('is met by returns made %s with a lag of %i, and with no smaller one', (_, lag, isThereByDay) => {
    const year = days('2026-01-05', 360);
    const coveredAtNoon = (day: string) => addDays(year.filter((made) => isBusinessDay(made) && (made < day || (made === day && isThereByDay(day)))).at(-1) ?? '2026-01-01', -1);
    // Nobody is written to on Sundays and holidays.
    const contactDays = year.slice(10).filter((day) => weekday(day) !== 0 && (isBusinessDay(day) || weekday(day) === 6));
    expect(contactDays.filter((day) => !isNear(day)(coveredAtNoon(day), lag))).toEqual([]);
    expect(contactDays.filter((day) => !isNear(day)(coveredAtNoon(day), lag - 1)).length).toBeGreaterThan(100);
  });
});
