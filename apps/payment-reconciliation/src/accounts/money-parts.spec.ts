import { account, applied, balances, credited, given, issued, paid, POLICY, position, refunded, tell, typesOf, unapplied } from '../../test/story';

const entryOf = (world: Parameters<typeof account>[0], cause: string) =>
  account(world).unsaved.entries.find((entry) => entry.cause === cause)!.postings.map(({ account: name, amount_cents }) => [name, amount_cents]);

describe('money on its way', () => {
  const later = { credit_date: '2026-03-11' };

  it('is in transit where its credit date has not come, and settles all the same', () => {
    const world = given(issued('A')).when(paid('p', 'A', later));
    expect(balances(world)).toEqual({ cash_in_transit: 10_000, revenue: -10_000 });
    expect(position(world, 'A').status).toBe('settled');
  });

  it('is cash once its credit is told, less the fee, and nothing about the debt is told anew', () => {
    const world = given(issued('A'), paid('p', 'A', later)).when(credited('p', 'A', '2026-03-11', { fee_cents: 290 }));
    expect(entryOf(world, 'credit:bank:p')).toEqual([['cash_in_transit', -10_000], ['cash', 9_710], ['fees', 290]]);
    expect(typesOf(world)).toEqual([]);
  });

  it('is the same where the credit was heard of first, or a second time with the fee', () => {
    const expected = { cash: 9_710, fees: 290, revenue: -10_000 };
    expect(balances(given(issued('A'), credited('p', 'A', '2026-03-11', { fee_cents: 290 })).when(paid('p', 'A', later)))).toEqual(expected);
    expect(balances(given(issued('A'), paid('p', 'A', { fee_cents: 250 })).when(credited('p', 'A', '2026-03-10', { fee_cents: 290 })))).toEqual(expected);
  });

  it('that goes back before it was credited leaves nothing in transit', () => {
    const world = given(issued('A'), paid('p', 'A', later)).when(refunded('p', 'r', 10_000, 'A'));
    expect(balances(world)).toEqual({ receivable: 10_000, revenue: -10_000 });
    expect(balances(tell(world, [credited('p', 'A', '2026-03-11')]))).toEqual({ receivable: 10_000, revenue: -10_000 });
  });
});

describe('a fee', () => {
  it('is the creditor\'s cost: what the debtor paid settles whole', () => {
    const world = given(issued('A')).when(paid('p', 'A', { fee_cents: 290 }));
    expect(position(world, 'A')).toMatchObject({ status: 'settled', paid_cents: 10_000 });
    expect(balances(world)).toEqual({ cash: 9_710, fees: 290, revenue: -10_000 });
  });

  it('stays a cost when the money goes back', () => {
    expect(balances(given(issued('A'), paid('p', 'A', { fee_cents: 290 })).when(refunded('p', 'r', 10_000, 'A')))).toEqual({ receivable: 10_000, revenue: -10_000, fees: 290, cash: -290 });
  });
});

describe('a discount', () => {
  const invoice = issued('A', { charge_policy: { ...POLICY, discounts: [{ until: '2026-03-05', percent: '5' }] }, due_date: '2026-03-20' });
  const early = { paid_date: '2026-03-05' };

  it('of the policy settles with the money that came by its day', () => {
    const world = given(invoice).when(paid('p', 'A', { ...early, amount_cents: 9_500 }));
    expect(position(world, 'A')).toMatchObject({ status: 'settled', paid_cents: 9_500, waived_cents: 500, open_cents: 0 });
    expect(balances(world)).toEqual({ cash: 9_500, discount: 500, revenue: -10_000 });
    expect(entryOf(world, account(world).unsaved.entries.at(-1)!.cause)).toEqual([['cash', 9_500], ['receivable', -10_000], ['discount', 500]]);
  });

  it('of the policy is not granted a day later, nor on a part', () => {
    expect(position(given(invoice).when(paid('p', 'A', { paid_date: '2026-03-06', amount_cents: 9_500 })), 'A')).toMatchObject({ open_cents: 500, waived_cents: 0 });
    expect(position(given(invoice).when(paid('p', 'A', { ...early, amount_cents: 9_499 })), 'A')).toMatchObject({ open_cents: 501, waived_cents: 0 });
  });

  it('of the policy is granted to parts that reach it together', () => {
    const world = given(invoice, paid('p', 'A', { ...early, amount_cents: 5_000 })).when(paid('q', 'A', { ...early, amount_cents: 4_500 }));
    expect(position(world, 'A')).toMatchObject({ open_cents: 0, waived_cents: 500 });
  });

  it('covers only what the money lacks: whoever pays more has not overpaid', () => {
    const world = given(invoice).when(paid('p', 'A', { ...early, amount_cents: 9_800 }));
    expect(balances(world)).toEqual({ cash: 9_800, discount: 200, revenue: -10_000 });
  });

  it('told by the bank settles without a policy', () => {
    expect(position(given(issued('A')).when(paid('p', 'A', { amount_cents: 9_700, discount_cents: 300 })), 'A')).toMatchObject({ status: 'settled', waived_cents: 300 });
    expect(position(given(issued('A')).when(paid('p', 'A', { amount_cents: 9_000, discount_cents: 300 })), 'A')).toMatchObject({ open_cents: 700, waived_cents: 300 });
  });

  it('stands when a part goes back, which reopens just that part; it falls with the whole payment', () => {
    const settled = given(invoice).when(paid('p', 'A', { ...early, amount_cents: 9_500 }));
    expect(position(tell(settled, [refunded('p', 'r', 1_000, 'A')]), 'A')).toMatchObject({ open_cents: 1_000, waived_cents: 500 });
    expect(position(tell(settled, [refunded('p', 'r', 9_500, 'A')]), 'A')).toMatchObject({ open_cents: 10_000, waived_cents: 0, paid_cents: 0 });
  });
});

describe('a title paid on two rails', () => {
  // One boleto that carries a Pix: two references of one invoice.
  const boleto = issued('A', { instruments: [{ rail: 'BOLETO', reference: '0001' }, { rail: 'PIX_COBV', reference: 'txid-7' }] });
  const twice = given(boleto, issued('B'), paid('line', '0001', { source: 'cnab' })).when(paid('e2e', 'txid-7', { source: 'pix', paid_date: '2026-03-03' }));

  it('shows the second payment as what it is, and holds what else is owed', () => {
    expect(twice.events.at(-1)!.data).toMatchObject({ reason: 'paid-twice', unapplied_cents: 10_000 });
    expect(account(twice).payments.get('pix:e2e')).toMatchObject({ unapplied_reason: 'paid-twice', allocations: [] });
    expect(position(twice, 'B').collectability).toBe('unmatched');
  });

  it('lets the second be used for another debt, or be given back in parts', () => {
    const used = tell(twice, [applied('e2e', 'txid-7', 'B', { source: 'pix' })]);
    expect([position(used, 'A').status, position(used, 'B').status, unapplied(used)]).toEqual(['settled', 'settled', {}]);
    const back = tell({ ...twice, events: [] }, [refunded('e2e', 'd1', 4_000, 'txid-7', { source: 'pix', reason: 'pix-devolution' })]);
    expect(unapplied(back)).toEqual({ e2e: 6_000 });
    expect(typesOf(back)).toEqual(['payment-unmatched']);
    const whole = tell(back, [refunded('e2e', 'd2', 6_000, 'txid-7', { source: 'pix', reason: 'pix-devolution' })]);
    expect([unapplied(whole), position(whole, 'A').status, position(whole, 'B').collectability]).toEqual([{}, 'settled', 'owed']);
  });

  it('stays settled when the first is charged back: the second takes its place', () => {
    const world = tell({ ...twice, events: [] }, [refunded('line', 'cb', 10_000, '0001', { source: 'cnab', reason: 'chargeback' })]);
    expect(position(world, 'A')).toMatchObject({ status: 'settled', settled_on: '2026-03-03' });
    expect(account(world).payments.get('pix:e2e')!.unapplied_reason).toBeNull();
  });

  it('is told from too much of one payment, money in another currency, and money for what was cancelled', () => {
    const reason = (...things: Parameters<typeof given>) => [...account(given(...things).when()).payments.values()].at(-1)!.unapplied_reason;
    expect(reason(issued('A'), paid('p', 'A', { amount_cents: 10_001 }))).toBe('overpaid');
    expect(reason(issued('A'), paid('p', 'A', { currency: 'USD' }))).toBe('other-currency');
    expect(reason(issued('A'), paid('p', 'B'))).toBe('unknown-reference');
    expect(reason(issued('A'), paid('p', null))).toBe('no-reference');
  });
});

describe('a chargeback', () => {
  it('in part reopens that part, says so, and passes through refund', () => {
    const world = given(issued('A'), paid('p', 'A')).when(refunded('p', 'cb', 2_500, 'A', { reason: 'chargeback' }));
    expect(world.events[1]!.data).toMatchObject({ open_cents: 2_500, reason: 'chargeback' });
    expect(entryOf(world, 'refund:bank:p:cb')).toEqual([['cash', -2_500], ['refund', 2_500], ['refund', -2_500], ['receivable', 2_500]]);
    expect(balances(world)).toEqual({ cash: 7_500, receivable: 2_500, revenue: -10_000 });
  });
});
