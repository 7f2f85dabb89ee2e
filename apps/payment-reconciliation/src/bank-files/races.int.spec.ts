import { BillingPaymentFailed, BillingPaymentPending, BillingPaymentReported, BillingSourceCovered } from '@emdia/contracts';
import { bytesOf, lines400 } from '../../../../libs/bank-files/test/synthetic';
import { BankHouse, slip, SOURCE, title } from '../../test/bank-house';
import { CREDITOR } from '../../test/story';
import { BankFiles } from './bank-files';
import { LookUp } from './look-up';

/** What one worker has looked up, and another changes before it is written. */
describe('two workers with files that tell the same', () => {
  const bank = new BankHouse();
  const { call, decide, file, invoice, receivable, send, sums } = bank;
  const runs = jest.spyOn(BankFiles.prototype, 'run');
  beforeAll(bank.open);
  // After all that they have been through, each says what its rows say.
  afterAll(async () => {
    const said = await bank.database.query<{ file_id: string; cents: number }>(
      `select file_id, (select coalesce(sum(case state when 'posted' then amount_cents when 'returned' then -amount_cents end), 0) from bank_row r where r.file_id = f.file_id)::int as cents from bank_file f order by 1`);
    const files = await Promise.all(said.map(({ file_id }) => file(file_id)));
    expect(files.map(({ file_id, posted_cents: cents }) => ({ file_id, cents }))).toEqual(said);
    jest.restoreAllMocks();
    await bank.close();
  });
  const number = (n: number) => `00000000${500 + n}1`;
  const of = (...titles: Parameters<typeof title>[]) => bytesOf(lines400('237', titles.map((each) => title(...each))));
  /** Once, between the next look-up of that kind and what is decided on it. */
  const meanwhile = (what: 'found' | 'placed' | 'coveredBeside' | 'taken', happens: () => Promise<unknown>) => {
    const looks = LookUp.prototype[what] as (this: LookUp, ...args: unknown[]) => Promise<never>;
    const spy = jest.spyOn(LookUp.prototype, what).mockImplementation(async function (this: LookUp, ...args: unknown[]) {
      spy.mockRestore();
      const found = await looks.apply(this, args);
      await happens();
      return found;
    } as never);
  };
  /** Another worker takes the next file in hand. */
  const other = async (...said: [path: string, bytes?: Uint8Array][]) => {
    for (const [path, bytes] of said) expect((await call('POST', `v1/bank-files${path}`, bytes)).status).toBeLessThan(300);
    await (runs.mock.contexts[0] as BankFiles).run();
  };
  const upload = (bytes: Uint8Array): [string, Uint8Array] => [`?source=${SOURCE}&name=O.RET`, bytes];
  const kept = (our_number: string) => bank.database.query(
    `select r.state, p.received_cents::int as cents from bank_row r join payment p on p.payment_id = r.payment_id where r.our_number = $1 and r.state <> 'returned' order by r.line`, [our_number]);

  it('lose no row that one posts while the other that tells it is undone', async () => {
    await invoice('a', slip(number(1)));
    const first = await send(of([number(1)]));
    meanwhile('found', () => other([`/${first.file_id}/undo`]));
    const second = await send(of([number(1)], [number(2)]));
    expect([(await file(first.file_id)).status, second.file.status, await kept(number(1))]).toEqual(['undone', 'posted', [{ state: 'posted', cents: 10_000 }]]);
    expect(await receivable('a')).toMatchObject({ status: 'settled' });
    await decide(second.file_id, 'undo');
    expect([await receivable('a'), await kept(number(1))]).toMatchObject([{ status: 'open' }, [{ state: 'undone', cents: 0 }]]);
  });

  it('lose no row that one takes back while another that tells it is posted', async () => {
    await invoice('b', slip(number(11)));
    const first = await send(of([number(11)]));
    meanwhile('placed', () => other(upload(of([number(11)], [number(12)]))));
    await decide(first.file_id, 'undo');
    expect([await receivable('b'), await kept(number(11))]).toMatchObject([{ status: 'settled' }, [{ state: 'posted', cents: 10_000 }]]);
  });

  it('leave nothing that both told where both are undone', async () => {
    await invoice('c', slip(number(21)));
    const first = await send(of([number(21)]));
    const second = await send(of([number(21)], [number(22)]));
    meanwhile('placed', () => other([`/${second.file_id}/undo`]));
    await decide(first.file_id, 'undo');
    expect([(await file(first.file_id)).status, (await file(second.file_id)).status, await kept(number(21))]).toEqual(['undone', 'undone', [{ state: 'undone', cents: 0 }]]);
    expect(await receivable('c')).toMatchObject({ status: 'open', collectability: 'owed' });
  });

  it('know of each other though they come to know the row at one instant', async () => {
    await invoice('d', slip(number(31)));
    const first = await send(of([number(31)]));
    meanwhile('found', () => other(upload(of([number(31)], [number(32)]))));
    const third = await send(of([number(31)], [number(33)]));
    for (const each of [first, third]) await decide(each.file_id, 'undo');
    expect(await receivable('d')).toMatchObject({ status: 'settled' });
  });

  it('do not cover a day by each other\'s word where both are undone, and do not uncover what another covers meanwhile', async () => {
    const covered = async () => (await bank.database.query<{ until: string | null }>(`select covered_until::text as until from coverage where source = 'two'`))[0]!.until;
    await bank.publish(bank.made(BillingSourceCovered, { creditor_id: CREDITOR, source: 'two', partition: 0, rails: ['BOLETO'], lag_business_days: 5, covered_until: null, checked_at: '2026-03-01T12:00:00.000Z' }));
    const [first, second] = [await send(of([number(41)]), 'two'), await send(of([number(42)]), 'two')];
    expect(await covered()).toBe('2026-03-04');
    meanwhile('coveredBeside', () => other([`/${second.file_id}/undo`]));
    await decide(first.file_id, 'undo');
    expect(await covered()).toBeNull();
    await decide(first.file_id, 'confirm');
    await decide(second.file_id, 'confirm');
    await decide(second.file_id, 'undo');
    meanwhile('coveredBeside', async () => {
      await other([`/${second.file_id}/confirm`]);
      while ((await file(second.file_id)).status !== 'posted') await other();
    });
    expect((await decide(first.file_id, 'undo')).status).toBeLessThan(300);
    expect(await covered()).toBe('2026-03-04');
  });

  it('go on with what the other leaves, where each was first with some of it', async () => {
    const { file_id } = await send(of([number(51)], [number(52)]));
    await bank.database.query(`update bank_file set status = 'posting' where file_id = $1`, [file_id]);
    jest.spyOn(LookUp.prototype, 'taken').mockImplementationOnce(async () => new Map());
    await other();
    expect(await file(file_id)).toMatchObject({ status: 'posted', rows_done: 2 });
  });

  it('give back two payments for two chargebacks of one number and amount, and leave a third to a person', async () => {
    await invoice('e', slip(number(61)));
    await send(of([number(61)], [number(61), { on: '2026-03-03' }]));
    const before = (await sums()).cash ?? 0;
    const back = await send(of(...Array.from({ length: 2 }, () => [number(61), { code: '22' }] as [string, object])));
    expect([back.file.counts, ((await sums()).cash ?? 0) - before, await kept(number(61))]).toMatchObject([{ returned: 2, left: 0 }, -20_000, [{ cents: 10_000 }, { cents: 10_000 }]]);
    expect(await bank.database.query(`select count(distinct payment_id)::int as payments, sum(refunded_cents)::int as cents from payment where refunded_cents > 0`)).toEqual([{ payments: 2, cents: 20_000 }]);
    const third = await send(of([number(61), { code: '22', on: '2026-03-04' }]));
    expect([third.file.counts, third.file.report.includes('takes back a payment that is not known here')]).toMatchObject([{ returned: 0, left: 1 }, true]);
    await decide(back.file_id, 'undo');
    expect([((await sums()).cash ?? 0) - before, await receivable('e')]).toMatchObject([0, { status: 'settled' }]);
    expect((await decide(third.file_id, 'undo').then(() => decide(third.file_id, 'confirm'))).file.counts).toMatchObject({ returned: 1, left: 0 });
  });

  it('do not both take one payment back', async () => {
    await invoice('f', slip(number(71)));
    await send(of([number(71)]));
    meanwhile('found', () => other(upload(of([number(71), { code: '22' }]))));
    const late = await send(of([number(71), { code: '22', on: '2026-03-04' }]));
    expect([late.file.counts, (await sums()).refund]).toMatchObject([{ returned: 0, left: 1 }, undefined]);
  });

  it('keep whom both name from being asked, though one of two that do not say how much is undone', async () => {
    await invoice('g', slip(number(81)));
    const first = await send(of([number(81), { paid: 0 }]));
    await send(of([number(81), { paid: 0 }], [number(82), { code: '02' }]));
    await decide(first.file_id, 'undo');
    expect(await receivable('g')).toMatchObject({ collectability: 'pending' });
  });
});

describe('a Pix that a file and a webhook tell', () => {
  const bank = new BankHouse();
  const { decide, invoice, made, publish, receivable, send } = bank;
  beforeAll(bank.open);
  afterAll(bank.close);
  const e2e = (n: number) => `E00000000202603041200abcdefgh${600 + n}`;
  const txid = (n: number) => `academiasol20260304000000000${600 + n}`;
  const pix = (n: number, valor = '100.00', more: object = {}) => Buffer.from(JSON.stringify({ pix: [{ endToEndId: e2e(n), txid: txid(n), valor, horario: '2026-03-04T12:00:00.000Z', ...more }] }));
  const about = (n: number) => ({ creditor_id: CREDITOR, source: 'psp', payment_id: e2e(n), customer_id: null, reference: txid(n) });
  const reported = (n: number, amount_cents: number) => made(BillingPaymentReported, { ...about(n), amount_cents, currency: 'BRL', paid_date: '2026-03-04', credit_date: '2026-03-04' });
  const owed = (n: number) => invoice(`p${n}`, [{ rail: 'PIX_COB', reference: txid(n) }]);
  const letters = async () => (await bank.database.query(`select from dead_letter where status = 'open'`)).length;

  it('with another amount is left to a person, who is told, and nobody is asked meanwhile', async () => {
    await owed(1);
    await publish(reported(1, 9_000));
    expect(await receivable('p1')).toMatchObject({ open_cents: 1_000, collectability: 'owed' });
    const { file_id, file } = await send(pix(1), 'psp');
    expect([file.counts, file.report.includes('another amount')]).toMatchObject([{ posted: 0, known: 0, left: 1 }, true]);
    expect(await receivable('p1')).toMatchObject({ open_cents: 1_000, collectability: 'pending' });
    await decide(file_id, 'undo');
    expect([await receivable('p1'), await letters()]).toMatchObject([{ open_cents: 1_000, collectability: 'owed' }, 0]);
  });

  it('is a dead letter where the file came first with another amount', async () => {
    await owed(2);
    await send(pix(2), 'psp');
    await publish(reported(2, 9_000));
    expect([await receivable('p2'), await letters()]).toMatchObject([{ status: 'settled' }, 1]);
  });

  it('is still under way by the webhook\'s word where the file that named it is let go, and ends by that word alone', async () => {
    await owed(3);
    const doubtful = pix(3, '100.00', { componentesValor: { original: { valor: '1.00' } } });
    const { file_id, file } = await send(doubtful, 'psp');
    expect([file.status, await receivable('p3')]).toMatchObject(['needs-confirmation', { collectability: 'unmatched' }]);
    // It began before the file came, and is heard of after it.
    await publish({ ...made(BillingPaymentPending, { ...about(3), amount_cents: 10_000, currency: 'BRL' }), time: '2026-03-04T10:00:00.000Z' });
    expect(await receivable('p3')).toMatchObject({ collectability: 'pending' });
    await decide(file_id, 'undo');
    expect(await receivable('p3')).toMatchObject({ collectability: 'pending' });
    await decide(file_id, 'confirm');
    expect(await receivable('p3')).toMatchObject({ status: 'settled' });
    await decide(file_id, 'undo');
    expect(await receivable('p3')).toMatchObject({ status: 'open', collectability: 'pending' });
    await publish(made(BillingPaymentFailed, about(3)));
    expect(await receivable('p3')).toMatchObject({ status: 'open', collectability: 'owed' });
  });
});
