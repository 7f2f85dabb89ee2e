import type { Cell } from '@emdia/database';
import { CREDITOR, instant, KEY, type Column, type Read } from '../cases/rows';
import type { OutwardAct } from './outward-act';

export const ACT: readonly Column<OutwardAct>[] = [
  ['act_id', 'uuid', ({ act_id }) => act_id],
  KEY, CREDITOR,
  ['receivable_id', 'uuid', ({ receivable_id }) => receivable_id],
  ['due_date', 'date', ({ due_date }) => due_date],
  ['step', 'text', ({ step }) => step],
  ['kind', 'text', ({ kind }) => kind],
  ['change', 'text', ({ change }) => change],
  ['undoes', 'uuid', ({ undoes }) => undoes],
  ['regua_version', 'text', ({ regua_version }) => regua_version],
  ['facts', 'jsonb', ({ facts }) => facts as unknown as Cell],
  ['planned_at', 'timestamptz', ({ planned_at }) => planned_at],
  ['status', 'text', ({ status }) => status],
  ['reason', 'text', ({ reason }) => reason],
  ['due_at', 'timestamptz', ({ due_at }) => due_at],
  ['retry_at_epoch_ms', 'bigint', ({ retry_at_epoch_ms }) => retry_at_epoch_ms],
  ['attempt', 'int', ({ attempt }) => attempt],
  ['verdict', 'jsonb', ({ verdict }) => verdict as unknown as Cell],
  ['call_began_at', 'timestamptz', ({ call_began_at }) => call_began_at],
  ['valid_until', 'timestamptz', ({ valid_until }) => valid_until],
  ['answered_at', 'timestamptz', ({ answered_at }) => answered_at],
  ['task', 'jsonb', ({ task }) => task as unknown as Cell],
  ['retry', 'jsonb', ({ retry }) => retry as unknown as Cell],
];

export const actOf = ([
  act_id, receivable_id, due_date, step, kind, change, undoes, regua_version, facts, planned_at, status, reason, due_at, retry_at_epoch_ms, attempt, verdict, call_began_at, valid_until, answered_at, task, retry,
]: Read): OutwardAct =>
  ({
    act_id, receivable_id, due_date, step, kind, change, undoes, regua_version, facts, planned_at: instant(planned_at), status, reason, due_at: instant(due_at), retry_at_epoch_ms, attempt, verdict,
    call_began_at: instant(call_began_at), valid_until: instant(valid_until), answered_at: instant(answered_at), task, retry,
  }) as OutwardAct;
