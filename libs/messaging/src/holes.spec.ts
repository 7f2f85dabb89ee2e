import fc from 'fast-check';
import { Holes } from './holes';

const shown = (holes: Holes): [number, number][] => holes.firsts.map((first, index) => [first, holes.lasts[index]!]);

describe('holes', () => {
  it('are what lies between the watermark and what was found', () => {
    const holes = new Holes();
    holes.look(10, [11, 12, 15, 16, 20], 0, true);
    expect(shown(holes)).toEqual([[13, 14], [17, 19]]);
    expect(holes.isEmpty).toBe(false);
  });

  it('close, in part or whole, when what they held shows', () => {
    const holes = new Holes();
    holes.look(0, [10, 20], 0, true);
    holes.look(20, [4, 11, 15, 19, 21], 1, true);
    expect(shown(holes)).toEqual([[1, 3], [5, 9], [12, 14], [16, 18]]);
    holes.look(21, [1, 2, 3, 5, 6, 7, 8, 9, 12, 13, 14, 16, 17, 18], 2, true);
    expect(holes.isEmpty).toBe(true);
  });

  it('are given up 3 s after they were first seen, but never before a look that began then and saw everything', () => {
    const holes = new Holes();
    holes.look(0, [2], 1_000, true);
    holes.look(2, [], 3_999, true);
    expect(shown(holes)).toEqual([[1, 1]]);
    holes.look(2, [4], 60_000, false);
    expect(shown(holes)).toEqual([[1, 1], [3, 3]]);
    holes.look(4, [], 60_000, true);
    expect(shown(holes)).toEqual([[3, 3]]);
    holes.look(4, [], 63_000, true);
    expect(holes.isEmpty).toBe(true);
  });

  it('are exactly the ids up to the watermark that did not show', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 60 }), fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (order, sizes) => {
        const holes = new Holes();
        const seen = new Set<number>();
        let watermark = 0;
        for (let from = 0, look = 0; from < order.length; look++) {
          const ids = order.slice(from, (from += sizes[look % sizes.length]!)).sort((a, b) => a - b);
          holes.look(watermark, ids, 0, true);
          ids.forEach((id) => seen.add(id));
          watermark = Math.max(watermark, ...ids);
        }
        const lacking = Array.from({ length: watermark }, (_, index) => index + 1).filter((id) => !seen.has(id));
        const held = shown(holes).flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));
        expect(held.sort((a, b) => a - b)).toEqual(lacking);
      }),
    );
  });
});
