import { bytesOf, lines240, lines400 } from '../../../../libs/bank-files/test/synthetic';
import { BankHouse, slip, title } from '../../test/bank-house';
import { receivableId } from '../../test/story';

describe('a file that is undone while others tell the same', () => {
  const bank = new BankHouse();
  const { call, decide, file, invoice, receivable, send, sums } = bank;
  beforeAll(bank.open);
  afterAll(bank.close);
  const number = (n: number) => `0000000${1000 + n}1`;
  const of = (...titles: Parameters<typeof title>[]) => bytesOf(lines400('237', titles.map((each) => title(...each))));
  const uncredited = { credit: undefined as unknown as string };
  const withdrawals = async () => (await bank.database.query<{ n: number }>(`select count(*)::int as n from entry where cause like 'withdrawal:%'`))[0]!.n;
  /** A file whose money total disagrees. */
  const doubtful = (...titles: Parameters<typeof title>[]) => {
    const lines = lines400('237', titles.map((each) => title(...each)));
    return bytesOf([...lines.slice(0, -1), lines.at(-1)!.slice(0, 91) + '000000000001' + lines.at(-1)!.slice(103)]);
  };

  it('leaves them what they tell: nobody who paid is asked, and what a person decided stays', async () => {
    await invoice('a', slip(number(1)));
    await invoice('b', slip(number(2)));
    await invoice('c', []);
    const first = await send(of([number(1)], [number(2)], [number(3)]));
    expect((await call('POST', `v1/unapplied/${await paymentOf(number(3))}/apply`, { receivable_id: receivableId('c') })).status).toBeLessThan(300);
    const second = await send(of([number(2)], [number(3)], [number(4)]));
    expect(second.file.counts).toMatchObject({ known: 2, posted: 1 });
    const before = await withdrawals();
    expect((await decide(first.file_id, 'undo')).file.status).toBe('undone');
    expect([(await receivable('a')).status, (await receivable('b')).status, (await receivable('c')).status, (await withdrawals()) - before]).toEqual(['open', 'settled', 'settled', 1]);
    const rows = async (id: string) => (await call<{ items: { our_number: string; state: string }[] }>('GET', `v1/bank-files/${id}/rows`)).body.items.map(({ our_number, state }) => [our_number.slice(-4), state]);
    expect([await rows(first.file_id), await rows(second.file_id)]).toEqual([[['0011', 'undone']], [['0021', 'posted'], ['0031', 'posted'], ['0041', 'posted']]]);
    // Posted once more, it knows what the other tells; and so it is the other way round.
    expect((await decide(first.file_id, 'confirm')).file.counts).toMatchObject({ posted: 1, known: 2 });
    await decide(second.file_id, 'undo');
    expect([(await receivable('b')).status, (await receivable('c')).status]).toEqual(['settled', 'settled']);
    await decide(first.file_id, 'undo');
    expect([(await receivable('a')).status, (await receivable('b')).status, (await receivable('c')).status, await sums()]).toEqual(['open', 'open', 'open', {}]);
  });

  it('leaves pending what another told as paid and not credited', async () => {
    await invoice('d', slip(number(11)));
    const early = await send(of([number(11), uncredited]));
    const credited = await send(of([number(11)], [number(12)]));
    expect((await receivable('d')).status).toBe('settled');
    await decide(credited.file_id, 'undo');
    expect(await receivable('d')).toMatchObject({ status: 'open', collectability: 'pending' });
    await decide(credited.file_id, 'confirm');
    expect(await receivable('d')).toMatchObject({ status: 'settled' });
    await decide(credited.file_id, 'undo');
    await decide(early.file_id, 'undo');
    expect(await receivable('d')).toMatchObject({ status: 'open', collectability: 'owed' });
    expect(await sums()).toEqual({});
  });

  it('leaves held what a file names that waits for confirmation', async () => {
    await invoice('e', slip(number(21)));
    const doubt = await send(doubtful([number(21)]));
    expect([doubt.file.status, (await receivable('e')).collectability]).toEqual(['needs-confirmation', 'unmatched']);
    const clean = await send(of([number(21)], [number(22)]));
    expect((await receivable('e')).status).toBe('settled');
    await decide(clean.file_id, 'undo');
    expect(await receivable('e')).toMatchObject({ status: 'open', collectability: 'unmatched' });
    expect((await file(doubt.file_id)).status).toBe('needs-confirmation');
    await decide(doubt.file_id, 'confirm');
    expect(await receivable('e')).toMatchObject({ status: 'settled' });
    await decide(doubt.file_id, 'undo');
    expect([await receivable('e'), await sums()]).toMatchObject([{ status: 'open', collectability: 'owed' }, {}]);
  });

  it('is put right by one of the same number only once a person has said so: nothing is counted twice, and nobody is asked meanwhile', async () => {
    await invoice('f', slip(number(31)));
    await invoice('g', slip(number(32)), 5_000);
    const of240 = (cents: number, more: Parameters<typeof title>[] = []) => bytesOf(lines240('237', [title(number(31), { paid: cents }), title(number(32), { title: 5_000, paid: 5_000 }), ...more.map((each) => title(...each))]));
    const wrong = await send(of240(10_000));
    expect([wrong.file.status, (await receivable('f')).status, (await receivable('g')).status]).toEqual(['posted', 'settled', 'settled']);
    // Sent again with more, a second payment of a slip even, it corrects nothing.
    expect((await send(of240(10_000, [[number(33)], [number(32), { title: 5_000, paid: 5_000, on: '2026-03-03' }]]))).file.status).toBe('posted');
    const before = await sums();
    const right = await send(of240(9_000));
    expect([right.file.status, right.file.counts, await sums()]).toMatchObject(['needs-confirmation', { held: 1, known: 1 }, before]);
    expect(right.file.report).toContain('it corrects "CB.RET", a file of the same number');
    for (const { file_id } of (await call<{ items: { file_id: string; status: string; read: { kind: string } }[] }>('GET', 'v1/bank-files')).body.items.filter((each) => each.status === 'posted' && each.read.kind === 'cnab240')) await decide(file_id, 'undo');
    expect([await receivable('f'), await receivable('g')]).toMatchObject([{ status: 'open', collectability: 'unmatched' }, { status: 'open', collectability: 'unmatched' }]);
    await decide(right.file_id, 'confirm');
    expect([await receivable('f'), await receivable('g')]).toMatchObject([{ open_cents: 1_000, collectability: 'owed' }, { status: 'settled' }]);
  });

  const paymentOf = async (our_number: string) =>
    (await bank.database.query<{ payment_id: string }>(`select payment_id from bank_row where our_number = $1 and state = 'posted'`, [our_number]))[0]!.payment_id;
});
