import { lateCharges } from './late-charges';
import { earlyDiscount } from './early-discount';
import { pixChargePolicy } from './pix-charges';

// Due on Tuesday 2026-03-10, paid on Friday 2026-03-20: ten calendar days, eight business days.
const charged = (juros: { modalidade: number | string; valorPerc: string }, multa?: { modalidade: number | string; valorPerc: string }) =>
  lateCharges({ open_cents: 100_000, due_date: '2026-03-10', on_date: '2026-03-20', policy: pixChargePolicy({ juros, multa }) });

describe('pixChargePolicy', () => {
  it.each([
    [1, '0.50', 500, 10], [2, '0.10', 1_000, 10], [3, '1.00', 330, 10], [4, '12.00', 330, 10],
    [5, '0.50', 400, 8], [6, '0.10', 800, 8], [7, '1.00', 384, 8], [8, '12.00', 384, 8],
  ])('modality %i of %s makes %i cents in %i days', (modalidade, valorPerc, interest_cents, days_late) => {
    expect(charged({ modalidade, valorPerc })).toEqual({ fine_cents: 0, interest_cents, days_late, total_cents: 100_000 + interest_cents });
    expect(charged({ modalidade: String(modalidade), valorPerc })).toMatchObject({ interest_cents });
  });

  it('takes a fixed fine or a percentage, once', () => {
    const juros = { modalidade: 1, valorPerc: '0.00' };
    expect(charged(juros, { modalidade: 1, valorPerc: '15.00' })).toMatchObject({ fine_cents: 1_500, total_cents: 101_500 });
    expect(charged(juros, { modalidade: '2', valorPerc: '15.00' })).toMatchObject({ fine_cents: 15_000 });
  });

  it('counts from the moved due date and keeps the validity', () => {
    const policy = pixChargePolicy({ juros: { modalidade: 2, valorPerc: '1.00' } }, 5);
    expect(policy).toMatchObject({ accrual_start: 'ROLLED', validity_days: 5 });
    expect(lateCharges({ open_cents: 10_000, due_date: '2026-03-14', on_date: '2026-03-17', policy })).toMatchObject({ days_late: 1, interest_cents: 100 });
  });

  it.each([[1, '15.00', 1_500], ['2', '5.00', 500]])('grants a discount by fixed dates: modality %s of %s', (modalidade, valorPerc, cents) => {
    const policy = pixChargePolicy({ desconto: { modalidade, descontoDataFixa: [{ data: '2026-03-05', valorPerc }, { data: '2026-03-09', valorPerc: '1.00' }] } });
    const on = (on_date: string) => earlyDiscount({ amount_cents: 10_000, on_date, policy });
    expect([on('2026-03-05'), on('2026-03-06'), on('2026-03-10')]).toEqual([cents, 100, 0]);
  });

  it('leaves a discount for each day of anticipation to what the payment tells', () => expect(pixChargePolicy({ desconto: { modalidade: 3 } })).toMatchObject({ discounts: [] }));

  it('charges nothing where nothing is agreed', () => expect(lateCharges({ open_cents: 10_000, due_date: '2026-03-10', on_date: '2026-04-10', policy: pixChargePolicy({}) })).toMatchObject({ total_cents: 10_000, days_late: 31 }));

  it.each([
    [{ juros: { modalidade: 9, valorPerc: '1.00' } }], [{ juros: { modalidade: 0, valorPerc: '1.00' } }], [{ juros: { modalidade: 'x', valorPerc: '1.00' } }], [{ multa: { modalidade: 3, valorPerc: '1.00' } }],
    [{ multa: { modalidade: 1, valorPerc: '1' } }], [{ juros: { modalidade: 1, valorPerc: '1,00' } }],
    [{ desconto: { modalidade: 7 } }], [{ desconto: { modalidade: 1 } }], [{ desconto: { modalidade: 1, descontoDataFixa: [{ data: '2026-02-30', valorPerc: '1.00' }] } }],
  ])('refuses %j', (charges) => expect(() => pixChargePolicy(charges)).toThrow(RangeError));
});
