import { createHash, randomUUID } from 'node:crypto';
import { derivedId } from '@emdia/contracts';
import type { Broker } from '@emdia/messaging';
import { startMailSink, type MailSink } from '@emdia/mail-sink';
import { Config, run, type BrokerKind, type House } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import { everyService } from '../services';

export const ADMIN_KEY = 'emdia_story_0123456789abcdef0123456789abcdef';
export const CREDITOR = 'academia-sol';
const SOURCE = 'upstream';

interface InvoiceTold {
  invoice_id: string;
  customer_id?: string;
  issue_date?: string;
  due_date: string;
  amount_cents?: number;
  [more: string]: unknown;
}

/** `2026-03-10` or `2026-03-10 14:00`, in Brasília. */
export const at = (when: string): Date => new Date(`${when.slice(0, 10)}T${when.slice(11) || '00:00'}:00-03:00`);

/**
 * A whole house on a driven clock, told as a calendar: what the creditor's platform says, what time passes, what the
 * debtor gets to read.
 */
export class Story {
  private constructor(
    readonly house: House,
    readonly mail: MailSink,
    private readonly database: TestDatabase,
    private readonly sql: Client,
  ) {}

  static async open(kind: BrokerKind, start: string, env: Record<string, string> = {}, broker?: Broker): Promise<Story> {
    const database = await testDatabase('story');
    const mail = await startMailSink();
    const config = Config.from({
      DATABASE_URL: database.url,
      PORT: '0',
      EMDIA_LOG_LEVEL: process.env.EMDIA_LOG_LEVEL ?? 'fatal',
      EMDIA_CLOCK: `driven:${at(start).toISOString()}`,
      EMDIA_BOOTSTRAP_KEY_SHA256: createHash('sha256').update(ADMIN_KEY).digest('hex'),
      EMDIA_SMTP_URL: mail.smtpUrl,
      EMDIA_MAIL_FROM: 'avisos@emdia.invalid',
      ...env,
    });
    const house = await run(everyService, kind, { config, ...(broker ? { broker } : {}) });
    const sql = new Client({ connectionString: database.url });
    await sql.connect();
    const story = new Story(house, mail, database, sql);
    await story.put(`/v1/creditors/${CREDITOR}`, { name: 'Academia Sol Ltda', document: '11222333000181', address: 'Rua das Flores 10, São Paulo, SP', contact_email: 'oi@academia-sol.invalid' });
    await story.put(`/v1/sources/${SOURCE}`, { rails: ['PIX_COB', 'BOLETO'], lag_business_days: 1 });
    return story;
  }

  async close(): Promise<void> {
    await this.house.stop();
    await this.sql.end();
    await this.mail.stop();
    await this.database.drop();
  }

  async call<T = Record<string, unknown>>(method: string, path: string, body?: unknown, expected: number[] = [200, 201, 202, 204]): Promise<T> {
    const response = await fetch(this.house.url + path, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'x-emdia-creditor': CREDITOR, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!expected.includes(response.status)) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text ? JSON.parse(text) : {}) as T;
  }
  post = <T = Record<string, unknown>>(path: string, body: unknown, expected?: number[]): Promise<T> => this.call<T>('POST', path, body, expected);
  put = <T = Record<string, unknown>>(path: string, body: unknown): Promise<T> => this.call<T>('PUT', path, body);
  get = <T = Record<string, unknown>>(path: string): Promise<T> => this.call<T>('GET', path);

  /** Publishes an upstream event and lets it take its whole way. */
  async tell(type: string, data: Record<string, unknown>, id: string = randomUUID()): Promise<void> {
    await this.post('/v1/events', { specversion: '1.0', id, source: '/story', type: `upstream.${type}.v1`, data: { creditor_id: CREDITOR, ...data } });
    await this.house.settle();
  }

  async issue({ invoice_id, customer_id = 'ana', due_date, issue_date = due_date, amount_cents = 10_000, ...more }: InvoiceTold): Promise<string> {
    await this.tell('invoice-issued', {
      invoice_id,
      issue_date,
      due_date,
      amount_cents,
      currency: 'BRL',
      customer: { customer_id, name: 'Ana Lima', email: `${customer_id}@cliente.invalid`, state: 'SP' },
      ...more,
    });
    return this.receivable(invoice_id);
  }

  receivable(invoice_id: string): string {
    return derivedId('receivable', CREDITOR, invoice_id);
  }

  async pay(payment_id: string, reference: string, amount_cents = 10_000, more: Record<string, unknown> = {}): Promise<void> {
    const paid_date = this.today();
    await this.tell('payment-received', { payment_id, reference, amount_cents, currency: 'BRL', paid_date, credit_date: paid_date, ...more });
  }

  today(): string {
    return new Date(this.house.clock.now().getTime() - 3 * 3_600_000).toISOString().slice(0, 10);
  }

  /** Lets time pass; at each midnight the payment source says that it told everything up to that day, unless told not to. */
  async until(when: string, covered = true): Promise<void> {
    const end = at(when);
    for (;;) {
      const next = at(this.today());
      next.setUTCDate(next.getUTCDate() + 1);
      if (next > end) break;
      await this.house.advanceTo(next);
      if (covered) await this.covered(this.today());
    }
    await this.house.advanceTo(end);
  }

  async covered(covered_until: string): Promise<void> {
    await this.post(`/v1/sources/${SOURCE}/checked`, { covered_until });
    await this.house.settle();
  }

  /** What was sent, in order: day and subject of each letter. */
  async letters(): Promise<{ to: string; subject: string }[]> {
    return this.mail.messages().map(({ to, subject }) => ({ to: String(to), subject: String(subject) }));
  }

  /** The steps of the contacts made, with the local day of each. */
  async contacts(purpose = 'collection'): Promise<string[]> {
    const rows = await this.query<{ day: string; step: string }>(
      `select to_char(local_day, 'YYYY-MM-DD') as day, step from notifications.delivery where purpose = $1 and status in ('sent', 'unknown') order by local_day, step`,
      [purpose],
    );
    return rows.map(({ day, step }) => `${day} ${step}`);
  }

  async query<R>(sql: string, values: unknown[] = []): Promise<R[]> {
    return (await this.sql.query(sql, values)).rows as R[];
  }

  /** A key of another creditor, for which the platform of this story does not speak. */
  async strangersKey(creditor_id: string): Promise<string> {
    await this.put(`/v1/creditors/${creditor_id}`, { name: 'Outra Ltda', document: '11444777000161', address: 'Rua B 2, Recife, PE' });
    const { key } = await this.post<{ key: string }>('/v1/api-keys', { creditor_id, scopes: ['ledger:read', 'cases:read', 'deliveries:read', 'customers:read', 'invoices:read'], actor: 'stranger' });
    return key;
  }

  /** How many times each law is broken, by law. */
  async violations(): Promise<Record<number, number>> {
    return Object.fromEntries((await this.laws()).map(({ law, violations }) => [law, violations]));
  }

  async laws(): Promise<{ law: number; name: string; checked: number; violations: number }[]> {
    return (await this.get<{ laws: { law: number; name: string; checked: number; violations: number }[] }>('/v1/audit?still=true')).laws;
  }
}
