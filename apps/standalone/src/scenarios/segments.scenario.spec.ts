import { defaultPolicy } from '@emdia/regua';
import { Story } from './story';

/** What upstream tells of a customer decides which régua they go by, in a whole house. */
describe('a régua for a segment', () => {
  const { document } = defaultPolicy('esquecido');
  const of = (customer_id: string, more: Record<string, unknown> = {}) => ({ customer: { customer_id, name: 'Ana Lima', email: `${customer_id}@cliente.invalid`, state: 'SP', ...more } });
  let story: Story;

  beforeEach(async () => {
    story = await Story.open('in-process', '2026-03-16 08:00');
  });
  afterEach(() => story.close());

  it('is gone by by whom upstream puts into it, on the invoice or before', async () => {
    const steps = document.steps.filter(({ step }) => ['D-3', 'D+7'].includes(step));
    await story.post('/v1/reguas', { document: { ...document, regua: 'vip', version: 1, for: { priority: 1, when: { segments: ['vip'] } }, steps } });
    await story.post('/v1/customers', { customer_id: 'bia', segment: 'vip', score: 812 });
    await story.issue({ invoice_id: 'inv-ana', customer_id: 'ana', due_date: '2026-03-20', ...of('ana', { segment: 'vip' }) });
    await story.issue({ invoice_id: 'inv-bia', customer_id: 'bia', due_date: '2026-03-20' });
    await story.issue({ invoice_id: 'inv-caio', customer_id: 'caio', due_date: '2026-03-20', ...of('caio', { segment: 'basico' }) });
    await story.until('2026-03-21');
    const followed = async (customer_id: string) => (({ regua_version, segment, score }) => [regua_version, segment, score])(await story.get(`/v1/cases/${customer_id}`));
    expect([await followed('ana'), await followed('bia'), await followed('caio')]).toEqual([['vip-1', 'vip', null], ['vip-1', 'vip', 812], ['esquecido-1', 'basico', null]]);
    expect(await story.contacts()).toEqual(['2026-03-17 D-3', '2026-03-17 D-3', '2026-03-17 D-3', '2026-03-20 D0']);
    expect(await story.violations()).toEqual({ 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 });
  });

  it('that leaves somebody out leaves them to a person, where the creditor wants that: no letter, and no law is broken', async () => {
    await story.put('/v1/reguas/default', { unfitted: 'task' });
    await story.post('/v1/reguas', { document: { ...document, regua: 'nossa', version: 1, for: { priority: 1, unless: { segments: ['parceiro'] } } } });
    const steps = [{ step: 'D+2', action: 'task', reason: 'falar com o gestor' }];
    await story.post('/v1/reguas', { document: { ...document, regua: 'fora', version: 1, silent: true, for: { priority: 2, when: { customers: ['bia'] } }, steps } });
    for (const [name, more] of [['ana', { segment: 'parceiro' }], ['bia', {}], ['caio', {}]] as const) await story.issue({ invoice_id: `inv-${name}`, due_date: '2026-03-20', ...of(name, more) });
    await story.until('2026-04-30');
    expect(new Set((await story.letters()).map(({ to }) => to))).toEqual(new Set(['caio@cliente.invalid']));
    for (const [name, regua_version] of [['ana', 'sem-regua-1'], ['bia', 'fora-1']] as const) expect(await story.get(`/v1/cases/${name}`)).toMatchObject({ regua_version, history: [], receivables: [{ standing: 'owner', owner_queue: 'cobranca' }] });
    await story.pay('pay-ana', 'inv-ana');
    await story.until('2026-05-04');
    expect(new Set((await story.letters()).map(({ to }) => to))).toEqual(new Set(['caio@cliente.invalid']));
    expect(await story.violations()).toEqual({ 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 });
  });
});
