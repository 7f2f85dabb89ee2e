import { earlyDiscount } from './early-discount';
import type { ChargePolicy } from './late-charges';

const policy: ChargePolicy = {
  fine_percent: '2.00', interest_monthly_percent: '1.00', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ROLLED',
  discounts: [{ until: '2026-03-06', percent: '5.00' }, { until: '2026-03-14', cents: 200 }],
};
const on = (on_date: string, amount_cents = 10_000, of: ChargePolicy | null = policy) => earlyDiscount({ amount_cents, on_date, policy: of });

describe('earlyDiscount', () => {
  it('is the largest that still holds on the day', () => {
    expect(['2026-03-01', '2026-03-06', '2026-03-07', '2026-03-13'].map((day) => on(day))).toEqual([500, 500, 200, 200]);
    expect(on('2026-03-01', 2_000)).toBe(200);
  });

  it('holds on the next business day where its own is none', () => {
    // The 14th is a Saturday.
    expect(['2026-03-14', '2026-03-16', '2026-03-17'].map((day) => on(day))).toEqual([200, 200, 0]);
  });

  it('is rounded half up, and never more than the amount', () => {
    expect(on('2026-03-01', 10)).toBe(10);
    expect(on('2026-03-01', 4_110)).toBe(206);
  });

  it('is nothing without a policy, or one that grants none', () => {
    expect(on('2026-03-01', 10_000, null)).toBe(0);
    expect(on('2026-03-01', 10_000, { ...policy, discounts: [] })).toBe(0);
  });
});
