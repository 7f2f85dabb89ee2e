import { BillingChargeDeclined, BillingCustomerChanged, derivedId, ReconciliationBalanceChanged, type DataOf } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { ServedHouse } from '../../test/served-house';
import { bill, creditor_id, customer_id, key, PERSON, receivableId } from '../../test/story';

describe('retries in a house', () => {
  const served = new ServedHouse('2026-03-06T12:00:00-03:00', ['cases:read', 'reguas:write']);
  const { clock } = served;
  const publish: ServedHouse['publish'] = (...told) => served.publish(...told);
  const call = (method: string, path: string, body?: object, whose: string = creditor_id) => served.call(method, path, body, { whose });
  let database: Database;

  beforeAll(async () => {
    await served.open('dunning-retries');
    database = new Database({ url: served.database.url, schema: 'dunning' });
  });
  afterAll(async () => {
    await database?.close();
    await served.close();
  });

  const declined = (attempt_id: string, more: Partial<DataOf<typeof BillingChargeDeclined>> = {}, of = key) =>
    publish(BillingChargeDeclined, { creditor_id, customer_id, payment_id: attempt_id, source: 's', reference: 'A', attempt_id: derivedId('x', attempt_id), attempted_at: clock.now().toISOString(), rail: 'CARD', card_key: 'c'.repeat(64), brand: 'visa', network_code: '51', ...more }, of);
  const kept = async () => (await database.query<{ attempt_id: string }>('select attempt_id from charge_attempt')).length;

  it('shows the budget of a debt: every attempt on its card, whoever was charged, and those that waited for it', async () => {
    await publish(BillingCustomerChanged, { creditor_id, customer_id, person_key: PERSON, document_key: null, state: 'SP', has_email: true, source_version: 1 });
    await publish(ReconciliationBalanceChanged, bill('A', '2026-03-05'));
    await declined('a1');
    await declined('a1', { network_code: undefined, next_attempt_at: '2026-03-08T12:00:00Z' } as object);
    await declined('b1', { customer_id: 'C-2', reference: 'OTHER' }, `${creditor_id}/C-2`);
    await declined('w1', { customer_id: null, reference: 'txid-9', rail: 'PIX_AUTO', card_key: undefined, brand: undefined, network_code: undefined, retry_policy: 'PERMITE_3R_7D' } as object, `${creditor_id}/#ref:txid-9`);
    await publish(ReconciliationBalanceChanged, { ...bill('P', '2026-03-05'), instruments: [{ rail: 'PIX_AUTO', reference: 'txid-9' }] });

    const { body } = await call('GET', `cases/${customer_id}`);
    const of = (name: string) => body.retries.find((each: { receivable_id: string }) => each.receivable_id === receivableId(name));
    expect(of('A')).toMatchObject({
      attempts: 1, next: { at: '2026-03-13T12:00:00.000Z', rail: 'CARD', by: 'table' }, never: null,
      // One attempt of its own, one of the other customer, and those that the platform has announced.
      budgets: expect.arrayContaining([{ limit: 'visa-30-days', attempts: 3, attempts_max: 15, days: 30 }, { limit: 'debt-60-days', attempts: 2, attempts_max: 8, days: 60 }]),
    });
    expect(of('P')).toMatchObject({ attempts: 1, next: { rail: 'PIX_AUTO', at: '2026-03-07T12:00:00.000Z' } });
    expect(await database.query(`select count(*)::int as n from case_file where key like '%#ref%'`)).toEqual([{ n: 0 }]);
  });

  it('tells the rules with their sources, and takes stricter tables of a creditor alone', async () => {
    const { body: rules } = await call('GET', 'retries/rules');
    expect(rules).toMatchObject({ own: null, stops: expect.arrayContaining([expect.objectContaining({ brands: ['visa'], confidence: 'H' })]), pix_automatico: { attempts_max: 3, days: 7 }, timing: { ladder_days: [1, 3, 5, 7] } });
    const loose = await call('PUT', 'retries/tables', { tables: { limits: { 'visa-30-days': { attempts_max: 21 } } } });
    expect(loose).toMatchObject({ status: 422, body: { findings: [{ path: 'limits.visa-30-days.attempts_max', value: 21, remedy: 'Give at most 20.' }] } });
    expect(await call('PUT', 'retries/tables', { tables: { limits: { 'visa-30-days': { attempts_max: 10, margin: 2 } }, hour: '11:00' } })).toMatchObject({ status: 200, body: { set_by: 'agent-7' } });
    expect((await call('GET', 'retries/rules')).body).toMatchObject({ own: { tables: { hour: '11:00' } }, limits: expect.arrayContaining([expect.objectContaining({ name: 'visa-30-days', attempts_max: 10, margin: 2, days: 30 })]), timing: { hour: '11:00' } });
    expect((await call('GET', 'retries/rules', undefined, 'other')).body).toMatchObject({ own: null });
    const { body } = await call('GET', `cases/${customer_id}`);
    expect(body.retries.find((each: { receivable_id: string }) => each.receivable_id === receivableId('A')).budgets).toContainEqual({ limit: 'visa-30-days', attempts: 3, attempts_max: 8, days: 30 });
  });

  it('forgets what counts in no limit any more, and keeps hard stops', async () => {
    await declined('h1', { network_code: '43', reference: 'OLD' });
    expect(await kept()).toBe(4);
    clock.time = new Date('2026-05-20T12:00:00-03:00');
    served.house.applications[0]!.sweeps.poke();
    await served.house.settle();
    expect(await database.query('select network_code from charge_attempt')).toEqual([{ network_code: '43' }]);
  });
});
