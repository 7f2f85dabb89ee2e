import type { Cell } from '@emdia/database';
import { stopsClock } from '../holds/standing';
import type { Agreement, CaseFile, Change, Covered, CreditorSettings, Hold, Notice, Owner, Receivable, Standing } from './case-file';

/** A column of a table: its name and type, and its cell for a value of a case. A column's place is its place in what is read, where a row's key and creditor are left out. */
export type Column<V> = readonly [name: string, type: string, cell: (value: V, file: CaseFile) => Cell];

export type Read = readonly unknown[];

export const KEY: Column<unknown> = ['key', 'text', (_, { key }) => key];
export const CREDITOR: Column<unknown> = ['creditor_id', 'text', (_, { creditor_id }) => creditor_id];
export const instant = (read: unknown): Date | null => (read === null ? null : new Date(read as string));

/** What a case's own plan changes. */
export const FILE_PLAN: readonly Column<CaseFile>[] = [
  ['status', 'text', ({ status }) => status],
  ['contact_asked_day', 'date', ({ contact_asked_day }) => contact_asked_day],
  ['service_asked_day', 'date', ({ service_asked_day }) => service_asked_day],
  ['due_at', 'timestamptz', ({ due_at }) => due_at],
  ['regua_version', 'text', ({ regua_version }) => regua_version],
  ['regua_since', 'timestamptz', ({ regua_since }) => regua_since],
  ['regua_by', 'text', ({ regua_by }) => regua_by],
];
export const FILE_FACTS: readonly Column<CaseFile>[] = [
  ['person_key', 'text', ({ person }) => person?.person_key],
  ['state', 'text', ({ person }) => person?.state],
  ['has_email', 'boolean', ({ person }) => person?.has_email],
  ['person_version', 'bigint', ({ person }) => person?.source_version],
  ['person_changed_at', 'timestamptz', ({ person }) => person?.changed_at],
  ['channel_closed_reason', 'text', ({ channel_closed }) => channel_closed?.reason],
  ['channel_closed_at', 'timestamptz', ({ channel_closed }) => channel_closed?.at],
  ['cause', 'text', ({ cause }) => cause?.cause],
  ['cause_at', 'timestamptz', ({ cause }) => cause?.at],
  ['cause_by', 'text', ({ cause }) => cause?.by],
  ['cause_asked_at', 'timestamptz', ({ cause_asked_at }) => cause_asked_at],
  ['segment', 'text', ({ person }) => person?.segment],
  ['score', 'int', ({ person }) => person?.score],
];
export const FILE: readonly Column<CaseFile>[] = [
  KEY, CREDITOR,
  ['customer_id', 'text', ({ customer_id }) => customer_id],
  ['case_id', 'uuid', ({ case_id }) => case_id],
  ...FILE_PLAN, ...FILE_FACTS,
];

/** The parts of a case that stand in tables of their own. */
export type Parts = Pick<CaseFile, 'receivables' | 'covers' | 'holds' | 'agreements' | 'acts' | 'attempts'>;

export function caseOf(row: Read, parts: Parts, { carries_out, has_webhook, own_weekdays, own_hours, own_budgets, published, unfitted, retry_rules }: CreditorSettings): CaseFile {
  const [key, creditor_id, customer_id, case_id, status, contact_asked_day, service_asked_day, due_at, regua_version, regua_since, regua_by, person_key, state, has_email, source_version, changed_at, reason, closed_at, cause, cause_at, cause_by, cause_asked_at, segment, score] = row;
  return {
    key, creditor_id, customer_id, case_id, status, contact_asked_day, service_asked_day, due_at: instant(due_at), regua_version, regua_since: instant(regua_since), regua_by,
    person: person_key === null ? null : { person_key, state, has_email, segment, score, source_version, changed_at: instant(changed_at) },
    channel_closed: closed_at === null ? null : { reason, at: instant(closed_at) },
    receivables: parts.receivables, covers: parts.covers, holds: parts.holds, agreements: parts.agreements, acts: parts.acts, attempts: parts.attempts, asked: [], changes: [],
    cause: cause === null ? null : { cause, at: instant(cause_at), by: cause_by },
    cause_asked_at: instant(cause_asked_at),
    carries_out, has_webhook, own_weekdays, own_hours, own_budgets, published, unfitted, retry_rules,
  } as CaseFile;
}

/** A cell of a standing that only some kinds have. */
const ofStanding = (cell: (standing: Record<string, Cell>) => Cell) => ({ standing }: Receivable): Cell => cell(standing as unknown as Record<string, Cell>);
const isHold = (standing: Record<string, Cell>): boolean => standing.kind === 'hold';
const isOwner = (standing: Record<string, Cell>): boolean => standing.kind === 'owner';

/** What a case's own plan changes of a receivable. */
export const RECEIVABLE_PLAN: readonly Column<Receivable>[] = [
  ['standing', 'text', ofStanding(({ kind }) => kind)],
  ['next_step', 'text', ofStanding(({ kind, step }) => (kind === 'task' ? (step ?? 'task') : step))],
  ['planned_day', 'date', ofStanding(({ planned_day }) => planned_day)],
  ['contact_day', 'date', ofStanding(({ contact_day }) => contact_day)],
  ['next_action_at', 'timestamptz', ofStanding(({ at }) => at)],
  ['outstanding_notice_id', 'uuid', ofStanding(({ notice_id }) => notice_id)],
  ['standing_reason', 'text', ofStanding((standing) => (isOwner(standing) ? null : standing.reason))],
  ['hold_review_date', 'date', ofStanding((standing) => (isHold(standing) ? standing.review_date : null))],
  ['owner_queue', 'text', ({ owner }) => owner?.queue],
  ['owner_reason', 'text', ({ owner }) => owner?.reason],
  ['owner_review_date', 'date', ({ owner }) => owner?.review_date],
  ['owner_task_id', 'uuid', ({ owner }) => owner?.task_id],
  ['acted', 'jsonb', ({ acted }) => (acted.length > 0 ? acted : null)],
];
export const RECEIVABLE: readonly Column<Receivable>[] = [
  ['receivable_id', 'uuid', ({ receivable_id }) => receivable_id],
  KEY, CREDITOR,
  ['version', 'int', ({ version }) => version],
  ['original_due_date', 'date', ({ original_due_date }) => original_due_date],
  ['effective_due_date', 'date', ({ effective_due_date }) => effective_due_date],
  ['open_cents', 'bigint', ({ open_cents }) => open_cents],
  ['paid_cents', 'bigint', ({ paid_cents }) => paid_cents],
  ['status', 'text', ({ status }) => status],
  ['collectability', 'text', ({ collectability }) => collectability],
  ['review_date', 'date', ({ review_date }) => review_date],
  ['settled_on', 'date', ({ settled_on }) => settled_on],
  ['as_of', 'date', ({ as_of }) => as_of],
  ['cure_told', 'boolean', ({ cure_told }) => cure_told],
  // Those that wait for whoever owes them cost a null, boletos few bytes.
  ['charged', 'jsonb', ({ rails, charge_ids }) => (rails === null ? { rails } : rails.length > 0 ? { rails, ...(charge_ids.length > 0 ? { charge_ids } : {}) } : null)],
  ...RECEIVABLE_PLAN,
];

export function receivableOf(row: Read): Receivable {
  const [
    receivable_id, version, original_due_date, effective_due_date, open_cents, paid_cents, status, collectability, review_date, settled_on, as_of, cure_told, charged,
    kind, step, planned_day, contact_day, next_action_at, notice_id, standing_reason, hold_review_date, queue, reason, owner_review_date, task_id, acted,
  ] = row;
  const { rails, charge_ids = [] } = (charged ?? {}) as Partial<Pick<Receivable, 'rails' | 'charge_ids'>>;
  const owner = task_id === null ? null : ({ queue, reason, review_date: owner_review_date, task_id } as Owner);
  const at = instant(next_action_at);
  const standing = (): unknown => {
    switch (kind as Standing['kind']) {
      case 'action': return { kind, step, planned_day, contact_day, at };
      case 'waiting': return { kind, step, notice_id, at };
      case 'task': return { kind, reason: standing_reason, step: step === 'task' ? null : step, at };
      case 'hold': return { kind, reason: standing_reason, review_date: hold_review_date, at };
      case 'owner': return { kind, ...owner, at };
      case 'end': return { kind, reason: standing_reason };
    }
  };
  return {
    receivable_id, version, original_due_date, effective_due_date, open_cents, paid_cents, status, collectability, review_date, settled_on, as_of, cure_told,
    rails: rails === undefined ? [] : rails, charge_ids, owner, acted: acted ?? [], standing: standing(),
  } as Receivable;
}

export const COVER: readonly Column<Covered>[] = [
  ['notice_id', 'uuid', ({ notice_id }) => notice_id],
  ['receivable_id', 'uuid', ({ receivable_id }) => receivable_id],
  KEY, CREDITOR,
  ['due_date', 'date', ({ due_date }) => due_date],
  ['step', 'text', ({ step }) => step],
  ['outcome', 'text', ({ outcome }) => outcome],
  ['reason', 'text', ({ reason }) => reason],
  ['valid_until', 'timestamptz', ({ valid_until }) => valid_until],
  // Nearly all went by e-mail, and all of before it was kept: those cost a null.
  ['channel', 'text', ({ channel }) => (channel === 'email' ? null : channel)],
];

export const coverOf = ([notice_id, receivable_id, due_date, step, outcome, reason, valid_until, channel]: Read): Covered =>
  ({ notice_id, receivable_id, due_date, step, outcome, reason, channel: outcome === 'sent' || outcome === 'unknown' ? (channel ?? 'email') : null, valid_until: instant(valid_until) }) as Covered;

export const HOLD: readonly Column<Hold>[] = [
  ['hold_id', 'uuid', ({ hold_id }) => hold_id],
  KEY, CREDITOR,
  ['receivable_ids', 'uuid[]', ({ receivable_ids }) => receivable_ids],
  ['kind', 'text', ({ kind }) => kind],
  ['reason', 'text', ({ reason }) => reason],
  ['actor', 'text', ({ actor }) => actor],
  ['placed_at', 'timestamptz', ({ placed_at }) => placed_at],
  ['begin_date', 'date', ({ begin_date }) => begin_date],
  ['review_date', 'date', ({ review_date }) => review_date],
  ['placed_with', 'uuid', ({ placed_with }) => placed_with],
  ['task_id', 'uuid', ({ task }) => task?.task_id],
  ['task_queue', 'text', ({ task }) => task?.queue],
  ['task_reason', 'text', ({ task }) => task?.reason],
  ['lifted_at', 'timestamptz', ({ lifted }) => lifted?.at],
  ['lift_reason', 'text', ({ lifted }) => lifted?.reason],
  ['lift_actor', 'text', ({ lifted }) => lifted?.actor],
  ['look_date', 'date', ({ look_date }) => look_date],
  ['ended_by_itself', 'boolean', ({ lifted }) => lifted?.by_itself ?? false],
  ['decided_at', 'timestamptz', ({ decided }) => decided?.at],
  ['decide_reason', 'text', ({ decided }) => decided?.reason],
  ['decide_actor', 'text', ({ decided }) => decided?.actor],
  ['stops_clock', 'boolean', (hold) => stopsClock(hold)],
];

export const holdOf = ([
  hold_id, receivable_ids, kind, reason, actor, placed_at, begin_date, review_date, placed_with, task_id, queue, task_reason, lifted_at, lift_reason, lift_actor,
  look_date, by_itself, decided_at, decide_reason, decide_actor,
]: Read): Hold =>
  ({
    hold_id, receivable_ids, kind, reason, actor, placed_at: instant(placed_at), begin_date, review_date, placed_with,
    task: task_id === null ? null : { task_id, queue, reason: task_reason },
    lifted: lifted_at === null ? null : { at: instant(lifted_at), reason: lift_reason, actor: lift_actor, by_itself },
    look_date, decided: decided_at === null ? null : { at: instant(decided_at), reason: decide_reason, actor: decide_actor },
  }) as Hold;

export const CHANGE: readonly Column<Change>[] = [
  KEY, CREDITOR,
  ['at', 'timestamptz', ({ at }) => at],
  ['what', 'text', ({ what }) => what],
  ['before', 'text', ({ before }) => before],
  ['after', 'text', ({ after }) => after],
  ['actor', 'text', ({ actor }) => actor],
  ['reason', 'text', ({ reason }) => reason],
  ['facts', 'jsonb', ({ facts }) => facts as Cell],
];

export const AGREEMENT: readonly Column<Agreement>[] = [
  ['agreement_id', 'uuid', ({ agreement_id }) => agreement_id],
  KEY, CREDITOR,
  ['receivable_ids', 'uuid[]', ({ receivable_ids }) => receivable_ids],
  ['instalments', 'jsonb', ({ instalments }) => instalments],
  ['paid', 'uuid[]', ({ paid }) => paid],
  ['ended', 'boolean', ({ ended }) => ended],
];

export const agreementOf = ([agreement_id, receivable_ids, instalments, paid, ended]: Read): Agreement =>
  ({ agreement_id, receivable_ids, instalments, paid, ended }) as Agreement;

export const NOTICE: readonly Column<Notice>[] = [
  ['notice_id', 'uuid', ({ notice_id }) => notice_id],
  KEY, CREDITOR,
  ['purpose', 'text', ({ purpose }) => purpose],
  ['local_day', 'date', ({ local_day }) => local_day],
  ['step', 'text', ({ step }) => step],
  ['asked_at', 'timestamptz', ({ asked_at }) => asked_at],
  ['valid_until', 'timestamptz', ({ valid_until }) => valid_until],
  ['regua_version', 'text', ({ regua_version }) => regua_version],
  ['instalment_id', 'uuid', ({ instalment_id }) => instalment_id],
  ['next_step', 'jsonb', ({ next_step }) => next_step as Cell],
  ['facts', 'jsonb', ({ facts }) => facts as Cell],
  ['turned_down', 'jsonb', ({ turned_down }) => turned_down as Cell],
  ['template', 'text', ({ template }) => template],
  ['tone', 'text', ({ tone }) => tone],
  ['offers', 'jsonb', ({ offers }) => offers],
  ['channels', 'jsonb', ({ channels }) => channels],
];
