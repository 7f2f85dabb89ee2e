import { derivedId, ReconciliationPaymentUnmatched } from '@emdia/contracts';
import {
  account, applied, at, balances, cancelled, CREDITOR, CUSTOMER, failed, given, issued, KEY, NOW, paid, pending, POLICY, position, receivableId, refunded, tell, typesOf, unapplied,
} from '../../test/story';

const unknown = { customer_id: null };

describe('money that quotes an invoice', () => {
  it('settles it, in one entry, by which nothing waits unapplied', () => {
    const payment = paid('p', 'A');
    const world = given(issued('A')).when(payment);
    expect(position(world, 'A')).toEqual({
      version: 2, amount_cents: 10_000, paid_cents: 10_000, waived_cents: 0, written_off_cents: 0, open_cents: 0, status: 'settled', settled_on: '2026-03-02', original_due_date: '2026-03-02',
      effective_due_date: '2026-03-02', collectability: 'settled', review_date: null,
    });
    expect(account(world).unsaved.entries.slice(1)).toEqual([
      {
        cause: 'payment:bank:p', event_id: payment.event.id, currency: 'BRL', recorded_at: NOW,
        postings: [
          { account: 'cash', receivable_id: null, source: 'bank', payment_id: 'p', amount_cents: 10_000 },
          { account: 'receivable', receivable_id: receivableId('A'), source: 'bank', payment_id: 'p', amount_cents: -10_000 },
        ],
      },
    ]);
  });

  it('leaves unapplied only what stays there, and says of another payment in an entry of its own what it moved', () => {
    const more = account(given(issued('A')).when(paid('p', 'A', { amount_cents: 10_700 }))).unsaved.entries.at(-1)!;
    expect(more.postings).toMatchObject([{ account: 'cash', amount_cents: 10_700 }, { account: 'receivable', amount_cents: -10_000 }, { account: 'unapplied', amount_cents: -700 }]);
    const world = given(issued('A'), paid('p', 'A', { paid_date: '2026-03-04' })).when(paid('q', 'A', { paid_date: '2026-03-02' }));
    expect(account(world).unsaved.entries.slice(-2)).toMatchObject([
      { cause: 'payment:bank:q', postings: [{ account: 'cash', amount_cents: 10_000 }, { account: 'receivable', amount_cents: -10_000 }] },
      { cause: expect.stringMatching(/^allocation:bank:p:/), postings: [{ account: 'unapplied', amount_cents: -10_000 }, { account: 'receivable', amount_cents: 10_000 }] },
    ]);
  });

  it('pays a part', () => {
    const world = given(issued('A')).when(paid('p', 'A', { amount_cents: 4_000 }));
    expect(position(world, 'A')).toMatchObject({ paid_cents: 4_000, open_cents: 6_000, status: 'open', collectability: 'owed' });
    expect(typesOf(world)).toEqual(['balance-changed']);
  });

  it('waits for its invoice', () => {
    const before = given().when(paid('p', 'A'));
    expect(before.events).toMatchObject([{ contract: ReconciliationPaymentUnmatched, data: { reason: 'unknown-reference', unapplied_cents: 10_000 } }]);
    const world = tell(before, [issued('A')]);
    expect(position(world, 'A')).toMatchObject({ version: 1, open_cents: 0, status: 'settled' });
    expect(balances(world)).toEqual({ cash: 10_000, revenue: -10_000 });
  });

  it.each(['NF-1', '0001', 'txid-7'])('finds it by %s too', (reference) => {
    const instruments = [{ rail: 'BOLETO' as const, reference: '0001' }, { rail: 'PIX_COB' as const, reference: 'txid-7' }];
    expect(position(given(issued('A', { number: 'NF-1', instruments })).when(paid('p', reference)), 'A').status).toBe('settled');
  });

  it('is exact: nothing that merely resembles', () => {
    const world = given(issued('A', { number: 'NF-1' })).when(paid('p', 'nf-1'));
    expect(unapplied(world)).toEqual({ p: 10_000 });
  });

  it('means an invoice id before a number, and of invoices that share a number those due first', () => {
    const world = given(issued('A', { number: 'B' }), issued('B')).when(paid('p', 'B'));
    expect([position(world, 'A').status, position(world, 'B').status]).toEqual(['open', 'settled']);
    const shared = given(issued('A', { number: 'N', due_date: '2026-03-05' }), issued('B', { number: 'N', due_date: '2026-03-04' })).when(paid('p', 'N', { amount_cents: 12_000 }));
    expect([position(shared, 'A').open_cents, position(shared, 'B').open_cents]).toEqual([8_000, 0]);
  });

  it('pays nothing in another currency', () => {
    expect(unapplied(given(issued('A')).when(paid('p', 'A', { currency: 'USD' })))).toEqual({ p: 10_000 });
  });

  it('is counted twice when it is taken in twice: only inbox and cause key stand in the way', () => {
    const world = given(issued('A'), paid('p', 'A')).when(paid('p', 'A'));
    expect(balances(world)).toMatchObject({ cash: 20_000 });
    const causes = account(world).unsaved.entries.map(({ cause }) => cause);
    expect(causes.filter((cause) => cause === 'payment:bank:p')).toHaveLength(2);
  });
});

describe('late charges', () => {
  // Due on Monday the 2nd; on the 12th 10 days late: fine 2.00, interest 10 x 0.03.
  const late = { paid_date: '2026-03-12' };
  const invoice = issued('A', { charge_policy: POLICY });

  it('are taken from what is above the principal, and no more than is due on the paid date', () => {
    const world = given(invoice).when(paid('p', 'A', { ...late, amount_cents: 10_500 }));
    expect(balances(world)).toEqual({ cash: 10_500, revenue: -10_000, fine_income: -200, interest_income: -30, unapplied: -270 });
    expect(position(world, 'A')).toMatchObject({ paid_cents: 10_000, status: 'settled' });
    expect(world.events.at(-1)!.data).toMatchObject({ reason: 'overpaid', unapplied_cents: 270 });
  });

  it('never keep a debt open: the principal alone settles it', () => {
    expect(position(given(invoice).when(paid('p', 'A', late)), 'A')).toMatchObject({ open_cents: 0, status: 'settled' });
  });

  it('take the fine before the interest', () => {
    expect(balances(given(invoice).when(paid('p', 'A', { ...late, amount_cents: 10_210 })))).toMatchObject({ fine_income: -200, interest_income: -10 });
  });

  it('are not due on the day the due date rolls to', () => {
    const saturday = issued('A', { charge_policy: POLICY, due_date: '2026-03-07' });
    expect(unapplied(given(saturday).when(paid('p', 'A', { paid_date: '2026-03-09', amount_cents: 10_100 })))).toEqual({ p: 100 });
    // One day later all days count, from the Saturday on: 3 x 0.03 and the fine.
    expect(balances(given(saturday).when(paid('p', 'A', { paid_date: '2026-03-10', amount_cents: 10_209 })))).toMatchObject({ fine_income: -200, interest_income: -9 });
  });

  it('are paid with the principal that they are due on, part by part', () => {
    const world = given(invoice, paid('p', 'A', { ...late, amount_cents: 5_000 })).when(paid('q', 'A', { ...late, amount_cents: 5_200 }));
    // 48.82 with 0.98 and 0.20; then 51.18 with 0.82 of the 1.02 of fine on it.
    expect(balances(world)).toEqual({ cash: 10_200, revenue: -10_000, fine_income: -180, interest_income: -20 });
  });

  it('are nobody\'s where the invoice has no policy', () => {
    expect(unapplied(given(issued('A')).when(paid('p', 'A', { ...late, amount_cents: 10_500 })))).toEqual({ p: 500 });
  });
});

describe('money twice', () => {
  it('stays unapplied, and keeps everybody from asking for what else is owed', () => {
    const payment = paid('q', 'A', { paid_date: '2026-03-04' });
    const world = given(issued('A'), issued('B'), paid('p', 'A')).when(payment);
    expect(unapplied(world)).toEqual({ q: 10_000 });
    expect(position(world, 'B')).toMatchObject({ collectability: 'unmatched', review_date: '2026-03-17', open_cents: 10_000 });
    expect(world.events.at(-1)).toEqual({
      contract: ReconciliationPaymentUnmatched, id: derivedId('payment-unmatched', CREDITOR, 'bank', 'q', payment.event.id), key: KEY, creditor_id: CREDITOR, time: NOW.toISOString(),
      data: { creditor_id: CREDITOR, customer_id: CUSTOMER, payment_id: 'q', unapplied_cents: 10_000, reason: 'paid-twice', recorded_at: NOW.toISOString() },
    });
  });

  it('belongs to who paid first, whoever was heard of first', () => {
    const world = given(issued('A'), paid('late', 'A', { paid_date: '2026-03-05' })).when(paid('early', 'A', { paid_date: '2026-03-03' }));
    expect(unapplied(world)).toEqual({ late: 10_000 });
    expect(position(world, 'A').settled_on).toBe('2026-03-03');
  });

  it('from two sources under one id are two payments', () => {
    const world = given(issued('A'), paid('p', 'A')).when(paid('p', null, { source: 'card:x' }));
    expect(account(world).unsaved.entries.at(-1)!.cause).toBe('payment:card%3Ax:p');
    expect(balances(world)).toMatchObject({ cash: 20_000 });
  });
});

describe('money without a reference', () => {
  it('stays unapplied until a person says where it belongs', () => {
    const world = given(issued('A'), issued('B')).when(paid('p', null));
    expect(world.events.at(-1)!.data).toMatchObject({ reason: 'no-reference', unapplied_cents: 10_000 });
    expect(position(world, 'A').collectability).toBe('unmatched');
    const placed = tell({ ...world, results: [] }, [applied('p', null, 'B', { amount_cents: 7_000 })]);
    expect(placed.results).toEqual([{ payment_id: 'p', receivable_id: receivableId('B'), applied_cents: 7_000, unapplied_cents: 3_000, open_cents: 3_000 }]);
    expect(unapplied(placed)).toEqual({ p: 3_000 });
  });

  it('is told of once, and again only where the amount changes', () => {
    const waiting = given(paid('p', null)).when(failed('p', null), issued('A'));
    expect(typesOf(waiting)).toEqual(['balance-changed']);
    expect(typesOf(tell({ ...waiting, events: [] }, [refunded('p', 'r', 1_000, null)]))).toEqual(['payment-unmatched']);
  });

  it('is refused where nothing is unapplied, too much is asked for, or the receivable is not open', () => {
    const place = (...before: Parameters<typeof given>) => (invoice: string, amount_cents?: number) => () => given(...before).when(applied('p', null, invoice, amount_cents ? { amount_cents } : {}));
    expect(place(issued('A'))('A')).toThrow(expect.objectContaining({ reason: 'nothing-unapplied' }));
    expect(place(issued('A'), paid('p', null))('A', 10_001)).toThrow(expect.objectContaining({ reason: 'more-than-unapplied' }));
    expect(place(issued('A'), paid('p', null), paid('q', 'A'))('A')).toThrow(expect.objectContaining({ reason: 'receivable-not-open' }));
    expect(place(issued('A'), paid('p', null))('unknown')).toThrow(expect.objectContaining({ reason: 'receivable-not-open' }));
  });

  it('of another customer is refused', () => {
    const other = { customer_id: 'C-2' };
    expect(() => given(issued('A'), issued('B', other), paid('p', null)).when(applied('p', null, 'B', {}, 'C-2'))).toThrow(expect.objectContaining({ reason: 'other-customer' }));
  });

  it('gives way to money that quotes the invoice and was paid first', () => {
    const world = given(issued('A'), paid('p', null, { paid_date: '2026-03-05' }), applied('p', null, 'A')).when(paid('q', 'A', { paid_date: '2026-03-03' }));
    expect(unapplied(world)).toEqual({ p: 10_000 });
  });
});

describe('money whose customer nobody knows', () => {
  it('waits on its reference, and is taken up by the invoice that has it', () => {
    const before = given().when(paid('p', 'A', unknown));
    expect(before.events).toMatchObject([{ key: 'acme/#ref:A', data: { customer_id: null, reason: 'unknown-reference' } }]);
    expect(balances(before)).toEqual({ cash: 10_000, unapplied: -10_000 });
    const world = tell({ ...before, events: [] }, [issued('A')]);
    expect(typesOf(world)).toEqual(['balance-changed', 'receivable-settled']);
    expect(balances(world)).toEqual({ cash: 10_000, revenue: -10_000 });
    expect(account(world, 'acme/#ref:A')).toMatchObject({ claimed_by: KEY, unsaved: { left: ['bank:p'] } });
    expect(account(world, 'acme/#ref:A').payments.size).toBe(0);
  });

  it('goes straight to the account that has claimed its reference, as do its refund and its failure', () => {
    const world = given(issued('A'), paid('p', 'A', unknown)).when(refunded('p', 'r', 10_000, 'A', unknown));
    expect(position(world, 'A')).toMatchObject({ status: 'open', open_cents: 10_000 });
    const waiting = given(issued('A')).when(pending('p', 'A', unknown));
    expect(position(waiting, 'A').collectability).toBe('pending');
    expect(position(tell(waiting, [failed('p', 'A', unknown)]), 'A').collectability).toBe('owed');
  });

  it('is one payment, though it was pending under its reference and received under its customer', () => {
    const world = given(pending('p', 'A', unknown), paid('p', 'A')).when(issued('A'));
    expect(position(world, 'A')).toMatchObject({ status: 'settled', open_cents: 0 });
    expect([...account(world).payments.keys()]).toEqual(['bank:p']);
  });

  it('stays with the customer who claimed the reference first', () => {
    const world = given(issued('A', { number: '001' })).when(issued('B', { number: '001', customer_id: 'C-2' }), paid('p', '001', unknown));
    expect(position(world, 'A').status).toBe('settled');
  });

  it('moves with its reference when a person places it, so that its refund finds it', () => {
    const before = given(issued('A'), paid('p', 'typo', unknown)).when(applied('p', 'typo', 'A', unknown));
    expect(position(before, 'A').status).toBe('settled');
    expect(unapplied(before)).toEqual({});
    expect(position(tell(before, [refunded('p', 'r', 4_000, 'typo', unknown)]), 'A')).toMatchObject({ open_cents: 4_000, status: 'open' });
  });

  it('that quotes nothing at all can be placed alone', () => {
    const world = given(issued('A'), paid('p', null, unknown), paid('q', null, unknown)).when(applied('p', null, 'A', unknown));
    expect(position(world, 'A').status).toBe('settled');
    expect(unapplied(world)).toEqual({ q: 10_000 });
  });
});

describe('refunds', () => {
  it('reopen exactly what they take', () => {
    const refund = refunded('p', 'r', 3_000, 'A');
    const world = given(issued('A'), paid('p', 'A')).when(refund);
    expect(typesOf(world)).toEqual(['balance-changed', 'receivable-reopened']);
    expect(world.events[1]!.data).toMatchObject({ open_cents: 3_000, reason: 'refund', cause: refund.event.id });
    expect(account(world).unsaved.entries.slice(-1)).toMatchObject([
      {
        cause: 'refund:bank:p:r',
        postings: [{ account: 'cash', amount_cents: -3_000 }, { account: 'refund', amount_cents: 3_000 }, { account: 'refund', amount_cents: -3_000 }, { account: 'receivable', amount_cents: 3_000 }],
      },
    ]);
  });

  it('take what is unapplied first, then interest, fine and principal', () => {
    const charged = [issued('A', { charge_policy: POLICY }), paid('p', 'A', { paid_date: '2026-03-12', amount_cents: 10_500 })];
    expect(balances(given(...charged).when(refunded('p', 'r', 270, 'A')))).toMatchObject({ fine_income: -200, interest_income: -30 });
    expect(balances(given(...charged).when(refunded('p', 'r', 400, 'A')))).toEqual({ cash: 10_100, revenue: -10_000, fine_income: -100 });
  });

  it('let other money with the same reference take its place', () => {
    const world = given(issued('A'), paid('p', 'A'), paid('q', 'A', { paid_date: '2026-03-04' })).when(refunded('p', 'r', 10_000, 'A'));
    expect(position(world, 'A')).toMatchObject({ status: 'settled', settled_on: '2026-03-04' });
    expect(unapplied(world)).toEqual({});
    expect(typesOf(world)).toEqual(['balance-changed']);
  });

  it('known before their payment lower it when it comes', () => {
    const before = given(issued('A')).when(refunded('p', 'r', 4_000, 'A'));
    expect(balances(before)).toEqual({ receivable: 10_000, revenue: -10_000, refund: 4_000, cash: -4_000 });
    expect(before.events).toEqual([]);
    expect(position(tell(before, [paid('p', 'A')]), 'A')).toMatchObject({ paid_cents: 6_000, open_cents: 4_000 });
  });

  it('of a cancelled invoice end what kept others from being asked for', () => {
    const world = given(issued('A'), issued('B'), paid('p', 'A'), cancelled('A', 2)).when(refunded('p', 'r', 10_000, 'A'));
    expect(position(world, 'B')).toMatchObject({ collectability: 'owed', review_date: null });
  });
});

describe('pending payments', () => {
  it('keep their invoice from being asked for, until they come or fail', () => {
    const waiting = given(issued('A'), issued('B')).when(pending('p', 'A'));
    expect(position(waiting, 'A')).toMatchObject({ collectability: 'pending', review_date: '2026-03-17', open_cents: 10_000 });
    expect(position(waiting, 'B').collectability).toBe('owed');
    expect(position(tell(waiting, [failed('p', 'A')]), 'A').collectability).toBe('owed');
    expect(position(tell(waiting, [paid('p', 'A')]), 'A').collectability).toBe('settled');
  });

  it('that quote nothing known may be meant for anything', () => {
    const world = given(issued('A'), issued('B')).when(pending('p', null));
    expect([position(world, 'A').collectability, position(world, 'B').collectability]).toEqual(['pending', 'pending']);
  });

  it('begin again after a failure, and not before', () => {
    const again = pending('p', 'A', {}, at('2026-03-10', '13:00'));
    expect(position(given(issued('A'), pending('p', 'A'), failed('p', 'A')).when(again), 'A').collectability).toBe('pending');
    expect(position(given(issued('A'), failed('p', 'A')).when(pending('p', 'A')), 'A').collectability).toBe('owed');
    expect(given(issued('A'), again).when(pending('p', 'A')).ignored).toEqual(['older-attempt']);
    expect(given(issued('A'), failed('p', 'A')).when(failed('p', 'A')).ignored).toEqual(['older-attempt']);
  });

  it('that were received in part leave the rest to be asked for, whichever was heard first', () => {
    const part = paid('p', 'A', { amount_cents: 4_000 });
    expect(position(given(issued('A'), pending('p', 'A')).when(part), 'A')).toMatchObject({ collectability: 'owed', open_cents: 6_000 });
    expect(position(given(issued('A'), part).when(pending('p', 'A')), 'A')).toMatchObject({ collectability: 'owed', open_cents: 6_000 });
  });

  it('that were received stay received', () => {
    const world = given(issued('A'), paid('p', 'A')).when(failed('p', 'A'), pending('p', 'A'));
    expect(position(world, 'A').status).toBe('settled');
    expect(world.events).toEqual([]);
  });
});
