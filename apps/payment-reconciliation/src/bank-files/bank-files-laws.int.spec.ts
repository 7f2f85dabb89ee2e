import { BillingSourceCovered } from '@emdia/contracts';
import { bytesOf, lines400 } from '../../../../libs/bank-files/test/synthetic';
import { BankHouse, slip, SOURCE, title } from '../../test/bank-house';
import { CREDITOR } from '../../test/story';

describe('between a file and what it pays', () => {
  const bank = new BankHouse();
  const { gate, invoice, send } = bank;
  const declare = (source: string, covered_until: string | null) =>
    bank.publish(bank.made(BillingSourceCovered, { creditor_id: CREDITOR, source, partition: 0, rails: ['BOLETO'], lag_business_days: 5, covered_until, checked_at: '2026-03-01T12:00:00.000Z' }));

  beforeAll(async () => {
    await bank.open();
    await declare(SOURCE, '2026-03-08');
  });
  afterAll(bank.close);

  it('nobody is asked for what may be paid in a file that is not taken in yet, declared or not', async () => {
    await invoice('early', slip('000000000011'));
    expect(await gate('early')).toBe('owed');
    for (const source of [SOURCE, 'nobody-declared-it']) {
      const { file_id, file } = await send(bytesOf(lines400('237', [title('000000000099', { code: '02' })])), source);
      expect([file.status, await gate('early')]).toEqual(['posted', 'owed']);
      // This one tells until the 4th; that more was told before stands.
      expect(await bank.database.query('select covered_until::text as until from coverage')).toEqual([{ until: '2026-03-08' }]);
      for (const status of ['received', 'posting', 'matching', 'holding']) {
        // As a worker that died with the file in hand leaves it.
        await bank.database.query('update bank_file set status = $2, lease_epoch_ms = 9e15 where file_id = $1', [file_id, status]);
        expect([source, status, await gate('early')]).toEqual([source, status, 'not_covered']);
      }
      await bank.database.query(`update bank_file set status = 'posted', lease_epoch_ms = 0 where file_id = $1`, [file_id]);
    }
    expect(await gate('early')).toBe('owed');
  });

  it('no day is covered by a file that nobody has confirmed', async () => {
    const [head, ...lines] = lines400('237', [title('000000000055')]);
    const trailer = lines.at(-1)!;
    const doubtful = bytesOf([`${head!.slice(0, 94)}100326${head!.slice(100)}`, ...lines.slice(0, -1), trailer.slice(0, 91) + '000000000001' + trailer.slice(103)]);
    const covered = async () => (await bank.database.query<{ until: string }>('select covered_until::text as until from coverage'))[0]!.until;
    const { file_id, file } = await send(doubtful);
    expect([file.status, await covered()]).toEqual(['needs-confirmation', '2026-03-08']);
    await bank.decide(file_id, 'confirm');
    expect(await covered()).toBe('2026-03-09');
  });
});

describe('one payment that two sources tell', () => {
  const bank = new BankHouse();
  const { call, invoice, receivable, send } = bank;
  beforeAll(bank.open);
  afterAll(bank.close);

  it('is listed as perhaps the same, and neither applied nor given back by itself', async () => {
    await invoice('both', slip('000000000011'));
    await invoice('twice', slip('000000000022'));
    const of = (...titles: Parameters<typeof title>[]) => bytesOf(lines400('237', titles.map((each) => title(...each))));
    await send(of(['000000000011'], ['000000000022'], ['000000000022']));
    await send(of(['000000000011'], ['000000000022', { on: '2026-03-03' }]), 'platform');
    const { items } = (await call<{ items: { source: string; customer_id: string; reason: string; unapplied_cents: number; perhaps_same_as: { source: string } | null }[] }>('GET', 'v1/unapplied')).body;
    expect(items.map(({ customer_id, source, reason, perhaps_same_as }) => [customer_id, source, reason, perhaps_same_as?.source ?? null]).sort()).toEqual([
      ['C-both', 'platform', 'paid-twice', SOURCE], ['C-twice', 'platform', 'paid-twice', null], ['C-twice', SOURCE, 'paid-twice', null],
    ].sort());
    expect([await receivable('both'), await receivable('twice')]).toMatchObject([{ status: 'settled' }, { status: 'settled' }]);
  });
});

describe('a file that the ledger will not have whole', () => {
  const bank = new BankHouse();
  const { decide, file, invoice, receivable, send } = bank;
  beforeAll(bank.open);
  afterAll(bank.close);
  const numbers = Array.from({ length: 5 }, (_, n) => `00000000${200 + n}1`);

  it('is undone but for the row that cannot be taken back, which is told', async () => {
    for (const number of numbers) await invoice(number, slip(number));
    const { file_id } = await send(bytesOf(lines400('237', numbers.map((number) => title(number)))));
    // What this row had brought in is gone already: taking it back once more would be money out of nothing.
    await bank.database.query(`update payment set received_cents = 0, unapplied_cents = 0 where payment_id = (select payment_id from bank_row where file_id = $1 order by line offset 2 limit 1)`, [file_id]);
    const undone = (await decide(file_id, 'undo')).file;
    expect(undone.status).toBe('undone');
    expect(undone.report).toContain('1 row left over: the ledger would not take it back');
    expect(await bank.database.query('select state, count(*)::int as rows from bank_row where file_id = $1 group by 1 order by 1', [file_id])).toEqual([{ state: 'posted', rows: 1 }, { state: 'undone', rows: 4 }]);
    expect((await receivable(numbers[4]!)).status).toBe('open');
  });

  it('is taken in smaller pieces where all at once takes too long, and so it is undone', async () => {
    // Every row takes its time: five together are more than a transaction has.
    await bank.asOwner(`create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return new; end $$;
      create trigger slowly before insert or update on bank_row for each row execute function slowly()`);
    const others = numbers.map((number) => number.replace('2', '3'));
    const { file_id, file: posted } = await send(bytesOf(lines400('237', others.map((number) => title(number)))));
    expect(posted).toMatchObject({ status: 'posted', counts: { posted: 5, left: 0 } });
    expect((await decide(file_id, 'undo')).file).toMatchObject({ status: 'undone' });
    await bank.asOwner('drop trigger slowly on bank_row; drop function slowly()');
  }, 60_000);

  it('keeps whom a row names from being asked, though it does not say how much, or the ledger refuses it', async () => {
    await bank.asOwner(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = 'check_violation'; end $$;
      create trigger refuse before insert or update on payment for each row when (new.received_cents = 66600) execute function refuse()`);
    await invoice('nothing', slip('000000000411'));
    await invoice('refused', slip('000000000422'));
    const { file_id, file: posted } = await send(bytesOf(lines400('237', [title('000000000411', { paid: 0 }), title('000000000422', { paid: 66_600 })])));
    expect(posted).toMatchObject({ status: 'posted', counts: { left: 2 } });
    expect(posted.report).toContain('1 row left over: the ledger refused it');
    expect([await receivable('nothing'), await receivable('refused')]).toMatchObject([{ collectability: 'pending' }, { collectability: 'pending' }]);
    await decide(file_id, 'undo');
    expect([await receivable('nothing'), await receivable('refused')]).toMatchObject([{ collectability: 'owed' }, { collectability: 'owed' }]);
    await send(bytesOf(lines400('237', [title('000000000433', { paid: 66_600 })])));
    await bank.asOwner('drop trigger refuse on payment; drop function refuse()');
    // Told again, it is the payment that was pending, and no further one.
    expect((await send(bytesOf(lines400('237', [title('000000000433', { paid: 66_600 }), title('000000000444', { code: '02' })])))).file.counts).toMatchObject({ posted: 1 });
    expect(await bank.database.query(`select received_cents::int as cents from payment p join bank_row r on split_part(p.payment_id, '~', 1) = r.row_id::text where r.our_number = '000000000433'`)).toEqual([{ cents: 66_600 }]);
    await decide(file_id, 'confirm');
    expect([await receivable('nothing'), await receivable('refused')]).toMatchObject([{ collectability: 'pending' }, { status: 'settled' }]);
  });

  it('does not keep the files behind it waiting', async () => {
    const first = await bank.call<{ file_id: string }>('POST', `v1/bank-files?source=${SOURCE}&name=A.RET`, bytesOf(lines400('237', [title('000000000911')])));
    await bank.house.settle();
    // Its body cannot be opened any more.
    await bank.database.query(`update bank_file_body set body_sealed = 'x' where file_id = $1`, [first.body.file_id]);
    await bank.database.query(`update bank_file set status = 'posting', received_at = '2026-01-01' where file_id = $1`, [first.body.file_id]);
    const { body } = await bank.call<{ file_id: string }>('POST', `v1/bank-files?source=${SOURCE}&name=B.RET`, bytesOf(lines400('237', [title('000000000922')])));
    for (let tries = 0; tries < 100 && (await file(body.file_id)).status !== 'posted'; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
    expect([(await file(first.body.file_id)).status, (await file(body.file_id)).status]).toEqual(['posting', 'posted']);
    await bank.database.query(`update bank_file set status = 'posted' where file_id = $1`, [first.body.file_id]);
  }, 30_000);
});
