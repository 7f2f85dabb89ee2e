import fc from 'fast-check';
import { SPLIT_ITEMS_MAX, SPLIT_PARTS_MAX, splitsOf } from './splits';

const items = (...cents: number[]) => cents.map((open_cents, at) => ({ id: String(at), open_cents, due_cents: open_cents + 10 }));
const ids = (sets: ReturnType<typeof splitsOf>) => sets.map((set) => set.map(({ id }) => id).join(''));

describe('splitsOf', () => {
  it('finds two or more that come to the sum, as they stand or all with late charges', () => {
    expect(ids(splitsOf(items(100, 230, 370), 330))).toEqual(['01']);
    expect(ids(splitsOf(items(100, 230, 370), 350))).toEqual(['01']);
    expect(ids(splitsOf(items(100, 230, 370), 370))).toEqual([]);
  });
  it('lets a fee be kept once', () => expect(ids(splitsOf(items(100, 230, 370), 325, [5]))).toEqual(['01']));
  it('tells all sets of equal items, so that none of many looks like the only one', () => {
    expect(ids(splitsOf(items(100, 100, 100), 200))).toEqual(['01', '02', '12']);
    expect(splitsOf(items(...Array<number>(12).fill(100)), 200)).toHaveLength(66);
  });
  it('looks at twelve items and four parts, whatever comes', () => {
    let looked = 0;
    const counted = Array.from({ length: 5_000 }, (_, at) => ({ id: String(at), due_cents: 1, get open_cents() { looked++; return 2; } }));
    expect(splitsOf(counted, 999_999)).toEqual([]);
    // 12 + 66 + 220 + 495 sets, each read when it is made.
    expect(looked).toBe(793);
    expect([SPLIT_ITEMS_MAX, SPLIT_PARTS_MAX]).toEqual([12, 4]);
  });
  it('only gives sets that come to the sum', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 14 }), fc.integer({ min: 1, max: 200 }), (cents, sum) => {
      for (const set of splitsOf(items(...cents), sum)) expect([set.reduce((total, each) => total + each.open_cents, 0), set.reduce((total, each) => total + each.due_cents, 0)]).toContain(sum);
    }));
  });
});
