import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Holds have a kind, by whose rules they are placed and end; a case knows why it is unpaid, and who changed what of it. */
export class HoldsAndCauses1700000007000 implements MigrationInterface {
  name = 'HoldsAndCauses1700000007000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table hold add column kind text not null default 'manual', add column begin_date date, add column stops_clock boolean not null default false,
        add column placed_with uuid, add column task_id uuid, add column task_queue text, add column task_reason text;
      alter table hold alter column kind drop default, alter column stops_clock drop default,
        alter column begin_date type date using (placed_at at time zone 'America/Sao_Paulo')::date, alter column begin_date set not null;
      drop index hold_live;
      create index hold_read on hold (key) where lifted_at is null or stops_clock;
      create index hold_placed_with on hold (placed_with) where placed_with is not null;
      create index hold_task on hold (creditor_id, review_date, task_id) where task_id is not null and lifted_at is null;

      alter table case_file add column cause text, add column cause_at timestamptz, add column cause_by text;
      create index case_file_person on case_file using hash (person_key) where person_key is not null;

      create table case_change (
        key text not null, creditor_id text not null, at timestamptz not null, what text not null check (what in ('cause', 'regua')),
        before text, after text not null, actor text not null, reason text not null, facts jsonb
      );
      create index case_change_key on case_change (key, at);`);
    await runner.query(fence('dunning', 'case_change', 'select, insert'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table case_change;
      drop index case_file_person, hold_task, hold_placed_with, hold_read;
      alter table case_file drop column cause, drop column cause_at, drop column cause_by;
      create index hold_live on hold (key) where lifted_at is null;
      alter table hold drop column kind, drop column begin_date, drop column stops_clock, drop column placed_with, drop column task_id, drop column task_queue, drop column task_reason;`);
  }
}
