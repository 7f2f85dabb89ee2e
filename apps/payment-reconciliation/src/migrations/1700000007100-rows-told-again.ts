import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The other files that tell a row: when the one that it is kept under is undone, it goes over to one of them. */
export class RowsToldAgain1700000007100 implements MigrationInterface {
  name = 'RowsToldAgain1700000007100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table bank_row add column others jsonb not null default '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table bank_row drop column others');
  }
}
