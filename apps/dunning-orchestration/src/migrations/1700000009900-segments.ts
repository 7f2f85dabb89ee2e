import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What réguas may ask of a customer beside the debts, and on which channel a message went; null there is e-mail. */
export class Segments1700000009900 implements MigrationInterface {
  name = 'Segments1700000009900';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table case_file add column segment text, add column score int; alter table covered_step add column channel text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table covered_step drop column channel; alter table case_file drop column segment, drop column score');
  }
}
