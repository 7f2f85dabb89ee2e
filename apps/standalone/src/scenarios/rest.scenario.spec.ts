import Ajv from 'ajv';
import fc from 'fast-check';
import { connect } from 'node:net';
import { contracts, upstreamContracts } from '@emdia/contracts';
import { everyService } from '../services';
import { INTERNAL_TOKEN, RestHouse, ROWS } from './rest-house';
import { bodySchema, fits, isInternal, isPaged, mediaTypes, parametersIn, resolved, takesEvents, takesJson, type Operation, type Schema } from './rest-operations';
import { encoded, MARKER, pathParts, sampleOf, valuesOf, type Known } from './rest-values';
import { ADMIN_KEY, CREDITOR } from './story';

const SEED = Number(process.env.EMDIA_FUZZ_SEED ?? 20_260_310);
const RUNS = Number(process.env.EMDIA_FUZZ_RUNS ?? 20);

/** Every address of every service: who may call it, what it refuses and how, and that nothing brings it down. */
describe('REST, over the whole house', () => {
  let house: RestHouse;
  let powerless: string;
  let bound: string;
  let logged = '';

  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((logged += String(text)), true));
    house = await RestHouse.open();
    const issue = async (scopes: string[]) => (await house.story.post<{ key: string }>('/v1/api-keys', { creditor_id: CREDITOR, scopes, actor: 'test' })).key;
    // It opens one list and nothing else.
    powerless = await issue(['tasks:read']);
    bound = await issue(['ledger:read', 'holds:write', 'promises:write', 'contacts:write', 'events:write', 'invoices:write', 'payments:write', 'negotiation:read']);
  }, 180_000);
  afterAll(async () => {
    await house?.story.close();
    jest.restoreAllMocks();
  });

  const each = async (which: (operation: Operation) => boolean, look: (operation: Operation) => Promise<unknown>) => {
    const found = house.operations.filter(which);
    expect(found.length).toBeGreaterThan(0);
    for (const operation of found) await look(operation);
  };
  const bodyOf = (operation: Operation) => (takesJson(operation) ? ours(sampleOf(bodySchema(operation), operation.document)) : undefined);
  const ours = <T>(sample: T): T => JSON.parse(JSON.stringify(sample).replaceAll('boa-forma', CREDITOR)) as T;
  const ask = (operation: Operation, more: Parameters<RestHouse['ask']>[3] = {}, path = house.address(operation)) =>
    house.ask(operation, operation.method, path, { key: house.keyOf(operation), body: bodyOf(operation), ...more });
  /** One object, of those that may come as a list too. */
  const objectOf = (operation: Operation): Schema => {
    const schema = bodySchema(operation);
    return schema.oneOf ? resolved(schema.oneOf[0]!, operation.document) : schema;
  };
  const slug = ({ status, body }: { status: number; body: { type?: string } }) => `${status} ${String(body.type).replace('urn:emdia:problem:', '')}`;

  describe('documents', () => {
    it('are sound: ids, summaries, tags, security, answers, problems, parameters', async () => {
      const text = { type: 'string', minLength: 2 };
      const check = new Ajv({ strict: false, allErrors: true }).compile({
        type: 'object',
        required: ['operationId', 'summary', 'tags', 'security', 'responses', 'parameters'],
        properties: {
          operationId: { type: 'string', pattern: '^[a-z][A-Za-z]+\\.[a-z][A-Za-z]+$' },
          summary: { type: 'string', minLength: 8 },
          tags: { type: 'array', minItems: 1, items: text },
          security: { type: 'array', minItems: 1, maxItems: 1, items: { anyOf: [{ required: ['api-key'] }, { required: ['service'] }] } },
          parameters: { type: 'array', items: { type: 'object', required: ['name', 'in', 'schema'], properties: { schema: { anyOf: [{ required: ['type'] }, { required: ['enum'] }, { required: ['pattern'] }] } } } },
          requestBody: { type: 'object', required: ['content'], properties: { content: { type: 'object', minProperties: 1, additionalProperties: { required: ['schema'] } } } },
          responses: { type: 'object', required: ['400', '401', '403', '503'], additionalProperties: { type: 'object', required: ['description'], properties: { description: text } } },
        },
      });
      const seen = new Set<string>();
      for (const [service, document] of Object.entries(house.documents)) expect([service, (document as unknown as { openapi: string }).openapi]).toEqual([service, '3.1.0']);
      await each(
        () => true,
        async (operation) => {
          const { operationId, path, method, service, document, responses } = operation;
          const { service: _, document: __, ...told } = operation;
          expect([operationId, check(told) ? null : check.errors]).toEqual([operationId, null]);
          expect([operationId, seen.has(service + operationId)]).toEqual([operationId, false]);
          seen.add(service + operationId);
          expect(parametersIn(operation, 'path').map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
          const good = Object.keys(responses).filter((status) => status < '400');
          expect([method, path, good.length]).toEqual([method, path, 1]);
          if (good[0] !== '204') expect([path, resolved(responses[good[0]!]!.content!['application/json']!.schema, document)]).toEqual([path, expect.objectContaining({ type: 'object' })]);
          for (const [status, { content }] of Object.entries(responses).filter(([status]) => status >= '400')) {
            expect([path, status, content]).toEqual([path, status, { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }]);
          }
        },
      );
      // Dead letters are told by every service, under its own name.
      expect(new Set([...seen].map((each) => each.replace(/^.*deadLetters/, 'deadLetters'))).size).toBe(seen.size - 3 * (everyService.length - 2));
    });

    it('have schemas that lead somewhere, and events by their contracts', async () => {
      for (const [service, document] of Object.entries(house.documents)) {
        const ajv = new Ajv({ strict: false, validateFormats: false });
        for (const name of Object.keys(document.components.schemas)) ajv.compile({ $ref: `#/components/schemas/${name}`, components: document.components });
        for (const [, ref] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)) expect([service, ref, resolved({ $ref: ref! }, document)]).toEqual([service, ref, expect.any(Object)]);
      }
      const { schemas } = house.documents['billing-ingestion']!.components;
      for (const type of upstreamContracts.keys()) expect(schemas[type]).toEqual(JSON.parse(JSON.stringify(contracts.get(type)!.data)));
      const bodies = house.operations.filter(takesEvents).map(({ path, requestBody }) => [path, JSON.stringify(requestBody).match(/upstream\.[a-z-]+\.v1(?="})/)?.[0]]);
      expect(bodies).toContainEqual(['/v1/payments', 'upstream.payment-received.v1']);
      expect(bodies.filter(([, type]) => !type)).toEqual([]);
    });

    it('tell every resource', () => {
      for (const { name, resources } of everyService)
        for (const resource of resources) expect([name, resource, house.operations.some(({ service, path }) => service === name && path.startsWith(`/${resource}`))]).toEqual([name, resource, true]);
    });
  });

  describe('who may call', () => {
    it('nobody without a key, with an unknown one, or with one that is none', () =>
      each(() => true, async (operation) => {
        for (const key of [null, 'emdia_unknown_0123456789', 'ÿ'.repeat(3), 'x'.repeat(400)]) expect([operation.operationId, slug(await ask(operation, { key }))]).toEqual([operation.operationId, isInternal(operation) && key?.startsWith('emdia') ? '403 forbidden' : '401 unauthorised']);
      }));

    it('nobody whose key lacks the scope', () =>
      each((operation) => !isInternal(operation), async (operation) => {
        const answer = await ask(operation, { key: powerless });
        if (operation.operationId === 'tasks.list') expect(answer.status).toBe(200);
        else expect([operation.operationId, slug(answer)]).toEqual([operation.operationId, '403 missing-scope']);
      }));

    it('services inside, and no API key; API keys outside, and not the services', () =>
      each(() => true, async (operation) => {
        const other = isInternal(operation) ? ADMIN_KEY : INTERNAL_TOKEN;
        expect([operation.operationId, slug(await ask(operation, { key: other }))]).toEqual([operation.operationId, isInternal(operation) ? '403 forbidden' : '401 unauthorised']);
      }));

    it('a creditor for itself; the installation for the one it names', async () => {
      const list = house.operation('receivables.list');
      const named = async (key: string, creditor: string | null) => house.ask(list, 'GET', '/v1/receivables', { key, creditor: null, headers: creditor === null ? {} : { 'x-emdia-creditor': creditor } });
      expect(slug(await named(bound, 'credora-10'))).toBe('403 not-your-creditor');
      expect((await named(bound, CREDITOR)).status).toBe(200);
      expect(slug(await named(ADMIN_KEY, null))).toBe('400 creditor-missing');
      expect((await named(ADMIN_KEY, 'credora-10')).body).toEqual({ items: [], next_cursor: null });
      for (const odd of ['', 'A', `${CREDITOR}, credora-10`, "x' or 1=1", 'x'.repeat(300), '../..']) expect([odd, slug(await named(ADMIN_KEY, odd))]).toEqual([odd, '400 invalid-request']);
    });
  });

  describe('what is refused', () => {
    it('bodies that cannot be read, without a word of them', () =>
      each(takesJson, async (operation) => {
        for (const [body, headers, expected] of [
          [`{"name": "${MARKER}", "x": ${MARKER}}`, {}, '400 unreadable-body'],
          [`{"name": "${MARKER}`, {}, '400 unreadable-body'],
          [`"${MARKER}"`, {}, '400 unreadable-body'],
          [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, {}, '400 unreadable-body'],
          [`name=${MARKER}`, { 'content-type': 'application/x-www-form-urlencoded' }, '415 unsupported-media-type'],
          [MARKER, { 'content-type': 'text/plain' }, '415 unsupported-media-type'],
          [MARKER, { 'content-type': 'not a type' }, '415 unsupported-media-type'],
          ['{}', { 'content-type': 'application/json; charset=klingon' }, '415 unsupported-media-type'],
          ['{}', { 'content-encoding': 'klingon' }, '415 unsupported-media-type'],
          ['{}', { 'content-encoding': 'gzip' }, '400 unreadable-body'],
        ] as const) {
          const answer = await ask(operation, { body, headers });
          expect([operation.operationId, body.slice(0, 20), slug(answer)]).toEqual([operation.operationId, body.slice(0, 20), expected]);
          expect(answer.text).not.toContain('Segredo');
        }
      }));

    it('bodies beyond any use', async () => {
      const body = JSON.stringify({ reason: 'x'.repeat(8_500_000) });
      for (const operation of house.operations.filter(takesJson)) expect([operation.operationId, slug(await ask(operation, { body }))]).toEqual([operation.operationId, '413 too-large']);
    });

    it('lists, surplus fields and texts that cannot be kept, by the name of the field', () =>
      each((operation) => takesJson(operation) && !takesEvents(operation), async (operation) => {
        const body = bodyOf(operation) as Record<string, unknown>;
        const fields = async (changed: unknown) => {
          const answer = await ask(operation, { body: changed });
          return [operation.operationId, slug(answer), ((answer.body.errors ?? []) as { field: string }[]).map(({ field }) => field)];
        };
        expect((await fields([body])).slice(0, 2)).toEqual([operation.operationId, '400 invalid-request']);
        expect(await fields({ ...body, surplus: 1 })).toEqual([operation.operationId, '400 invalid-request', expect.arrayContaining(['surplus'])]);
        for (const [name, schema] of Object.entries(objectOf(operation).properties ?? {})) {
          for (const odd of ['a\u0000b', 'a\ud800b']) expect(await fields({ ...body, [name]: odd })).toEqual([operation.operationId, '400 invalid-request', [name]]);
          const odd = [null, true, -1, 1.5, 2 ** 53 + 2, '', 'text', '2026-02-30', 'x'.repeat(100_000), [], [null], [[]], {}];
          for (const value of odd.filter((each) => !fits(schema, operation.document, each))) expect([name, value, await fields({ ...body, [name]: value })]).toEqual([name, value, [operation.operationId, '400 invalid-request', expect.arrayContaining([expect.stringContaining(name)])]]);
        }
      }));

    it('events that break their contract, each by itself', () =>
      each(takesEvents, async (operation) => {
        const schema = objectOf(operation);
        const body: Record<string, unknown> = { ...(bodyOf(operation) as object), ...(schema.properties!.creditor_id ? { creditor_id: CREDITOR } : {}) };
        for (const name of schema.required!.filter((field) => field !== 'creditor_id')) {
          for (const odd of [null, 7.5, 'a\u0000b', 'a\ud800b', 2 ** 53 + 2, 'x'.repeat(100_000), [[]]]) {
            const { status } = await ask(operation, { body: { ...body, [name]: odd } });
            expect([operation.operationId, name, odd, status]).toEqual([operation.operationId, name, odd, status === 400 ? 400 : 422]);
          }
        }
        for (const odd of [5, null, [], MARKER]) expect((await ask(operation, { body: [odd] })).body.rejected).toEqual([{ index: 0, problem: expect.objectContaining({ status: 400 }) }]);
        expect(slug(await ask(operation, { body: [] }))).toBe('400 invalid-request');
        expect(slug(await ask(operation, { body: undefined }))).toBe('400 invalid-request');
        expect(slug(await ask(operation, { body: Array(501).fill(body) }))).toBe('413 too-many-items');
      }));

    it('queries that are unknown or out of range, by name', () =>
      each(({ method }) => method === 'GET', async (operation) => {
        const path = house.address(operation);
        const fields = async (query: string) => ((await ask(operation, {}, `${path}${path.includes('?') ? '&' : '?'}${query}`)).body.errors ?? []).map(({ field }: { field: string }) => field);
        const listens = parametersIn(operation, 'query').length > 0;
        if (listens) expect([operation.operationId, await fields('surplus=1&constructor=2&__proto__=3')]).toEqual([operation.operationId, expect.arrayContaining(['surplus'])]);
        if (isPaged(operation)) for (const limit of ['0', '201', '-1', '1.5', 'abc', '', '1e99', '9007199254740993', '1&limit=2', '%00']) expect([operation.operationId, limit, await fields(`limit=${limit}`)]).toEqual([operation.operationId, limit, expect.arrayContaining(['limit'])]);
      }));

    it('cursors that are not ours', () =>
      each(isPaged, async (operation) => {
        const made = [[], ['x', 'y', 'z', 'w'], [1], [null], ['\u0000'], ['a\ud800'], ['x', 'y'], ['0001-01-01', 'x'], ['2026-02-30', '00000000-0000-0000-0000-000000000000'], ['infinity', '00000000-0000-0000-0000-000000000000'], { 0: 'x' }, 'x'];
        for (const cursor of ['', 'abc', '%00', '!!', ...made.map((values) => Buffer.from(JSON.stringify(values)).toString('base64url'))]) {
          const answer = await ask(operation, {}, `${operation.path}?cursor=${cursor}`);
          // Where one text is the cursor, any text is one.
          if (answer.status !== 200) expect([operation.operationId, cursor, answer.status]).toEqual([operation.operationId, cursor, 400]);
          else expect([operation.operationId, JSON.parse(Buffer.from(cursor, 'base64url').toString()).length]).toEqual([operation.operationId, 1]);
        }
        expect(slug(await ask(operation, {}, `${operation.path}?cursor=${'x'.repeat(600)}`))).toBe('400 invalid-request');
      }));

    it('ids in the path that cannot be', () =>
      each(({ path }) => path.includes('{'), async (operation) => {
        for (const { name, schema } of parametersIn(operation, 'path'))
          for (const odd of ['%ff', '%', '%E0%A4%A', ...['\u0000', ' ', "'", 'é', '💸', 'a/b', 'x'.repeat(3_000)].filter((text) => !fits(schema, operation.document, text)).map(encoded)]) {
            const { status } = await ask(operation, {}, house.address(operation, { [name]: odd }));
            expect([operation.operationId, odd, status]).toEqual([operation.operationId, odd, 400]);
          }
      }));

    it('methods that an address does not take; OPTIONS says which it does', async () => {
      for (const path of new Set(house.operations.map(({ path }) => path))) {
        const here = house.operations.filter((operation) => operation.path === path);
        const address = house.address(here[0]!).split('?')[0]!;
        const refused = await house.ask(null, 'PATCH', address);
        expect([path, slug(refused)]).toEqual([path, '405 method-not-allowed']);
        const options = await house.ask(null, 'OPTIONS', address);
        expect([path, options.status, options.text]).toEqual([path, 204, '']);
        for (const { method } of here) for (const { headers } of [refused, options]) expect([path, headers.get('allow')!.split(', ')]).toEqual([path, expect.arrayContaining([method])]);
        const getting = here.find(({ method }) => method === 'GET');
        if (getting) expect([path, (await house.ask(getting, 'HEAD', house.address(getting))).status]).toEqual([path, (await ask(getting)).status]);
      }
      for (const path of ['/v1/nothing', '/nowhere', '/v1', '//v1/cases', '/v1/cases/a/b/c', '/negotiation/v1/nothing', '/%ff', '/internal/v1/nothing']) {
        const { status, text } = await house.ask(null, 'GET', `${path}?email=ana@cliente.invalid`);
        expect([path, [400, 404].includes(status), text.includes('ana@')]).toEqual([path, true, false]);
      }
    });

    it('what is not even HTTP', async () => {
      const said = (text: string) =>
        new Promise<string>((resolve, reject) => {
          let answer = '';
          const socket = connect(house.story.house.port, '127.0.0.1', () => socket.write(text));
          socket.on('data', (chunk) => (answer += String(chunk))).on('end', () => resolve(answer)).on('error', reject);
        });
      for (const [text, status] of [['NONSENSE\r\n\r\n', 400], [`GET /v1/cases?x=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 431], ['GET / HTTP/1.1\r\nhost: a\r\nx: \u0000\r\n\r\n', 400]] as const) {
        const [head, body] = (await said(text)).split('\r\n\r\n');
        expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*application/problem\\+json`));
        expect(JSON.parse(body!)).toEqual({ type: expect.any(String), title: expect.any(String), status, detail: expect.any(String), instance: expect.stringMatching(/^urn:emdia:request:/) });
      }
    });
  });

  describe('a page', () => {
    it(`is cut so that ${ROWS} rows come each once, in one order`, async () => {
      const counts: Record<string, number> = {};
      await each(isPaged, async (operation) => {
        const seen: string[] = [];
        const path = house.address(operation, house.parts);
        let cursor: string | null = '';
        for (let pages = 0; cursor !== null && pages < 40; pages++) {
          const { body }: { body: { items: unknown[]; next_cursor: string | null } } = await ask(operation, {}, `${path}?limit=10${cursor && `&cursor=${cursor}`}`);
          expect(body.items.length).toBeLessThanOrEqual(10);
          seen.push(...body.items.map((item) => JSON.stringify(item)));
          cursor = body.next_cursor;
        }
        const whole = (await ask(operation, {}, `${path}?limit=200`)).body.items as unknown[];
        expect([operation.path, seen.length, new Set(seen).size]).toEqual([operation.path, whole.length, whole.length]);
        expect(seen).toEqual(whole.map((item) => JSON.stringify(item)));
        counts[operation.path] = whole.length;
      });
      expect(Object.entries(counts).filter(([, count]) => count < ROWS)).toEqual([]);
    });
  });

  describe('an Idempotency-Key', () => {
    const effects = () => house.story.query<{ table: string; rows: string }>(
      `select 'hold' as table, count(*) as rows from dunning.hold union all select 'promise', count(*) from negotiation.promise
       union all select 'invoice', count(*) from billing.invoice union all select 'contact', count(*) from notifications.contact_day order by 1`);

    it.each([
      ['/v1/holds', { customer_id: 'person-11', reason: 'asked', review_date: '2026-04-10' }, { reason: 'other' }],
      ['/v1/invoices', { invoice_id: 'once-1', issue_date: '2026-03-10', due_date: '2026-03-30', currency: 'BRL', amount_cents: 700, customer: { customer_id: 'once-1' } }, { amount_cents: 800 }],
      ['/v1/promises', { customer_id: 'once-1', promised_date: '2026-04-01' }, { promised_date: '2026-04-02' }],
      ['/v1/human-contacts', { customer_id: 'late-12', local_date: '2026-03-17' }, { local_date: '2026-03-18' }],
    ])('gives %s one effect and one answer, however often and how many at once; another request is refused', async (path, told, other) => {
      const command = path === '/v1/promises' ? { ...told, receivable_ids: [house.story.receivable('once-1')] } : told;
      const operation = house.operations.find((each) => each.path === path && each.method === 'POST')!;
      const send = (idempotencyKey: string, body: unknown, key = ADMIN_KEY) => ask(operation, { key, body, headers: { 'idempotency-key': idempotencyKey } });
      const before = await effects();
      const together = await Promise.all(Array.from({ length: 5 }, () => send('key-1', command)));
      const again = await send('key-1', command);
      expect(together.map(({ status, body }) => [status, body])).toEqual(Array(5).fill([again.status, again.body]));
      expect(again.status).toBeLessThan(300);
      expect(slug(await send('key-1', { ...command, ...other }))).toBe('422 idempotency-conflict');
      expect(slug(await send('key 1', command))).toBe('400 invalid-request');
      expect(slug(await send('k'.repeat(101), command))).toBe('400 invalid-request');
      await house.story.house.settle();
      const after = await effects();
      expect(after.map(({ rows }, index) => Number(rows) - Number(before[index]!.rows)).reduce((sum, n) => sum + n)).toBe(1);
    });
  });

  describe('fuzz', () => {
    const known = (): Known => ({
      customer_id: ['late-10', 'person-10', 'once-1', 'nobody'],
      creditor_id: [CREDITOR, 'credora-10'],
      invoice_id: ['old-10', 'promised-10'],
      payment_id: ['stray-10', 'stray-11'],
      source: ['upstream'],
      receivable_id: ['old-10', 'promised-10', 'disputed-10'].map((id) => house.story.receivable(id)),
      receivable_ids: ['old-11', 'promised-11', 'disputed-11'].map((id) => [house.story.receivable(id)]),
      promised_date: ['2026-03-20'], review_date: ['2026-03-20'], local_date: ['2026-03-18'], covered_until: ['2026-03-13'], paid_date: ['2026-03-13'],
      cursor: [Buffer.from('["a"]').toString('base64url'), Buffer.from('["2026-03-10","00000000-0000-0000-0000-000000000000"]').toString('base64url')],
      limit: [1, 200],
    });
    const requests = (operation: Operation) => {
      const { document } = operation;
      const parts = Object.fromEntries(parametersIn(operation, 'path').map((parameter) => [parameter.name, pathParts(parameter, document, known())]));
      const queries = Object.fromEntries(parametersIn(operation, 'query').map(({ name, schema }) => [name, valuesOf(schema, document, known(), name)]));
      return fc.record({
        parts: fc.record(parts),
        query: fc.record(queries, { requiredKeys: [] }),
        body: takesJson(operation) ? fc.option(valuesOf(bodySchema(operation), document, known()), { nil: undefined, freq: 15 }) : fc.constant(undefined),
        headers: fc.record({ 'idempotency-key': fc.constantFrom('one', 'two', 'a b', 'ÿ'), 'x-emdia-creditor': fc.constantFrom(CREDITOR, CREDITOR, CREDITOR, 'credora-10', 'nobody', 'ÿ') }, { requiredKeys: [] }),
      });
    };

    it('brings nothing down, shows nothing of the inside, and answers as documented', async () => {
      await each(
        ({ path }) => path !== '/v1/imports',
        (operation) =>
          fc.assert(
            fc.asyncProperty(requests(operation), async ({ parts, query, body, headers }) => {
              const path = house.address(operation, parts as Record<string, string>).split('?')[0]!;
              const search = Object.entries(query).map(([name, value]) => `${name}=${encoded(String(value).slice(0, 1_000))}`).join('&');
              await ask(operation, { body, headers: headers as Record<string, string> }, search ? `${path}?${search}` : path);
            }),
            { seed: SEED, numRuns: operation.service === 'auditor' ? Math.min(RUNS, 5) : RUNS, endOnFailure: true },
          ),
      );
      await house.story.house.settle();
    }, 300_000);

    it('takes files as they come', async () => {
      const row = fc.array(fc.oneof(fc.constantFrom('p-1', '-5', '100', 'BRL', '2026-03-10', '2026-02-30', '"', '\u0000', MARKER, '{', '{"payment_id":"p-1\\u0000"}', 'null', '[]', '7', '1e999'), fc.string({ maxLength: 20 })), { maxLength: 6 });
      const file = fc.tuple(fc.constantFrom(';', ',', '\t'), fc.array(row, { maxLength: 8 })).map(([separator, rows]) => rows.map((cells) => cells.join(separator)).join('\n'));
      const operation = house.operation('imports.take');
      expect(mediaTypes(operation)).toEqual(['text/csv', 'application/x-ndjson']);
      await fc.assert(
        fc.asyncProperty(file, fc.constantFrom('invoices', 'payments'), fc.constantFrom('text/csv', 'application/x-ndjson'), fc.boolean(), async (rows, kind, type, headed) => {
          const header = kind === 'payments' ? 'payment_id,amount_cents,currency,paid_date\n' : 'invoice_id,issue_date,due_date,currency,amount_cents,customer_id\n';
          await ask(operation, { body: headed ? header + rows : rows, headers: { 'content-type': type } }, `/v1/imports?kind=${kind}`);
        }),
        { seed: SEED, numRuns: RUNS, endOnFailure: true },
      );
      await house.story.house.settle();
    }, 120_000);
  });

  it('after all of that the laws hold, and no log line told who anybody is', async () => {
    expect((await house.story.laws()).filter(({ violations }) => violations > 0)).toEqual([]);
    const lines = logged.split('\n');
    expect(lines.some((line) => line.includes('"route":"/v1/promises"'))).toBe(true);
    for (const { name } of everyService) expect(lines.filter((line) => line.includes(`"service":"${name}"`) && line.includes(`${name} is built`))).toHaveLength(1);
    const telling = lines.filter((line) => /Segredo|Ana Lima|cliente\.invalid|Rua das Flores|11222333000181|emdia_story|credential-of-the/.test(line));
    expect(telling.slice(0, 3)).toEqual([]);
    expect(lines.filter((line) => line.includes('"level":50') && !line.includes('was set aside')).slice(0, 3)).toEqual([]);
  });
});
