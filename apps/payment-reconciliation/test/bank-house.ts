import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { personKey } from '@emdia/brazil';
import { Clock, WallClock } from '@emdia/clock';
import { type Contract, type DataOf, derivedId, encode, type Instrument, outgoing, type Outgoing } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { InProcessBroker, type Row } from '@emdia/messaging';
import { Config, type House, run } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import type { Title } from '../../../libs/bank-files/test/synthetic';
import { paymentReconciliation } from '../src/index';
import { CREDITOR, issued, NOW, receivableId } from './story';

class HandClock extends Clock {
  now(): Date {
    return NOW;
  }
}

/** Wall time that can be moved on. */
class LateClock extends WallClock {
  lateMs = 0;
  override monotonicMs(): number {
    return super.monotonicMs() + this.lateMs;
  }
}

/** A file as GET /v1/bank-files shows it. */
export interface File {
  readonly file_id: string;
  readonly status: string;
  readonly rows: number;
  readonly rows_done: number;
  readonly counts: Record<string, number>;
  readonly posted_cents: number;
  readonly covered_until: string | null;
  readonly report: string;
}

/** Money that waits, as GET /v1/waiting-money shows it. */
export interface Waiting {
  readonly payment_id: string;
  readonly status: string;
  readonly suggestions: { parts: { receivable_id: string }[]; why: string[] }[];
  readonly doubts: string[];
  readonly words: object[];
}

const INSTALLATION = 'installation-key-of-this-test-which-is-long-enough';
const TOKEN = 'internal-token-of-this-test-which-is-long-enough';
export const SOURCE = 'bradesco';
/** A slip of Bradesco as its creditor registers it: with the check digit, and the barcode to tell the bank. */
export const slip = (number: string): Instrument[] => [{ rail: 'BOLETO', reference: number, code: `237${'9'.repeat(41)}` }];
export const title = (number: string, more: Partial<Title> = {}): Title => ({ code: '06', number, title: 10_000, paid: 10_000, fee: 210, on: '2026-03-02', due: '2026-03-02', credit: '2026-03-03', ...more });

/** Reconciliation alone, with a billing-ingestion that tells of `people`, and what a person does with files by REST. */
export class BankHouse {
  readonly wall = new LateClock();
  readonly folder = mkdtempSync(join(tmpdir(), 'emdia-bank-files-'));
  /** Whose key calls. */
  creditor = CREDITOR;
  /** The people whom billing-ingestion tells of. */
  readonly people = new Map<string, { name: string; document: string | null }>();
  /** Called before billing-ingestion answers who its customers are. */
  beforePayers: () => Promise<unknown> = async () => undefined;
  database!: Database;
  house!: House;
  private readonly billing = createServer((request, response) => void this.answer(request.url ?? '').then((body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))));
  private test!: TestDatabase;
  private readonly broker = new InProcessBroker(new WallClock());
  private rows = 0;

  readonly open = async (): Promise<void> => {
    this.test = await testDatabase('reconciliation-bank-files');
    await new Promise<void>((resolve) => void this.billing.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(this.billing.address() as AddressInfo).port}`;
    const config = Config.from({ DATABASE_URL: this.test.url, PORT: '0', EMDIA_LOG_LEVEL: 'silent', BILLING_INGESTION_URL: url, EMDIA_INTERNAL_TOKEN: TOKEN, EMDIA_INSTALLATION_KEY: INSTALLATION, EMDIA_BANK_FILES_FOLDER: this.folder });
    this.house = await run([paymentReconciliation], 'in-process', { config, clock: new HandClock(), wall: this.wall, broker: this.broker });
    this.database = new Database({ url: this.test.url, schema: 'reconciliation' });
  };

  readonly close = async (): Promise<void> => {
    await this.database?.close();
    await this.house?.stop();
    this.billing.close();
    this.billing.closeAllConnections();
    await this.test.drop();
    rmSync(this.folder, { recursive: true });
  };

  /** Runs statements as who may do anything, in this service's schema. */
  readonly asOwner = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: this.test.url, options: '-c search_path=reconciliation' });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };

  private async answer(url: string): Promise<object> {
    if (!url.endsWith('/payers'))
      return { key_id: this.creditor, creditor_id: this.creditor, scopes: ['ledger:read', 'unapplied:read', 'unapplied:write', 'bank-files:read', 'bank-files:write'], actor: 'agent-7' };
    await this.beforePayers();
    const customers = [...this.people].map(([customer_id, { name, document }]) =>
      ({ customer_id, name, document_key: document && personKey(document, '', '', INSTALLATION), document_fragment: document?.slice(3, 9) ?? null }));
    return { customers, next_after: null };
  }

  readonly made = <C extends Contract>(contract: C, data: DataOf<C>): Outgoing => outgoing(contract, { id: derivedId('test', ++this.rows), key: 'acme/', creditor_id: CREDITOR, now: NOW, data });
  readonly publish = async (...events: Outgoing[]): Promise<void> => {
    const source = await this.broker.source('test', async () => []);
    const list = events.map((event): Row => ({ id: String(++this.rows), topic: event.contract.topic, type: event.contract.type, key: event.key, partition: null, body: encode(event, 'test') }));
    await new Promise<void>((resolve) => void source.publish(list, () => resolve()));
    await this.house.settle();
    await source.close();
  };
  readonly invoice = async (id: string, instruments: Instrument[], amount_cents = 10_000): Promise<void> => {
    const { event } = issued(id, { customer_id: `C-${id}`, instruments, amount_cents });
    const key = `${CREDITOR}/C-${id}`;
    await this.publish({ ...event, key, contract: { type: event.type, topic: 'billing.events.v1' } as Contract });
  };
  readonly call = async <T>(method: string, path: string, body?: Uint8Array | object, headers: Record<string, string> = {}): Promise<{ status: number; body: T }> => {
    const raw = body instanceof Uint8Array;
    const response = await fetch(`${this.house.url}/${path}`, {
      method, headers: { authorization: path.startsWith('internal') ? `Bearer ${TOKEN}` : `Bearer emdia_k1_${this.creditor}`, 'content-type': raw ? 'application/octet-stream' : 'application/json', ...headers },
      ...(body ? { body: raw ? Buffer.from(body) : JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as T };
  };
  readonly send = async (bytes: Uint8Array, source = SOURCE) => {
    const { status, body } = await this.call<{ file_id: string; is_new: boolean }>('POST', `v1/bank-files?source=${source}&name=CB.RET`, bytes);
    expect(status).toBe(202);
    await this.house.settle();
    return { ...body, file: await this.file(body.file_id) };
  };
  readonly file = async (id: string): Promise<File> => (await this.call<File>('GET', `v1/bank-files/${id}`)).body;
  readonly decide = async (id: string, what: 'confirm' | 'undo' | 'match') => {
    const { status } = await this.call('POST', `v1/bank-files/${id}/${what}`);
    await this.house.settle();
    return { status, file: await this.file(id) };
  };
  readonly receivable = async (id: string) =>
    (await this.call<{ open_cents: number; status: string; collectability: string; payments: object[] }>('GET', `v1/receivables/${receivableId(id)}`)).body;
  /** What the gate says of an invoice: owed, or why not. */
  readonly gate = async (id: string): Promise<string | undefined> => {
    await this.database.query(`insert into heartbeat select service, 0, $1 from unnest(array['billing', 'dunning', 'negotiation']) as service
      on conflict (service, partition) do update set wall_epoch_ms = excluded.wall_epoch_ms`, [this.wall.epochMs()]);
    const ask = { ask_id: 'x', purpose: 'collection', creditor_id: CREDITOR, customer_id: `C-${id}`, receivable_id: receivableId(id), contact_day: '2026-03-10' };
    const { body } = await this.call<{ verdicts: { owed: boolean; reason?: string }[] }>('POST', 'internal/v1/gate', { asks: [ask] });
    return body.verdicts[0]!.owed ? 'owed' : body.verdicts[0]!.reason;
  };
  /** Balances of the accounts that payments touch, those at zero left out. */
  readonly sums = async (): Promise<Record<string, number>> => Object.fromEntries((await this.database.query<{ account: string; cents: number }>(
    `select account, sum(amount_cents)::float8 as cents from posting where source is not null group by 1 having sum(amount_cents) <> 0`)).map(({ account, cents }) => [account, cents]));
  readonly waiting = async (): Promise<Map<string, Waiting>> =>
    new Map((await this.call<{ items: Waiting[] }>('GET', 'v1/waiting-money?limit=200')).body.items.map((each) => [each.payment_id, each]));
  readonly say = async (payment_id: string, verdict: 'accept' | 'refuse', ...ids: string[]) => {
    const { status, body } = await this.call<Waiting>('POST', `v1/waiting-money/${payment_id}/${verdict}`, { receivable_ids: ids.map(receivableId) });
    return { status, body };
  };
}

/** A Pix that quotes nothing known. */
export const pixFrom = (endToEndId: string, valor: string, pagador: object, more: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ pix: [{ endToEndId, valor, horario: '2026-03-04T12:00:00.000Z', pagador, ...more }] }));
