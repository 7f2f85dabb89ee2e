import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every hold ends by itself: when somebody looks meanwhile, whether it ended so, and what a person then decided. */
export class HoldsThatEnd1700000008300 implements MigrationInterface {
  name = 'HoldsThatEnd1700000008300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table hold add column look_date date, add column ended_by_itself boolean not null default false,
        add column decided_at timestamptz, add column decide_reason text, add column decide_actor text;
      alter table hold alter column ended_by_itself drop default;
      update hold set look_date = review_date;
      alter table hold alter column look_date set not null;
      drop index hold_task;
      create index hold_task on hold (creditor_id, look_date, task_id) where task_id is not null and lifted_at is null;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index hold_task;
      alter table hold drop column look_date, drop column ended_by_itself, drop column decided_at, drop column decide_reason, drop column decide_actor;
      create index hold_task on hold (creditor_id, review_date, task_id) where task_id is not null and lifted_at is null;`);
  }
}
