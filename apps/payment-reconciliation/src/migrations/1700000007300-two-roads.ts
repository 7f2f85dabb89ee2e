import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has told a payment and its refunds: a file, an event, or both. */
export class TwoRoads1700000007300 implements MigrationInterface {
  name = 'TwoRoads1700000007300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table payment add column tellings jsonb not null default '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table payment drop column tellings');
  }
}
