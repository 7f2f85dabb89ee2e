import { derivedId, NegotiationDisputeRaised, NegotiationDisputeResolved } from '@emdia/contracts';
import { A, at, B, balance, type Deed, DISPUTE, disputed, given, promised, said, STRANGER } from '../../test/story';
import { type Outcome, resolveDispute, reviewDispute } from './dispute';

const NOON = at('2026-03-10');
const resolved = (outcome: Outcome, actor: string, now = NOON, receivable_ids = [A]) =>
  said(NegotiationDisputeResolved, derivedId('dispute-resolved', DISPUTE), now, { dispute_id: DISPUTE, receivable_ids, outcome, actor });
const resolve = (outcome: Outcome): Deed => (state, now) => resolveDispute(state, { dispute_id: DISPUTE, outcome, actor: 'agent-8' }, now);
const reviewed: Deed = (state, now) => reviewDispute(state, DISPUTE, now);

describe('raising a dispute', () => {
  it('is reviewed in ten days where no date is given', () => {
    const state = given(balance(A, 1)).when(disputed()).then([
      said(NegotiationDisputeRaised, derivedId('dispute-raised', DISPUTE), NOON, {
        dispute_id: DISPUTE, receivable_ids: [A], reason: 'never delivered', review_date: '2026-03-20', actor: 'agent-7',
      }),
    ]);
    expect(state.disputes.get(DISPUTE)).toEqual({
      dispute_id: DISPUTE, covers: [{ receivable_id: A, baseline_paid_cents: 0 }], reason: 'never delivered', review_date: '2026-03-20', actor: 'agent-7', made_at: NOON,
      needs_review: false, status: 'open', next_check_at: at('2026-03-20', '00:00'),
    });
  });

  it.each([['2026-03-10', false], ['2026-03-11', true], ['2026-06-08', true], ['2026-06-09', false]])('takes a review on %s: %s', (review_date, taken) => {
    const told = given(balance(A, 1)).when(disputed({ review_date }));
    if (taken) expect(told.run().state.disputes.get(DISPUTE)).toMatchObject({ review_date });
    else told.thenRefused(422, 'review-date');
  });

  it('refuses unknown, closed and already disputed receivables', () => {
    given().when(disputed({ receivable_ids: [STRANGER] })).thenRefused(404, 'receivable-unknown', { receivable_id: STRANGER });
    given(balance(A, 1, { paid_cents: 10_000 })).when(disputed()).thenRefused(409, 'receivable-not-open', { receivable_id: A });
    given(balance(A, 1), balance(B, 1), disputed()).when(disputed({ dispute_id: derivedId('test', 'other'), receivable_ids: [B, A] }))
      .thenRefused(409, 'already-disputed', { receivable_id: A, dispute_id: DISPUTE });
  });

  it('may be raised again when the former has ended', () => {
    expect(given(balance(A, 1), disputed(), resolve('rejected')).when(disputed({ dispute_id: derivedId('test', 'other') })).run().events).toHaveLength(1);
  });

  it('may be raised on a promised receivable', () => {
    expect(given(balance(A, 1), promised()).when(disputed()).run().events).toHaveLength(1);
  });
});

describe('ending a dispute', () => {
  it('is resolved by a person, once', () => {
    const state = given(balance(A, 1), disputed()).when(resolve('rejected')).then([resolved('rejected', 'agent-8')]);
    expect(state.disputes.get(DISPUTE)).toMatchObject({ status: 'resolved', outcome: 'rejected', resolved_by: 'agent-8', ended_at: NOON });
    given(balance(A, 1), disputed(), resolve('rejected')).when(resolve('upheld')).thenRefused(409, 'dispute-ended');
  });

  it('is settled by itself when nothing of it is owed any more', () => {
    given(balance(A, 1), balance(B, 1), disputed({ receivable_ids: [A, B] })).when(balance(A, 2, { paid_cents: 10_000 })).then([]);
    given(balance(A, 1), balance(B, 1), disputed({ receivable_ids: [A, B] })).when(balance(A, 2, { paid_cents: 10_000 }), balance(B, 2, { status: 'cancelled', open_cents: 0 }))
      .then([resolved('settled', 'negotiation', NOON, [A, B])]);
  });

  it('is never ended by time: at its review date it gets the next one and is marked', () => {
    const late = at('2026-04-01', '09:00');
    const state = given(balance(A, 1), disputed()).when(late, reviewed).then([]);
    expect(state.disputes.get(DISPUTE)).toMatchObject({ status: 'open', review_date: '2026-04-11', needs_review: true, next_check_at: at('2026-04-11', '00:00') });
  });

  it('is not re-dated before its review date, nor after its end', () => {
    given(balance(A, 1), disputed()).when(at('2026-03-19', '23:59'), reviewed).thenIgnored('not-due');
    given(balance(A, 1), disputed(), resolve('upheld')).when(at('2026-03-20'), reviewed).thenIgnored('ended');
  });
});
