/** Whether a value is an amount of money here: a whole number of cents that a double holds exactly; negative ones take away. */
export const isCents = (value: unknown): value is number => Number.isSafeInteger(value);

function exact(amount: number): bigint {
  if (!isCents(amount)) throw new RangeError('not a whole number of cents');
  return BigInt(amount);
}

function toCents(amount: bigint): number {
  const number = Number(amount);
  if (!isCents(number)) throw new RangeError('the amount is too large to be held exactly');
  return number;
}

/** Numerator over denominator (above zero) rounded to a whole number, halves away from zero. */
function roundHalfUp(numerator: bigint, denominator: bigint): bigint {
  const rounded = (2n * (numerator < 0n ? -numerator : numerator) + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

const millionthsByRate = new Map<string, bigint>();

/** Millionths of a percent of a rate such as `2.00`. */
function millionths(percent: string): bigint {
  let units = millionthsByRate.get(percent);
  if (units === undefined) {
    const match = /^(\d{1,3})(?:\.(\d{1,6}))?$/.exec(percent);
    if (!match || match[0] !== percent) throw new RangeError('not a rate (percent as a decimal string, up to three digits and six decimals)');
    units = BigInt(match[1]! + (match[2] ?? '').padEnd(6, '0'));
    if (millionthsByRate.size >= 1_000) millionthsByRate.clear();
    millionthsByRate.set(percent, units);
  }
  return units;
}

/** Cents that a percentage (decimal string, as `2.00`) of an amount times a fraction comes to, rounded half-up once, at the end; throws RangeError on a malformed amount or rate. */
export const percentOf = (cents: number, percent: string, fraction: { times: number; over: number } = { times: 1, over: 1 }): number =>
  toCents(roundHalfUp(exact(cents) * millionths(percent) * BigInt(fraction.times), 100_000_000n * BigInt(fraction.over)));

/** Cents as Portuguese text, `R$ 1.234,56`, with a plain space so that it survives plain-text mail and searches. */
export function formatBRL(cents: number): string {
  const digits = String(exact(cents < 0 ? -cents : cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}R$ ${digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, '.')},${digits.slice(-2)}`;
}

/** Cents of a decimal text such as `1234.56`, `19.9` or `-3`: point, at most two decimals, at most thirteen digits before; anything else throws RangeError. */
export function parseDecimalToCents(text: string): number {
  const match = /^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/.exec(text);
  if (!match || match[0] !== text) throw new RangeError('not an amount (digits, a point, at most two decimals)');
  const cents = Number(match[2]! + (match[3] ?? '').padEnd(2, '0'));
  return match[1] && cents !== 0 ? -cents : cents;
}

/** Shares an amount out in proportion to whole weights, by largest remainder, ties to the first: sums exactly, and no weight gets no cent. Throws RangeError where there is an amount and no weight. */
export function allocateProportionally(total_cents: number, weights: readonly number[]): number[] {
  const total = exact(Math.abs(total_cents));
  const parts = weights.map(exact);
  if (parts.some((weight) => weight < 0n)) throw new RangeError('a weight is negative');
  const sum = parts.reduce((a, b) => a + b, 0n);
  if (sum === 0n) {
    if (total !== 0n) throw new RangeError('there is an amount and no weight to share it by');
    return weights.map(() => 0);
  }
  const shares = parts.map((weight, index) => ({ index, cents: (total * weight) / sum, rest: (total * weight) % sum }));
  let left = total - shares.reduce((a, share) => a + share.cents, 0n);
  for (const share of [...shares].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))) {
    if (left-- <= 0n) break;
    share.cents += 1n;
  }
  return shares.map(({ cents }) => (total_cents < 0 && cents !== 0n ? -toCents(cents) : toCents(cents)));
}
