import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addDays, isWeekday, nextBusinessDay } from '@emdia/calendar';
import fc from 'fast-check';
import { type ChargePolicy, chargeToleranceCents, effectiveDueDate, lastDayWithoutCharge, lastPayableDay, lateCharges } from './late-charges';

const boleto: ChargePolicy = { fine_percent: '2.00', interest_monthly_percent: '1.00', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY' };
const pix: ChargePolicy = { ...boleto, accrual_start: 'ROLLED' };
const charge = (open_cents: number, due_date: string, on_date: string, policy: ChargePolicy | null = boleto) => lateCharges({ open_cents, due_date, on_date, policy });

describe('lateCharges', () => {
  it('charges nothing until the due date has passed', () => {
    for (const on of ['2026-03-01', '2026-03-10']) expect(charge(10_000, '2026-03-10', on)).toEqual({ fine_cents: 0, interest_cents: 0, days_late: 0, total_cents: 10_000 });
  });

  it('takes the fine once and a thirtieth of the month rate per day', () => {
    expect(charge(30_000, '2026-03-10', '2026-03-11')).toEqual({ fine_cents: 600, interest_cents: 10, days_late: 1, total_cents: 30_610 });
    expect(charge(30_000, '2026-03-10', '2026-04-09')).toEqual({ fine_cents: 600, interest_cents: 300, days_late: 30, total_cents: 30_900 });
  });

  it('counts a Saturday due date by rail: a boleto from the Saturday, a Pix from the Monday, and on the Monday neither', () => {
    for (const policy of [boleto, pix, null]) expect(charge(30_000, '2026-03-14', '2026-03-16', policy)).toMatchObject({ fine_cents: 0, interest_cents: 0, days_late: 0, total_cents: 30_000 });
    expect(charge(30_000, '2026-03-14', '2026-03-17', boleto)).toMatchObject({ days_late: 3, interest_cents: 30, fine_cents: 600 });
    expect(charge(30_000, '2026-03-14', '2026-03-17', pix)).toMatchObject({ days_late: 1, interest_cents: 10, fine_cents: 600 });
  });

  it('rolls over Carnival as the banks do', () => {
    expect(charge(30_000, '2026-02-14', '2026-02-18')).toMatchObject({ days_late: 0, total_cents: 30_000 });
    expect(charge(30_000, '2026-02-14', '2026-02-19')).toMatchObject({ days_late: 5 });
    expect(charge(30_000, '2026-02-14', '2026-02-19', pix)).toMatchObject({ days_late: 1 });
  });

  it('rounds the day and then multiplies, or the whole once, as the policy says', () => {
    // A day of 100.00 at 1% a month is 3.333... cents: 3 a day, or 33 in ten days instead of 30.
    expect(charge(10_000, '2026-03-10', '2026-03-20')).toMatchObject({ interest_cents: 30, days_late: 10 });
    expect(charge(10_000, '2026-03-10', '2026-03-20', { ...boleto, interest_rounding: 'TOTAL' })).toMatchObject({ interest_cents: 33, days_late: 10 });
    // 15.00 is half a cent a day: up to one each day, so ten days make 10 and not 5.
    expect(charge(1_500, '2026-03-10', '2026-03-20')).toMatchObject({ interest_cents: 10 });
    expect(charge(1_500, '2026-03-10', '2026-03-20', { ...boleto, interest_rounding: 'TOTAL' })).toMatchObject({ interest_cents: 5 });
    expect(charge(25, '2026-03-10', '2026-03-11')).toMatchObject({ fine_cents: 1 });
  });

  it('charges nothing without a policy, yet tells the days', () => {
    expect(charge(10_000, '2026-03-14', '2026-03-17', null)).toEqual({ fine_cents: 0, interest_cents: 0, days_late: 3, total_cents: 10_000 });
  });

  it('allows others half a cent a day to count otherwise, and a cent for the fine', () => expect([-1, 0, 1, 10, 31].map(chargeToleranceCents)).toEqual([0, 0, 2, 6, 17]));

  it('charges nothing on nothing, and refuses impossible input', () => {
    expect(charge(0, '2026-03-10', '2026-04-10')).toMatchObject({ total_cents: 0, days_late: 31 });
    expect(() => charge(-1, '2026-03-10', '2026-04-10')).toThrow(RangeError);
    expect(() => charge(2 ** 53 - 1, '2026-03-10', '2026-04-10')).toThrow('too large');
    expect(() => charge(1.5, '2026-03-10', '2026-04-10')).toThrow(RangeError);
    expect(() => charge(1, '2026-02-30', '2026-04-10')).toThrow(RangeError);
    expect(() => charge(1, '2026-03-10', '2026-02-30')).toThrow(RangeError);
    expect(() => charge(1, '2026-03-10', '2026-04-10', { ...boleto, fine_percent: '2%' })).toThrow(RangeError);
  });

  it('adds up, never falls from day to day, and the two roundings part by half a cent a day at most', () => {
    const policies = fc.record({
      fine_percent: fc.constantFrom('0', '2.00', '10'), interest_monthly_percent: fc.constantFrom('0', '0.5', '1.00', '3.333333'),
      interest_rounding: fc.constantFrom('DAILY_AMOUNT' as const, 'TOTAL' as const), accrual_start: fc.constantFrom('ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY' as const, 'ROLLED' as const),
    });
    fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: -5, max: 800 }), policies, (open, day, wait, policy) => {
      const due = addDays('2020-01-01', day);
      const on = addDays(due, wait);
      const today = charge(open, due, on, policy);
      const tomorrow = charge(open, due, addDays(on, 1), policy);
      expect(today.total_cents).toBe(open + today.fine_cents + today.interest_cents);
      expect(tomorrow.total_cents).toBeGreaterThanOrEqual(today.total_cents);
      expect(today.days_late > 0).toBe(on > nextBusinessDay(due));
      const daily = charge(open, due, on, { ...policy, interest_rounding: 'DAILY_AMOUNT' }).interest_cents;
      const total = charge(open, due, on, { ...policy, interest_rounding: 'TOTAL' }).interest_cents;
      expect(Math.abs(daily - total)).toBeLessThanOrEqual((today.days_late + 1) / 2);
      expect(Math.abs(daily - total)).toBeLessThanOrEqual(chargeToleranceCents(today.days_late));
    }), { numRuns: 500 });
  });
});

describe('effectiveDueDate', () => {
  it('is the last day without charge under every policy', () => {
    for (const policy of [boleto, pix, null, undefined]) expect(lastDayWithoutCharge('2026-12-25', policy)).toBe('2026-12-28');
    expect([effectiveDueDate('2026-03-10'), effectiveDueDate('2026-02-14')]).toEqual(['2026-03-10', '2026-02-18']);
  });
});

describe('lateCharges by other policies', () => {
  it('takes a fixed fine or amount a day in place of percentages, and caps both', () => {
    expect(charge(30_000, '2026-03-10', '2026-03-20', { ...boleto, fine_cents: 500, interest_daily_cents: 7 })).toEqual({ fine_cents: 500, interest_cents: 70, days_late: 10, total_cents: 30_570 });
    expect(charge(30_000, '2026-03-10', '2026-03-20', { ...boleto, fine_percent: '10', fine_max_percent: '2', interest_max_percent: '0.1' })).toMatchObject({ fine_cents: 600, interest_cents: 30 });
    expect(charge(0, '2026-03-10', '2026-03-20', { ...boleto, fine_cents: 500, interest_daily_cents: 7 })).toMatchObject({ fine_cents: 0, interest_cents: 0, days_late: 10 });
  });

  it('counts business days where the policy does, from either start', () => {
    const daily = { ...boleto, interest_daily_cents: 10, interest_days: 'BUSINESS' } as const;
    // Due on Saturday the 14th, payable until Monday: on Tuesday two business days have passed since the Saturday, one since the Monday.
    expect(charge(30_000, '2026-03-14', '2026-03-17', daily)).toMatchObject({ days_late: 2, interest_cents: 20 });
    expect(charge(30_000, '2026-03-14', '2026-03-17', { ...daily, accrual_start: 'ROLLED' })).toMatchObject({ days_late: 1, interest_cents: 10 });
    // Over Carnival: Friday 13, then Wednesday 18 and Thursday 19.
    expect(charge(30_000, '2026-02-12', '2026-02-19', daily)).toMatchObject({ days_late: 3 });
  });

  it('takes another calendar where it is given one', () => {
    const at = (calendar?: typeof isWeekday) => lateCharges({ open_cents: 30_000, due_date: '2026-04-21', on_date: '2026-04-22', policy: boleto, calendar });
    // Tiradentes: banks are closed, weekdays are not.
    expect([at().days_late, at(isWeekday).days_late]).toEqual([0, 1]);
  });
});

describe('lastPayableDay', () => {
  it('is so many days after the moved due date, moved again', () => {
    expect(lastPayableDay('2026-03-14', 0)).toBe('2026-03-16');
    // Monday 16 and five days is Saturday 21.
    expect(lastPayableDay('2026-03-14', 5)).toBe('2026-03-23');
    expect(lastPayableDay('2026-03-10')).toBe('2026-04-09');
  });

  const path = join(resolve(process.env.EMDIA_TEST_DATA ?? join(__dirname, '../../../../shared/data')), 'pix', 'validity.json');
  const present = existsSync(path);
  if (!present) console.warn(`test data absent, worked examples of validity NOT checked: set EMDIA_TEST_DATA (looked for ${path})`);
  (present ? it : it.skip)('agrees with every attempt of the worked examples', () => {
    const { examples } = JSON.parse(readFileSync(path, 'utf8')) as { examples: { due_date: string; validity_days: number; adjusted_due_date: string; last_accepted_date: string; attempts: { date: string; accepted: boolean }[] }[] };
    let attempts = 0;
    for (const { due_date, validity_days, adjusted_due_date, last_accepted_date, attempts: tried } of examples) {
      expect([effectiveDueDate(due_date), lastPayableDay(due_date, validity_days)]).toEqual([adjusted_due_date, last_accepted_date]);
      for (const { date, accepted } of tried) expect([date, date <= lastPayableDay(due_date, validity_days)]).toEqual([date, accepted]);
      attempts += tried.length;
    }
    expect([examples.length, attempts]).toEqual([7, 56]);
  });
});
