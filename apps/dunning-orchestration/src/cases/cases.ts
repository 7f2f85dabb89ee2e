import { Injectable } from '@nestjs/common';
import type { Tx } from '@emdia/database';
import type { Store } from '@emdia/messaging';
import { coverKey, emptyCase, type CaseFile } from './case-file';
import { agreementOf, agreementRow, caseOf, caseRow, coverOf, coverRow, holdOf, holdRow, noticeRow, receivableOf, receivableRow, type Row } from './rows';
import { dueSlot } from './due-slot';

/**
 * Case files by key (creditor/customer). A batch costs six reads and at most eight writes, whatever its size; only rows
 * that changed are written, told apart by identity, because decisions copy what they change and nothing else.
 */
@Injectable()
export class Cases implements Store<CaseFile> {
  readonly name = 'cases';
  /** What the tables held when a state was loaded, for as long as the transaction knows the state. */
  private readonly stored = new WeakMap<Tx, Map<string, CaseFile>>();

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, CaseFile>> {
    const fresh = keys.map(emptyCase).map(({ key, creditor_id, customer_id, case_id }) => ({ key, creditor_id, customer_id, case_id }));
    // One order of keys in every statement that locks: two batches never wait for each other in a ring.
    // Sent together: a connection takes statements in order, so the rows are locked before they are read.
    const locking = tx.query(
      `insert into case_file (key, creditor_id, customer_id, case_id, status)
       select key, creditor_id, customer_id, case_id, 'new' from jsonb_to_recordset($1::jsonb) as r(key text, creditor_id text, customer_id text, case_id uuid)
       order by key on conflict do nothing`,
      [JSON.stringify(fresh)],
    );
    const [files, receivables, covers, holds, agreements] = await Promise.all([
      tx.query<Row>(`select *, contact_asked_day::text, service_asked_day::text from case_file where key = any($1) order by key for update`, [keys]),
      read(tx, keys, READ_RECEIVABLES, receivableOf, ({ receivable_id }) => receivable_id),
      read(tx, keys, READ_COVERS, coverOf, (cover) => coverKey(cover.notice_id, cover.receivable_id)),
      read(tx, keys, READ_HOLDS, holdOf, ({ hold_id }) => hold_id),
      read(tx, keys, READ_AGREEMENTS, agreementOf, ({ agreement_id }) => agreement_id),
      locking,
    ]);
    const loaded = new Map(files.map((row) => {
      const file = caseOf(row);
      const of = <V>(parts: ReadonlyMap<string, ReadonlyMap<string, V>>) => parts.get(file.key) ?? new Map<string, V>();
      return [file.key, { ...file, receivables: of(receivables), covers: of(covers), holds: of(holds), agreements: of(agreements) }];
    }));
    this.stored.set(tx, new Map(loaded));
    return loaded;
  }

  async save(tx: Tx, changed: ReadonlyMap<string, CaseFile>): Promise<void> {
    const stored = this.stored.get(tx)!;
    const pairs = [...changed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, next]) => ({ next, before: stored.get(key)! }));
    const changedIn = <V>(part: (file: CaseFile) => ReadonlyMap<string, V>, row: (value: V, file: CaseFile) => Row): Row[] =>
      pairs.flatMap(({ next, before }) => [...part(next)].flatMap(([id, value]) => (part(before).get(id) === value ? [] : [row(value, next)])));
    await Promise.all([
      write(tx, SAVE_FILES, pairs.map(({ next }) => caseRow(next))),
      write(tx, SAVE_RECEIVABLES, changedIn((file) => file.receivables, receivableRow)),
      write(tx, SAVE_COVERS, changedIn((file) => file.covers, coverRow)),
      write(tx, SAVE_HOLDS, changedIn((file) => file.holds, holdRow)),
      write(tx, SAVE_AGREEMENTS, changedIn((file) => file.agreements, agreementRow)),
      write(tx, SAVE_NOTICES, pairs.flatMap(({ next }) => next.asked.map((notice) => noticeRow(notice, next)))),
      this.saveDue(tx, pairs),
    ]);
  }

  private async saveDue(tx: Tx, pairs: readonly { next: CaseFile; before: CaseFile }[]): Promise<void> {
    const moved = pairs.filter(({ next, before }) => next.due_at?.getTime() !== before.due_at?.getTime());
    const place = ({ key, creditor_id, due_at }: CaseFile): Row[] => (due_at ? [{ due_slot: dueSlot(due_at), key, creditor_id, due_at }] : []);
    await Promise.all([write(tx, DELETE_DUE, moved.flatMap(({ before }) => place(before))), write(tx, INSERT_DUE, moved.flatMap(({ next }) => place(next)))]);
  }
}

const write = async (tx: Tx, sql: string, rows: readonly Row[]): Promise<void> => {
  if (rows.length > 0) await tx.query(sql, [JSON.stringify(rows)]);
};

interface Reading {
  readonly sql: string;
  readonly names: readonly string[];
  readonly instants: ReadonlySet<string>;
}

const columnsOf = (columns: string): [name: string, type: string][] => columns.split(',').map((column) => column.trim().split(' ') as [string, string]);

/**
 * One row per case that holds its rows as arrays: reading 6,000 receivables of 500 cases takes 17 ms so, and 88 ms as
 * rows of columns, which node-postgres parses field by field.
 */
function reading(table: string, id: string, columns: string, only = 'true'): Reading {
  const names = columnsOf(columns).map(([name]) => name);
  const instants = new Set(columnsOf(columns).flatMap(([name, type]) => (type === 'timestamptz' ? [name] : [])));
  return { names, instants, sql: `select key, json_agg(json_build_array(${names.join(', ')}) order by ${id}) as rows from ${table} where key = any($1) and ${only} group by key` };
}

/** The rows of cases, by case and then by their own id. */
async function read<V>(tx: Tx, keys: readonly string[], { sql, names, instants }: Reading, make: (row: Row) => V, idOf: (value: V) => string): Promise<Map<string, Map<string, V>>> {
  const found = await tx.query<{ key: string; rows: unknown[][] }>(sql, [keys]);
  const valueOf = (value: unknown, index: number) => (value !== null && instants.has(names[index]!) ? new Date(value as string) : value);
  return new Map(found.map(({ key, rows }) => {
    const values = rows.map((row) => make(Object.fromEntries(row.map((value, index) => [names[index]!, valueOf(value, index)]))));
    return [key, new Map(values.map((value) => [idOf(value), value]))];
  }));
}

/** An upsert of many rows in one statement: columns as `name type`. */
function upsert(table: string, id: string, columns: string): string {
  const names = columnsOf(columns).map(([name]) => name);
  const sets = names.filter((name) => !id.split(', ').includes(name)).map((name) => `${name} = excluded.${name}`);
  return `insert into ${table} (${names.join(', ')}) select ${names.join(', ')} from jsonb_to_recordset($1::jsonb) as r(${columns})
    on conflict (${id}) do update set ${sets.join(', ')}`;
}

const FILE = `key text, creditor_id text, customer_id text, case_id uuid, status text, person_key text, state text,
  has_email boolean, person_version bigint, person_changed_at timestamptz, channel_closed_reason text, channel_closed_at timestamptz,
  contact_asked_day date, service_asked_day date, due_at timestamptz`;
const RECEIVABLE = `receivable_id uuid, key text, creditor_id text, version int,
  original_due_date date, effective_due_date date, open_cents bigint, paid_cents bigint, status text, collectability text, review_date date,
  settled_on date, as_of date, cure_told boolean, standing text, next_step text, planned_day date, contact_day date, next_action_at timestamptz,
  outstanding_notice_id uuid, standing_reason text, hold_review_date date, owner_queue text, owner_reason text,
  owner_review_date date, owner_task_id uuid`;
const COVER = `notice_id uuid, receivable_id uuid, key text, creditor_id text, due_date date, step text, outcome text, reason text, valid_until timestamptz`;
const HOLD = `hold_id uuid, key text, creditor_id text, receivable_ids uuid[], reason text, actor text,
  placed_at timestamptz, review_date date, lifted_at timestamptz, lift_reason text, lift_actor text`;
const AGREEMENT = `agreement_id uuid, key text, creditor_id text, receivable_ids uuid[], instalments jsonb, paid uuid[], ended boolean`;
const NOTICE = `notice_id uuid, key text, creditor_id text, purpose text, local_day date, step text,
  asked_at timestamptz, valid_until timestamptz, regua_version text, instalment_id uuid, next_step jsonb, facts jsonb, turned_down jsonb`;

const READ_RECEIVABLES = reading('case_receivable', 'receivable_id', RECEIVABLE);
const READ_COVERS = reading('covered_step', 'notice_id, receivable_id', COVER);
const READ_HOLDS = reading('hold', 'hold_id', HOLD, 'lifted_at is null');
const READ_AGREEMENTS = reading('agreement', 'agreement_id', AGREEMENT);

const SAVE_FILES = upsert('case_file', 'key', FILE);
const SAVE_RECEIVABLES = upsert('case_receivable', 'receivable_id', RECEIVABLE);
const SAVE_COVERS = upsert('covered_step', 'notice_id, receivable_id', COVER);
const SAVE_HOLDS = upsert('hold', 'hold_id', HOLD);
const SAVE_AGREEMENTS = upsert('agreement', 'agreement_id', AGREEMENT);
const SAVE_NOTICES = upsert('notice', 'notice_id', NOTICE);
const DELETE_DUE = `delete from due_action d using jsonb_to_recordset($1::jsonb) as r(due_slot smallint, key text) where d.due_slot = r.due_slot and d.key = r.key`;
const INSERT_DUE = `insert into due_action (due_slot, key, creditor_id, due_at)
  select due_slot, key, creditor_id, due_at from jsonb_to_recordset($1::jsonb) as r(due_slot smallint, key text, creditor_id text, due_at timestamptz)`;
