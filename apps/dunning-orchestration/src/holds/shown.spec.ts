import { heldOf, type HeldDebt, type OwnHold } from './shown';

const debt = (receivable_id: string, more: Partial<HeldDebt>): HeldDebt => ({
  receivable_id, collectability: 'owed', review_date: null, standing: 'hold', standing_reason: null, hold_review_date: null, contact_day: null, ...more,
});
const shown = (...args: Parameters<typeof heldOf>) => heldOf(...args).map(({ kind, kept_by, receivable_ids, review_date, ends_by }) => [kind, kept_by, receivable_ids, review_date, ends_by]);

it('shows what others keep as holds of theirs, next to own ones', () => {
  const own: OwnHold = { hold_id: 'h', kind: 'already-paid', receivable_ids: ['f'], review_date: '2026-03-17' };
  const debts = [
    debt('a', { collectability: 'pending', review_date: '2026-03-12' }), debt('b', { collectability: 'unmatched', review_date: '2026-03-13' }), debt('c', { collectability: 'disputed', review_date: '2026-03-14' }),
    debt('d', { collectability: 'promised', review_date: '2026-03-15' }), debt('e', { standing_reason: 'agreed', hold_review_date: '2026-03-16' }), debt('f', { collectability: 'held', review_date: '2026-03-17' }),
    debt('g', { standing: 'action', contact_day: '2026-03-11' }), debt('h', { standing: 'end', collectability: 'pending' }), debt('i', { standing: 'action', contact_day: '2026-03-11' }),
  ];
  expect(shown([own], debts, new Set(['g', 'h']))).toEqual([
    ['already-paid', 'people', ['f'], '2026-03-17', 'date'],
    ['pending-payment', 'payment-reconciliation', ['a'], '2026-03-12', 'keeper'],
    ['unmatched-money', 'payment-reconciliation', ['b'], '2026-03-13', 'keeper'],
    ['dispute', 'negotiation', ['c'], '2026-03-14', 'keeper'],
    ['promise', 'negotiation', ['d'], '2026-03-15', 'keeper'],
    ['agreement', 'negotiation', ['e'], '2026-03-16', 'keeper'],
    ['stale-source', 'notifications', ['g'], '2026-03-11', 'keeper'],
  ]);
});
