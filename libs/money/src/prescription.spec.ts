import { addDays, daysBetween } from '@emdia/calendar';
import { firstUnprescribed, prescribesOn } from './prescription';

it.each([['2020-02-28', '2025-02-28'], ['2020-02-29', '2025-03-01'], ['2020-03-01', '2025-03-01'], ['2019-12-31', '2024-12-31']])('%s prescribes on %s', (due, day) => expect(prescribesOn(due)).toBe(day));

it('whether a debt is prescribed is told by its due date as by the day on which it prescribes', () => {
  const from = '2018-12-01';
  const days = Array.from({ length: daysBetween(from, '2021-04-01') }, (_, n) => addDays(from, n));
  let prescribed = 0;
  for (const due of days)
    for (const near of [-366, -365, -2, -1, 0, 1, 2, 365, 366]) {
      const today = addDays(prescribesOn(due), near);
      expect([due, today, due < firstUnprescribed(today)]).toEqual([due, today, prescribesOn(due) < today]);
      if (prescribesOn(due) < today) prescribed++;
    }
  expect(prescribed).toBe(days.length * 4);
});
