import { Client } from 'pg';
import type { CivilDate } from '@emdia/calendar';
import { customerKey, derivedId } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { messagingMigrations } from '@emdia/messaging';
import { emptyCase, type CaseFile } from '../apps/dunning-orchestration/src/cases/case-file';
import { dueSlot } from '../apps/dunning-orchestration/src/cases/due-slot';
import { applyBalance, applyCustomer } from '../apps/dunning-orchestration/src/cases/facts';
import { FILE, RECEIVABLE, type Column } from '../apps/dunning-orchestration/src/cases/rows';
import { dunningOrchestration } from '../apps/dunning-orchestration/src/index';

/** A book of open cases, one receivable each, of which nobody has been written to yet. */
export interface BookPlan {
  readonly cases: number;
  /** The first case's number: a second book in one database begins after the first. */
  readonly first?: number;
  /** The due dates that the receivables take at random. */
  readonly due_dates: readonly CivilDate[];
  /** When everything was recorded. */
  readonly now: Date;
}

export const CREDITOR = 'acme';
/** When books are recorded, the first instant at which anything of them is due (ten on a Friday), and the due dates of which that is true. */
export const RECORDED_AT = new Date('2026-02-02T12:00:00Z');
export const DUE_AT = new Date('2026-02-06T13:00:00Z');
export const FIRST_DUE_DATES: readonly CivilDate[] = ['2026-02-09', '2026-02-10', '2026-02-11'];
export const PERSON_KEY = 'a'.repeat(64);
const CHUNK_ROWS = 5_000;
const CONNECTIONS = 2;

export const customerOf = (number: number): string => `C-${String(number).padStart(8, '0')}`;
const invoiceOf = (number: number): string => `I-${number}`;

/** A pseudo-random generator of the numbers 0 to 1 (mulberry32): the same book at every run. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled(first: number, count: number, random: () => number): Uint32Array {
  const numbers = Uint32Array.from({ length: count }, (_, index) => first + index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [numbers[last], numbers[other]] = [numbers[other]!, numbers[last]!];
  }
  return numbers;
}

/** A case as the service's own decisions make it from the two events that begin one. */
export function openCase(number: number, due_date: CivilDate, now: Date): CaseFile {
  const customer_id = customerOf(number);
  const key = customerKey(CREDITOR, customer_id);
  const of = { id: derivedId('bench', key), source: '/bench', key, time: now.toISOString(), creditor_id: CREDITOR };
  const person = { creditor_id: CREDITOR, customer_id, person_key: PERSON_KEY, document_key: null, state: 'SP', has_email: true, source_version: 1 };
  const known = applyCustomer(emptyCase(key), { ...of, type: 'billing.customer-changed.v1', data: person }, now);
  if ('ignored' in known) throw new Error(known.ignored);
  const invoice_id = invoiceOf(number);
  const balance = {
    creditor_id: CREDITOR, customer_id, receivable_id: derivedId('receivable', CREDITOR, invoice_id), version: 1, invoice_id, number: invoice_id, description: null, currency: 'BRL',
    issue_date: '2026-01-02', original_due_date: due_date, effective_due_date: due_date, amount_cents: 9_900, paid_cents: 0, waived_cents: 0, open_cents: 9_900,
    status: 'open' as const, collectability: 'owed' as const, review_date: null, charge_policy: null, instruments: [], settled_on: null,
  };
  const opened = applyBalance(known.next, { ...of, type: 'reconciliation.balance-changed.v1', data: balance }, now);
  if ('ignored' in opened) throw new Error(opened.ignored);
  return opened.next;
}

/** Makes the dunning schema as the service itself does at start. */
export async function migrateDunning(url: string): Promise<void> {
  const database = new Database({ url, schema: 'dunning' });
  await database.migrate([...messagingMigrations('dunning'), ...dunningOrchestration.migrations]).finally(() => database.close());
}

/** What differs from case to case; everything else stands in the template of its due date. */
const IDS = `unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::int[]) with ordinality as s (key, customer_id, case_id, receivable_id, template, n)`;

/** The statement that copies a template row for each case, in the order of the list. */
async function copying(client: Client, table: string, own: Readonly<Record<string, string>>): Promise<string> {
  const { rows } = await client.query<{ name: string }>(`select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`, [table]);
  const names = rows.map(({ name }) => name);
  return `insert into ${table} (${names.join(', ')}) select ${names.map((name) => own[name] ?? `t.${name}`).join(', ')}
    from ${IDS} join template_${table} t using (template) order by s.n`;
}

/**
 * Fills the tables with a book, in random order of its keys and with every index in place: the rows that the decisions
 * make, one template per due date, under ids of their own. Through events five million cases would take hours.
 */
export async function seedBook(url: string, { cases, first = 0, due_dates, now }: BookPlan): Promise<void> {
  const random = randomFrom(first + 1);
  const order = shuffled(first, cases, random);
  let taken = 0;
  const work = async (): Promise<void> => {
    const client = new Client({ connectionString: url, options: '-c search_path=dunning -c synchronous_commit=off' });
    await client.connect();
    try {
      await makeTemplates(client, due_dates.map((due_date) => openCase(first, due_date, now)));
      const statements = [
        await copying(client, 'case_file', { key: 's.key', customer_id: 's.customer_id', case_id: 's.case_id' }),
        await copying(client, 'case_receivable', { key: 's.key', receivable_id: 's.receivable_id' }),
        await copying(client, 'due_action', { key: 's.key' }),
      ];
      for (let from = taken; from < cases; from = taken) {
        taken += CHUNK_ROWS;
        const chunk = [...order.subarray(from, taken)];
        const keys = chunk.map((number) => customerKey(CREDITOR, customerOf(number)));
        const ids = [
          keys, chunk.map(customerOf), chunk.map((number) => derivedId('case', CREDITOR, customerOf(number))),
          chunk.map((number) => derivedId('receivable', CREDITOR, invoiceOf(number))), chunk.map(() => Math.floor(random() * due_dates.length)),
        ];
        await client.query('begin');
        for (const text of statements) await client.query(text, ids);
        await client.query('commit');
      }
    } finally {
      await client.end();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  await settle(url);
}

const rowOf = <V>(columns: readonly Column<V>[], value: V, file: CaseFile): object => Object.fromEntries(columns.map(([name, , cell]) => [name, cell(value, file)]));

async function makeTemplates(client: Client, files: readonly CaseFile[]): Promise<void> {
  const rowsOf = {
    case_file: files.map((file) => rowOf(FILE, file, file)),
    case_receivable: files.map((file) => rowOf(RECEIVABLE, [...file.receivables.values()][0]!, file)),
    due_action: files.map(({ key, creditor_id, due_at }) => ({ key, creditor_id, due_at, due_slot: dueSlot(due_at!) })),
  };
  for (const [table, rows] of Object.entries(rowsOf)) {
    await client.query(`create temp table template_${table} as select r.*, n::int - 1 as template
      from jsonb_array_elements($$${JSON.stringify(rows)}$$::jsonb) with ordinality as e (row, n), jsonb_populate_record(null::${table}, e.row) r`);
  }
}

/** What autovacuum would have done by now. */
async function settle(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum (analyze)').finally(() => client.end());
}
