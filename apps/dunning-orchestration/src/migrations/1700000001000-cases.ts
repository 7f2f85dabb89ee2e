import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DUE_SLOTS } from '../cases/due-slot';

export class Cases1700000001000 implements MigrationInterface {
  name = 'Cases1700000001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table case_file (
        key text primary key, creditor_id text not null, customer_id text not null, case_id uuid not null,
        status text not null check (status in ('new', 'open', 'closed')),
        person_key text, state text, has_email boolean, person_version bigint, person_changed_at timestamptz,
        channel_closed_reason text, channel_closed_at timestamptz,
        contact_asked_day date, service_asked_day date, due_at timestamptz
      );
      create unique index case_file_customer on case_file (creditor_id, customer_id);

      create table case_receivable (
        receivable_id uuid primary key, key text not null references case_file, creditor_id text not null, version int not null,
        original_due_date date not null, effective_due_date date not null, open_cents bigint not null, paid_cents bigint not null,
        status text not null check (status in ('open', 'settled', 'cancelled')), collectability text not null,
        review_date date, settled_on date, as_of date not null, cure_told boolean not null,
        standing text not null check (standing in ('action', 'waiting', 'task', 'hold', 'owner', 'end')),
        next_step text, planned_day date, contact_day date, next_action_at timestamptz, outstanding_notice_id uuid,
        standing_reason text, hold_review_date date,
        owner_queue text, owner_reason text, owner_review_date date, owner_task_id uuid
      );
      create index case_receivable_key on case_receivable (key);
      create index case_receivable_owned on case_receivable (creditor_id, owner_review_date, owner_task_id) where standing = 'owner';

      create table notice (
        notice_id uuid primary key, key text not null references case_file, creditor_id text not null,
        purpose text not null, local_day date not null, step text not null, asked_at timestamptz not null, valid_until timestamptz not null,
        regua_version text not null, instalment_id uuid, next_step jsonb, facts jsonb not null, turned_down jsonb not null
      );
      create index notice_key on notice (key, local_day);

      create table covered_step (
        notice_id uuid, receivable_id uuid, key text not null references case_file, creditor_id text not null,
        due_date date not null, step text not null, outcome text not null check (outcome in ('asked', 'sent', 'unknown', 'refused', 'lapsed')),
        reason text, valid_until timestamptz not null,
        primary key (notice_id, receivable_id)
      );
      create index covered_step_key on covered_step (key);

      create table hold (
        hold_id uuid primary key, key text not null references case_file, creditor_id text not null, receivable_ids uuid[] not null,
        reason text not null, actor text not null, placed_at timestamptz not null, review_date date not null,
        lifted_at timestamptz, lift_reason text, lift_actor text
      );
      create index hold_live on hold (key) where lifted_at is null;

      create table agreement (
        agreement_id uuid primary key, key text not null references case_file, creditor_id text not null,
        receivable_ids uuid[] not null, instalments jsonb not null, paid uuid[] not null, ended boolean not null
      );
      create index agreement_live on agreement (key) where not ended;

      create table due_action (
        due_slot smallint not null, key text not null, creditor_id text not null, due_at timestamptz not null,
        primary key (due_slot, key)
      ) partition by list (due_slot);
      create index due_action_at on due_action (due_at, key);`);
    for (let slot = 0; slot < DUE_SLOTS; slot++)
      await runner.query(`create table due_action_${slot} partition of due_action for values in (${slot})`);
    for (const table of ['case_file', 'case_receivable', 'notice', 'covered_step', 'hold', 'agreement']) await runner.query(fence('dunning', table));
    await runner.query(fence('dunning', 'due_action', 'select, insert, delete'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table due_action, agreement, hold, covered_step, notice, case_receivable, case_file');
  }
}
