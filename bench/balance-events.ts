import { customerKey, derivedId, encode, outgoing, ReconciliationBalanceChanged, type DataOf } from '@emdia/contracts';

export const CREDITOR = 'boa-forma';

/** The key of one customer's events. */
export const keyOf = (customer: number): string => customerKey(CREDITOR, `cliente-${customer}`);

/** The n-th receivable as it opens. */
export function balance(n: number, customer_id: string): DataOf<typeof ReconciliationBalanceChanged> {
  return {
    creditor_id: CREDITOR, customer_id, receivable_id: derivedId('receivable', CREDITOR, n), version: 1, invoice_id: `fat-${n}`, number: `2026/${n}`,
    description: 'Mensalidade do plano anual, academia', currency: 'BRL', issue_date: '2026-11-01', original_due_date: '2026-11-28', effective_due_date: '2026-11-30',
    amount_cents: 9_900, paid_cents: 0, waived_cents: 0, open_cents: 9_900, status: 'open', collectability: 'owed', review_date: null,
    charge_policy: { fine_percent: '2.00', interest_monthly_percent: '1.00', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ROLLED' },
    instruments: [
      { rail: 'PIX_COB', reference: `pix-${n}`, code: '00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000', url: `https://pagar.exemplo.invalid/${n}` },
      { rail: 'BOLETO', reference: `bol-${n}`, code: '23793381286000000000300000000401984340000009900' },
    ],
    settled_on: null,
  };
}

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** The n-th balance as payment-reconciliation tells it, of this customer: about 1,250 bytes, nested in two places. */
export function balanceBody(n: number, customer = n): string {
  const now = new Date(Date.UTC(2026, 10, 2, 12) + n);
  const event = { id: derivedId('bench', n), key: keyOf(customer), creditor_id: CREDITOR, now, data: balance(n, `cliente-${customer}`) };
  return encode(outgoing(ReconciliationBalanceChanged, event), 'payment-reconciliation', TRACE);
}

/** Bodies that break one rule each; both sides must refuse every one, or they do not do the same. */
export function wrongBodies(): string[] {
  const changed = (change: (event: Record<string, never> & { data: Record<string, unknown> }) => void): string => {
    const event = JSON.parse(balanceBody(1)) as Record<string, never> & { data: Record<string, unknown> };
    change(event);
    return JSON.stringify(event);
  };
  const data: Record<string, unknown>[] = [
    { creditor_id: 'Not Lower' }, { customer_id: '' }, { receivable_id: 'no-uuid' }, { version: 0 }, { version: 1.5 }, { invoice_id: 'two words' }, { number: 'n'.repeat(81) }, { description: '' },
    { currency: 'real' }, { issue_date: '2026-02-30' }, { original_due_date: '2026-11-28T00:00:00Z' }, { effective_due_date: null }, { amount_cents: -1 }, { paid_cents: '5' },
    { waived_cents: 100_000_000_000 }, { open_cents: 0.5 }, { status: 'gone' }, { collectability: 'maybe' }, { review_date: 'soon' }, { settled_on: 7 }, { instruments: null },
    { charge_policy: { fine_percent: '2,00', interest_monthly_percent: '1', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ROLLED' } },
    { charge_policy: { fine_percent: '2', interest_monthly_percent: '1', interest_rounding: 'NONE', accrual_start: 'ROLLED' } },
    { instruments: [{ rail: 'CHEQUE' }] }, { instruments: [{ rail: 'BOLETO', url: 'http://plain.invalid' }] }, { instruments: [{ rail: 'BOLETO', code: 'x'.repeat(601) }] },
  ];
  return [
    ...data.map((wrong) => changed((event) => void Object.assign(event.data, wrong))),
    ...Object.keys((JSON.parse(balanceBody(1)) as { data: object }).data).map((name) => changed((event) => void delete event.data[name])),
    changed((event) => void Object.assign(event, { specversion: '0.3' })),
    changed((event) => void Object.assign(event, { id: '' })),
    changed((event) => void Object.assign(event, { type: undefined })),
    changed((event) => void Object.assign(event, { data: [] })),
  ];
}
