import {
  agreed, agreementBroken, amended, at, balances, completed, disputed, given, held, instalmentId, issued, lifted, paid, pending, POLICY, position, promiseBroken, promised, receivableId, refunded,
  resolved, tell, typesOf, unapplied,
} from '../../test/story';

const bothOf = (world: Parameters<typeof position>[0]) => ['A', 'B'].map((invoice) => position(world, invoice).collectability);

describe('standing still', () => {
  it('holds what is listed, until it is lifted', () => {
    const world = given(issued('A'), issued('B')).when(held(['A']));
    expect(position(world, 'A')).toMatchObject({ collectability: 'held', review_date: '2026-03-20', version: 2 });
    expect(position(world, 'B')).toMatchObject({ collectability: 'owed', version: 1 });
    expect(typesOf(world)).toEqual(['balance-changed']);
    expect(position(tell(world, [lifted()]), 'A')).toMatchObject({ collectability: 'owed', review_date: null, version: 3 });
  });

  it('holds everything of the customer where nothing is listed, what comes later too', () => {
    expect(bothOf(given(issued('A'), held()).when(issued('B')))).toEqual(['held', 'held']);
  });

  it('is over when its end is known, even before its beginning', () => {
    const world = given(issued('A'), lifted()).when(held(['A']));
    expect(position(world, 'A')).toMatchObject({ collectability: 'owed', version: 1 });
    expect(given(issued('A'), held(['A'])).when(held(['A'])).ignored).toEqual(['known']);
    expect(given(issued('A'), held(['A']), lifted()).when(lifted()).ignored).toEqual(['ended']);
  });

  it('tells the firmest reason of several', () => {
    const all = [issued('A'), promised(['A']), agreed(['A'], [10_000]), paid('x', null), pending('y', 'A'), held(['A']), disputed(['A'])];
    const reason = (count: number) => position(given().when(...all.slice(0, count)), 'A').collectability;
    expect([1, 2, 3, 4, 5, 6, 7].map(reason)).toEqual(['owed', 'promised', 'agreed', 'unmatched', 'pending', 'held', 'disputed']);
    expect(position(given(...all).when(paid('z', 'A')), 'A').collectability).toBe('settled');
  });

  it('takes the earliest of several review dates', () => {
    const world = given(issued('A'), disputed(['A'])).when(held(['A']));
    expect(position(world, 'A')).toMatchObject({ collectability: 'disputed', review_date: '2026-03-17' });
  });

  it('ends with the dispute and with the promise', () => {
    expect(position(given(issued('A'), disputed(['A'])).when(resolved(['A'])), 'A').collectability).toBe('owed');
    const kept = given(issued('A')).when(promised(['A']));
    expect(position(kept, 'A')).toMatchObject({ collectability: 'promised', review_date: '2026-03-13' });
    expect(position(tell(kept, [promiseBroken(['A'])]), 'A').collectability).toBe('owed');
  });
});

describe('agreements', () => {
  // B falls due before A.
  const debt = [issued('A', { due_date: '2026-03-05' }), issued('B', { due_date: '2026-03-03' })];
  const pays = (number: number, amount_cents: number) => paid(`i${number}`, instalmentId(number), { amount_cents, paid_date: `2026-0${number + 2}-13` });

  it('open no receivable: the old ones are agreed, and looked at when the next instalment falls due', () => {
    const world = given(...debt).when(agreed(['A', 'B'], [8_000, 12_000]));
    expect(bothOf(world)).toEqual(['agreed', 'agreed']);
    expect(position(world, 'A').review_date).toBe('2026-03-13');
    expect(position(tell(world, [pays(1, 8_000)]), 'A').review_date).toBe('2026-04-13');
  });

  it('apply an instalment to what fell due first', () => {
    const world = given(...debt, agreed(['A', 'B'], [12_000, 8_000])).when(pays(1, 12_000));
    expect([position(world, 'A').open_cents, position(world, 'B').open_cents]).toEqual([8_000, 0]);
  });

  it('take no charges, even from what comes above their sum: it was agreed, and the rest is unapplied', () => {
    const charged = { charge_policy: POLICY };
    const world = given(issued('A', { ...charged, due_date: '2026-03-05' }), issued('B', { ...charged, due_date: '2026-03-03' }), agreed(['A', 'B'], [12_000, 8_000])).when(pays(1, 12_000), pays(2, 8_500));
    expect(balances(world)).toEqual({ cash: 20_500, revenue: -20_000, unapplied: -500 });
    expect(unapplied(world)).toEqual({ i2: 500 });
  });

  it('take up an instalment that was paid before the agreement was heard of', () => {
    const early = paid('i1', instalmentId(1), { customer_id: null, amount_cents: 12_000 });
    const world = given(...debt, early).when(agreed(['A', 'B'], [12_000, 8_000]));
    expect([position(world, 'A').open_cents, position(world, 'B').open_cents]).toEqual([8_000, 0]);
  });

  it('waive at completion only, what is then still open', () => {
    const kept = given(...debt, agreed(['A', 'B'], [8_000, 9_000], 3_000)).when(pays(1, 8_000), pays(2, 9_000));
    expect(position(kept, 'A')).toMatchObject({ open_cents: 3_000, waived_cents: 0 });
    const world = tell({ ...kept, events: [] }, [at('2026-04-14'), completed(['A', 'B'], 3_000)]);
    expect(position(world, 'A')).toMatchObject({ open_cents: 0, paid_cents: 7_000, waived_cents: 3_000, status: 'settled', settled_on: '2026-04-14' });
    expect(balances(world)).toEqual({ cash: 17_000, revenue: -20_000, waiver: 3_000 });
    expect(typesOf(world)).toEqual(['balance-changed', 'receivable-settled']);
    expect([...world.accounts.values()].flatMap(({ unsaved }) => unsaved.entries).at(-1)!.cause).toBe(`waiver:${receivableId('A')}:${position(world, 'A').version}`);
  });

  it('waive no more than was agreed, and once', () => {
    const world = given(...debt, agreed(['A', 'B'], [17_000], 3_000)).when(completed(['A', 'B'], 3_000));
    expect([position(world, 'A').waived_cents, position(world, 'B').waived_cents]).toEqual([0, 3_000]);
    expect(tell(world, [completed(['A', 'B'], 3_000)]).ignored).toEqual(['ended']);
  });

  it('keep the waiver when money goes back, and lower it with the debt', () => {
    const done = [...debt, agreed(['A', 'B'], [17_000], 3_000), pays(1, 17_000), completed(['A', 'B'], 3_000)];
    expect(position(given(...done).when(refunded('i1', 'r', 1_000, instalmentId(1))), 'A')).toMatchObject({ waived_cents: 3_000, open_cents: 1_000, status: 'open' });
    expect(position(given(...done).when(amended('A', 2, 2_000, '2026-03-05')), 'A')).toMatchObject({ amount_cents: 2_000, waived_cents: 2_000, paid_cents: 0 });
  });

  it('return the debt as it stands when broken; later instalment money still lowers it', () => {
    const world = given(...debt, agreed(['A', 'B'], [8_000, 12_000]), pays(1, 8_000)).when(agreementBroken(['A', 'B']));
    expect(bothOf(world)).toEqual(['owed', 'owed']);
    expect([position(world, 'A').open_cents, position(world, 'B').open_cents]).toEqual([10_000, 2_000]);
    expect(position(tell(world, [pays(2, 2_000)]), 'B').status).toBe('settled');
  });
});
