import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { contracts } from './contract';
import { files } from './documents';
import { serviceNames, services } from './event-map';

type Json = Record<string, any>; // a document, read as anybody reads it
const document = (): Json => JSON.parse(files().get('asyncapi.json')!);
const resolve = (root: Json, ref: string): unknown => ref.slice(2).split('/').reduce<Json | undefined>((at, part) => at?.[part], root);

/** What AsyncAPI 3.0 asks of the parts used here. */
const ASYNCAPI = {
  type: 'object',
  required: ['asyncapi', 'info', 'channels', 'operations', 'components'],
  additionalProperties: false,
  properties: {
    asyncapi: { const: '3.0.0' },
    info: { type: 'object', required: ['title', 'version'] },
    defaultContentType: { type: 'string' },
    channels: {
      type: 'object',
      minProperties: 6,
      propertyNames: { pattern: '^[\\w.-]+$' },
      additionalProperties: {
        type: 'object',
        required: ['address', 'messages'],
        additionalProperties: false,
        properties: { address: { type: 'string' }, title: { type: 'string' }, parameters: { type: 'object' }, messages: { type: 'object', minProperties: 1, additionalProperties: { $ref: '#/definitions/ref' } } },
      },
    },
    operations: {
      type: 'object',
      propertyNames: { pattern: '^[\\w.-]+$' },
      additionalProperties: {
        type: 'object',
        required: ['action', 'channel', 'messages'],
        additionalProperties: false,
        properties: { action: { enum: ['send', 'receive'] }, channel: { $ref: '#/definitions/ref' }, messages: { type: 'array', minItems: 1, items: { $ref: '#/definitions/ref' } } },
      },
    },
    components: {
      type: 'object',
      additionalProperties: false,
      properties: {
        messages: { type: 'object', propertyNames: { pattern: '^[\\w.-]+$' }, additionalProperties: { type: 'object', required: ['name', 'payload', 'contentType', 'summary'] } },
      },
    },
  },
  definitions: { ref: { type: 'object', required: ['$ref'], additionalProperties: false, properties: { $ref: { type: 'string', pattern: '^#/' } } } },
};

describe('AsyncAPI', () => {
  it('has the structure of AsyncAPI 3.0', () => {
    const validate = new Ajv().compile(ASYNCAPI);
    expect([validate(document()), validate.errors]).toEqual([true, null]);
  });

  it('has no reference that leads nowhere', () => {
    const root = document();
    const refs: string[] = [];
    JSON.stringify(root, (key, value) => (key === '$ref' && refs.push(value), value));
    expect(refs.length).toBeGreaterThan(200);
    for (const ref of refs) expect([ref, ref.startsWith('#') ? resolve(root, ref) : files().get(ref.replace('./', ''))]).toEqual([ref, expect.anything()]);
  });

  it('shows every event on the channel of its topic, once', () => {
    const shown = Object.values<Json>(document().channels).flatMap(({ address, messages }) => Object.keys(messages).map((type) => [type, address.replace('{platform}', '<platform>')]));
    expect(shown.sort()).toEqual([...contracts.values()].map(({ type, topic }) => [type, topic]).sort());
  });

  it('shows what each service receives, as the event map has it, and who sends each event', () => {
    const operations = Object.entries<Json>(document().operations).flatMap(([name, { action, messages }]) => messages.map(({ $ref }: Json) => [name.split('.')[0], action, $ref.split('/').at(-1)]));
    for (const service of serviceNames) {
      expect(operations.filter(([name, action]) => name === service && action === 'receive').map(([, , type]) => type).sort()).toEqual(services[service].consumes.map(({ type }) => type).sort());
    }
    const senders = operations.filter(([, action]) => action === 'send');
    expect(senders.map(([, , type]) => type).sort()).toEqual([...contracts.keys()].filter((type) => !type.startsWith('upstream.')).sort());
    expect(senders).toContainEqual(['billing-ingestion', 'send', 'billing.invoice-issued.v1']);
  });
});

it('every schema file is one that ajv reads, and says the same as the contract', () => {
  const ajv = addFormats(new Ajv({ strict: true }));
  for (const { type } of contracts.values()) ajv.addSchema(JSON.parse(files().get(`schemas/${type}.json`)!));
  const validate = ajv.getSchema('urn:emdia:event:upstream.payment-received.v1')!;
  const payment = { creditor_id: 'acme', payment_id: 'p', amount_cents: 1, currency: 'BRL', paid_date: '2026-02-28' };
  expect([validate(payment), validate({ ...payment, amount_cents: 0.5 })]).toEqual([true, false]);
});

describe('contracts:check', () => {
  let root = fs.mkdtempSync(path.join(os.tmpdir(), 'emdia-contracts-'));
  const generated = root;
  const run = (...args: string[]) => spawnSync(process.execPath, ['-r', '@swc-node/register', path.join(__dirname, '../generate.ts'), '--root', root, ...args], { encoding: 'utf8', cwd: path.resolve(__dirname, '../../..') });
  const change = (file: string, edit: (text: string) => string) => fs.writeFileSync(path.join(root, file), edit(fs.readFileSync(path.join(root, file), 'utf8')));
  const SCHEMA = 'libs/contracts/generated/schemas/dunning.notice-requested.v1.json';

  beforeAll(() => expect(run().status).toBe(0));
  beforeEach(() => {
    root = fs.mkdtempSync(`${generated}-`);
    fs.cpSync(generated, root, { recursive: true });
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));
  afterAll(() => fs.rmSync(generated, { recursive: true }));

  it('passes on what was just generated, and leaves what people wrote around it', () => {
    change('README.md', (text) => `${text}\nWritten by hand.\n`);
    expect(run('--check')).toMatchObject({ status: 0, stderr: '' });
    change(SCHEMA, (text) => text.replace('valid_until', 'valid_till'));
    expect([run().stdout, run('--check').status]).toEqual([`${SCHEMA}\n`, 0]);
    expect(fs.readFileSync(path.join(root, 'README.md'), 'utf8')).toMatch(/Written by hand\.\n$/);
  });

  it.each([
    ['a schema that was edited', SCHEMA, () => change(SCHEMA, (text) => text.replace('valid_until', 'valid_till'))],
    ['a schema that lacks', SCHEMA, () => fs.rmSync(path.join(root, SCHEMA))],
    ['a schema that is left over', 'libs/contracts/generated/schemas/old.v1.json', () => fs.writeFileSync(path.join(root, 'libs/contracts/generated/schemas/old.v1.json'), '{}')],
    ['an AsyncAPI document that was edited', 'libs/contracts/generated/asyncapi.json', () => change('libs/contracts/generated/asyncapi.json', (text) => text.replace('receive', 'send'))],
    ['an event map that was edited', 'README.md', () => change('README.md', (text) => text.replace('Money was received.', 'Money came.'))],
    ["a service's list that was edited", 'apps/notifications/README.md', () => change('apps/notifications/README.md', (text) => text.replace('from dunning', 'from nobody'))],
    ['a README without its markers', 'apps/negotiation/README.md', () => change('apps/negotiation/README.md', () => '# negotiation\n')],
    ['a README that lacks', 'README.md', () => fs.rmSync(path.join(root, 'README.md'))],
  ])('fails on %s and names the file', (_, file, spoil) => {
    spoil();
    const { status, stderr } = run('--check');
    expect([status, stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(stderr).toContain(file);
  });
});
