import { Database } from '@emdia/database';
import { fold, messagingMigrations, Outdated, step, type Step } from '@emdia/messaging';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { migrations } from '../migrations';
import { advance, declare, type SourceState } from '../sources/source';
import { Books } from './books';
import { customerKey, paymentKey, quarantineKey, referenceKey, sourceKey } from './keys';
import { CREDITOR, INSTALLATION_KEY, INVOICE, NOW, PAYMENT } from '../../test/memory-books';
import { upstreamStep, type Receipt } from './mapping';
import { read, type Arrival } from './reading';
import type { State } from './state';

const migrate = async (url: string) => {
  const database = new Database({ url, schema: 'billing' });
  await database.migrate([...messagingMigrations('billing'), ...migrations]);
  await database.close();
};

describe('the books', () => {
  let server: TestDatabase;
  let database: Database;
  let alarmed: string[];
  let books: Books;
  let count = 0;

  beforeAll(async () => {
    server = await testDatabase('billing', migrate);
    database = new Database({ url: server.url, schema: 'billing' });
    for (const id of [CREDITOR, 'outra'])
      await database.query(
        `insert into creditor (creditor_id, name, document, address, sender_name, currency, default_queue, recorded_at, changed_at) values ($1, 'Boa Forma', '11222333000181', 'Rua', 'Boa Forma', 'BRL', 'cobranca', $2, $2)`,
        [id, NOW],
      );
    await database.query(`insert into platform_creditor values ('plataforma', $1, $2)`, [CREDITOR, NOW]);
  });
  beforeEach(async () => {
    alarmed = [];
    books = new Books(INSTALLATION_KEY, (entries) => alarmed.push(...entries.map(({ event_id }) => event_id)));
    await database.query('delete from quarantine');
    for (const table of ['refund', 'payment', 'invoice', 'customer', 'upstream_event', 'payment_source', 'source_seen', 'book_lock']) await database.query(`delete from ${table}`);
  });
  afterAll(async () => {
    await database?.close();
    await server?.drop();
  });

  const stepOf = (type: string, data: object, how: Partial<Arrival> & { id?: string } = {}): Step<State, Receipt> => {
    const { id = `e-${++count}`, ...given } = how;
    const body = JSON.stringify({ specversion: '1.0', id, source: '/p', type: `upstream.${type}.v1`, data: { creditor_id: CREDITOR, ...data } });
    const arrival: Arrival = { origin: 'plataforma', platform: 'plataforma', creditor_id: null, position: 't/0/1', body, identified: true, refused: 'quarantine', ...given };
    return upstreamStep(books, read(arrival, INSTALLATION_KEY), INSTALLATION_KEY);
  };
  const take = async (...steps: Step<State, unknown>[]) => {
    const outcomes = await database.transaction((tx) => fold(tx, steps.map((each) => [each as Step]), NOW));
    return outcomes.map((outcome) => {
      if ('error' in outcome) throw outcome.error;
      return { told: outcome.events.map(({ contract, key }) => `${contract.type.slice(8, -3)} ${key}`), result: outcome.results[0] as Receipt };
    });
  };
  const told = async (...steps: Step[]) => (await take(...steps)).flatMap((each) => each.told);
  const rest = async (keys: string[]) => database.transaction((tx) => books.load(tx, keys));

  it('brings back what it saved, whole', async () => {
    const policy = { fine_percent: '2.00', interest_monthly_percent: '1.00', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ROLLED' };
    const customer = { customer_id: 'ana', name: 'Ana Souza', document: '529.982.247-25', email: 'ana@exemplo.com.br', phone: '+5511999990000', state: 'SP', city_code: '3550308' };
    const steps = [
      stepOf('invoice-issued', { ...INVOICE, customer, charge_policy: policy, instruments: [{ rail: 'PIX_COB', reference: 'tx1', code: '0002' }], source_version: 3 }),
      stepOf('invoice-amended', { invoice_id: 'FAT-1', due_date: '2026-03-25', occurred_at: '2026-03-02T10:00:00Z' }),
      stepOf('invoice-cancelled', { invoice_id: 'FAT-9', reason: 'erro' }),
      stepOf('payment-pending', { payment_id: 'PAG-2', amount_cents: 5, currency: 'BRL', reference: '2026/001', occurred_at: '2026-03-02T10:00:00Z' }),
      stepOf('payment-received', { ...PAYMENT, fee_cents: 290, discount_cents: 500, charges: { fine_cents: 200, interest_cents: 33 }, credited: false }),
      stepOf('payment-refunded', { refund_id: 'EST-1', payment_id: 'PAG-1', amount_cents: 10, currency: 'BRL', refunded_date: '2026-03-10', reason: 'chargeback' }),
      stepOf('payment-credited', { payment_id: 'PAG-1', credit_date: '2026-03-11', fee_cents: 300 }),
      stepOf('payment-credited', { payment_id: 'PAG-4', credit_date: '2026-03-11' }),
      stepOf('payment-failed', { payment_id: 'PAG-3', code: 'AM04', source: 'pix' }),
    ];
    const memory = new Map<string, State>();
    const save = jest.spyOn(books, 'save').mockImplementationOnce(async (tx, changed) => {
      for (const [key, state] of changed) memory.set(key, state);
      await Books.prototype.save.call(books, tx, changed);
    });
    await take(...steps);
    save.mockRestore();
    const keys = [customerKey(CREDITOR, 'ana'), ...['FAT-1', 'FAT-9', '2026/001'].map((each) => referenceKey(CREDITOR, each)), ...['PAG-1', 'PAG-2'].map((each) => paymentKey(CREDITOR, 'upstream', each)), paymentKey(CREDITOR, 'pix', 'PAG-3')];
    const states = await rest(keys);
    for (const key of keys) {
      const { ...expected } = memory.get(key)!;
      if (expected.kind === 'payment' && expected.payment && 'pending_at' in expected.payment) Object.assign(expected, { payment: { ...expected.payment, pending_at: '2026-03-02T10:00:00.000Z' } });
      // What a row holds sealed is known only where one was read.
      if (expected.kind === 'customer') Object.assign(expected, { customer: { ...expected.customer, kept: expect.anything() } });
      expect([key, states.get(key)]).toEqual([key, expected]);
    }
  });

  it('says nothing a second time, and goes on where it stood', async () => {
    await take(stepOf('invoice-issued', INVOICE));
    expect(await told(stepOf('invoice-issued', INVOICE), stepOf('invoice-amended', { invoice_id: 'FAT-1', amount_cents: 9_000 }))).toEqual(['invoice-amended boa-forma/ana']);
    expect(await told(stepOf('payment-received', { ...PAYMENT, reference: '2026/001' }))).toEqual(['payment-reported boa-forma/ana']);
  });

  it('seals contact data anew only when they change', async () => {
    const tell = async (invoice_id: string, email: string) => {
      await take(stepOf('invoice-issued', { ...INVOICE, invoice_id, number: invoice_id, customer: { customer_id: 'ana', name: 'Ana Souza', email } }));
      const [row] = await database.query<{ contact_sealed: string }>('select contact_sealed from customer');
      return { ...row!, opened: JSON.parse(books.openContact(row!.contact_sealed)) as object };
    };
    const first = await tell('FAT-1', 'ana@exemplo.com.br');
    expect(await tell('FAT-2', 'ana@exemplo.com.br')).toEqual(first);
    const moved = await tell('FAT-3', 'souza@exemplo.com.br');
    expect(moved.opened).toEqual({ name: 'Ana Souza', document: null, email: 'souza@exemplo.com.br', phone: null });
    expect(moved.contact_sealed).not.toBe(first.contact_sealed);
  });

  it('seals names and contact points, and bodies in quarantine', async () => {
    await take(stepOf('invoice-issued', { ...INVOICE, customer: { customer_id: 'ana', name: 'Ana Souza', email: 'ana@exemplo.com.br' } }), stepOf('payment-received', { ...PAYMENT, payer_name: 'Ana Souza', amount_cents: -1 }));
    const [row] = await database.query<{ all: string }>(`select (select json_agg(c)::text from customer c) || (select json_agg(i)::text from invoice i) || (select json_agg(q)::text from quarantine q) as all`);
    expect(row!.all).not.toMatch(/Souza|exemplo/);
    const [sealed] = await database.query<{ body_sealed: string }>('select body_sealed from quarantine');
    expect(JSON.parse(books.open(sealed!.body_sealed))).toMatchObject({ data: { payer_name: 'Ana Souza', amount_cents: -1 } });
  });

  it('takes an invoice and its payment in one batch, in either order', async () => {
    expect(await told(stepOf('invoice-issued', INVOICE), stepOf('payment-received', PAYMENT))).toEqual(['customer-changed boa-forma/ana', 'invoice-issued boa-forma/ana', 'payment-reported boa-forma/ana']);
    const other = { ...INVOICE, invoice_id: 'FAT-2', number: '2' };
    expect(await told(stepOf('payment-received', { ...PAYMENT, payment_id: 'PAG-2', reference: '2' }), stepOf('invoice-issued', other))).toEqual(['payment-reported boa-forma/#ref:2', 'invoice-issued boa-forma/ana']);
  });

  it('never overwrites what came under the same id, and alarms once', async () => {
    await take(stepOf('payment-received', PAYMENT, { id: 'same' }));
    const other = () => stepOf('payment-received', { ...PAYMENT, amount_cents: 1 }, { id: 'same' });
    expect(await told(other())).toEqual(['event-rejected boa-forma/']);
    expect(await told(other())).toEqual([]);
    expect(alarmed).toEqual(['same']);
  });

  it('lets one of two that come at once through, and shows the other what the first did', async () => {
    const race = async (amount_cents: number) => {
      for (;;) {
        try {
          return (await take(stepOf('payment-received', { ...PAYMENT, payment_id: `PAG-${amount_cents}`, amount_cents }, { id: 'race' })))[0]!.result.outcome;
        } catch (error) {
          if (!(error instanceof Outdated)) throw error;
        }
      }
    };
    expect((await Promise.all([race(1), race(2), race(3)])).sort()).toEqual(['accepted', 'rejected', 'rejected']);
  });

  it('starts over when the invoice was issued between look-up and lock', async () => {
    const also = jest.spyOn(books, 'also').mockImplementationOnce(async () => {
      await take(stepOf('invoice-issued', INVOICE));
      return [];
    });
    await expect(take(stepOf('payment-received', PAYMENT))).rejects.toBeInstanceOf(Outdated);
    also.mockRestore();
    expect(await told(stepOf('payment-received', PAYMENT))).toEqual(['payment-reported boa-forma/ana']);
  });

  it('locks the key a payment was told under before it tells more of it', async () => {
    const refund = { refund_id: 'EST-1', payment_id: 'PAG-1', amount_cents: 10, currency: 'BRL', refunded_date: '2026-03-10' };
    await take(stepOf('payment-received', PAYMENT));
    await take(stepOf('invoice-issued', INVOICE));
    const keys = await database.transaction((tx) => books.also(tx, [paymentKey(CREDITOR, 'upstream', 'PAG-1')]));
    expect(keys).toEqual([referenceKey(CREDITOR, 'FAT-1'), customerKey(CREDITOR, 'ana')]);
    expect(await told(stepOf('payment-refunded', refund))).toEqual(['refund-reported boa-forma/#ref:FAT-1']);
    jest.spyOn(books, 'also').mockResolvedValueOnce([]);
    await expect(take(stepOf('payment-refunded', { ...refund, refund_id: 'EST-2' }))).rejects.toBeInstanceOf(Outdated);
  });

  it('holds a source back while its payments are unread, and lets it on', async () => {
    const source = (decide: (state: SourceState) => ReturnType<typeof advance>) => step<State, unknown>(books, sourceKey(CREDITOR, 'pix: novo'), (state) => decide(state as SourceState));
    await take(source((state) => declare(state, { creditor_id: CREDITOR, source: 'pix: novo', rails: ['PIX_COB'], lag_business_days: 2 }, 1, NOW)));
    const [refused] = await take(stepOf('payment-received', { ...PAYMENT, source: 'pix: novo', amount_cents: -1 }));
    const id = refused!.result.outcome === 'rejected' ? refused!.result.quarantine_id! : '';
    await expect(take(source((state) => advance(state, '2026-03-09', 1, NOW)))).rejects.toMatchObject({ reason: 'unread-payments', quarantined: [id] });
    await take(step<State>(books, quarantineKey(id), (state) => (state.kind === 'quarantine' && state.entry ? { next: { kind: 'quarantine', entry: { ...state.entry, status: 'discarded', resolved_at: NOW.toISOString(), resolution: 'teste' } } } : { ignored: '' })));
    expect(await told(source((state) => advance(state, '2026-03-09', 1, NOW)))).toEqual(['source-covered boa-forma/']);
    expect((await rest([sourceKey(CREDITOR, 'pix: novo')])).get(sourceKey(CREDITOR, 'pix: novo'))).toMatchObject({ source: { covered_until: '2026-03-09', rails: ['PIX_COB'], lag_business_days: 2, version: 2 }, unread: [] });
  });

  it('shows a creditor its own rows only, and lets it write no others', async () => {
    await take(stepOf('invoice-issued', INVOICE), stepOf('payment-received', { ...PAYMENT, amount_cents: -1 }));
    const tables = ['customer', 'invoice', 'quarantine', 'upstream_event', 'creditor'];
    const seen = (creditorId: string) => database.transactionOf(creditorId, async (tx) => {
      const counts: number[] = [];
      for (const table of tables) counts.push((await tx.query(`select from ${table}`)).length);
      return counts;
    });
    expect(await seen(CREDITOR)).toEqual([1, 1, 1, 1, 1]);
    expect(await seen('outra')).toEqual([0, 0, 0, 0, 1]);
    const own = stepOf('invoice-issued', { ...INVOICE, invoice_id: 'FAT-3' }, { platform: null, creditor_id: CREDITOR, refused: 'tell', origin: `api:${CREDITOR}` });
    await database.transactionOf(CREDITOR, (tx) => fold(tx, [[own as Step]], NOW));
    await expect(database.transactionOf('outra', (tx) => tx.query(`insert into source_seen values ($1, 'x')`, [CREDITOR]))).rejects.toThrow(/row-level security/);
    await expect(database.transactionOf(CREDITOR, (tx) => tx.query('select from api_key'))).rejects.toThrow(/permission denied/);
  });

  it('takes a batch in as many statements as it touches tables', async () => {
    const statements = async (size: number) => {
      let made = 0;
      const steps = Array.from({ length: size }, (_, index) => stepOf('invoice-issued', { ...INVOICE, invoice_id: `L-${size}-${index}`, number: `N-${size}-${index}`, customer: { customer_id: `c-${size}-${index % 20}` } }));
      await database.transaction((tx) => fold({ query: (sql, values) => (made++, tx.query(sql, values)) }, steps.map((each) => [each as Step]), NOW));
      return made;
    };
    expect(await statements(100)).toBe(await statements(1));
  });
});
