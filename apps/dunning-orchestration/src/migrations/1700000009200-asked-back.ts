import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people are asked to take back, as long as nobody said that it is done: few among all that ever was owed. */
export class AskedBack1700000009200 implements MigrationInterface {
  name = 'AskedBack1700000009200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create index case_receivable_asked_back on case_receivable (creditor_id) where jsonb_path_exists(acted, '$[*] ? (exists(@.back_task) && !exists(@.back_task.done))')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index case_receivable_asked_back');
  }
}
