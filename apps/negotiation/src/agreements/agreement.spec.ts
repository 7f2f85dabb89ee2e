import { derivedId, NegotiationAgreementBroken, NegotiationAgreementCompleted, NegotiationAgreementMade, NegotiationInstalmentPaid } from '@emdia/contracts';
import { A, AGREEMENT, agreed, answer, at, B, balance, type Deed, given, instalmentId, PROMISE, promised, said, STRANGER } from '../../test/story';
import { judgeAgreement } from '../due/due';
import { cancelAgreement } from './agreement';

const NOON = at('2026-03-10');
const parts = [
  { instalment_id: instalmentId(1), number: 1, due_date: '2026-03-13', amount_cents: 8_000 },
  { instalment_id: instalmentId(2), number: 2, due_date: '2026-04-13', amount_cents: 12_000 },
];
const ofBoth = { agreement_id: AGREEMENT, receivable_ids: [A, B] };
const paid = (number: number, now: Date) =>
  said(NegotiationInstalmentPaid, derivedId('instalment-paid', instalmentId(number)), now, { ...ofBoth, instalment_id: instalmentId(number), number });
const completed = (now: Date, waived_cents = 0) => said(NegotiationAgreementCompleted, derivedId('agreement-completed', AGREEMENT), now, { ...ofBoth, waived_cents });
const broken = (number: number, now: Date) => said(NegotiationAgreementBroken, derivedId('agreement-broken', AGREEMENT), now, { ...ofBoth, instalment_id: instalmentId(number) });
const judged = (told: ReturnType<typeof answer>): Deed => (state, now) => judgeAgreement(state, AGREEMENT, told, now);
const cancelled: Deed = (state, now) => cancelAgreement(state, AGREEMENT, now);
const opened = [balance(A, 1), balance(B, 1)] as const;
const DUE = at('2026-03-14', '00:00');
const standing = (covered: boolean, version = 1, paid_cents = 0) => answer('2026-03-13', { receivable_id: A, version, paid_cents, covered }, { receivable_id: B, version: 1, covered });

describe('making an agreement', () => {
  it('takes instalments that add up to the debt, with ids that payments can quote', () => {
    const state = given(...opened).when(agreed()).then([
      said(NegotiationAgreementMade, derivedId('agreement-made', AGREEMENT), NOON, { ...ofBoth, instalments: parts, waived_cents: 0, actor: 'agent-7' }),
    ]);
    expect(state.agreements.get(AGREEMENT)).toEqual({
      agreement_id: AGREEMENT, waived_cents: 0, actor: 'agent-7', made_at: NOON, status: 'active', next_check_at: DUE,
      covers: [{ receivable_id: A, baseline_paid_cents: 0 }, { receivable_id: B, baseline_paid_cents: 0 }],
      instalments: parts.map((part) => ({ ...part, status: 'open', first_paid_at: null })),
    });
  });

  it('counts the waiver and what is open now, not what once was', () => {
    const instalments = [{ due_date: '2026-03-10', amount_cents: 15_000 }];
    const { events } = given(balance(A, 1, { paid_cents: 2_000 }), balance(B, 1)).when(agreed({ instalments, waived_cents: 3_000 })).run();
    expect(events).toEqual([said(NegotiationAgreementMade, derivedId('agreement-made', AGREEMENT), NOON, {
      ...ofBoth, instalments: [{ instalment_id: instalmentId(1), number: 1, ...instalments[0]! }], waived_cents: 3_000, actor: 'agent-7',
    })]);
  });

  it.each([[1, 20_001], [-1, 19_999]])('states a difference of %i cent', (difference_cents, agreed_cents) => {
    given(...opened).when(agreed({ instalments: [{ due_date: '2026-03-13', amount_cents: agreed_cents - 500 }], waived_cents: 500 }))
      .thenRefused(422, 'agreement-sum', { open_cents: 20_000, agreed_cents, difference_cents });
  });

  it.each([
    ['none', []],
    ['before today', [{ due_date: '2026-03-09', amount_cents: 20_000 }]],
    ['the same day twice', [{ due_date: '2026-03-13', amount_cents: 10_000 }, { due_date: '2026-03-13', amount_cents: 10_000 }]],
    ['going back', [{ due_date: '2026-04-13', amount_cents: 10_000 }, { due_date: '2026-03-13', amount_cents: 10_000 }]],
    ['more than five years ahead', [{ due_date: '2031-03-11', amount_cents: 20_000 }]],
    ['twenty-five', Array.from({ length: 25 }, (_, index) => ({ due_date: `2026-05-${String(index + 1).padStart(2, '0')}`, amount_cents: 800 }))],
  ])('refuses instalments: %s', (_, instalments) => {
    given(...opened).when(agreed({ instalments })).thenRefused(422, 'instalment-dates');
  });

  it('refuses unknown, closed, promised and agreed receivables', () => {
    given(balance(A, 1)).when(agreed({ receivable_ids: [A, STRANGER] })).thenRefused(404, 'receivable-unknown', { receivable_id: STRANGER });
    given(balance(A, 1), balance(B, 1, { paid_cents: 10_000 })).when(agreed()).thenRefused(409, 'receivable-not-open', { receivable_id: B });
    given(...opened, promised()).when(agreed()).thenRefused(409, 'already-promised', { receivable_id: A, promise_id: PROMISE });
    given(...opened, agreed()).when(agreed({ agreement_id: derivedId('test', 'other') })).thenRefused(409, 'already-agreed', { receivable_id: A, agreement_id: AGREEMENT });
  });
});

describe('paying an agreement', () => {
  it('pays instalment k when the money since reaches the sum of 1..k', () => {
    given(...opened, agreed()).when(balance(A, 2, { paid_cents: 7_999 })).then([]);
    const state = given(...opened, agreed()).when(balance(A, 2, { paid_cents: 8_000 })).then([paid(1, NOON)]);
    expect(state.agreements.get(AGREEMENT)).toMatchObject({
      status: 'active', next_check_at: at('2026-04-14', '00:00'), instalments: [{ number: 1, status: 'paid', first_paid_at: NOON }, { number: 2, status: 'open' }],
    });
  });

  it('counts only money since the agreement', () => {
    const instalments = [{ due_date: '2026-03-13', amount_cents: 5_000 }, { due_date: '2026-04-13', amount_cents: 10_000 }];
    given(balance(A, 1, { paid_cents: 5_000 }), balance(B, 1), agreed({ instalments })).when(balance(A, 2, { paid_cents: 9_999 })).then([]);
    given(balance(A, 1, { paid_cents: 5_000 }), balance(B, 1), agreed({ instalments })).when(balance(A, 2, { paid_cents: 10_000 })).then([paid(1, NOON)]);
  });

  it('completes when all is paid, and tells the waiver that takes effect now', () => {
    const instalments = [{ due_date: '2026-03-13', amount_cents: 8_000 }, { due_date: '2026-04-13', amount_cents: 7_000 }];
    const state = given(...opened, agreed({ instalments, waived_cents: 5_000 })).when(balance(A, 2, { paid_cents: 10_000 }), balance(B, 2, { paid_cents: 5_000 }))
      .then([paid(1, NOON), paid(2, NOON), completed(NOON, 5_000)]);
    expect(state.agreements.get(AGREEMENT)).toMatchObject({ status: 'completed', ended_at: NOON, instalments: [{ status: 'paid' }, { status: 'paid' }] });
  });

  it('completes when nothing is owed any more, without telling that what never came was paid', () => {
    given(...opened, agreed()).when(balance(A, 2, { paid_cents: 10_000 }), balance(B, 2, { status: 'cancelled', open_cents: 0 })).then([paid(1, NOON), completed(NOON)]);
  });

  it('opens a paid instalment again when a refund takes the money back, and tells its payment once', () => {
    const back = [...opened, agreed(), balance(A, 2, { paid_cents: 8_000 }), at('2026-03-11'), balance(A, 3), at('2026-03-12')] as const;
    const state = given(...back).when().then([]);
    expect(state.agreements.get(AGREEMENT)).toMatchObject({ status: 'active', next_check_at: DUE, instalments: [{ status: 'open', first_paid_at: NOON }, { status: 'open' }] });
    given(...back).when(balance(A, 4, { paid_cents: 9_000 })).then([]);
    given(...back).when(balance(A, 4, { paid_cents: 10_000 }), balance(B, 2, { paid_cents: 10_000 })).then([paid(2, at('2026-03-12')), completed(at('2026-03-12'))]);
  });

  it('stays completed when money is refunded afterwards: the receivable reopens by itself', () => {
    given(...opened, agreed(), balance(A, 2, { paid_cents: 10_000 }), balance(B, 2, { paid_cents: 10_000 })).when(balance(A, 3)).then([]);
  });
});

describe('breaking an agreement', () => {
  it('breaks at the first instalment whose day has passed, is covered and was not reached', () => {
    const state = given(...opened, agreed()).when(DUE, judged(standing(true))).then([broken(1, DUE)]);
    expect(state.agreements.get(AGREEMENT)).toMatchObject({ status: 'broken', broken_by: 'date', ended_at: DUE });
  });

  it('is not judged before the day has passed', () => {
    given(...opened, agreed()).when(at('2026-03-13', '23:59'), judged(standing(true))).thenIgnored('not-due');
  });

  it('gives an instalment of a Saturday until the next business day', () => {
    const saturday = agreed({ instalments: [{ due_date: '2026-03-14', amount_cents: 20_000 }] });
    const monday = (covered: boolean) => answer('2026-03-16', { receivable_id: A, version: 1, covered }, { receivable_id: B, version: 1, covered });
    given(...opened, saturday).when(at('2026-03-16', '23:59'), judged(monday(true))).thenIgnored('not-due');
    const tuesday = at('2026-03-17', '00:00');
    given(...opened, saturday).when(tuesday, judged(monday(true))).then([broken(1, tuesday)]);
  });

  it('asks again in an hour while the day is not covered', () => {
    const state = given(...opened, agreed()).when(DUE, judged(standing(false))).then([]);
    expect(state.agreements.get(AGREEMENT)).toMatchObject({ status: 'active', next_check_at: at('2026-03-14', '01:00') });
    const waiting = given(...opened, agreed(), DUE, judged(standing(false))).when(balance(A, 2, { paid_cents: 100 })).then([]);
    expect(waiting.agreements.get(AGREEMENT)).toMatchObject({ next_check_at: at('2026-03-14', '01:00') });
  });

  it('believes an answer that is newer than its snapshot', () => {
    const state = given(...opened, agreed()).when(DUE, judged(standing(true, 2, 8_000))).then([paid(1, DUE)]);
    expect(state.agreements.get(AGREEMENT)).toMatchObject({ status: 'active', next_check_at: at('2026-04-14', '00:00') });
  });

  it('breaks where a refund that the answer tells of opened an earlier instalment', () => {
    const later = at('2026-04-14', '00:00');
    const told = answer('2026-04-13', { receivable_id: A, version: 3, paid_cents: 1_000, covered: true }, { receivable_id: B, version: 1, covered: true });
    given(...opened, agreed(), balance(A, 2, { paid_cents: 8_000 })).when(later, judged(told)).then([broken(1, later)]);
  });

  it('takes no answer about another day', () => {
    given(...opened, agreed()).when(DUE, judged(answer('2026-03-12', { receivable_id: A, version: 1, covered: true }))).thenIgnored('asked-about-another-day');
  });

  it('breaks by request at its first open instalment, once', () => {
    given(...opened, agreed(), balance(A, 2, { paid_cents: 8_000 })).when(cancelled).then([broken(2, NOON)]);
    given(...opened, agreed(), cancelled).when(cancelled).thenRefused(409, 'agreement-ended');
    given(...opened, agreed(), cancelled).when(DUE, judged(standing(true))).thenIgnored('ended');
  });
});
