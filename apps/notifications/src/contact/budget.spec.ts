import { classOf, fits } from './budget';

describe('contacts that fit', () => {
  it('4 in 7 days, not 5', () => {
    const days = ['2026-03-02', '2026-03-03', '2026-03-04'];
    expect(fits(days, '2026-03-05')).toBe(true);
    expect(fits([...days, '2026-03-05'], '2026-03-06')).toBe(false);
    expect(fits([...days, '2026-03-05'], '2026-03-08')).toBe(false);
    expect(fits([...days, '2026-03-05'], '2026-03-09')).toBe(true);
  });
  it('12 in 30 days, not 13', () => {
    const days = [1, 3, 5, 8, 10, 12, 15, 17, 19, 22, 24, 26].map((day) => `2026-03-${String(day).padStart(2, '0')}`);
    expect(fits(days.slice(1), '2026-03-29')).toBe(true);
    expect(fits(days, '2026-03-29')).toBe(false);
    expect(fits(days, '2026-03-30')).toBe(false);
    expect(fits(days, '2026-03-31')).toBe(true);
  });
  it('counts days that are reserved ahead', () => {
    expect(fits(['2026-03-05', '2026-03-06', '2026-03-09', '2026-03-10'], '2026-03-04')).toBe(false);
    expect(fits(['2026-03-06', '2026-03-09', '2026-03-10', '2026-03-11'], '2026-03-04')).toBe(true);
  });
});

it('replies count in no class, news apart from asking', () => {
  expect([classOf('collection'), classOf('agreement'), classOf('service'), classOf('reply')]).toEqual(['contact', 'contact', 'service', null]);
});
