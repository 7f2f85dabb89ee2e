import { BillingCustomerChanged, derivedId, ReconciliationBalanceChanged } from '@emdia/contracts';
import { defaultPolicy } from '@emdia/regua';
import { ServedHouse } from '../../test/served-house';
import { bill, creditor_id } from '../../test/story';

/** Who goes by which régua, in a house: by what upstream told of them, and by whom the creditor leaves out. */
describe('choosing a régua in a house', () => {
  const served = new ServedHouse('2026-03-13T12:00:00-03:00', ['cases:read', 'reguas:write']);
  const { clock, heard } = served;
  const call = (method: string, path: string, body?: object, whose: string = creditor_id) => served.call(method, path, body, { whose });

  beforeAll(() => served.open('dunning-choosing'));
  afterAll(() => served.close());

  const caseOf = async (of: string) => (await call('GET', `cases/${of}`)).body;
  /** A customer of whom something is told owes a debt that is due on Friday 20 March. */
  const opens = async (of: string, more: { segment?: string; score?: number } = {}) => {
    await served.publish(BillingCustomerChanged, { creditor_id, customer_id: of, person_key: derivedId(of).replace(/-/g, '').padEnd(64, '0'), document_key: null, state: 'SP', has_email: true, source_version: 1, ...more }, `${creditor_id}/${of}`);
    await served.publish(ReconciliationBalanceChanged, { ...bill(of, '2026-03-20'), customer_id: of }, `${creditor_id}/${of}`);
  };
  const { document } = defaultPolicy('esquecido');

  it('goes by segment and score, and says in the case which they are', async () => {
    expect(await call('POST', 'reguas/check', { document: { ...document, regua: 'vip', for: { priority: 9, when: { segments: ['VIP'] } } } })).toMatchObject({ body: { refused: true, findings: [{ path: 'for.when.segments[0]', value: 'VIP' }] } });
    expect(await call('POST', 'reguas', { document: { ...document, regua: 'vip', version: 1, for: { priority: 9, when: { segments: ['vip'], score: { min: 600 } } } } })).toMatchObject({ status: 201 });
    await opens('ana', { segment: 'vip', score: 600 });
    await opens('bia', { segment: 'vip' });
    await opens('caio');
    expect(await caseOf('ana')).toMatchObject({ regua_version: 'vip-1', segment: 'vip', score: 600 });
    expect(await caseOf('bia')).toMatchObject({ regua_version: 'esquecido-1', segment: 'vip', score: null });
    expect(await caseOf('caio')).toMatchObject({ regua_version: 'esquecido-1', segment: null, score: null });
  });

  describe('where the creditor gives to people whom none of its own is for', () => {
    const tellings = (of: string) => heard.filter(({ data }) => data.customer_id === of).map(({ type, data }) => `${type.slice(8, -3)} ${(data.reason ?? data.step ?? data.regua_version) as string}`);
    const moved = async (to: string, from_version: string, ...customer_ids: string[]) => (await call('POST', `reguas/${to}/migrate`, { from_version, customer_ids })).body;

    it('is said by REST, for itself alone', async () => {
      expect((await call('GET', 'reguas/default')).body).toMatchObject({ regua_version: 'esquecido-1', unfitted: 'house', changed_at: null, changed_by: null });
      expect((await call('PUT', 'reguas/default', { unfitted: 'nobody' })).status).toBe(400);
      const set = { regua_version: 'sem-regua-1', owner: 'house', document: { silent: true }, unfitted: 'task', changed_by: 'agent-7', changed_at: clock.now().toISOString() };
      expect(await call('PUT', 'reguas/default', { unfitted: 'task' })).toMatchObject({ status: 200, body: set });
      expect((await call('GET', 'reguas/default')).body).toMatchObject(set);
      expect((await call('GET', 'reguas/default', undefined, 'outra')).body).toMatchObject({ unfitted: 'house' });
    });

    it('opens with no régua that writes for whom it leaves out, by segment or by name, and says so before', async () => {
      const nossa = (version: number, unless: object) => ({ ...document, regua: 'nossa', version, for: { priority: 1, unless } });
      expect((await call('POST', 'reguas', { document: nossa(1, { segments: ['parceiro'] }) })).body).toMatchObject({ regua_version: 'nossa-1' });
      await opens('davi', { segment: 'parceiro' });
      await opens('edu');
      expect(await caseOf('davi')).toMatchObject({ regua_version: 'sem-regua-1', regua_by: 'dunning-orchestration', receivables: [{ standing: 'task', next_step: 'D+1' }], changes: [{ after: 'sem-regua-1', reason: 'opened; no own régua writes to them', facts: { segment: 'parceiro' } }] });
      expect(await caseOf('edu')).toMatchObject({ regua_version: 'nossa-1' });
      const preview = (await call('POST', 'reguas/nossa/preview', { document: nossa(2, { customers: ['edu'] }) })).body;
      expect(preview).toMatchObject({ cases: 5, excluded: ['edu'], opens_with: [{ regua_version: 'nossa-2', cases: 3, silent: false }, { regua_version: 'sem-regua-1', cases: 1, silent: true }, { regua_version: 'vip-1', cases: 1, silent: false }] });
      // Whom no régua is to write to may have one of their own, with its own queue.
      const silent = { ...document, regua: 'fora', version: 1, silent: true, for: { priority: 50, when: { customers: ['fabi'] } }, steps: [{ step: 'D+1', action: 'task', reason: 'falar com o gestor' }], end: { ...document.end, queue: 'gestores' } };
      expect(await call('POST', 'reguas', { document: { ...silent, steps: document.steps } })).toMatchObject({ status: 422, body: { findings: expect.arrayContaining([expect.objectContaining({ rule: 'silent-message', path: 'steps[0].action' })]) } });
      expect(await call('POST', 'reguas', { document: silent })).toMatchObject({ status: 201 });
      await opens('fabi');
      await opens('gil');
      expect(await caseOf('fabi')).toMatchObject({ regua_version: 'fora-1' });
      expect(await caseOf('gil')).toMatchObject({ regua_version: 'nossa-1' });
    });

    it('leaves open cases as they are until they are taken over, by name or all of a version', async () => {
      expect(await caseOf('caio')).toMatchObject({ regua_version: 'esquecido-1' });
      expect(await moved('sem-regua', 'esquecido-1', 'caio', 'edu')).toEqual({ to_version: 'sem-regua-1', moved: 1, left: 0 });
      expect(await caseOf('caio')).toMatchObject({ regua_version: 'sem-regua-1', regua_by: 'agent-7' });
      expect(await moved('sem-regua', 'nossa-1', 'gil')).toEqual({ to_version: 'sem-regua-1', moved: 1, left: 0 });
      expect(await moved('nossa', 'sem-regua-1', 'gil')).toEqual({ to_version: 'nossa-1', moved: 1, left: 0 });
      expect(await caseOf('davi')).toMatchObject({ regua_version: 'sem-regua-1' });
    });

    it('asks nothing of them and gives their debts to a person on the day after they are due', async () => {
      for (const time of ['2026-03-17T10:00:00-03:00', '2026-03-20T10:00:00-03:00', '2026-03-23T10:00:00-03:00']) await served.jumpTo(time);
      for (const out of ['davi', 'caio']) expect(tellings(out).slice(1)).toEqual(['task-requested D+1: fora da régua, uma pessoa cuida']);
      expect(tellings('fabi').slice(1)).toEqual(['task-requested D+1: falar com o gestor']);
      for (const dunned of ['edu', 'gil', 'bia']) expect(tellings(dunned).slice(1)).toEqual(['notice-requested D-3', 'notice-requested D0', 'notice-requested D+3']);
      expect(await caseOf('davi')).toMatchObject({ receivables: [{ standing: 'owner', owner_queue: 'cobranca', owner_review_date: '2026-03-30' }] });
    });
  });
});
