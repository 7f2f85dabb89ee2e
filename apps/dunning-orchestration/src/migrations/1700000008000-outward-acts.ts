import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Acts asked of a creditor's own systems, which of them it has done by those, and what its webhook has yet to hear. */
export class OutwardActs1700000008000 implements MigrationInterface {
  name = 'OutwardActs1700000008000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table outward_act (
        act_id uuid primary key, key text not null, creditor_id text not null, receivable_id uuid not null, due_date date not null, step text not null,
        kind text not null, change text, undoes uuid unique, regua_version text not null, facts jsonb not null, planned_at timestamptz not null,
        status text not null check (status in ('planned', 'requested', 'accepted', 'rejected', 'unanswered', 'refused', 'expired')), reason text,
        due_at timestamptz, retry_at_epoch_ms bigint, attempt int not null, verdict jsonb, call_began_at timestamptz, valid_until timestamptz, answered_at timestamptz, task jsonb, retry jsonb,
        check ((status = 'planned') = (due_at is not null)),
        check ((status in ('requested', 'accepted', 'rejected', 'unanswered')) = (call_began_at is not null and verdict is not null))
      );
      create index outward_act_key on outward_act (key);
      create index outward_act_planned on outward_act (due_at, act_id) where status = 'planned';
      create index outward_act_task on outward_act (creditor_id) where task is not null;
      create unique index outward_act_once on outward_act (receivable_id, due_date, step) where undoes is null and status not in ('refused', 'expired');
      ${fence('dunning', 'outward_act')}
      create table act_carrier (
        creditor_id text primary key, carries_out text[] not null, url text, secrets_sealed text, changed_at timestamptz not null, changed_by text not null,
        check ((url is null) = (secrets_sealed is null))
      );
      ${fence('dunning', 'act_carrier')}
      create table act_delivery (
        act_id uuid primary key, key text not null, creditor_id text not null, undoes uuid, body text not null, valid_until timestamptz,
        attempts int not null, first_epoch_ms bigint, due_at timestamptz not null, due_epoch_ms bigint not null, last_answer text
      );
      create index act_delivery_due on act_delivery (due_at, act_id);
      ${fence('dunning', 'act_delivery')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table act_delivery, act_carrier, outward_act');
  }
}
