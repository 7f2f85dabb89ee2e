import { heldOf, type HeldDebt, type OwnHold } from './shown';
import { inWords, kindInWords } from './what-follows';

const debt = (receivable_id: string, more: Partial<HeldDebt>): HeldDebt => ({
  receivable_id, collectability: 'owed', review_date: null, standing: 'hold', standing_reason: null, hold_review_date: null, contact_day: null, ...more,
});
const shown = (...args: Parameters<typeof heldOf>) => heldOf(...args).map(({ kind, kept_by, receivable_ids, review_date, ends_by }) => [kind, kept_by, receivable_ids, review_date, ends_by]);

it('shows what others keep as holds of theirs, next to own ones', () => {
  const own: OwnHold = { hold_id: 'h', kind: 'already-paid', receivable_ids: ['f'], review_date: '2026-03-17', look_date: '2026-03-17', ended_on: null, undecided: false };
  const debts = [
    debt('a', { collectability: 'pending', review_date: '2026-03-12' }), debt('b', { collectability: 'unmatched', review_date: '2026-03-13' }), debt('c', { collectability: 'disputed', review_date: '2026-03-14' }),
    debt('d', { collectability: 'promised', review_date: '2026-03-15' }), debt('e', { standing_reason: 'agreed', hold_review_date: '2026-03-16' }), debt('f', { collectability: 'held', review_date: '2026-03-17' }),
    debt('g', { standing: 'action', contact_day: '2026-03-11' }), debt('h', { standing: 'end', collectability: 'pending' }), debt('i', { standing: 'action', contact_day: '2026-03-11' }),
  ];
  expect(shown([own], debts, new Set(['g', 'h']), '2026-03-10')).toEqual([
    ['already-paid', 'people', ['f'], '2026-03-17', 'date'],
    ['pending-payment', 'payment-reconciliation', ['a'], '2026-03-12', 'keeper'],
    ['unmatched-money', 'payment-reconciliation', ['b'], '2026-03-13', 'keeper'],
    ['dispute', 'negotiation', ['c'], '2026-03-14', 'keeper'],
    ['promise', 'negotiation', ['d'], '2026-03-15', 'keeper'],
    ['agreement', 'negotiation', ['e'], '2026-03-16', 'keeper'],
    ['stale-source', 'notifications', ['g'], '2026-03-11', 'keeper'],
  ]);
});

describe('what follows is said in words', () => {
  const told = { review_date: '2031-03-09', look_date: '2026-06-08', ended_on: null, undecided: false };
  it.each([
    ['a kind', kindInWords('hardship'), 'Ends by itself after 30 days (at most 180); then a person is asked to look first, and the régua goes on after their review. Meanwhile a person is asked every 90 days.'],
    ['a kind of others', kindInWords('promise'), 'Ends when negotiation says so; then the régua goes on, and what was missed is one message.'],
    ['one that stands', inWords({ ...told, kind: 'deceased' }, '2026-03-10'), 'Ends by itself on 2031-03-09; then every open debt goes to a person, who is asked until they decide; nobody is written to before. Meanwhile a person is asked every 90 days, next on 2026-06-08.'],
    ['one whose look is overdue because nothing is open', inWords({ ...told, kind: 'deceased' }, '2027-01-01'), expect.stringContaining('next on 2027-01-01.')],
    ['one that is not asked about', inWords({ ...told, kind: 'manual', review_date: '2026-04-01', look_date: '2026-04-01' }, '2026-03-10'), 'Ends by itself on 2026-04-01; then the régua goes on, and what was missed is one message.'],
    ['one that waits for a decision', inWords({ ...told, kind: 'dispute', ended_on: '2026-03-20', undecided: true }, '2026-03-21'), expect.stringMatching(/^Ended by itself on 2026-03-20\. A person decides: DELETE/)],
    ['one that is over', inWords({ ...told, kind: 'dispute', ended_on: '2026-03-20' }, '2026-03-21'), 'Ended on 2026-03-20.'],
  ])('%s', (_, said, wanted) => expect(said).toEqual(wanted));
});
