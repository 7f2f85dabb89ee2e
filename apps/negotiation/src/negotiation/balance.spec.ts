import fc from 'fast-check';
import type { DataOf, ReconciliationBalanceChanged } from '@emdia/contracts';
import { A, agreed, B, balance, type Deed, disputed, given, PROMISE, promised, STRANGER, tell } from '../../test/story';

type Told = Partial<DataOf<typeof ReconciliationBalanceChanged>>;

/** Payments on one receivable that only grow; where it ends, by payment or by cancellation, nothing comes after. */
const growing = fc.record({ payments: fc.array(fc.integer({ min: 0, max: 6_000 }), { maxLength: 5 }), cancelled: fc.boolean() }).map(({ payments, cancelled }) => {
  const told: Told[] = [];
  let paid_cents = 0;
  for (const payment of payments) {
    if (paid_cents === 10_000) break;
    told.push({ paid_cents: (paid_cents = Math.min(10_000, paid_cents + payment)) });
  }
  if (cancelled && paid_cents < 10_000) told.push({ paid_cents, status: 'cancelled', open_cents: 0 });
  return told;
});

/** Any history, refunds and reopenings too. */
const any = fc.array(fc.integer({ min: 0, max: 10_000 }).map((paid_cents): Told => ({ paid_cents })), { maxLength: 6 });

/** Deeds in order, and the same in any order with some of them doubled. */
const shuffled = (history: typeof any) =>
  fc.tuple(history, history).chain(([ofA, ofB]) => {
    const deeds = [...ofA.map((told, index) => balance(A, index + 2, told)), ...ofB.map((told, index) => balance(B, index + 2, told))];
    return fc.tuple(fc.constant(deeds), fc.shuffledSubarray([...deeds, ...deeds], { minLength: deeds.length * 2 }));
  });

const opened = [balance(A, 1), balance(B, 1)];
const commitments: [string, Deed[]][] = [
  ['a promise of a part', [promised({ receivable_ids: [A, B], amount_cents: 7_000 })]],
  ['a promise of all', [promised({ receivable_ids: [B, A] })]],
  ['an agreement with a waiver', [agreed({ instalments: [{ due_date: '2026-03-13', amount_cents: 4_000 }, { due_date: '2026-04-13', amount_cents: 11_000 }], waived_cents: 5_000 })]],
  ['a dispute and a promise', [disputed({ receivable_ids: [A, B] }), promised()]],
];

describe.each(commitments)('balances over %s', (_, made) => {
  const start = tell([...opened, ...made]);
  const from = { ...start, events: [], ignored: [] };

  it('give the same state and the same events in any order and however often they come', () => {
    let ended = 0;
    fc.assert(fc.property(shuffled(growing), ([inOrder, anyhow]) => {
      const expected = tell(inOrder, from);
      const got = tell(anyhow, from);
      if (expected.events.length > 0) ended++;
      expect(got.state).toEqual(expected.state);
      expect(got.events.map(({ id }) => id).sort()).toEqual(expected.events.map(({ id }) => id).sort());
    }), { numRuns: 300 });
    // Without histories that end something the property would prove nothing.
    expect(ended).toBeGreaterThan(30);
  });

  it('tell nothing twice and keep the highest version, whatever is refunded', () => {
    fc.assert(fc.property(shuffled(any), ([inOrder, anyhow]) => {
      const got = tell(anyhow, from);
      const ids = got.events.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(got.state.receivables).toEqual(tell(inOrder, from).state.receivables);
    }), { numRuns: 300 });
  });
});

describe('a balance', () => {
  it('changes nothing that it is given', () => {
    const { state } = tell([...opened, promised(), agreed({ receivable_ids: [B], instalments: [{ due_date: '2026-03-13', amount_cents: 10_000 }] })]);
    const before = structuredClone(state);
    tell([balance(A, 2, { paid_cents: 10_000 }), balance(B, 2, { paid_cents: 10_000 })], { ...tell([]), state });
    expect(state).toEqual(before);
  });

  it('opens a receivable of which nothing was known', () => {
    const state = given().when(balance(STRANGER, 3, { paid_cents: 1_000 })).then([]);
    expect(state.receivables.get(STRANGER)).toEqual({
      receivable_id: STRANGER, version: 3, status: 'open', collectability: 'owed', open_cents: 9_000, paid_cents: 1_000, effective_due_date: '2026-02-20',
    });
  });

  it('of one customer leaves what rests on other receivables alone', () => {
    const { state } = tell([...opened, promised()]);
    expect(tell([balance(B, 2, { paid_cents: 10_000 })], { ...tell([]), state }).state.promises.get(PROMISE)).toBe(state.promises.get(PROMISE));
  });
});
