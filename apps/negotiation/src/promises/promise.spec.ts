import { derivedId, NegotiationPromiseBroken, NegotiationPromiseKept, NegotiationPromiseMade } from '@emdia/contracts';
import { A, AGREEMENT, agreed, answer, at, B, balance, type Deed, given, PROMISE, promised, said, STRANGER } from '../../test/story';
import { judgePromise } from '../due/due';
import { cancelPromise } from './promise';

const NOON = at('2026-03-10');
const ofA = { promise_id: PROMISE, receivable_ids: [A] };
const made = (data: { amount_cents: number; promised_date?: string; receivable_ids?: string[] }) =>
  said(NegotiationPromiseMade, derivedId('promise-made', PROMISE), NOON, { ...ofA, promised_date: '2026-03-13', actor: 'agent-7', ...data });
const kept = (now: Date, receivable_ids = [A]) => said(NegotiationPromiseKept, derivedId('promise-kept', PROMISE), now, { promise_id: PROMISE, receivable_ids });
const broken = (now: Date, received_cents: number) => said(NegotiationPromiseBroken, derivedId('promise-broken', PROMISE), now, { ...ofA, received_cents });
const judged = (told: ReturnType<typeof answer>): Deed => (state, now) => judgePromise(state, PROMISE, told, now);
const cancelled: Deed = (state, now) => cancelPromise(state, PROMISE, now);
const DUE = at('2026-03-14', '00:00');

describe('making a promise', () => {
  it('promises all that is open where no amount is given, and is looked at when the day has passed in Brasília', () => {
    const state = given(balance(A, 1, { paid_cents: 2_500 }), balance(B, 1)).when(promised({ receivable_ids: [A, B] })).then([made({ amount_cents: 17_500, receivable_ids: [A, B] })]);
    expect(state.promises.get(PROMISE)).toEqual({
      promise_id: PROMISE, amount_cents: 17_500, promised_date: '2026-03-13', actor: 'agent-7', made_at: NOON, status: 'active', next_check_at: DUE,
      covers: [{ receivable_id: A, baseline_paid_cents: 2_500 }, { receivable_id: B, baseline_paid_cents: 0 }],
    });
  });

  it('promises a part', () => {
    given(balance(A, 1)).when(promised({ amount_cents: 4_000 })).then([made({ amount_cents: 4_000 })]);
  });

  it('refuses more than is owed', () => {
    given(balance(A, 1)).when(promised({ amount_cents: 10_001 })).thenRefused(422, 'amount-exceeds-debt', { open_cents: 10_000 });
  });

  it.each([['today', '2026-03-10'], ['31 days ahead', '2026-04-10']])('refuses %s', (_, promised_date) => {
    given(balance(A, 1)).when(promised({ promised_date })).thenRefused(422, 'promised-date');
  });

  it.each(['2026-03-11', '2026-04-09'])('takes the first and the thirtieth day, %s', (promised_date) => {
    given(balance(A, 1)).when(promised({ promised_date })).then([made({ amount_cents: 10_000, promised_date })]);
  });

  it("takes today from Brasília's calendar, not from UTC's", () => {
    const late = at('2026-03-10', '22:30'); // 01:30 of the 11th in UTC
    given(balance(A, 1), late).when(promised({ promised_date: '2026-03-10' })).thenRefused(422, 'promised-date');
    expect(given(balance(A, 1), late).when(promised({ promised_date: '2026-03-11' })).run().events).toHaveLength(1);
  });

  it('refuses a receivable that has not arrived', () => {
    given(balance(A, 1)).when(promised({ receivable_ids: [A, STRANGER] })).thenRefused(404, 'receivable-unknown', { receivable_id: STRANGER });
  });

  it.each(['settled', 'cancelled'] as const)('refuses a %s receivable', (status) => {
    given(balance(A, 1, { status, open_cents: 0 })).when(promised()).thenRefused(409, 'receivable-not-open', { receivable_id: A });
  });

  it('refuses a second promise for a receivable, and one for an agreed receivable', () => {
    const again = promised({ promise_id: derivedId('test', 'other'), receivable_ids: [B, A] });
    given(balance(A, 1), balance(B, 1), promised()).when(again).thenRefused(409, 'already-promised', { receivable_id: A, promise_id: PROMISE });
    given(balance(A, 1), balance(B, 1), agreed()).when(promised()).thenRefused(409, 'already-agreed', { receivable_id: A, agreement_id: AGREEMENT });
  });

  it('takes a new promise when the former has ended', () => {
    expect(given(balance(A, 1), promised(), cancelled).when(promised({ promise_id: derivedId('test', 'other') })).run().events).toHaveLength(1);
  });
});

describe('keeping a promise', () => {
  it('is kept when the money since it was made reaches the amount', () => {
    const state = given(balance(A, 1, { paid_cents: 3_000 }), promised({ amount_cents: 4_000 })).when(at('2026-03-12'), balance(A, 2, { paid_cents: 7_000 }))
      .then([kept(at('2026-03-12'))]);
    expect(state.promises.get(PROMISE)).toEqual({
      promise_id: PROMISE, amount_cents: 4_000, promised_date: '2026-03-13', actor: 'agent-7', made_at: NOON,
      covers: [{ receivable_id: A, baseline_paid_cents: 3_000 }], status: 'kept', ended_at: at('2026-03-12'),
    });
  });

  it('is not kept by a cent less, nor by money that came before', () => {
    given(balance(A, 1, { paid_cents: 3_000 }), promised({ amount_cents: 4_000 })).when(balance(A, 2, { paid_cents: 6_999 })).then([]);
  });

  it('counts the money of all its receivables together', () => {
    given(balance(A, 1), balance(B, 1), promised({ receivable_ids: [A, B], amount_cents: 12_000 }))
      .when(balance(B, 2, { paid_cents: 10_000 }), balance(A, 2, { paid_cents: 2_000 })).then([kept(NOON, [A, B])]);
  });

  it('is kept when nothing is owed any more, by whatever means', () => {
    given(balance(A, 1), promised()).when(balance(A, 2, { amount_cents: 10_000, open_cents: 0, status: 'cancelled' })).then([kept(NOON)]);
    given(balance(A, 1), balance(B, 1), promised({ receivable_ids: [A, B] })).when(balance(A, 2, { open_cents: 0, status: 'cancelled' })).then([]);
  });

  it('is kept once', () => {
    given(balance(A, 1), promised(), balance(A, 2, { paid_cents: 10_000 })).when(balance(A, 3, { paid_cents: 10_000, settled_on: '2026-03-11' })).then([]);
  });

  it('ignores an outdated balance', () => {
    given(balance(A, 2), promised()).when(balance(A, 1, { paid_cents: 10_000 })).thenIgnored('outdated');
  });

  it('is not kept by money that a refund took back', () => {
    given(balance(A, 1), promised(), balance(A, 2, { paid_cents: 6_000 }), balance(A, 3)).when(balance(A, 4, { paid_cents: 6_000 })).then([]);
  });
});

describe('breaking a promise', () => {
  const before = [balance(A, 1), promised()] as const;

  it('breaks when its day has passed, is covered and the money did not come', () => {
    const state = given(...before, balance(A, 2, { paid_cents: 4_000 })).when(DUE, judged(answer('2026-03-13', { receivable_id: A, version: 2, paid_cents: 4_000, covered: true })))
      .then([broken(DUE, 4_000)]);
    expect(state.promises.get(PROMISE)).toMatchObject({ status: 'broken', broken_by: 'date', ended_at: DUE });
  });

  it('is not judged before its day has passed', () => {
    given(...before).when(at('2026-03-13', '23:59'), judged(answer('2026-03-13', { receivable_id: A, version: 1, covered: true }))).thenIgnored('not-due');
  });

  it('waits an hour where the day is not covered, and is kept by money that comes in between', () => {
    const state = given(...before).when(DUE, judged(answer('2026-03-13', { receivable_id: A, version: 1, covered: false }))).then([]);
    expect(state.promises.get(PROMISE)).toMatchObject({ status: 'active', next_check_at: at('2026-03-14', '01:00') });
    const half = at('2026-03-14', '00:30');
    given(...before, DUE, judged(answer('2026-03-13', { receivable_id: A, version: 1, covered: false }))).when(half, balance(A, 2, { paid_cents: 10_000 })).then([kept(half)]);
  });

  it('waits where reconciliation does not know the receivable, or the answer leaves one out', () => {
    const unknown = { covered_for: '2026-03-13', standings: new Map([[A, { receivable_id: A, known: false as const }]]) };
    for (const told of [unknown, answer('2026-03-13')]) {
      expect(given(...before).when(DUE, judged(told)).then([]).promises.get(PROMISE)).toMatchObject({ status: 'active', next_check_at: at('2026-03-14', '01:00') });
    }
  });

  it('waits until every one of its receivables is covered', () => {
    const told = answer('2026-03-13', { receivable_id: A, version: 1, covered: true }, { receivable_id: B, version: 1, covered: false });
    given(balance(A, 1), balance(B, 1), promised({ receivable_ids: [A, B] })).when(DUE, judged(told)).then([]);
  });

  it('believes an answer that is newer than its snapshot', () => {
    const paid = answer('2026-03-13', { receivable_id: A, version: 2, paid_cents: 10_000, covered: true });
    const state = given(...before).when(DUE, judged(paid)).then([kept(DUE)]);
    expect(state.receivables.get(A)).toMatchObject({ version: 2, paid_cents: 10_000, open_cents: 0, status: 'settled', effective_due_date: '2026-02-20' });
    given(...before, DUE, judged(paid)).when(balance(A, 2, { paid_cents: 10_000 }), balance(A, 1)).thenIgnored('outdated');
  });

  it('believes its snapshot where that is newer than the answer', () => {
    given(...before, balance(A, 3, { paid_cents: 1_000 })).when(DUE, judged(answer('2026-03-13', { receivable_id: A, version: 2, paid_cents: 10_000, covered: true }))).then([broken(DUE, 1_000)]);
  });

  it('tells no negative money where a refund took back more than came', () => {
    given(balance(A, 1, { paid_cents: 5_000 }), promised(), balance(A, 2)).when(DUE, judged(answer('2026-03-13', { receivable_id: A, version: 2, covered: true }))).then([broken(DUE, 0)]);
  });

  it('breaks by request, once', () => {
    const state = given(...before).when(cancelled).then([broken(NOON, 0)]);
    expect(state.promises.get(PROMISE)).toMatchObject({ status: 'broken', broken_by: 'request' });
    given(...before, cancelled).when(cancelled).thenRefused(409, 'promise-ended');
    given(...before, cancelled).when(DUE, judged(answer('2026-03-13', { receivable_id: A, version: 1, covered: true }))).thenIgnored('ended');
    given(balance(A, 1)).when(cancelled).thenRefused(409, 'promise-ended');
  });
});
