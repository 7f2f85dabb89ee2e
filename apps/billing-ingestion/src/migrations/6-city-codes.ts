import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where a customer lives, to the municipality: it has holidays of its own, and perhaps another clock than its state. */
export class CityCodes1700000005201 implements MigrationInterface {
  name = 'CityCodes1700000005201';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table customer add column city_code text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table customer drop column city_code');
  }
}
