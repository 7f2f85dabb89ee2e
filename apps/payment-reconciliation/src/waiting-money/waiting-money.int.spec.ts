import { bytesOf, lines400 } from '../../../../libs/bank-files/test/synthetic';
import { BankHouse, pixFrom, title } from '../../test/bank-house';
import { receivableId } from '../../test/story';

const E2E_OF = (n: number) => `E00000000202603041200abcdefgi${900 + n}`;
const NAMES = ['Elisa Moraes Teixeira', 'Fabio Arruda Castro', 'Gilda Sampaio Nunes', 'Hugo Peixoto Ramos', 'Iara Duarte Vilela', 'Joel Antunes Braga', 'Katia Meireles Pinto', 'Luis Tavares Rocha', 'Mara Sequeira Dias', 'Nair Coutinho Leal'];

describe('money that waits', () => {
  const bank = new BankHouse();
  const { call, decide, invoice, people, receivable, say, send, waiting } = bank;
  beforeAll(bank.open);
  afterAll(bank.close);
  afterEach(() => void (bank.beforePayers = async () => undefined));

  /** An invoice, and money under its customer's name, which a person has to place. */
  async function suggested(n: number) {
    const [name, cents] = [NAMES[n]!, 11_100 + n];
    people.set(`C-w${n}`, { name, document: null });
    await invoice(`w${n}`, [], cents);
    const { file_id } = await send(pixFrom(E2E_OF(n), `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`, { nome: name.toUpperCase() }), 'psp');
    expect([(await waiting()).get(E2E_OF(n))?.status, (await receivable(`w${n}`)).collectability]).toEqual(['suggested', 'unmatched']);
    return { file_id, id: `w${n}` };
  }
  const row = async (n: number) => (await bank.database.query<{ status: string; placed_by: string | null; held: object[]; words: { verdict: string }[] }>('select status, placed_by, held, words from waiting_money where payment_id = $1', [E2E_OF(n)]))[0]!;

  /** While the money of the next file that is matched is looked at, somebody does this. */
  const meanwhile = (what: () => Promise<unknown>) => (bank.beforePayers = () => ((bank.beforePayers = async () => undefined), what()));

  it('stays where a person puts it while it is being matched again, and holds nobody', async () => {
    const { file_id, id } = await suggested(0);
    meanwhile(() => say(E2E_OF(0), 'accept', id));
    await decide(file_id, 'match');
    expect([await row(0), await receivable(id)]).toMatchObject([{ status: 'placed', placed_by: 'person', held: [] }, { status: 'settled' }]);
    expect(await bank.database.query(`select from standstill where kind = 'money' and not ended and account_key like '%C-w0'`)).toEqual([]);
  });

  it('is not suggested again where a person refuses it while it is being matched again, or before its file was undone and posted again', async () => {
    const { file_id, id } = await suggested(1);
    meanwhile(() => say(E2E_OF(1), 'refuse', id));
    await decide(file_id, 'match');
    expect([await row(1), await receivable(id)]).toMatchObject([{ status: 'unknown', held: [], words: [{ verdict: 'refused' }] }, { collectability: 'owed' }]);
    await decide(file_id, 'undo');
    await decide(file_id, 'confirm');
    expect([(await waiting()).get(E2E_OF(1)), await receivable(id)]).toMatchObject([{ status: 'unknown', suggestions: [] }, { collectability: 'owed' }]);
  });

  it('is for a person where what it would have been placed on was paid meanwhile: never forgotten', async () => {
    people.set('C-w2', { name: NAMES[2]!, document: '52998224725' });
    await invoice('w2', [], 22_200);
    await send(pixFrom(E2E_OF(20), '222.00', {}), 'psp');
    meanwhile(() => call('POST', `v1/unapplied/${E2E_OF(20)}/apply`, { receivable_id: receivableId('w2') }));
    const { file } = await send(pixFrom(E2E_OF(2), '222.00', { cpf: '52998224725', nome: NAMES[2]! }), 'psp');
    expect([file.status, (await receivable('w2')).status, [...(await waiting()).keys()].includes(E2E_OF(2))]).toEqual(['posted', 'settled', true]);
  });

  it('proves nothing of its payer where only the payer said whose it is, however often it is looked at', async () => {
    people.set('C-w3', { name: NAMES[3]!, document: '11144477735' });
    await invoice('w3', [], 33_300);
    const { file_id } = await send(pixFrom(E2E_OF(3), '333.00', { cpf: '11144477735', nome: NAMES[3]! }), 'psp');
    expect(await row(3)).toMatchObject({ status: 'placed', placed_by: 'payer' });
    await decide(file_id, 'match');
    expect(await bank.database.query(`select from confirmed_payer where customer_id = 'C-w3'`)).toEqual([]);
    const { file_id: known, id } = await suggested(4);
    // Asked twice with one key, it is done once, and answered twice.
    for (let turn = 0; turn < 2; turn++)
      expect((await call('POST', `v1/waiting-money/${E2E_OF(4)}/accept`, { receivable_ids: [receivableId(id)] }, { 'idempotency-key': 'k-4' })).status).toBeLessThan(300);
    expect((await row(4)).words).toHaveLength(1);
    await decide(known, 'match');
    expect(await bank.database.query(`select from confirmed_payer where customer_id = 'C-w4'`)).toHaveLength(1);
  });

  it('holds nobody any more once it has found its place by another road', async () => {
    const txid = 'academiasol2026030400000000055';
    people.set('C-w5', { name: NAMES[5]!, document: null });
    await invoice('w5', [], 55_500);
    await send(pixFrom(E2E_OF(5), '555.00', { nome: NAMES[5]!.toUpperCase() }, { txid }), 'psp');
    expect((await receivable('w5')).collectability).toBe('unmatched');
    await invoice('w55', [{ rail: 'PIX_COB', reference: txid }], 55_500);
    bank.wall.lateMs += 10_000;
    await until(async () => (await row(5)).status === 'withdrawn');
    expect([await receivable('w55'), await receivable('w5'), (await waiting()).has(E2E_OF(5))]).toMatchObject([{ status: 'settled' }, { collectability: 'owed' }, false]);
    const { id } = await suggested(6);
    expect((await receivable(id)).collectability).toBe('unmatched');
    await invoice('w66', [], 11_106);
    expect((await call('POST', `v1/unapplied/${E2E_OF(6)}/apply`, { receivable_id: receivableId('w66') })).status).toBeLessThan(300);
    bank.wall.lateMs += 10_000;
    await until(async () => (await receivable(id)).collectability === 'owed');
  });

  it('holds whom it may mean, and is placed on nobody, while its file waits for confirmation', async () => {
    people.set('C-w8', { name: NAMES[8]!, document: '39053344705' });
    await invoice('w8', [], 88_800);
    // What the amount is made of comes to another sum.
    const { file_id, file } = await send(pixFrom(E2E_OF(8), '888.00', { cpf: '39053344705', nome: NAMES[8]! }, { componentesValor: { original: { valor: '1.00' } } }), 'psp');
    expect([file.status, await receivable('w8'), await row(8)]).toMatchObject(['needs-confirmation', { status: 'open', collectability: 'unmatched' }, { status: 'suggested', placed_by: null }]);
    await decide(file_id, 'undo');
    expect([await receivable('w8'), await row(8)]).toMatchObject([{ collectability: 'owed' }, { status: 'withdrawn', held: [] }]);
    await decide(file_id, 'confirm');
    expect([(await bank.file(file_id)).status, await receivable('w8')]).toMatchObject(['posted', { status: 'settled' }]);
  });

  it('goes on waiting, and holding, where its file is undone and another tells it too', async () => {
    const { file_id, id } = await suggested(9);
    const again = JSON.parse(pixFrom(E2E_OF(9), '111.09', { nome: NAMES[9]!.toUpperCase() }).toString()) as { pix: object[] };
    const other = await send(Buffer.from(JSON.stringify({ pix: [...again.pix, { endToEndId: E2E_OF(61), valor: '1.00', horario: '2026-03-04T12:00:00.000Z' }] })), 'psp');
    expect(other.file.counts).toMatchObject({ known: 1, posted: 1 });
    await decide(file_id, 'undo');
    expect([await row(9), await receivable(id)]).toMatchObject([{ status: 'suggested' }, { collectability: 'unmatched' }]);
    await decide(other.file_id, 'undo');
    expect([await row(9), await receivable(id)]).toMatchObject([{ status: 'withdrawn', held: [] }, { collectability: 'owed' }]);
  });

  it('is left alone by a worker that has lost its file', async () => {
    people.set('C-w7', { name: NAMES[7]!, document: null });
    await invoice('w7', [], 77_700);
    meanwhile(() => bank.database.query(`update bank_file set status = 'posted' where status = 'matching'`));
    await send(pixFrom(E2E_OF(7), '777.00', { nome: NAMES[7]!.toUpperCase() }), 'psp');
    expect([await row(7), (await receivable('w7')).collectability]).toEqual([undefined, 'owed']);
  });

  it('brings with it what was deducted from it, as money does that quotes what it pays', async () => {
    const paidTo = async (id: string) => (await bank.database.query<{ account: string; cents: number }>(
      `select account, sum(amount_cents)::float8 as cents from posting where (source, payment_id) in (select source, payment_id from posting where receivable_id = $1) group by 1 having sum(amount_cents) <> 0 order by 1`,
      [receivableId(id)])).map(({ account, cents }) => `${account} ${cents}`);
    const all = ['cash 9100', 'discount 600', 'fees 300', 'receivable -10000'];
    const less = (number: string) => bytesOf(lines400('341', [title(number, { paid: 9_400, discount: 400, rebate: 200, fee: 300 })]));
    await invoice('w70', [{ rail: 'BOLETO', reference: '00000701', code: `341${'9'.repeat(41)}` }]);
    expect((await send(less('00000701'), 'itau')).file.counts).toMatchObject({ posted: 1 });
    await invoice('w71', []);
    await send(less('00000711'), 'itau');
    const [unknown] = [...(await waiting()).values()].filter(({ payment_id }) => !payment_id.startsWith('E'));
    expect((await say(unknown!.payment_id, 'accept', 'w71')).status).toBeLessThan(300);
    // And where nobody has to say whose it is.
    people.set('C-w72', { name: NAMES[9]!, document: '86288366757' });
    await invoice('w72', []);
    await send(pixFrom(E2E_OF(72), '94.00', { cpf: '86288366757', nome: NAMES[9]! }, { componentesValor: { original: { valor: '100.00' }, desconto: { valor: '6.00' } } }), 'psp');
    expect(await row(72)).toMatchObject({ status: 'placed', placed_by: 'payer' });
    expect([await paidTo('w70'), await paidTo('w71'), await paidTo('w72')]).toEqual([all, all, ['cash 9400', 'discount 600', 'receivable -10000']]);
    expect([await receivable('w70'), await receivable('w71'), await receivable('w72')]).toMatchObject(Array.from({ length: 3 }, () => ({ status: 'settled', open_cents: 0 })));
  });

  async function until(what: () => Promise<boolean>) {
    for (let tries = 0; !(await what()); tries++) {
      if (tries > 100) throw new Error('it did not come');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
});
