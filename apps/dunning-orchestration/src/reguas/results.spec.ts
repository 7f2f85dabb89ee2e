import { resultOf, type Sums } from './results';

type Pair = readonly [paid: number, owed: number];
const sums = (pairs: readonly Pair[]): Sums => {
  const sum = (of: (pair: Pair) => number) => pairs.reduce((all, pair) => all + of(pair), 0);
  return { regua_version: 'x-1', customers: pairs.length, owed: sum(([, owed]) => owed), paid: sum(([paid]) => paid), owed_squared: sum(([, owed]) => owed ** 2), paid_squared: sum(([paid]) => paid ** 2), paid_times_owed: sum(([paid, owed]) => paid * owed) };
};

/** Numbers from 0 to 1 that are the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

it('is the share of the money, and wide where customers are few', () => {
  expect(resultOf(sums([[50, 100], [100, 100], [0, 100], [100, 300]]))).toMatchObject({ customers: 4, owed_cents: 600, recovered_cents: 250, recovered_share: 250 / 600, low: expect.closeTo(0.129, 3), high: expect.closeTo(0.705, 3) });
  expect(resultOf(sums([[100, 100], [300, 300]]))).toMatchObject({ low: 1, high: 1 });
  expect(resultOf(sums([[50, 100]]))).toMatchObject({ recovered_share: 0.5, low: null, high: null });
  expect(resultOf(sums([]))).toMatchObject({ recovered_share: null, low: null, high: null });
});

it('holds the true share in about 95 of 100 trials, though amounts differ and who owes more pays less', () => {
  const random = randomFrom(7);
  // Whoever owes q of the largest amount pays with probability 1 - q/2: the money share is E[q (1 - q/2)] / E[q] = 2/3.
  const trial = () => resultOf(sums(Array.from({ length: 200 }, (): Pair => {
    const q = random();
    return [random() < 1 - q / 2 ? q * 100_000 : 0, q * 100_000];
  })));
  const held = Array.from({ length: 1_000 }, trial).filter(({ low, high }) => low! <= 2 / 3 && 2 / 3 <= high!).length;
  expect(held).toBeGreaterThan(925);
  expect(held).toBeLessThan(975);
});
