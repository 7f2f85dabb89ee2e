import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the creditor's réguas may ask of a customer: its own segment, and a score in points. */
export class Segments1700000009900 implements MigrationInterface {
  name = 'Segments1700000009900';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table customer add column segment text, add column score int');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table customer drop column segment, drop column score');
  }
}
