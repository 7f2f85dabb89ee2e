import { amounts, id, NOON, noticeRequested } from '../../test/given';
import { ServedHouse } from '../../test/served-house';

const served = new ServedHouse();
const { given, clock } = served;
const call: ServedHouse['call'] = (...request) => served.call(...request);
const send: ServedHouse['send'] = (...notices) => served.send(...notices);

beforeAll(() => served.open());
afterAll(() => served.close());

describe('a call by a person', () => {
  const take = (customer_id: string, local_date: string, key?: string, as = 'acme') =>
    call('POST', '/v1/human-contacts', { as, body: { customer_id, local_date }, ...(key === undefined ? {} : { key }) });
  const debts = [1, 2, 3].map((n) => id('receivable', n)) as [string, string, string];
  const days = () => given.rows(`select local_date::text as day, creditor_id, cause, customer_id from contact_day`);
  beforeEach(() => {
    given.neighbours.asks = [];
    return given.rows('delete from contact_day');
  });
  afterEach(() => {
    clock.at = NOON;
    Object.assign(given.neighbours, { refusals: new Map(), down: new Set(), debtsOf: () => [debts[0]] });
  });

  it('is told what may be asked for that day, and what not', async () => {
    given.neighbours.debtsOf = () => debts;
    given.neighbours.refusals = new Map([[debts[1], 'disputed'], [debts[2], 'promised']]);
    const { status, json } = await take('told', '2026-03-10');
    expect([status, json]).toEqual([201, {
      customer_id: 'told', local_date: '2026-03-10', status: 'may-call', as_of_epoch_ms: 1,
      may_ask_for: [{
        receivable_id: debts[0], invoice_id: amounts.invoice_id, number: amounts.number, description: amounts.description, due_date: amounts.due_date, days_late: amounts.days_late,
        open_cents: amounts.open_cents, fine_cents: amounts.fine_cents, interest_cents: amounts.interest_cents, total_cents: amounts.total_cents, version: amounts.version,
      }],
      may_not_ask_for: [{ receivable_id: debts[1], reason: 'disputed' }, { receivable_id: debts[2], reason: 'promised' }],
    }]);
    expect(given.neighbours.asks).toEqual([debts.map((receivable_id) => expect.objectContaining({ receivable_id, contact_day: '2026-03-10' }))]);
    expect(await days()).toEqual([{ day: '2026-03-10', creditor_id: 'acme', cause: 'human', customer_id: 'told' }]);
  });
  it('can be explained afterwards: who was told what, and when, may-call or not; money that has come since changes none of it', async () => {
    given.neighbours.debtsOf = () => debts;
    given.neighbours.refusals = new Map([[debts[2], 'promised']]);
    await take('why', '2026-03-10');
    given.neighbours.refusals = new Map(debts.map((debt) => [debt, 'settled']));
    await take('why', '2026-03-10');
    await take('why', '2026-03-11');
    given.neighbours.refusals.clear();
    await take('why-too', '2026-03-10');
    const told = async (more: string, as = 'acme') => (await call('GET', `/v1/human-contacts?${more}`, { as })).json as unknown as { items: Record<string, unknown>[]; next_cursor: string | null };
    const { items } = await told('customer_id=why');
    const settled = debts.map((receivable_id) => ({ receivable_id, reason: 'settled' }));
    expect(items).toMatchObject([
      { customer_id: 'why', local_date: '2026-03-10', answer: 'not-to-be-asked', as_of_epoch_ms: 1, may_ask_for: [], may_not_ask_for: settled, asked_by: 'key acme', answered_at: NOON.toISOString() },
      { answer: 'may-call', as_of_epoch_ms: 1, may_ask_for: [{ receivable_id: debts[0], total_cents: amounts.total_cents }, { receivable_id: debts[1] }], may_not_ask_for: [{ receivable_id: debts[2], reason: 'promised' }] },
    ]);
    const first = await told('limit=1');
    expect(first.items).toMatchObject([{ customer_id: 'why-too', answer: 'budget' }]);
    expect((await told(`limit=1&cursor=${first.next_cursor}`)).items).toEqual(items.slice(0, 1));
    expect((await told('customer_id=why', 'other')).items).toEqual([]);
    await expect(given.database.transactionOf('acme', (tx) => tx.query(`delete from call_answer`))).rejects.toThrow(/permission denied/);
  });
  it.each(['settled', 'held', 'disputed', 'promised', 'agreed', 'prescribed', 'unread', 'pending', 'unmatched', 'not_covered'])('is not made where all is %s, and takes no day', async (reason) => {
    given.neighbours.debtsOf = () => debts.slice(0, 2);
    given.neighbours.refusals = new Map([[debts[0], reason], [debts[1], 'held']]);
    expect(await take('left-alone', '2026-03-10')).toMatchObject({
      status: 409, json: { type: 'urn:emdia:problem:not-to-be-asked', detail: expect.stringContaining('Do not call'), may_not_ask_for: [{ receivable_id: debts[0], reason }, { receivable_id: debts[1], reason: 'held' }] },
    });
    expect(await days()).toEqual([]);
  });
  it('is not made where nothing is open', async () => {
    given.neighbours.debtsOf = () => [];
    expect(await take('paid', '2026-03-10')).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:nothing-owed' } });
    expect(await days()).toEqual([]);
  });
  it('is not made on doubt: what is known is stale, a word nobody knows, or the gate does not answer', async () => {
    for (const reason of ['stale', 'never-heard-of']) {
      given.neighbours.refusals = new Map([[debts[0], reason]]);
      expect(await take('a', '2026-03-10')).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:unknown', detail: expect.stringContaining('Ask again') } });
    }
    given.neighbours.down.add('gate');
    expect(await take('a', '2026-03-10')).toMatchObject({ status: 503, json: { type: 'urn:emdia:problem:unknown' } });
    expect(await days()).toEqual([]);
  });
  it('a day ahead is only reserved: the same request on the day asks the gate, and takes no other day', async () => {
    given.neighbours.refusals = new Map([[debts[0], 'stale']]);
    expect((await take('ahead', '2026-03-12', 'ahead-1')).json).toEqual({ customer_id: 'ahead', local_date: '2026-03-12', status: 'reserved', as_of_epoch_ms: null, may_ask_for: [], may_not_ask_for: [] });
    expect(given.neighbours.asks).toEqual([]);
    clock.at = new Date(NOON.getTime() + 2 * 86_400_000);
    given.neighbours.refusals = new Map([[debts[0], 'settled']]);
    for (const key of [undefined, 'ahead-1']) expect(await take('ahead', '2026-03-12', key)).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:not-to-be-asked' } });
    given.neighbours.refusals.clear();
    for (const key of [undefined, 'ahead-1', undefined]) expect(await take('ahead', '2026-03-12', key)).toMatchObject({ status: 201, json: { status: 'may-call', may_ask_for: [{ receivable_id: debts[0] }] } });
    expect(await days()).toEqual([{ day: '2026-03-12', creditor_id: 'acme', cause: 'human', customer_id: 'ahead' }]);
    // The same person as another customer, and a number that was closed meanwhile.
    expect(await take('b', '2026-03-12')).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:budget' } });
    given.neighbours.phoneOf = () => '+5511900000001';
    clock.at = new Date(clock.at.getTime() + 61_000);
    expect((await call('POST', '/v1/opt-outs', { as: 'acme', body: { customer_id: 'ahead', channel: 'phone' } })).status).toBe(201);
    for (const key of [undefined, 'ahead-1']) expect(await take('ahead', '2026-03-12', key)).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:opted-out' } });
    given.neighbours.phoneOf = () => null;
  });
  it.each([['before the hours open', '11:59:59', '2026-03-10T12:00:00.000Z'], ['when they have closed', '22:00:00', '2026-03-11T12:00:00.000Z']])('is not made %s where the person lives, and takes no day', async (_, hour, opens) => {
    clock.at = new Date(`2026-03-10T${hour}Z`);
    expect(await take('late', '2026-03-10')).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:outside-hours', detail: expect.stringContaining(opens) } });
    expect(await days()).toEqual([]);
    expect((await take('late', '2026-03-11')).json).toMatchObject({ status: 'reserved' });
  });
  it('is made within the hours that the creditor set, also where the day was taken before', async () => {
    const rule = (hours: object | undefined) => call('PUT', '/v1/contact-rules', { as: 'acme', body: { weekdays: [1, 2, 3, 4, 5], contacts_in_7_days: 4, contacts_in_30_days: 12, reason: 'almoço', hours } });
    expect((await take('a', '2026-03-10', 'noon-1')).status).toBe(201);
    expect((await rule({ from: '11:00', to: '16:00' })).status).toBe(200);
    // Ten in São Paulo.
    for (const key of [undefined, 'noon-1']) expect(await take('a', '2026-03-10', key)).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:outside-hours' } });
    expect((await take('a', '2026-03-10', 'noon-2', 'other')).status).toBe(201);
    await given.rows('delete from own_rule');
    expect((await take('a', '2026-03-10', 'noon-1')).status).toBe(201);
  });
  it('takes the day from the messages, and a message takes it from the call', async () => {
    // The neighbours give every customer this one person key.
    const person_key = 'e'.repeat(64);
    expect(await take('calls', '2026-03-10')).toMatchObject({ status: 201, json: { customer_id: 'calls', local_date: '2026-03-10' } });
    await send(noticeRequested(31, { customer_id: 'calls', person_key }));
    expect((await call('GET', `/v1/deliveries/${id('notice', 31)}`, { as: 'acme' })).json).toMatchObject({ status: 'refused', reason: 'budget' });
    await given.rows('delete from contact_day');
    await send(noticeRequested(32, { customer_id: 'calls', person_key }));
    expect(await take('calls', '2026-03-10')).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:budget' } });
  });
  it('four in seven days, never the fifth', async () => {
    for (const day of ['2026-03-10', '2026-03-11', '2026-03-12', '2026-03-13']) expect((await take('a', day)).status).toBe(201);
    expect(await take('a', '2026-03-16')).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:budget' } });
    expect((await take('a', '2026-03-17')).status).toBe(201);
  });
  it('the same request again gets the same answer, also beside another creditor with the same key', async () => {
    expect((await take('a', '2026-03-10', 'key-1')).status).toBe(201);
    expect((await take('a', '2026-03-10', 'key-1')).status).toBe(201);
    expect((await take('a', '2026-03-11', 'key-1')).status).toBe(422);
    expect((await take('a', '2026-03-10', 'key-1', 'other')).status).toBe(201);
    expect(await given.rows('select creditor_id from contact_day order by 1')).toEqual([{ creditor_id: 'acme' }, { creditor_id: 'other' }]);
  });
  it.each([['2026-03-15', 409], ['2026-03-09', 409], ['2026-03-18', 409], ['2026-02-30', 400]])('%s is refused with %d', async (day, status) => {
    expect((await take('a', day)).status).toBe(status);
  });
  it('two at once: one gets the day', async () => {
    const both = await Promise.all([take('a', '2026-03-10'), take('b', '2026-03-10')]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});
