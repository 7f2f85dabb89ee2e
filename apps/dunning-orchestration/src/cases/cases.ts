import { Injectable } from '@nestjs/common';
import type { Tx } from '@emdia/database';
import type { Store } from '@emdia/messaging';
import { coverKey, emptyCase, type Agreement, type CaseFile, type Covered, type Hold, type Receivable } from './case-file';
import { agreementOf, agreementRow, caseOf, caseRow, coverOf, coverRow, holdOf, holdRow, noticeRow, receivableOf, receivableRow, type Row } from './rows';
import { dueSlot } from './due-slot';

/**
 * Case files by key (creditor/customer). A batch costs seven reads and at most nine writes, whatever its size; only rows
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
    await tx.query(
      `insert into case_file (key, creditor_id, customer_id, case_id, status)
       select key, creditor_id, customer_id, case_id, 'new' from jsonb_to_recordset($1::jsonb) as r(key text, creditor_id text, customer_id text, case_id uuid)
       order by key on conflict do nothing`,
      [JSON.stringify(fresh)],
    );
    const files = await tx.query<Row>(
      `select *, contact_asked_day::text, service_asked_day::text from case_file where key = any($1) order by key for update`, [keys],
    );
    const receivables = grouped<Receivable>(
      await tx.query<Row>(
        `select *, original_due_date::text, effective_due_date::text, review_date::text, settled_on::text, as_of::text,
           planned_day::text, contact_day::text, hold_review_date::text, owner_review_date::text
         from case_receivable where key = any($1) order by receivable_id`, [keys],
      ), receivableOf, ({ receivable_id }) => receivable_id);
    const covers = grouped<Covered>(await tx.query<Row>(`select *, due_date::text from covered_step where key = any($1) order by notice_id, receivable_id`, [keys]), coverOf, (cover) => coverKey(cover.notice_id, cover.receivable_id));
    const holds = grouped<Hold>(await tx.query<Row>(`select *, review_date::text from hold where key = any($1) and lifted_at is null order by hold_id`, [keys]), holdOf, ({ hold_id }) => hold_id);
    const agreements = grouped<Agreement>(await tx.query<Row>(`select * from agreement where key = any($1) order by agreement_id`, [keys]), agreementOf, ({ agreement_id }) => agreement_id);
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
    await tx.query(SAVE_FILES, [JSON.stringify(pairs.map(({ next }) => caseRow(next)))]);
    const changedIn = <V>(part: (file: CaseFile) => ReadonlyMap<string, V>, row: (value: V, file: CaseFile) => Row): Row[] =>
      pairs.flatMap(({ next, before }) => [...part(next)].flatMap(([id, value]) => (part(before).get(id) === value ? [] : [row(value, next)])));
    await write(tx, SAVE_RECEIVABLES, changedIn((file) => file.receivables, receivableRow));
    await write(tx, SAVE_COVERS, changedIn((file) => file.covers, coverRow));
    await write(tx, SAVE_HOLDS, changedIn((file) => file.holds, holdRow));
    await write(tx, SAVE_AGREEMENTS, changedIn((file) => file.agreements, agreementRow));
    await write(tx, SAVE_NOTICES, pairs.flatMap(({ next }) => next.asked.map((notice) => noticeRow(notice, next))));
    await this.saveDue(tx, pairs);
  }

  private async saveDue(tx: Tx, pairs: readonly { next: CaseFile; before: CaseFile }[]): Promise<void> {
    const moved = pairs.filter(({ next, before }) => next.due_at?.getTime() !== before.due_at?.getTime());
    const place = ({ key, creditor_id, due_at }: CaseFile): Row[] => (due_at ? [{ due_slot: dueSlot(due_at), key, creditor_id, due_at }] : []);
    await write(tx, DELETE_DUE, moved.flatMap(({ before }) => place(before)));
    await write(tx, INSERT_DUE, moved.flatMap(({ next }) => place(next)));
  }
}

const write = async (tx: Tx, sql: string, rows: readonly Row[]): Promise<void> => {
  if (rows.length > 0) await tx.query(sql, [JSON.stringify(rows)]);
};

/** Rows by case and then by their own id. */
function grouped<V>(rows: readonly Row[], read: (row: Row) => V, idOf: (value: V) => string): Map<string, Map<string, V>> {
  const byCase = new Map<string, Map<string, V>>();
  for (const row of rows) {
    const value = read(row);
    const known = byCase.get(row.key as string);
    if (known) known.set(idOf(value), value);
    else byCase.set(row.key as string, new Map([[idOf(value), value]]));
  }
  return byCase;
}

/** An upsert of many rows in one statement: columns as `name type`, the first of them the key. */
function upsert(table: string, key: string, columns: string): string {
  const names = columns.split(',').map((column) => column.trim().split(' ')[0]!);
  const keys = new Set(key.split(', '));
  const sets = names.filter((name) => !keys.has(name)).map((name) => `${name} = excluded.${name}`);
  return `insert into ${table} (${names.join(', ')}) select ${names.join(', ')} from jsonb_to_recordset($1::jsonb) as r(${columns})
    on conflict (${key}) do update set ${sets.join(', ')}`;
}

const SAVE_FILES = upsert('case_file', 'key', `key text, creditor_id text, customer_id text, case_id uuid, status text, person_key text, state text,
  has_email boolean, person_version bigint, person_changed_at timestamptz, channel_closed_reason text, channel_closed_at timestamptz,
  contact_asked_day date, service_asked_day date, due_at timestamptz`);
const SAVE_RECEIVABLES = upsert('case_receivable', 'receivable_id', `receivable_id uuid, key text, creditor_id text, version int,
  original_due_date date, effective_due_date date, open_cents bigint, paid_cents bigint, status text, collectability text, review_date date,
  settled_on date, as_of date, cure_told boolean, standing text, next_step text, planned_day date, contact_day date, next_action_at timestamptz,
  outstanding_notice_id uuid, standing_reason text, hold_review_date date, owner_queue text, owner_reason text,
  owner_review_date date, owner_task_id uuid`);
const SAVE_COVERS = upsert('covered_step', 'notice_id, receivable_id', `notice_id uuid, receivable_id uuid, key text, creditor_id text,
  due_date date, step text, outcome text, reason text, valid_until timestamptz`);
const SAVE_HOLDS = upsert('hold', 'hold_id', `hold_id uuid, key text, creditor_id text, receivable_ids uuid[], reason text, actor text,
  placed_at timestamptz, review_date date, lifted_at timestamptz, lift_reason text, lift_actor text`);
const SAVE_AGREEMENTS = upsert('agreement', 'agreement_id', `agreement_id uuid, key text, creditor_id text, receivable_ids uuid[],
  instalments jsonb, paid uuid[], ended boolean`);
const SAVE_NOTICES = upsert('notice', 'notice_id', `notice_id uuid, key text, creditor_id text, purpose text, local_day date, step text,
  asked_at timestamptz, valid_until timestamptz, regua_version text, instalment_id uuid, next_step jsonb, facts jsonb, turned_down jsonb`);
const DELETE_DUE = `delete from due_action d using jsonb_to_recordset($1::jsonb) as r(due_slot smallint, key text) where d.due_slot = r.due_slot and d.key = r.key`;
const INSERT_DUE = `insert into due_action (due_slot, key, creditor_id, due_at)
  select due_slot, key, creditor_id, due_at from jsonb_to_recordset($1::jsonb) as r(due_slot smallint, key text, creditor_id text, due_at timestamptz)`;
