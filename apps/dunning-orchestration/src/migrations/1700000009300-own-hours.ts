import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The hours that a creditor leaves of those where the debtor lives, as notifications tells them. */
export class OwnHours1700000009300 implements MigrationInterface {
  name = 'OwnHours1700000009300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table contact_rule add column hours jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table contact_rule drop column hours');
  }
}
