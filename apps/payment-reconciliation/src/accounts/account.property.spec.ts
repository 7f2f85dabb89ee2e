import fc from 'fast-check';
import {
  amended, at, balances, cancelled, disputed, failed, held, issued, lifted, nothing, paid, pending, POLICY, refunded, resolved, tell, type Told, unapplied, type World,
} from '../../test/story';

const INVOICES = ['A', 'B', 'C'];
const REFERENCES = [...INVOICES, 'N', 'unknown', null];
const cents = fc.integer({ min: 1, max: 15_000 });
const day = fc.integer({ min: 1, max: 28 }).map((n) => `2026-03-${String(n).padStart(2, '0')}`);

/** The facts of one invoice, of which some may never come. */
const invoiceFacts = (invoice: string): fc.Arbitrary<Told[]> =>
  fc.record({ amount: cents, due: day, shares: fc.boolean(), charged: fc.boolean(), amend: fc.option(fc.tuple(cents, day)), again: fc.option(cents), cancel: fc.boolean() })
    .map(({ amount, due, shares, charged, amend, again, cancel }) => [
      issued(invoice, { amount_cents: amount, due_date: due, charge_policy: charged ? POLICY : null, ...(shares ? { number: 'N' } : {}) }),
      ...(amend ? [amended(invoice, 2, ...amend)] : []),
      ...(again ? [amended(invoice, 3, again)] : []),
      ...(cancel ? [cancelled(invoice, 4)] : []),
    ]);

/** The facts of one payment: it may be pending, fail, begin again, come, and go back in parts. */
const paymentFacts = (payment_id: string): fc.Arbitrary<Told[]> =>
  fc.record({
    reference: fc.constantFrom(...REFERENCES), amount: cents, paid_date: day, known: fc.boolean(), begins: fc.boolean(), fails: fc.boolean(), again: fc.boolean(), comes: fc.boolean(),
    refunds: fc.array(fc.integer({ min: 1, max: 6_000 }), { maxLength: 2 }),
  }).map(({ reference, amount, paid_date, known, begins, fails, again, comes, refunds }) => {
    const about = { amount_cents: amount, paid_date, customer_id: known ? 'C-1' : null };
    return [
      ...(begins ? [pending(payment_id, reference, about)] : []),
      ...(fails ? [failed(payment_id, reference, about)] : []),
      ...(again ? [pending(payment_id, reference, about, at('2026-03-10', '13:00'))] : []),
      ...(comes ? [paid(payment_id, reference, about), ...refunds.map((refund_cents, index) => refunded(payment_id, `r${index}`, refund_cents, reference, about))] : []),
    ];
  });

const standstills: fc.Arbitrary<Told[]> = fc.subarray([held(['A']), lifted(), disputed(['B', 'C']), resolved(['B', 'C'])]);

const facts = fc.tuple(...INVOICES.map(invoiceFacts), ...['p', 'q', 'r', 's'].map(paymentFacts), standstills).map((parts) => parts.flat());

/** The facts in another order, some of them twice; the inbox takes each once. */
const shuffled = facts.chain((all) =>
  fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.shuffledSubarray(all)).map(([told, order, again]) => ({ told, order: [...order, ...again] })));

const once = (things: readonly Told[]): Told[] => [...new Map([...things].map((thing) => [thing.event.id, thing])).values()];

/** What must not depend on order: balances, collectability, what is unapplied; versions and review dates tell when things were heard. */
const outcome = (world: World) => ({
  receivables: [...world.accounts.values()].flatMap(({ receivables }) => [...receivables.values()]).flatMap(({ invoice_id, position }) => {
    if (position === null) return [];
    const { version: _, review_date: __, ...rest } = position;
    return [[invoice_id, rest] as const];
  }).sort(([a], [b]) => (a < b ? -1 : 1)),
  unapplied: Object.entries(unapplied(world)).sort(),
  balances: Object.entries(balances(world)).sort(),
});

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const runs = { numRuns: 400 };

describe('an account, whatever comes in whatever order', () => {
  it('ends the same', () => {
    let moved = 0;
    fc.assert(fc.property(shuffled, ({ told, order }) => {
      if (told.length > 3) moved++;
      expect(outcome(tell(nothing, once(order)))).toEqual(outcome(tell(nothing, told)));
    }), runs);
    expect(moved).toBeGreaterThan(100);
  });

  it('adds up after every event', () => {
    const seen = { charges: 0, reopened: 0, unapplied: 0 };
    fc.assert(fc.property(shuffled, ({ order }) => {
      let world = nothing;
      for (const thing of once(order)) {
        world = tell(world, [thing]);
        check(world);
      }
      if (balances(world).fine_income) seen.charges++;
      if (Object.keys(unapplied(world)).length > 0) seen.unapplied++;
      if (world.events.some(({ contract }) => contract.type.includes('reopened'))) seen.reopened++;
    }), runs);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
  });
});

function check(world: World): void {
  const accounts = [...world.accounts.values()];
  for (const { unsaved } of accounts) {
    for (const { postings, cause } of unsaved.entries) expect({ cause, sum: sum(postings.map(({ amount_cents }) => amount_cents)) }).toEqual({ cause, sum: 0 });
    expect(new Set(unsaved.entries.map(({ cause }) => cause)).size).toBe(unsaved.entries.length);
  }
  const payments = accounts.flatMap((account) => [...account.payments.values()]);
  const positions = accounts.flatMap(({ receivables }) => [...receivables.values()].flatMap(({ position }) => position ?? []));
  for (const { amount_cents, paid_cents, waived_cents, open_cents, status } of positions) {
    expect(open_cents).toBe(amount_cents - paid_cents - waived_cents);
    expect(open_cents).toBeGreaterThanOrEqual(0);
    expect(open_cents > 0).toBe(status === 'open');
  }
  for (const { allocations, received_cents, refunded_cents } of payments) {
    const applied = sum(allocations.map((each) => each.principal_cents + each.fine_cents + each.interest_cents));
    expect(applied).toBeGreaterThanOrEqual(0);
    expect(applied).toBeLessThanOrEqual(Math.max(0, received_cents - refunded_cents));
  }
  const { receivable = 0, cash = 0, unapplied: waiting = 0 } = balances(world);
  expect(receivable).toBe(sum(positions.map(({ open_cents }) => open_cents)));
  expect(cash).toBe(sum(payments.map(({ received_cents, refunded_cents }) => received_cents - refunded_cents)));
  expect(waiting + sum(Object.values(unapplied(world)))).toBe(0);
}
