import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The other files that tell a row: when the one that it is kept under is undone, it goes over to one of them. And payments that only a file tells which nobody has confirmed. */
export class RowsToldAgain1700000007100 implements MigrationInterface {
  name = 'RowsToldAgain1700000007100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table bank_row add column others jsonb not null default '[]'; alter table payment add column doubted boolean not null default false`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table payment drop column doubted; alter table bank_row drop column others');
  }
}
