import { Client } from 'pg';
import { AUDITOR_ROLE } from '@emdia/database';
import { SCHEMAS } from '../src/snapshot';

// The columns that the auditor reads, as the services' migrations make them: written here by hand, because the auditor
// shares no code with them. A service that moves a column turns the demo and the scenarios red, not this file.
const MESSAGING = (schema: string) => `
  create table ${schema}.outbox (id bigint generated always as identity primary key, topic text not null, type text not null, key text not null, body text not null);
  create table ${schema}.dead_letter (id uuid primary key, creditor_id text, reason text not null, body_sealed text not null, status text not null, recorded_at timestamptz not null, resolved_at timestamptz);`;

const TABLES = `
  create table billing.invoice (creditor_id text, invoice_id text, receivable_id uuid, status text, amount_cents bigint, due_date date, currency text);
  create table billing.payment (creditor_id text, source text, payment_id text, status text, amount_cents bigint);
  create table billing.refund (creditor_id text, source text, payment_id text, refund_id text, amount_cents bigint);
  create table billing.quarantine (id uuid, creditor_id text, reason text, status text, body_sealed text, resolved_at timestamptz);
  create table reconciliation.receivable (receivable_id uuid primary key, creditor_id text, customer_id text, version int, status text, currency text, amount_cents bigint,
    paid_cents bigint, waived_cents bigint, open_cents bigint, original_due_date date, settled_on date, written_off_cents bigint not null default 0, effective_due_date date);
  create table reconciliation.collectability_change (receivable_id uuid, version int, collectability text, recorded_at timestamptz, primary key (receivable_id, version));
  create table reconciliation.entry (id uuid primary key default gen_random_uuid(), creditor_id text, currency text, cause text, recorded_at timestamptz);
  create table reconciliation.posting (entry_id uuid, creditor_id text, account text, receivable_id uuid, source text, payment_id text, amount_cents bigint);
  create table reconciliation.payment (account_key text, creditor_id text, source text, payment_id text, paid_date date, recorded_at timestamptz, received_cents bigint, unapplied_cents bigint);
  create table reconciliation.application (creditor_id text, source text, payment_id text, receivable_id uuid, actor text);
  create table reconciliation.standstill (standstill_id uuid, creditor_id text, customer_id text, kind text, receivable_ids uuid[], begun boolean, ended boolean);
  create table reconciliation.bank_file (file_id uuid primary key, creditor_id text, status text, pass int, moved_cents bigint);
  create table reconciliation.bank_file_batch (file_id uuid, pass int, posted_cents bigint);
  create table reconciliation.bank_row (creditor_id text, source text, row_id uuid, file_id uuid, state text, payment_id text, reference text, amount_cents bigint, reason text);
  create table reconciliation.waiting_money (creditor_id text, source text, payment_id text, status text, held jsonb, words jsonb);
  create table reconciliation.allocation (account_key text, creditor_id text, source text, payment_id text, receivable_id uuid, principal_cents bigint);
  create table dunning.case_file (key text primary key, case_id uuid);
  create table dunning.case_receivable (receivable_id uuid primary key, key text, creditor_id text, status text, standing text, standing_reason text, next_step text,
    next_action_at timestamptz, hold_review_date date, owner_queue text, owner_review_date date, owner_task_id uuid, acted jsonb);
  create table dunning.due_action (key text, due_at timestamptz);
  create table dunning.debt_proof (hour timestamptz primary key, ended_at timestamptz, debts bigint, late bigint, forgotten bigint, healed bigint);
  create table dunning.notice (notice_id uuid, key text, purpose text, step text, regua_version text, template text);
  create table dunning.covered_step (notice_id uuid, creditor_id text, receivable_id uuid);
  create table dunning.regua_document (creditor_id text, regua text, version int, document jsonb);
  create table dunning.outward_act (act_id uuid primary key, key text, creditor_id text, receivable_id uuid, due_date date, step text, kind text, change text, undoes uuid, regua_version text,
    facts jsonb, status text, reason text, verdict jsonb, call_began_at timestamptz, task jsonb);
  create table dunning.hold (hold_id uuid, key text, creditor_id text, receivable_ids uuid[], actor text, placed_at timestamptz, lifted_at timestamptz, review_date date);
  create table negotiation.promise (promise_id uuid, creditor_id text, customer_id text, actor text, made_at timestamptz, ended_at timestamptz);
  create table negotiation.agreement (agreement_id uuid, creditor_id text, customer_id text, actor text, made_at timestamptz, ended_at timestamptz);
  create table negotiation.dispute (dispute_id uuid, creditor_id text, customer_id text, actor text, made_at timestamptz, ended_at timestamptz);
  create table negotiation.cover (thing_id uuid, receivable_id uuid);
  create table negotiation.instalment (instalment_id uuid, agreement_id uuid, number int, due_date date, amount_cents bigint);
  create table notifications.delivery (notice_id uuid, creditor_id text, customer_id text, case_id uuid, person_key text, contact_point_key text, purpose text, state text, step text,
    regua_version text, instalment_id uuid, status text, covers jsonb, facts jsonb, turned_down jsonb, verdict jsonb, call_began_at timestamptz, words jsonb, channel text);
  create table notifications.opt_out (creditor_id text, contact_point_key text, recorded_at timestamptz);
  create table notifications.closed_contact_point (contact_point_key text, recorded_at timestamptz);
  create table notifications.own_rule (creditor_id text, version int, weekdays smallint[], hours jsonb, contacts_in_7_days int, contacts_in_30_days int, decision jsonb, set_by text, set_at timestamptz);
  create table notifications.call_answer (answer_id uuid, creditor_id text, customer_id text, answer text, may_ask_for jsonb, answered_at timestamptz, state text, contact_point_key text);
  create table notifications.contact_day (creditor_id text, person_key text, local_date date, class text, cause text);`;

/** A uuid that is easy to read in a failure: `id(7)` ends in 7. */
export const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const OPEN = id(1);
const PAID = id(2);
const verdict = (receivable_id: string, version: number) =>
  JSON.stringify({ as_of_epoch_ms: 1, covers: [{ receivable_id, due_date: '2026-03-10', step: 'D+3', goes: true, reason: null, amounts: { version } }] });

// One customer in São Paulo with two invoices of 100.00 due on Tuesday 2026-03-10: one was reminded of on Friday the
// 13th and is open, the other was paid twice on the 11th, got the second payment back, and was never asked for.
const FACTS = `
  insert into billing.invoice values ('acme', 'i1', '${OPEN}', 'open', 10000, '2026-03-10', 'BRL'), ('acme', 'i2', '${PAID}', 'open', 10000, '2026-03-10', 'BRL');
  insert into billing.payment values ('acme', 'bank', 'p1', 'received', 10000), ('acme', 'bank', 'p2', 'received', 10000);
  insert into billing.refund values ('acme', 'bank', 'p2', 'r1', 10000);
  insert into billing.quarantine values ('${id(90)}', 'acme', 'contract-violation', 'open', 'sealed', null), ('${id(91)}', 'acme', 'unmappable', 'discarded', null, '2026-03-01');
  insert into reconciliation.receivable values
    ('${OPEN}', 'acme', 'c1', 1, 'open', 'BRL', 10000, 0, 0, 10000, '2026-03-10', null), ('${PAID}', 'acme', 'c1', 2, 'settled', 'BRL', 10000, 10000, 0, 0, '2026-03-10', '2026-03-11');
  insert into reconciliation.collectability_change values
    ('${OPEN}', 1, 'owed', '2026-03-01T12:00Z'), ('${PAID}', 1, 'owed', '2026-03-01T12:00Z'), ('${PAID}', 2, 'settled', '2026-03-11T12:00Z');
  insert into reconciliation.entry values
    ('${id(50)}', 'acme', 'BRL', 'invoice:1', '2026-03-01T12:00Z'), ('${id(51)}', 'acme', 'BRL', 'invoice:2', '2026-03-01T12:00Z'), ('${id(52)}', 'acme', 'BRL', 'payment:p1', '2026-03-11T12:00Z'),
    ('${id(53)}', 'acme', 'BRL', 'allocation:p1', '2026-03-11T12:00Z'), ('${id(54)}', 'acme', 'BRL', 'payment:p2', '2026-03-11T13:00Z'), ('${id(55)}', 'acme', 'BRL', 'refund:p2', '2026-03-12T12:00Z');
  insert into reconciliation.posting values
    ('${id(50)}', 'acme', 'receivable', '${OPEN}', null, null, 10000), ('${id(50)}', 'acme', 'revenue', '${OPEN}', null, null, -10000),
    ('${id(51)}', 'acme', 'receivable', '${PAID}', null, null, 10000), ('${id(51)}', 'acme', 'revenue', '${PAID}', null, null, -10000),
    ('${id(52)}', 'acme', 'cash', null, 'bank', 'p1', 10000), ('${id(52)}', 'acme', 'unapplied', null, 'bank', 'p1', -10000),
    ('${id(53)}', 'acme', 'unapplied', null, 'bank', 'p1', 10000), ('${id(53)}', 'acme', 'receivable', '${PAID}', 'bank', 'p1', -10000),
    ('${id(54)}', 'acme', 'cash', null, 'bank', 'p2', 10000), ('${id(54)}', 'acme', 'unapplied', null, 'bank', 'p2', -10000),
    ('${id(55)}', 'acme', 'unapplied', null, 'bank', 'p2', 10000), ('${id(55)}', 'acme', 'cash', null, 'bank', 'p2', -10000);
  insert into reconciliation.payment values ('acme/c1', 'acme', 'bank', 'p1', '2026-03-11', '2026-03-11T12:00Z', 10000, 0), ('acme/c1', 'acme', 'bank', 'p2', '2026-03-11', '2026-03-11T13:00Z', 10000, 0);
  insert into reconciliation.allocation values ('acme/c1', 'acme', 'bank', 'p1', '${PAID}', 10000);
  insert into dunning.case_file values ('acme/c1', '${id(10)}');
  insert into dunning.case_receivable values ('${OPEN}', 'acme/c1', 'acme', 'open', 'action', null, 'D+7', '2026-03-17T13:00Z', null, null, null, null);
  insert into dunning.due_action values ('acme/c1', '2026-03-17T13:00Z');
  insert into dunning.notice values ('${id(20)}', 'acme/c1', 'collection', 'D+3', 'padrao-1', 'duvida');
  insert into dunning.covered_step values ('${id(20)}', 'acme', '${OPEN}');
  insert into notifications.delivery values ('${id(20)}', 'acme', 'c1', '${id(10)}', 'person', 'point', 'collection', 'SP', 'D+3', 'padrao-1', null, 'sent',
    '[{"receivable_id": "${OPEN}", "due_date": "2026-03-10", "step": "D+3"}]', '[{"receivable_id": "${OPEN}", "version": 1}]', '[]', '${verdict(OPEN, 1)}', '2026-03-13T13:00:00Z', '{"template": "duvida"}', 'email');`;

/** A database with the tables that the auditor reads and a small house in which every law holds; `url` is a superuser's. */
export async function makeSmallHouse(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`do $$ begin create role ${AUDITOR_ROLE} nologin; exception when duplicate_object then null; end $$`);
    for (const schema of SCHEMAS) await client.query(`create schema ${schema}; ${MESSAGING(schema)}`);
    await client.query(TABLES);
    await client.query(FACTS);
    for (const schema of SCHEMAS) await client.query(`grant usage on schema ${schema} to ${AUDITOR_ROLE}; grant select on all tables in schema ${schema} to ${AUDITOR_ROLE}`);
  } finally {
    await client.end();
  }
}

/** Statements that send a second message like the first, at another instant and perhaps about something else. */
export const anotherMessage = (n: number, changes: Record<string, string>): string => `
  insert into dunning.notice select '${id(n)}', key, ${changes.purpose ? `'${changes.purpose}'` : 'purpose'}, step, regua_version, template from dunning.notice where notice_id = '${id(20)}';
  insert into notifications.delivery select (jsonb_populate_record(d, '${JSON.stringify({ notice_id: id(n), ...changes })}'::jsonb || '${changes.receivable_id ? JSON.stringify({
    covers: [{ receivable_id: changes.receivable_id, due_date: '2026-03-10', step: 'D+3' }], facts: [{ receivable_id: changes.receivable_id, version: 1 }],
    verdict: JSON.parse(verdict(changes.receivable_id, 1)) as unknown,
  }) : '{}'}'::jsonb)).* from notifications.delivery d where notice_id = '${id(20)}'`;

/** Statements of an act on the open debt that the gate let go; `changes` are of its row. */
export const anAct = (n: number, changes: Record<string, unknown> = {}): string => `
  insert into dunning.outward_act select (jsonb_populate_record(null::dunning.outward_act, '${JSON.stringify({
    act_id: id(n), key: 'acme/c1', creditor_id: 'acme', receivable_id: OPEN, due_date: '2026-03-10', step: 'D+5', kind: 'service', change: 'suspend', regua_version: 'padrao-1',
    facts: [{ receivable_id: changes.receivable_id ?? OPEN, version: 1 }], status: 'requested', verdict: { as_of_epoch_ms: 1, version: 1 }, call_began_at: '2026-03-15T13:00:00Z', ...changes,
  })}'::jsonb)).*`;

/**
 * Statements of a bank's file: one row of 7.00 that waits and holds the open debt, one of 8.00 that was undone, and one of 9.00 that was given back,
 * as a further row of it tells.
 */
export const bankFile = `
  insert into reconciliation.bank_file values ('${id(70)}', 'acme', 'posted', 1, -800);
  insert into reconciliation.bank_file_batch values ('${id(70)}', 0, 1600), ('${id(70)}', 1, 1500);
  insert into reconciliation.bank_row values ('acme', 'itau', '${id(71)}', '${id(70)}', 'posted', 'b1', null, 700, null), ('acme', 'itau', '${id(73)}', '${id(70)}', 'posted', 'b3', null, 900, null),
    ('acme', 'itau', '${id(74)}', '${id(70)}', 'returned', 'b3', 'r9', 900, null), ('acme', 'itau', '${id(75)}', '${id(70)}', 'awaiting', 'b4', null, 100, null);
  insert into reconciliation.payment values ('acme/#b1', 'acme', 'itau', 'b1', '2026-03-11', '2026-03-11T12:00Z', 700, 700), ('acme/#b2', 'acme', 'itau', 'b2', '2026-03-11', '2026-03-11T12:00Z', 0, 0);
  insert into reconciliation.entry values ('${id(61)}', 'acme', 'BRL', 'payment:itau:b1', '2026-03-11T12:00Z'), ('${id(62)}', 'acme', 'BRL', 'payment:itau:b2', '2026-03-11T12:00Z'),
    ('${id(63)}', 'acme', 'BRL', 'withdrawal:itau:b2', '2026-03-11T12:00Z'), ('${id(64)}', 'acme', 'BRL', 'payment:itau:b3', '2026-03-11T12:00Z'), ('${id(65)}', 'acme', 'BRL', 'refund:itau:b3:r9', '2026-03-11T12:00Z');
  insert into reconciliation.posting select e::uuid, 'acme', a, null, 'itau', p, c from (values
    ('${id(61)}', 'b1', 700), ('${id(62)}', 'b2', 800), ('${id(63)}', 'b2', -800), ('${id(64)}', 'b3', 900), ('${id(65)}', 'b3', -900)) as v (e, p, cents)
    cross join lateral (values ('cash', cents), ('unapplied', -cents)) as l (a, c);
  insert into reconciliation.waiting_money values ('acme', 'itau', 'b1', 'suggested', '[{"customer_id": "c1", "receivable_ids": ["${OPEN}"]}]', '[]');
  insert into reconciliation.standstill values ('${id(76)}', 'acme', 'c1', 'money', array['${OPEN}']::uuid[], true, false)`;

export const house = { OPEN, PAID } as const;
