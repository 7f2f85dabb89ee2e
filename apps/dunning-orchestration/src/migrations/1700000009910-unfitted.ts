import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What becomes of whom none of a creditor's réguas fits. */
export class Unfitted1700000009910 implements MigrationInterface {
  name = 'Unfitted1700000009910';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table regua_setting (
      creditor_id text primary key, unfitted text not null check (unfitted in ('house', 'task')), changed_at timestamptz not null, changed_by text not null)`);
    await runner.query(fence('dunning', 'regua_setting'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table regua_setting');
  }
}
