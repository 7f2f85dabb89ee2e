import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BillingSourceCovered } from '@emdia/contracts';
import { bytesOf, lines240, lines400 } from '../../../../libs/bank-files/test/synthetic';
import { BankHouse, pixFrom, slip, SOURCE, title } from '../../test/bank-house';
import { CREDITOR, receivableId } from '../../test/story';

const E2E = 'E00000000202603041200abcdefgh001';
const pixOf = (txid: string, refunds: object[] = []) => Buffer.from(JSON.stringify({ pix: [{ endToEndId: E2E, txid, valor: '100.00', horario: '2026-03-04T12:00:00.000Z', ...(refunds.length > 0 ? { devolucoes: refunds } : {}) }] }));

describe('files of banks', () => {
  const bank = new BankHouse();
  const { call, decide, file, folder, gate, invoice, people, receivable, send, sums, waiting, wall } = bank;

  beforeAll(async () => {
    await bank.open();
    await bank.publish(bank.made(BillingSourceCovered, { creditor_id: CREDITOR, source: SOURCE, partition: 0, rails: ['BOLETO'], lag_business_days: 5, covered_until: null, checked_at: '2026-03-01T12:00:00.000Z' }));
  });
  afterAll(bank.close);

  it('settle what their slips pay, by nosso número, and cover the days they tell of', async () => {
    await invoice('A', slip('000000000011'));
    await invoice('B', slip('000000000022'), 8_000);
    expect(await gate('A')).toBe('not_covered');
    const before = await sums();
    const titles = [title('000000000011'), title('000000000022', { title: 8_000, paid: 7_000, discount: 700, rebate: 300 }), title('000000000033', { code: '09' }), title('000000000044')];
    const { file: posted, is_new } = await send(bytesOf(lines400('237', titles)));
    expect([is_new, posted]).toMatchObject([true, { status: 'posted', rows: 4, rows_done: 4, counts: { posted: 3, nothing: 1, left: 0 }, covered_until: '2026-03-04' }]);
    expect(posted.report).toContain('CNAB 400 return of bank 237');
    expect(posted.report).toContain('3 payments posted, 1 of them wait in GET /v1/waiting-money or GET /v1/unapplied (R$ 100,00).');
    expect(await receivable('A')).toMatchObject({ status: 'settled', payments: [{ source: SOURCE, principal_cents: 10_000 }] });
    expect(await receivable('B')).toMatchObject({ status: 'settled', payments: [{ principal_cents: 7_000, discount_cents: 1_000 }] });
    expect(await sums()).toEqual({ ...before, cash: 27_000, unapplied: -10_000, receivable: -18_000, discount: 1_000 });
    await invoice('late', slip('000000000044'));
    expect(await receivable('late')).toMatchObject({ status: 'settled' });
    expect(await gate('A')).toBe('settled');
  });

  it('tell the late charges that the bank has charged: they are income, and nobody has overpaid', async () => {
    await invoice('charged', slip('000000000099'));
    const before = await sums();
    await send(bytesOf(lines400('237', [title('000000000099', { paid: 10_233, interest: 233, on: '2026-03-12', credit: '2026-03-13' })])));
    expect(await receivable('charged')).toMatchObject({ status: 'settled', payments: [{ principal_cents: 10_000, fine_cents: 0, interest_cents: 233, difference_cents: 0 }] });
    const { interest_income = 0, ...after } = await sums();
    const { interest_income: was = 0, ...rest } = before;
    expect([interest_income - was, after]).toEqual([-233, { ...rest, cash: rest.cash! + 10_233, receivable: rest.receivable! - 10_000 }]);
  });

  it('change nothing when they come twice, under another name or in the bank\'s other format', async () => {
    await invoice('twice', slip('000000000055'));
    const first = await send(bytesOf(lines400('237', [title('000000000055')])));
    const before = await sums();
    expect(await send(bytesOf(lines400('237', [title('000000000055')])))).toMatchObject({ is_new: false, file_id: first.file_id });
    const more = await send(bytesOf(lines400('237', [title('000000000055'), title('000000000056', { code: '02' })])));
    expect(more.file).toMatchObject({ status: 'posted', counts: { known: 1, nothing: 1, posted: 0 } });
    expect(await sums()).toEqual(before);
    expect((await receivable('twice')).payments).toHaveLength(1);
  });

  it('hold what is paid and not credited yet, and post it once the credit comes', async () => {
    await invoice('paid', slip('000000000066'));
    const waiting = await send(bytesOf(lines400('237', [title('000000000066', { credit: undefined as unknown as string })])));
    expect(waiting.file).toMatchObject({ status: 'posted', counts: { awaiting: 1, posted: 0 } });
    expect([await receivable('paid'), await gate('paid')]).toMatchObject([{ status: 'open', collectability: 'pending' }, 'pending']);
    const credited = await send(bytesOf(lines400('237', [title('000000000066')])));
    expect([credited.file.counts, await receivable('paid')]).toMatchObject([{ posted: 1, awaiting: 0 }, { status: 'settled' }]);
  });

  it('wait for a person where their money totals disagree, asking nobody meanwhile', async () => {
    await invoice('doubt', slip('000000000077'));
    const lines = lines400('237', [title('000000000077')]);
    const trailer = lines.at(-1)!;
    const wrong = bytesOf([...lines.slice(0, -1), trailer.slice(0, 91) + '000000000001' + trailer.slice(103)]);
    const { file_id, file: doubtful } = await send(wrong);
    expect(doubtful).toMatchObject({ status: 'needs-confirmation', counts: { held: 1 }, covered_until: null });
    expect([await receivable('doubt'), await gate('doubt')]).toMatchObject([{ status: 'open' }, 'unmatched']);
    expect((await decide(file_id, 'undo')).file).toMatchObject({ status: 'undone' });
    expect(await receivable('doubt')).toMatchObject({ collectability: 'owed' });
    expect((await decide(file_id, 'confirm')).file).toMatchObject({ status: 'posted', counts: { posted: 1 } });
    expect(await receivable('doubt')).toMatchObject({ status: 'settled' });
    expect((await decide(file_id, 'confirm')).status).toBe(409);
  });

  it('can be undone and posted again, in entries that say so; what they covered is covered no more', async () => {
    await invoice('undone', slip('000000000088'));
    const before = await sums();
    const lines = lines400('237', [title('000000000088')]);
    const later = [`${lines[0]!.slice(0, 94)}090326${lines[0]!.slice(100)}`, ...lines.slice(1)];
    const { file_id, file: posted } = await send(bytesOf(later));
    expect([posted.covered_until, (await receivable('undone')).status]).toEqual(['2026-03-08', 'settled']);
    const once = await sums();
    expect((await decide(file_id, 'undo')).file).toMatchObject({ status: 'undone', covered_until: null });
    expect([await sums(), await receivable('undone')]).toMatchObject([before, { status: 'open', open_cents: 10_000, collectability: 'owed' }]);
    expect(await bank.database.query('select covered_until::text as until from coverage where source = $1', [SOURCE])).toEqual([{ until: '2026-03-04' }]);
    for (let turn = 0; turn < 2; turn++) {
      expect((await decide(file_id, 'confirm')).file).toMatchObject({ status: 'posted', counts: { posted: 1, known: 0 } });
      expect([await sums(), (await receivable('undone')).status]).toEqual([once, 'settled']);
      if (turn === 0) await decide(file_id, 'undo');
    }
  });

  it('take back what a Pix devolução takes back, and only that', async () => {
    await invoice('pix', [{ rail: 'PIX_COB', reference: 'academiasol2026030400000000001' }]);
    const returned = { id: '1', rtrId: 'D00000000202603051200abcdefgh001', valor: '40.00', horario: { solicitacao: '2026-03-05T12:00:00.000Z' }, status: 'DEVOLVIDO' };
    await send(pixOf('academiasol2026030400000000001'), 'psp');
    expect(await receivable('pix')).toMatchObject({ status: 'settled' });
    const { file_id, file: both } = await send(pixOf('academiasol2026030400000000001', [returned]), 'psp');
    expect([both.counts, await receivable('pix')]).toMatchObject([{ known: 1, returned: 1 }, { status: 'open', open_cents: 4_000 }]);
    await decide(file_id, 'undo');
    expect(await receivable('pix')).toMatchObject({ status: 'settled' });
    await decide(file_id, 'confirm');
    expect(await receivable('pix')).toMatchObject({ open_cents: 4_000 });
    const alone = await send(pixOf('academiasol2026030400000000001', [returned]), 'another');
    expect(alone.file.counts).toMatchObject({ posted: 1, returned: 1 });
  });

  it('take back both where a payment and its devolução are undone', async () => {
    const before = await sums();
    const returned = { id: '1', rtrId: 'D00000000202603051200abcdefgh009', valor: '40.00', horario: { solicitacao: '2026-03-05T12:00:00.000Z' }, status: 'DEVOLVIDO' };
    const lonely = Buffer.from(JSON.stringify({ pix: [{ endToEndId: 'E00000000202603041200abcdefgh077', valor: '100.00', horario: '2026-03-04T12:00:00.000Z', devolucoes: [returned] }] }));
    const { file_id, file: posted } = await send(lonely, 'psp');
    expect(posted.counts).toMatchObject({ posted: 1, returned: 1 });
    await decide(file_id, 'undo');
    expect((await call<{ items: { state: string }[] }>('GET', `v1/bank-files/${file_id}/rows`)).body.items.map(({ state }) => state)).toEqual(['undone', 'undone']);
    expect((await call<{ items: object[] }>('GET', `v1/bank-files/${file_id}/rows?state=left`)).body.items).toEqual([]);
    expect(await sums()).toEqual(before);
  });

  it('say in words why nothing of them can be read', async () => {
    const { file: refused } = await send(Buffer.from('Olá, segue o retorno de ontem.'));
    expect(refused).toMatchObject({ status: 'refused', rows: 0 });
    expect(refused.report).toContain('no file that can be read');
    expect((await call('POST', 'v1/bank-files?source=x&name=y', new Uint8Array())).status).toBe(400);
    expect((await call('POST', 'v1/bank-files?source=&name=y', Buffer.from('x'))).status).toBe(400);
  });

  it('are their creditor\'s alone', async () => {
    const { file_id } = await send(bytesOf(lines240('237', [title('00000000099')])));
    bank.creditor = 'other';
    try {
      expect((await call<{ items: object[] }>('GET', 'v1/bank-files')).body.items).toEqual([]);
      for (const path of ['', '/rows']) expect((await call('GET', `v1/bank-files/${file_id}${path}`)).status).toBe(404);
      for (const what of ['confirm', 'undo']) expect((await call('POST', `v1/bank-files/${file_id}/${what}`)).status).toBe(404);
    } finally {
      bank.creditor = CREDITOR;
    }
    expect((await call<{ items: object[] }>('GET', 'v1/bank-files?limit=1')).body.items).toMatchObject([{ file_id }]);
  });

  describe('with money that quotes nothing known', () => {
    const E2E_OF = (n: number) => `E00000000202603041200abcdefgh${900 + n}`;
    const pix = (n: number, valor: string, pagador: object) => pixFrom(E2E_OF(n), valor, pagador);
    const say = (n: number, verdict: 'accept' | 'refuse', ...ids: string[]) => bank.say(E2E_OF(n), verdict, ...ids);

    it('place what a known document explains, and say why', async () => {
      people.set('C-doc', { name: 'Ana Maria Lima', document: '52998224725' });
      await invoice('doc', [], 12_345);
      await send(pix(1, '123.45', { cpf: '52998224725', nome: 'ANA M LIMA' }), 'psp');
      expect(await receivable('doc')).toMatchObject({ status: 'settled' });
      expect((await waiting()).has(E2E_OF(1))).toBe(false);
      expect(await bank.database.query('select placed_by, status from waiting_money where payment_id = $1', [E2E_OF(1)])).toEqual([{ placed_by: 'payer', status: 'placed' }]);
    });

    it('leave a name to a person, ask nobody meanwhile, and do as the person says', async () => {
      people.set('C-name', { name: 'Beatriz Nogueira Prado', document: null });
      await invoice('name', [], 23_456);
      const { file_id } = await send(pix(2, '234.56', { nome: 'BEATRIZ NOGUEIRA PRADO' }), 'psp');
      const suggested = (await waiting()).get(E2E_OF(2))!;
      expect(suggested).toMatchObject({ status: 'suggested', suggestions: [{ parts: [{ receivable_id: receivableId('name') }] }] });
      expect(suggested.doubts).toContain('O pagador ainda não é conhecido.');
      expect([await receivable('name'), await gate('name')]).toMatchObject([{ collectability: 'unmatched', status: 'open' }, 'unmatched']);
      expect((await say(2, 'accept', 'name')).body).toMatchObject({ status: 'placed', words: [{ verdict: 'accepted', actor: 'agent-7' }] });
      expect(await receivable('name')).toMatchObject({ status: 'settled' });
      expect((await say(2, 'accept', 'name')).status).toBe(409);
      await call('POST', `v1/bank-files/${file_id}/match`);
      await bank.house.settle();
      expect((await waiting()).has(E2E_OF(2))).toBe(false);
    });

    it('never make a refused suggestion again, and let go whom it held', async () => {
      people.set('C-no', { name: 'Caio Ferraz Duarte', document: null });
      await invoice('no', [], 34_567);
      const { file_id } = await send(pix(3, '345.67', { nome: 'CAIO FERRAZ DUARTE' }), 'psp');
      expect((await receivable('no')).collectability).toBe('unmatched');
      expect((await say(3, 'refuse', 'no')).body).toMatchObject({ status: 'unknown', suggestions: [] });
      expect((await receivable('no')).collectability).toBe('owed');
      await call('POST', `v1/bank-files/${file_id}/match`);
      await bank.house.settle();
      expect((await waiting()).get(E2E_OF(3))).toMatchObject({ status: 'unknown', suggestions: [], words: [{ verdict: 'refused' }] });
      expect((await receivable('no')).collectability).toBe('owed');
      expect((await say(3, 'accept', 'no', 'name')).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:several-customers' });
      expect((await say(3, 'accept', 'no')).status).toBe(200);
      expect(await receivable('no')).toMatchObject({ status: 'settled' });
    });

    it('let go whom it held when the file is undone', async () => {
      people.set('C-gone', { name: 'Davi Rezende Falcao', document: null });
      await invoice('gone', [], 45_678);
      const { file_id } = await send(pix(4, '456.78', { nome: 'DAVI REZENDE FALCAO' }), 'psp');
      expect((await receivable('gone')).collectability).toBe('unmatched');
      await decide(file_id, 'undo');
      expect((await receivable('gone')).collectability).toBe('owed');
      expect((await waiting()).has(E2E_OF(4))).toBe(false);
    });
  });

  it('are taken from a watched folder, each version once, and no half of one', async () => {
    const list = async () => (await call<{ items: { name: string; source: string; actor: string; status: string }[] }>('GET', 'v1/bank-files?limit=200')).body.items.filter(({ actor }) => actor === 'folder');
    const look = async () => {
      wall.lateMs += 10_000;
      // A sweep looks every second.
      await pause(1_500);
      await bank.house.settle();
    };
    const under = join(folder, CREDITOR, SOURCE);
    mkdirSync(under, { recursive: true });
    mkdirSync(join(folder, 'NO CREDITOR', SOURCE), { recursive: true });
    for (const path of [join(under, '.half.RET'), join(folder, 'NO CREDITOR', SOURCE, 'A.RET')]) writeFileSync(path, 'x');
    const lines = bytesOf(lines400('237', [title('000000000111')]));
    writeFileSync(join(under, 'A.RET'), lines.subarray(0, 500));
    await look();
    writeFileSync(join(under, 'A.RET'), lines);
    await look();
    expect(await list()).toEqual([]);
    await look();
    await look();
    expect(await list()).toMatchObject([{ name: 'A.RET', source: SOURCE, status: 'posted' }]);
    writeFileSync(join(under, 'A.RET'), bytesOf(lines400('237', [title('000000000111'), title('000000000122')])));
    await look();
    await look();
    expect((await list()).map(({ status }) => status)).toEqual(['posted', 'posted']);
  }, 30_000);

  it('are posted once however many workers take them up, and go on after a crash where the last commit was', async () => {
    const numbers = Array.from({ length: 600 }, (_, n) => `${String(700_000 + n).padStart(11, '0')}1`);
    await invoice('big', slip(numbers[599]!));
    const before = await sums();
    const { body } = await call<{ file_id: string }>('POST', `v1/bank-files?source=${SOURCE}&name=BIG.RET`, bytesOf(lines400('237', numbers.map((number) => title(number)))));
    // The lease is taken away from whoever works on it, again and again.
    for (let turn = 0; turn < 20; turn++) {
      await bank.database.query('update bank_file set lease_epoch_ms = 0 where file_id = $1', [body.file_id]);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await bank.house.settle();
    expect(await file(body.file_id)).toMatchObject({ status: 'posted', counts: { posted: 600, left: 0, known: 0 } });
    expect(((await sums()).cash ?? 0) - (before.cash ?? 0)).toBe(6_000_000);
    expect(await receivable('big')).toMatchObject({ status: 'settled' });
  });
});

