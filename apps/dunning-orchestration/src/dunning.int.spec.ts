import { BillingCustomerChanged, derivedId, NotificationsContactRefused, NotificationsContactRuleSet, ReconciliationBalanceChanged } from '@emdia/contracts';
import { ServedHouse } from '../test/served-house';
import { bill, creditor_id, customer_id, PERSON, receivableId } from '../test/story';

describe('dunning in a house', () => {
  const served = new ServedHouse('2026-02-02T12:00:00-03:00', ['cases:read', 'reguas:write', 'holds:write', 'tasks:read', 'tasks:write', 'sources:write']);
  const { clock, caller, heard } = served;
  const publish: ServedHouse['publish'] = (...told) => served.publish(...told);
  const jumpTo = (time: string) => served.jumpTo(time);
  const call = (method: string, path: string, body?: object, idempotencyKey?: string) => served.call(method, path, body, { idempotencyKey });

  beforeAll(() => served.open('dunning'));
  afterAll(() => served.close());

  const types = () => heard.map(({ type }) => type.replace(/^dunning\.|\.v1$/g, ''));

  it('opens a case, asks at its hour, and explains why', async () => {
    await publish(BillingCustomerChanged, { creditor_id, customer_id, person_key: PERSON, document_key: null, state: 'SP', has_email: true, source_version: 1 });
    await publish(ReconciliationBalanceChanged, bill('A', '2026-02-06'));
    expect(types()).toEqual(['case-opened']);
    expect(await served.house.applications[0]!.sweeps.nextDue()).toEqual({ name: 'due-cases', at: new Date('2026-02-03T13:00:00Z') });
    await jumpTo('2026-02-03T10:00:00-03:00');
    expect(types()).toEqual(['case-opened', 'notice-requested']);

    const { body } = await call('GET', `cases/${customer_id}`);
    expect(body).toMatchObject({
      stage: 'current', status: 'open',
      receivables: [{ receivable_id: receivableId('A'), standing: 'waiting', next_step: 'D-3', open_cents: 10_000, version: 1 }],
      history: [{ step: 'D-3', local_day: '2026-02-03', regua_version: 'esquecido-1', covers: [{ outcome: 'asked', step: 'D-3' }], next_step: { step: 'D0', planned_day: '2026-02-06' }, template: 'lembrete', tone: 'reminder', offers: null, channels: ['whatsapp', 'email', 'sms'] }],
    });
    expect((await call('GET', 'cases')).body).toMatchObject({ items: [{ customer_id, stage: 'current', open_cents: 10_000, open_receivables: 1 }], next_cursor: null });
    expect((await call('GET', 'cases/nobody')).status).toBe(404);
  });

  it('tells its réguas, their schema, and what is wrong with one', async () => {
    expect((await call('GET', 'reguas/default')).body).toMatchObject({ regua_version: 'esquecido-1', document: { regua: 'esquecido', end: { queue: 'cobranca' } } });
    const { body: list } = await call('GET', 'reguas');
    expect((list.items as { regua_version: string }[]).map(({ regua_version }) => regua_version)).toEqual(['esquecido-1', 'bom-pagador-1', 'meio-de-pagamento-1', 'dificuldade-1', 'atraso-habitual-1', 'alto-valor-1', 'sem-regua-1']);
    const { body: one } = await call('GET', 'reguas/alto-valor');
    expect(one).toMatchObject({ document: { for: { when: { case_amount_cents: { min: 500_000 } } } } });
    expect((await call('GET', 'reguas/none')).status).toBe(404);
    expect((await call('GET', 'reguas/schema')).body).toMatchObject({ $id: 'urn:emdia:regua', properties: { steps: {} } });

    expect((await call('POST', 'reguas/check', { document: one.document })).body).toEqual({ refused: false, findings: [], document: one.document });
    expect((await call('POST', 'reguas/check', { document: { ...(one.document as object), contact: { hour: '07:00', channels: ['email'] } } })).body).toMatchObject({
      refused: true, findings: [{ severity: 'refuse', rule: 'never-allowed-hour', path: 'contact.hour', value: '07:00' }],
    });
    expect((await call('POST', 'reguas/check', { document: 'regua: x1\nversion: none' })).body).toMatchObject({ refused: true, document: null, findings: expect.arrayContaining([expect.objectContaining({ path: 'version', value: 'none', line: 2 })]) });
    expect((await call('POST', 'reguas/check', {})).status).toBe(400);

    await publish(NotificationsContactRuleSet, { creditor_id, version: 1, weekdays: [1, 2, 3, 4, 5], contacts_in_7_days: 1, contacts_in_30_days: 12 }, creditor_id);
    expect((await call('POST', 'reguas/check', { document: one.document })).body).toMatchObject({ refused: false, findings: [{ severity: 'warn', rule: 'contact-budget' }] });
    await publish(NotificationsContactRuleSet, { creditor_id, version: 2, weekdays: [1, 2, 3, 4, 5], contacts_in_7_days: 4, contacts_in_30_days: 12 }, creditor_id);
  });

  it('previews another régua, and a change of one, without touching a case', async () => {
    const before = (await call('GET', `cases/${customer_id}`)).body;
    const { status, body } = await call('POST', 'reguas/alto-valor/preview', {});
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        regua_version: 'alto-valor-1', days: 30, cases: 1, next_customer_id: null,
        moves: [{ customer_id, from_version: 'esquecido-1', from: { what: 'D0', day: '2026-02-06' }, to: { what: 'D-1', day: '2026-02-05' } }],
      },
    });
    expect(body.before).toMatchObject({ tasks: 0, by_step: expect.arrayContaining([{ step: 'D0', messages: 1 }]) });
    expect((body.after as { tasks: number }).tasks).toBeGreaterThan(0);
    const { document } = (await call('GET', 'reguas/alto-valor')).body as unknown as { document: object };
    expect((await call('POST', 'reguas/alto-valor/preview', { document: { ...document, version: 2 }, cases_max: 1 })).body).toMatchObject({ regua_version: 'alto-valor-2', cases: 1 });
    expect((await call('POST', 'reguas/alto-valor/preview', { document, after_customer_id: customer_id })).body).toMatchObject({ cases: 0, moves: [] });
    expect((await call('POST', 'reguas/alto-valor/preview', { document: { ...document, end: undefined } })).body).toMatchObject({ status: 422, type: 'urn:emdia:problem:regua-refused', findings: [{ rule: 'ladder-without-end', path: 'end' }] });
    expect((await call('POST', 'reguas/esquecido/preview', { document })).status).toBe(422);
    expect((await call('POST', 'reguas/none/preview', {})).status).toBe(404);
    expect((await call('GET', `cases/${customer_id}`)).body).toEqual(before);
  });

  it('holds by REST, once per key, and lifts', async () => {
    const command = { customer_id, reason: 'illness', review_date: '2026-02-20' };
    const placed = await call('POST', 'holds', command, 'one');
    expect(placed).toMatchObject({ status: 201, body: { reason: 'illness', actor: 'agent-7', lifted: null } });
    expect((await call('POST', 'holds', command, 'one')).body.hold_id).toBe(placed.body.hold_id);
    expect(types().slice(2)).toEqual(['hold-placed']);
    expect((await call('GET', `cases/${customer_id}`)).body.receivables).toMatchObject([{ standing: 'hold', standing_reason: 'held: illness', hold_review_date: '2026-02-20' }]);

    expect((await call('POST', 'holds', { ...command, review_date: '2026-02-30' })).status).toBe(400);
    expect((await call('POST', 'holds', { ...command, review_date: '2026-09-01' })).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:review-date' });
    expect((await call('POST', 'holds', { ...command, customer_id: 'nobody' })).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:unknown-customer' });

    expect((await call('DELETE', `holds/${placed.body.hold_id}`)).status).toBe(204);
    expect((await call('DELETE', `holds/${placed.body.hold_id}`)).status).toBe(404);
    await served.house.settle();
    expect(types().slice(3)).toEqual(['hold-lifted']);
  });

  it('hands what nobody can be written about to the queue, where it is listed', async () => {
    await publish(BillingCustomerChanged, { creditor_id, customer_id, person_key: PERSON, document_key: null, state: 'SP', has_email: false, source_version: 2 });
    await jumpTo('2026-02-09T10:00:00-03:00');
    expect(types().slice(4)).toEqual(['task-requested']);
    const { body } = await call('GET', 'tasks?limit=1');
    expect(body).toMatchObject({ items: [{ customer_id, queue: 'cobranca', reason: 'no-address', review_date: '2026-02-16', receivable_ids: [receivableId('A')], open_cents: 10_000 }], next_cursor: null });
  });

  describe('what the creditor publishes', () => {
    const other = 'C-2';
    const key = `${creditor_id}/${other}`;
    const opens = async (of: string, name: string) => {
      const to = { key: `${creditor_id}/${of}`, creditor_id, customer_id: of };
      await publish(BillingCustomerChanged, { creditor_id, customer_id: of, person_key: PERSON, document_key: null, state: 'SP', has_email: true, source_version: 1 }, to.key);
      await publish(ReconciliationBalanceChanged, { ...bill(name, '2026-03-20'), customer_id: of }, to.key);
    };
    const caseOf = async (of: string) => (await call('GET', `cases/${of}`)).body;
    let own: Record<string, unknown>;

    it('is taken as the next version only, and only where lint lets it pass', async () => {
      const { document } = (await call('GET', 'reguas/alto-valor')).body;
      own = { ...(document as object), regua: 'nossa', version: 1, for: { priority: 5, when: { amount_cents: { max: 50_000 } } } };
      expect(await call('POST', 'reguas', { document: { ...own, version: 2 } })).toMatchObject({ status: 409, body: { type: 'urn:emdia:problem:version-taken', detail: expect.stringContaining('`version` 1') } });
      expect(await call('POST', 'reguas', { document: { ...own, end: undefined } })).toMatchObject({ status: 422, body: { findings: [{ rule: 'ladder-without-end' }] } });
      expect(await call('POST', 'reguas', { document: { ...own, regua: 'esquecido' } })).toMatchObject({ status: 409, body: { detail: expect.stringContaining('`version` 2') } });
      const published = await call('POST', 'reguas', { document: own });
      expect(published).toMatchObject({ status: 201, body: { regua_version: 'nossa-1', owner: 'creditor' } });
      expect(await call('POST', 'reguas', { document: own })).toEqual(published);
      expect(await call('POST', 'reguas', { document: { ...own, name: 'Outra' } })).toMatchObject({ status: 409, body: { detail: expect.stringContaining('`version` 2') } });
      expect((await call('GET', 'reguas/nossa')).body).toMatchObject({ regua_version: 'nossa-1', owner: 'creditor', document: own });
      expect((await call('GET', 'reguas')).body.items).toMatchObject([{ regua_version: 'nossa-1', owner: 'creditor' }, { regua_version: 'esquecido-1', owner: 'house' }, {}, {}, {}, {}, {}, { regua_version: 'sem-regua-1', owner: 'house' }]);
    });

    it('is what cases open with that it is for, while others keep theirs', async () => {
      await opens(other, 'B');
      expect(await caseOf(other)).toMatchObject({ regua_version: 'nossa-1', regua_by: 'dunning-orchestration', regua_since: clock.now().toISOString(), receivables: [{ next_step: 'D-7' }] });
      expect(await caseOf(customer_id)).toMatchObject({ regua_version: 'esquecido-1' });
      await jumpTo('2026-03-13T10:00:00-03:00');
      expect(heard.filter(({ type, data }) => type.includes('notice') && data.customer_id === other).map(({ data }) => [data.regua_version, data.step])).toEqual([['nossa-1', 'D-7']]);
    });

    it('leaves people in flight on their version, until they are taken over', async () => {
      const steps = (own.steps as { step: string }[]).filter(({ step }) => step !== 'D-1');
      expect(await call('POST', 'reguas', { document: { ...own, version: 2, steps } })).toMatchObject({ status: 201 });
      await publish(ReconciliationBalanceChanged, { ...bill('B2', '2026-03-27'), customer_id: other }, key);
      expect(await caseOf(other)).toMatchObject({ regua_version: 'nossa-1' });
      expect(await call('POST', 'reguas/nossa/migrate', { from_version: 'nossa-1' })).toMatchObject({ status: 200, body: { to_version: 'nossa-2', moved: 1, left: 0 } });
      expect(await call('POST', 'reguas/nossa/migrate', { from_version: 'nossa-1' })).toMatchObject({ body: { moved: 0, left: 0 } });
      expect(await call('POST', 'reguas/nossa/migrate', { from_version: 'nossa-2' })).toMatchObject({ status: 422 });
      const taken = await caseOf(other);
      expect(taken).toMatchObject({ regua_version: 'nossa-2', regua_by: 'agent-7', regua_since: clock.now().toISOString() });
      expect((taken.receivables as { next_step: string }[]).map(({ next_step }) => next_step)).not.toContain('D-1');
    });

    it('opens nothing any more once it is retired, and goes on for those who follow it', async () => {
      expect((await call('DELETE', 'reguas/nossa')).status).toBe(204);
      expect((await call('DELETE', 'reguas/nossa')).status).toBe(404);
      expect((await call('DELETE', 'reguas/esquecido')).status).toBe(404);
      expect((await call('GET', 'reguas/nossa')).status).toBe(404);
      await opens('C-3', 'C');
      expect(await caseOf('C-3')).toMatchObject({ regua_version: 'esquecido-1' });
      await publish(ReconciliationBalanceChanged, { ...bill('B2', '2026-03-27', { version: 2, open_cents: 9_000 }), customer_id: other }, key);
      expect(await caseOf(other)).toMatchObject({ regua_version: 'nossa-2' });
      expect(await call('POST', 'reguas', { document: { ...own, version: 3 } })).toMatchObject({ status: 201 });
      expect(await call('POST', 'reguas', { document: { ...own, regua: 'results' } })).toMatchObject({ status: 422 });
    });

    it('is judged by the money that comes of what fell past due along it', async () => {
      clock.time = new Date('2026-03-30T20:00:00-03:00');
      const items = async () => (await call('GET', 'reguas/results')).body.items;
      // C-2 was taken over before either of its debts fell due, so nothing counts for the first version.
      expect(await items()).toEqual([
        { regua_version: 'esquecido-1', customers: 2, owed_cents: 20_000, recovered_cents: 0, recovered_share: 0, low: 0, high: 0 },
        { regua_version: 'nossa-2', customers: 1, owed_cents: 19_000, recovered_cents: 0, recovered_share: 0, low: null, high: null },
      ]);
      await publish(ReconciliationBalanceChanged, { ...bill('C', '2026-03-20', { version: 2, status: 'settled', collectability: 'settled', open_cents: 0, paid_cents: 10_000, settled_on: '2026-03-30' }), customer_id: 'C-3' }, `${creditor_id}/C-3`);
      expect(await items()).toMatchObject([{ regua_version: 'esquecido-1', recovered_cents: 10_000, recovered_share: 0.5, low: 0, high: 1 }, { recovered_cents: 0 }]);
    });
  });

  describe('holds and causes', () => {
    const holdsOf = async (of: string) => (await call('GET', `cases/${of}`)).body.holds as { kind: string; receivable_ids: string[]; lifted_at: string | null }[];

    it('says the rules of each kind', async () => {
      const { body } = await call('GET', 'holds/kinds');
      expect(body.items).toHaveLength(11);
      expect(body.items).toContainEqual(expect.objectContaining({ kind: 'deceased', covers: 'person', stops: 'everything', ends_by: 'date', follows: 'owner', days_max: 1_825, review_days: 90, what_follows: expect.stringMatching(/^Ends by itself after 1825 days .*every 90 days\.$/) }));
      expect((await call('POST', 'holds', { customer_id, kind: 'promise', reason: 'x' })).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:kept-by-others', detail: expect.stringContaining('/v1/promises') });
      expect((await call('POST', 'holds', { customer_id, kind: 'other', reason: 'x' })).status).toBe(400);
      expect((await call('POST', 'holds', { customer_id, reason: 'x', begin_date: '2026-03-01' })).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:begin-date' });
    });

    it('takes a cause, goes on by the régua for it, and keeps who, why and on which facts', async () => {
      const told = await call('POST', 'cases/C-2/cause', { cause: 'no-money' }, 'cause-1');
      expect(told).toEqual({ status: 200, body: { cause: 'no-money', regua_version: 'bom-pagador-1', hold_id: null } });
      expect(await call('POST', 'cases/C-2/cause', { cause: 'no-money' }, 'cause-1')).toEqual(told);
      expect((await call('GET', 'cases/C-2')).body).toMatchObject({
        cause: 'no-money', cause_by: 'agent-7', regua_version: 'bom-pagador-1', regua_by: 'agent-7',
        changes: [
          { what: 'cause', before: null, after: 'no-money', actor: 'agent-7', reason: 'told', facts: null },
          { what: 'regua', before: 'nossa-2', after: 'bom-pagador-1', reason: 'cause: no-money', facts: { cause: 'no-money', case_amount_cents: 19_000 } },
          { what: 'regua', before: 'nossa-1', after: 'nossa-2', reason: 'migrated from nossa-1' },
          { what: 'regua', before: null, after: 'nossa-1', actor: 'dunning-orchestration', reason: 'opened', facts: { segment: null, case_amount_cents: 10_000 } },
        ],
      });
      expect((await call('POST', 'cases/C-2/cause', { cause: 'other' })).status).toBe(400);
      expect((await call('POST', 'cases/nobody/cause', { cause: 'forgot' })).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:nothing-open' });
    });

    it('holds what is said to be paid, and lists what is asked of a person', async () => {
      const { body } = await call('POST', 'cases/C-2/cause', { cause: 'already-paid' });
      const { items } = (await call('GET', 'tasks')).body as unknown as { items: { reason: string; customer_id: string; receivable_ids: string[]; open_cents: number; task_id: string }[] };
      expect(items.find(({ reason }) => reason.startsWith('already-paid'))).toMatchObject({ customer_id: 'C-2', queue: 'relacionamento', review_date: '2026-04-06', receivable_ids: [receivableId('B'), receivableId('B2')].sort(), open_cents: 19_000 });
      const pages: string[] = [];
      for (let cursor: unknown = ''; cursor !== null;) {
        const page = (await call('GET', `tasks?limit=1${cursor ? `&cursor=${cursor as string}` : ''}`)).body as unknown as { items: typeof items; next_cursor: string | null };
        pages.push(...page.items.map(({ task_id }) => task_id));
        cursor = page.next_cursor;
      }
      expect(pages).toEqual(items.map(({ task_id }) => task_id));
      expect(await holdsOf('C-2')).toMatchObject([{ hold_id: body.hold_id, kind: 'already-paid', kept_by: 'people', stops: 'clock', ends_by: 'date', follows: 'person', begin_date: '2026-03-30', asked: 'already-paid: ask for the proof of payment' }]);
      expect((await call('DELETE', `holds/${body.hold_id}`)).status).toBe(204);
      expect(((await call('GET', 'tasks')).body.items as typeof items).some(({ reason }) => reason.startsWith('already-paid'))).toBe(false);
    });

    it('about the person stop every case of the person, and end with a reason, together', async () => {
      const { status, body } = await call('POST', 'holds', { customer_id: 'C-2', kind: 'over-indebtedness', reason: 'pedido no Procon', begin_date: '2026-03-01' });
      expect({ status, body }).toMatchObject({ status: 201, body: { kind: 'over-indebtedness', begin_date: '2026-03-01', review_date: '2031-03-29', look_date: '2026-06-28', placed_with: null, what_follows: expect.stringMatching(/^Ends by itself on 2031-03-29; .* next on 2026-06-28\.$/), task: { reason: 'over-indebtedness: find out about the plan or the hearing' } } });
      for (const one of ['C-2', customer_id]) {
        expect(await holdsOf(one)).toContainEqual(expect.objectContaining({ kind: 'over-indebtedness', lifted_at: null }));
        expect((await call('GET', `cases/${one}`)).body.receivables).toMatchObject(one === 'C-2' ? [{ standing: 'hold' }, { standing: 'hold' }] : [{ standing: 'hold', standing_reason: 'held: over-indebtedness' }]);
      }
      // A customer whose balance came first is held as soon as billing says whose it is.
      await publish(ReconciliationBalanceChanged, { ...bill('later', '2026-04-06'), customer_id: 'C-8' }, `${creditor_id}/C-8`);
      await publish(BillingCustomerChanged, { creditor_id, customer_id: 'C-8', person_key: PERSON, document_key: null, state: 'SP', has_email: true, source_version: 1 }, `${creditor_id}/C-8`);
      expect((await call('GET', 'cases/C-8')).body).toMatchObject({
        receivables: [{ standing: 'hold', standing_reason: 'held: over-indebtedness', hold_review_date: '2026-06-28' }],
        holds: [{ kind: 'over-indebtedness', begin_date: '2026-03-01', actor: 'agent-7', follows: 'owner', look_date: '2026-06-28', what_follows: expect.stringContaining('on 2031-03-29') }],
      });
      expect(heard.filter(({ type, data }) => type === 'dunning.hold-placed.v1' && data.customer_id === 'C-8')).toMatchObject([{ data: { kind: 'over-indebtedness', review_date: '2031-03-29', receivable_ids: [] } }]);
      expect((await call('DELETE', `holds/${body.hold_id}`)).body).toMatchObject({ status: 409, type: 'urn:emdia:problem:reason-missing' });
      expect((await call('DELETE', `holds/${body.hold_id}?reason=plano%20homologado`)).status).toBe(204);
      for (const one of ['C-2', customer_id, 'C-8']) expect(await holdsOf(one)).toContainEqual(expect.objectContaining({ kind: 'over-indebtedness', what_follows: 'Ended on 2026-03-30.', lift_reason: 'plano homologado', lift_actor: 'agent-7' }));
    });

    it('that end by themselves wait for a decision, which is a person\'s', async () => {
      const { body: { hold_id } } = await call('POST', 'holds', { customer_id: 'C-8', kind: 'dispute', reason: 'x', review_date: '2026-03-31' });
      await jumpTo('2026-03-31T00:00:00-03:00');
      expect(await holdsOf('C-8')).toContainEqual(expect.objectContaining({ hold_id, lifted_at: clock.now().toISOString(), lift_actor: 'dunning-orchestration', decided_at: null, what_follows: expect.stringContaining('A person decides: DELETE') }));
      expect((await call('GET', 'tasks')).body.items).toContainEqual(expect.objectContaining({ customer_id: 'C-8', reason: 'to decide: dispute' }));
      expect((await call('DELETE', `holds/${hold_id}`)).status).toBe(409);
      expect((await call('DELETE', `holds/${hold_id}?reason=looked`)).status).toBe(204);
      expect((await call('DELETE', `holds/${hold_id}?reason=looked`)).status).toBe(404);
      expect(await holdsOf('C-8')).toContainEqual(expect.objectContaining({ hold_id, decide_reason: 'looked', decide_actor: 'agent-7', what_follows: 'Ended on 2026-03-31.' }));
      expect((await call('GET', 'cases/C-8')).body.receivables).toMatchObject([{ standing: 'action' }]);
    });

    it('of others are shown as theirs', async () => {
      await publish(ReconciliationBalanceChanged, { ...bill('B2', '2026-03-27', { version: 3, open_cents: 9_000, collectability: 'pending', review_date: '2026-04-06' }), customer_id: 'C-2' }, `${creditor_id}/C-2`);
      expect((await holdsOf('C-2')).filter(({ lifted_at }) => lifted_at === null)).toEqual([{
        hold_id: null, kind: 'pending-payment', kept_by: 'payment-reconciliation', receivable_ids: [receivableId('B2')], reason: 'pending', actor: 'payment-reconciliation', placed_at: null, begin_date: null,
        review_date: '2026-04-06', asked: null, stops: 'contacts', ends_by: 'keeper', follows: 'regua', lifted_at: null, lift_reason: null, lift_actor: null,
        look_date: null, decided_at: null, decide_reason: null, decide_actor: null, what_follows: 'Ends when payment-reconciliation says so; then the régua goes on, and what was missed is one message.',
      }]);

      const to = { creditor_id, customer_id: 'C-4' };
      const case_id = derivedId('case', creditor_id, 'C-4');
      const notice = { ...to, case_id, notice_id: derivedId('notice', case_id, 'collection', '2026-03-30'), purpose: 'collection' as const, local_day: '2026-03-30' };
      await publish(BillingCustomerChanged, { ...to, person_key: PERSON, document_key: null, state: 'SP', has_email: true, source_version: 1 }, `${creditor_id}/C-4`);
      await publish(ReconciliationBalanceChanged, { ...bill('E', '2026-04-06'), ...to }, `${creditor_id}/C-4`);
      await publish(NotificationsContactRefused, { ...notice, covers: [{ receivable_id: receivableId('E'), due_date: '2026-04-06', step: 'D-7' }], reason: 'expired' }, `${creditor_id}/C-4`);
      expect(await holdsOf('C-4')).toMatchObject([{ kind: 'stale-source', kept_by: 'notifications', receivable_ids: [receivableId('E')], reason: 'expired', review_date: '2026-03-31' }]);
    });
  });

  describe('acts', () => {
    it('are done by people until the creditor says which its systems do', async () => {
      expect((await call('GET', 'acts/carrier')).body).toEqual({ carries_out: [], webhook: null, changed_at: null, changed_by: null });
      expect((await call('PUT', 'acts/carrier', { carries_out: ['retry', 'message'] })).status).toBe(400);
      expect((await call('PUT', 'acts/carrier', { carries_out: ['retry', 'service'] })).body).toMatchObject({ carries_out: ['retry', 'service'], webhook: null, changed_by: 'agent-7' });
    });
    it('are told to a webhook whose secrets nobody sees again', async () => {
      const secrets = ['x'.repeat(32)];
      for (const [url, why] of [['http://api.example.com/', /https/], ['https://10.0.0.1/', /inside a network/]] as const)
        expect((await call('PUT', 'acts/webhook', { url, secrets })).body).toMatchObject({ status: 422, type: 'urn:emdia:problem:invalid-address', detail: expect.stringMatching(why) });
      expect((await call('PUT', 'acts/webhook', { url: 'https://api.example.com/', secrets: ['short'] })).status).toBe(400);
      const told = await call('PUT', 'acts/webhook', { url: 'https://api.example.com/emdia', secrets });
      expect(told.body).toMatchObject({ carries_out: ['retry', 'service'], webhook: { url: 'https://api.example.com/emdia', secrets: 1 } });
      expect(JSON.stringify(told.body)).not.toContain(secrets[0]);
      expect((await call('DELETE', 'acts/webhook')).body).toMatchObject({ carries_out: ['retry', 'service'], webhook: null });
    });
    it('are told in the case, with what became of them, and what could not be given back is listed for a person', async () => {
      const { database } = served.house.applications[0]!;
      const task = { task_id: derivedId('t'), queue: 'cobranca', reason: 'D+22: restore not done: answered 404', review_date: '2026-04-01' };
      const [gone, back] = [derivedId('gone'), derivedId('back')];
      const row = (act_id: string, more: string) => `('${act_id}', '${creditor_id}/C-4', '${creditor_id}', '${receivableId('E')}', '2026-04-06', 'D+22', 'service', ${more})`;
      await database.query(`insert into outward_act (act_id, key, creditor_id, receivable_id, due_date, step, kind, change, undoes, regua_version, facts, planned_at, status, reason, attempt, verdict, call_began_at, task) values
        ${row(gone, `'suspend', null, 'nossa-2', '[]', '2026-03-30T13:00Z', 'refused', 'held', 1, null, null, null`)},
        ${row(back, `'restore', '${gone}', 'nossa-2', '[]', '2026-03-30T14:00Z', 'requested', 'answered 404', 1, '{"as_of_epoch_ms": null, "version": 1, "invoice_id": "E", "open_cents": 0}', '2026-03-30T14:00Z', '${JSON.stringify(task)}'`)}`);
      expect((await call('GET', 'cases/C-4')).body.acts).toMatchObject([
        { act_id: back, change: 'restore', undoes: gone, status: 'requested', verdict: { invoice_id: 'E' }, task: { reason: task.reason } },
        { act_id: gone, kind: 'service', step: 'D+22', regua_version: 'nossa-2', status: 'refused', reason: 'held', call_began_at: null, task: null },
      ]);
      expect((await call('GET', 'tasks')).body.items).toContainEqual({ ...task, customer_id: 'C-4', case_id: derivedId('case', creditor_id, 'C-4'), receivable_ids: [receivableId('E')], open_cents: 10_000 });
    });
    it('and by people, are asked back until a person says that it is done, each once', async () => {
      const { database } = served.house.applications[0]!;
      type Item = { task_id: string; reason: string };
      const items = async () => ((await call('GET', 'tasks')).body.items as unknown as Item[]).filter(({ reason }) => /^D\+(22|25|45): /.test(reason));
      const [entry, protest] = ['entry', 'protest'].map((what) => derivedId('task', what)) as [string, string];
      const acted = ([['D+22', 'listing', entry, 'remove the entry', '2026-04-02'], ['D+25', 'protest', protest, 'cancel the protest', '2026-04-03']] as const).map(([step, change, back, what, review_date]) => ({
        step, due_date: '2026-04-06', on: '2026-03-28', task_id: derivedId('asked', step), change, back, back_task: { queue: 'cobranca', reason: `${step}: ${what}`, review_date },
      }));
      await database.query(`update case_receivable set acted = $2, standing = 'end', standing_reason = 'settled', status = 'settled', open_cents = 0 where receivable_id = $1`, [receivableId('E'), JSON.stringify(acted)]);
      const told = (task_id: string, reason: string, review_date: string) => ({ task_id, customer_id: 'C-4', case_id: derivedId('case', creditor_id, 'C-4'), queue: 'cobranca', reason, review_date, receivable_ids: [receivableId('E')], open_cents: 0 });
      const bySystem = told(derivedId('t'), 'D+22: restore not done: answered 404', '2026-04-01');
      expect(await items()).toEqual([bySystem, told(entry, 'D+22: remove the entry', '2026-04-02'), told(protest, 'D+25: cancel the protest', '2026-04-03')]);
      const page = (await call('GET', 'tasks?limit=1')).body as unknown as { items: Item[]; next_cursor: string };
      expect(((await call('GET', `tasks?limit=200&cursor=${page.next_cursor}`)).body.items as unknown as Item[]).map(({ task_id }) => task_id)).toEqual(expect.arrayContaining([entry, protest]));

      const done = (task_id: string) => call('POST', `tasks/${task_id}/done`);
      caller.creditor_id = 'other';
      expect((await done(entry)).status).toBe(404);
      caller.creditor_id = creditor_id;
      expect((await done(entry)).status).toBe(204);
      expect(await items()).toEqual([bySystem, told(protest, 'D+25: cancel the protest', '2026-04-03')]);
      expect((await done(bySystem.task_id)).status).toBe(204);
      expect((await done(protest)).status).toBe(204);
      expect(await items()).toEqual([]);
      for (const task_id of [entry, bySystem.task_id, derivedId('nothing')]) expect((await done(task_id)).body).toMatchObject({ status: 404, detail: expect.stringContaining('GET /v1/tasks') });
      expect((await call('POST', 'tasks/x/done')).status).toBe(400);
      const by = { at: clock.now().toISOString(), actor: 'agent-7' };
      expect((await database.query<{ acted: { back_task: { done: unknown } }[] }>('select acted from case_receivable where receivable_id = $1', [receivableId('E')]))[0]!.acted.map(({ back_task }) => back_task.done)).toEqual([by, by]);
      expect((await call('GET', 'cases/C-4')).body.acts).toContainEqual(expect.objectContaining({ undoes: derivedId('gone'), task: expect.objectContaining({ done: by }) }));
    });
  });

  it("shows nothing of it to another creditor, and asks an installation-wide key for whom", async () => {
    caller.creditor_id = 'other';
    expect((await call('GET', 'cases')).body.items).toEqual([]);
    expect((await call('GET', 'tasks')).body.items).toEqual([]);
    expect((await call('GET', 'reguas')).body.items).toHaveLength(7);
    expect((await call('GET', 'acts/carrier')).body.carries_out).toEqual([]);
    expect((await call('GET', `cases/${customer_id}`)).status).toBe(404);
    caller.creditor_id = null;
    expect((await call('GET', 'cases')).body).toMatchObject({ status: 400, type: 'urn:emdia:problem:creditor-missing' });
  });
});
