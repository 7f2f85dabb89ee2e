import { Injectable } from '@nestjs/common';
import { bulk, column, type Column as Written, columnsOf, textColumn, type Tx, unnested } from '@emdia/database';
import { encode } from '@emdia/contracts';
import type { Store } from '@emdia/messaging';
import { ACT, actOf } from '../acts/act-rows';
import { requestOf, type ActKind, type OutwardAct } from '../acts/outward-act';
import { RULE_COLUMNS, ruleIn, type OwnRule } from '../reguas/contact-rules';
import { prepareHouse } from '../reguas/policy';
import { PublishedReguas } from '../reguas/published';
import type { Unfitted } from '../reguas/unfitted';
import { readAttempts, saveAttempts } from '../retries/attempts';
import { RetryTables } from '../retries/tables';
import { coverKey, idsOf, settingsOf, type CaseFile } from './case-file';
import { dueSlot } from './due-slot';
import { isKinKey, kinOf } from './kin';
import {
  AGREEMENT, agreementOf, caseOf, CHANGE, COVER, coverOf, FILE, FILE_FACTS, FILE_PLAN, HOLD, holdOf, NOTICE, RECEIVABLE, RECEIVABLE_PLAN, receivableOf, type Column,
} from './rows';

/**
 * Case files by key (creditor/customer). A batch costs eleven reads and at most thirteen writes, whatever its size; only rows
 * that changed are written, told apart by identity, because decisions copy what they change and nothing else.
 */
@Injectable()
export class Cases implements Store<CaseFile> {
  readonly name = 'cases';
  /** The same for keys whose rows are known to exist, as they do where something is due: rows are never deleted. */
  readonly known: Store<CaseFile> = { name: this.name, load: (tx, keys) => this.read(tx, keys), save: (tx, changed) => this.save(tx, changed) };
  private readonly reguas = new PublishedReguas();
  private readonly tables = new RetryTables();
  /** What the tables held when a state was loaded, for as long as the transaction knows the state. */
  private readonly stored = new WeakMap<Tx, Map<string, CaseFile>>();

  constructor() {
    // Reading and linting the réguas of the house takes a fifth of a second and more: not within a transaction that is cut after one.
    prepareHouse();
  }

  also(tx: Tx, keys: readonly string[]): Promise<readonly string[]> {
    return kinOf(tx, keys);
  }

  async load(tx: Tx, asked: readonly string[]): Promise<Map<string, CaseFile>> {
    const keys = asked.filter((key) => !isKinKey(key));
    const fresh = keys.map(idsOf);
    // One order of keys in every statement that locks: two batches never wait for each other in a ring.
    // Sent together: a connection takes statements in order, so the rows are locked before they are read.
    const creating = tx.query(CREATE, [keys, fresh.map(({ creditor_id }) => creditor_id), fresh.map(({ customer_id }) => customer_id), fresh.map(({ case_id }) => case_id)]);
    const [loaded] = await Promise.all([this.read(tx, keys), creating]);
    return loaded;
  }

  private async read(tx: Tx, keys: readonly string[]): Promise<Map<string, CaseFile>> {
    const creditors = [...new Set(keys.map((key) => key.slice(0, key.indexOf('/'))))];
    const [files, receivables, covers, holds, agreements, acts, settings, attempts, published, rules] = await Promise.all([
      tx.query<{ row: unknown[] }>(LOCK, [keys]),
      read(tx, keys, READ_RECEIVABLES, receivableOf, ({ receivable_id }) => receivable_id),
      read(tx, keys, READ_COVERS, coverOf, (cover) => coverKey(cover.notice_id, cover.receivable_id)),
      read(tx, keys, READ_HOLDS, holdOf, ({ hold_id }) => hold_id),
      read(tx, keys, READ_AGREEMENTS, agreementOf, ({ agreement_id }) => agreement_id),
      read(tx, keys, READ_ACTS, actOf, ({ act_id }) => act_id),
      tx.query<{ creditor_id: string; carries_out: ActKind[] | null; has_webhook: boolean; unfitted: Unfitted | null } & OwnRule>(READ_CREDITORS, [creditors]),
      readAttempts(tx, keys),
      this.reguas.of(tx, creditors),
      this.tables.of(tx, creditors),
    ]);
    const ofCreditor = new Map(settings.map(({ creditor_id, carries_out, has_webhook, unfitted, ...rule }) =>
      [creditor_id, settingsOf({ ...(carries_out && { carries_out: new Set(carries_out), has_webhook }), ...ruleIn(rule), published: published.get(creditor_id), unfitted: unfitted ?? undefined, retry_rules: rules.get(creditor_id) })]));
    const loaded = new Map<string, CaseFile>();
    for (const { row } of files) {
      const key = row[0] as string;
      const of = <V>(parts: ReadonlyMap<string, ReadonlyMap<string, V>>) => parts.get(key) ?? (NONE as ReadonlyMap<string, never>);
      const parts = { receivables: of(receivables), covers: of(covers), holds: of(holds), agreements: of(agreements), acts: of(acts), attempts: of(attempts) };
      loaded.set(key, caseOf(row, parts, ofCreditor.get(row[1] as string)!));
    }
    this.stored.set(tx, new Map(loaded));
    return loaded;
  }

  async save(tx: Tx, changed: ReadonlyMap<string, CaseFile>): Promise<void> {
    const stored = this.stored.get(tx)!;
    const pairs = [...changed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, next]): Pair => ({ next, before: stored.get(key)! }));
    const [told, planned] = parted(pairs, ({ next, before }) => next.person !== before.person || next.channel_closed !== before.channel_closed || next.cause !== before.cause || next.cause_asked_at !== before.cause_asked_at);
    // A receivable's facts come by version; the rest of it is this service's own plan.
    const receivables = changedIn(pairs, (file) => file.receivables);
    const [news, plans] = parted(receivables, ({ value, before }) => value.version !== before?.version || value.cure_told !== before.cure_told);
    await Promise.all([
      savePlans(tx, planned.map(({ next }) => ({ value: next, file: next }))),
      saveFiles(tx, told.map(({ next }) => ({ value: next, file: next }))),
      saveReceivablePlans(tx, plans),
      saveReceivables(tx, news),
      saveCovers(tx, changedIn(pairs, (file) => file.covers)),
      saveHolds(tx, changedIn(pairs, (file) => file.holds)),
      saveAgreements(tx, changedIn(pairs, (file) => file.agreements)),
      this.saveActs(tx, changedIn(pairs, (file) => file.acts)),
      saveAttempts(tx, changedIn(pairs, (file) => file.attempts).map(({ value }) => value)),
      saveChanges(tx, pairs.flatMap(({ next }) => next.changes.map((value) => ({ value, file: next })))),
      saveNotices(tx, pairs.flatMap(({ next }) => next.asked.map((value) => ({ value, file: next })))),
      this.saveDue(tx, pairs),
    ]);
  }

  /** What was asked for goes into the creditor's webhook's queue, where it has one; what has been answered leaves it. */
  private async saveActs(tx: Tx, changed: readonly Changed<OutwardAct>[]): Promise<void> {
    const asked = changed.filter(({ value, before }) => value.status === 'requested' && before?.status !== 'requested');
    const answered = changed.filter(({ value, before }) => value.answered_at !== null && before?.answered_at === null);
    // By itself: of statements sent together the first to be refused must be the first to say so.
    await saveActs(tx, changed);
    if (asked.length > 0) await tx.query(QUEUE, columnsOf(QUEUED, asked));
    if (answered.length > 0) await tx.query('delete from act_delivery where act_id = any($1::uuid[])', [answered.map(({ value }) => value.act_id)]);
  }

  private async saveDue(tx: Tx, pairs: readonly Pair[]): Promise<void> {
    const moved = pairs.filter(({ next, before }) => next.due_at?.getTime() !== before.due_at?.getTime());
    const gone = new Map<number, CaseFile[]>();
    for (const { before } of moved) {
      if (before.due_at === null) continue;
      const slot = dueSlot(before.due_at);
      if (!gone.get(slot)?.push(before)) gone.set(slot, [before]);
    }
    const dated = moved.map(({ next }) => next).filter(({ due_at }) => due_at !== null);
    await Promise.all([
      // The partition is a parameter of its own, so that the plan looks into that one and no other.
      ...[...gone].map(([slot, rows]) => tx.query(DELETE_DUE, [slot, column('timestamptz', rows, ({ due_at }) => due_at), textColumn(rows, ({ key }) => key)])),
      insertDue(tx, dated),
    ]);
  }
}

interface Pair {
  readonly next: CaseFile;
  readonly before: CaseFile;
}

interface Changed<V> {
  readonly value: V;
  readonly before?: V | undefined;
  readonly file: CaseFile;
}

const NONE = new Map<string, never>();

function changedIn<V>(pairs: readonly Pair[], part: (file: CaseFile) => ReadonlyMap<string, V>): Changed<V>[] {
  const changed: Changed<V>[] = [];
  for (const { next, before } of pairs) {
    const [now, then] = [part(next), part(before)];
    if (now === then) continue;
    for (const [id, value] of now) if (then.get(id) !== value) changed.push({ value, before: then.get(id), file: next });
  }
  return changed;
}

function parted<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  const [first, second]: [T[], T[]] = [[], []];
  for (const one of all) (isFirst(one) ? first : second).push(one);
  return [first, second];
}

/** Columns of what changed, whose cells may look at the case, too. */
const ofChanged = <V>(columns: readonly Column<V>[]): Written<Changed<V>>[] => columns.map(([name, type, cell]) => [name, type, ({ value, file }) => cell(value, file)]);

/**
 * One row per case that holds its rows as arrays: reading 6,000 receivables of 500 cases takes 17 ms so, and 88 ms as
 * rows of columns, which node-postgres parses field by field.
 */
function reading<V>(table: string, id: string, columns: readonly Column<V>[], only = 'true'): string {
  return `select key, json_agg(${arrayOf(columns.filter(([name]) => !OF_CASE.has(name)))} order by ${id}) as rows from ${table} where key = any($1) and ${only} group by key`;
}

/** Columns that a row has from its case. */
const OF_CASE = new Set(['key', 'creditor_id']);

const arrayOf = <V>(columns: readonly Column<V>[]): string => `json_build_array(${columns.map(([name]) => name).join(', ')})`;

/** The rows of cases, by case and then by their own id. */
async function read<V>(tx: Tx, keys: readonly string[], sql: string, make: (row: unknown[]) => V, idOf: (value: V) => string): Promise<Map<string, Map<string, V>>> {
  const found = await tx.query<{ key: string; rows: unknown[][] }>(sql, [keys]);
  return new Map(found.map(({ key, rows }) => [key, new Map(rows.map((row) => { const value = make(row); return [idOf(value), value]; }))]));
}

/** Changes some columns of any number of rows that exist, in one statement. */
function update<V>(table: string, ids: readonly string[], columns: readonly Written<V>[]): (tx: Tx, rows: readonly V[]) => Promise<void> {
  const sets = columns.map(([name]) => name).filter((name) => !ids.includes(name)).map((name) => `${name} = r.${name}`);
  const text = `update ${table} t set ${sets.join(', ')} from ${unnested(columns)} where ${ids.map((name) => `t.${name} = r.${name}`).join(' and ')}`;
  return async (tx, rows) => {
    if (rows.length > 0) await tx.query(text, columnsOf(columns, rows));
  };
}

const FILE_KEY = FILE.slice(0, 1);
const FILE_PLAN_BY_KEY = [...FILE_KEY, ...FILE_PLAN];
const FILE_BY_KEY = [...FILE_PLAN_BY_KEY, ...FILE_FACTS];
const RECEIVABLE_PLAN_BY_KEY = [...RECEIVABLE.slice(0, 2), ...RECEIVABLE_PLAN];
const DUE: readonly Written<CaseFile>[] = [
  ['due_slot', 'smallint', ({ due_at }) => dueSlot(due_at!)], ['key', 'text', ({ key }) => key],
  ['creditor_id', 'text', ({ creditor_id }) => creditor_id], ['due_at', 'timestamptz', ({ due_at }) => due_at],
];

const CREATE = `insert into case_file (key, creditor_id, customer_id, case_id, status)
  select key, creditor_id, customer_id, case_id, 'new' from unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) as r (key, creditor_id, customer_id, case_id)
  order by key on conflict do nothing`;
const LOCK = `select ${arrayOf(FILE)} as row from case_file where key = any($1) order by key for update`;
const READ_RECEIVABLES = reading('case_receivable', 'receivable_id', RECEIVABLE);
const READ_COVERS = reading('covered_step', 'notice_id, receivable_id', COVER);
// Days on which the clock stood still count after the hold, too.
const READ_HOLDS = reading('hold', 'hold_id', HOLD, '(lifted_at is null or stops_clock)');
const READ_AGREEMENTS = reading('agreement', 'agreement_id', AGREEMENT);
const READ_ACTS = reading('outward_act', 'planned_at, act_id', ACT);
const READ_CREDITORS = `select c.creditor_id, a.carries_out, a.url is not null as has_webhook, s.unfitted, ${RULE_COLUMNS.map((column) => `r.${column}`).join(', ')} from unnest($1::text[]) c (creditor_id)
  left join act_carrier a on a.creditor_id = c.creditor_id and cardinality(a.carries_out) > 0 left join contact_rule r on r.creditor_id = c.creditor_id left join regua_setting s on s.creditor_id = c.creditor_id`;

const savePlans = update('case_file', ['key'], ofChanged(FILE_PLAN_BY_KEY));
const saveFiles = update('case_file', ['key'], ofChanged(FILE_BY_KEY));
const saveReceivablePlans = update('case_receivable', ['receivable_id', 'key'], ofChanged(RECEIVABLE_PLAN_BY_KEY));
const saveReceivables = bulk('case_receivable', ['key', 'receivable_id'], ofChanged(RECEIVABLE));
const saveCovers = bulk('covered_step', ['key', 'notice_id', 'receivable_id'], ofChanged(COVER));
const saveHolds = bulk('hold', ['hold_id'], ofChanged(HOLD));
const saveAgreements = bulk('agreement', ['agreement_id'], ofChanged(AGREEMENT));
const saveActs = bulk('outward_act', ['act_id'], ofChanged(ACT));
const saveChanges = bulk('case_change', null, ofChanged(CHANGE));
const saveNotices = bulk('notice', ['key', 'local_day', 'notice_id'], ofChanged(NOTICE));
const insertDue = bulk('due_action', null, DUE);
const QUEUED: readonly Written<Changed<OutwardAct>>[] = [
  ['act_id', 'uuid', ({ value }) => value.act_id], ['key', 'text', ({ file }) => file.key], ['creditor_id', 'text', ({ file }) => file.creditor_id], ['undoes', 'uuid', ({ value }) => value.undoes],
  ['body', 'text', ({ value, file }) => encode(requestOf(file, value), 'dunning-orchestration')], ['valid_until', 'timestamptz', ({ value }) => value.valid_until], ['due_at', 'timestamptz', ({ value }) => value.call_began_at],
];
const QUEUE = `insert into act_delivery (${QUEUED.map(([name]) => name).join(', ')}, attempts, due_epoch_ms)
  select ${QUEUED.map(([name]) => `r.${name}`).join(', ')}, 0, 0 from ${unnested(QUEUED)} join act_carrier c using (creditor_id) where c.url is not null`;
const DELETE_DUE = `delete from due_action d using unnest($2::timestamptz[], $3::text[]) as r (due_at, key)
  where d.due_slot = $1 and d.due_at = r.due_at and d.key = r.key`;
