import fc from 'fast-check';
import { allocateProportionally, formatBRL, isCents, parseDecimalToCents, percentOf } from './cents';

const cents = fc.integer({ min: 0, max: 99_999_999_999 });
const rate = fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 999_999 })).map(([whole, millionths]) => `${whole}.${String(millionths).padStart(6, '0')}`);

describe('isCents', () => {
  it('is a whole number that a double holds exactly', () => {
    expect([0, 1, -1, 2 ** 53 - 1].map(isCents)).toEqual([true, true, true, true]);
    expect([0.5, NaN, Infinity, 2 ** 53, '1', null, 1n].map(isCents)).toEqual([false, false, false, false, false, false, false]);
  });
});

describe('percentOf', () => {
  it.each([[10_000, '2.00', 200], [25, '2', 1], [24, '2', 0], [75, '2', 2], [12_345, '1.5', 185], [0, '2', 0], [10_000, '0', 0], [-25, '2', -1], [333, '33.333333', 111],
    // 115 cents at 10% is 11.5; 1.15 * 0.1 * 100 in floats is 11.499999999999998.
    [115, '10', 12], [99_999_999_999, '999.999999', 999_999_998_990]])('%i at %s%% is %i', (amount, percent, expected) => expect(percentOf(amount, percent)).toBe(expected));

  it('is within half a cent of the exact value and rounds the half up', () => {
    fc.assert(fc.property(cents, rate, (amount, percent) => {
      const exactTimesE8 = BigInt(amount) * BigInt(percent.replace('.', ''));
      const doubledError = 2n * (BigInt(percentOf(amount, percent)) * 100_000_000n - exactTimesE8);
      expect(doubledError > -100_000_000n && doubledError <= 100_000_000n).toBe(true);
      expect(percentOf(-amount, percent)).toBe(amount === 0 || percentOf(amount, percent) === 0 ? 0 : -percentOf(amount, percent));
    }));
  });

  it.each(['', '-1', '+1', '1,5', '1.', '.5', '1e2', ' 1', '1 ', '1.123456789', '12345', 'NaN'])('refuses the rate %j', (percent) => expect(() => percentOf(100, percent)).toThrow(RangeError));
  it('refuses what is not cents, and a result that is none', () => {
    expect(() => percentOf(0.5, '2')).toThrow(RangeError);
    expect(() => percentOf(2 ** 53 - 1, '200')).toThrow(RangeError);
  });
});

describe('formatBRL and parseDecimalToCents', () => {
  it.each([[0, 'R$ 0,00'], [5, 'R$ 0,05'], [123_456, 'R$ 1.234,56'], [100_000_000, 'R$ 1.000.000,00'], [99_999, 'R$ 999,99'], [-123_456, '-R$ 1.234,56'], [-5, '-R$ 0,05']])(
    '%i is %s', (amount, text) => expect(formatBRL(amount)).toBe(text));
  it('refuses to show fractions', () => expect(() => formatBRL(1.5)).toThrow(RangeError));

  it.each([['1234.56', 123_456], ['0.05', 5], ['19.9', 1_990], ['7', 700], ['-3.10', -310], ['0.00', 0], ['-0.00', 0], ['0000012.30', 1_230], ['1.15', 115], ['9999999999999.99', 999_999_999_999_999]])(
    '%s is %i cents', (text, amount) => expect(parseDecimalToCents(text)).toBe(amount));
  it.each(['', '.', '1.', '.5', '1.234', '1,50', '1.234,56', '1 000', ' 1', '1\n', '+1', '--1', '1e3', '0x10', 'NaN', '99999999999999', '１'])(
    'refuses %j', (text) => expect(() => parseDecimalToCents(text)).toThrow(RangeError));

  it('come back', () => {
    fc.assert(fc.property(fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 }), (amount) => {
      expect(parseDecimalToCents(formatBRL(amount).replace('R$ ', '').replaceAll('.', '').replace(',', '.'))).toBe(amount);
    }));
  });
});

describe('allocateProportionally', () => {
  it.each([[100, [1, 1, 1], [34, 33, 33]], [10, [3, 0, 1], [8, 0, 2]], [1, [1, 1], [1, 0]], [0, [1, 2], [0, 0]], [0, [], []], [0, [0, 0], [0, 0]], [-100, [1, 1, 1], [-34, -33, -33]],
    [5, [2, 3], [2, 3]], [7, [5], [7]]])('%i over %j is %j', (total, weights, expected) => expect(allocateProportionally(total, weights)).toEqual(expected));

  it('sums exactly, stays within a cent of the share, gives nothing to no weight and never less to more', () => {
    fc.assert(fc.property(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), fc.array(fc.integer({ min: 0, max: 10 ** 12 }), { minLength: 1, maxLength: 12 }), (total, weights) => {
      const sum = weights.reduce((a, b) => a + BigInt(b), 0n);
      fc.pre(sum > 0n);
      const parts = allocateProportionally(total, weights);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
      parts.forEach((part, i) => {
        const error = BigInt(part) * sum - BigInt(total) * BigInt(weights[i]!);
        expect(error < sum && -error < sum).toBe(true);
        if (weights[i] === 0) expect(part).toBe(0);
        parts.forEach((other, j) => { if (weights[i]! > weights[j]!) expect(Math.abs(part)).toBeGreaterThanOrEqual(Math.abs(other)); });
      });
    }));
  });

  it('refuses what cannot be shared out', () => {
    for (const [total, weights] of [[1, []], [1, [0, 0]], [1, [-1, 2]], [1, [0.5]], [0.5, [1]]] as const) expect(() => allocateProportionally(total, weights)).toThrow(RangeError);
  });
});
