import fc from 'fast-check';
import { lateCharges } from '@emdia/money';
import { POLICY } from '../../test/story';
import { chargesPaid, DEFAULT_ORDER, divided, isOrder, orderOn, PARTS, type Part } from './allocation-policy';

const orders = fc.shuffledSubarray([...PARTS], { minLength: 3 });
/** Late by so many days, by the boleto's rules. */
const lateBy = (on_date: string) => (open_cents: number) => lateCharges({ open_cents, due_date: '2026-03-02', on_date, policy: POLICY });

describe('an order of allocation', () => {
  it('names each part once', () => {
    expect([[...PARTS], ['principal', 'costs', 'interest'], ['costs', 'principal'], ['costs', 'costs', 'principal'], [...PARTS, 'costs']].map(isOrder)).toEqual([true, true, false, false, false]);
  });

  it('is that of the newest policy that was valid when the payment was made, and costs, interest, principal before any', () => {
    const first: Part[] = ['principal', 'costs', 'interest'];
    const second: Part[] = ['interest', 'costs', 'principal'];
    const policies = [{ valid_from: '2026-04-01', allocation_order: second }, { valid_from: '2026-03-01', allocation_order: first }];
    expect(['2026-02-28', '2026-03-01', '2026-03-31', '2026-04-01'].map((day) => orderOn(policies, day))).toEqual([DEFAULT_ORDER, first, first, second]);
    expect(DEFAULT_ORDER).toEqual(['costs', 'interest', 'principal']);
  });

  it('says which charge leads', () => {
    const due = { fine_cents: 200, interest_cents: 30 };
    expect(chargesPaid(['principal', 'costs', 'interest'], due, 210)).toEqual({ fine_cents: 200, interest_cents: 10 });
    expect(chargesPaid(['interest', 'principal', 'costs'], due, 210)).toEqual({ fine_cents: 180, interest_cents: 30 });
    expect(chargesPaid(DEFAULT_ORDER, due, 500)).toEqual(due);
  });
});

describe('money divided', () => {
  it('pays the charges of the principal that it pays', () => {
    // Ten days late 51.15 is what 50.00 of principal come to: 1.00 of fine and ten times 0.02, less what rounding gives.
    expect(divided(DEFAULT_ORDER, 5_120, 10_000, lateBy('2026-03-12'))).toEqual({ principal_cents: 5_000, fine_cents: 100, interest_cents: 20 });
    expect(divided(['interest', 'principal', 'costs'], 5_020, 10_000, lateBy('2026-03-12'))).toEqual({ principal_cents: 5_000, fine_cents: 0, interest_cents: 20 });
    expect(divided(['principal', 'costs', 'interest'], 5_020, 10_000, lateBy('2026-03-12'))).toEqual({ principal_cents: 5_020, fine_cents: 0, interest_cents: 0 });
  });

  it('pays no charge that is not due', () => {
    expect(divided(DEFAULT_ORDER, 5_000, 10_000, lateBy('2026-03-02'))).toEqual({ principal_cents: 5_000, fine_cents: 0, interest_cents: 0 });
  });

  it('is used up to principal and charges, and what stays open settles with its own charges to the cent', () => {
    fc.assert(fc.property(orders, fc.integer({ min: 1, max: 30_000 }), fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 3, max: 28 }), (order, money_cents, open_cents, day) => {
      const chargesOf = lateBy(`2026-03-${String(day).padStart(2, '0')}`);
      const part = divided(order, money_cents, open_cents, chargesOf);
      const used_cents = part.principal_cents + part.fine_cents + part.interest_cents;
      expect(part.principal_cents).toBeLessThanOrEqual(open_cents);
      expect(Math.min(part.principal_cents, part.fine_cents, part.interest_cents)).toBeGreaterThanOrEqual(0);
      const due = chargesOf(open_cents);
      expect(part.fine_cents).toBeLessThanOrEqual(due.fine_cents);
      expect(part.interest_cents).toBeLessThanOrEqual(due.interest_cents);
      expect(used_cents).toBeLessThanOrEqual(money_cents);
      if (part.principal_cents < open_cents) expect(used_cents).toBe(money_cents);
      const left_cents = open_cents - part.principal_cents;
      if (left_cents === 0) return;
      const rest = divided(order, left_cents + chargesOf(left_cents).total_cents - left_cents, left_cents, chargesOf);
      expect(rest.principal_cents).toBe(left_cents);
    }));
  });
});
