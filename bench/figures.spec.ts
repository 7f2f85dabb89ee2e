import { judged, median, rowOf as rowWith, table, together } from './figures';
import type { RowPlan } from './measurement';

const plan: RowPlan = { id: 'thing', title: 'a thing', unit: 'x', better: 'higher', target: 3, floor: 2, notes: 'Fair.' };
const sample = (value: number, cpu_us_per_event: number | null = null, beside?: Record<string, number>) => ({ value, cpu_us_per_event, ...(beside ? { beside } : {}) });

const rowOf = (row: RowPlan, samples: Parameters<typeof rowWith>[1]) => rowWith(row, samples, 'a machine');

describe('the median', () => {
  it.each([[[3, 1, 2], 2], [[4, 1, 3, 2], 2.5], [[7], 7], [[10, 9, 100], 10]])('of %j is %d', (values, middle) => expect(median(values)).toBe(middle));
  it('of nothing is an error', () => expect(() => median([])).toThrow('nothing'));
});

describe('a row', () => {
  it('has the median, the range and the medians of what was measured beside', () => {
    const row = rowOf(plan, [sample(2.5, 90, { b_us: 10 }), sample(1.23456, 100, { b_us: 30 }), sample(4, 80, { b_us: 20 })]);
    expect(row).toEqual({
      id: 'thing', value: 2.5, unit: 'x', better: 'higher', target: 3, floor: 2, median: 2.5, min: 1.23, max: 4, cpu_us_per_event: 90, repeats: 3,
      notes: 'Fair. Medians: b_us 20.', measured: 'a machine',
    });
  });

  it('is refused where a repeat measured no number', () => expect(() => rowOf(plan, [sample(1), sample(NaN)])).toThrow('thing measured 1, NaN'));

  it.each([
    ['higher', 3, 'target'], ['higher', 2.99, 'floor'], ['higher', 2, 'floor'], ['higher', 1.99, 'below floor'],
    ['lower', 2, 'target'], ['lower', 2.01, 'floor'], ['lower', 3, 'floor'], ['lower', 3.01, 'below floor'],
  ] as const)('where %s is better and %d was measured: %s', (better, value, word) => {
    expect(judged({ value, better, ...(better === 'higher' ? { target: 3, floor: 2 } : { target: 2, floor: 3 }) })).toBe(word);
  });

  it('without bounds only reports; without a floor it cannot fail', () => {
    expect(judged({ value: 0, better: 'higher', target: null, floor: null })).toBe('reports');
    expect(judged({ value: 0, better: 'higher', target: 1, floor: null })).toBe('floor');
  });
});

describe('the table', () => {
  it('shows what misses its floor, and the notes below', () => {
    const text = table([rowOf(plan, [sample(1)]), rowOf({ ...plan, id: 'other', target: null, floor: null }, [sample(12_345)])], new Map([['thing', 'a thing']]));
    const [head, , first, second] = text.split('\n');
    expect([head, first, second].map((line) => line!.length)).toEqual([head!.length, head!.length, head!.length]);
    expect(first).toMatch(/thing \| a thing .*1 x.*>= 3 .*>= 2 .*BELOW THE FLOOR/);
    expect(second).toMatch(/12,345 x.*– /);
    expect(text).toContain('\nthing: Fair.');
  });
});

describe('a file of results', () => {
  const result = (machine: string, quiet: boolean, ...ids: string[]) => ({ machine, quiet, rows: ids.map((id) => ({ ...rowOf({ ...plan, id }, [sample(1)]), measured: machine })) });

  it('takes rows measured one by one, each with where it was measured, and is quiet where all were', () => {
    const both = together(result('first', true, 'a', 'b'), result('second', false, 'b', 'c'));
    expect(both.rows.map(({ id, measured }) => `${id} ${measured}`)).toEqual(['a first', 'b second, NOT quiet', 'c second, NOT quiet']);
    expect([both.machine, both.quiet]).toEqual(['second', false]);
    expect(together(result('first', false, 'a'), result('second', true, 'b')).quiet).toBe(false);
    expect(together(null, result('second', true, 'b')).rows).toHaveLength(1);
  });
});
