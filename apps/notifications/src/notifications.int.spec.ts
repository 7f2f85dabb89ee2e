import { id, noticeRequested } from '../test/given';
import { ServedHouse } from '../test/served-house';

const served = new ServedHouse();
const { given } = served;
const call: ServedHouse['call'] = (...request) => served.call(...request);
const send: ServedHouse['send'] = (...notices) => served.send(...notices);

beforeAll(() => served.open());
afterAll(() => served.close());

describe('a message, explained', () => {
  it('is listed for its creditor and for nobody else', async () => {
    await send(noticeRequested(1), noticeRequested(2), noticeRequested(3));
    const first = await call('GET', '/v1/deliveries?limit=2', { as: 'acme' });
    expect(first.json).toMatchObject({ items: [{ status: 'sent' }, { status: 'sent' }], next_cursor: expect.any(String) });
    const rest = await call('GET', `/v1/deliveries?limit=2&cursor=${String(first.json.next_cursor)}`, { as: 'acme' });
    expect(rest.json).toMatchObject({ items: [{ status: 'sent' }], next_cursor: null });
    const ids = [first, rest].flatMap(({ json }) => (json.items as unknown as { notice_id: string }[]).map(({ notice_id }) => notice_id));
    expect(new Set(ids)).toEqual(new Set([1, 2, 3].map((n) => id('notice', n))));
    expect((await call('GET', '/v1/deliveries?customer_id=customer-2', { as: 'acme' })).json.items).toEqual([expect.objectContaining({ notice_id: id('notice', 2) })]);
    expect((await call('GET', '/v1/deliveries', { as: 'other' })).json.items).toEqual([]);
  });
  it('tells régua version, step, facts, verdict and attempts', async () => {
    const { json } = await call('GET', `/v1/deliveries/${id('notice', 1)}`, { as: 'acme' });
    expect(json).toMatchObject({
      status: 'sent', attempt: 1, attempts: [], regua_version: 'default-1', step: 'D+1', turned_down: [],
      facts: [{ receivable_id: id('receivable', 1), version: 1 }],
      verdict: { covers: [{ goes: true, amounts: { total_cents: 10_203, version: 4 } }] },
      covered: [{ receivable_id: id('receivable', 1), due_date: '2026-03-09', step: 'D+1' }],
      words: null, words_turned_down: null, offers: null, channels: null, channel: 'email', channels_turned_down: [],
    });
    expect(JSON.stringify(json)).not.toMatch(/Ana|@example/);
    expect((await call('GET', `/v1/deliveries/${id('notice', 1)}`, { as: 'other' })).status).toBe(404);
    expect((await call('GET', `/v1/deliveries/${id('notice', 1)}`)).status).toBe(401);
  });
});

it.each(['delivery', 'delivery_cover', 'contact_day'])('another creditor sees no row of %s, even if a query forgets to ask', async (table) => {
  const seen = (creditor: string) => given.database.transactionOf(creditor, (tx) => tx.query(`select 1 from ${table}`));
  expect((await seen('acme')).length).toBeGreaterThan(0);
  expect(await seen('other')).toEqual([]);
});

describe('a person closes the channel', () => {
  const linkIn = async (customer: string) => {
    const [message] = served.sink.messages({ to: `${customer}@example.invalid` });
    expect(message).toMatchObject({ emdia: { 'x-emdia-notice': expect.any(String) } });
    const { text } = (await served.sink.content(message!.sequence))!;
    return new URL(/https:\/\/pay\.example\.invalid\S+/.exec(text)![0]).pathname;
  };
  const next = (n: number, customer: string, creditor = 'acme') => noticeRequested(n, { customer_id: customer, creditor_id: creditor, purpose: 'service', step: 'thanks', covers: [] });
  const reasonOf = async (n: number, as = 'acme') => (await call('GET', `/v1/deliveries/${id('notice', n)}`, { as })).json.reason;

  it('by the link: opening it closes nothing, one POST does, for this creditor', async () => {
    const link = await linkIn('customer-1');
    const page = await call('GET', link);
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('<form method="post">') });
    await send(next(11, 'customer-1'));
    expect(await reasonOf(11)).toBeNull();
    expect(await call('POST', link)).toMatchObject({ status: 200, text: expect.stringContaining('Pronto') });
    expect((await call('POST', link)).status).toBe(200);
    await given.rows(`delete from contact_day where class = 'service'`);
    await send(next(12, 'customer-1'), next(13, 'customer-1', 'other'));
    expect(await reasonOf(12)).toBe('opted-out');
    expect(await reasonOf(13, 'other')).toBeNull();
  });
  it('a link that is not ours closes nothing', async () => {
    const before = await given.rows('select 1 from opt_out');
    const link = (await linkIn('customer-2')).slice(0, -1);
    expect((await call('GET', link)).text).toContain('não funciona');
    expect((await call('POST', link)).text).toContain('não funciona');
    expect(await given.rows('select 1 from opt_out')).toEqual(before);
  });
  it('by a person of the creditor', async () => {
    expect(await call('POST', '/v1/opt-outs', { as: 'acme', body: { customer_id: 'customer-2', channel: 'email' } })).toMatchObject({ status: 201, json: { closed: true } });
    await send(next(21, 'customer-2'));
    expect(await reasonOf(21)).toBe('opted-out');
    expect((await call('POST', '/v1/opt-outs', { as: 'acme', body: { customer_id: 'nobody', channel: 'email' } })).status).toBe(404);
    expect((await call('POST', '/v1/opt-outs', { as: 'acme', body: { customer_id: 'customer-2', channel: 'telepathy' } })).status).toBe(400);
    expect((await call('POST', '/v1/opt-outs', { body: { customer_id: 'customer-2', channel: 'email' } })).status).toBe(401);
  });
});

describe('a person answers why it is unpaid', () => {
  const linkIn = async (customer: string) => {
    const [message] = served.sink.messages({ to: `${customer}@example.invalid` });
    const { text } = (await served.sink.content(message!.sequence))!;
    const found = /https:\/\/pay\.example\.invalid\/v1\/causes\/\S+/.exec(text);
    return found && new URL(found[0]).pathname;
  };
  const post = (path: string, body: string) => fetch(served.house.url + path, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }).then((response) => response.text());
  const answerOf = async (n: number) => (await call('GET', `/v1/deliveries/${id('notice', n)}`, { as: 'acme' })).json.cause_answer;

  it('by the link: opening it answers nothing, pressing a button does, once', async () => {
    await send(noticeRequested(41, { asks_cause: true }));
    const link = (await linkIn('customer-41'))!;
    expect(await call('GET', link)).toMatchObject({ status: 200, text: expect.stringContaining('O que aconteceu?') });
    expect(await post(link, '')).toContain('O que aconteceu?');
    expect(await post(link, 'cause=elsewhere')).toContain('O que aconteceu?');
    expect(await answerOf(41)).toBeNull();
    expect(await post(link, 'cause=no-money')).toContain('Obrigado por responder');
    expect(await post(link, 'cause=already-paid')).toContain('Já recebemos a sua resposta');
    expect(await answerOf(41)).toMatchObject({ cause: 'no-money' });
    expect((await call('GET', `/v1/deliveries/${id('notice', 41)}`, { as: 'acme' })).json).toMatchObject({ status: 'sent', asks_cause: true });
  });
  it('not by a link that is not ours, nor by a body that is too large', async () => {
    const link = (await linkIn('customer-41'))!.slice(0, -1);
    expect([(await call('GET', link)).text, await post(link, 'cause=forgot')]).toEqual(Array(2).fill(expect.stringContaining('não funciona mais')));
    expect(await post((await linkIn('customer-41'))!, `cause=${'x'.repeat(2_000)}`)).toContain('too-large');
  });
  it('not where nobody asked', async () => {
    await send(noticeRequested(42));
    expect(await linkIn('customer-42')).toBeNull();
  });
});

describe('a contact point that is somebody else\'s', () => {
  const wrong = (customer_id: string, contact = `${customer_id}@example.invalid`, as = 'acme', key?: string, channel = contact.startsWith('+') ? 'phone' : 'email') =>
    call('POST', '/v1/wrong-contacts', { as, body: { customer_id, channel, contact, reason: 'quem atendeu não a conhece' }, ...(key ? { key } : {}) });
  const calls = (customer_id: string, as = 'acme') => call('POST', '/v1/human-contacts', { as, body: { customer_id, local_date: '2026-03-10' } });
  beforeEach(() => given.rows('delete from contact_day'));

  it('is written to by no creditor any more, and billing is told', async () => {
    const next = (n: number, creditor_id: string) => noticeRequested(n, { customer_id: 'moved', creditor_id, purpose: 'service', step: 'thanks', covers: [] });
    expect(await wrong('moved', undefined, 'acme', 'w1')).toMatchObject({ status: 201, json: { closed: true } });
    expect(await wrong('moved', undefined, 'acme', 'w1')).toMatchObject({ status: 201, json: { closed: true } });
    await send(next(61, 'acme'), next(62, 'other'));
    for (const [n, as] of [[61, 'acme'], [62, 'other']] as const) expect((await call('GET', `/v1/deliveries/${id('notice', n)}`, { as })).json).toMatchObject({ status: 'refused', reason: 'address-invalid' });
    expect(await given.rows(`select reason, actor from closed_contact_point where channel = 'email'`)).toEqual([{ reason: 'quem atendeu não a conhece', actor: 'key acme' }]);
  });
  it('is called by no creditor any more; whoever only wants no calls is not called by that one', async () => {
    given.neighbours.phoneOf = (customer) => (customer.startsWith('phoned') ? `+5511${customer.length}0000000` : null);
    expect((await calls('phoned')).status).toBe(201);
    await given.rows('delete from contact_day');
    expect(await call('POST', '/v1/opt-outs', { as: 'acme', body: { customer_id: 'phoned', channel: 'phone' } })).toMatchObject({ status: 201 });
    expect(await calls('phoned')).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:opted-out' } });
    expect((await calls('phoned', 'other')).status).toBe(201);
    await given.rows('delete from contact_day');
    expect((await wrong('phoned', '+551160000000', 'other')).status).toBe(201);
    for (const as of ['acme', 'other']) expect(await calls('phoned', as)).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:wrong-contact' } });
    expect((await calls('phoned-too')).status).toBe(201);
    expect(await given.rows('select 1 from contact_day')).toHaveLength(1);
  });
  it('is the one that was wrong, though billing knows another by now', async () => {
    const emailOf = given.neighbours.emailOf;
    await send(noticeRequested(64, { customer_id: 'changed', purpose: 'service', step: 'thanks', covers: [], local_day: '2026-03-10' }));
    given.neighbours.emailOf = (customer) => (customer === 'changed' ? 'changed-since@example.invalid' : emailOf(customer));
    expect((await wrong('changed')).status).toBe(201);
    await given.rows('delete from contact_day');
    await send(noticeRequested(63, { customer_id: 'changed', purpose: 'service', step: 'thanks', covers: [] }));
    expect((await call('GET', `/v1/deliveries/${id('notice', 63)}`, { as: 'acme' })).json).toMatchObject({ status: 'sent' });
    given.neighbours.emailOf = emailOf;
    expect(JSON.stringify(await given.rows('select * from closed_contact_point'))).not.toContain('@');
  });
  it('is one that this customer was reached by: a slip closes no stranger\'s', async () => {
    const before = await given.rows('select contact_point_key from closed_contact_point');
    for (const contact of ['stranger@example.invalid', '+5511977776666']) expect(await wrong('moved', contact)).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:not-of-this-customer' } });
    expect(await given.rows('select contact_point_key from closed_contact_point')).toEqual(before);
  });
  it.each([['moved', 'pigeon', 400], ['moved', '11999990000', 400], ['nobody', 'nobody@example.invalid', 404]])('is told of a known customer, by an address or number: %s, %s', async (customer, contact, status) =>
    expect((await wrong(customer, contact)).status).toBe(status));
  it('is told with the channel that it is of, by whoever may', async () => {
    expect((await wrong('moved', '+5511999990000', 'acme', undefined, 'email')).status).toBe(400);
    expect((await wrong('moved', '+5511999990000', 'acme', undefined, 'pigeon')).status).toBe(400);
    expect((await call('POST', '/v1/wrong-contacts', { body: { customer_id: 'moved', channel: 'email', contact: 'a@example.invalid', reason: 'x' } })).status).toBe(401);
  });
});

describe('a creditor with a rule of its own', () => {
  const set = (body: object, as = 'acme') => call('PUT', '/v1/contact-rules', { as, body: { weekdays: [1, 2, 3, 4, 5], contacts_in_7_days: 4, contacts_in_30_days: 12, reason: 'política de relacionamento', ...body } });
  const calls = (local_date: string, customer_id = 'strict', as = 'acme') => call('POST', '/v1/human-contacts', { as, body: { customer_id, local_date } });
  beforeEach(() => given.rows('delete from contact_day'));
  afterAll(() => given.rows('delete from own_rule'));

  it('is told what would be looser than everybody\'s, with path, value and remedy', async () => {
    expect(await set({ weekdays: [1, 6], contacts_in_7_days: 5, contacts_in_30_days: 13 })).toMatchObject({
      status: 422, json: { type: 'urn:emdia:problem:looser-than-the-house', findings: [
        { path: 'weekdays[1]', value: 6, remedy: expect.stringContaining('Saturday') }, { path: 'contacts_in_7_days', value: 5, remedy: expect.stringContaining('1 to 4') }, { path: 'contacts_in_30_days', value: 13, remedy: expect.stringContaining('1 to 12') },
      ] },
    });
    expect((await set({ weekdays: [] })).json).toMatchObject({ findings: [{ path: 'weekdays', remedy: expect.stringContaining('holds') }] });
    expect((await set({ contacts_in_7_days: 3, contacts_in_30_days: 2 })).json).toMatchObject({ findings: [{ path: 'contacts_in_30_days', value: 2 }] });
    expect((await set({ contacts_in_7_days: 1.5 })).json).toMatchObject({ findings: [{ path: 'contacts_in_7_days', value: 1.5 }] });
    expect((await set({ weekdays: 'all' })).status).toBe(400);
    expect((await call('GET', '/v1/contact-rules', { as: 'acme' })).json).toEqual({ house: { weekdays: [1, 2, 3, 4, 5], contacts_in_7_days: 4, contacts_in_30_days: 12 }, in_force: null, history: [] });
  });
  it('contacts on its own days only, by message and by call, and the message says by which rule', async () => {
    expect(await set({ weekdays: [5, 3, 1, 3] })).toMatchObject({ status: 200, json: { version: 1, weekdays: [1, 3, 5], set_by: 'key acme' } });
    expect((await set({ weekdays: [1, 3, 5] })).json).toMatchObject({ version: 1 });
    // The tenth of March 2026 is a Tuesday.
    await send(noticeRequested(51), noticeRequested(52, { creditor_id: 'other' }));
    expect((await call('GET', `/v1/deliveries/${id('notice', 51)}`, { as: 'acme' })).json).toMatchObject({ status: 'refused', reason: 'hours', own_rule: { version: 1, weekdays: [1, 3, 5], reason: 'política de relacionamento' } });
    expect((await call('GET', `/v1/deliveries/${id('notice', 52)}`, { as: 'other' })).json).toMatchObject({ status: 'sent', own_rule: null });
    expect(await calls('2026-03-12')).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:own-rule', detail: expect.stringContaining('version 1') } });
    expect((await calls('2026-03-11')).status).toBe(201);
    expect((await calls('2026-03-12', 'strict', 'other')).status).toBe(201);
  });
  it('contacts less often, by message and by call, and keeps every version', async () => {
    expect((await set({ contacts_in_7_days: 1, contacts_in_30_days: 2 })).json).toMatchObject({ version: 2, contacts_in_7_days: 1 });
    const person_key = 'e'.repeat(64);
    expect((await calls('2026-03-11')).status).toBe(201);
    expect(await calls('2026-03-13')).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:budget' } });
    await send(noticeRequested(53, { person_key }));
    expect((await call('GET', `/v1/deliveries/${id('notice', 53)}`, { as: 'acme' })).json).toMatchObject({ status: 'refused', reason: 'budget', own_rule: { version: 2 } });
    await given.rows('delete from contact_day');
    await send(noticeRequested(54, { person_key }));
    expect((await call('GET', `/v1/deliveries/${id('notice', 54)}`, { as: 'acme' })).json).toMatchObject({ status: 'sent', own_rule: { version: 2 } });
    const { history, in_force } = (await call('GET', '/v1/contact-rules', { as: 'acme' })).json as unknown as { history: { version: number }[]; in_force: { version: number } };
    expect([in_force.version, history.map(({ version }) => version)]).toEqual([2, [2, 1]]);
    expect((await call('GET', '/v1/contact-rules', { as: 'other' })).json).toMatchObject({ in_force: null, history: [] });
    await expect(given.database.transactionOf('acme', (tx) => tx.query('update own_rule set contacts_in_7_days = 99'))).rejects.toThrow(/permission denied/);
  });
  it('two rules set at once are two versions', async () => {
    const both = await Promise.all([set({ contacts_in_7_days: 2 }), set({ contacts_in_7_days: 3 })]);
    expect(both.map(({ json }) => json.version).sort()).toEqual([3, 4]);
  });
  it('contacts within its own hours only, and leaves every place some', async () => {
    expect(await set({ hours: { from: '09:00', to: '11:59' } })).toMatchObject({ status: 422, json: { findings: [{ path: 'hours', value: { from: '09:00', to: '11:59' }, remedy: expect.stringContaining('unknown state') }] } });
    for (const hours of ['morning', [], { from: '09:00' }, { from: 9, to: 12 }, { from: '09:00', to: '12:00', zone: 'UTC' }]) expect((await set({ hours })).status).toBe(400);
    expect((await set({ hours: { from: '11:00', to: '16:00' } })).json).toMatchObject({ hours: { from: '11:00', to: '16:00' } });
    // Ten in São Paulo: one still waits for eleven, the other's time is over by then.
    await send(noticeRequested(55), noticeRequested(56, { valid_until: '2026-03-10T14:00:00Z' }), noticeRequested(57, { creditor_id: 'other' }));
    expect((await call('GET', `/v1/deliveries/${id('notice', 55)}`, { as: 'acme' })).json).toMatchObject({ status: 'due', due_at: '2026-03-10T14:00:00.000Z' });
    expect((await call('GET', `/v1/deliveries/${id('notice', 56)}`, { as: 'acme' })).json).toMatchObject({ status: 'refused', reason: 'hours', own_rule: { hours: { from: '11:00', to: '16:00' } } });
    expect((await call('GET', `/v1/deliveries/${id('notice', 57)}`, { as: 'other' })).json).toMatchObject({ status: 'sent' });
    expect(await set({ hours: null })).toMatchObject({ status: 400 });
    expect((await set({})).json).toMatchObject({ hours: null });
  });
  it('contacts more often only by the decision of a person, who is named with the version', async () => {
    const decision = { decided_by: 'Ana Maria Souza', role: 'diretora de crédito', reason: 'clientes pediram lembretes diários' };
    const looser = { contacts_in_7_days: 5, contacts_in_30_days: 20 };
    expect(await set(looser)).toMatchObject({ status: 422, json: { findings: [{ path: 'contacts_in_7_days', value: 5, remedy: expect.stringContaining('decision') }, { path: 'contacts_in_30_days', value: 20 }] } });
    for (const wrong of ['Ana Maria Souza', { ...decision, decided_by: undefined }, { ...decision, role: 7 }, { ...decision, set_by: 'x' }]) expect((await set({ ...looser, decision: wrong })).status).toBe(400);
    expect(await set({ ...looser, decision: { ...decision, decided_by: 'Ana' } })).toMatchObject({ status: 422, json: { findings: [{ path: 'decision.decided_by', value: 'Ana' }] } });
    expect((await call('PUT', '/v1/contact-rules', { body: { ...looser, decision } })).status).toBe(401);
    const person_key = 'e'.repeat(64);
    const days = ['2026-03-11', '2026-03-12', '2026-03-13', '2026-03-16'];
    for (const day of days) expect((await calls(day)).status).toBe(201);
    await send(noticeRequested(58, { person_key }));
    expect((await call('GET', `/v1/deliveries/${id('notice', 58)}`, { as: 'acme' })).json).toMatchObject({ status: 'refused', reason: 'budget' });
    expect(await set({ ...looser, decision })).toMatchObject({ status: 200, json: { contacts_in_7_days: 5, decision: { ...decision, legal_basis: null } } });
    await send(noticeRequested(59, { person_key }));
    expect((await call('GET', `/v1/deliveries/${id('notice', 59)}`, { as: 'acme' })).json).toMatchObject({ status: 'sent', own_rule: { decision: { decided_by: 'Ana Maria Souza' } } });
    expect(await calls('2026-03-17')).toMatchObject({ status: 201 });
    for (const more of [{ contacts_in_7_days: 8 }, { contacts_in_30_days: 31 }, { weekdays: [6] }]) expect((await set({ ...looser, decision, ...more })).status).toBe(422);
    expect((await call('GET', '/v1/contact-rules', { as: 'acme' })).json).toMatchObject({ house: { contacts_in_7_days: 4 }, in_force: { decision }, history: [{ decision: { role: 'diretora de crédito' } }, { decision: null }, {}, {}, {}, {}, {}] });
  });
  it.each([[5, 12, null], [4, 13, '{"decided_by": ""}'], [8, 12, '{"decided_by": "Ana Souza"}'], [7, 31, '{"decided_by": "Ana Souza"}']])('keeps no %d and %d contacts decided by %s, whoever writes it', async (week, month, decision) => {
    const kept = (wanted: unknown[]) => given.rows(`insert into own_rule (creditor_id, version, weekdays, contacts_in_7_days, contacts_in_30_days, reason, set_by, set_at, decision) values ('acme', 99, '{1}', $1, $2, 'x', 'y', '2026-03-10T12:00:00Z', $3)`, wanted);
    await expect(kept([week, month, decision])).rejects.toThrow(/own_rule_(most|decided)/);
  });
});
