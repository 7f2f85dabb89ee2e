import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Fine and interest that a payment's source says are in its amount. */
export class ChargesTold1700000009800 implements MigrationInterface {
  name = 'ChargesTold1700000009800';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table payment add column charges jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table payment drop column charges');
  }
}
