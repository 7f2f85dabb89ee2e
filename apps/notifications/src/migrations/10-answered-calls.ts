import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the person lives whom somebody asked to call, and the key of the number: an answer is held to the hours and to what was closed. */
export class AnsweredCalls1700000009707 implements MigrationInterface {
  name = 'AnsweredCalls1700000009707';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table call_answer add column state text, add column contact_point_key text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table call_answer drop column state, drop column contact_point_key');
  }
}
