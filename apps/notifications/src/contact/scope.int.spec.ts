import { ServedHouse } from '../../test/served-house';

/** The setting `EMDIA_BUDGET_SCOPE=installation`, as REST feels it. */
describe('an installation whose creditors share one budget', () => {
  const served = new ServedHouse();
  const send = (method: string, path: string, as: string, body: object) => served.call(method, `/v1/${path}`, { as, body });

  beforeAll(() => served.open({ EMDIA_BUDGET_SCOPE: 'installation' }));
  afterAll(() => served.close());

  it('lets none of them loosen it, whoever decides', async () => {
    const decision = { decided_by: 'Ana Maria Souza', role: 'diretora de crédito', reason: 'clientes pediram lembretes diários' };
    const rule = { weekdays: [1, 2, 3, 4, 5], contacts_in_7_days: 5, contacts_in_30_days: 12, reason: 'política', decision };
    expect(await send('PUT', 'contact-rules', 'acme', rule)).toMatchObject({ status: 422, json: { findings: expect.arrayContaining([expect.objectContaining({ path: 'contacts_in_7_days', remedy: expect.stringContaining('EMDIA_BUDGET_SCOPE') })]) } });
  });

  it('takes a day of the person for all of them', async () => {
    const take = (as: string) => send('POST', 'human-contacts', as, { customer_id: 'C-1', local_date: '2026-03-10' });
    expect(await take('acme')).toMatchObject({ status: 201 });
    expect(await take('other')).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:budget' } });
  });
});
