import { derivedId, encode, services, type Contract } from '@emdia/contracts';
import { WallClock } from '@emdia/clock';
import { InProcessBroker, type Row } from '@emdia/messaging';
import { documents, isInternal, misfit, operationsOf, parametersIn, type Document, type Operation } from './rest-operations';
import { sampleOf } from './rest-values';
import { ADMIN_KEY, CREDITOR, Story } from './story';

export const INTERNAL_TOKEN = 'the-credential-of-the-services-themselves';
export const ROWS = 25;
/** The webhook that has had 25 deliveries which could not be mapped. */
export const WEBHOOK = 'loja';
const WEBHOOK_SECRET = 'the-secret-of-the-shop-0123456789';
const numbers = Array.from({ length: ROWS }, (_, index) => String(index + 10));

export interface Asked {
  readonly key?: string | null;
  readonly creditor?: string | null;
  /** Sent as JSON; a string or bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly body: any;
  readonly text: string;
  readonly headers: Headers;
}

/** A whole house with 25 of everything that can be listed, and every answer looked at. */
export class RestHouse {
  private constructor(
    readonly story: Story,
    readonly documents: Record<string, Document>,
    readonly operations: readonly Operation[],
    /** Parts of paths under which there is something. */
    readonly parts: Readonly<Record<string, string>>,
  ) {}

  static async open(): Promise<RestHouse> {
    const broker = new InProcessBroker(new WallClock());
    const story = await Story.open('in-process', '2026-03-10 08:00', { EMDIA_LOG_LEVEL: 'debug', EMDIA_INTERNAL_TOKEN: INTERNAL_TOKEN }, broker);
    const all = await documents(story.house);
    await fill(story);
    const house = new RestHouse(story, all, operationsOf(all), { file_id: await bankFiles(story), name: WEBHOOK });
    await poison(broker);
    await story.until('2026-03-14');
    return house;
  }

  operation(operationId: string): Operation {
    return this.operations.find((each) => each.operationId === operationId)!;
  }

  /** Asks, and looks at the answer: a refusal is a problem as RFC 9457 has it, anything else fits its document. */
  async ask(operation: Operation | null, method: string, path: string, { key = ADMIN_KEY, creditor = CREDITOR, body, headers = {} }: Asked = {}): Promise<Answered> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(this.story.house.url + path, {
      method,
      headers: {
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(creditor && key === ADMIN_KEY ? { 'x-emdia-creditor': creditor } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const answered = { status: response.status, text, body: isJson && text ? JSON.parse(text) : text, headers: response.headers };
    const wrong = this.wrongWith(answered, operation, method);
    if (wrong) throw new Error(`${method} ${path.slice(0, 200)} ${typeof body === 'string' ? body.slice(0, 300) : JSON.stringify(body)?.slice(0, 600)}: ${wrong}: ${text.slice(0, 600)}`);
    return answered;
  }

  private wrongWith({ status, body, text, headers }: Answered, operation: Operation | null, method: string): string | null {
    if (status < 400) return operation && method !== 'HEAD' ? misfit(operation, status, body) : null;
    if (status >= 500) return 'it is our fault';
    if (method === 'HEAD') return null;
    if (headers.get('content-type')?.split(';')[0] !== 'application/problem+json') return 'it is no problem document';
    const { type, title, status: told, detail, instance } = body as Record<string, unknown>;
    if (!/^urn:emdia:problem:[a-z0-9_-]+$/.test(String(type))) return 'its type is no slug';
    if (typeof title !== 'string' || typeof detail !== 'string' || title === '' || detail === '') return 'it says too little';
    if (told !== status || instance !== `urn:emdia:request:${headers.get('x-request-id')}`) return 'it tells another status or request';
    if (/\n? {4}at |node_modules|\.ts:\d|SQLSTATE|syntax for type/.test(text)) return 'it shows how we are made';
    return operation ? misfit(operation, status, body) : null;
  }

  /** The address of an operation with parts that fit, and the queries it cannot do without. */
  address(operation: Operation, parts: Readonly<Record<string, string>> = {}): string {
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const parameter = parametersIn(operation, 'path').find((each) => each.name === name)!;
      return parts[name] ?? encodeURIComponent(String(sampleOf(parameter.schema, operation.document)));
    });
    const needed = parametersIn(operation, 'query').filter(({ required }) => required);
    const query = new URLSearchParams(Object.fromEntries(needed.map(({ name, schema }) => [name, String(sampleOf(schema, operation.document))])));
    return needed.length > 0 ? `${path}?${query}` : path;
  }

  /** Whoever may call it. */
  keyOf(operation: Operation): string {
    return isInternal(operation) ? INTERNAL_TOKEN : ADMIN_KEY;
  }
}

async function fill(story: Story): Promise<void> {
  const customer = (customer_id: string) => ({ customer_id, name: 'Ana Lima', email: `${customer_id}@cliente.invalid`, state: 'SP' });
  const invoice = (invoice_id: string, customer_id: string, due_date: string) => ({ invoice_id, issue_date: due_date, due_date, currency: 'BRL', amount_cents: 10_000, customer: customer(customer_id) });
  for (const n of numbers) await story.put(`/v1/creditors/credora-${n}`, { name: 'Credora Ltda', document: '11222333000181', address: 'Rua das Flores 10, São Paulo, SP' });
  await story.post('/v1/invoices', [
    ...numbers.map((n) => invoice(`old-${n}`, `late-${n}`, '2026-01-05')),
    ...numbers.flatMap((n) => ['promised', 'agreed', 'disputed'].map((what) => invoice(`${what}-${n}`, `person-${n}`, '2026-03-25'))),
  ]);
  await story.post('/v1/payments', numbers.map((n) => ({ payment_id: `stray-${n}`, reference: `nowhere-${n}`, amount_cents: 500, currency: 'BRL', paid_date: '2026-03-09' })));
  await story.house.settle();
  for (const n of numbers) {
    const command = (what: string) => ({ customer_id: `person-${n}`, receivable_ids: [story.receivable(`${what}-${n}`)] });
    await story.post('/v1/promises', { ...command('promised'), promised_date: '2026-04-02' });
    await story.post('/v1/agreements', { ...command('agreed'), instalments: [{ due_date: '2026-04-20', amount_cents: 10_000 }] });
    await story.post('/v1/disputes', { ...command('disputed'), reason: 'not mine' });
  }
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'x-emdia-creditor': CREDITOR };
  const json = { ...headers, 'content-type': 'application/json' };
  await story.house.settle();
  // All of it is promised, agreed or disputed, so that each is refused: that takes nobody's contacts of the day.
  for (const n of numbers) {
    const { status } = await fetch(`${story.house.url}/v1/human-contacts`, { method: 'POST', headers: json, body: JSON.stringify({ customer_id: `person-${n}`, local_date: '2026-03-10' }) });
    if (status !== 409) throw new Error(`a call to person-${n} is answered with ${status}`);
  }
  const csv = ['payment_id,source,amount_cents,currency,paid_date', ...numbers.map((n) => `bad-${n},sheet,-5,BRL,2026-03-09`)].join('\n');
  await fetch(`${story.house.url}/v1/imports?kind=payments`, { method: 'POST', headers: { ...headers, 'content-type': 'text/csv' }, body: csv });
  const { path } = await story.put<{ path: string }>(`/v1/webhooks/${WEBHOOK}`, { kind: 'asaas', secrets: [WEBHOOK_SECRET] });
  for (const n of numbers) await fetch(story.house.url + path, { method: 'POST', headers: { 'asaas-access-token': WEBHOOK_SECRET }, body: JSON.stringify({ id: `evt-${n}`, event: 'PAYMENT_RECEIVED' }) });
  await story.house.settle();
}

/** Files of a bank whose money quotes nothing known; the first of them, with as many rows. */
async function bankFiles(story: Story): Promise<string> {
  const pix = (n: string) => ({ endToEndId: `E0000000020260309${n}abcdefghijklmn`.padEnd(32, '0'), txid: `nobody${n}`.padEnd(26, '0'), valor: '7.00', horario: '2026-03-09T12:00:00.000Z' });
  const upload = async (name: string, rows: object[]) => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'x-emdia-creditor': CREDITOR, 'content-type': 'application/octet-stream' };
    const response = await fetch(`${story.house.url}/v1/bank-files?source=pix&name=${name}`, { method: 'POST', headers, body: JSON.stringify({ pix: rows }) });
    return ((await response.json()) as { file_id: string }).file_id;
  };
  const first = await upload('first', numbers.map((n) => pix(`9${n}`)));
  for (const n of numbers) await upload(n, [pix(n)]);
  await story.house.settle();
  return first;
}

/** Events that break their contracts, until each service has 25 dead letters. */
async function poison(broker: InProcessBroker): Promise<void> {
  for (const { consumes } of Object.values(services)) {
    const contract = (consumes as readonly Contract[]).find(({ type, topic }) => !topic.startsWith('upstream') && !/heartbeat|event-re/.test(type))!;
    const [schema] = contract.topic.split('.');
    const source = await broker.source(schema!, async () => []);
    await source.publish(
      numbers.map((n): Row => {
        const event = { contract, id: derivedId('poison', contract.type, n), key: 'acme/nobody', creditor_id: 'acme', time: '2026-03-10T11:00:00.000Z', data: { broken: n } };
        return { id: n, topic: contract.topic, type: contract.type, key: event.key, partition: null, body: encode(event, schema!) };
      }),
      () => undefined,
    );
  }
}
