import { account, agreed, amended, balances, cancelled, given, givenUp, held, issued, paid, position, promiseBroken, promised, receivableId, refunded, typesOf, writtenOff } from '../../test/story';

describe('a receivable that is given up', () => {
  it('is asked for no more, and stands in the ledger as what was lost', () => {
    const world = given(issued('inv-1'), paid('part', 'inv-1', { amount_cents: 4_000 })).when(writtenOff('inv-1'));
    expect(position(world, 'inv-1')).toMatchObject({ status: 'written-off', paid_cents: 4_000, written_off_cents: 6_000, open_cents: 0, collectability: 'settled', settled_on: null });
    expect(balances(world)).toMatchObject({ write_off: 6_000 });
    expect(balances(world).receivable).toBeUndefined();
    expect(typesOf(world)).toEqual(['balance-changed']);
    expect(world.results).toEqual([{ receivable_id: receivableId('inv-1'), status: 'written-off', written_off_cents: 6_000, open_cents: 0 }]);
    expect(account(world).receivables.get(receivableId('inv-1'))!.write_offs).toEqual([{ written_off: true, reason: 'no estate', actor: 'agent-7', at: expect.any(String) }]);
  });

  it('takes what still comes as a recovery, and is settled by the last of it', () => {
    const lost = [issued('inv-1'), writtenOff('inv-1')];
    const some = given(...lost).when(paid('some', 'inv-1', { amount_cents: 2_500 }));
    expect(position(some, 'inv-1')).toMatchObject({ status: 'written-off', paid_cents: 2_500, written_off_cents: 7_500, open_cents: 0 });
    expect(balances(some)).toMatchObject({ write_off: 7_500, cash: 2_500 });
    expect(typesOf(some)).toEqual(['balance-changed']);
    const all = given(...lost, paid('some', 'inv-1', { amount_cents: 2_500 })).when(paid('rest', 'inv-1', { amount_cents: 7_500, paid_date: '2026-03-09' }));
    expect(position(all, 'inv-1')).toMatchObject({ status: 'settled', written_off_cents: 0, open_cents: 0, settled_on: '2026-03-09' });
    expect(balances(all).write_off).toBeUndefined();
    expect(typesOf(all)).toEqual(['balance-changed', 'receivable-settled']);
  });

  it('is lost again where the recovery goes back, and nobody is asked', () => {
    const world = given(issued('inv-1'), writtenOff('inv-1'), paid('all', 'inv-1')).when(refunded('all', 'r-1', 10_000, 'inv-1'));
    expect(position(world, 'inv-1')).toMatchObject({ status: 'written-off', written_off_cents: 10_000, open_cents: 0 });
    expect(typesOf(world)).toEqual(['balance-changed']);
  });

  it('follows its invoice: an amendment is lost too, a cancelled one is nothing to lose', () => {
    const lost = given(issued('inv-1'), writtenOff('inv-1'));
    expect(position(lost.when(amended('inv-1', 2, 12_000)), 'inv-1')).toMatchObject({ status: 'written-off', written_off_cents: 12_000 });
    const gone = lost.when(cancelled('inv-1', 2));
    expect(position(gone, 'inv-1')).toMatchObject({ status: 'cancelled', written_off_cents: 0, open_cents: 0 });
    expect(balances(gone)).toEqual({});
  });

  it('is owed again once reinstated, and both words are kept', () => {
    const world = given(issued('inv-1'), writtenOff('inv-1')).when(writtenOff('inv-1', false));
    expect(position(world, 'inv-1')).toMatchObject({ status: 'open', written_off_cents: 0, open_cents: 10_000, collectability: 'owed' });
    expect(balances(world)).toMatchObject({ receivable: 10_000 });
    expect(balances(world).write_off).toBeUndefined();
    expect(world.events.map(({ data }) => (data as { reason?: string }).reason)).toEqual([undefined, 'reinstated']);
    expect(account(world).receivables.get(receivableId('inv-1'))!.write_offs.map((word) => word.written_off)).toEqual([true, false]);
  });
});

describe('what cannot be given up', () => {
  it.each([
    ['is settled', [paid('all', 'inv-1')], 'receivable-not-open'],
    ['is cancelled', [cancelled('inv-1', 2)], 'receivable-not-open'],
    ['is given up already', [writtenOff('inv-1')], 'receivable-not-open'],
    ['is promised', [promised(['inv-1'])], 'receivable-promised'],
    ['is agreed upon', [agreed(['inv-1'], [5_000, 5_000])], 'receivable-promised'],
  ])('a receivable that %s', (_how, before, reason) => {
    expect(() => given(issued('inv-1'), ...before).when(writtenOff('inv-1'))).toThrow(expect.objectContaining({ reason }));
  });

  it('but may be once the promise was broken', () => {
    expect(position(given(issued('inv-1'), promised(['inv-1']), promiseBroken(['inv-1'])).when(writtenOff('inv-1')), 'inv-1')).toMatchObject({ status: 'written-off' });
  });

  it('nor is anything reinstated that was not', () => {
    expect(() => given(issued('inv-1')).when(writtenOff('inv-1', false))).toThrow(expect.objectContaining({ reason: 'not-written-off' }));
  });
});

describe('a receivable that the régua gives up', () => {
  it('is written off once, and whose word it was is kept', () => {
    const world = given(issued('inv-1')).when(givenUp('inv-1'));
    expect(position(world, 'inv-1')).toMatchObject({ status: 'written-off', written_off_cents: 10_000 });
    expect(balances(world)).toMatchObject({ write_off: 10_000 });
    expect(account(world).receivables.get(receivableId('inv-1'))!.write_offs).toEqual([{ written_off: true, reason: 'firme-2 D+90', actor: expect.stringMatching(/^dunning-orchestration /), at: expect.any(String) }]);
    expect(given(issued('inv-1'), givenUp('inv-1')).when(givenUp('inv-1')).ignored).toEqual(['not-owed']);
  });
  it.each([
    ['was paid', [paid('all', 'inv-1')]], ['was cancelled', [cancelled('inv-1', 2)]], ['is promised', [promised(['inv-1'])]], ['is held', [held(['inv-1'])]], ['was given up by a person', [writtenOff('inv-1')]],
  ])('is not where it %s meanwhile', (_how, before) => {
    const world = given(issued('inv-1'), ...before).when(givenUp('inv-1'));
    expect([world.ignored, world.events]).toEqual([['not-owed'], []]);
  });
  it('is not where nobody knows it', () => expect(given(issued('inv-1')).when(givenUp('inv-2')).ignored).toEqual(['not-owed']));
});
